"""What happens in a room, as its air tells it: cooking, smoke, a shower, an open window.

For each of them a logistic rule weighs how dust, vapours, water, warmth and carbon dioxide of the air move, and a
hidden Markov filter with two states (it happens, it does not) joins the minutes: things begin some times a day and last
some minutes to an hour, and neighbouring minutes tell much the same. What contacts at the windows say goes before all
that, whichever sensors of the room they belong to: while one of them says anything, no rule tells of windows there.

A rule knows only what its sensor measures: where there is no dust to be measured, nothing is said of smoke, and this is
no smoke alarm anyway. The rules are those of simulated days; `sumika bench people` says how often they are right.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sumika.clock import Instant
from sumika.perception._air_course import QUANTITIES, AirCourse, Outdoors
from sumika.perception._air_rules import RULES, log_odds
from sumika.schema import (
    AirEvent,
    AirEventKind,
    AirEvents,
    AirSample,
    Message,
    Origin,
    Reason,
    Tick,
    WeatherSample,
    is_news,
)
from sumika.schema.air import CONTACT_LASTS_S
from sumika.schema.living import Furniture, FurnitureKind
from sumika.units import ns_to_seconds, seconds_to_ns

WARM_UP_S = 1800.0
"""Before it is known what is usual in a room nothing is told."""

LOOK_S = 30.0
"""A sensor is looked at so often at most."""

PUBLISH_S = 60.0
SILENT_S = 900.0
BEGINS_AT: Mapping[AirEventKind, float] = MappingProxyType(
    {AirEventKind.COOKING: 0.9, AirEventKind.SMOKE: 0.95, AirEventKind.SHOWER: 0.95, AirEventKind.WINDOW: 0.97}
)
ENDS_AT = 0.3
"""Probability from which, and down to which, something is told to go on. Who leaves a room, or opens its door, lets
carbon dioxide fall as a window does: that takes more to be told."""

CORRELATION_S = 240.0
"""Within it, what the air tells is told once."""

NEEDS: Mapping[AirEventKind, str] = MappingProxyType(
    {
        AirEventKind.COOKING: "dust",
        AirEventKind.SMOKE: "dust",
        AirEventKind.SHOWER: "water",
        AirEventKind.WINDOW: "co2",
    }
)


def kinds_of(furniture: Iterable[Furniture], room: str) -> frozenset[AirEventKind]:
    """Return what may happen in a room: all, where nothing is said of what stands in the house.

    Args:
        furniture: Of the whole house.
        room: Which.
    """
    there = {one.kind for one in furniture if one.room == room}
    if not any(one.kind in _PLACES for one in furniture):
        return frozenset(AirEventKind)
    where = {_PLACES[kind] for kind in there if kind in _PLACES}
    return frozenset({AirEventKind.SMOKE, AirEventKind.WINDOW} | where)


_PLACES: Mapping[FurnitureKind, AirEventKind] = MappingProxyType(
    {FurnitureKind.KITCHEN: AirEventKind.COOKING, FurnitureKind.BATH: AirEventKind.SHOWER}
)

_DAILY: Mapping[AirEventKind, float] = MappingProxyType(
    {AirEventKind.COOKING: 2.5, AirEventKind.SMOKE: 0.1, AirEventKind.SHOWER: 1.5, AirEventKind.WINDOW: 2.0}
)
_LASTS_S: Mapping[AirEventKind, float] = MappingProxyType(
    {
        AirEventKind.COOKING: 1800.0,
        AirEventKind.SMOKE: 600.0,
        AirEventKind.SHOWER: 1500.0,
        AirEventKind.WINDOW: 1500.0,
    }
)


@dataclass(slots=True)
class _Event:
    """Whether something happens, by one sensor."""

    probability: float = 0.0
    going_on: bool = False
    since_ns: int = 0


@dataclass(slots=True)
class _Sensor:
    """What one sensor tells.

    Attributes:
        course: How its air moves.
        events: What happens, by that.
        looked_ns: When it was last looked at.
        heard_ns: When it last said something anew; None where nobody heard it do so.
        contact: Whether its contact is open; None where it says nothing of one.
        contact_ns: Since when.
        contact_alone: Whether it tells of nothing but its contact: such a one speaks when that changes, and may
            rightly be silent for hours. Whoever reads it says so when it cannot be reached any more.
        contact_said_ns: When it last said itself that its contact stands so.
        held_ns: When it was last told again that its contact still stands so; None where that was not.
    """

    course: AirCourse = field(default_factory=AirCourse)
    events: dict[AirEventKind, _Event] = field(default_factory=lambda: {kind: _Event() for kind in AirEventKind})
    looked_ns: int | None = None
    heard_ns: int | None = None
    contact: bool | None = None
    contact_ns: int = 0
    contact_alone: bool = False
    contact_said_ns: int = 0
    held_ns: int | None = None

    def hear_contact(self, sample: AirSample) -> None:
        """Take what a sample says of the contact: a word that is missing is none, and not the last one."""
        self.contact_said_ns = sample.stamp.monotonic_ns
        self._turn(sample.window_open, self.contact_said_ns)
        alone = all(read(sample) is None for read in QUANTITIES.values())
        self.contact_alone = self.contact is not None and alone

    def hear_again(self, sample: AirSample) -> None:
        """Take that the contact still stands as its sensor said before: of the air there nothing was read anew."""
        self.held_ns = sample.stamp.monotonic_ns
        self.contact_said_ns = self.held_ns - seconds_to_ns(sample.held_s)
        self._turn(sample.window_open, self.contact_said_ns)

    def _turn(self, share: float | None, since_ns: int) -> None:
        opened = None if share is None or not math.isfinite(share) else share > 0.0
        if opened is not self.contact:
            self.contact, self.contact_ns = opened, since_ns

    def is_heard(self, now_ns: int) -> bool:
        """Return whether what it said of the air still holds."""
        return _is_recent(self.heard_ns, now_ns)

    def contact_holds(self, now_ns: int) -> bool:
        """Return whether what is known of its contact still holds: behind a link that lives it may have died."""
        if now_ns - self.contact_said_ns > seconds_to_ns(CONTACT_LASTS_S):
            return False
        told = self.contact_alone or self.is_heard(now_ns) or _is_recent(self.held_ns, now_ns)
        return told and self.contact is not None


@dataclass(slots=True)
class AirEventsState:
    """State of one room. The step owns it and changes it in place.

    Attributes:
        room: Which.
        kinds: What may happen there: nobody cooks in a bedroom, and dust comes through doors.
        outdoors: The air outside, as last told.
        sensors: Of the room.
        now: Stamp of the newest input.
        origin: Of what the sensors say.
        told: What was said last.
    """

    room: str
    kinds: frozenset[AirEventKind] = frozenset(AirEventKind)
    outdoors: Outdoors = field(default_factory=Outdoors)
    sensors: dict[str, _Sensor] = field(default_factory=dict)
    now: Instant | None = None
    origin: Origin = Origin.LIVE
    told: AirEvents | None = None


def _is_recent(at_ns: int | None, now_ns: int) -> bool:
    return at_ns is not None and now_ns - at_ns <= seconds_to_ns(SILENT_S)


def start(room: str, kinds: Iterable[AirEventKind] = AirEventKind) -> AirEventsState:
    """Return the state before the first message.

    Args:
        room: Its name in `house.yaml`.
        kinds: What may happen there.
    """
    return AirEventsState(room, frozenset(kinds))


def step(
    state: AirEventsState, message: AirSample | WeatherSample | Tick
) -> tuple[AirEventsState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: A sample of a sensor, the weather, or the time. A sample that is no news tells of contacts alone.

    Returns:
        The state, and what goes on: at every change, and once a minute.
    """
    if state.now is not None and state.now.boot_id != message.stamp.boot_id:
        state.sensors, state.told = {}, None
        state.now = message.stamp
    elif state.now is None or message.stamp.monotonic_ns > state.now.monotonic_ns:
        state.now = message.stamp
    if isinstance(message, AirSample) and message.room == state.room:
        state.origin = message.origin
        sensor = state.sensors.setdefault(message.sensor, _Sensor())
        if is_news(message):
            _take(state, sensor, message)
        else:
            sensor.hear_again(message)
    elif isinstance(message, WeatherSample):
        state.outdoors = Outdoors.of(message)
    return state, _tell(state, state.now)


