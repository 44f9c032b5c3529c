"""What is known of devices and sensors on a clock that a test moves: to the bridge, and to the planner's ear."""

from typing import TypeVar

from sumika.bridge.known import Known, bus_key
from sumika.clock import SimulatedClock
from sumika.runtime.held_words import HeldWords
from sumika.runtime.house_ear import HouseEar
from sumika.schema import AirSample, DeviceState, Message, Presence
from sumika.schema.house import House
from sumika.units import seconds_to_ns

ELEVEN_MINUTES_S = 660
Kind = TypeVar("Kind", bound=Message)


class QuietHouse:
    """Those who listen to one connection's process, and what it tells them again.

    Attributes:
        clock: Of everybody.
        ear: The planner's.
        known: To the bridge.
        told: All that was told again.
    """

    def __init__(self, house: House, connection: str, clock: SimulatedClock) -> None:
        """Begin, having heard nothing."""
        self._house, self.clock = house, clock
        self._words = HeldWords(house, connection)
        self.told: list[Message] = []
        self.begin_anew()

    def begin_anew(self) -> None:
        """Let bridge and planner be started again: they know nothing."""
        self.ear, self.known = HouseEar(self._house), Known(demo=False)

    def says(self, *messages: Message) -> None:
        """Take what devices and sensors say."""
        for message in messages:
            self._words.hear(message, self.clock.now().monotonic_ns)
            self._reach(message)

    def gate_begins(self) -> None:
        """Let a gate begin anew, which is told the last words as they were said."""
        for message in self._words.newest():
            self._reach(message)

    def passes(self, seconds: int) -> None:
        """Let time pass, second by second."""
        for _ in range(seconds):
            self.clock.move_to(self.clock.now().later(seconds_to_ns(1.0)))
            for message in self._words.due(self.clock.now()):
                self.told.append(message)
                self._reach(message)

    def device(self, name: str) -> tuple[DeviceState | None, DeviceState | None]:
        """Return what bridge and planner know of a device."""
        now_ns = self.clock.now().monotonic_ns
        of_ear = {one.device: one for one in self.ear.fresh_devices(now_ns)}
        return self._bridge(DeviceState, name), of_ear.get(name)

    def air(self, name: str) -> tuple[AirSample | None, AirSample | None]:
        """Return what bridge and planner know of a sensor."""
        of_ear = {one.sensor: one for one in self.ear.fresh_air(self.clock.now().monotonic_ns)}
        return self._bridge(AirSample, name), of_ear.get(name)

    def presence(self, room: str) -> tuple[float | None, float | None]:
        """Return how sure bridge and planner are that somebody is in a room."""
        found = self._bridge(Presence, room)
        of_ear = self.ear.occupied(self.clock.now().monotonic_ns).get(room, (None, 0.0))
        return None if found is None else found.probability, of_ear[0]

    def _bridge(self, kind: type[Kind], name: str) -> Kind | None:
        self.known.now_ns = self.clock.now().monotonic_ns
        return self.known.fresh(kind, name)

    def _reach(self, message: Message) -> None:
        self.known.hear(message, bus_key(message), self.clock.now().monotonic_ns)
        self.ear.take(message)
