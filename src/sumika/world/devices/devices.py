"""All devices of a house: told, driven for a step, and what comes of it for rooms, wires and gas."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.world.devices.air_conditioners import RoomAirConditioner, WholeHouseAirConditioner
from sumika.world.devices.boiler import Boiler, Radiator
from sumika.world.devices.conduct import Conduct
from sumika.world.devices.demands import Demands
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.devices.floor_heating import FloorHeating
from sumika.world.devices.indoor_machines import AirPurifier, Appliance, Television
from sumika.world.devices.moisture import Dehumidifier, Humidifier
from sumika.world.devices.openings_and_light import Blind, Light, WindowOpener
from sumika.world.devices.solar import Photovoltaics
from sumika.world.devices.storage import Battery, CarCharger
from sumika.world.devices.ventilators import BalancedVentilation, ExhaustFan
from sumika.world.devices.water_heater import HeatPumpWaterHeater
from sumika.world.exchange import Acting, Outside, RoomsNow
from sumika.world.start import local_time

Array = NDArray[np.float64]

GAS_VAPOUR_KG_J = 0.1 / 3.6e6 * 1.55
"""Water of burning methane: 0.155 kg per kWh of (lower) heat value."""

GAS_CO2_KG_J = 0.198 / 3.6e6
"""0.198 kg per kWh of natural gas (IPCC 2006 guidelines, 55 g/MJ)."""

_KINDS: Mapping[str, Callable[..., SimulatedDevice]] = {
    "room_air_conditioner": RoomAirConditioner,
    "whole_house_air_conditioner": WholeHouseAirConditioner,
    "floor_heating": FloorHeating,
    "heat_pump_water_heater": HeatPumpWaterHeater,
    "balanced_ventilation": BalancedVentilation,
    "exhaust_fan": ExhaustFan,
    "humidifier": Humidifier,
    "dehumidifier": Dehumidifier,
    "air_purifier": AirPurifier,
    "blind": Blind,
    "window_opener": WindowOpener,
    "light": Light,
    "pv": Photovoltaics,
    "battery": Battery,
    "ev_charger": CarCharger,
    "boiler": Boiler,
    "radiator": Radiator,
    "tv": Television,
    "appliance": Appliance,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesStep:
    """What devices and residents' appliances did in one step, as means over it.

    Attributes:
        acting: What they do to rooms.
        windows_open: Share that is open, by window.
        blinds_closed: Share that is covered, by window.
        blinds_transmit: Share of the sun that passes there, by window.
        blinds_outside: Windows whose blind is outside.
        electric_w: Drawn all together, without roof, battery and car.
        pv_w: That the roof gives.
        battery_w: Into the battery; negative: out of it.
        car_w: Into the car; negative: out of it.
        gas_w: Heat value of the gas.
        states: What each device is set to and says of itself.
        power_w: What each device draws; negative: gives.
        silent: Devices that do not answer at the end of the step.
        refused: Why a device refused its last order, where it did.
    """

    acting: tuple[Acting, ...]
    windows_open: dict[str, float]
    blinds_closed: dict[str, float]
    blinds_transmit: dict[str, float]
    blinds_outside: frozenset[str]
    electric_w: float
    pv_w: float
    battery_w: float
    car_w: float
    gas_w: float
    states: Mapping[str, dict[str, float]] = field(repr=False)
    power_w: Mapping[str, float] = field(repr=False)
    silent: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def grid_w(self) -> float:
        """Power taken from the grid; negative: given to it."""
        return self.electric_w + self.battery_w + self.car_w - self.pv_w


class Devices:
    """The devices of a house."""

    def __init__(self, devices: Mapping[str, SimulatedDevice], start: datetime) -> None:
        """Join devices; `Devices.of` makes them.

        Args:
            devices: By id.
            start: When the world begins, with a time zone.
        """
        self._devices, self._start = dict(devices), start
        self.powered = True
        every = self._devices.values()
        self._solar = [one for one in every if isinstance(one, Photovoltaics)]
        self._batteries = [one for one in every if isinstance(one, Battery)]
        self._cars = [one for one in every if isinstance(one, CarCharger)]
        self._boilers = [one for one in every if isinstance(one, Boiler)]
        last = (*self._solar, *self._cars, *self._batteries, *self._boilers)
        self._plain = [one for one in every if one not in last]
        self._blinds = [one for one in every if isinstance(one, Blind) and one.window]
        self._openers = [one for one in every if isinstance(one, WindowOpener) and one.window]
        radiators = [one for one in every if isinstance(one, Radiator)]
        for car in self._cars:
            car.begin(start)
        if self._boilers:
            self._boilers[0].radiators = radiators

    @classmethod
    def of(cls, house: House, seed: int, start: datetime) -> "Devices":
        """Return the devices of a house.

        Args:
            house: As in house.yaml.
            seed: Of everything random in them.
            start: When the world begins, with a time zone.

        Raises:
            SumikaError: if the world does not know a kind, or a rating is none that the kind has.
        """
        made: dict[str, SimulatedDevice] = {}
        for number, described in enumerate(house.devices):
            if described.kind not in _KINDS:
                raise SumikaError(
                    f"the simulated house has no device of kind {described.kind!r}",
                    where=f"devices.{described.id}.kind",
                    remedy=f"Kinds are {', '.join(_KINDS)}",
                )
            made[described.id] = _KINDS[described.kind](described, house, seed, number)
        return cls(made, start)

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, in the order of house.yaml."""
        return tuple(self._devices)

    def device(self, device_id: str) -> SimulatedDevice:
        """Return a device.

        Raises:
            SumikaError: if there is none of that id.
        """
        if device_id not in self._devices:
            raise SumikaError(
                f"there is no device {device_id!r}",
                where="devices",
                remedy=f"There are: {', '.join(self._devices) or 'none'}",
            )
        return self._devices[device_id]

    def command(self, device_id: str, setting: str, value: float, now_s: float) -> str:
        """Tell a device something.

        Args:
            device_id: Which.
            setting: One of its kind's.
            value: In the setting's unit.
            now_s: Since the world began.

        Returns:
            Why it refuses; empty if it takes it.

        Raises:
            SumikaError: if there is no such device or setting.
        """
        device = self.device(device_id)
        if not self.powered:
            device.panel.check(setting, value)
            return "does not answer"
        return device.command(setting, value, now_s)

    def cut_power(self, now_s: float) -> None:
        """Let the power go out.

        Args:
            now_s: Since the world began.
        """
        self.powered = False

    def restore_power(self, now_s: float) -> None:
        """Let the power come back: what was on before goes on.

        Args:
            now_s: Since the world began.
        """
        self.powered = True

    def cut_off(self, device_id: str, cut: bool) -> None:
        """Cut a device off its radio, or mend it.

        Raises:
            SumikaError: if there is none of that id.
        """
        self.device(device_id).radio.cut_off = cut

    def wear(self, device_id: str, *, heat_share: float = 1.0, air_share: float = 1.0) -> None:
        """Let a device be worn: it draws what it always drew, and gives a share of what it gave; 1: as new.

        Raises:
            SumikaError: if there is none of that id.
        """
        worn = self.device(device_id).wear
        worn.heat_share, worn.air_share = heat_share, air_share

    def behave(self, device_id: str, conduct: Conduct) -> None:
        """Let a device take its orders in another way from now on.

        Raises:
            SumikaError: if there is none of that id.
        """
        self.device(device_id).panel.behave(conduct)

    def tend(self, device_id: str) -> None:
        """Look after a device: fill or empty its tank, change its filter.

        Raises:
            SumikaError: if there is none of that id.
        """
        self.device(device_id).tend()

    def step(
        self,
        now_s: float,
        seconds: float,
        outside: Outside,
        rooms: RoomsNow,
        room_index: Mapping[str, int],
        floor_area_m2: Array,
        volume_m3: Array,
        demands: Demands,
    ) -> DevicesStep:
        """Drive all devices for one step.

        Args:
            now_s: At its beginning, since the world began.
            seconds: How long it is.
            outside: The weather, as a mean over it.
            rooms: As they are at its beginning.
            room_index: Place of each room in the arrays.
            floor_area_m2: (room,).
            volume_m3: (room,).
            demands: What residents draw.
        """
        around = Around(
            now_s=now_s,
            seconds=seconds,
            local=local_time(self._start, now_s),
            outside=outside,
            rooms=rooms,
            index=room_index,
            floor_area_m2=floor_area_m2,
            volume_m3=volume_m3,
            demands=demands,
            powered=self.powered,
        )
        acting, drawn_w, burnt_w = residents_use(demands, self.powered)
        for device in (*self._plain, *self._boilers, *self._solar):
            device.step(around)
        pv_w = -sum(device.power_w for device in self._solar)
        electric_w = drawn_w + sum(device.power_w for device in (*self._plain, *self._boilers))
        around.house_w = electric_w - pv_w
        for storage in (*self._cars, *self._batteries):
            storage.step(around)
            around.house_w += storage.power_w
        for device in self._devices.values():
            acting.extend(device.acting)
        return self._result(around, acting, electric_w, burnt_w)

    def _result(self, around: Around, acting: list[Acting], electric_w: float, burnt_w: float) -> DevicesStep:
        every = self._devices.values()
        end_s = around.now_s + around.seconds
        blinds = self._blinds
        return DevicesStep(
            acting=tuple(acting),
            windows_open={one.window: one.at for one in self._openers},
            blinds_closed={one.window: one.at for one in blinds},
            blinds_transmit={one.window: one.transmits for one in blinds},
            blinds_outside=frozenset(one.window for one in blinds if one.outside),
            electric_w=electric_w,
            pv_w=-sum(one.power_w for one in self._solar),
            battery_w=sum(one.power_w for one in self._batteries),
            car_w=sum(one.power_w for one in self._cars),
            gas_w=burnt_w + sum(one.gas_w for one in every),
            states={one.id: {**one.panel.says, **one.values} for one in every},
            power_w={one.id: one.power_w for one in every},
            silent=frozenset(one.id for one in every if not self.powered or not one.radio.answers(end_s)),
            refused={one.id: one.panel.refused for one in every if one.panel.refused},
        )


def residents_use(demands: Demands, powered: bool) -> tuple[list[Acting], float, float]:
    """Return what residents' sockets and stoves do to rooms, the electricity (W) and the gas (W) they take."""
    acting: list[Acting] = []
    drawn_w = burnt_w = 0.0
    if powered:
        for room, power_w in demands.plug_w.items():
            drawn_w += power_w
            acting.append(Acting(room=room, convective_w=0.6 * power_w, radiant_w=0.4 * power_w))
    for room, power_w in demands.cooking_w.items():
        if demands.cooking_gas:
            burnt_w += power_w
            acting.append(
                Acting(
                    room=room,
                    convective_w=0.7 * power_w,
                    radiant_w=0.3 * power_w,
                    vapour_kg_s=GAS_VAPOUR_KG_J * power_w,
                    co2_kg_s=GAS_CO2_KG_J * power_w,
                )
            )
        elif powered:
            drawn_w += power_w
            acting.append(Acting(room=room, convective_w=0.7 * power_w, radiant_w=0.3 * power_w))
    return acting, drawn_w, burnt_w


__all__ = ["Devices", "DevicesStep", "residents_use"]
