"""A body's height over the last seconds: whether it lies low, since when, and how it came down."""

import math
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception._bodies import NO_ELEVATION_M, passed_s
from sumika.schema import HeldBy, Track
from sumika.units import ns_to_seconds

Array = NDArray[np.float64]

MEMORY_S = 14.0
LOW_M = 0.33
"""Whose middle is lower for long lies on the floor: who sits on it has it at 0.45 m, who lies on a bed at 0.6 m."""

_STAYS_LOW_M = 0.4
_QUICK_S, _LEVEL_S, _SLOW_S = 0.3, 0.6, 1.0
"""Heights are means over the first to tell when, over the second to tell how high before, over the third to tell
whether a body stays low."""

_BEFORE_S, _FALL_FROM_S, _FALL_TO_S = 4.0, 3.0, 1.0
"""How high a body was is asked so long before it was low; how fast it came down, between so long before and after."""

_TAIL_S, _LANDS_S = 4.0, 0.5
WINDOW_S = 0.6
"""The speed of a drop is that of its fastest stretch of this length; somebody falls for 0.5 to 1 s."""

_PLACE_S, _SPOT_S, _GOES_S = 0.5, 0.3, 1.0
"""Places are means over the first, since limbs make them jitter; where a body came to be low is told so long after it
did; how fast it then goes, over the third."""

_SAME_S = 1e-6
_MOST_HEIGHTS = 600
_GAP_S = 4.0
"""Who was not seen for longer may have come down in any way."""


@dataclass(frozen=True, slots=True)
class Height:
    """Where a body's middle was.

    Attributes:
        stamp: When.
        middle_m: Above the floor.
        sigma_m: Standard deviation.
        falls_m_s: How fast it comes down, as the tracker says.
        seen: Whether points showed it, not memory.
        place_m: On the floor plan.
        going_m_s: How fast it moves on the floor plan.
        rests: Whether it lies on a bed or sofa, as far as anybody can say: that is not low, however low it seems.
    """

    stamp: Instant
    middle_m: float
    sigma_m: float
    falls_m_s: float
    seen: bool
    place_m: tuple[float, float]
    going_m_s: float
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Descent:
    """How a body came to lie low.

    Attributes:
        top_m: Its middle before.
        low_m: Its middle now, over the last seconds.
        sigma_m: Standard deviation of a single look at that.
        speed_m_s: Of its fastest stretch downwards.
        low_s: How long it has been low.
        seen: Share of the last seconds in which points showed it.
        wandered_m: How far it moved about on the floor plan in the last seconds, as a standard deviation.
        going_m_s: How fast it moved on the floor plan in the last seconds, on average.
        left_m: How far it was, at most, from where it came to be low.
        walks_m_s: How fast it went over the floor, at most, over a second since it is low.
        high_m: How high its points reach, but for one in five; None where too few tell.
        rush_m_s: How fast its points were on the way down, but for one in ten; None where too few tell.
    """

    top_m: float
    low_m: float
    sigma_m: float
    speed_m_s: float
    low_s: float = 0.0
    seen: float = 1.0
    wandered_m: float = 0.0
    going_m_s: float = 0.0
    left_m: float = 0.0
    walks_m_s: float = 0.0
    high_m: float | None = None
    rush_m_s: float | None = None

    @property
    def drop_m(self) -> float:
        """How far the middle came down."""
        return self.top_m - self.low_m


@dataclass(slots=True)
class HeightMemory:
    """Heights of the last seconds of one body: all of one clock, and none earlier than those before it."""

    heights: deque[Height] = field(default_factory=lambda: deque(maxlen=_MOST_HEIGHTS))

    def add(self, track: Track, now: Instant, *, rests: bool = False) -> None:
        """Keep a track's height, and whether it lies on furniture; forget what is too old, or of another clock."""
        if self.heights:
            gap_s = passed_s(self.heights[-1].stamp, now)
            if gap_s is None or gap_s > _GAP_S:
                self.heights.clear()
        x, y, middle_m = track.position_m
        seen = track.held_by is not HeldBy.MEMORY
        going_m_s = math.hypot(*track.velocity_m_s[:2])
        fall_m_s, sigma_m = -track.velocity_m_s[2], track.position_sigma_m[2]
        self.heights.append(Height(now, middle_m, sigma_m, fall_m_s, seen, (x, y), going_m_s, rests))
        while (passed_s(self.heights[0].stamp, now) or 0.0) > MEMORY_S:
            self.heights.popleft()

    def descent(self) -> Descent | None:
        """Return how the body came to lie low; None where it does not, or where it was not seen higher before."""
        if self._is_high():
            return None
        kept = list(self.heights)
        begin_ns = kept[0].stamp.monotonic_ns
        every = np.array([ns_to_seconds(one.stamp.monotonic_ns - begin_ns) for one in kept])
        table = np.array(
            [
                (one.middle_m, one.sigma_m, one.falls_m_s, one.seen, *one.place_m, one.going_m_s, one.rests)
                for one in kept
            ]
        )
        told = table[:, 1] <= NO_ELEVATION_M
        if told.sum() < 5:
            return None
        times, middle = every[told], table[told, 0]
        quick, slow = _means(times, middle, _QUICK_S), _means(times, middle, _SLOW_S)
        high = np.flatnonzero(((slow >= _STAYS_LOW_M) & (quick >= LOW_M)) | (table[told, 7] > 0))
        if not high.size or high[-1] == len(times) - 1:
            return None
        first = int(high[-1]) + 1
        below = np.flatnonzero(quick[first:] < LOW_M)
        if not below.size:
            return None
        first += int(below[0])
        found = _descent(first, times, middle, quick, table[told])
        return found and replace(found, **_lately(every, table, float(times[first])))

    def _is_high(self) -> bool:
        """Return whether the last height that tells anything is not low: of most bodies, for whom no more is asked."""
        last: Height | None = None
        last_ns = 0
        quick, slow = [], []
        for one in reversed(self.heights):
            if one.sigma_m > NO_ELEVATION_M:
                continue
            if last is None:
                last, last_ns = one, one.stamp.monotonic_ns
            before_s = ns_to_seconds(last_ns - one.stamp.monotonic_ns)
            if before_s > _SLOW_S - _SAME_S:
                break
            slow.append(one.middle_m)
            if before_s <= _QUICK_S - _SAME_S:
                quick.append(one.middle_m)
        if last is None or last.rests:
            return True
        return sum(slow) >= _STAYS_LOW_M * len(slow) and sum(quick) >= LOW_M * len(quick)


