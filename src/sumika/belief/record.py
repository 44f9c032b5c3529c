"""Ordinary life, kept in rows of a quarter of an hour: what learning and forecasts are made from.

Sensors, devices, meter, weather and presence come when they come; each row is the mean of what came, and says NaN where
nothing did. A row is 60 numbers or so: a month of them is a megabyte.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema import DEVICE_KINDS, AirSample, DeviceState, MeterSample, WeatherSample
from sumika.schema.house import House

Array = NDArray[np.float64]

ROW_S = 900.0
KEPT_DAYS = 42
"""Older rows are forgotten: a house changes with its seasons, and what is learned stays as the prior."""

KEPT_ROWS = 96 * KEPT_DAYS

SILENT_ROWS = 96 * 7
"""Of a longer silence its last week is kept as rows: the house has cooled down by then, and a clock that is years ahead
for one look pushes out no more than a week of what was measured."""

_STALE_S = 1800.0
"""A device or the weather that has said nothing for so long is unknown."""

OUTSIDE = (
    "temperature_c",
    "relative_humidity",
    "wind_m_s",
    "direct_normal_w_m2",
    "diffuse_horizontal_w_m2",
    "global_horizontal_w_m2",
    "pressure_pa",
    "pm2_5_ug_m3",
)
AIR = ("temperature_c", "relative_humidity", "co2_ppm", "pm2_5_ug_m3", "voc_ug_m3")
METER = ("power_w", "pv_w", "gas_w")
FORETOLD = ("", "outdoor_c")
"""The column of settings, of no device, for what was foretold of the air outside while nobody measured it. It is kept
apart: a forecast that is set right by what was measured must not be set right by itself."""


@dataclass(slots=True)
class _Mean:
    """A mean under way.

    What `lasts` is taken for as it was when nothing comes: a device out of radio runs on. What is `newest` counts as
    last said instead of its mean: a state at the end of the row, not what drove it.
    """

    lasts: bool = False
    newest: bool = False
    total: float = 0.0
    count: int = 0
    last: float = math.nan

    def add(self, value: float | None) -> None:
        if value is not None and math.isfinite(value):
            self.total = value if self.newest else self.total + value
            self.count = 1 if self.newest else self.count + 1

    def take(self) -> float:
        mean = self.total / self.count if self.count else self.last
        self.total, self.count = 0.0, 0
        if self.lasts:
            self.last = mean
        return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Quarters of an hour, oldest first.

    Attributes:
        unix_s: (row,) when each began.
        outside: (row, quantity) in the order of `OUTSIDE`.
        air: (row, room, quantity) in the order of `AIR`, as last said within the row.
        people: (row, room) how many are expected there.
        asleep: (row, room) share of the time in which those who are there sleep.
        power_w: (row, device) electric.
        settings: (row, column) what devices are set to and say, by `columns`.
        meter: (row, quantity) in the order of `METER`.
    """

    unix_s: Array
    outside: Array
    air: Array
    people: Array
    asleep: Array
    power_w: Array
    settings: Array
    meter: Array
    columns: Mapping[tuple[str, str], int] = field(repr=False)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.unix_s)

    def setting(self, device: str, name: str, otherwise: float = math.nan) -> Array:
        """Return (row,) what one setting of a device was; `otherwise` where it was not told."""
        place = self.columns.get((device, name))
        if place is None:
            return np.full(len(self), otherwise)
        column = self.settings[:, place]
        return np.where(np.isnan(column), otherwise, column)

    def outdoor_c(self) -> Array:
        """Return (row,) how warm it was outside as measured, else as foretold; NaN where neither is known."""
        measured = self.outside[:, 0]
        return np.where(np.isfinite(measured), measured, self.setting(*FORETOLD))

    def last(self, count: int) -> "Rows":
        """Return the newest so many rows."""
        return self.part(max(0, len(self) - count), len(self))

    def part(self, begin: int, end: int) -> "Rows":
        """Return rows from one to another."""
        cut = slice(begin, end)
        return Rows(
            unix_s=self.unix_s[cut],
            outside=self.outside[cut],
            air=self.air[cut],
            people=self.people[cut],
            asleep=self.asleep[cut],
            power_w=self.power_w[cut],
            settings=self.settings[cut],
            meter=self.meter[cut],
            columns=self.columns,
        )


