"""How a cold coil cools and dries air: the part that passes by unchanged, the rest saturated at the coil.

Bypass factor and apparatus dew point as in ASHRAE Handbook, Systems and Equipment, ch. "Air-cooling and dehumidifying
coils". Plain numbers and `math`, for it runs in every step; saturation as in `sumika.physics.psychrometrics`.
"""

import math

from sumika.physics.psychrometrics import AIR_HEAT_J_KG_K, EVAPORATION_J_KG, STANDARD_PRESSURE_PA, VAPOUR_TO_AIR

COLDEST_COIL_C = 1.0
"""Units hold their coil above freezing."""


def saturated_ratio(temperature_c: float, pressure_pa: float = STANDARD_PRESSURE_PA) -> float:
    """Return the humidity ratio of saturated air (Alduchov and Eskridge 1996)."""
    if temperature_c < 0.0:
        vapour = 611.21 * math.exp(22.587 * temperature_c / (temperature_c + 273.86))
    else:
        vapour = 610.94 * math.exp(17.625 * temperature_c / (temperature_c + 243.04))
    return VAPOUR_TO_AIR * vapour / (pressure_pa - vapour)


def sensible_and_water(
    cold_w: float, air_c: float, ratio: float, flow_kg_s: float, bypass: float
) -> tuple[float, float]:
    """Return what a coil takes from the air: sensible heat (W) and water (kg/s).

    Args:
        cold_w: Heat it takes all together; where its coldest temperature cannot take so much, less is taken.
        air_c: Of the air that comes in.
        ratio: Its humidity ratio.
        flow_kg_s: Of the air.
        bypass: Share of the air that passes by the coil unchanged.
    """
    touched = flow_kg_s * (1.0 - bypass)
    if cold_w <= 0.0 or touched <= 0.0:
        return 0.0, 0.0
    low, high = COLDEST_COIL_C, max(air_c, COLDEST_COIL_C)
    for _ in range(24):
        coil_c = 0.5 * (low + high)
        sensible, water = _at(coil_c, air_c, ratio, touched)
        low, high = (coil_c, high) if sensible + water * EVAPORATION_J_KG > cold_w else (low, coil_c)
    sensible, water = _at(high, air_c, ratio, touched)
    return sensible, water


def _at(coil_c: float, air_c: float, ratio: float, touched_kg_s: float) -> tuple[float, float]:
    sensible = touched_kg_s * AIR_HEAT_J_KG_K * max(0.0, air_c - coil_c)
    return sensible, touched_kg_s * max(0.0, ratio - saturated_ratio(coil_c))
