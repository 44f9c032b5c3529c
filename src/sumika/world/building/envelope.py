"""An envelope that meets the mean heat loss (UA) of its grade: insulation as thick as that takes.

UA is heat loss per kelvin over the whole area of the envelope, openings and thermal bridges included, as Japan's energy
standard counts it: what leads into the earth counts 0.7 (temperature difference factor of an underfloor space).
"""

from dataclasses import dataclass, field

from scipy.optimize import brentq

from sumika.schema import SumikaError
from sumika.schema.building import Building
from sumika.schema.grades import BETTER_WINDOWS, GRADES, GradeValues, heat_recovery_of, region_of
from sumika.world.building.elements import AIR, EARTH, DoorPlace, Elements, Glazing, Opaque
from sumika.world.building.layers import Construction, resistance_m2_k_w, scaled

CONVECTION_IN_W_M2_K = {0.0: 3.0, 90.0: 2.5, 180.0: 2.0}
"""Inside, by the tilt: between the values of ISO 6946, annex C, for heat that rises and heat that sinks."""

RADIATION_IN_W_M2_K = 5.1
"""Between surfaces of 0.9 emissivity at 20 degrees (ISO 6946, annex C)."""

CONVECTION_OUT_W_M2_K, RADIATION_OUT_W_M2_K = 20.0, 4.6
EARTH_FACTOR = 0.7
_MOST_INSULATION, _LEAST_INSULATION = 12.0, 1e-3
_REASONABLE_INSULATION = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the parts of the envelope let through.

    Attributes:
        insulation: Factor on the thickness of all insulation.
        window_u_w_m2_k: By window, of glass and frame.
        solar_gain: By window.
        door_u_w_m2_k: Of doors to the outside.
        bridge_w_m2_k: Thermal bridges per area of the envelope.
        leakage_cm2_m2: Equivalent leakage area per floor area.
        heat_recovery: Of balanced ventilation.
        area_m2: Of the whole envelope.
        ua_w_m2_k: Mean heat loss.
    """

    insulation: float
    window_u_w_m2_k: tuple[float, ...] = field(repr=False)
    solar_gain: tuple[float, ...] = field(repr=False)
    door_u_w_m2_k: float
    bridge_w_m2_k: float
    leakage_cm2_m2: float
    heat_recovery: float
    area_m2: float
    ua_w_m2_k: float


def film_in_m2_k_w(tilt_deg: float) -> float:
    """Return the resistance of the air at an inner surface."""
    return 1.0 / (CONVECTION_IN_W_M2_K[tilt_deg] + RADIATION_IN_W_M2_K)


FILM_OUT_M2_K_W = 1.0 / (CONVECTION_OUT_W_M2_K + RADIATION_OUT_W_M2_K)


def u_value_w_m2_k(construction: Construction, tilt_deg: float, *, earth: bool) -> float:
    """Return the heat that goes through a construction per area and kelvin, from air to air or to the earth below."""
    outer = 0.0 if earth else FILM_OUT_M2_K_W
    return 1.0 / (film_in_m2_k_w(tilt_deg) + resistance_m2_k_w(construction) + outer)


def envelope_of(building: Building, elements: Elements) -> Envelope:
    """Return an envelope that meets the building's UA.

    The windows are the grade's, or the poorest better ones with which the insulation stays in reason.

    Raises:
        SumikaError: if no insulation, or even none at all, gives that UA.
    """
    grade = GRADES[building.grade]
    target = building.ua_w_m2_k
    if target is None:
        target = grade.ua_w_m2_k[region_of(building.site.climate) - 1]
    outer = [part for part in elements.opaque if part.behind in (AIR, EARTH)]
    doors = [place for place in elements.doors if -1 in place.rooms]
    area = sum(part.area_m2 for part in outer) + sum(pane.area_m2 for pane in elements.glazings)
    area += sum(place.area_m2 for place in doors)
    choices = [(grade.window_u_w_m2_k, grade.solar_gain)]
    choices += [pane for pane in BETTER_WINDOWS if pane[0] < grade.window_u_w_m2_k]
    door_u = grade.door_u_w_m2_k
    for window_u, gain in choices:
        windows = _window_values(elements.glazings, window_u, gain)
        fixed = _openings_w_k(elements, doors, windows[0], min(door_u, 2.0 * window_u)) + grade.bridge_w_m2_k * area
        factor = _insulation(outer, target * area - fixed, last=(window_u, gain) == choices[-1])
        if factor is not None:
            reached = (fixed + _opaque_w_k(outer, factor)) / area
            return _envelope(building, grade, factor, windows, min(door_u, 2.0 * window_u), area, reached)
    raise SumikaError(
        f"no insulation gives this house a mean heat loss of {target:g} W/(m²K)",
        where="building.ua_w_m2_k",
        remedy="Fewer or better windows (u_w_m2_k), or a higher ua_w_m2_k",
    )


def _envelope(
    building: Building,
    grade: GradeValues,
    factor: float,
    windows: tuple[tuple[float, ...], tuple[float, ...]],
    door_u: float,
    area: float,
    reached: float,
) -> Envelope:
    leakage = building.leakage_cm2_m2
    return Envelope(
        insulation=factor,
        window_u_w_m2_k=windows[0],
        solar_gain=windows[1],
        door_u_w_m2_k=door_u,
        bridge_w_m2_k=grade.bridge_w_m2_k,
        leakage_cm2_m2=leakage if leakage is not None else grade.leakage_cm2_m2,
        heat_recovery=heat_recovery_of(building),
        area_m2=area,
        ua_w_m2_k=reached,
    )


def _window_values(
    glazings: tuple[Glazing, ...], usual_u: float, usual_gain: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    def own(value: float | None, usual: float) -> float:
        return usual if value is None else value

    return (
        tuple(own(one.window.u_w_m2_k, usual_u) for one in glazings),
        tuple(own(one.window.solar_gain, usual_gain) for one in glazings),
    )


def _openings_w_k(elements: Elements, doors: list[DoorPlace], window_u: tuple[float, ...], door_u: float) -> float:
    windows = sum(u * glazing.area_m2 for u, glazing in zip(window_u, elements.glazings, strict=True))
    return windows + sum(door_u * place.area_m2 for place in doors)


def _opaque_w_k(outer: list[Opaque], factor: float) -> float:
    total = 0.0
    for part in outer:
        earth = part.behind == EARTH
        u = u_value_w_m2_k(scaled(part.construction, factor), part.tilt_deg, earth=earth)
        total += u * part.area_m2 * (EARTH_FACTOR if earth else 1.0)
    return total


def _insulation(outer: list[Opaque], allowed_w_k: float, *, last: bool) -> float | None:
    """Return the factor on insulation at which the opaque parts let through what is allowed; None: another window."""
    most = _MOST_INSULATION if last else _REASONABLE_INSULATION
    if allowed_w_k <= _opaque_w_k(outer, most) or not outer:
        return None
    if allowed_w_k >= _opaque_w_k(outer, _LEAST_INSULATION):
        return _LEAST_INSULATION
    return float(brentq(lambda factor: _opaque_w_k(outer, factor) - allowed_w_k, _LEAST_INSULATION, most, xtol=1e-12))
