"""How far a model is ordinarily off, learned as it goes: its spread, and how long an error lasts.

Errors of a house's model are not independent: the sun that was not foretold is there for hours. A test that adds up
evidence must count such errors by their long-run variance, which for a first-order process is (1 + r) / (1 - r) times
the plain one (the variance of a mean of correlated samples: G. E. P. Box, G. M. Jenkins, Time Series Analysis, ch. 2).
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LASTS = 288.0
"""Quarters of an hour over which the ordinary is learned: three days."""

WILD = 3.0
"""An error of more standard deviations counts as so many: a fault must not become the ordinary."""

MOST_CORRELATED = 0.8


class Ordinary:
    """Spread and persistence of several errors at once."""

    def __init__(self, spread: Array) -> None:
        """Begin with what is typical.

        Args:
            spread: (error,) standard deviations.
        """
        self.square = spread**2
        self.together = 0.3 * spread**2
        self._least = (0.3 * spread) ** 2
        self._before = np.full(len(spread), np.nan)

    def take(self, error: Array, count: NDArray[np.bool_]) -> None:
        """Take one more error of each.

        Args:
            error: (error,); NaN where nothing was measured.
            count: (error,) which are ordinary; the others teach nothing.
        """
        bound = WILD * np.sqrt(self.square)
        good = np.isfinite(error) & count
        clipped = np.clip(np.where(good, error, 0.0), -bound, bound)
        share = 1.0 / LASTS
        self.square = np.where(good, self.square + share * (clipped**2 - self.square), self.square)
        self.square = np.maximum(self.square, self._least)
        both = good & np.isfinite(self._before)
        product = clipped * np.where(both, self._before, 0.0)
        self.together = np.where(both, self.together + share * (product - self.together), self.together)
        self._before = np.where(good, clipped, np.nan)

    @property
    def sigma(self) -> Array:
        """(error,) standard deviation of one."""
        return np.asarray(np.sqrt(self.square))

    @property
    def long_run_sigma(self) -> Array:
        """(error,) standard deviation by which errors in a row count."""
        correlated = np.clip(self.together / self.square, 0.0, MOST_CORRELATED)
        return np.asarray(np.sqrt(self.square * (1.0 + correlated) / (1.0 - correlated)))
