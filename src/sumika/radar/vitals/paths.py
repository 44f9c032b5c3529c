"""Several views of one chest's movement, on an even time axis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar.breathing_rate import Trace

_EVEN_SHARE = 0.01
"""Frames that come as evenly as this share of their interval are not interpolated."""

Array = NDArray[np.float64]

ViewKey = tuple[frozenset[int], bool]
"""What a path is of: range bins, and whether they are summed up or vote."""


@dataclass(frozen=True, slots=True)
class Traces:
    """How a chest moved, as several combinations of cells see it.

    Attributes:
        paths_mm: (path, sample) on an even time axis; the last is that of all cells.
        interval_s: Between samples.
    """

    paths_mm: Array
    interval_s: float

    @property
    def length_s(self) -> float:
        """How long they are."""
        return float(self.paths_mm.shape[1] * self.interval_s)

    def trace(self, path: int) -> Trace:
        """Return one of them."""
        return Trace(self.paths_mm[path], self.interval_s)


def even_traces(paths_mm: Array, time_s: Array, interval_s: float) -> Traces:
    """Put paths on an even time axis; lost frames are interpolated.

    Args:
        paths_mm: (path, frame).
        time_s: (frame,) when.
        interval_s: Between frames, as the radar is set.
    """
    span_s = float(time_s[-1] - time_s[0])
    count = max(8, round(span_s / interval_s) + 1)
    axis = np.linspace(time_s[0], time_s[-1], count)
    step_s = span_s / (count - 1)
    if count == time_s.size and np.abs(axis - time_s).max() < _EVEN_SHARE * step_s:
        return Traces(paths_mm, step_s)
    return Traces(np.array([np.interp(axis, time_s, path) for path in paths_mm]), step_s)
