"""What the view has heard, and how old it is. What is too old is not shown: a picture never freezes."""

import math
from collections import deque
from collections.abc import Iterable
from typing import TypeVar

from sumika.clock import Instant
from sumika.schema import (
    TOPIC_OF,
    TOPICS,
    AirSample,
    ChestMotion,
    Estimate,
    Event,
    HeartRate,
    Message,
    MeterSample,
    NodeHealth,
    Origin,
    PlanReport,
    Presence,
    Respiration,
    TrueWorld,
    key_of,
    worst,
)
from sumika.schema.expected_origin import expected_origin
from sumika.schema.house import House
from sumika.units import ns_to_seconds, seconds_to_ns

TOPICS_SHOWN = (
    "presence",
    "chest_motion",
    "respiration",
    "heart_rate",
    "air",
    "meter",
    "truth_world",
    "plan",
    "node_health",
    "event",
)

SHORTEST_LIFE_S = 2.0
PERIODS_OF_LIFE = 3.0
"""A value lives three periods of its topic: one lost message is no alarm, a silent radar is told within 2-3 s."""

PLAN_LIFE_S = 1000.0
"""A plan is made anew every quarter of an hour."""

FUTURE_TOLERANCE_S = 1.0
CHEST_WINDOW_S = 30.0
EVENTS_KEPT = 50
KEYS_KEPT = 1000
_CHEST_SAMPLES_KEPT = 6000
"""30 s of the fastest radar; more would be a flood, not a chest."""

Shown = TypeVar("Shown", Presence, Respiration, HeartRate, NodeHealth, AirSample, MeterSample, TrueWorld, PlanReport)


_OF_THE_HOUSE = (MeterSample, TrueWorld, PlanReport)


def life_s(topic: str) -> float:
    """Return how old a message of this topic may be and still be shown."""
    if topic == TOPIC_OF[PlanReport]:
        return PLAN_LIFE_S
    rate_hz = TOPICS[topic].rate_hz
    return max(SHORTEST_LIFE_S, PERIODS_OF_LIFE / rate_hz) if rate_hz else SHORTEST_LIFE_S


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


