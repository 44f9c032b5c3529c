"""From twelve normals to every day of a year, so that the days' mean over each month is the month's normal."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MONTH_OF_DAY = np.repeat(np.arange(12), MONTH_DAYS)
"""(365,) month of each day of a year, from 0."""


@cache
def _weights() -> tuple[Array, Array]:
    """Return (365, 12) what the middle of each month counts on each day, and the inverse of its means by month."""
    middle = np.cumsum(MONTH_DAYS) - 0.5 * MONTH_DAYS
    around = np.concatenate([middle[-1:] - 365.0, middle, middle[:1] + 365.0])
    day = np.arange(365) + 0.5
    weights = np.stack([np.interp(day, around, one[np.arange(-1, 13) % 12]) for one in np.eye(12)], axis=1)
    means = np.stack([weights[month == MONTH_OF_DAY].mean(axis=0) for month in range(12)])
    return weights, np.linalg.inv(means)


def by_day(months: Sequence[float] | Array, *, southern: bool = False) -> Array:
    """Return (365,) a quantity day by day: straight lines between the middles of months, true to each month's mean.

    Args:
        months: (12,) means, January to December.
        southern: Whether seasons are half a year later than where the means come from.
    """
    weights, inverse = _weights()
    means = np.roll(np.asarray(months, dtype=np.float64), 6 if southern else 0)
    return np.asarray(weights @ (inverse @ means))
