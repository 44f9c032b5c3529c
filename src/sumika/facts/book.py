"""The book of a house: every question that its records can answer."""

from datetime import date
from pathlib import Path
from typing import Self

import sumika.facts.alarms as alarms
import sumika.facts.climate as climate
import sumika.facts.devices as devices
import sumika.facts.energy as energy
import sumika.facts.faults as faults
import sumika.facts.nights as nights
import sumika.facts.people as people
from sumika.clock import Clock
from sumika.facts.figures import Figure
from sumika.facts.periods import Period
from sumika.facts.saved import saved
from sumika.facts.shelf import Shelf
from sumika.facts.told import Change, Due, Fault, Happening, Incident, Judged, Night, Order, Stay, Wish
from sumika.schema.house import House

_BY_DAY = frozenset({"energy_kwh", "exported_kwh", "cost", "solar_kwh", "saved", "device_kwh"})


class Book:
    """Answers questions from the records of one house. One per thread; close it, or use it in a `with`.

    What was read once is not read again, so that a report speaks of one state of the records; `refresh` before the
    next question. Nothing that the files hold makes it raise: what cannot be read is in `problems`.

    Attributes:
        house: As described.
        zone: The house's own time zone.
        zone_name: Its IANA name.
        currency: Of all money, ISO 4217.
    """

    def __init__(self, folder: Path, house: House, clock: Clock | None = None) -> None:
        """Open the records; there may be none yet.

        Args:
            folder: The data folder of the house, with `history` and `plan` in it.
            house: As described; its site's time zone counts, or this machine's where it has none.
            clock: For "now"; the machine's own unless given.
        """
        self._shelf = Shelf(folder, house, clock)
        self.house, self.currency = house, self._shelf.currency
        self.zone, self.zone_name = self._shelf.zone, self._shelf.zone_name

    @property
    def now_unix_s(self) -> float:
        """The present moment."""
        return self._shelf.now_s

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be read since the last `refresh`, a line each."""
        return tuple(self._shelf.problems)

    def refresh(self) -> None:
        """Forget what was read: the next question sees what is on the disk now."""
        self._shelf.refresh()

    def close(self) -> None:
        """Close the files."""
        self._shelf.close()

    def __enter__(self) -> Self:
        """Return itself; closed at the end of the block."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Close."""
        self.close()

    # -- energy ------------------------------------------------------------------------------------------------------

    def energy_kwh(self, p: Period) -> Figure:
        """Return what was taken from the grid, kWh, by the meter's counter; one that begins anew is gone on with."""
        return energy.counted(self._shelf, "energy_kwh", energy.IMPORTED, p)

    def exported_kwh(self, p: Period) -> Figure:
        """Return what was given to the grid, kWh."""
        return energy.counted(self._shelf, "exported_kwh", energy.EXPORTED, p)

    def cost(self, p: Period) -> Figure:
        """Return what was paid for what was taken: every step of the counter at the price of its moment."""
        return energy.cost(self._shelf, p)

    def price_now(self) -> Figure:
        """Return the newest price of a kWh, in the currency."""
        return energy.price_now(self._shelf)

    def solar_kwh(self, p: Period) -> Figure:
        """Return what the roof made, kWh."""
        return energy.solar(self._shelf, p)

    def device_kwh(self, device: str, p: Period) -> Figure:
        """Return what a device drew, kWh, by what it says itself."""
        return energy.drawn(self._shelf, device, p)

    def saved(self, p: Period) -> Figure:
        """Return what the controller saved against the best simple one, by its own model; days as they lie in it."""
        return saved(self._shelf, p)

    def by_day(self, name: str, p: Period) -> tuple[tuple[date, Figure], ...]:
        """Return a figure day by day.

        Args:
            name: energy_kwh, exported_kwh, cost, solar_kwh, saved, or "device_kwh:" with the device's id behind it.
            p: Days that lie in part in it count with that part.

        Raises:
            ValueError: if there is no such name: a slip in the program.
        """
        kind, _, device = name.partition(":")
        if kind not in _BY_DAY or bool(device) != (kind == "device_kwh"):
            raise ValueError(f"no figure {name!r} day by day")
        figure = getattr(self, kind)
        parts = ((day, self._part(day, p)) for day in p.dates(self.zone))
        return tuple((day, figure(device, part) if device else figure(part)) for day, part in parts)

    def _part(self, day: date, p: Period) -> Period:
        whole = Period.day(day, self.zone)
        return Period(
            begin_unix_s=max(whole.begin_unix_s, p.begin_unix_s), end_unix_s=min(whole.end_unix_s, p.end_unix_s)
        )

    # -- climate -----------------------------------------------------------------------------------------------------

    def climate(self, room: str, quantity: str, p: Period, statistic: str) -> Figure:
        """Return a quantity of a room's air.

        Args:
            room: Its id.
            quantity: temperature_c, relative_humidity (0..1), co2_ppm, voc_ug_m3, pm2_5_ug_m3, illuminance_lux or
                sound_dba.
            p: When; for "now", until its end.
            statistic: now (of the last quarter of an hour), mean, highest or lowest: of these two the row is the
                minute in which it was.
        """
        return climate.of_room(self._shelf, room, quantity, p, statistic)

    def outside(self, quantity: str, p: Period, statistic: str) -> Figure:
        """Return a quantity of the weather; as `climate`.

        Args:
            quantity: temperature_c, relative_humidity, global_horizontal_w_m2 or wind_m_s.
            p: When.
            statistic: now, mean, highest or lowest.
        """
        return climate.of_outside(self._shelf, quantity, p, statistic)

    def comfort_share(self, room: str, p: Period, low_c: float, high_c: float) -> Figure:
        """Return the share (0..1) of the time in which it was neither cooler nor warmer than that.

        Of the time in which somebody was there, where that is known (the figure's name ends in ".occupied"); else of
        all time (".all").
        """
        return climate.comfort_share(self._shelf, room, p, low_c, high_c)

    # -- people ------------------------------------------------------------------------------------------------------

    def withheld(self, room: str) -> str:
        """Return why nothing of a body may be told of a room, one of `Why`; empty where it may."""
        return nights.withheld(self._shelf, room)

    def bedroom_of(self, resident: str) -> str:
        """Return the bedroom of a resident; empty where the house does not say."""
        return nights.bedroom_of(self._shelf, resident)

    def nights(self, room: str, p: Period) -> tuple[Night, ...]:
        """Return the nights that ended in a period, in order; none where `withheld` says why."""
        return nights.nights(self._shelf, room, p)

    def night(self, room: str, evening: date) -> Night:
        """Return the night that began on an evening; its figures say why where they have no value."""
        return nights.night(self._shelf, room, evening)

    def changes(self, room: str, p: Period) -> tuple[Change, ...]:
        """Return what has changed over the twelve weeks before the end of a period, one for each measure."""
        return nights.changes(self._shelf, room, p)

    def happenings(self, kind: str, p: Period, room: str | None = None) -> tuple[Happening, ...]:
        """Return what began in a period, in order.

        Args:
            kind: cooking, bath, smoke, window or visit.
            p: When.
            room: Only there; None: anywhere. Visits are of the house.
        """
        return people.happenings(self._shelf, kind, p, room)

    def noticed(self, kind: str, p: Period) -> Figure:
        """Return for which share (0..1) of a period something told whether it goes on: what "none" is worth.

        Args:
            kind: As of `happenings`.
            p: When.
        """
        return people.noticed(self._shelf, kind, p)

    def presence(self, room: str, p: Period) -> tuple[Stay, ...]:
        """Return when how many were in a room, in order; an empty room id: at home. Gaps are not known."""
        return people.presence(self._shelf, room, p)

    # -- devices -----------------------------------------------------------------------------------------------------

    def last_commands(self, device: str, p: Period, limit: int = 20) -> tuple[Order, ...]:
        """Return what was asked of a device, newest first; an empty device id: of any."""
        return devices.orders(self._shelf, device, p, limit)

    def last_verdicts(self, device: str, p: Period, limit: int = 20) -> tuple[Judged, ...]:
        """Return what the safety gate said, newest first; an empty device id: to any."""
        return devices.verdicts(self._shelf, device, p, limit)

    def running_h(self, device: str, p: Period) -> Figure:
        """Return how long a device drew more than it does at rest, hours."""
        return devices.running(self._shelf, device, p)

    def wishes(self, room: str, p: Period) -> tuple[Wish, ...]:
        """Return which wishes held in a period, in order; their end may lie after it. An empty room id: anywhere."""
        return devices.wishes(self._shelf, room, p)

    def due(self, now_unix_s: float | None = None) -> tuple[Due, ...]:
        """Return what wants looking after at a moment; now unless given."""
        return devices.due(self._shelf, self.now_unix_s if now_unix_s is None else now_unix_s)

    def faults(self, p: Period) -> tuple[Fault, ...]:
        """Return the faults that were open at any time of a period, in order.

        Their end may lie after it. Alarms are no faults but `incidents`.
        """
        return faults.faults(self._shelf, p)

    # -- alarms ------------------------------------------------------------------------------------------------------

    def incidents(self, p: Period) -> tuple[Incident, ...]:
        """Return the alarms that were raised in a period, in order."""
        return alarms.incidents(self._shelf, p)
