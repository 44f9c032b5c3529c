"""A battery in the house, and an electric car that is at home now and then."""

import math
from datetime import datetime

import numpy as np

from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.schema.living import Routine
from sumika.world.devices.device import Around, SimulatedDevice

WH = 3600.0
_COMMUTERS = {Routine.OFFICE}


class Store:
    """Energy in a battery."""

    def __init__(self, capacity_j: float, round_trip: float, least_share: float, full_share: float) -> None:
        """Fill it in part.

        Args:
            capacity_j: That it holds.
            round_trip: Share of the energy put in that comes out again.
            least_share: That it does not give.
            full_share: In it at the beginning.
        """
        self.capacity_j, self._one_way, self.least_share = capacity_j, math.sqrt(round_trip), least_share
        self.held_j = full_share * capacity_j

    @property
    def share(self) -> float:
        """How full it is, 0..1."""
        return self.held_j / self.capacity_j

    def run(self, power_w: float, seconds: float) -> float:
        """Put in (positive) or take out (negative); return the power at its terminals that came about."""
        if power_w >= 0.0:
            taken = min(power_w * seconds, max(0.0, self.capacity_j - self.held_j) / self._one_way)
            self.held_j = min(self.capacity_j, self.held_j + taken * self._one_way)
            return taken / seconds
        spare_j = max(0.0, self.held_j - self.least_share * self.capacity_j)
        given = min(-power_w * seconds, spare_j * self._one_way)
        self.held_j = max(0.0, self.held_j - given / self._one_way)
        return -given / seconds


class Battery(SimulatedDevice):
    """A battery in the house; by itself it keeps what the roof gives too much for when it is missing."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Set it up half full."""
        super().__init__(described, house, seed, number)
        plate = self.ratings
        self.store = Store(plate["capacity_kwh"] * 1000.0 * WH, plate["round_trip"], plate["least_share"], 0.5)

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse more power than its plate says, and what its charge does not allow."""
        if setting != "power_w":
            return ""
        if abs(value) > self.ratings["power_w"]:
            return f"power_w is out of range: at most {self.ratings['power_w']:g}"
        if value < 0.0 and self.store.share <= self.store.least_share:
            return "empty"
        return "full" if value > 0.0 and self.store.share >= 1.0 else ""

    def act(self, around: Around) -> None:
        """Take or give for one step."""
        mode, most_w = int(self.setting("mode")), self.ratings["power_w"]
        wanted_w = {0: 0.0, 1: -around.house_w, 2: self.setting("power_w")}[mode]
        self.power_w = self.store.run(min(most_w, max(-most_w, wanted_w)), around.seconds)
        self.values = {"charge": round(self.store.share, 3)}


class CarCharger(SimulatedDevice):
    """A charger and the car at it: away on working days if somebody commutes, out some hours at weekends."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Put a car with three quarters of its charge there."""
        super().__init__(described, house, seed, number)
        plate = self.ratings
        self.store = Store(plate["car_kwh"] * 1000.0 * WH, plate["round_trip"], 0.2, 0.75)
        self._key = (seed, 5203, number)
        self._commutes = any(one.life is not None and one.life.routine in _COMMUTERS for one in house.residents)
        self._day: tuple[int, float, float, float] = (-1, 0.0, 0.0, 0.0)
        self.at_home = True
        self.driven_j = 0.0

    def trip(self, day: int, weekday: int) -> tuple[float, float, float]:
        """Return when the car leaves and comes back (hours of the day), and what it uses (J); 0, 0, 0: it stays.

        Args:
            day: Since year 1, so that every day is another.
            weekday: 0 is Monday.
        """
        if self._day[0] != day:
            draw = np.random.Generator(np.random.SFC64((*self._key, day))).random(4)
            working = weekday < 5 and self._commutes
            goes = draw[0] < (0.95 if working else 0.5)
            leaves_h, back_h = (7.8, 18.6) if working else (10.5, 15.0)
            leaves_h, back_h = leaves_h + 0.6 * float(draw[1]), back_h + 1.5 * float(draw[2])
            used_j = (3.0 + 6.0 * float(draw[3])) * 1000.0 * WH  # 20 to 60 km at 150 Wh/km
            self._day = (day, leaves_h, back_h, used_j) if goes else (day, 0.0, 0.0, 0.0)
        return self._day[1:]

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse what the car cannot: away, too strong, or giving back where its charger only charges."""
        if setting != "power_w" or value == 0.0:
            return ""
        if abs(value) > self.ratings["power_w"]:
            return f"power_w is out of range: at most {self.ratings['power_w']:g}"
        if value < 0.0 and self.ratings["both_ways"] < 0.5:
            return "it cannot give power back"
        if not self.at_home:
            return "the car is away"
        return f"less than {self.ratings['least_w']:g} W" if abs(value) < self.ratings["least_w"] else ""

    def rest(self, around: Around) -> None:
        """Drive all the same."""
        super().rest(around)
        self._drive(around.local)

    def act(self, around: Around) -> None:
        """Take or give for one step."""
        self._drive(around.local)
        if self.at_home:
            mode = int(self.setting("mode"))
            night = around.hour >= 23.0 or around.hour < 7.0
            by_itself = self.ratings["power_w"] if night and self.store.share < 0.9 else 0.0
            wanted_w = {0: 0.0, 1: by_itself, 2: self.setting("power_w")}[mode]
            self.power_w = self.store.run(wanted_w, around.seconds)
        self.values = {"charge": round(self.store.share, 3), "at_home": float(self.at_home)}

    def begin(self, local: datetime) -> None:
        """Be where the car is when the world begins."""
        self.at_home = not self._is_away(local)

    def _is_away(self, local: datetime) -> bool:
        leaves_h, back_h, _ = self.trip(local.toordinal(), local.weekday())
        return leaves_h <= local.hour + local.minute / 60.0 < back_h

    def _drive(self, local: datetime) -> None:
        away = self._is_away(local)
        if away and self.at_home:
            self.driven_j = min(self._day[3], self.store.held_j)
            self.store.held_j -= self.driven_j
        self.at_home = not away
