"""A way through the house whose corners are known, walked once from the first to the last."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEP_M = 0.1
_WINDOW_M = 0.6
"""How far along the way from where it is taken to be a moment may lie."""

_SMOOTH = 5


def walked_m(places_m: Array) -> Array:
    """Return (moment,) how long the way to each moment was, without the jitter of single moments.

    Args:
        places_m: (moment, 2); at least one.
    """
    kernel = np.full(_SMOOTH, 1.0 / _SMOOTH)
    padded = np.pad(places_m, ((_SMOOTH // 2, _SMOOTH // 2), (0, 0)), mode="edge")
    smooth = np.stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in range(2)], axis=1)
    steps = np.sqrt((np.diff(smooth, axis=0) ** 2).sum(axis=1))
    return np.concatenate(((0.0,), np.cumsum(steps)))


@dataclass(frozen=True)
class KnownWalk:
    """A way.

    Attributes:
        corners_m: (corner, 2) on the floor plan, in the order in which they were passed; at least three.
        sigma_m: How exactly it was kept to.
    """

    corners_m: Array
    sigma_m: float = 0.1

    def __post_init__(self) -> None:
        """Check the corners.

        Raises:
            ValueError: if they are not at least three places on the plan.
        """
        if self.corners_m.ndim != 2 or self.corners_m.shape[1] != 2 or len(self.corners_m) < 3:
            raise ValueError(f"a way needs (corner, 2) with three corners at least; got {self.corners_m.shape}")

    @cached_property
    def _passed_m(self) -> Array:
        """(corner,) how far each corner is along the way."""
        legs = np.sqrt((np.diff(self.corners_m, axis=0) ** 2).sum(axis=1))
        return np.concatenate(((0.0,), np.cumsum(legs)))

    @property
    def length_m(self) -> float:
        """Of the whole way."""
        return float(self._passed_m[-1])

    def at(self, progress_m: Array) -> Array:
        """Return (moment, 2) the places so far along the way."""
        return np.stack([np.interp(progress_m, self._passed_m, self.corners_m[:, axis]) for axis in range(2)], axis=1)

    def evenly(self, places_m: Array) -> Array:
        """Return (moment,) how far along the way each moment is, if each stretch of the path is as long as it seems."""
        passed = walked_m(places_m)
        return passed * (self.length_m / max(float(passed[-1]), 1e-9))

    def in_order(self, places_m: Array) -> Array:
        """Return (moment,) how far along the way each place is, never going back: the least sum of squared distances.

        Args:
            places_m: (moment, 2).
        """
        marks = np.linspace(0.0, self.length_m, max(2, round(self.length_m / _STEP_M) + 1))
        spots = self.at(marks)
        cost = ((places_m[:, None] - spots) ** 2).sum(axis=2)
        total, came = cost.copy(), np.zeros(cost.shape, np.int64)
        here = np.arange(len(marks))
        for moment in range(1, len(places_m)):
            # The best place to have been before is the least of all up to here.
            least = np.minimum.accumulate(total[moment - 1])
            came[moment] = np.maximum.accumulate(np.where(total[moment - 1] <= least, here, 0))
            total[moment] += least
        mark = int(np.argmin(total[-1]))
        progress = np.zeros(len(places_m))
        for moment in range(len(places_m) - 1, -1, -1):
            progress[moment] = marks[mark]
            mark = int(came[moment, mark])
        return progress

    def nearest(self, places_m: Array, progress_m: Array) -> Array:
        """Return (moment, 2) the nearest place of the way to each, not far from where it is taken to be.

        Args:
            places_m: (moment, 2).
            progress_m: (moment,) as `in_order` gives it.
        """
        begins, ends = self.corners_m[:-1], self.corners_m[1:]
        along, long_m = ends - begins, np.diff(self._passed_m)
        from_begin = places_m[:, None] - begins
        share = (from_begin * along).sum(axis=2) / np.maximum((along * along).sum(axis=1), 1e-12)
        low = (progress_m[:, None] - _WINDOW_M - self._passed_m[:-1]) / np.maximum(long_m, 1e-9)
        high = (progress_m[:, None] + _WINDOW_M - self._passed_m[:-1]) / np.maximum(long_m, 1e-9)
        allowed = (low <= 1.0) & (high >= 0.0)
        foot = begins + np.clip(share, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0))[:, :, None] * along
        squared = np.where(allowed, ((places_m[:, None] - foot) ** 2).sum(axis=2), np.inf)
        nearest: Array = foot[np.arange(len(places_m)), squared.argmin(axis=1)]
        return nearest
