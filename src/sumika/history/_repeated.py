"""What is said again and again is recorded when it changes: alarms while they are open, wishes for a room's warmth."""

import msgspec

from sumika.clock import Instant
from sumika.schema import AlarmState, ComfortWish
from sumika.units import NANOSECONDS_PER_SECOND

_SAME_END_S = 120.0
"""Wishes that end within so long of each other end together: what is left is told in whole messages."""

_NEVER = Instant(0, 0, "")


def same_alarm(one: AlarmState, other: AlarmState) -> bool:
    """Tell whether two messages say the same of an alarm, but for when they were said."""
    return _timeless(one) == _timeless(other)


def _timeless(state: AlarmState) -> AlarmState:
    left = None if state.cancel_left_s is None else 0.0
    return msgspec.structs.replace(state, stamp=_NEVER, session="", cancel_left_s=left)


def same_wish(one: ComfortWish, other: ComfortWish) -> bool:
    """Tell whether two messages say the same of a room's wish, but for when they were said."""
    if (one.room, one.offset_k, one.temperature_c, one.resident, one.origin) != (
        other.room,
        other.offset_k,
        other.temperature_c,
        other.resident,
        other.origin,
    ):
        return False
    ends = _ends_s(one), _ends_s(other)
    if ends[0] is None or ends[1] is None:
        return ends[0] == ends[1]
    return abs(ends[0] - ends[1]) <= _SAME_END_S


def _ends_s(wish: ComfortWish) -> float | None:
    return None if wish.left_s is None else wish.stamp.wall_ns / NANOSECONDS_PER_SECOND + wish.left_s
