"""What several sensors of one connection say of whether somebody is in a room, joined into one word.

Presence is told by room, and whoever listens believes the newest word: of two sensors the one that sees nobody would
hide whom the other sees.
"""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Any

from msgspec import structs

from sumika.clock import Instant
from sumika.links.base import SensorReader
from sumika.schema import Message, Presence, Reason
from sumika.schema.house import PRESENCE_KINDS, Sensor
from sumika.sensors.air.gather import HALF


class _Nature(Enum):
    """What a sensor can say of a room."""

    LOOKS = auto()
    """Somebody, or nobody."""
    MOVEMENT = auto()
    """Somebody; never that nobody is there."""
    WHEREABOUTS = auto()
    """Of a person: not there, or perhaps."""


class JoinedPresence:
    """Reads as another reader does, and joins presence; see `sumika.links.base.SensorReader`.

    Somebody is in a room by the word of one sensor. Nobody is there only if all say so that look into it and can say
    anything: one that is dead or was never heard makes nothing unknown, or a visit to a bathroom would never end. Only
    whom a sensor saw before it fell silent is not gone by the word of others, until one of them saw somebody go.
    Persons who are away say it where nothing looks, and only if all of them are. Else nobody knows.
    """

    def __init__(self, reader: SensorReader[Any], sensors: Iterable[Sensor]) -> None:
        """Know who tells of which room.

        Args:
            reader: Of the connection.
            sensors: Those of the connection.
        """
        self._reader = reader
        self._said: dict[str, dict[str, Presence | None]] = {}
        self._natures: dict[str, _Nature] = {}
        self._saw_last: dict[str, set[str]] = {}
        for one in sensors:
            if one.kind in PRESENCE_KINDS:
                self._said.setdefault(one.room, {})[one.id] = None
                self._natures[one.id] = _Nature.MOVEMENT if one.kind == "pir" else _Nature.LOOKS

    def addresses(self) -> tuple[str, ...]:
        """Return what the reader listens to."""
        return self._reader.addresses()

    def read(self, report: Any, stamp: Instant) -> Iterable[Message]:
        """Return what a report says, of each room in one word."""
        return tuple(self._joined(self._reader.read(report, stamp)))

    def lost(self, stamp: Instant) -> Iterable[Message]:
        """Return that nothing is known of any sensor."""
        return tuple(self._joined(self._reader.lost(stamp)))

    def _joined(self, told: Iterable[Message]) -> Iterator[Message]:
        newest: dict[str, Presence] = {}
        for message in told:
            if isinstance(message, Presence):
                self._note_who_left(message)
                self._said[message.room][message.sensor] = newest[message.room] = message
                self._natures[message.sensor] = _nature_by(message, self._natures[message.sensor])
            else:
                yield message
        for room, message in newest.items():
            yield self._of(room, message)

    def _note_who_left(self, message: Presence) -> None:
        """Keep by room which sensors fell silent while they saw somebody, until a sensor sees somebody go."""
        before = self._said[message.room][message.sensor]
        saw_somebody = before is not None and _probability(before) >= HALF
        silent = self._saw_last.setdefault(message.room, set())
        if message.probability is not None:
            silent.discard(message.sensor)
            if saw_somebody and message.probability < HALF:
                silent.clear()
        elif saw_somebody and self._natures[message.sensor] is _Nature.LOOKS:
            silent.add(message.sensor)

    def _of(self, room: str, newest: Presence) -> Presence:
        """Return the word of a room after the newest one of its sensors."""
        somebody = max(self._heard(room), key=_probability)
        if _probability(somebody) >= HALF:
            return structs.replace(somebody, stamp=newest.stamp)
        look = self._words(room, _Nature.LOOKS)
        counts = look or self._words(room, _Nature.WHEREABOUTS)
        known = [one for one in counts if one is not None and one.probability is not None]
        is_enough = not self._saw_last.get(room) if look else len(known) == len(counts)
        if known and is_enough:
            return structs.replace(max(known, key=_probability), stamp=newest.stamp)
        return structs.replace(newest, probability=None, valid=False, reason=self._why_unknown(room, look))

    def _words(self, room: str, nature: _Nature) -> list[Presence | None]:
        return [said for name, said in self._said[room].items() if self._natures[name] is nature]

    def _heard(self, room: str) -> list[Presence]:
        return [said for said in self._said[room].values() if said is not None]

    def _why_unknown(self, room: str, look: list[Presence | None]) -> Reason:
        if any(one is not None and one.probability is None for one in look):
            return Reason.NO_SIGNAL
        if None in look:
            return Reason.WARMING_UP
        reasons = {one.reason for one in self._heard(room)}
        return next((one for one in (Reason.AT_HOME, Reason.NOTHING_SEEN) if one in reasons), Reason.NO_SIGNAL)


def _probability(presence: Presence) -> float:
    return presence.probability or 0.0


def _nature_by(presence: Presence, before: _Nature) -> _Nature:
    """Return what a sensor can say, by what it says: a telephone and a motion sensor may be described as any."""
    if presence.reason in (Reason.AT_HOME, Reason.AWAY):
        return _Nature.WHEREABOUTS
    if presence.reason is Reason.NOTHING_SEEN:
        return _Nature.LOOKS if presence.valid else _Nature.MOVEMENT
    return before