def _take(state: AirEventsState, sensor: _Sensor, sample: AirSample) -> None:
    now_ns = sample.stamp.monotonic_ns
    sensor.heard_ns = now_ns if sensor.heard_ns is None else max(sensor.heard_ns, now_ns)
    sensor.hear_contact(sample)
    if sensor.looked_ns is not None and now_ns - sensor.looked_ns < seconds_to_ns(LOOK_S):
        return
    passed_s = 0.0 if sensor.looked_ns is None else ns_to_seconds(now_ns - sensor.looked_ns)
    sensor.looked_ns = now_ns
    sensor.course.take(sample, ns_to_seconds(now_ns))
    odds = log_odds(sensor.course.features(state.outdoors))
    for kind, event in sensor.events.items():
        if kind not in state.kinds or not _can_tell(sensor, kind):
            event.probability, event.going_on = 0.0, False
            continue
        event.probability = _filtered(event.probability, float(odds[kind]), kind, passed_s)
        _switch(event, BEGINS_AT[kind], now_ns)


def _filtered(before: float, odds: float, kind: AirEventKind, passed_s: float) -> float:
    """Return the probability after some time and one look.

    Args:
        before: Probability at the look before.
        odds: Logarithm of the odds by this look alone.
        kind: Of what.
        passed_s: Since then.
    """
    begins = -math.expm1(-passed_s * _DAILY[kind] / 86_400.0)
    ends = -math.expm1(-passed_s / _LASTS_S[kind])
    predicted = before * (1.0 - ends) + (1.0 - before) * begins
    predicted = min(max(predicted, 1e-6), 1.0 - 1e-6)
    # The rule's own odds hold how usual such a minute is; only what goes beyond that is news, and told once.
    weight = min(1.0, passed_s / CORRELATION_S)
    news = weight * (odds - RULES[kind].usual)
    return 1.0 / (1.0 + math.exp(-min(max(math.log(predicted / (1.0 - predicted)) + news, -30.0), 30.0)))


