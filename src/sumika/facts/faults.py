"""What is wrong with devices, sensors and the house itself: when it began, and when it was over.

Whoever tells of a fault remembers it in memory alone, and tells its end. Where Sumika began anew in between, nobody is
left to do so: what is still wrong is told again, and what is not told again within some days was over by then.
"""

from dataclasses import dataclass, field

from sumika.facts.figures import Row
from sumika.facts.periods import Period
from sumika.facts.shelf import Shelf
from sumika.facts.told import Fault
from sumika.schema import Event, Severity
from sumika.schema.system import RUN_BEGAN
from sumika.units import SECONDS_PER_DAY, ns_to_seconds

ALARM_RAISED = "alarm_raised"
"""Code of the event that tells of an alarm, which is no fault: `Book.incidents` has it whole."""

LOOKS_BACK_S = 400.0 * SECONDS_PER_DAY
LOOKS_AHEAD_S = 60.0 * SECONDS_PER_DAY
"""So long after a period it is looked for how what was in it ended."""

TOLD_AGAIN_S = 4.0 * SECONDS_PER_DAY
"""Within so long after a start whatever is still wrong is told again.

Some things are looked at once a night, and told in the third night that finds them (`sumika.ecu.night_watch.NIGHTS`).
That comes three days after a start at the latest; a night more is for the hour at which the planner learns, and for one
night that is missed.
"""

PLANNER = "plan"
ENDS_OF_PLANNER = frozenset({"node_died", "node_hung", "clock_set_back"})
"""Codes of events after which the planner begins to watch anew, although everybody else goes on."""

FOUND_BY_PLANNER = frozenset(
    {
        "does_not_obey",
        "no_effect",
        "unreachable",
        "stuck_reading",
        "impossible_reading",
        "wrong_unit",
        "jumping_reading",
        "drifting_reading",
        "window_open",
        "unknown_heat",
        "unknown_cold",
        "less_air",
        "less_heat",
        "swapped_sensors",
        "described_otherwise",
    }
)
"""What it finds: `sumika.belief.suspicion.Fault`."""

_Place = tuple[str, str, str]


@dataclass
class _Open:
    """A fault whose end was not told.

    Attributes:
        events: That told of it.
        unsure: After which nobody was left who remembered it; None: whoever told it goes on.
    """

    events: list[Event] = field(default_factory=list)
    unsure: Event | None = None

    def end(self, at_s: float) -> Event | None:
        """Return what ended it, unless it was told again in time."""
        if self.unsure is None or at_s - _at_s(self.unsure) <= TOLD_AGAIN_S:
            return None
        return self.unsure


def faults(shelf: Shelf, p: Period, ahead_s: float = LOOKS_AHEAD_S) -> tuple[Fault, ...]:
    """Return the faults that were open at any time of a period.

    Args:
        shelf: The records.
        p: When.
        ahead_s: So long after it their end is looked for.
    """
    around = Period(begin_unix_s=p.begin_unix_s - LOOKS_BACK_S, end_unix_s=p.end_unix_s + ahead_s)
    open_now: dict[_Place, _Open] = {}
    told: list[Fault] = []
    for event in shelf.records(Event, around):
        _unsettle(open_now, event)
        place = (event.subject, event.code, event.part)
        if event.recovered:
            for ended in [one for one in open_now if _is_ended(one, event)]:
                was = open_now.pop(ended)
                told.append(_fault(shelf, was.events, was.end(_at_s(event)) or event))
        elif event.severity is not Severity.INFO and event.code != ALARM_RAISED:
            was = open_now.setdefault(place, _Open())
            end = was.end(_at_s(event))
            if end is not None:
                told.append(_fault(shelf, was.events, end))
                was = open_now[place] = _Open()
            was.unsure = None
            was.events.append(event)
    now_s = min(around.end_unix_s, shelf.now_s)
    told += [_fault(shelf, one.events, one.end(now_s)) for one in open_now.values()]
    seen = [one for one in told if overlaps(one.begin_unix_s, one.end_unix_s, p)]
    return tuple(sorted(seen, key=lambda one: (one.begin_unix_s, one.subject, one.code)))


def _unsettle(open_now: dict[_Place, _Open], event: Event) -> None:
    """Note of what is open that nobody remembers it any more."""
    everybody = event.code == RUN_BEGAN
    planner = event.subject == PLANNER and event.code in ENDS_OF_PLANNER and not event.recovered
    if everybody or planner:
        for (_, code, _), one in open_now.items():
            if one.unsure is None and (everybody or code in FOUND_BY_PLANNER):
                one.unsure = event


def _is_ended(place: _Place, event: Event) -> bool:
    """Return whether an event ends a fault: one that names no part ends all of them."""
    return place[:2] == (event.subject, event.code) and event.part in ("", place[2])


def _at_s(event: Event) -> float:
    return ns_to_seconds(event.stamp.wall_ns)


def overlaps(begin_s: float, end_s: float | None, p: Period) -> bool:
    """Return whether something that may go on lies in a period, too."""
    return begin_s < p.end_unix_s and (end_s is None or end_s > p.begin_unix_s)


def _fault(shelf: Shelf, events: list[Event], end: Event | None) -> Fault:
    first, last = events[0], events[-1]
    heard = [*events, *([] if end is None else [end])]
    return Fault(
        subject=first.subject,
        code=first.code,
        severity=max(events, key=lambda one: list(Severity).index(one.severity)).severity.value,
        begin_unix_s=_at_s(first),
        end_unix_s=None if end is None else _at_s(end),
        detail=last.detail,
        origin=last.origin.value,
        rows=tuple(event_row(shelf, one) for one in heard),
    )


def event_row(shelf: Shelf, event: Event) -> Row:
    """Return the row of an event."""
    part = f"{event.code}.recovered" if event.recovered else event.code
    return shelf.row("event", event.subject, _at_s(event), text=event.detail, part=part)
