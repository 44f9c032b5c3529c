"""What is now and what was: the newest of everything, plots, events, and what the safety gate said."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sumika.dashboard.operations import Call, Operation, get
from sumika.dashboard.parts import Parts
from sumika.dashboard.past import History, columns
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import PERSONAL, Right, Role
from sumika.history import KeptSignal
from sumika.schema import Event, Severity, Verdict

EARLIEST_S, LATEST_S = 0.0, 4e9
"""1970 to 2096."""

Moment = Annotated[float, Meta(ge=EARLIEST_S, le=LATEST_S)]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The newest of everything, as in the live feed: [topic, key, message] each."""

    messages: list[tuple[str, str, Any]]


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """What to plot.

    Attributes:
        subject: Room, sensor or device.
        signal: "topic.field", as `/api/signals` lists them.
        begin: Unix time in seconds.
        end: Not included.
        points: At most so many.
    """

    subject: Annotated[str, Meta(max_length=64)]
    signal: Annotated[str, Meta(max_length=80)]
    begin: Moment
    end: Moment
    points: Annotated[int, Meta(ge=2, le=20_000)] = 2000


class SignalShown(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that history has something of."""

    subject: str
    signal: str
    unit: str
    origin: str
    personal: bool


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to plot."""

    signals: list[SignalShown]


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """Which events.

    Attributes:
        begin: Unix time in seconds.
        end: Not included.
        severity: Only these.
        most: So many, the newest first.
    """

    begin: Moment | None = None
    end: Moment | None = None
    severity: Severity | None = None
    most: Annotated[int, Meta(ge=1, le=2000)] = 200


class VerdictsQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """Which verdicts; as of events."""

    begin: Moment | None = None
    end: Moment | None = None
    device: Annotated[str, Meta(max_length=64)] | None = None
    most: Annotated[int, Meta(ge=1, le=2000)] = 200


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Events, the newest first."""

    events: list[Event]


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """What the safety gate said, the newest first."""

    verdicts: list[Verdict]


class _Past:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def state(self, call: Call) -> State:
        items = self._parts.feed.latest(self._parts.hears_of(call.who))
        return State(messages=[(item.topic, item.key, item.shown(call.who)) for item in items])

    def history(self, call: Call) -> History:
        query: HistoryQuery = call.query
        if query.end <= query.begin:
            raise refused(400, "body", where="to", why="to must lie after from")
        if not self._parts.sees_past(call.who, query.signal, query.subject):
            personal = query.signal.partition(".")[0] in PERSONAL
            key = "body_of_others" if personal else "past_of_others"
            raise refused(403, key, where=query.subject)
        return columns(self._parts.past.plot(query.subject, query.signal, query.begin, query.end, query.points))

    def signals(self, call: Call) -> Signals:
        return Signals(signals=[_shown(one) for one in self._parts.past.signals() if self._sees(call, one)])

    def _sees(self, call: Call, kept: KeptSignal) -> bool:
        return kept.readable and self._parts.sees_past(call.who, kept.signal, kept.room)

    def events(self, call: Call) -> Events:
        query: EventsQuery = call.query
        return Events(events=self._parts.past.events(query.begin, query.end, query.severity, query.most))

    def verdicts(self, call: Call) -> Verdicts:
        query: VerdictsQuery = call.query
        if call.who.role is Role.CARER:
            raise refused(403, "right", right=Right.PLAN.value)
        return Verdicts(verdicts=self._parts.past.verdicts(query.begin, query.end, query.device, query.most))


def _shown(kept: KeptSignal) -> SignalShown:
    return SignalShown(
        subject=kept.room, signal=kept.signal, unit=kept.unit, origin=kept.origin.value, personal=kept.personal
    )


def past_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Past(parts)
    return (
        get("/api/state", do.state, "The newest of everything that one may see.", State, Right.HOUSE),
        get("/api/history", do.history, "A plot, of seconds or of years.", History, Right.HOUSE, HistoryQuery),
        get("/api/signals", do.signals, "What there is to plot.", Signals, Right.HOUSE),
        get("/api/events", do.events, "Faults, recoveries and alarms.", Events, Right.RECORDS, EventsQuery),
        get("/api/verdicts", do.verdicts, "What the safety gate said.", Verdicts, Right.RECORDS, VerdictsQuery),
    )
