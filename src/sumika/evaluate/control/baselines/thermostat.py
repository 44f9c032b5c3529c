"""Thermostats: one that keeps every room at its temperature day and night, and one with a set-back by the clock."""

from sumika.clock import Instant
from sumika.ecu import Measurements
from sumika.evaluate.control.baselines.device_orders import ORDERS, Need, Situation
from sumika.evaluate.control.baselines.rooms_seen import Seen, bedrooms_of, commanded
from sumika.evaluate.control.baselines.settings import OFF_K, Settings
from sumika.evaluate.control.forecasts import Forecast
from sumika.schema import Asker, Command, Origin
from sumika.schema.house import House

_NO_STAMP = Instant(0, 0, "arena")


class Thermostat:
    """Keeps every room at its temperature. Others differ from it in when a room needs what.

    Attributes:
        seen: What was last told.
        settings: Its knobs.
    """

    def __init__(self, house: House, settings: Settings) -> None:
        """Take a house.

        Args:
            house: With the fans of its class.
            settings: Its knobs.
        """
        self.settings, self.seen = settings, Seen(house)
        self._bedrooms = bedrooms_of(house)
        self._devices = commanded(house)

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says."""
        self.seen.take(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told; nothing before the house has said anything."""
        if self.seen.at is None:
            return ()
        needs = {room: self.need(room) for room in self.seen.rooms}
        now = Situation(seen=self.seen, needs=needs, settings=self.settings)
        return tuple(
            Command(
                stamp=_NO_STAMP,
                origin=Origin.SIMULATED,
                device=device.id,
                action=action,
                value=value,
                asked_by=Asker.RULES,
            )
            for device in self._devices
            if device.kind in ORDERS
            for action, value in ORDERS[device.kind](device, now)
        )

    def need(self, room: str) -> Need:
        """Return what a room needs now."""
        heat_c, cool_c = self.comfort_c(room)
        return Need(heat_c=heat_c, cool_c=cool_c, fresh=self.settings.ventilation)

    def comfort_c(self, room: str) -> tuple[float, float]:
        """Return to what a room is heated and to what it is cooled where it is needed."""
        if room in self._bedrooms:
            return self.settings.bed_heat_c, self.settings.bed_cool_c
        return self.settings.heat_c, self.settings.cool_c

    def reduced(self, room: str) -> Need:
        """Return what a room needs that nobody needs."""
        by_k, (heat_c, cool_c) = self.settings.set_back_k, self.comfort_c(room)
        off = by_k >= OFF_K
        return Need(
            heat_c=None if off else heat_c - by_k,
            cool_c=None if off else cool_c + by_k,
            fresh=self.settings.ventilation,
            used=False,
        )


class SetBackThermostat(Thermostat):
    """Heats and cools less when by the clock nobody needs a room."""

    def need(self, room: str) -> Need:
        """Return what a room needs by the clock."""
        return super().need(room) if self.by_clock(room) else self.reduced(room)

    def by_clock(self, room: str) -> bool:
        """Return whether a room is needed at this hour."""
        at, knobs = self.seen.at, self.settings
        if at is None:
            return True
        hour = at.hour + at.minute / 60.0
        if room in self._bedrooms:
            return hour >= knobs.bed_from_h or hour < knobs.bed_to_h
        return knobs.day_from_h <= hour < knobs.day_to_h
