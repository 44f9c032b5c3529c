"""Days of made-up weather: temperature, sunshine, rain, wind and air pressure that remember the day before.

Wet and dry days follow a Markov chain of first order and temperature a process that remembers a day, as in Richardson
(1981), Water Resour. Res. 17, 182; rain sums are gamma distributed with a shape of 0.7 (Wilks and Wilby 1999). Sunshine
of a day as a share of its length is beta distributed, most often near none or near all; wet days have a third of it.
Every part is made so that its mean over a month is the month's normal.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.world.weather.climates import Climate, Months
from sumika.world.weather.red_noise import SPIN_UP_DAYS, noise_into, remember, through_noons, year_length
from sumika.world.weather.seasons import MONTH_DAYS, by_day

Array = NDArray[np.float64]

EPOCH = date(1970, 1, 1).toordinal()

_COURSES = 6
_CLEAR, _WARM, _WIND, _PRESSURE, _VEER, _DUST = range(_COURSES)
_MEMORY = np.array([0.35, 0.0, 0.45, 0.7, 0.5, 0.6])  # typical; temperature's is the climate's

_WET_MEMORY = 0.25  # correlation of wet days with the next day; 0.1 to 0.35 over the temperate zones (Wilks 1999)
_WET_SUNSHINE = 0.35
_SUNSHINE_WIDTH = 1.3  # sum of the beta distribution's two shapes: below 2 it is U-shaped
_RAIN_SHAPE = 0.7

_WET_HUMIDITY, _SUNNY_HUMIDITY = 0.12, -0.18  # of a wet day over a dry one, of a clear day over an overcast one
_SUNNY_RANGE = 0.7  # how much wider the range of a day is under a clear sky than under an overcast one, of its normal
_SUNNY_WARM = 0.3  # correlation of temperature with sunshine in summer; opposite and half of it in winter


@dataclass(frozen=True, slots=True)
class Days:
    """One row a day; all (day,).

    Attributes:
        temperature_c: Mean.
        range_k: Highest less lowest.
        sunshine: Share of the day's length.
        rain_mm: Its sum.
        humidity: Mean relative humidity.
        wind_m_s: Mean of the season.
        windy: Normal latent of the day's wind.
        from_deg: Prevailing direction with the day's turn.
        pressure: Normal latent of the pressure.
        dust: Normal latent of fine particles.
    """

    temperature_c: Array
    range_k: Array
    sunshine: Array
    rain_mm: Array
    humidity: Array
    wind_m_s: Array
    windy: Array
    from_deg: Array
    pressure: Array
    dust: Array


def days_between(climate: Climate, seed: int, first: int, last: int, *, southern: bool) -> Days:
    """Return the days from `first` up to and without `last`, counted since 1970."""
    start, end = date.fromordinal(EPOCH + first), date.fromordinal(EPOCH + last - 1)
    years = [_year(climate, seed, year, southern) for year in range(start.year, end.year + 1)]
    skip = (start - date(start.year, 1, 1)).days
    table = np.concatenate(years, axis=1)[:, skip : skip + last - first]
    return Days(*table)


@lru_cache(maxsize=32)
def _year(climate: Climate, seed: int, year: int, southern: bool) -> Array:
    """Return the days of a year, (quantity of `Days`, day)."""
    white, even = noise_into(seed, year, _COURSES)
    of_year = np.minimum(np.arange(year_length(year)), 364)
    before = np.arange(365 - SPIN_UP_DAYS, 365)
    day = np.concatenate([before, of_year])
    memory = _MEMORY.copy()
    memory[_WARM], louder = through_noons(climate.persistence)
    latent = remember(white, memory)
    latent[:, _WARM] *= louder
    normals = normals_by_day(climate, southern=southern)[:, day]
    wet = _wet_days(normals[_WET], even[:, 0])
    sunshine = _sunshine(normals[_SUN], normals[_WET], wet, latent[:, _CLEAR])
    less_cloudy = sunshine - normals[_SUN]
    rows = np.stack(
        [
            normals[_MEAN] + normals[_SPREAD] * _anomaly(latent, _summer(day, southern=southern)),
            normals[_RANGE] * (1.0 + _SUNNY_RANGE * less_cloudy),
            sunshine,
            wet * normals[_RAIN] / normals[_WET] * special.gammaincinv(_RAIN_SHAPE, even[:, 1]) / _RAIN_SHAPE,
            np.clip(
                normals[_HUMID] + _WET_HUMIDITY * (wet - normals[_WET]) + _SUNNY_HUMIDITY * less_cloudy, 0.15, 0.99
            ),
            normals[_WINDS],
            latent[:, _WIND],
            np.degrees(np.arctan2(normals[_EAST], normals[_NORTH])) + _VEER_DEG * latent[:, _VEER],
            latent[:, _PRESSURE],
            latent[:, _DUST],
        ]
    )
    return rows[:, SPIN_UP_DAYS:]


_VEER_DEG = 60.0  # typical spread of the day's wind about the season's

_MEAN, _RANGE, _SPREAD, _SUN, _WET, _RAIN, _HUMID, _WINDS, _EAST, _NORTH = range(10)


@lru_cache(maxsize=16)
def normals_by_day(climate: Climate, *, southern: bool) -> Array:
    """Return what is normal on each day of a year, (quantity, 365).

    The quantities: mean temperature, its range, its spread, share of sunshine, share of wet days, rain in mm a day,
    relative humidity, wind, and the parts of the prevailing wind from east and from north.

    Args:
        climate: Whose normals they are.
        southern: Whether the place is on the other half of the Earth than the climate's station.
    """
    months = MONTH_DAYS.astype(np.float64)
    winds = np.radians(climate.wind_from_deg)
    sunshine = np.asarray(climate.sunshine_h) / (months * daylight_h(climate.latitude_deg))
    rows: tuple[Months | Array, ...] = (
        climate.mean_c,
        np.subtract(climate.maximum_c, climate.minimum_c),
        climate.spread_k,
        sunshine,
        np.asarray(climate.rain_days) / months,
        np.asarray(climate.rain_mm) / months,
        climate.humidity,
        climate.wind_m_s,
        np.sin(winds),
        np.cos(winds),
    )
    table = np.stack([by_day(row, southern=southern) for row in rows])
    table[_SUN], table[_WET] = np.clip(table[_SUN], 0.03, 0.95), np.clip(table[_WET], 0.01, 0.95)
    for row in (_RANGE, _SPREAD, _RAIN, _WINDS):
        table[row] = np.maximum(table[row], 0.05)
    return table


def daylight_h(latitude_deg: float) -> Array:
    """Return (12,) the mean length of days of each month (FAO Irrigation and Drainage Paper 56, eq. 24, 25, 34)."""
    declination = 0.409 * np.sin(2.0 * np.pi * np.arange(1, 366) / 365.0 - 1.39)
    cosine = np.clip(-np.tan(np.radians(latitude_deg)) * np.tan(declination), -1.0, 1.0)
    hours = 24.0 / np.pi * np.arccos(cosine)
    edges = np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])
    return np.asarray(np.add.reduceat(hours, edges) / MONTH_DAYS)


def _wet_days(share: Array, even: Array) -> Array:
    """Return (day,) 1 where it rains: a Markov chain that is wet on `share` of all days."""
    wet_after_wet = share + _WET_MEMORY * (1.0 - share)
    wet_after_dry = share * (1.0 - _WET_MEMORY)
    wet, now = np.zeros(len(share)), False
    for day in range(len(share)):
        now = bool(even[day] < (wet_after_wet if now else wet_after_dry)[day])
        wet[day] = now
    return wet


def _sunshine(normal: Array, wet_share: Array, wet: Array, latent: Array) -> Array:
    """Return (day,) shares of sunshine, less on wet days, whose expectation is the normal."""
    on_dry = np.minimum(normal / (1.0 - wet_share * (1.0 - _WET_SUNSHINE)), 0.95)
    on_wet = np.clip((normal - (1.0 - wet_share) * on_dry) / wet_share, 0.02, 0.95)
    mean = np.where(wet > 0.0, on_wet, on_dry)
    width = _SUNSHINE_WIDTH
    return np.asarray(special.betaincinv(width * mean, width * (1.0 - mean), special.ndtr(latent)))


def _summer(day: NDArray[np.int64], *, southern: bool) -> Array:
    """Return 1 in the middle of summer, -1 in the middle of winter."""
    later = 182.5 if southern else 0.0
    return np.asarray(-np.cos(2.0 * np.pi * (day - 15.0 - later) / 365.0))


def _anomaly(latent: Array, summer: Array) -> Array:
    """Return a normal latent of the temperature that goes with sunshine in summer and against it in winter."""
    share = _SUNNY_WARM * (0.25 + 0.75 * summer)
    return np.asarray(share * latent[:, _CLEAR] + np.sqrt(1.0 - share**2) * latent[:, _WARM])
