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


HOURS = 24
HOUR_S = 3600.0
SHRINKS = 16.0
"""Quarters of an hour after which what an hour is like counts as much as what all hours are like: four days of it."""

MOST_QUARTERS = 80.0
"""An hour is remembered over twenty days."""


class Hours:
    """How errors usually are at every hour of the day.

    At some hours of every day a room does what no model of it knows: a door is opened in the morning, a bath is let in.
    What comes at the same hour every day is no event.

    Attributes:
        mean: (hour, error) of it.
        square: (hour, error) mean square of what is beyond that.
        count: (hour, error) from how many quarters.
    """

    def __init__(self, spread: Array) -> None:
        """Begin with nothing usual.

        Args:
            spread: (error,) standard deviations that are typical.
        """
        shape = (HOURS, len(spread))
        self.mean, self.count = np.zeros(shape), np.zeros(shape)
        self.square = np.tile(spread**2, (HOURS, 1))

    def usual(self, begin_s: float) -> Array:
        """Return (error,) how errors usually are at an hour, less the less often it was lived.

        Args:
            begin_s: Unix time; days are those of UTC, for which hours of the house stand at the same place each day.
        """
        hour = _hour(begin_s)
        return np.asarray(self.mean[hour] * self._weight(hour))

    def wider(self, begin_s: float) -> Array:
        """Return (error,) by which factor errors spread wider at an hour than all day; at least 1.

        Args:
            begin_s: Unix time.
        """
        hour = _hour(begin_s)
        ratio = self.square[hour] / self.square.mean(axis=0)
        return np.asarray(np.sqrt(np.maximum(1.0, 1.0 + self._weight(hour) * (ratio - 1.0))))

    def take(self, error: Array, ordinary: NDArray[np.bool_], begin_s: float) -> None:
        """Take one more error of each.

        Args:
            error: (error,); NaN where nothing was measured.
            ordinary: (error,) which are; the others teach nothing.
            begin_s: Unix time.
        """
        hour = _hour(begin_s)
        good = np.isfinite(error) & ordinary
        bound = WILD * np.sqrt(self.square.mean(axis=0))
        beyond = np.clip(np.where(good, error, 0.0) - self.mean[hour], -bound, bound)
        self.count[hour] = np.where(good, np.minimum(self.count[hour] + 1.0, MOST_QUARTERS), self.count[hour])
        share = np.where(good, 1.0 / np.maximum(self.count[hour], 1.0), 0.0)
        self.square[hour] += share * (beyond**2 - self.square[hour])
        self.mean[hour] += share * beyond

    def _weight(self, hour: int) -> Array:
        return np.asarray(self.count[hour] / (self.count[hour] + SHRINKS))


def _hour(begin_s: float) -> int:
    return int(begin_s // HOUR_S) % HOURS
