/* A house of two zones with a heat pump unit each, as an FMU for co-simulation (FMI 2.0).
 *
 * Each zone has its air and a mass (walls, floor, furniture): 2 x 2 temperatures. Sun and people warm both. Each unit
 * holds its own setpoint with a proportional-integral controller, as room units do, and draws power by a share of the
 * Carnot efficiency. Whoever drives the house from outside knows none of these numbers.
 *
 * Inputs and outputs are in SI units (K, W); modelDescription.xml names them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fmi2Functions.h"

enum { ZONES = 2, INPUTS = 10, OUTPUTS = 5, VALUES = INPUTS + OUTPUTS };
enum { OUTDOOR, SUN_SOUTH, SUN_NORTH, PEOPLE_LIVING, PEOPLE_BEDROOM, APPLIANCES, SET_LIVING, SET_BEDROOM, ON_LIVING, ON_BEDROOM };
enum { AIR_LIVING = INPUTS, AIR_BEDROOM, POWER_LIVING, POWER_BEDROOM, POWER_ALL };

static const double MASS_J_K[ZONES] = {9.5e6, 6.0e6};
static const double AIR_J_K[ZONES] = {0.9e6, 0.5e6};     /* air, and what follows it within minutes */
static const double AIR_MASS_W_K[ZONES] = {420.0, 260.0};
static const double LEAK_W_K[ZONES] = {48.0, 30.0};      /* air to outside: windows, ventilation, gaps */
static const double WALL_W_K[ZONES] = {42.0, 33.0};      /* mass to outside */
static const double BETWEEN_W_K = 55.0;                  /* air to air, through wall and door */
static const double GLASS_M2[ZONES] = {5.2, 1.8};        /* times the share of the sun's heat that comes in */
static const double PERSON_W = 80.0;
static const double MOST_W[ZONES] = {4200.0, 2600.0};
static const double LEAST_SHARE = 0.15;                  /* below it the compressor stops */
static const double CARNOT_SHARE = 0.42;
static const double STANDBY_W = 4.0;
static const double STEP_S = 30.0;

typedef struct {
    double value[VALUES];
    double air_k[ZONES], mass_k[ZONES], integral[ZONES];
} House;

static double clamp(double value, double low, double high) { return fmin(fmax(value, low), high); }

/* Heat of one unit, W, from its own thermostat; its power, averaged over the step later, into *power_w. */
static double unit_w(House *house, int zone, double step_s, double *power_w) {
    double error_k = house->value[SET_LIVING + zone] - house->air_k[zone];
    *power_w = STANDBY_W;
    if (house->value[ON_LIVING + zone] < 0.5) {
        house->integral[zone] = 0.0;
        return 0.0;
    }
    house->integral[zone] = clamp(house->integral[zone] + error_k * step_s / 1500.0, 0.0, 1.0);
    double share = clamp(0.6 * error_k + house->integral[zone], 0.0, 1.0);
    if (share < LEAST_SHARE) return 0.0;
    double hot_k = house->air_k[zone] + 12.0 + 8.0 * share, cold_k = house->value[OUTDOOR] - 5.0 - 3.0 * share;
    double cop = clamp(CARNOT_SHARE * hot_k / fmax(hot_k - cold_k, 8.0), 1.0, 7.0);
    double heat_w = share * MOST_W[zone] * clamp(1.0 + 0.015 * (house->value[OUTDOOR] - 280.15), 0.5, 1.1);
    *power_w = STANDBY_W + heat_w / cop;
    return heat_w;
}

static void advance(House *house, double seconds) {
    double power_j[ZONES] = {0.0, 0.0}, left_s = seconds;
    while (left_s > 1e-9) {
        double step_s = fmin(STEP_S, left_s), rate_air[ZONES], rate_mass[ZONES];
        double outdoor = house->value[OUTDOOR];
        double exchange_w = BETWEEN_W_K * (house->air_k[1] - house->air_k[0]);
        for (int zone = 0; zone < ZONES; zone++) {
            double power_w, heat_w = unit_w(house, zone, step_s, &power_w);
            double sun_w = GLASS_M2[zone] * house->value[SUN_SOUTH + zone];
            double people_w = PERSON_W * house->value[PEOPLE_LIVING + zone];
            double appliances_w = (zone == 0 ? 0.8 : 0.2) * house->value[APPLIANCES];
            double inner_w = AIR_MASS_W_K[zone] * (house->mass_k[zone] - house->air_k[zone]);
            double air_w = heat_w + 0.3 * sun_w + 0.6 * people_w + 0.7 * appliances_w + inner_w
                           + LEAK_W_K[zone] * (outdoor - house->air_k[zone]) + (zone == 0 ? exchange_w : -exchange_w);
            double mass_w = 0.7 * sun_w + 0.4 * people_w + 0.3 * appliances_w - inner_w
                            + WALL_W_K[zone] * (outdoor - house->mass_k[zone]);
            rate_air[zone] = air_w / AIR_J_K[zone];
            rate_mass[zone] = mass_w / MASS_J_K[zone];
            power_j[zone] += power_w * step_s;
        }
        for (int zone = 0; zone < ZONES; zone++) {
            house->air_k[zone] += rate_air[zone] * step_s;
            house->mass_k[zone] += rate_mass[zone] * step_s;
        }
        left_s -= step_s;
    }
    for (int zone = 0; zone < ZONES; zone++) {
        house->value[AIR_LIVING + zone] = house->air_k[zone];
        house->value[POWER_LIVING + zone] = power_j[zone] / seconds;
    }
    house->value[POWER_ALL] = house->value[POWER_LIVING] + house->value[POWER_BEDROOM] + house->value[APPLIANCES];
}

