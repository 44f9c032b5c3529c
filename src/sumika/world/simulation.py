"""The simulated house as a whole: weather, building, devices and residents, step by step; pure, seeded, reproducible.

One step is: people do what they do, the habits of the house or whoever drives it tell the devices, the devices act, the
rooms answer, the meter counts. Nothing here asks a clock: `at_s` counts seconds since the world began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sumika.physics.psychrometrics import relative_humidity
from sumika.schema import UsageError
from sumika.schema.house import House, Tariff
from sumika.world.building import Building
from sumika.world.devices import AirSensors, Demands, Devices, DevicesStep, Habits, SensorReading
from sumika.world.devices.controlled import controlled_devices
from sumika.world.doors import Doors
from sumika.world.energy import Meter, MeterReading, meter_of
from sumika.world.exchange import Acting, Doing, Outside, RoomsActedOn, RoomsNow
from sumika.world.fittings import fitted
from sumika.world.residents import Draws, Household
from sumika.world.start import local_time, settings_of, site_of, start_of
from sumika.world.weather import Change, Weather, weather_of

SETTLES_DAYS = 3
"""The weather of so many days before it begins brings walls and floors to what they would be."""


_CLIMATE_KINDS = frozenset(
    {
        "room_air_conditioner",
        "whole_house_air_conditioner",
        "floor_heating",
        "balanced_ventilation",
        "exhaust_fan",
        "boiler",
        "radiator",
        "humidifier",
        "dehumidifier",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldStep:
    """What one step brought.

    Attributes:
        at_s: At its end, since the world began.
        seconds: How long it was.
        outside: The weather.
        outdoor_humidity: Relative humidity outside, 0..1.
        rooms: All rooms at its end.
        devices: What devices did.
        meter: What the meter counted.
        doing: What each resident does.
        where: The room of everybody who is in the house; the empty text for who is out.
        readings: What the air sensors say, by sensor; a silent one is absent.
        sensors_silent: How many sensors say nothing.
        sensor_error_ppm: How far the worst sensor of carbon dioxide is off.
    """

    at_s: float
    seconds: float
    outside: Outside
    outdoor_humidity: float
    rooms: RoomsNow
    devices: DevicesStep
    meter: MeterReading
    doing: Mapping[str, Doing]
    where: Mapping[str, str]
    readings: Mapping[str, SensorReading]
    sensors_silent: int
    sensor_error_ppm: float


class World:
    """A house with people in it."""

    def __init__(self, house: House, weather: Weather, start: datetime, building: Building, *, habits: bool) -> None:
        """Put a world together; `World.of` finds its parts, and settles them.

        Args:
            house: With all its devices and residents.
            weather: Round it.
            start: When it begins, with a time zone.
            building: Of the house.
            habits: Whether thermostats and residents run the devices.
        """
        seed = settings_of(house).seed
        self.house, self.weather, self.start, self.building = house, weather, start, building
        self.devices = Devices.of(house, seed, start)
        self.sensors = AirSensors.of(house, seed)
        self.household = Household.of(house, seed, start)
        self.habits: Habits | None = Habits.of(house) if habits else None
        self.meter: Meter = meter_of(house.tariff or Tariff(), seed, start)
        self.doors = Doors(house)
        self.extra: dict[str, tuple[Acting, ...]] = {}
        self._windows: dict[str, float] = {}
        self.at_s = 0.0

    @classmethod
    def of(
        cls, house: House, *, folder: Path | None = None, change: Change | None = None, habits: bool = True
    ) -> "World":
        """Return the world of a house.

        Args:
            house: As in house.yaml.
            folder: What the path of its weather file is relative to.
            change: What is unusual about the weather.
            habits: Whether thermostats and residents run the devices; false: whoever commands them.

        Raises:
            SumikaError: if the house, its weather or its residents cannot be.
        """
        start, weather = _around(house, folder)
        weather = weather.changed(change) if change is not None else weather
        house = fitted(house)
        world = cls(house, weather, start, Building.of(house), habits=habits)
        world.begin_at(0.0)
        return world

    @classmethod
    def check(cls, house: House, *, folder: Path | None = None) -> None:
        """Look whether `of` would make a world of a house, without what takes long: nothing is compiled or settled.

        Args:
            house: As in house.yaml.
            folder: What the path of its weather file is relative to.

        Raises:
            SumikaError: as `of`.
        """
        start, weather = _around(house, folder)
        house = fitted(house)
        cls(house, weather, start, Building(house), habits=True)

    @property
    def climate_devices(self) -> frozenset[str]:
        """The ids of what heats, cools and ventilates."""
        return frozenset(device.id for device in self.house.devices if device.kind in _CLIMATE_KINDS)

    @property
    def handed_over(self) -> frozenset[str]:
        """The ids of what belongs to whoever controls the house."""
        return controlled_devices(self.house)

    @property
    def rooms(self) -> tuple[str, ...]:
        """The ids of all rooms, in the order of every array."""
        return tuple(room.id for room in self.house.rooms)

    @property
    def windows_that_open(self) -> tuple[str, ...]:
        """The ids of all windows that can be opened."""
        windows = self.house.building.windows if self.house.building is not None else ()
        return tuple(window.id for window in windows if window.openable)

    @property
    def residents(self) -> tuple[str, ...]:
        """The ids of all residents."""
        return tuple(resident.id for resident in self.house.residents)

    def local_time(self, at_s: float) -> datetime:
        """Return what a clock on the wall of that house shows."""
        return local_time(self.start, at_s)

    def begin_at(self, at_s: float) -> None:
        """Begin so long after the start: of what was before, only the weather shows, in walls and floors.

        Args:
            at_s: Since the start.
        """
        settles_s = SETTLES_DAYS * 86_400.0
        before = self.weather.outside(at_s - settles_s, settles_s)
        self.building.settle(before, indoor_c(before.temperature_c))
        self.at_s = at_s

    def step(self, seconds: float) -> WorldStep:
        """Live through one step.

        Args:
            seconds: How long; some seconds to a quarter of an hour.
        """
        begin_s, end_s = self.at_s, self.at_s + seconds
        self.household.advance(end_s)
        outside = self.weather.outside(begin_s, seconds)
        where = self.household.where(begin_s)
        doing = {name: self.household.doing(name, begin_s) for name in self.residents}
        draws = self.household.demands(begin_s, seconds)
        self._tell_habits(begin_s, outside, where, doing, draws)
        devices = self._drive(begin_s, seconds, outside, draws)
        rooms = self.building.step(seconds, outside, self._acted(begin_s, seconds, devices, doing))
        meter = self.meter.step(seconds, self.local_time(begin_s), devices.grid_w, devices.gas_w)
        self.at_s = end_s
        readings = self.sensors.step(end_s, seconds, rooms, self.building.room_index)
        silent, error_ppm = self._sensors(readings, rooms)
        return WorldStep(
            at_s=end_s,
            seconds=seconds,
            outside=outside,
            outdoor_humidity=min(
                1.0, relative_humidity(outside.temperature_c, outside.humidity_ratio, outside.pressure_pa)
            ),
            rooms=rooms,
            devices=devices,
            meter=meter,
            doing=doing,
            where=where,
            readings=readings,
            sensors_silent=silent,
            sensor_error_ppm=error_ppm,
        )

    def command(self, device: str, setting: str, value: float) -> str:
        """Tell a device something; return why it refuses, empty if it takes it.

        Raises:
            SumikaError: if there is no such device, or it has no such setting.
        """
        return self.devices.command(device, setting, value, self.at_s)

    def hold_window(self, window: str, share: float) -> None:
        """Keep a window as open as it is set; a negative share leaves it to the residents again.

        Raises:
            UsageError: if there is no such window, or it cannot be opened.
        """
        known = self.windows_that_open
        if window not in known:
            raise UsageError(
                f"there is no window {window!r} that opens",
                where="window",
                remedy=f"These do: {', '.join(known) or 'none'}",
            )
        if share < 0:
            self._windows.pop(window, None)
        else:
            self._windows[window] = min(1.0, share)

    def _tell_habits(
        self, now_s: float, outside: Outside, where: Mapping[str, str], doing: Mapping[str, Doing], draws: Draws
    ) -> None:
        """Let thermostats and residents do what they usually do."""
        if self.habits is None:
            return
        rooms = self.building.rooms_now
        local = self.local_time(now_s)
        told = self.habits.commands(local, rooms, where, doing, outside=outside, wants_light=draws.wants_light)
        for device, setting, value in told:
            self.devices.command(device, setting, value, now_s)
        self.habits.tend(self.devices, local, doing)
        self.habits.load(self.devices, local, doing)
        for wish in self.household.overrides(now_s, rooms, self.building.room_index):
            self.habits.hear(wish)

    def _drive(self, begin_s: float, seconds: float, outside: Outside, draws: Draws) -> DevicesStep:
        demands = Demands(
            hot_water_l=draws.hot_water_l,
            cooking_w=draws.cooking_w,
            plug_w=draws.plug_w,
            light=draws.wants_light,
        )
        return self.devices.step(
            begin_s,
            seconds,
            outside,
            self.building.rooms_now,
            self.building.room_index,
            self.building.floor_area_m2,
            self.building.volume_m3,
            demands,
        )

    def _acted(self, begin_s: float, seconds: float, devices: DevicesStep, doing: Mapping[str, Doing]) -> RoomsActedOn:
        extra = [one for several in self.extra.values() for one in several]
        return RoomsActedOn(
            acting=(*self.household.gains(begin_s, seconds), *devices.acting, *extra),
            windows_open={**devices.windows_open, **self._windows},
            doors_open=self.doors.open_shares(doing),
            blinds_closed=devices.blinds_closed,
            blinds_transmit=devices.blinds_transmit,
            blinds_outside=devices.blinds_outside,
        )

    def _sensors(self, readings: Mapping[str, SensorReading], rooms: RoomsNow) -> tuple[int, float]:
        """Return how many sensors say nothing, and how far the worst is off in carbon dioxide."""
        worst_ppm = 0.0
        for sensor in self.house.sensors:
            reading = readings.get(sensor.id)
            if reading is not None and reading.co2_ppm is not None:
                true_ppm = float(rooms.co2_ppm[self.building.room_index[sensor.room]])
                worst_ppm = max(worst_ppm, abs(reading.co2_ppm - true_ppm))
        return len(self.house.sensors) - len(readings), worst_ppm


def indoor_c(outdoor_c: float) -> float:
    """Return about how warm a lived-in house is: heated in winter, a little above outside in summer."""
    return min(max(19.0, outdoor_c + 2.0), 27.0)


def _around(house: House, folder: Path | None) -> tuple[datetime, Weather]:
    """Return when the world of a house begins, and the weather round it."""
    start = start_of(house)
    return start, weather_of(site_of(house), start, 2.0, settings_of(house).seed, folder)
