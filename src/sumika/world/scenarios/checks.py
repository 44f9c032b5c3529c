"""Whether a scenario is what its name says: each check as a number beside its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.schema import UsageError
from sumika.world.course import HOUSE_QUANTITIES, ROOM_QUANTITIES, Course
from sumika.world.scenarios.description import Check

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found.

    Attributes:
        check: The check.
        value: The number.
        holds: Whether it lies within the limits.
    """

    check: Check
    value: float
    holds: bool

    @property
    def adds_up(self) -> bool:
        """Whether the quantity adds up from the beginning, and its total is asked for."""
        return _adds_up(self.check)


def moment_s(text: str, start: datetime) -> float:
    """Return seconds from the start to a time of day (its first occurrence then), or to +hours:minutes."""
    hours, minutes = (int(part) for part in text.lstrip("+").split(":"))
    if text.startswith("+"):
        return hours * 3600.0 + minutes * 60.0
    today = start.replace(hour=hours % 24, minute=minutes, second=0, microsecond=0)
    # An hour that comes twice when summer time ends has the same time of day twice.
    moments = (today.replace(fold=0), today.replace(fold=1), today.replace(fold=0) + timedelta(days=1))
    # Through UTC: between two moments of one zone Python counts the clock on the wall, which jumps.
    away_s = ((moment.astimezone(UTC) - start.astimezone(UTC)).total_seconds() for moment in moments)
    return next(seconds for seconds in away_s if seconds >= 0.0)


def examine(check: Check, rooms: Sequence[str], start: datetime, at_s: Array) -> None:
    """Look whether a check can be judged, before anything is simulated.

    Args:
        check: As it is written.
        rooms: The ids of the house's.
        start: When the course begins, with a time zone.
        at_s: (step,) when each of its steps ends, since then.

    Raises:
        UsageError: if it names a quantity or a room that there is not, or a time that the course does not reach.
    """
    if check.room and check.room not in rooms:
        raise UsageError(f"there is no room {check.room!r}", where="checks", remedy=f"The house has {', '.join(rooms)}")
    known = ROOM_QUANTITIES if check.room else (*HOUSE_QUANTITIES, *ROOM_QUANTITIES)
    if check.what not in known:
        raise UsageError(
            f"nothing called {check.what!r} is kept", where="checks", remedy=f"Kept are {', '.join(known)}"
        )
    if not _within(check, start, at_s).any():
        raise UsageError(
            f"nothing was simulated between {check.since or 'the start'} and {check.until or 'the end'}",
            where="checks",
            remedy="Lengthen hours, or move the check",
        )


def judge(check: Check, course: Course) -> Finding:
    """Return what a check says of a course.

    Raises:
        UsageError: if it names a quantity or a room that there is not, or a time that the course does not reach.
    """
    examine(check, course.rooms, course.start, course.at_s)
    values = _quantity(check, course)[_within(check, course.start, course.at_s)]
    value = _statistic(check, values, _steps_h(course))
    low = -np.inf if check.least is None else check.least
    high = np.inf if check.most is None else check.most
    return Finding(check=check, value=value, holds=bool(low <= value <= high))


def _quantity(check: Check, course: Course) -> Array:
    values = course.quantity(check.what, check.room)
    if values.ndim == 2:  # no room named: the one that the statistic would find
        extreme: Array = values.min(axis=1) if check.statistic in ("min", "hours_below") else values.max(axis=1)
        return extreme
    return values


def _within(check: Check, start: datetime, at_s: Array) -> Mask:
    """Return (step,) whether a check counts a step."""
    since_s = moment_s(check.since, start) if check.since else 0.0
    until_s = moment_s(check.until, start) if check.until else np.inf
    within: Mask = (at_s >= since_s) & (at_s <= until_s)
    return within


def _steps_h(course: Course) -> float:
    return float(np.median(np.diff(course.at_s))) / 3600.0 if len(course.at_s) > 1 else 0.0


def _statistic(check: Check, values: Array, step_h: float) -> float:
    found = {
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "last": float(values[-1]),
        "rise": float(values[-1] - values[0]),
        "hours_above": float(np.count_nonzero(values > check.of)) * step_h,
        "hours_below": float(np.count_nonzero(values < check.of)) * step_h,
    }
    return found["last" if _adds_up(check) else check.statistic]


def _adds_up(check: Check) -> bool:
    return check.what.endswith(("_hours", "_kwh")) and check.statistic == "mean"