def _lately(every: Array, table: Array, began_s: float) -> dict[str, float]:
    """Return what is told of the last seconds, those among them in which only memory holds the body."""
    tail = table[every > every[-1] - _TAIL_S]
    return {
        "low_s": float(every[-1]) - began_s,
        "seen": float(tail[:, 3].mean()),
        "wandered_m": math.hypot(float(tail[:, 4].std()), float(tail[:, 5].std())),
        "going_m_s": float(tail[:, 6].mean()),
    }


def _descent(first: int, times: Array, middle: Array, quick: Array, table: Array) -> Descent | None:
    began_s, now_s = float(times[first]), float(times[-1])
    before = (times >= began_s - _BEFORE_S) & (times <= began_s)
    top_m = float(_means(times, middle, _LEVEL_S)[before].max())
    # Where only memory holds it, a height is what it was: of who is out of sight counts what was seen of him last.
    seen = (times >= began_s) & (table[:, 3] > 0)
    end_s = float(times[seen].max()) if seen.any() else now_s
    lately = times > max(end_s - _TAIL_S, min(began_s + _LANDS_S, end_s - _LANDS_S))
    lately &= seen | ~seen.any()
    low_m = float(middle[lately].mean())
    if top_m - low_m < 0.1:
        return None
    way = (times >= began_s - _FALL_FROM_S) & (times <= began_s + _FALL_TO_S)
    speed = max(float(table[way, 2].max()), _fastest_m_s(times[way], quick[way]))
    left_m, walks_m_s = _ways(times, table, began_s)
    return Descent(
        top_m=top_m,
        low_m=low_m,
        sigma_m=float(table[lately, 1].mean()),
        speed_m_s=speed,
        left_m=left_m,
        walks_m_s=walks_m_s,
    )


def _ways(times: Array, table: Array, began_s: float) -> tuple[float, float]:
    """Return how far a body was, at most, from where it came to be low, and how fast it went there over a second."""
    low = (times >= began_s) & (table[:, 3] > 0)
    if low.sum() < 2:
        return 0.0, 0.0
    since, (x, y) = times[low], (_means(times[low], table[low, column], _PLACE_S) for column in (4, 5))
    settled = min(int(np.searchsorted(since, began_s + _SPOT_S)), len(x) - 1)
    left_m = float(np.hypot(x - x[settled], y - y[settled])[settled:].max())
    before = np.maximum(np.searchsorted(since, since - _GOES_S), settled)
    lasts_s = since - since[before]
    went_m = np.hypot(x - x[before], y - y[before])[lasts_s > 0.7 * _GOES_S]
    return left_m, float((went_m / lasts_s[lasts_s > 0.7 * _GOES_S]).max(initial=0.0))


def _means(times: Array, values: Array, over_s: float) -> Array:
    """Return, for each time, the mean of the values of so long before it, itself among them."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    last = np.arange(1, len(times) + 1)
    first = np.searchsorted(times, times - over_s + _SAME_S)
    means: Array = (sums[last] - sums[first]) / (last - first)
    return means


def _fastest_m_s(times: Array, quick: Array) -> float:
    """Return the fastest way down over `WINDOW_S`."""
    first = np.searchsorted(times, times - WINDOW_S - 1e-6)
    length_s = times - times[first]
    drops = np.where(length_s > 0.5 * WINDOW_S, quick[first] - quick, 0.0)
    return float(drops.max() / WINDOW_S)
