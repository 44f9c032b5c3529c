"""A house with any devices in it, and rooms and weather round them as a test wants them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import Device, House, Resident, Room
from sumika.schema.living import Life
from sumika.world.devices import Demands, Devices, DevicesStep
from sumika.world.devices.device import SimulatedDevice
from sumika.world.exchange import Outside, RoomsNow

START = datetime(2026, 1, 20, 18, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
"""A Tuesday evening."""

Array = NDArray[np.float64]
Sort = TypeVar("Sort", bound=SimulatedDevice)


def rooms_at(
    count: int = 1, *, air_c: float = 20.0, ratio: float = 0.006, relative: float = 0.4, floor_c: float = 20.0
) -> RoomsNow:
    """Return rooms that are all alike."""

    def all_of(value: float) -> Array:
        return np.full(count, value)

    return RoomsNow(
        air_temperature_c=all_of(air_c),
        radiant_temperature_c=all_of(air_c),
        floor_temperature_c=all_of(floor_c),
        coldest_surface_c=all_of(air_c - 3.0),
        humidity_ratio=all_of(ratio),
        relative_humidity=all_of(relative),
        surface_humidity=all_of(relative),
        co2_ppm=all_of(800.0),
        voc_ug_m3=all_of(100.0),
        pm2_5_ug_m3=all_of(12.0),
        outdoor_air_m3_s=all_of(0.01),
        illuminance_lux=all_of(50.0),
        melanopic_edi_lux=all_of(20.0),
        sound_dba=all_of(35.0),
        air_speed_m_s=all_of(0.1),
    )


WINTER = Outside(temperature_c=2.0, humidity_ratio=0.0042)
SUMMER = Outside(temperature_c=33.0, humidity_ratio=0.018)


def house_with(*devices: Device, residents: Sequence[Resident] = ()) -> House:
    """Return a house of one room of 20 m² with these devices."""
    return House(
        rooms=(Room(id="living", floor_m=((0, 0), (5, 0), (5, 4), (0, 4))),),
        devices=devices,
        residents=tuple(residents) or (Resident(id="aoi", life=Life()),),
    )


def one(kind: str, *, window: str = "", **ratings: float) -> Device:
    """Return a device called x."""
    return Device(id="x", room="living", kind=kind, window=window, ratings=ratings)


@dataclass
class Driven:
    """Devices that are driven step by step."""

    devices: Devices
    seconds: float = 60.0
    now_s: float = 0.0
    outside: Outside = WINTER
    rooms: RoomsNow = field(default_factory=rooms_at)

    def step(self, demands: Demands | None = None, count: int = 1) -> DevicesStep:
        """Drive them for some steps; return the last."""
        assert count > 0
        for _ in range(count):
            result = self.devices.step(
                self.now_s,
                self.seconds,
                self.outside,
                self.rooms,
                {"living": 0},
                np.array([20.0]),
                np.array([48.0]),
                demands or Demands(),
            )
            self.now_s += self.seconds
        return result

    def tell(self, setting: str, value: float, device: str = "x") -> str:
        """Tell a device something now."""
        return self.devices.command(device, setting, value, self.now_s)

    def the(self, kind: type[Sort]) -> Sort:
        """Return x as what it is."""
        device = self.devices.device("x")
        assert isinstance(device, kind)
        return device

    def set(self, **settings: float) -> None:
        """Tell x something that it must take."""
        for setting, value in settings.items():
            assert self.tell(setting, value) == ""


def driven(*devices: Device, seconds: float = 60.0) -> Driven:
    """Return devices to drive, all of which answer at the beginning."""
    return Driven(Devices.of(house_with(*devices), 1, START), seconds=seconds)


def heat_of(step: DevicesStep) -> float:
    """Return all heat that reaches rooms, vapour included (W)."""
    return sum(one.convective_w + one.radiant_w + one.floor_w + 2.5e6 * one.vapour_kg_s for one in step.acting)
