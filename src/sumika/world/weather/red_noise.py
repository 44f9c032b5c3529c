"""Random courses that remember: by day for a calendar year, and by hour within days; the same for everybody who asks.

A year's course depends on its seed and its number alone, not on where a simulation begins: noise of the last weeks of
the year before brings it to where it would be.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SPIN_UP_DAYS = 90
"""A memory of 0.8 a day has sunk below 1e-8 by then."""

_BY_DAY, _WITHIN_DAY, _FORECAST = 5301, 5302, 5303
_FAR_DAYS = 1_000_000  # so that seeds of days before 1970 are no negative numbers


def year_length(year: int) -> int:
    """Return how many days a year of the Gregorian calendar has."""
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


@lru_cache(maxsize=16)
def yearly_noise(seed: int, year: int, courses: int) -> tuple[Array, Array]:
    """Return white noise of a year: (day, course) normal, and (day, 2) even between 0 and 1; read only."""
    generator = np.random.Generator(np.random.SFC64((seed, _BY_DAY, year)))
    normal, even = generator.standard_normal((366, courses)), generator.random((366, 2))
    days = year_length(year)
    return normal[:days], even[:days]


def noise_into(seed: int, year: int, courses: int) -> tuple[Array, Array]:
    """Return the noise of a year with that of the last weeks before: (spin-up + day, ...)."""
    before, this = yearly_noise(seed, year - 1, courses), yearly_noise(seed, year, courses)
    return (
        np.concatenate([before[0][-SPIN_UP_DAYS:], this[0]]),
        np.concatenate([before[1][-SPIN_UP_DAYS:], this[1]]),
    )


def remember(white: Array, memory: Array) -> Array:
    """Return courses of unit variance, (day, course), each of whose days remembers the day before.

    Args:
        white: (day, course) of unit variance.
        memory: (course,) correlation with the next day.
    """
    fresh = white * np.sqrt(1.0 - memory**2)
    course = np.empty_like(white)
    now = white[0].copy()
    for day in range(len(white)):
        now = memory * now + fresh[day]
        course[day] = now
    return course


def within_day(seed: int, day: int, shape: tuple[int, int]) -> Array:
    """Return white noise within a day, (knot, course).

    Args:
        seed: Of the weather.
        day: Since 1970.
        shape: Knots of the day, courses.
    """
    return np.random.Generator(np.random.SFC64((seed, _WITHIN_DAY, day + _FAR_DAYS))).standard_normal(shape)


def of_forecast(seed: int, issue: int, shape: tuple[int, int]) -> Array:
    """Return white noise of a forecast, (lead, course)."""
    return np.random.Generator(np.random.SFC64((seed, _FORECAST, issue + 4 * _FAR_DAYS))).standard_normal(shape)


def between(knots: Array, place: Array, memory: float | Array) -> Array:
    """Return a course between its knots along straight lines, its variance kept at one.

    Args:
        knots: (knot, course) of unit variance.
        place: (time,) in knots from the first.
        memory: Correlation of one knot with the next.
    """
    low = np.clip(np.floor(place).astype(np.int64), 0, len(knots) - 2)
    share = (place - low)[:, None]
    spread = np.sqrt((1.0 - share) ** 2 + share**2 + 2.0 * memory * share * (1.0 - share))
    return np.asarray(((1.0 - share) * knots[low] + share * knots[low + 1]) / spread)


def through_noons(persistence: float) -> tuple[float, float]:
    """Return memory and loudness of values at noon, so that the means of days have unit variance and a persistence.

    Straight lines from noon to noon give the mean of a day an eighth of each neighbour's value, and so more memory and
    less variance than the values at noon have.

    Args:
        persistence: Correlation of a day's mean with the next day's; at least 0.33.
    """
    parts = np.array([0.125, 0.75, 0.125])
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    late = np.abs(np.subtract.outer(np.arange(3), np.arange(1, 4)))

    def variance(memory: float) -> float:
        return float(parts @ memory**apart @ parts)

    low, high = 0.0, 1.0
    while high - low > 1e-12:
        memory = 0.5 * (low + high)
        together = float(parts @ memory**late @ parts) / variance(memory)
        low, high = (memory, high) if together < persistence else (low, memory)
    return low, variance(low) ** -0.5
