"""From events, beats or breaths, to the rate over any stretch of time: how many there were, fractions included."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.units import SECONDS_PER_MINUTE

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Events:
    """Beats or breaths of one uninterrupted or interrupted reference.

    Attributes:
        time_s: (event,) rising.
        joined: (event - 1,) whether nothing was missed between one and the next.
    """

    time_s: Array
    joined: NDArray[np.bool_]

    @property
    def intervals_s(self) -> Array:
        """(event - 1,) from one to the next; NaN where something was missed between."""
        return np.where(self.joined, np.diff(self.time_s), np.nan)


def joined_events(pieces: list[Array], longest_pause_s: float) -> Events:
    """Put the events of several stretches together.

    Args:
        pieces: Each (event,) of one stretch without gaps.
        longest_pause_s: Between two events; longer than that means that one was missed.
    """
    pieces = sorted((piece for piece in pieces if piece.size), key=lambda piece: float(piece[0]))
    if not pieces:
        return Events(np.empty(0), np.empty(0, bool))
    time_s = np.concatenate(pieces)
    joined = np.diff(time_s) <= longest_pause_s
    ends = np.cumsum([piece.size for piece in pieces])[:-1] - 1
    joined[ends] = False
    ordered = np.diff(time_s) > 0
    return Events(time_s, joined & ordered)


def rate_per_minute(events: Events, end_s: float, window_s: float) -> float | None:
    """Return the mean rate over a window: the slope of the count, which runs on evenly between two events.

    Args:
        events: Beats or breaths.
        end_s: Where the window ends.
        window_s: How long it is; shorter than two events' distance will do too.

    Returns:
        Per minute; None where the window is not wholly covered without gaps.
    """
    time_s = events.time_s
    start_s = end_s - window_s
    if time_s.size < 2 or start_s < time_s[0] or end_s > time_s[-1] or window_s <= 0:
        return None
    first = int(np.searchsorted(time_s, start_s, "right")) - 1
    last = int(np.searchsorted(time_s, end_s, "left"))
    if not events.joined[first:last].all():
        return None
    count = np.interp((start_s, end_s), time_s[first : last + 1], np.arange(first, last + 1))
    return float((count[1] - count[0]) / window_s * SECONDS_PER_MINUTE)