class Record:
    """Collects messages into rows."""

    def __init__(self, house: House) -> None:
        """Begin an empty record of a house."""
        self.rooms = tuple(room.id for room in house.rooms)
        self.devices = tuple(device.id for device in house.devices)
        names: list[tuple[str, str]] = [FORETOLD]
        for device in house.devices:
            kind = DEVICE_KINDS.get(device.kind)
            told = (*kind.settings, *EXTRA_VALUES.get(device.kind, ())) if kind is not None else ()
            names += [(device.id, name) for name in told]
        self.columns = {name: place for place, name in enumerate(names)}
        self._room = {room: place for place, room in enumerate(self.rooms)}
        self._device = {device: place for place, device in enumerate(self.devices)}
        self._cars = {place for place, device in enumerate(house.devices) if device.kind == "ev_charger"}
        self._outside = [_Mean() for _ in OUTSIDE]
        self._air = [[_Mean(newest=True) for _ in AIR] for _ in self.rooms]
        self._people = [_Mean() for _ in self.rooms]
        self._asleep = [_Mean() for _ in self.rooms]
        self._power = [_Mean(lasts=True) for _ in self.devices]
        self._settings = [_Mean(lasts=name != FORETOLD) for name in names]
        self._meter = [_Mean() for _ in METER]
        self._begun_s: float | None = None
        self._table: list[Array] = []
        self._made: Rows | None = None

    @property
    def began_s(self) -> float | None:
        """When the row under way began; None before the first message."""
        return self._begun_s

    def turn(self, unix_s: float) -> int:
        """Close the row under way if its time is over; return how many rows were closed: more than one after a silence.

        Args:
            unix_s: Now.
        """
        begin = math.floor(unix_s / ROW_S) * ROW_S
        if self._begun_s is None:
            self._begun_s = begin
        if begin <= self._begun_s:
            return 0
        self._close()
        # Days without a word are rows without numbers.
        closed = 1
        self._begun_s = max(self._begun_s + ROW_S, begin - ROW_S * SILENT_ROWS)
        while self._begun_s < begin:
            self._close()
            closed += 1
            self._begun_s += ROW_S
        return closed

    def air(self, sample: AirSample) -> None:
        """Take what a sensor says of its room's air."""
        place = self._room.get(sample.room)
        if place is not None:
            for mean, name in zip(self._air[place], AIR, strict=True):
                mean.add(getattr(sample, name))

    def weather(self, sample: WeatherSample) -> None:
        """Take what a station says of the weather."""
        for mean, name in zip(self._outside, OUTSIDE, strict=True):
            mean.add(getattr(sample, name))

    def foretold(self, outdoor_c: float) -> None:
        """Take how warm it is said to be outside by who foretells, while nobody measures it."""
        self._settings[self.columns[FORETOLD]].add(outdoor_c)

    def meter(self, sample: MeterSample) -> None:
        """Take what the meter says."""
        for mean, name in zip(self._meter, METER, strict=True):
            mean.add(getattr(sample, name))

    def device(self, state: DeviceState) -> None:
        """Take what a device says of itself."""
        place = self._device.get(state.device)
        if place is None or not state.available:
            return
        self._power[place].add(state.power_w)
        if state.power_w is None and place in self._cars:
            # It speaks and knows no power: its transaction is over, and what it took has ended with that.
            self._power[place].last = math.nan
        for name, value in state.values.items():
            column = self.columns.get((state.device, name))
            if column is not None:
                self._settings[column].add(value)

    def people(self, room: str, count: float) -> None:
        """Take how many people are expected in a room now."""
        if room in self._room:
            self._people[self._room[room]].add(count)

    def asleep(self, room: str, sleeps: bool) -> None:
        """Take whether those who are in a room sleep now."""
        if room in self._room:
            self._asleep[self._room[room]].add(float(sleeps))

    def exchange(self, first: int, second: int, count: int) -> None:
        """Exchange what was said of the air of two rooms: their sensors hung in each other's.

        Args:
            first: Place of one room.
            second: Of the other.
            count: In so many of the newest rows.
        """
        begins = [1 + len(OUTSIDE) + len(AIR) * room for room in (first, second)]
        one, other = (slice(begin, begin + len(AIR)) for begin in begins)
        for row in self._table[-count:]:
            row[one], row[other] = row[other].copy(), row[one].copy()
        self._air[first], self._air[second] = self._air[second], self._air[first]
        self._made = None

    def move(self, by_s: float) -> None:
        """Take rows to be of another time: the clock that told it was wrong.

        Where the clock had leapt ahead meanwhile, what was measured before that is of its time and stays, and the
        silence that the leap made is taken out; otherwise all rows move.

        Args:
            by_s: So much later; rounded to whole rows.
        """
        if self._begun_s is None:
            return
        moved_s = math.floor(by_s / ROW_S) * ROW_S
        leapt = self._before_a_leap_of(-moved_s) if moved_s < 0.0 else 0
        self._begun_s += moved_s
        before = [row for row in self._table[:leapt] if row[0] < self._begun_s]
        after = self._table[leapt:]
        for row in after:
            row[0] += moved_s
        self._table = before + [row for row in after if not before or row[0] > before[-1][0]]
        self._made = None

    def _before_a_leap_of(self, ahead_s: float) -> int:
        """Return how many rows are from before the newest silence as long as the clock was ahead; 0: there is none."""
        # Whether anybody spoke is seen by all but devices: what those said lasts.
        said = slice(1, 1 + len(OUTSIDE) + (len(AIR) + 1) * len(self.rooms))
        later_s = self._begun_s or 0.0
        for count in range(len(self._table), 0, -1):
            row = self._table[count - 1]
            if np.isfinite(row[said]).any():
                if later_s - row[0] > max(ahead_s - 2 * ROW_S, ROW_S):  # both ends are known to a row
                    return count
                later_s = float(row[0])
        return 0

    def rows(self) -> Rows:
        """Return all closed rows."""
        if self._made is None or len(self._made) != len(self._table):
            self._made = self._rows()
        return self._made

    def _close(self) -> None:
        everything = [
            *self._outside,
            *(mean for room in self._air for mean in room),
            *self._people,
            *self._power,
            *self._settings,
            *self._meter,
            *self._asleep,
        ]
        self._table.append(np.array([self._begun_s, *(mean.take() for mean in everything)]))
        if len(self._table) > KEPT_ROWS:
            del self._table[: len(self._table) - KEPT_ROWS]
        self._made = None

    def _rows(self) -> Rows:
        rooms, devices = len(self.rooms), len(self.devices)
        widths = [1, len(OUTSIDE), rooms * len(AIR), rooms, devices, len(self.columns), len(METER), rooms]
        table = np.array(self._table) if self._table else np.zeros((0, sum(widths)))
        when, outside, air, people, power, settings, meter, asleep = np.split(table, np.cumsum(widths)[:-1], axis=1)
        return Rows(
            unix_s=when[:, 0],
            outside=outside,
            air=air.reshape(len(table), rooms, len(AIR)),
            people=people,
            asleep=asleep,
            power_w=power,
            settings=settings,
            meter=meter,
            columns=self.columns,
        )


EXTRA_VALUES: Mapping[str, tuple[str, ...]] = {
    "room_air_conditioner": ("room_temperature_c",),
    "whole_house_air_conditioner": ("room_temperature_c",),
    "heat_pump_water_heater": ("hot_water_l", "tank_top_c"),
    "battery": ("charge",),
    "ev_charger": ("charge", "plugged"),
    "balanced_ventilation": ("filter_left",),
    "radiator": ("lift",),
}
"""What devices tell beside their settings that is worth keeping."""
