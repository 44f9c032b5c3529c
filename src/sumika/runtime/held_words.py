"""What devices and sensors of one connection said last, told again while it holds.

A lamp that nobody touches, a window that nobody opens and a room that nobody enters say nothing, for hours: many speak
only when something changes. Whoever listens forgets what is too old, or has begun anew and never heard it. So the
process that owns the connection tells such words again. It hears when the link breaks or a device goes, and from then
on tells nothing of it.

A word that is told again says so (`held_s`), and is no news: nobody's hand, no sign of life, no row of history. Only
what is a state holds until it changes: what a device is set to and does, a contact, smoke, a sensor's presence. What is
measured is never believed for longer because of it: readings of a device ride along while nobody would have forgotten
them yet, what a tank, a battery or a car holds for half a day, and readings of the air are not told again at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import structs

from sumika.clock import Instant
from sumika.schema import AirSample, DeviceState, Message, Presence, is_news, key_of, without_readings
from sumika.schema.house import PRESENCE_KINDS, House
from sumika.units import ns_to_seconds, seconds_to_ns

AGAIN_S = 30.0
"""So often a state is told again: Home Assistant believes it for 100 s, the page shows a contact for 50 s."""

PRESENCE_AGAIN_S = 2.0
"""Radars tell twice a second who is where, and nobody believes a word of it for longer than 5 s."""

READINGS_S = 540.0
"""So old the readings of a device may be to ride along, and so late a sensor that also reads the air is told again,
without its readings: the newest word takes the place of the one before, and those who believe it longest, planner and
assistant, do for ten minutes."""

STORED_S = 12 * 3600.0
"""So old what a tank, a battery or a car holds may be to ride along: of a tank from which nobody draws, who speaks only
when something changes says nothing all night."""

_LEAST_S = 0.001
"""Whatever clocks say: what is told again is no news."""

_BESIDES = frozenset({*AirSample.__struct_fields__} - {"stamp", "origin", "session", "sensor", "room", "held_s"})
_HOLD = ("smoke", "window_open")
_READ = _BESIDES - {*_HOLD}


def tells_of_danger(message: Message) -> bool:
    """Return whether gate and alarms go by a message: by news, and by smoke that goes on.

    A detector that said "no smoke" before it had measured calls off nothing by being silent since.
    """
    return is_news(message) or (isinstance(message, AirSample) and message.smoke is True)


@dataclass(slots=True)
class _Word:
    """Something that was said.

    Attributes:
        message: As it was said.
        every_s: How often it is told again; None: it says nothing that holds.
        told_ns: When it was last told, by the device or again.
    """

    message: Message
    every_s: float | None
    told_ns: int


class HeldWords:
    """The newest word of each device and sensor of one connection."""

    def __init__(self, house: House, connection: str) -> None:
        """Know what may be told again.

        Args:
            house: Whole.
            connection: Whose words these are.
        """
        self._kinds = {device.id: device.kind for device in house.devices}
        tellers = [sensor for sensor in house.sensors if sensor.kind in PRESENCE_KINDS]
        # Where radars or other connections tell of the same room, an old word would contradict their newer ones.
        others = {one.room for one in tellers if one.connection != connection} | {one.room for one in house.radars}
        self._rooms = {one.room for one in tellers if one.connection == connection} - others
        self._words: dict[tuple[type[Message], str], _Word] = {}

    def hear(self, message: Message, now_ns: int) -> None:
        """Take what a device or a sensor says.

        Args:
            message: Any; what is neither of a device, of a room's air nor of presence is left alone.
            now_ns: Present monotonic time.
        """
        if isinstance(message, DeviceState | AirSample | Presence):
            self._words[type(message), key_of(message)] = _Word(message, self._every_s(message), now_ns)

    def newest(self) -> tuple[Message, ...]:
        """Return what devices and sensors of the air said last, as they said it: a gate that began anew wants that."""
        words = (word.message for word in self._words.values())
        return tuple(message for message in words if not isinstance(message, Presence))

    def due(self, now: Instant) -> Iterator[Message]:
        """Yield what is to be told again.

        Args:
            now: The present moment.
        """
        for word in self._words.values():
            if word.every_s is not None and now.monotonic_ns - word.told_ns >= seconds_to_ns(word.every_s):
                word.told_ns = now.monotonic_ns
                again = self._again(word.message, now)
                if again is not None:
                    yield again

    def _every_s(self, message: DeviceState | AirSample | Presence) -> float | None:
        if isinstance(message, DeviceState):
            return AGAIN_S if message.available and message.values else None
        if isinstance(message, Presence):
            return PRESENCE_AGAIN_S if message.valid and message.room in self._rooms else None
        if all(getattr(message, name) is None for name in _HOLD):
            return None
        return READINGS_S if any(getattr(message, name) is not None for name in _READ) else AGAIN_S

    def _again(self, message: Message, now: Instant) -> Message | None:
        held_s = max(ns_to_seconds(now.monotonic_ns - message.stamp.monotonic_ns), _LEAST_S)
        again = structs.replace(message, stamp=now, held_s=held_s)
        if isinstance(again, AirSample):
            return structs.replace(again, **dict.fromkeys(_READ))
        if not isinstance(again, DeviceState) or held_s < READINGS_S:
            return again
        state = without_readings(again, self._kinds.get(again.device, ""), stored=held_s < STORED_S)
        return state if state.values else None
