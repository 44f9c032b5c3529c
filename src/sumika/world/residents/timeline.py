"""One body's time as spans of doing: the days of its routine, and what befalls it on top."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import date as date_type
from functools import lru_cache

import numpy as np

from sumika.schema.house import House
from sumika.world.residents.queue import SINGLE, queued
from sumika.world.residents.routine import day_of, wakes_h
from sumika.world.residents.span import Span
from sumika.world.start import local_time

DAY_S = 86_400.0
BODILY = frozenset({"fall", "slow_collapse", "near_fall", "sit_hard", "drop"})
"""What happens to a body within seconds."""
_USUAL_S = {
    "fall": 1200.0,
    "slow_collapse": 1800.0,
    "near_fall": 8.0,
    "sit_hard": 600.0,
    "drop": 20.0,
    "illness": DAY_S,
    "stress": 1200.0,
    "party": 4 * 3600.0,
    "absent": 8 * 3600.0,
    "night_toilet": 300.0,
}
"""How long such a thing takes where nobody says."""
EVENTS = tuple(_USUAL_S)
_ON_TOP = ("stress", "illness")
"""What changes nothing about what else befalls a body."""
_COMES_S = 60.0
"""So long before a fall in a named room its victim is on the way there."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """What will befall a body.

    Attributes:
        kind: One of `EVENTS`.
        at_s: When.
        seconds: How long it lasts.
        room: Where; empty: where the body is.
    """

    kind: str
    at_s: float
    seconds: float
    room: str = ""

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.at_s + self.seconds


def planned(kind: str, at_s: float, room: str, minutes: float) -> PlannedEvent:
    """Return an event; 0 minutes: as long as such a thing takes."""
    return PlannedEvent(kind, at_s, 60.0 * minutes if minutes > 0 else _USUAL_S[kind], room)


class Timeline:
    """What a resident does at any time."""

    def __init__(
        self, house: House, number: int, seed: int, start: datetime, before_me: Sequence["Timeline"] = ()
    ) -> None:
        """Take a resident.

        Args:
            house: The house.
            number: Of the resident in it.
            seed: Of everything random.
            start: When the world begins, with a time zone.
            before_me: Of those who go before where only one can be.
        """
        self._house, self.number, self._seed, self._start = house, number, seed, start
        self._before_me = tuple(before_me)
        self._events: list[PlannedEvent] = []
        self._days = lru_cache(maxsize=8)(self._made)
        self._plain = lru_cache(maxsize=8)(self._planned)
        self._begins = lru_cache(maxsize=8)(self._begins_of)
        self._day_begin_s = lru_cache(maxsize=16)(self._begin_of)
        self._day = 0
        self._last: Span | None = None

    def add(self, event: PlannedEvent) -> None:
        """Let something befall the resident."""
        self._events.append(event)
        self._events.sort(key=lambda one: one.at_s)
        self._last = None
        self._days.cache_clear()
        self._begins.cache_clear()

    def spans(self, begin_s: float, end_s: float) -> list[Span]:
        """Return all spans that touch a time, in order."""
        last = self._last
        if last is not None and last.begin_s <= begin_s and end_s <= last.end_s:
            return [last]
        found: list[Span] = []
        day = self._day_at(begin_s)
        while True:
            spans = self._days(day)
            found += [span for span in spans if span.end_s > begin_s and span.begin_s < end_s]
            if not spans or spans[-1].end_s >= end_s:
                return found
            day += 1

    def at(self, at_s: float) -> Span:
        """Return what is done at a moment."""
        last = self._last
        if last is not None and last.begin_s <= at_s < last.end_s:
            return last
        day = self._day_at(at_s)
        spans = self._days(day)
        self._last = spans[min(max(bisect_right(self._begins(day), at_s) - 1, 0), len(spans) - 1)]
        return self._last

    def whole(self, span: Span) -> Span:
        """Return all of the event that a span is a part of; of ordinary life the span itself."""
        if not span.event:
            return span
        return replace(span, begin_s=span.event_s, end_s=span.event_end_s, stress=0.0, ill=False)

    def before(self, span: Span) -> Span:
        """Return what was done before a span."""
        return self.at(span.begin_s - 1e-3)

    def _day_at(self, at_s: float) -> int:
        """Return the number of the day whose plan holds a moment; 0 is the day of the start."""
        if self._day_begin_s(self._day) <= at_s < self._day_begin_s(self._day + 1):
            return self._day
        local = local_time(self._start, at_s)
        day = (local.date() - self._start.date()).days
        self._day = day if at_s >= self._day_begin_s(day) else day - 1
        return self._day

    def _begins_of(self, day: int) -> list[float]:
        return [span.begin_s for span in self._days(day)]

    def _begin_of(self, day: int) -> float:
        date = self._start.date() + timedelta(days=day)
        return self._clock_s(date, wakes_h(self._house.residents[self.number], self._seed, date))

    def _clock_s(self, date: date_type, hour: float) -> float:
        """Return when clocks on the wall show so many hours since midnight of a date; beyond 24 on the day after."""
        wall = datetime(date.year, date.month, date.day, tzinfo=self._start.tzinfo) + timedelta(hours=hour)
        # Through UTC: between two moments of one zone Python counts the clock on the wall, which jumps.
        return (wall.astimezone(UTC) - self._start.astimezone(UTC)).total_seconds()

    def _made(self, day: int) -> tuple[Span, ...]:
        spans = list(self._plain(day))
        for event in self._events:
            if event.end_s > spans[0].begin_s and event.at_s < spans[-1].end_s:
                spans = list(overlaid(spans, event))
        return tuple(self._ended(span) for span in spans)

    def _ended(self, span: Span) -> Span:
        """Return a span as it is; the rest of an event that another one has interrupted is none any more."""
        if not span.event:
            return span
        own = next(n for n, one in enumerate(self._events) if (one.kind, one.at_s) == (span.event, span.event_s))
        later = [one for one in self._events[own + 1 :] if one.kind not in _ON_TOP and one.at_s <= span.begin_s]
        return replace(span, activity="standing_by", event="") if later else span

    def _planned(self, day: int) -> tuple[Span, ...]:
        """Return a day as it is without events, after whoever goes before in the queue for toilet and bath."""
        date = self._start.date() + timedelta(days=day)
        blocks = day_of(self._house, self.number, self._seed, date, date + timedelta(days=1))
        end_s = self._day_begin_s(day + 1)
        # Where clocks jump, an hour of the plan is missing or there twice: nothing ends before it begins.
        ends = np.minimum(np.maximum.accumulate([self._clock_s(date, block.end_h) for block in blocks]), end_s)
        ends[-1] = end_s
        begins = [self._day_begin_s(day), *map(float, ends[:-1])]
        spans = [
            Span(begin, float(end), block.activity, block.number, block.room)
            for begin, end, block in zip(begins, ends, blocks, strict=True)
            if end > begin
        ]
        return queued(spans, self._taken)

    def _taken(self, activity: str, begin_s: float, end_s: float) -> list[tuple[float, float]]:
        """Return when what only one can use is used by those who go before."""
        pieces = sum(piece.kind is SINGLE[activity] for piece in self._house.furniture)
        if pieces == 0:
            return []
        return [
            (span.begin_s, span.end_s)
            for other in self._before_me
            if (other.number - self.number) % pieces == 0
            for span in other.planned_between(begin_s, end_s)
            if span.activity == activity
        ]

    def planned_between(self, begin_s: float, end_s: float) -> list[Span]:
        """Return what is planned in a time, whatever befalls."""
        days = range(self._day_at(begin_s), self._day_at(end_s) + 1)
        spans = [span for day in days for span in self._plain(day)]
        return [span for span in spans if span.end_s > begin_s and span.begin_s < end_s]


def overlaid(spans: Iterable[Span], event: PlannedEvent) -> Iterable[Span]:
    """Yield spans with an event on top of them."""
    if event.kind in BODILY and event.room:
        comes = event.at_s - _COMES_S
        spans = _cut(
            spans, comes, event.at_s, lambda span: replace(span, activity="standing_by", room=event.room, event="")
        )
    return _cut(spans, event.at_s, event.end_s, lambda span: _changed(span, event))


def _changed(span: Span, event: PlannedEvent) -> Span:
    match event.kind:
        case "illness":
            stays = bool(span.event) or span.activity in ("toilet", "sleeping")
            return replace(span, activity=span.activity if stays else "lying_ill", ill=True)
        case "stress":
            return replace(span, stress=0.8)
        case "party":
            return replace(span, activity="talking", room=event.room, event="")
        case "absent":
            return replace(span, activity="away", room="", event="")
        case "night_toilet":
            return replace(span, activity="toilet", room="", event="")
        case _:
            return replace(
                span,
                activity="befallen",
                event=event.kind,
                event_s=event.at_s,
                event_end_s=event.end_s,
                number=0,
                room=event.room,
            )


def _cut(spans: Iterable[Span], begin_s: float, end_s: float, change: Callable[[Span], Span]) -> list[Span]:
    """Return spans with a change from one moment to another; neighbours that become the same are one."""
    found: list[Span] = []
    for span in spans:
        low, high = max(span.begin_s, begin_s), min(span.end_s, end_s)
        if high <= low:
            found.append(span)
            continue
        if span.begin_s < low:
            found.append(replace(span, end_s=low))
        changed = replace(change(span), begin_s=low, end_s=high)
        before = found[-1] if found else None
        if before is not None and replace(before, begin_s=low, end_s=high) == changed and before.end_s == low:
            found[-1] = replace(before, end_s=high)
        else:
            found.append(changed)
        if span.end_s > high:
            found.append(replace(span, begin_s=high))
    return found
