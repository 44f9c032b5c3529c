"""Controllers that go by who is there: one by what it has learned of the week, one by who is seen at the moment."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from sumika.ecu import Measurements
from sumika.evaluate.control.baselines.device_orders import Need
from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.baselines.thermostat import SetBackThermostat
from sumika.schema.house import House

_HALF_HOURS = 48
_REMEMBERS = 0.3
"""Weight of a day against those before it; typical of learning thermostats: they follow within a week."""
_LOOKS_S = 900.0
_MOST = 3.0
"""The highest level of ventilation: stale air is to be gone soon."""


class SmartSchedule(SetBackThermostat):
    """Learns when each room is used, working days and weekends apart, and makes it ready before.

    Where nobody tells who is where, it keeps to the clock.
    """

    def __init__(self, house: House, settings: Settings) -> None:
        """Begin with nothing learned."""
        super().__init__(house, settings)
        self._share: dict[tuple[str, bool, int], float] = {}
        self._now: dict[tuple[str, bool, int], list[bool]] = defaultdict(list)

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says, and learn from what half hours brought that are over."""
        super().observe(measurements)
        slot = _slot(measurements.at)
        for key in [one for one in self._now if one[1:] != slot]:
            used = float(any(self._now.pop(key)))
            before = self._share.get(key)
            self._share[key] = used if before is None else before + _REMEMBERS * (used - before)
        for name, room in self.seen.rooms.items():
            if room.people is not None:
                self._now[name, *slot].append(room.people > 0)

    def need(self, room: str) -> Need:
        """Return what a room needs by what was learned, and while somebody is seen there."""
        seen = self.seen.rooms[room]
        if seen.people:
            needed = True
        elif any((room, *slot) in self._share for slot in self._ahead()):
            needed = max(self._share.get((room, *slot), 0.0) for slot in self._ahead()) >= self.settings.likely
        else:
            needed = self.by_clock(room)
        heat_c, cool_c = self.comfort_c(room)
        return Need(heat_c=heat_c, cool_c=cool_c, fresh=self.settings.ventilation) if needed else self.reduced(room)

    def _ahead(self) -> Iterator[tuple[bool, int]]:
        """Yield the half hours from now until as long as a room takes to be ready."""
        if self.seen.at is None:
            return
        for quarter in range(int(self.settings.lead_h * 3600.0 / _LOOKS_S) + 1):
            yield _slot(self.seen.at + timedelta(seconds=quarter * _LOOKS_S))


class OccupancyRules(SetBackThermostat):
    """Heats, cools and airs rooms while somebody is there, sleepers as sleepers; where nobody tells, by the clock."""

    def need(self, room: str) -> Need:
        """Return what a room needs by who is seen in it."""
        seen, at = self.seen.rooms[room], self.seen.at
        if seen.people is None or at is None:
            used = self.by_clock(room)
        else:
            used = seen.left_s(at) <= self.settings.leaves_on_s
        if not used:
            return self.reduced(room)
        heat_c, cool_c = self._for_those_there(room)
        stale = seen.co2_ppm is not None and seen.co2_ppm > self.settings.fresh_ppm
        return Need(heat_c=heat_c, cool_c=cool_c, fresh=_MOST if stale else self.settings.ventilation, airing=True)

    def _for_those_there(self, room: str) -> tuple[float, float]:
        """Return temperatures for sleepers where they are told to sleep, else for those who are up."""
        knobs = self.settings
        if self.seen.rooms[room].asleep:
            return knobs.bed_heat_c, knobs.bed_cool_c
        if self.seen.rooms[room].people:
            return knobs.heat_c, knobs.cool_c
        return self.comfort_c(room)


def _slot(at: datetime) -> tuple[bool, int]:
    return at.weekday() >= 5, (2 * at.hour + at.minute // 30) % _HALF_HOURS


__all__ = ["OccupancyRules", "SmartSchedule"]
