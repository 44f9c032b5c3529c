"""Made-up hourly prices of a market: dear mornings and evenings, cheap noons, days that remember each other."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np

_SEED_OF_MARKET = 5205
REMEMBERS_DAY = 0.7
"""Correlation of a day's level with the next; typical of day-ahead markets."""

_SPIN_UP_DAYS = 20  # a memory of 0.7 has sunk below 1e-3 by then


@lru_cache(maxsize=64)
def day_factors(seed: int, day: int) -> tuple[float, ...]:
    """Return 24 factors of the mean price of a day, by hour; their mean over many days is 1.

    Args:
        seed: Of the house.
        day: Since year 1.
    """
    level = 0.0
    for back in range(_SPIN_UP_DAYS, 0, -1):
        level = REMEMBERS_DAY * level + (1.0 - REMEMBERS_DAY**2) ** 0.5 * _draws(seed, day - back + 1)[24]
    spread, jitter = 0.25, 0.08
    hours = np.asarray(_draws(seed, day)[:24])
    factor = np.exp(spread * level - 0.5 * spread**2 + jitter * hours - 0.5 * jitter**2)
    return tuple(float(one) for one in factor)


@lru_cache(maxsize=256)
def _draws(seed: int, day: int) -> tuple[float, ...]:
    generator = np.random.Generator(np.random.SFC64((seed, _SEED_OF_MARKET, max(day, 0))))
    return tuple(float(one) for one in generator.standard_normal(25))


def market_price(mean: float, shape: Sequence[float], least: float, seed: int, when: datetime) -> float:
    """Return the price of an hour.

    Args:
        mean: Over the year.
        shape: 24 factors of it, by hour.
        least: The lowest price there is.
        seed: Of the house.
        when: In local time.
    """
    season = 1.0 + 0.12 * np.cos(4.0 * np.pi * (when.timetuple().tm_yday - 20) / 365.0)  # dear in January and July
    weekend = 0.88 if when.weekday() >= 5 else 1.0
    factor = day_factors(seed, when.toordinal())[when.hour]
    return max(least, float(mean * shape[when.hour] * season * weekend * factor))
