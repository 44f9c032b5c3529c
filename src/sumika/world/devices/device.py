"""What every device of the simulated house is: a panel that takes orders, and what it does in a step."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.conduct import LATENCY_S, Panel, Radio
from sumika.world.devices.demands import Demands
from sumika.world.exchange import Acting, Outside, RoomsNow

Array = NDArray[np.float64]

_YEAR_S = 365.0 * 86_400.0


@dataclass(slots=True, kw_only=True)
class Around:
    """What surrounds the devices in one step.

    Attributes:
        now_s: At its beginning, since the world began.
        seconds: How long it is.
        local: At its beginning, on a clock on the wall.
        outside: The weather.
        rooms: As they were at its beginning.
        index: Place of each room in the arrays.
        floor_area_m2: (room,).
        volume_m3: (room,).
        demands: Of the residents.
        powered: Whether there is electricity.
        house_w: What all other devices draw, less what the roof gives; known to batteries and cars alone.
    """

    now_s: float
    seconds: float
    local: datetime
    outside: Outside
    rooms: RoomsNow
    index: Mapping[str, int]
    floor_area_m2: Array
    volume_m3: Array
    demands: Demands
    powered: bool = True
    house_w: float = 0.0

    @property
    def hour(self) -> float:
        """Hour of the day, 0 to 24."""
        return self.local.hour + self.local.minute / 60.0 + self.local.second / 3600.0


@dataclass(slots=True, kw_only=True)
class Wear:
    """What age has left of a device that draws what it always drew.

    Attributes:
        heat_share: Of the heat (or cold) that it gives: refrigerant lost, a coil full of dust, limescale.
        air_share: Of the air that it moves: a filter, a duct or inlets full of dust.
    """

    heat_share: float = 1.0
    air_share: float = 1.0

    @property
    def is_new(self) -> bool:
        """Whether nothing is missing."""
        return self.heat_share == self.air_share == 1.0

    def left(self, acting: Acting) -> Acting:
        """Return what is left of what a new device would do to a room."""
        return replaced(
            acting,
            convective_w=self.heat_share * acting.convective_w,
            radiant_w=self.heat_share * acting.radiant_w,
            floor_w=self.heat_share * acting.floor_w,
            vapour_kg_s=self.heat_share * acting.vapour_kg_s,
            supply_m3_s=self.air_share * acting.supply_m3_s,
            extract_m3_s=self.air_share * acting.extract_m3_s,
            clean_air_m3_s=self.air_share * acting.clean_air_m3_s,
            mixed_m3_s=self.air_share * acting.mixed_m3_s,
        )


class SimulatedDevice(ABC):
    """A device.

    Attributes:
        wear: What is left of it.
        power_w: Electric, as a mean over the last step; negative: given.
        gas_w: Heat value of what it burns.
        acting: What it does to rooms.
        values: What it measures or knows of itself, beside its settings.
    """

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Put it in its room.

        Args:
            described: As in house.yaml.
            house: It is part of.
            seed: Of the house.
            number: Of the device, so that its noise is its own.
        """
        kind = DEVICE_KINDS[described.kind]
        self.id, self.room, self.window = described.id, described.room, described.window
        self.house = house
        self.ratings: dict[str, float] = {**kind.ratings, **described.ratings}
        self.random = np.random.Generator(np.random.SFC64((seed, 5202, number)))
        self.panel = Panel(described.id, kind.settings, float(self.random.uniform(*LATENCY_S)))
        self.radio = Radio(seed, number)
        self.wear = Wear()
        self.power_w = self.gas_w = 0.0
        self.acting: tuple[Acting, ...] = ()
        self.values: dict[str, float] = {}
        self._drift = self._lasted_s = 0.0

    def measured(self, true: float, *, offset: float, noise: float, step: float, drift_a_year: float = 0.0) -> float:
        """Return what its own sensor says: off by its offset, drifted since it was new, noisy and rounded.

        Args:
            true: What is so.
            offset: That it had when it was new.
            noise: Standard deviation of one reading.
            step: It rounds to.
            drift_a_year: Standard deviation of its drift after a year, which grows with the square root of time.
        """
        walk = drift_a_year * math.sqrt(self._lasted_s / _YEAR_S)
        self._drift += walk * float(self.random.standard_normal()) if walk > 0.0 else 0.0
        value = true + offset + self._drift + noise * float(self.random.standard_normal())
        return round(round(value / step) * step, 6)

    def setting(self, name: str) -> float:
        """Return what it is set to now."""
        return self.panel.values[name]

    def command(self, setting: str, value: float, now_s: float) -> str:
        """Tell it something; return why it refuses, empty if it takes it.

        Raises:
            SumikaError: if it has no such setting.
        """
        why = self.panel.check(setting, value)
        if not why:
            why = self.refuses(setting, value, now_s) if self.radio.answers(now_s) else "does not answer"
        self.panel.refused = why
        if not why:
            self.panel.take(setting, value, now_s)
        return why

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Return why it does not take a value that is within range; empty if it does."""
        return ""

    def step(self, around: Around) -> None:
        """Take the orders that have arrived and act for one step."""
        self.power_w = self.gas_w = 0.0
        self.acting = ()
        self._lasted_s = around.seconds
        if around.powered:
            self.panel.arrive(around.now_s + 0.5 * around.seconds)
            self.act(around)
            if not self.wear.is_new:
                self._wear_out()
        else:
            self.rest(around)

    def _wear_out(self) -> None:
        """Leave of what was done what wear leaves of it."""
        self.acting = tuple(self.wear.left(one) for one in self.acting)

    @abstractmethod
    def act(self, around: Around) -> None:
        """Act for one step: set `power_w`, `gas_w`, `acting`, `values`."""

    def rest(self, around: Around) -> None:
        """Be without electricity for one step."""
        self.values = {}

    def tend(self) -> None:
        """Be looked after: tank filled or emptied, filter changed; what needs nothing stays as it is."""
        self.panel.refused = ""
