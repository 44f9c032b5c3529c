"""Everything that weather is made of on a grid of times, and what outside follows from it.

The grid has a time every five minutes. Between them everything runs along straight lines.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import VAPOUR_TO_AIR, saturation_pressure_pa
from sumika.world.weather.sun import Sun

Array = NDArray[np.float64]

GRID_S = 300
DAY_S = 86_400
A_DAY = DAY_S // GRID_S

(
    TEMPERATURE,
    HUMIDITY_RATIO,
    PRESSURE,
    WIND,
    WIND_EAST,
    WIND_NORTH,
    SKY,
    GROUND,
    SUN_EAST,
    SUN_NORTH,
    SUN_UP,
    DIRECT,
    DIFFUSE,
    GLOBAL,
    RAIN,
    CO2,
    VOC,
    PM2_5,
    SOUND,
) = range(19)
"""Columns of a table of the weather."""

COLUMNS = 19

MOST_HUMID = 0.995


@dataclass(slots=True, kw_only=True)
class Hours:
    """The weather on a grid; all (time,).

    Attributes:
        temperature_c: Of the air.
        humidity: Relative, 0..1.
        pressure_pa: At the site.
        wind_m_s: At 10 m.
        wind_from_deg: Clockwise from north.
        sky_c: Of the sky as a black body.
        ground_c: Under a slab.
        direct_w_m2: At right angles.
        diffuse_w_m2: On a level plane.
        rain_mm_h: Rain or melted snow.
        pm2_5_ug_m3: Fine particles.
    """

    temperature_c: Array
    humidity: Array
    pressure_pa: Array
    wind_m_s: Array
    wind_from_deg: Array
    sky_c: Array
    ground_c: Array
    direct_w_m2: Array
    diffuse_w_m2: Array
    rain_mm_h: Array
    pm2_5_ug_m3: Array


def table_of(hours: Hours, sun: Sun, local_s: NDArray[np.int64]) -> Array:
    """Return (time, column) everything that `Outside` needs.

    Args:
        hours: The weather on the grid.
        sun: On the same grid.
        local_s: (time,) seconds since 1970 of the site's solar zone: the street's noise and air follow the hour.
    """
    table = np.empty((len(local_s), COLUMNS))
    vapour = np.minimum(hours.humidity, MOST_HUMID) * saturation_pressure_pa(hours.temperature_c)
    toward = np.radians(hours.wind_from_deg)
    table[:, TEMPERATURE] = hours.temperature_c
    table[:, HUMIDITY_RATIO] = VAPOUR_TO_AIR * vapour / (hours.pressure_pa - vapour)
    table[:, PRESSURE] = hours.pressure_pa
    table[:, WIND] = hours.wind_m_s
    table[:, WIND_EAST], table[:, WIND_NORTH] = np.sin(toward), np.cos(toward)
    table[:, SKY], table[:, GROUND] = hours.sky_c, hours.ground_c
    table[:, SUN_EAST], table[:, SUN_NORTH], table[:, SUN_UP] = sun.east, sun.north, sun.up
    table[:, DIRECT], table[:, DIFFUSE] = hours.direct_w_m2, hours.diffuse_w_m2
    table[:, GLOBAL] = hours.diffuse_w_m2 + hours.direct_w_m2 * np.maximum(sun.up, 0.0)
    table[:, RAIN] = hours.rain_mm_h
    table[:, PM2_5] = hours.pm2_5_ug_m3
    hour = (local_s % DAY_S) / 3600.0
    table[:, CO2] = _CO2_PPM + _CO2_CALM_PPM * np.exp(-hours.wind_m_s / 1.5) * (1.2 - _busy(hour))
    table[:, VOC] = _VOC_UG_M3 * (0.7 + 0.5 * _busy(hour) + 0.6 * np.exp(-hours.wind_m_s / 1.5))
    table[:, SOUND] = _sound_dba(hour, hours.rain_mm_h, hours.wind_m_s)
    return table


_CO2_PPM = 424.0
"""Global mean at the surface of the year 2024, rounded (NOAA Global Monitoring Laboratory)."""

_CO2_CALM_PPM = 40.0
"""What a city adds in calm nights; typical of towers in Tokyo and Paris."""

_VOC_UG_M3 = 20.0
"""Sum of what is measured singly, typical of residential streets."""


def _busy(hour: Array) -> Array:
    """Return how busy a residential street is, 0..1, most at 8 and at 18 o'clock."""
    day = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.clip((hour - 4.0) / 20.0, 0.0, 1.0))
    rush = np.exp(-(((hour - 8.0) / 1.5) ** 2)) + np.exp(-(((hour - 18.0) / 1.8) ** 2))
    return np.asarray(np.clip(0.65 * np.sqrt(day) + 0.35 * rush, 0.0, 1.0))


def _sound_dba(hour: Array, rain_mm_h: Array, wind_m_s: Array) -> Array:
    """Return the level at the wall: typical of a residential street, 37 dBA at night and 51 at rush hour.

    Rain on leaves and roofs adds about 45 dBA at 2 mm/h, wind in leaves 40 dBA at 6 m/s; powers add up.
    """
    street = 37.0 + 14.0 * _busy(hour)
    rain = 41.0 + 12.0 * np.log10(np.maximum(rain_mm_h, 1e-3))
    wind = 40.0 + 30.0 * np.log10(np.maximum(wind_m_s, 0.1) / 6.0)
    return np.asarray(10.0 * np.log10(10.0 ** (street / 10.0) + 10.0 ** (rain / 10.0) + 10.0 ** (wind / 10.0)))
