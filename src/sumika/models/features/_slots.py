"""Heart rates on an even grid of time, and sums over any window of it: what sleep's features are made of."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
SLOT_S = 5.0
"""A watch tells a rate about so often; a radar that tells more is brought to the same grid, or it would look calmer."""
LEAST_BPM, MOST_BPM = 25.0, 220.0


def slots_of(
    reading_s: Numbers,
    rate_bpm: Numbers,
    start_s: float,
    count: int,
    least: float = LEAST_BPM,
    most: float = MOST_BPM,
) -> Numbers:
    """Return the mean rate in each slot (slot,), NaN where none was read.

    Args:
        reading_s: When each rate was read.
        rate_bpm: What it was; what lies outside of `least` to `most`, or is NaN, counts as not read.
        start_s: Where the first slot begins.
        count: How many slots.
        least: Lowest rate that can be: of a heart, unless told otherwise.
        most: Highest one.
    """
    slot = np.floor((np.asarray(reading_s) - start_s) / SLOT_S)
    with np.errstate(invalid="ignore"):
        good = (slot >= 0) & (slot < count) & (rate_bpm >= least) & (rate_bpm <= most)
    place = slot[good].astype(np.int64)
    read = np.bincount(place, minlength=count)
    total = np.bincount(place, weights=rate_bpm[good], minlength=count)
    return np.where(read > 0, total / np.maximum(read, 1), np.nan)


def bridged(values: Numbers, longest: int) -> Numbers:
    """Return (slot,) with straight lines across the gaps between values, NaN where they are too far apart.

    Args:
        values: (slot,) NaN where there is none.
        longest: Slots from one value to the next that a line may join; before the first and after the last stays NaN.
    """
    there = np.flatnonzero(np.isfinite(values))
    if len(there) == 0:
        return values
    place = np.arange(len(values))
    after = np.searchsorted(there, place)
    inside = (place >= there[0]) & (place <= there[-1])
    apart = there[np.minimum(after, len(there) - 1)] - there[np.maximum(after - 1, 0)]
    joined = np.isfinite(values) | (inside & (apart <= longest))
    return np.asarray(np.where(joined, np.interp(place, there, values[there]), np.nan))


class Series:
    """A series with gaps.

    Attributes:
        values: (slot,) NaN where there is none.
    """

    def __init__(self, values: Numbers) -> None:
        self.values = values
        there = np.isfinite(values)
        filled = np.where(there, values, 0.0)
        self._count = np.concatenate([[0], np.cumsum(there)])
        self._sum = np.concatenate([[0.0], np.cumsum(filled)])
        self._square = np.concatenate([[0.0], np.cumsum(filled**2)])

    def count(self, first: Places, last: Places) -> Places:
        """Return how many values lie in each window, from slot `first` up to, not including, `last`."""
        first, last = self._inside(first, last)
        return np.asarray(self._count[last] - self._count[first], np.int64)

    def mean(self, first: Places, last: Places, missing: float | Numbers = np.nan) -> Numbers:
        """Return the mean of each window; `missing` where it holds nothing."""
        first, last = self._inside(first, last)
        count = self._count[last] - self._count[first]
        mean = (self._sum[last] - self._sum[first]) / np.maximum(count, 1)
        return np.asarray(np.where(count > 0, mean, missing))

    def deviation(self, first: Places, last: Places) -> Numbers:
        """Return the standard deviation of each window, 0 where it holds nothing."""
        first, last = self._inside(first, last)
        count = np.maximum(self._count[last] - self._count[first], 1)
        mean = (self._sum[last] - self._sum[first]) / count
        square = (self._square[last] - self._square[first]) / count
        return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)))

    def quantiles(self, first: Places, last: Places, shares: tuple[float, ...], missing: Numbers) -> list[Numbers]:
        """Return the quantiles of each window; `missing` where it holds nothing.

        Args:
            first: First slot of each window.
            last: Slot after the last.
            shares: 0 for the lowest value, 1 for the highest.
            missing: (window,)
        """
        there = np.isfinite(self.values)
        values = self.values[there]
        first, last = self._inside(first, last)
        first, last = self._count[first], self._count[last]
        place = np.maximum(last - first - 1, 0) * np.array(shares)[:, None]
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(last - first - 1, 0))
        low, high = np.tile(missing, (len(shares), 1)), np.tile(missing, (len(shares), 1))
        # `np.quantile` gives the same to the last bit: but asked a thousand times a night, most of its time is its own.
        for window in np.flatnonzero(last > first):
            ordered = np.sort(values[first[window] : last[window]])
            low[:, window], high[:, window] = ordered[below[:, window]], ordered[above[:, window]]
        share, apart = place - below, high - low
        return list(np.where(share >= 0.5, high - apart * (1 - share), low + apart * share))

    def detrended(self, half: int) -> "Series":
        """Return each value minus the mean of the `2 half + 1` slots about it."""
        place = np.arange(len(self.values))
        return Series(self.values - self.mean(place - half, place + half + 1))

    def swings(self, half: int, short: int) -> "Series":
        """Return how far a short mean lies from a long one, whatever the side.

        Args:
            half: Slots of the long mean to either side.
            short: The same of the short one.
        """
        place = np.arange(len(self.values))
        near = self.mean(place - short, place + short + 1)
        return Series(np.abs(near - self.mean(place - half, place + half + 1)))

    def steps(self, most: float) -> "Series":
        """Return the difference between neighbouring slots, at most `most`, whatever the side; at the later one."""
        apart = np.abs(np.diff(self.values, prepend=np.nan))
        return Series(np.minimum(apart, most))

    def _inside(self, first: Places, last: Places) -> tuple[Places, Places]:
        end = len(self.values)
        return np.clip(first, 0, end), np.clip(last, 0, end)