static void begin(House *house) {
    memset(house, 0, sizeof *house);
    house->value[OUTDOOR] = 278.15;
    for (int zone = 0; zone < ZONES; zone++) {
        house->air_k[zone] = house->mass_k[zone] = house->value[AIR_LIVING + zone] = 291.15;
        house->value[SET_LIVING + zone] = 293.15;
    }
}

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }
fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String names[]) {
    (void)c; (void)on; (void)n; (void)names;
    return fmi2OK;
}

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String folder,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible, fmi2Boolean logging) {
    (void)name; (void)guid; (void)folder; (void)callbacks; (void)visible; (void)logging;
    House *house = type == fmi2CoSimulation ? malloc(sizeof(House)) : NULL;
    if (house) begin(house);
    return house;
}

void fmi2FreeInstance(fmi2Component c) { free(c); }
fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean has_tolerance, fmi2Real tolerance, fmi2Real start,
                               fmi2Boolean has_stop, fmi2Real stop) {
    (void)c; (void)has_tolerance; (void)tolerance; (void)start; (void)has_stop; (void)stop;
    return fmi2OK;
}
fmi2Status fmi2EnterInitializationMode(fmi2Component c) { (void)c; return fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { (void)c; return fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { (void)c; return fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { begin(c); return fmi2OK; }

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, fmi2Real value[]) {
    for (size_t i = 0; i < n; i++) {
        if (vr[i] >= VALUES) return fmi2Error;
        value[i] = ((House *)c)->value[vr[i]];
    }
    return fmi2OK;
}
fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2Real value[]) {
    for (size_t i = 0; i < n; i++) {
        if (vr[i] >= INPUTS || !isfinite(value[i])) return fmi2Error;
        ((House *)c)->value[vr[i]] = value[i];
    }
    return fmi2OK;
}
fmi2Status fmi2DoStep(fmi2Component c, fmi2Real now, fmi2Real step, fmi2Boolean no_set_back) {
    (void)now; (void)no_set_back;
    if (!(step > 0.0)) return fmi2Error;
    advance(c, step);
    return fmi2OK;
}

/* What the standard asks for and this house has not: nothing but real numbers, no states to save, no derivatives. */
#define NOTHING(name, type) \
    fmi2Status fmi2Get##name(fmi2Component c, const fmi2ValueReference vr[], size_t n, type value[]) { \
        (void)c; (void)vr; (void)value; return n ? fmi2Error : fmi2OK; } \
    fmi2Status fmi2Set##name(fmi2Component c, const fmi2ValueReference vr[], size_t n, const type value[]) { \
        (void)c; (void)vr; (void)value; return n ? fmi2Error : fmi2OK; }
NOTHING(Integer, fmi2Integer)
NOTHING(Boolean, fmi2Boolean)
NOTHING(String, fmi2String)
fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *s) { (void)c; (void)s; return fmi2Error; }
fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate s) { (void)c; (void)s; return fmi2Error; }
fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *s) { (void)c; (void)s; return fmi2Error; }
fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate s, size_t *n) { (void)c; (void)s; (void)n; return fmi2Error; }
fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate s, fmi2Byte b[], size_t n) { (void)c; (void)s; (void)b; (void)n; return fmi2Error; }
fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte b[], size_t n, fmi2FMUstate *s) { (void)c; (void)b; (void)n; (void)s; return fmi2Error; }
fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference u[], size_t nu, const fmi2ValueReference k[], size_t nk,
                                        const fmi2Real dk[], fmi2Real du[]) {
    (void)c; (void)u; (void)nu; (void)k; (void)nk; (void)dk; (void)du;
    return fmi2Error;
}
fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2Integer o[], const fmi2Real v[]) {
    (void)c; (void)vr; (void)n; (void)o; (void)v;
    return fmi2Error;
}
fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2Integer o[], fmi2Real v[]) {
    (void)c; (void)vr; (void)n; (void)o; (void)v;
    return fmi2Error;
}
fmi2Status fmi2CancelStep(fmi2Component c) { (void)c; return fmi2Error; }
#define NO_STATUS(name, type) \
    fmi2Status fmi2Get##name(fmi2Component c, const fmi2StatusKind kind, type *value) { (void)c; (void)kind; (void)value; return fmi2Discard; }
NO_STATUS(Status, fmi2Status)
NO_STATUS(RealStatus, fmi2Real)
NO_STATUS(IntegerStatus, fmi2Integer)
NO_STATUS(BooleanStatus, fmi2Boolean)
NO_STATUS(StringStatus, fmi2String)
