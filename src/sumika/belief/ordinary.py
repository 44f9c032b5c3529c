"""How far a model is ordinarily off, learned as it goes: its spread, and how long an error lasts.

Errors of a house's model are not independent: the sun that was not foretold is there for hours. They are taken as
first-order processes (G. E. P. Box, G. M. Jenkins, Time Series Analysis, ch. 3): of each error a share lasts from the
quarter before, and only the rest is news. Evidence is counted in news.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LASTS = 288.0
"""Quarters of an hour over which the ordinary is learned: three days."""

WILD = 3.0
"""An error of more standard deviations counts as so many: a fault must not become the ordinary."""

MOST_CORRELATED = 0.9


class Ordinary:
    """Spread and persistence of several errors at once.

    Attributes:
        taken: How many were taken.
    """

    def __init__(self, spread: Array) -> None:
        """Begin with what is typical.

        Args:
            spread: (error,) standard deviations.
        """
        self.square = spread**2
        self.together = 0.3 * spread**2
        self.news_square = spread**2
        self._least = (0.3 * spread) ** 2
        self.taken = 0
        self._before, self._known = np.zeros(len(spread)), np.zeros(len(spread), bool)

    def take(self, error: Array, count: NDArray[np.bool_]) -> None:
        """Take one more error of each.

        Args:
            error: (error,); NaN where nothing was measured.
            count: (error,) which are ordinary; the others teach nothing.
        """
        good = np.isfinite(error) & count
        clipped = self._clipped(np.where(good, error, 0.0), self.square)
        both = good & self._known
        before = np.where(both, self._before, 0.0)
        news = self._clipped(np.where(both, error - self.lasts * before, 0.0), self.news_square)
        self.square = np.maximum(self._later(self.square, clipped**2, good), self._least)
        self.news_square = np.maximum(self._later(self.news_square, news**2, both), self._least)
        self.together = self._later(self.together, clipped * before, both)
        self._before, self._known = clipped, good
        self.taken += 1

    @staticmethod
    def _clipped(error: Array, square: Array) -> Array:
        bound = WILD * np.sqrt(square)
        return np.asarray(np.clip(error, -bound, bound))

    @staticmethod
    def _later(mean: Array, one: Array, count: NDArray[np.bool_]) -> Array:
        return np.asarray(np.where(count, mean + (one - mean) / LASTS, mean))

    @property
    def sigma(self) -> Array:
        """(error,) standard deviation of one."""
        return np.asarray(np.sqrt(self.square))

    @property
    def lasts(self) -> Array:
        """(error,) share of an error that is still there a quarter later."""
        return np.asarray(np.clip(self.together / self.square, 0.0, MOST_CORRELATED))

    @property
    def news_sigma(self) -> Array:
        """(error,) standard deviation of what is new in each."""
        return np.asarray(np.sqrt(self.news_square))
