"""What Home Assistant asks for, made into questions on the bus; whatever else comes over the broker is turned away."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from sumika.bridge.announcing import Announcing
from sumika.bridge.driven import FAMILIES, Thing, Values
from sumika.bridge.places import ECU, room_subject
from sumika.bridge.rooms import MOST_OFFSET_K, driven_in
from sumika.clock import Instant
from sumika.schema import (
    AcknowledgeAlarmRequest,
    CancelAlarmRequest,
    Mode,
    SetComfortWishRequest,
    SetModeRequest,
    WishDeviceRequest,
)
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

MOST_BYTES = 1024
"""No command of Home Assistant is a tenth as long."""

OLDEST_S, NEWEST_S = 30.0, 5.0
"""A command that says when it was given is obeyed for so long afterwards; clocks may differ by so much."""

MOST_AT_ONCE, WITHIN_S = 40, 10.0
"""A scene sets thirty lamps at once; more than that is no hand."""

_PRESSED = "PRESS"
ACKNOWLEDGE, ALL_WELL = "acknowledge", "all_well"
ON_ALARMS = (ACKNOWLEDGE, ALL_WELL)
"""What somebody says of every alarm that is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question to put on the bus.

    Attributes:
        name: Of the request.
        question: What to ask.
        topic: Where the command came from.
    """

    name: str
    question: msgspec.Struct
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The house's computer is to begin anew.

    Attributes:
        topic: Where the command came from.
    """

    topic: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Something that is not obeyed.

    Attributes:
        why: Key of a text.
        topic: Where it came from, shortened and without what a terminal would obey.
        size: Bytes of it.
        lies_at: Topic of ours from which the broker is to let go of it; empty: it does not lie there.
    """

    why: str
    topic: str
    size: int = 0
    lies_at: str = ""


Wanted = tuple[Ask, ...] | Restart | TurnedAway


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command that says when it was given, as an automation of one's own may send it."""

    value: str | int | float
    sent_unix_s: float


class Commands:
    """Understands what comes over the broker."""

    def __init__(self, about: Announcing, *, hand: str) -> None:
        """Know what may be asked.

        Args:
            about: Of the house.
            hand: What the audit says of who asked.
        """
        self._about, self._hand = about, hand
        self._places = about.places
        self._things: dict[str, tuple[Thing, str]] = {}
        self._offsets: dict[str, str] = {}
        self._fixed: dict[str, str] = {}
        self._came_ns: deque[int] = deque()
        if about.obeys:
            self._know_rooms()
            self._fixed[self._places.command(ECU, "mode")] = "mode"
        if self._places.settings.hands:
            pressed = ("restart", *(ON_ALARMS if about.house.alarms is not None else ()))
            self._fixed.update({self._places.command(ECU, what): what for what in pressed})

    def _know_rooms(self) -> None:
        for room in self._about.house.rooms:
            self._offsets[self._places.command(room_subject(room.id), "offset")] = room.id
            for device in driven_in(room, self._about):
                thing = Thing(device, self._places)
                for what in FAMILIES[device.kind].commands:
                    self._things[thing.command_topic(what)] = (thing, what)

    def read(
        self,
        topic: str,
        payload: bytes,
        now: Instant,
        values: Mapping[str, Values],
        *,
        retained: bool,
        alarms: Collection[str] = (),
    ) -> Wanted:
        """Return what is wanted by a message from the broker.

        Args:
            topic: Where it came.
            payload: Anything.
            now: The present moment.
            values: What devices are set to, by device.
            retained: Whether it lay there, or is to lie there: nobody knows since when, and who meant it. It would come
                again at every start.
            alarms: Those that are open.
        """
        short = readable(topic)
        if topic not in self._things and topic not in self._offsets and topic not in self._fixed:
            return TurnedAway("bridge.refused.where", short)
        if not payload:  # so what lay there is taken away
            return ()
        if retained:
            return TurnedAway("bridge.refused.retained", short, len(payload), lies_at=topic)
        if len(payload) > MOST_BYTES:
            return TurnedAway("bridge.refused.long", short, len(payload))
        if self._too_many(now):
            return TurnedAway("bridge.refused.many", short)
        text = _text(payload)
        if text is None:
            return TurnedAway("bridge.refused.value", short)
        value, sent_unix_s = _opened(text)
        if sent_unix_s is not None and not -OLDEST_S <= sent_unix_s - now.wall_ns / NANOSECONDS_PER_SECOND <= NEWEST_S:
            return TurnedAway("bridge.refused.old", short)
        if self._fixed.get(topic) in ON_ALARMS and value == _PRESSED:
            return tuple(self._on_alarm(topic, alarm) for alarm in alarms)
        return self._wanted(topic, value, values) or TurnedAway("bridge.refused.value", short)

    def _too_many(self, now: Instant) -> bool:
        since_ns = now.monotonic_ns - seconds_to_ns(WITHIN_S)
        while self._came_ns and self._came_ns[0] < since_ns:
            self._came_ns.popleft()
        if len(self._came_ns) >= MOST_AT_ONCE:
            return True
        self._came_ns.append(now.monotonic_ns)
        return False

    def _wanted(self, topic: str, value: str, values: Mapping[str, Values]) -> tuple[Ask, ...] | Restart | None:
        if topic in self._offsets:
            return self._offset(topic, value)
        fixed = self._fixed.get(topic)
        if fixed == "restart" and value == _PRESSED:
            return Restart(topic=topic)
        if fixed == "mode":
            known = value in tuple(Mode)
            return (Ask(name="set_mode", question=SetModeRequest(mode=value), topic=topic),) if known else None
        if fixed is not None:
            return None
        thing, what = self._things[topic]
        device = thing.device.id
        sets = FAMILIES[thing.device.kind].asked(thing, what, value, values.get(device, {}))
        if sets is None:
            return None
        return tuple(
            Ask(
                name="wish_device",
                question=WishDeviceRequest(device=device, action=action, value=number, why=self._hand),
                topic=topic,
            )
            for action, number in sets.items()
        )

    def _on_alarm(self, topic: str, alarm: str) -> Ask:
        """Return the question by which somebody at Home Assistant takes care of an alarm, or says that all is well."""
        if self._fixed[topic] == ACKNOWLEDGE:
            return Ask(
                name="alarm_acknowledge", question=AcknowledgeAlarmRequest(alarm=alarm, by=self._hand), topic=topic
            )
        return Ask(name="alarm_cancel", question=CancelAlarmRequest(alarm=alarm, by=self._hand), topic=topic)

    def _offset(self, topic: str, value: str) -> tuple[Ask, ...] | None:
        try:
            offset_k = float(value)
        except ValueError:
            return None
        if not abs(offset_k) <= MOST_OFFSET_K:
            return None
        question = SetComfortWishRequest(room=self._offsets[topic], offset_k=offset_k)
        return (Ask(name="set_comfort_wish", question=question, topic=topic),)


def readable(topic: str) -> str:
    """Return a topic that may be shown: whoever publishes chooses its letters."""
    return "".join(letter if letter.isprintable() else "?" for letter in topic[:120])


def _text(payload: bytes) -> str | None:
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _opened(text: str) -> tuple[str, float | None]:
    """Return the value of a command, and when it was given, where it says so."""
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, RecursionError):
        return text, None
    return str(envelope.value), envelope.sent_unix_s