def _switch(event: _Event, begins_at: float, now_ns: int) -> None:
    if not event.going_on and event.probability >= begins_at:
        event.going_on, event.since_ns = True, now_ns
    elif event.going_on and event.probability < ENDS_AT:
        event.going_on = False


def _can_tell(sensor: _Sensor, kind: AirEventKind) -> bool:
    """Return whether the air at a sensor tells of something."""
    course = sensor.course
    if course.since_s is None or sensor.heard_ns is None:
        return False
    return ns_to_seconds(sensor.heard_ns) - course.since_s >= WARM_UP_S and course.measures(NEEDS[kind])


def _tell(state: AirEventsState, now: Instant) -> tuple[Message, ...]:
    heard = {name: sensor for name, sensor in state.sensors.items() if sensor.is_heard(now.monotonic_ns)}
    contacts = {name: sensor for name, sensor in state.sensors.items() if sensor.contact_holds(now.monotonic_ns)}
    if not heard and not contacts and state.told is None:
        return ()
    by_contact = frozenset({AirEventKind.WINDOW}) if contacts else frozenset()
    can_tell = tuple(
        kind
        for kind in AirEventKind
        if kind in state.kinds and (kind in by_contact or any(_can_tell(one, kind) for one in heard.values()))
    )
    found = (_by_contact(contacts, now) if kind in by_contact else _event(kind, heard, now) for kind in can_tell)
    events = tuple(one for one in found if one is not None)
    told = state.told
    same = told is not None and told.can_tell == can_tell and [e.kind for e in told.events] == [e.kind for e in events]
    if told is not None and same and ns_to_seconds(now.monotonic_ns - told.stamp.monotonic_ns) < PUBLISH_S:
        return ()
    state.told = AirEvents(
        stamp=now,
        origin=state.origin,
        room=state.room,
        valid=bool(can_tell),
        reason=Reason.MEASURED if can_tell else Reason.WARMING_UP if heard else Reason.NO_SIGNAL,
        events=events,
        can_tell=can_tell,
    )
    return (state.told,)


def _by_contact(contacts: Mapping[str, _Sensor], now: Instant) -> AirEvent | None:
    """Return that a window is open, by the contact that has been so for longest; None where all are shut."""
    opened = {name: one for name, one in contacts.items() if one.contact}
    if not opened:
        return None
    name = min(opened, key=lambda one: opened[one].contact_ns)
    for_s = ns_to_seconds(max(0, now.monotonic_ns - opened[name].contact_ns))
    return AirEvent(kind=AirEventKind.WINDOW, probability=1.0, sigma=0.0, for_s=for_s, sensor=name)


def _event(kind: AirEventKind, sensors: Mapping[str, _Sensor], now: Instant) -> AirEvent | None:
    """Return what the sensor tells that is surest of it; None where it does not go on."""
    going = {name: one.events[kind] for name, one in sensors.items() if one.events[kind].going_on}
    if not going:
        return None
    name = max(going, key=lambda one: going[one].probability)
    return AirEvent(
        kind=kind,
        probability=round(going[name].probability, 4),
        sigma=RULES[kind].sigma,
        for_s=ns_to_seconds(max(0, now.monotonic_ns - going[name].since_ns)),
        sensor=name,
    )
