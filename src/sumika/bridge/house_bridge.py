"""The bridge itself: messages of the house in, messages for the broker out; commands in, questions for the bus out.

It is pure: no network, no clock, no file. `sumika.runtime.bridge_loop` runs it in a process of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from sumika.bridge.announcing import Announcing
from sumika.bridge.commands import Ask, Commands, Wanted
from sumika.bridge.discovery import Announced, Announcement, Discovery
from sumika.bridge.driven import FAMILIES, Thing
from sumika.bridge.echo import Echo
from sumika.bridge.ecu import EcuStates, ecu_device, radar_device
from sumika.bridge.entity import HomeDevice
from sumika.bridge.falls import Falls
from sumika.bridge.known import Known, bus_key
from sumika.bridge.measured import AIR, METER
from sumika.bridge.pace import Pace
from sumika.bridge.places import ECU, Places, device_subject, radar_subject, room_subject
from sumika.bridge.rooms import RoomStates, driven_in, room_device
from sumika.clock import Instant
from sumika.schema import (
    AirSample,
    ComfortWish,
    Message,
    MeterSample,
    ModeReport,
    SavedAnswer,
    SetComfortWishAnswer,
    SetModeAnswer,
    SuspectedFall,
    Verdict,
    is_refusal,
)
from sumika.schema.house import House

HEARD = (
    "activity",
    "air",
    "air_events",
    "alarm",
    "comfort_wish",
    "device_state",
    "exercise",
    "gesture",
    "heart_rate",
    "meter",
    "mode",
    "node_health",
    "node_statistics",
    "occupancy_count",
    "outlook",
    "person_vitals",
    "plan",
    "posture",
    "presence",
    "respiration",
    "sleep",
    "suspected_fall",
    "tracks/house",
    "verdict",
)
"""What the bridge listens to on the bus."""

_QUANTITIES = {AirSample: tuple(one.field for one in AIR), MeterSample: tuple(one.field for one in METER)}
_METER = "meter:"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What outlives a restart.

    Attributes:
        seen: Values that each sensor was heard to measure.
        announced: What may be on the broker.
    """

    seen: dict[str, tuple[str, ...]] = {}
    announced: Announced = Announced()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the broker.

    Attributes:
        topic: Where.
        payload: What.
        retain: Whether the broker keeps it: states, and never a command or an event.
    """

    topic: str
    payload: str
    retain: bool


class HouseBridge:
    """One house in Home Assistant.

    Attributes:
        seen: Values that each sensor was heard to measure.
        hidden: Whether bodies are nobody's business now: guests are here, or sensing rests.
        ecu: What is said of the house's computer.
    """

    def __init__(self, house: House, places: Places, kept: Kept, *, version: str, language: str) -> None:
        """Know a house.

        Args:
            house: As described, with a bridge.
            places: Of its topics.
            kept: From before a restart.
            version: Of Sumika.
            language: Of names: the house's, or another.
        """
        self._house, self._places = house, places
        self.seen = _still_there(kept.seen, house)
        self.hidden = False
        self._about = Announcing(house=house, places=places, language=language, seen=self.seen)
        self._known = Known(demo=house.demo)
        self._rooms = RoomStates(house, self._known)
        self.ecu = EcuStates(house, self._known, self._rooms.people, language=language)
        self._echo, self._falls, self._pace = Echo(self._known), Falls(), Pace()
        self._discovery = Discovery(places, version=version, language=language)
        self._commands = Commands(self._about, hand=self._about.say("bridge.hand"))
        self._offsets: dict[str, float] = {}
        self._mode = ""

    @property
    def remembered(self) -> int:
        """How many messages are remembered."""
        return len(self._known)

    def hear(self, message: Message, now_ns: int) -> bool:
        """Take a message of the house; return whether there is something new to announce.

        Args:
            message: Any that `HEARD` names.
            now_ns: Monotonic time.
        """
        if is_refusal(message):
            self._echo.refused(message.device)
            self._pace.hurry(self._places.state(device_subject(message.device)))
            return False
        if not self._known.hear(message, bus_key(message), now_ns):
            return False
        if isinstance(message, SuspectedFall):
            self._falls.hear(message, now_ns, hidden=self.hidden)
        elif isinstance(message, Verdict):
            self._echo.hear(message, now_ns)
            self._pace.hurry(self._places.state(device_subject(message.device)))
        elif isinstance(message, ComfortWish):
            self._offsets.pop(message.room, None)
        elif isinstance(message, ModeReport):
            self._mode = ""
        elif isinstance(message, AirSample):
            return self._see(message.sensor, message)
        elif isinstance(message, MeterSample):
            self.ecu.meters.take(message)
            return self._see(f"{_METER}{message.meter}", message)
        return False

    def _see(self, name: str, message: AirSample | MeterSample) -> bool:
        before = self.seen.get(name, ())
        fields = _QUANTITIES[type(message)]
        new = [one for one in fields if one not in before and getattr(message, one) is not None]
        if new:
            self.seen[name] = (*before, *new)
        return bool(new)

    def devices(self) -> tuple[HomeDevice, ...]:
        """Return all that Home Assistant is told of; nothing where the bridge is switched off."""
        if not self._places.settings.enabled:
            return ()
        rooms = (room_device(room, self._about) for room in self._house.rooms)
        radars = (radar_device(radar, self._about) for radar in self._house.radars)
        return (ecu_device(self._about), *(room for room in rooms if room is not None), *radars)

    def announcement(self, before: Announced) -> Announcement:
        """Return what to publish so that Home Assistant knows what there is, and nothing else.

        Args:
            before: What may be on the broker.
        """
        return self._discovery.announcement(self.devices(), before)

    def again(self) -> None:
        """Say every state anew: somebody new listens."""
        self._pace.again()

    def due(self, now_ns: int) -> list[Outgoing]:
        """Return what to publish now: states, then events.

        Args:
            now_ns: Monotonic time.
        """
        if not self._places.settings.enabled:
            return []
        self._known.now_ns = now_ns
        found = []
        for subject, state, urgent in self._states(now_ns):
            topic = self._places.state(subject)
            payload = self._pace.due(topic, state, now_ns, all_urgent=urgent)
            if payload is not None:
                found.append(Outgoing(topic, payload, retain=True))
        rooms = {room.id for room in self._house.rooms} if self._places.settings.bodies else set()
        for room, payload in self._falls.take(now_ns):
            if room in rooms:
                found.append(Outgoing(self._places.event(room_subject(room), "fall"), payload, retain=False))
        return found

    def not_sent(self, message: Outgoing) -> None:
        """Tell a suspected fall again later: the broker went while it was told. States are all told anew anyway.

        Args:
            message: Of those that were due last.
        """
        for room in self._house.rooms:
            if message.topic == self._places.event(room_subject(room.id), "fall"):
                self._falls.take_back(room.id, message.payload)

    def _states(self, now_ns: int) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """Yield subject, state, and whether people wait for all of it."""
        hidden = self.hidden or not self._places.settings.bodies
        yield ECU, self.ecu.ecu(self._mode, self._about.say("bridge.nothing_next"), hidden=hidden), False
        for room in self._house.rooms:
            yield room_subject(room.id), self._rooms.state(room, hidden=hidden, offsets=self._offsets), False
            for device in driven_in(room, self._about):
                values = self._echo.values(device.id, now_ns)
                family = FAMILIES[device.kind]
                state = family.state(Thing(device, self._places), values)
                yield device_subject(device.id), {"available": True if values else None, **state}, True
        for radar in self._house.radars:
            yield radar_subject(radar.id), self.ecu.radar(radar), False

    def read(self, topic: str, payload: bytes, now: Instant, *, retained: bool) -> Wanted:
        """Return what is wanted by a message from the broker.

        Args:
            topic: Where it came.
            payload: Anything at all.
            now: The present moment.
            retained: Whether it lay there.
        """
        self._known.now_ns = now.monotonic_ns
        values = {device.id: self._echo.values(device.id, now.monotonic_ns) for device in self._house.devices}
        hidden = self.hidden or not self._places.settings.bodies
        alarms = tuple(one.id for one in self.ecu.open_alarms(hidden=hidden))
        return self._commands.read(topic, payload, now, values, retained=retained, alarms=alarms)

    def answered(self, ask: Ask, answer: msgspec.Struct) -> None:
        """Take the answer to a question, and show what holds now.

        Args:
            ask: The question.
            answer: To it.
        """
        if isinstance(answer, SetModeAnswer) and answer.accepted:
            self._mode = answer.mode
        elif isinstance(answer, SetComfortWishAnswer) and answer.accepted:
            self._offsets[answer.room] = answer.offset_k
        elif isinstance(answer, SavedAnswer):
            self.ecu.saved = answer
        subject = ask.topic.removeprefix(f"{self._places.root}/").partition("/")[0]
        self._pace.hurry(self._places.state(subject))


def _still_there(seen: dict[str, tuple[str, ...]], house: House) -> dict[str, tuple[str, ...]]:
    """Return what was heard of sensors that the house still has; meters of a simulated house are its own."""
    sensors = {one.id for one in house.sensors}
    meters = {f"{_METER}{name}" for name in sensors}
    own = house.world is not None
    return {
        name: fields for name, fields in seen.items() if name in sensors | meters or (own and name.startswith(_METER))
    }
