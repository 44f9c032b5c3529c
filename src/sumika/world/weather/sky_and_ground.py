"""Temperatures that no thermometer of the air shows: of the sky as a black body, and of the ground."""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import STANDARD_PRESSURE_PA, VAPOUR_TO_AIR, ZERO_C_K, dew_point_c
from sumika.world.weather.seasons import MONTH_DAYS, by_day

Array = NDArray[np.float64]

STEFAN_BOLTZMANN_W_M2_K4 = 5.670374e-8

GROUND_DEPTH_M = 1.0
"""Typical for the ground under a slab and its gravel."""

_DIFFUSIVITY_M2_DAY = 0.06  # typical of moist loam, 0.7e-6 m2/s


def sky_temperature_c(air_c: Array, vapour_pa: Array, cloud: Array) -> Array:
    """Return the sky's temperature (Clark and Allen 1978, clouds after Walton 1983, as EnergyPlus has it).

    Args:
        air_c: (time,) near the ground.
        vapour_pa: (time,) pressure of vapour near the ground.
        cloud: (time,) share of the sky that is covered.
    """
    ratio = np.asarray(VAPOUR_TO_AIR * vapour_pa / (STANDARD_PRESSURE_PA - vapour_pa))
    dew_k = dew_point_c(ratio) + ZERO_C_K
    clear = 0.787 + 0.764 * np.log(dew_k / ZERO_C_K)
    tenths = 10.0 * cloud
    emissivity = clear * (1.0 + 0.0224 * tenths - 0.0035 * tenths**2 + 0.00028 * tenths**3)
    return np.asarray(np.clip(emissivity, 0.3, 1.0) ** 0.25 * (air_c + ZERO_C_K) - ZERO_C_K)


def sky_of_infrared_c(infrared_w_m2: Array) -> Array:
    """Return the temperature of a black sky that sends so much down on a level plane."""
    return np.asarray((infrared_w_m2 / STEFAN_BOLTZMANN_W_M2_K4) ** 0.25 - ZERO_C_K)


def ground_temperature_c(air_by_month_c: Array, day_of_year: Array) -> Array:
    """Return the temperature of undisturbed ground (Kusuda and Achenbach 1965, ASHRAE Trans. 71(1), 61).

    The surface is taken to follow the year of the air.

    Args:
        air_by_month_c: (12,) mean air temperature, January to December.
        day_of_year: (time,) from 0, with parts of days.
    """
    days = by_day(air_by_month_c)
    turn = np.exp(2j * np.pi * (np.arange(365) + 0.5) / 365.0)
    swing = 2.0 * np.mean(days * np.conj(turn))
    wave_m = np.sqrt(365.0 * _DIFFUSIVITY_M2_DAY / np.pi)  # depth at which the year's wave has sunk to 1/e
    late = GROUND_DEPTH_M / wave_m
    phase = 2.0 * np.pi * day_of_year / 365.0 - late
    mean = float(air_by_month_c @ MONTH_DAYS) / 365.0
    return np.asarray(mean + np.exp(-late) * np.real(swing * np.exp(1j * phase)))
