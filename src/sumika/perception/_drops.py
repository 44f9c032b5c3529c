"""A body's height over the last seconds, and the fastest way down in it."""

import math
from collections import deque
from dataclasses import dataclass, field

from sumika.clock import Instant
from sumika.perception._bodies import NO_ELEVATION_M, passed_s
from sumika.schema import Track

MEMORY_S = 4.0
LEVEL_S = 0.2
"""Heights are means over this long; a tracker has smoothed them already."""

WINDOW_S = 0.6
"""The speed of a drop is that of its fastest stretch of this length; somebody falls for 0.5 to 1 s."""

_FASTEST_OF = 1.27
"""By so many standard deviations the fastest of six stretches is too fast, if they differ by errors only (the mean of
the largest of six normal numbers): the memory holds six that do not overlap."""

_OF_A_DIFFERENCE = 0.8
"""Errors that last half a second fall by 0.95 in a mean over 0.2 s, and by 0.84 more in a difference over 0.6 s."""

_MOST_HEIGHTS = 400
_GAP_S = 1.5
"""Who was not seen for longer may have come down in any way."""


@dataclass(frozen=True, slots=True)
class Height:
    """Where a body's middle was.

    Attributes:
        stamp: When.
        middle_m: Above the floor.
        sigma_m: Standard deviation.
    """

    stamp: Instant
    middle_m: float
    sigma_m: float


@dataclass(frozen=True, slots=True)
class Drop:
    """A way down.

    Attributes:
        from_m: Middle when that stretch began.
        drop_m: How far the middle came down.
        speed_m_s: In the fastest stretch, downwards positive, less what choosing the fastest one adds.
        speed_sigma_m_s: Standard deviation of that.
    """

    from_m: float
    drop_m: float
    speed_m_s: float
    speed_sigma_m_s: float


@dataclass(slots=True)
class HeightMemory:
    """Heights of the last seconds of one body."""

    heights: deque[Height] = field(default_factory=lambda: deque(maxlen=_MOST_HEIGHTS))

    def add(self, track: Track, now: Instant) -> None:
        """Keep a track's height; forget what is too old, or of another clock."""
        if self.heights:
            gap_s = passed_s(self.heights[-1].stamp, now)
            if gap_s is None or gap_s > _GAP_S:
                self.heights.clear()
        self.heights.append(Height(now, track.position_m[2], track.position_sigma_m[2]))
        while (passed_s(self.heights[0].stamp, now) or 0.0) > MEMORY_S:
            self.heights.popleft()

    def drop(self) -> Drop | None:
        """Return the fastest way down of the last seconds; None where heights do not tell or nothing came down."""
        times, middles, sigmas = self._levels()
        if len(times) < 3:
            return None
        best: tuple[float, int, int] | None = None
        first = 0
        for last in range(1, len(times)):
            while times[last] - times[first + 1] >= WINDOW_S and first + 1 < last:
                first += 1
            length_s = times[last] - times[first]
            if length_s < 0.5 * WINDOW_S:
                continue
            speed = (middles[first] - middles[last]) / max(length_s, WINDOW_S)
            if best is None or speed > best[0]:
                best = (speed, first, last)
        if best is None or best[0] <= 0:
            return None
        speed, first, last = best
        length_s = max(times[last] - times[first], WINDOW_S)
        sigma = _OF_A_DIFFERENCE * math.hypot(sigmas[first], sigmas[last]) / length_s
        return Drop(middles[first], middles[first] - min(middles[last:]), speed - _FASTEST_OF * sigma, sigma)

    def _levels(self) -> tuple[list[float], list[float], list[float]]:
        """Return times, middles and sigmas, each a mean over `LEVEL_S`, of the heights that can be told."""
        told = [height for height in self.heights if height.sigma_m <= NO_ELEVATION_M]
        times: list[float] = []
        middles: list[float] = []
        sigmas: list[float] = []
        begin: Instant | None = None
        members: list[tuple[float, Height]] = []
        for height in told:
            begin = begin or height.stamp
            at_s = passed_s(begin, height.stamp) or 0.0
            members.append((at_s, height))
            while at_s - members[0][0] > LEVEL_S:
                members.pop(0)
            count = len(members)
            times.append(sum(one for one, _ in members) / count)
            middles.append(sum(one.middle_m for _, one in members) / count)
            sigmas.append(sum(one.sigma_m for _, one in members) / count)
        return times, middles, sigmas
