"""Moist air: saturation, humidity ratio, relative humidity, dew point, density. Ideal gas; -60 to 90 degrees Celsius.

Saturation follows O. A. Alduchov, R. E. Eskridge, "Improved Magnus form approximation of saturation vapor pressure",
J. Appl. Meteor. 35 (1996) 601-609, eq. 21 (water) and 23 (ice): within 0.4 % from -40 to 50 degrees Celsius. It is used
instead of pythermalcomfort's `p_sat` in loops that run a hundred thousand times a simulated year; tests hold both
together.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sumika.physics._like import like

Number = TypeVar("Number", float, NDArray[np.float64])
"""One number, or an array of them."""

ZERO_C_K = 273.15
GAS_DRY_AIR_J_KG_K = 287.042
GAS_VAPOUR_J_KG_K = 461.524
VAPOUR_TO_AIR = GAS_DRY_AIR_J_KG_K / GAS_VAPOUR_J_KG_K
"""Molar mass of water over that of dry air, 0.622 (ASHRAE Handbook, Fundamentals, 2017, ch. 1)."""

AIR_HEAT_J_KG_K = 1006.0
EVAPORATION_J_KG = 2.50e6
"""Of water at 0 degrees Celsius (ASHRAE 2017, ch. 1, eq. 29)."""

STANDARD_PRESSURE_PA = 101_325.0


def saturation_pressure_pa(temperature_c: Number) -> Number:
    """Return the vapour pressure of saturated air, over water above freezing and over ice below.

    Args:
        temperature_c: Of the air, or of the surface that it touches.
    """
    temperature = np.asarray(temperature_c, np.float64)
    frozen = temperature < 0.0
    if not frozen.any():
        warm: Number = like(temperature_c, 610.94 * np.exp(17.625 * temperature / (temperature + 243.04)))
        return warm
    slope, offset, at_zero = (
        np.where(frozen, 22.587, 17.625),
        np.where(frozen, 273.86, 243.04),
        np.where(frozen, 611.21, 610.94),
    )
    pressure = at_zero * np.exp(slope * temperature / (temperature + offset))
    saturated: Number = like(temperature_c, pressure)
    return saturated


def humidity_ratio(temperature_c: Number, relative: Number, pressure_pa: float = STANDARD_PRESSURE_PA) -> Number:
    """Return kilograms of vapour per kilogram of dry air.

    Args:
        temperature_c: Of the air.
        relative: Relative humidity, 0..1.
        pressure_pa: Of the air.
    """
    vapour = relative * saturation_pressure_pa(temperature_c)
    return VAPOUR_TO_AIR * vapour / (pressure_pa - vapour)


def vapour_pressure_pa(ratio: Number, pressure_pa: float = STANDARD_PRESSURE_PA) -> Number:
    """Return the vapour pressure that belongs to a humidity ratio."""
    return pressure_pa * ratio / (VAPOUR_TO_AIR + ratio)


def relative_humidity(temperature_c: Number, ratio: Number, pressure_pa: float = STANDARD_PRESSURE_PA) -> Number:
    """Return relative humidity; above 1 where the air could not hold so much.

    Args:
        temperature_c: Of the air, or of a surface: then it is the humidity right at it.
        ratio: Kilograms of vapour per kilogram of dry air.
        pressure_pa: Of the air.
    """
    return vapour_pressure_pa(ratio, pressure_pa) / saturation_pressure_pa(temperature_c)


def dew_point_c(ratio: Number, pressure_pa: float = STANDARD_PRESSURE_PA) -> Number:
    """Return the temperature at which the air would be saturated, over water, or over ice where that is below zero."""
    vapour = np.maximum(np.asarray(vapour_pressure_pa(ratio, pressure_pa), np.float64), 1e-3)
    over_water, over_ice = np.log(vapour / 610.94), np.log(vapour / 611.21)
    dew = np.where(
        over_water >= 0.0,
        243.04 * over_water / (17.625 - over_water),
        np.minimum(273.86 * over_ice / (22.587 - over_ice), 0.0),
    )
    point: Number = like(ratio, dew)
    return point


def air_density_kg_m3(temperature_c: Number, pressure_pa: float = STANDARD_PRESSURE_PA) -> Number:
    """Return the density of dry air."""
    return pressure_pa / (GAS_DRY_AIR_J_KG_K * (temperature_c + ZERO_C_K))


def enthalpy_j_kg(temperature_c: Number, ratio: Number) -> Number:
    """Return enthalpy of moist air per kilogram of dry air (ASHRAE 2017, ch. 1, eq. 30)."""
    return AIR_HEAT_J_KG_K * temperature_c + ratio * (EVAPORATION_J_KG + 1860.0 * temperature_c)