class Memory:
    """The newest message of each kind and subject, a stretch of chest motion per room, and the last events."""

    def __init__(self, house: House) -> None:
        self._rooms = {room.id for room in house.rooms}
        self._latest: dict[tuple[str, str], Message] = {}
        # So that the banner is there before the first frame.
        self._origins = {("radar", radar.id): expected_origin(radar) for radar in house.radars}
        self._room_of = {
            **{radar.id: radar.room for radar in house.radars},
            **{sensor.id: sensor.room for sensor in house.sensors},
            **{device.id: device.room for device in house.devices},
        }
        self._chest: dict[str, deque[tuple[int, float | None]]] = {}
        self._chest_source: dict[str, tuple[str, str]] = {}
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)

    def take(self, message: Message) -> None:
        """Remember a message; what belongs to no room of this house leaves its origin only."""
        topic = TOPIC_OF.get(type(message))
        if topic is None:
            return
        place = (topic, key_of(message))
        # What the whole house says of itself has no room that a banner could name; its rooms say the same.
        if not isinstance(message, _OF_THE_HOUSE) and (place in self._origins or len(self._origins) < KEYS_KEPT):
            self._origins[place] = message.origin
        if isinstance(message, Event):
            self.events.append(message)
        elif isinstance(message, ChestMotion):
            if message.room in self._rooms:
                self._take_chest(message)
        elif self._belongs(message) and (place in self._latest or len(self._latest) < KEYS_KEPT):
            self._latest[place] = message

    def _belongs(self, message: Message) -> bool:
        if isinstance(message, Estimate | AirSample):
            return message.room in self._rooms
        return isinstance(message, (NodeHealth, *_OF_THE_HOUSE))

    def _take_chest(self, message: ChestMotion) -> None:
        samples = self._chest.setdefault(message.room, deque(maxlen=_CHEST_SAMPLES_KEPT))
        stamp_ns = message.stamp.monotonic_ns
        source = (message.stamp.boot_id, message.session)
        if self._chest_source.get(message.room) != source:
            # Another session follows on nothing: no line is drawn across, and another boot's times mean nothing here.
            if self._chest_source.get(message.room, source)[0] != message.stamp.boot_id:
                samples.clear()
            self._chest_source[message.room] = source
            samples.append((stamp_ns, None))
        samples.append((stamp_ns, _finite(message.displacement_mm) if message.valid else None))
        while samples and abs(stamp_ns - samples[0][0]) > seconds_to_ns(CHEST_WINDOW_S):
            samples.popleft()

    def age_s(self, kind: type[Shown], key: str, now: Instant) -> float | None:
        """Return how old the newest message is; None if there is none, infinite if its clock is not ours."""
        message = self._latest.get((TOPIC_OF[kind], key))
        if message is None:
            return None
        age_s = ns_to_seconds(now.monotonic_ns - message.stamp.monotonic_ns)
        return max(0.0, age_s) if message.stamp.boot_id == now.boot_id and age_s > -FUTURE_TOLERANCE_S else math.inf

    def fresh(self, kind: type[Shown], key: str, now: Instant) -> Shown | None:
        """Return the newest message unless there is none or it is too old to be true."""
        message = self._latest.get((TOPIC_OF[kind], key))
        age_s = self.age_s(kind, key, now)
        if not isinstance(message, kind) or age_s is None or age_s > life_s(TOPIC_OF[kind]):
            return None
        return message

    def chest(self, room: str, now: Instant) -> Iterable[tuple[int, float | None]]:
        """Return the room's chest motion, oldest first; nothing if its clock is not ours."""
        if self._chest_source.get(room, ("", ""))[0] != now.boot_id:
            return ()
        return self._chest.get(room, ())

    def air(self, room: str, now: Instant) -> list[AirSample]:
        """Return the newest reading of each sensor of a room that is not too old, in the order they were heard of."""
        heard = [key for (topic, key) in self._latest if topic == TOPIC_OF[AirSample]]
        found = (self.fresh(AirSample, key, now) for key in heard)
        return [sample for sample in found if sample is not None and sample.room == room]

    def of_the_house(self, kind: type[Shown], now: Instant) -> Shown | None:
        """Return the newest word of the first meter or world, or of any planner; None where none is fresh.

        Where no planner lives the gate says how control stands.
        """
        told = {key: one.stamp.monotonic_ns for (topic, key), one in self._latest.items() if topic == TOPIC_OF[kind]}
        if not told:
            return None
        return self.fresh(
            kind, max(told, key=lambda key: told[key]) if TOPIC_OF[kind] == "plan" else next(iter(told)), now
        )

    def nodes(self) -> list[NodeHealth]:
        """Return the newest word on every node, fresh or not, in the order in which they were first heard of."""
        return [message for message in self._latest.values() if isinstance(message, NodeHealth)]

    def session(self, room: str) -> str:
        """Return the session of the newest estimate of this room, "" if there is none."""
        found = [
            message
            for message in self._latest.values()
            if isinstance(message, Presence | Respiration | HeartRate) and message.room == room
        ]
        return max(found, key=lambda message: message.stamp.monotonic_ns).session if found else ""

    def not_live(self) -> dict[Origin, list[str]]:
        """Return which rooms (or other subjects) are not live, the worst origin first; empty if everything is."""
        by_subject: dict[str, list[Origin]] = {}
        for (_, key), origin in self._origins.items():
            by_subject.setdefault(self._room_of.get(key, key), []).append(origin)
        found: dict[Origin, list[str]] = {Origin.SIMULATED: [], Origin.RECORDED: []}
        for subject, origins in by_subject.items():
            origin = worst(origins)
            if origin is not Origin.LIVE:
                found[origin].append(subject)
        return {origin: subjects for origin, subjects in found.items() if subjects}
