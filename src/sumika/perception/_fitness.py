"""Whether one radar's window is fit to take a rate from, and if not, why."""

from dataclasses import dataclass

import numpy as np

from sumika.clock import Instant
from sumika.perception._window import SILENT_S, SlowTimeWindow, Stretch
from sumika.radar import MOVING, motion_scores
from sumika.radar.breathing_rate import SHORTEST_S
from sumika.schema import Reason, SlowTime
from sumika.units import ns_to_seconds

MOST_LOST = 0.3
"""Share of lost frames in the window beyond which the waveform between them is a guess."""

EMPTY = 0.2
"""Below this probability of presence nobody is there to breathe."""

_STILL_FOR_S = 1.0
_SETTLING_S = 3.0
"""So long after a session began it is not yet known that nobody is there."""

_RECENTLY_S = 30.0


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a window is good for.

    Attributes:
        reason: MEASURED if a rate can be taken, or why not.
        still: What was seen since the last movement; None if nothing was.
    """

    reason: Reason
    still: Stretch | None = None


def fitness(window: SlowTimeWindow, now: Instant, *, empty: bool) -> Fitness:
    """Judge a window.

    Args:
        window: Of one radar.
        now: Stamp of the newest input.
        empty: Whether the room is known to be empty.
    """
    newest = window.newest
    if newest is None or window.age_s(now) > SILENT_S:
        return Fitness(Reason.NO_SIGNAL)
    if window.fault is not None:
        return Fitness(window.fault)
    stretch = window.stretch()
    if stretch is None or empty:
        return Fitness(_why_nobody(window, newest, empty=empty))
    still, moved_s = _since_still(stretch)
    anywhere_s = window.moved_s()
    if anywhere_s is not None and still.length_s < SHORTEST_S:
        moved_s = anywhere_s if moved_s is None else min(moved_s, anywhere_s)
    return Fitness(_why_unfit(stretch, still, moved_s, window), still)


def _why_nobody(window: SlowTimeWindow, newest: SlowTime, *, empty: bool) -> Reason:
    if not newest.timing_trusted:
        return Reason.CLOCK_UNTRUSTED
    if window.left_ns is not None and ns_to_seconds(newest.stamp.monotonic_ns - window.left_ns) < _RECENTLY_S:
        return Reason.PERSON_LEFT
    broken_s, moved_s = window.broken_s(), window.moved_s()
    if broken_s is not None and broken_s < _SETTLING_S:
        return Reason.FRAMES_LOST
    if moved_s is not None and moved_s < _STILL_FOR_S:
        return Reason.MOVING
    settling = newest.cells > 0 or window.session_s() < _SETTLING_S
    return Reason.WARMING_UP if settling and not empty else Reason.NO_PERSON


def _since_still(stretch: Stretch) -> tuple[Stretch, float | None]:
    """Return what came after the last movement, and how long ago that was; None if nobody moved."""
    moving = np.flatnonzero(motion_scores(stretch.iq, stretch.antennas, stretch.interval_s, stretch.noise) > MOVING)
    if not moving.size:
        return stretch, None
    last = int(moving[-1])
    if last + 2 >= stretch.time_s.size:
        return stretch.last(2 * stretch.interval_s), 0.0
    return stretch.after(last), float(stretch.time_s[-1] - stretch.time_s[last])


def _why_unfit(stretch: Stretch, still: Stretch, moved_s: float | None, window: SlowTimeWindow) -> Reason:
    if window.newest is not None and not window.newest.timing_trusted:
        return Reason.CLOCK_UNTRUSTED
    if moved_s is not None and moved_s < _STILL_FOR_S:
        return Reason.MOVING
    if still.lost_share > MOST_LOST:
        return Reason.FRAMES_LOST
    if still.length_s >= SHORTEST_S:
        return Reason.MEASURED
    if moved_s is not None and moved_s < _RECENTLY_S:
        return Reason.MOVED
    broken_s = window.broken_s()
    return Reason.FRAMES_LOST if broken_s is not None and broken_s < SHORTEST_S else Reason.WARMING_UP
