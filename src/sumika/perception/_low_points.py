"""What points tell of who came to lie low: how high they reach now, and how fast they were on the way down.

A track's middle is a mean, and may be off for long: floors mirror, and an antenna array errs alike from frame to frame.
The highest of many points is then off as far, but who sits or crouches has a torso above him, and who lies has none.

A radar measures speeds far better than heights. Whoever falls has parts that go at metres per second, towards the radar
or away, wherever it hangs; who lies down on purpose moves all of them slowly.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception._track_points import in_house
from sumika.schema import POINT_COLUMNS, PointCloud
from sumika.schema.house import Radar
from sumika.units import seconds_to_ns

Array = NDArray[np.float64]

HEIGHTS_S = 4.0
"""How high points reach is looked at over so long."""

KEEPS_S = 12.0
REACH_M = 0.7
"""Along the floor, so near to the middle of a body are its points."""

RUSH_REACH_M, RUSH_HIGHEST_M = 1.0, 1.6
"""While it falls, a body covers more ground; what is higher is not its own."""

RUSH_FROM_S, RUSH_TO_S = 0.8, 0.4
"""A body is fastest from so long before it is low to so long after: its upper parts come down last."""

FEWEST = 8
"""Fewer points tell nothing."""

HIGH_SHARE, RUSH_SHARE = 0.8, 0.9
LOWEST_M, HIGHEST_M = -0.5, 1.3
"""Points above are of somebody who stands there, or mirrored; nobody who sits on a floor reaches so high."""

BACKWARDS_S = 1.0
"""Frames of several radars come a little out of order; further back, a clock has begun anew."""

_MOST_FRAMES, _MOST_POINTS = 600, 300

Spot = tuple[float, float]


@dataclass(slots=True)
class Frame:
    """The points of one frame.

    Attributes:
        taken_ns: When, monotonic.
        radar: That took them.
        rows: (point, column) as `POINT_COLUMNS`.
        interval_s: From one frame of this radar to the next.
    """

    taken_ns: int
    radar: Radar
    rows: NDArray[np.floating]
    interval_s: float
    _points: Array | None = None

    @property
    def points(self) -> Array:
        """Return (point, 5): x, y, z in house coordinates, velocity away from the radar, signal-to-noise ratio.

        Most frames are never asked for it: nobody is low.
        """
        if self._points is None:
            self._points = in_house(self.radar, self.rows)
        return self._points


@dataclass(slots=True)
class RecentPoints:
    """The points of the last seconds, of all radars; changed in place.

    Attributes:
        radars: By id; points of others are left out.
        frames: Of the last seconds.
        newest: When the newest was taken.
    """

    radars: Mapping[str, Radar]
    frames: deque[Frame] = field(default_factory=lambda: deque(maxlen=_MOST_FRAMES))
    newest: Instant | None = None

    @classmethod
    def of(cls, radars: Iterable[Radar]) -> "RecentPoints":
        """Return the points of a house before any is seen."""
        return cls({radar.id: radar for radar in radars})

    def take(self, cloud: PointCloud) -> None:
        """Keep a frame's points; forget what is too old, or of another clock."""
        radar = self.radars.get(cloud.radar)
        if radar is None or not cloud.usable:
            return
        try:
            rows = cloud.array()[:_MOST_POINTS]
        except ValueError:  # bytes that are no such table: as good as an unusable frame
            rows = np.zeros((0, len(POINT_COLUMNS)), np.float32)
        now_ns = cloud.stamp.monotonic_ns
        if self.newest is not None and (
            self.newest.boot_id != cloud.stamp.boot_id or now_ns < self.newest.monotonic_ns - seconds_to_ns(BACKWARDS_S)
        ):
            self.frames.clear()
        self.newest = cloud.stamp
        self.frames.append(Frame(now_ns, radar, rows, cloud.frame_interval_s))
        while now_ns - self.frames[0].taken_ns > seconds_to_ns(KEEPS_S):
            self.frames.popleft()

    def high_m(self, spot: Spot, others: Iterable[Spot], now: Instant, since_s: float) -> float | None:
        """Return how high the points of a low body reach: four of five are lower. None where too few tell.

        Args:
            spot: Where the body is on the floor plan.
            others: Where everybody else is: points nearer to them are theirs.
            now: The moment.
            since_s: Points of so many seconds before it count, and none from before `HEIGHTS_S`.
        """
        table = self._between(now, min(since_s, HEIGHTS_S), 0.0)
        away_m = np.hypot(table[:, 0] - spot[0], table[:, 1] - spot[1])
        own = (away_m <= REACH_M) & (table[:, 2] > LOWEST_M) & (table[:, 2] < HIGHEST_M)
        for x, y in others:
            if math.dist((x, y), spot) < 2 * REACH_M:
                own &= np.hypot(table[:, 0] - x, table[:, 1] - y) >= away_m
        return float(np.quantile(table[own, 2], HIGH_SHARE)) if own.sum() >= FEWEST else None

    def rush_m_s(self, spot: Spot, now: Instant, low_s: float) -> float | None:
        """Return how fast the points were as a body came down: nine of ten were slower. None where too few tell.

        Args:
            spot: Where the body is on the floor plan.
            now: The moment.
            low_s: How long ago it came to be low.
        """
        if low_s + RUSH_FROM_S > KEEPS_S:
            return None
        table = self._between(now, low_s + RUSH_FROM_S, low_s - RUSH_TO_S)
        own = np.hypot(table[:, 0] - spot[0], table[:, 1] - spot[1]) <= RUSH_REACH_M
        own &= table[:, 2] < RUSH_HIGHEST_M
        return float(np.quantile(np.abs(table[own, 3]), RUSH_SHARE)) if own.sum() >= FEWEST else None

    def within(self, now: Instant, from_s: float, to_s: float = 0.0) -> list[Frame]:
        """Return the frames from so long ago until so long ago."""
        first_ns, last_ns = (now.monotonic_ns - seconds_to_ns(ago_s) for ago_s in (from_s, to_s))
        return [frame for frame in self.frames if first_ns <= frame.taken_ns <= last_ns]

    def _between(self, now: Instant, from_s: float, to_s: float) -> Array:
        """Return the points of those frames."""
        return np.concatenate([np.zeros((0, 5)), *(frame.points for frame in self.within(now, from_s, to_s))])
