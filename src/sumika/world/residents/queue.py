"""Only one at a time on the toilet and in the bath: who comes later waits and goes on later."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sumika.schema.living import FurnitureKind
from sumika.world.residents.span import Span

SINGLE: Mapping[str, FurnitureKind] = MappingProxyType(
    {"toilet": FurnitureKind.TOILET, "bathing": FurnitureKind.BATH, "washing": FurnitureKind.WASHBASIN}
)
"""What only one at a time can do, and where."""

_HANDS_OVER_S = 30.0
_KEPT = 0.4
"""So much of what comes next is left, or it moves on, too."""
_LEAST_S = 60.0

Taken = Callable[[str, float, float], Sequence[tuple[float, float]]]


def queued(spans: Sequence[Span], taken: Taken) -> tuple[Span, ...]:
    """Return a day in which nobody is where only one can be while somebody else is.

    Args:
        spans: The day.
        taken: Says for an activity and a time when others do it.
    """
    day = list(spans)
    number = 0
    while number < len(day):
        span = day[number]
        wait_s = _wait_s(span, taken) if span.activity in SINGLE else 0.0
        if wait_s > 0:
            longer = len(day)
            day = _later(day, number, wait_s)
            number += len(day) > longer  # somebody stands by before it now
        number += 1
    return tuple(day)


def _wait_s(span: Span, taken: Taken) -> float:
    """Return how long one must wait until there is enough time alone."""
    begin_s = span.begin_s
    for low_s, high_s in sorted(taken(span.activity, span.begin_s, span.end_s + 4 * 3600.0)):
        if low_s < begin_s + span.seconds + _HANDS_OVER_S and high_s + _HANDS_OVER_S > begin_s:
            begin_s = high_s + _HANDS_OVER_S
    return begin_s - span.begin_s


def _later(day: Sequence[Span], number: int, wait_s: float) -> list[Span]:
    """Return a day in which a span comes later; what follows moves on until something long gives the time back."""
    first = day[number]
    moved = list(day[:number])
    if moved and moved[-1].activity not in SINGLE:
        moved[-1] = replace(moved[-1], end_s=first.begin_s + wait_s)
    else:  # nobody stays in the bath until the basin is free
        moved.append(replace(first, activity="standing_by", end_s=first.begin_s + wait_s))
    end_s = day[-1].end_s
    for place, span in enumerate(day[number:], start=number):
        begin_s = moved[-1].end_s
        shorter_s = span.end_s - begin_s
        if place > number and shorter_s >= max(_LEAST_S, _KEPT * span.seconds):
            return [*moved, replace(span, begin_s=begin_s), *day[place + 1 :]]
        moved.append(replace(span, begin_s=begin_s, end_s=min(end_s, begin_s + span.seconds)))
    return [span for span in moved if span.end_s > span.begin_s]
