"""The diary of a controlled time: what was so at every step, from which costs and indicators are worked out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.world.devices.storage import Battery, CarCharger
from sumika.world.devices.water_heater import WATER_J_L_K, HeatPumpWaterHeater, mains_c
from sumika.world.exchange import Doing
from sumika.world.simulation import World, WorldStep

Array = NDArray[np.float64]

J_KWH = 3.6e6
_ROOMS = (
    "air_temperature_c",
    "radiant_temperature_c",
    "relative_humidity",
    "surface_humidity",
    "co2_ppm",
    "pm2_5_ug_m3",
    "sound_dba",
    "air_speed_m_s",
)
_ASLEEP = ("n1", "n2", "n3", "rem")
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Energy that is stored in a house.

    Attributes:
        electric_kwh: That batteries and cars would give.
        tank_kwh: Electricity that made the heat in the tank, above the mains' temperature, at its rated efficiency.
    """

    electric_kwh: float
    tank_kwh: float


def stored_in(world: World) -> Stored:
    """Return what is stored in a world now."""
    electric_kwh = tank_kwh = 0.0
    ground_c = world.weather.outside(world.at_s, 0.0).ground_temperature_c
    for name in world.devices.ids:
        device = world.devices.device(name)
        if isinstance(device, Battery | CarCharger):
            electric_kwh += device.store.held_j * device.ratings["round_trip"] ** 0.5 / J_KWH
        elif isinstance(device, HeatPumpWaterHeater):
            heat_j = device.tank.heat_j() - WATER_J_L_K * device.tank.litres * mains_c(ground_c)
            tank_kwh += heat_j / device.ratings["heating_cop"] / J_KWH
    return Stored(electric_kwh=electric_kwh, tank_kwh=tank_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What residents did; all (step, resident).

    Attributes:
        room: Index of the room; -1 out of the house.
        metabolic_w_m2: Heat per area of skin.
        clothing_clo: Insulation of clothes and bedding.
        asleep: Whether asleep.
        in_water: Whether in a bath or a shower.
    """

    room: NDArray[np.int16] = field(repr=False)
    metabolic_w_m2: Array = field(repr=False)
    clothing_clo: Array = field(repr=False)
    asleep: NDArray[np.bool_] = field(repr=False)
    in_water: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What was so.

    Attributes:
        start: When it begins, in local time.
        step_s: Length of every step.
        rooms: Their ids.
        residents: Their ids.
        likes_c: By resident: the operative temperature that they like; None: as the standard has it.
        of_rooms: By quantity: (step, room).
        people: What they did.
        grid_w: (step,) taken from the grid; negative: given.
        gas_w: (step,) heat value burnt.
        pv_w: (step,) that the roof gave.
        price_per_kwh: (step,) of a kWh taken.
        carbon_g_kwh: (step,) of a kWh from the grid.
        outdoor_c: (step,).
        devices_w: By device: (step,) what it drew.
        settings: By device and setting: (step,) what it was set to or measured.
        began: What was stored before.
        ended: What was stored after.
        feed_in_per_kwh: What a kWh given earns.
        gas_per_kwh: What gas costs.
        currency: ISO 4217.
        missing_hot_water_l: Of 40 degrees.
        missing_charge_kwh: That cars lacked when they left.
        wishes: How often residents wanted the thermostat changed.
        refused: How often devices refused a command.
    """

    start: datetime
    step_s: float
    rooms: tuple[str, ...]
    residents: tuple[str, ...]
    likes_c: tuple[float | None, ...]
    of_rooms: Mapping[str, Array] = field(repr=False)
    people: People = field(repr=False)
    grid_w: Array = field(repr=False)
    gas_w: Array = field(repr=False)
    pv_w: Array = field(repr=False)
    price_per_kwh: Array = field(repr=False)
    carbon_g_kwh: Array = field(repr=False)
    outdoor_c: Array = field(repr=False)
    devices_w: Mapping[str, Array] = field(repr=False)
    settings: Mapping[tuple[str, str], Array] = field(repr=False)
    began: Stored
    ended: Stored
    feed_in_per_kwh: float
    gas_per_kwh: float
    currency: str
    missing_hot_water_l: float
    missing_charge_kwh: float
    wishes: int
    refused: int

    @property
    def hours(self) -> float:
        """Of one step."""
        return self.step_s / 3600.0


def joined(first: Diary, second: Diary) -> Diary:
    """Return one diary of two times that follow each other.

    Args:
        first: The earlier.
        second: The later, of the same house with the same steps.
    """

    def both(one: Array, other: Array) -> Array:
        return np.concatenate([one, other])

    def each(one: Mapping[_Key, Array], other: Mapping[_Key, Array]) -> dict[_Key, Array]:
        return {name: both(values, other[name]) for name, values in one.items() if name in other}

    was, then = first.people, second.people
    return replace(
        first,
        people=People(
            room=np.concatenate([was.room, then.room]),
            metabolic_w_m2=both(was.metabolic_w_m2, then.metabolic_w_m2),
            clothing_clo=both(was.clothing_clo, then.clothing_clo),
            asleep=np.concatenate([was.asleep, then.asleep]),
            in_water=np.concatenate([was.in_water, then.in_water]),
        ),
        grid_w=both(first.grid_w, second.grid_w),
        gas_w=both(first.gas_w, second.gas_w),
        pv_w=both(first.pv_w, second.pv_w),
        price_per_kwh=both(first.price_per_kwh, second.price_per_kwh),
        carbon_g_kwh=both(first.carbon_g_kwh, second.carbon_g_kwh),
        outdoor_c=both(first.outdoor_c, second.outdoor_c),
        of_rooms=each(first.of_rooms, second.of_rooms),
        devices_w=each(first.devices_w, second.devices_w),
        settings=each(first.settings, second.settings),
        ended=second.ended,
        missing_hot_water_l=first.missing_hot_water_l + second.missing_hot_water_l,
        missing_charge_kwh=first.missing_charge_kwh + second.missing_charge_kwh,
        wishes=first.wishes + second.wishes,
        refused=first.refused + second.refused,
    )


_SWITCHED = ("mode", "on", "level", "compressor_on", "closed", "open", "valve", "setpoint_c", "heats")
_KEPT = (*_SWITCHED, "charge", "at_home", "hot_water_l", "tank_c", "power_w", "supply_temp_c")


class DiaryWriter:
    """Writes a diary, step by step."""

    def __init__(self, world: World, step_s: float, feed_in_per_kwh: float, gas_per_kwh: float) -> None:
        """Begin now.

        Args:
            world: That is watched.
            step_s: Length of every step.
            feed_in_per_kwh: What a kWh given earns.
            gas_per_kwh: What gas costs.
        """
        self._world, self._step_s = world, step_s
        self._feed_in, self._gas = feed_in_per_kwh, gas_per_kwh
        self._start, self._began = world.local_time(world.at_s), stored_in(world)
        self._index = {room: place for place, room in enumerate(world.rooms)}
        self._rooms: dict[str, list[Array]] = {name: [] for name in _ROOMS}
        self._people: list[list[tuple[int, float, float, bool, bool]]] = []
        self._scalars: list[tuple[float, ...]] = []
        self._devices_w: list[Mapping[str, float]] = []
        self._states: list[Mapping[str, Mapping[str, float]]] = []
        self._missing_l = self._missing_kwh = 0.0
        self._cars = [
            device
            for device in (world.devices.device(name) for name in world.devices.ids)
            if isinstance(device, CarCharger)
        ]
        self._was_home = [car.at_home for car in self._cars]
        self.wishes = self.refused = 0

    def take(self, step: WorldStep) -> None:
        """Keep what a step brought."""
        for name, kept in self._rooms.items():
            kept.append(np.array(getattr(step.rooms, name), np.float64))
        self._people.append([self._person(step.doing[name]) for name in self._world.residents])
        meter, devices = step.meter, step.devices
        self._scalars.append(
            (
                meter.grid_w,
                meter.gas_w,
                devices.pv_w,
                meter.price_per_kwh,
                meter.carbon_g_kwh,
                step.outside.temperature_c,
            )
        )
        self._devices_w.append(devices.power_w)
        self._states.append(devices.states)
        self._missing_l += sum(values.get("missing_l", 0.0) for values in devices.states.values())
        self._drive_off(step)

    def _drive_off(self, step: WorldStep) -> None:
        """Count what a car lacks that leaves: nobody drives its last fifth empty, but charges on the road before."""
        local = self._world.local_time(step.at_s - step.seconds)
        for number, car in enumerate(self._cars):
            if self._was_home[number] and not car.at_home:
                needed_j = car.trip(local.toordinal(), local.weekday())[2]
                spare_j = car.store.held_j + car.driven_j - car.store.least_share * car.store.capacity_j
                self._missing_kwh += max(0.0, needed_j - max(0.0, spare_j)) / J_KWH
            self._was_home[number] = car.at_home

    def _person(self, one: Doing) -> tuple[int, float, float, bool, bool]:
        return (
            self._index.get(one.room, -1),
            one.metabolic_w_m2,
            one.clothing_clo,
            one.sleep_stage in _ASLEEP,
            one.activity == "bathing",
        )

    def diary(self) -> Diary:
        """Return the diary so far.

        Raises:
            SumikaError: if nothing was written.
        """
        if not self._scalars:
            raise SumikaError("nothing was lived through", where="diary", remedy="Run for at least one step")
        world = self._world
        columns = np.array(self._scalars).T
        people = np.array(self._people, np.float64).reshape(len(self._people), len(world.residents), 5)
        return Diary(
            start=self._start,
            step_s=self._step_s,
            rooms=world.rooms,
            residents=world.residents,
            likes_c=tuple(world.household.likes_c(name) for name in world.residents),
            of_rooms={name: np.array(kept) for name, kept in self._rooms.items()},
            people=People(
                room=people[:, :, 0].astype(np.int16),
                metabolic_w_m2=people[:, :, 1],
                clothing_clo=people[:, :, 2],
                asleep=people[:, :, 3] > 0.5,
                in_water=people[:, :, 4] > 0.5,
            ),
            grid_w=columns[0],
            gas_w=columns[1],
            pv_w=columns[2],
            price_per_kwh=columns[3],
            carbon_g_kwh=columns[4],
            outdoor_c=columns[5],
            devices_w={name: np.array([one[name] for one in self._devices_w]) for name in self._devices_w[0]},
            settings=self._settings(),
            began=self._began,
            ended=stored_in(world),
            feed_in_per_kwh=self._feed_in,
            gas_per_kwh=self._gas,
            currency=world.meter.currency,
            missing_hot_water_l=self._missing_l,
            missing_charge_kwh=self._missing_kwh,
            wishes=self.wishes,
            refused=self.refused,
        )

    def _settings(self) -> dict[tuple[str, str], Array]:
        kept = {(device, name) for device, values in self._states[0].items() for name in values if name in _KEPT}
        return {
            (device, name): np.array([state[device].get(name, np.nan) for state in self._states])
            for device, name in sorted(kept)
        }
