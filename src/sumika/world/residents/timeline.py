"""One body's time as spans of doing: the days of its routine, and what befalls it on top."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sumika.schema.house import House
from sumika.world.residents.chance import chance
from sumika.world.residents.routine import Block, day_of, wakes_h
from sumika.world.residents.sleep import Night, sleep_night

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
_COMES_S = 45.0
"""So long before a fall in a named room its victim is on the way there."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something done for a while.

    Attributes:
        begin_s: Since the world began.
        end_s: Likewise.
        activity: Name of an activity.
        number: Which place, where there are several.
        room: Where, where that is set.
        event: What befalls the body at the beginning; empty for nothing.
        stress: 0 to 1.
        ill: Whether the body is ill.
    """

    begin_s: float
    end_s: float
    activity: str
    number: int = 0
    room: str = ""
    event: str = ""
    stress: float = 0.0
    ill: bool = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s


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

    def __init__(self, house: House, number: int, seed: int, start: datetime) -> None:
        """Take a resident.

        Args:
            house: The house.
            number: Of the resident in it.
            seed: Of everything random.
            start: When the world begins, with a time zone.
        """
        self._house, self._number, self._seed, self._start = house, number, seed, start
        self._events: list[PlannedEvent] = []
        self._days = lru_cache(maxsize=8)(self._made)
        self._day_begin_s = lru_cache(maxsize=16)(self._begin_of)
        self._day = 0

    def add(self, event: PlannedEvent) -> None:
        """Let something befall the resident."""
        self._events.append(event)
        self._events.sort(key=lambda one: one.at_s)
        self._days.cache_clear()

    def spans(self, begin_s: float, end_s: float) -> list[Span]:
        """Return all spans that touch a time, in order."""
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
        return self.spans(at_s, at_s + 1e-6)[0]

    def before(self, span: Span) -> Span:
        """Return what was done before a span."""
        return self.at(span.begin_s - 1e-3)

    def _day_at(self, at_s: float) -> int:
        """Return the number of the day whose plan holds a moment; 0 is the day of the start."""
        if self._day_begin_s(self._day) <= at_s < self._day_begin_s(self._day + 1):
            return self._day
        local = (self._start.astimezone(UTC) + timedelta(seconds=at_s)).astimezone(self._start.tzinfo)
        day = (local.date() - self._start.date()).days
        self._day = day if at_s >= self._day_begin_s(day) else day - 1
        return self._day

    def _midnight_s(self, day: int) -> float:
        date = self._start.date() + timedelta(days=day)
        midnight = datetime(date.year, date.month, date.day, tzinfo=self._start.tzinfo)
        # Through UTC: between two moments of one zone Python counts the clock on the wall, which jumps.
        return midnight.astimezone(UTC).timestamp() - self._start.timestamp()

    def _begin_of(self, day: int) -> float:
        date = self._start.date() + timedelta(days=day)
        resident = self._house.residents[self._number]
        return self._midnight_s(day) + 3600.0 * wakes_h(resident, self._seed, date)

    def _made(self, day: int) -> tuple[Span, ...]:
        date = self._start.date() + timedelta(days=day)
        blocks = day_of(self._house, self._number, self._seed, date, date + timedelta(days=1))
        midnight_s, next_s = self._midnight_s(day), self._midnight_s(day + 1) - 24 * 3600.0
        spans = [_span(block, midnight_s, next_s) for block in blocks]
        for event in self._events:
            if event.end_s > spans[0].begin_s and event.at_s < spans[-1].end_s:
                spans = list(overlaid(spans, event))
        return tuple(spans)


def _span(block: Block, midnight_s: float, next_s: float) -> Span:
    """Return a block in the world's time; what lies after midnight counts from the next one (clocks may change)."""
    begin, end = (hour * 3600.0 + (midnight_s if hour < 24.0 else next_s) for hour in (block.begin_h, block.end_h))
    return Span(begin, max(end, begin + 1.0), block.activity, block.number, block.room)


def overlaid(spans: Iterable[Span], event: PlannedEvent) -> Iterable[Span]:
    """Yield spans with an event on top of them."""
    if event.kind in BODILY and event.room:
        comes = event.at_s - _COMES_S
        spans = _cut(spans, comes, event.at_s, lambda span: replace(span, activity="standing_by", room=event.room))
    return _cut(spans, event.at_s, event.end_s, lambda span: _changed(span, event))


def _changed(span: Span, event: PlannedEvent) -> Span:
    match event.kind:
        case "illness":
            stays = span.activity in ("toilet", "sleeping")
            return replace(span, activity=span.activity if stays else "lying_ill", ill=True)
        case "stress":
            return replace(span, stress=0.8)
        case "party":
            return replace(span, activity="talking", room=event.room)
        case "absent":
            return replace(span, activity="away")
        case "night_toilet":
            return replace(span, activity="toilet")
        case _:
            return replace(span, activity="befallen", event=event.kind, room=event.room or span.room)


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


@lru_cache(maxsize=64)
def night_of(seed: int, name: str, begin_s: float, seconds: float, age_years: float) -> Night:
    """Return how somebody sleeps in a span.

    Args:
        seed: Of everything random.
        name: Of the sleeper.
        begin_s: When the span begins.
        seconds: How long it is.
        age_years: Of the sleeper.
    """
    return sleep_night(chance(seed, "night", name, round(begin_s)), age_years, seconds)
