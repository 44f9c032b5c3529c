"""A house, its messages and a moment, for the tests of the terminal view."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from sumika.clock import Instant
from sumika.schema import (
    ChestMotion,
    Event,
    HeartRate,
    Message,
    NodeHealth,
    NodeState,
    Origin,
    Presence,
    Reason,
    Respiration,
    Severity,
)
from sumika.schema.house import DemoSource, House, PortSource, Radar, RecordingSource, Room, Source
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

NOON_WALL_NS = 1_763_985_600 * NANOSECONDS_PER_SECOND
"""2025-11-24 12:00:00 UTC."""


def at(seconds: float, boot_id: str = "boot") -> Instant:
    """Return the moment so many seconds after noon."""
    return Instant(seconds_to_ns(1000 + seconds), NOON_WALL_NS + seconds_to_ns(seconds), boot_id)


def a_source(origin: Origin) -> Source:
    """Return a source whose frames have that origin."""
    if origin is Origin.RECORDED:
        return RecordingSource(path="recording")
    return DemoSource() if origin is Origin.SIMULATED else PortSource(device="/dev/ttyUSB0")


def a_house(names: Iterable[str] = ("Bedroom",), origin: Origin = Origin.LIVE, name: str = "home") -> House:
    """Return a house with a radar in each of its rooms; rooms have the ids room_0, room_1 ..."""
    rooms = tuple(
        Room(id=f"room_{index}", name=room, floor_m=((0, 0), (1, 0), (1, 1))) for index, room in enumerate(names)
    )
    radars = tuple(
        Radar(id=f"radar_{room.id}", room=room.id, model="x", position_m=(0, 0, 1), source=a_source(origin))
        for room in rooms
    )
    return House(name=name, rooms=rooms, radars=radars)


def presence(seconds: float, probability: float | None = 0.98, **fields: Any) -> Presence:
    """Return someone (or so) in room_0."""
    base = Presence(
        stamp=at(seconds),
        origin=Origin.LIVE,
        room="room_0",
        valid=probability is not None,
        reason=Reason.BREATHING_SEEN,
        probability=probability,
        range_m=0.7,
        range_sigma_m=0.02,
    )
    return msgspec.structs.replace(base, **fields)


def respiration(seconds: float, rate_bpm: float | None = 15.2, **fields: Any) -> Respiration:
    """Return a rate in room_0."""
    base = Respiration(
        stamp=at(seconds),
        origin=Origin.LIVE,
        room="room_0",
        valid=rate_bpm is not None,
        reason=Reason.MEASURED,
        rate_bpm=rate_bpm,
        sigma_bpm=0.5,
    )
    return msgspec.structs.replace(base, **fields)


def heart(seconds: float, **fields: Any) -> HeartRate:
    """Return a candidate in room_0."""
    base = HeartRate(
        stamp=at(seconds),
        origin=Origin.LIVE,
        room="room_0",
        valid=False,
        reason=Reason.NO_REFERENCE,
        candidate_bpm=69.0,
    )
    return msgspec.structs.replace(base, **fields)


def chest(seconds: float, displacement_mm: float | None, **fields: Any) -> ChestMotion:
    """Return one sample of the chest's motion in room_0."""
    base = ChestMotion(
        stamp=at(seconds),
        origin=Origin.LIVE,
        room="room_0",
        valid=displacement_mm is not None,
        reason=Reason.MEASURED,
        displacement_mm=displacement_mm,
    )
    return msgspec.structs.replace(base, **fields)


def health(seconds: float, node: str, state: NodeState = NodeState.RUNNING, **fields: Any) -> NodeHealth:
    """Return how a node is."""
    base = NodeHealth(
        stamp=at(seconds),
        origin=Origin.LIVE,
        node=node,
        state=state,
        beat_age_s=0.1,
        core_share=0.02,
        memory_mb=40.0,
    )
    return msgspec.structs.replace(base, **fields)


def event(seconds: float, *, recovered: bool = False, detail: str = "") -> Event:
    """Return the death of a node, or its recovery."""
    return Event(
        stamp=at(seconds),
        origin=Origin.LIVE,
        subject="presence",
        code="node_died",
        severity=Severity.INFO if recovered else Severity.WARNING,
        recovered=recovered,
        detail=detail,
    )


@dataclass(frozen=True)
class Heard:
    """A message as the bus hands it over."""

    message: Message


class Script:
    """Hands over prepared messages, one list per turn; then nothing more."""

    def __init__(self, *turns: Iterable[Message]) -> None:
        self._turns = [list(turn) for turn in turns]
        self.closed = False

    def receive(self, timeout_s: float) -> list[Heard]:
        """Return the messages of the next turn."""
        return [Heard(message) for message in self._turns.pop(0)] if self._turns else []

    def close(self) -> None:
        """Note that nobody listens any more."""
        self.closed = True
