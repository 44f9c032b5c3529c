"""When a household goes to bed and gets up, as it usually does: read off where people are found asleep."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sumika.belief.routine import QUARTERS, Routine

BED_H, UP_H = 23.0, 7.0
"""Of a household of which nothing is known; typical of Japan (Survey on Time Use 2021: asleep from 23 to 7)."""

_QUARTER = timedelta(minutes=15)
_NOON_H = 12
_LEAST_SLEEPERS = 0.25
_SHARE = 0.5
"""A night lasts while at least so much of its sleepers are asleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night.

    Attributes:
        bed: When people go to bed, in local time with its zone.
        up: When they get up.
    """

    bed: datetime
    up: datetime

    def to_bed_h(self, at: datetime) -> float:
        """Return how many hours it is until bedtime; negative after it."""
        return (self.bed - at).total_seconds() / 3600.0

    def since_up_h(self, at: datetime) -> float:
        """Return how many hours ago people got up; negative before it."""
        return (at - self.up).total_seconds() / 3600.0


def night_of(routine: Routine, at: datetime) -> Night:
    """Return the night between the noon before a moment and the noon after it.

    Args:
        routine: What is usual.
        at: In local time with its zone.
    """
    noon = at.replace(hour=_NOON_H, minute=0, second=0, microsecond=0)
    if at.hour < _NOON_H:
        noon -= timedelta(days=1)
    asleep = [routine.usually_asleep(noon + quarter * _QUARTER) for quarter in range(QUARTERS)]
    most = max(asleep)
    if most < _LEAST_SLEEPERS:
        return Night(bed=noon + timedelta(hours=BED_H - _NOON_H), up=noon + timedelta(hours=24.0 + UP_H - _NOON_H))
    night = [quarter for quarter, sleepers in enumerate(asleep) if sleepers >= _SHARE * most]
    # The longest stretch: who naps on the sofa does not go to bed.
    first, last = _longest(night)
    return Night(bed=noon + first * _QUARTER, up=noon + (last + 1) * _QUARTER)


def _longest(quarters: list[int]) -> tuple[int, int]:
    """Return where the longest unbroken stretch begins and ends."""
    best = first = last = quarters[0]
    longest = (best, best)
    for quarter in quarters[1:]:
        first = first if quarter == last + 1 else quarter
        last = quarter
        if last - first > longest[1] - longest[0]:
            longest = (first, last)
    return longest
