"""How much hot water a household uses and when its car drives: the usual, by the quarter of the day."""

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House

Array = NDArray[np.float64]

QUARTERS = 96
LITRES_A_DAY = 120.0
"""Of 40 degrees, a person: typical of Japan with a bath; until measured."""

PRIOR_DAYS, FADES_DAYS = 2.0, 28.0
_TRIP_KWH = 6.0
_HOME_AT_NIGHT = 0.97
_UNSEEN_S = 3600.0
"""A car of which nothing was known for longer may have driven meanwhile."""


class Usage:
    """What is usual."""

    def __init__(self, house: House) -> None:
        """Begin with an ordinary household."""
        people = max(1, len(house.residents) or 2)
        shape = np.full(QUARTERS, 0.15)
        shape[26:32] = 1.5
        shape[44:50] = 0.6
        shape[72:92] = 3.0
        total = people * LITRES_A_DAY
        self._litres = np.tile(total * shape / shape.sum(), (2, 1))
        self._days = np.full((2, QUARTERS), PRIOR_DAYS)
        self._other_w = np.full((2, QUARTERS), 150.0 + 60.0 * people)
        self._other_days = np.full((2, QUARTERS), 1.0)
        self._dust = np.zeros((QUARTERS, len(house.rooms)))
        self._dust_days = np.full(QUARTERS, 1.0)
        self._day_l: list[float] = []
        self._today_l, self._today = 0.0, -1
        self._hot: dict[str, float] = {}
        self._home: dict[str, Array] = {}
        self._home_days: dict[str, Array] = {}
        self._trips: dict[str, list[float]] = {}
        self._car: dict[str, tuple[bool, float]] = {}
        self._untold: dict[str, tuple[bool, float, float, int, float]] = {}

    def water(self, when: datetime, litres_of_40: float) -> None:
        """Take what was used in the quarter of an hour that ended now."""
        kind, quarter = _slot(when)
        share = 1.0 / (self._days[kind, quarter] + 1.0)
        self._litres[kind, quarter] += share * (litres_of_40 - self._litres[kind, quarter])
        self._days[kind, quarter] = min(self._days[kind, quarter] + 1.0, FADES_DAYS)
        if when.toordinal() != self._today:
            if self._today >= 0:
                self._day_l = [*self._day_l, self._today_l][-28:]
            self._today, self._today_l = when.toordinal(), 0.0
        self._today_l += litres_of_40

    def tank(self, when: datetime, device: str, heat_kwh: float, made_kwh: float, kwh_per_l: float) -> None:
        """Take what a tank holds; what is gone without a trace was used.

        Args:
            when: In local time.
            device: Its id.
            heat_kwh: In it, above tap water.
            made_kwh: That its heat pump made since the last word.
            kwh_per_l: Heat of a litre of 40 degrees.
        """
        before = self._hot.get(device)
        self._hot[device] = heat_kwh
        if before is not None:
            self.water(when, max(0.0, before + made_kwh - heat_kwh) / max(kwh_per_l, 1e-6))

    def tank_lost(self, device: str) -> None:
        """Take that nobody knows what a tank holds: what is gone when it speaks again was not used in a quarter.

        Args:
            device: Its id.
        """
        self._hot.pop(device, None)

    def other(self, when: datetime, watts: float) -> None:
        """Take what sockets and stoves drew in the quarter of an hour that ended now."""
        kind, quarter = _slot(when)
        share = 1.0 / (self._other_days[kind, quarter] + 1.0)
        self._other_w[kind, quarter] += share * (watts - self._other_w[kind, quarter])
        self._other_days[kind, quarter] = min(self._other_days[kind, quarter] + 1.0, FADES_DAYS)

    def other_w(self, when: Sequence[datetime], hours: Array, now_w: float | None) -> Array:
        """Return (step,) what sockets and stoves will draw.

        Args:
            when: (step,) the middle of each step.
            hours: (step,).
            now_w: What they draw now, which lasts a while; None: unknown.
        """
        usual = np.array([self._mean(self._other_w, one, length) for one, length in zip(when, hours, strict=True)])
        if now_w is None:
            return usual
        lead_h = np.array([(one.timestamp() - when[0].timestamp()) / 3600.0 for one in when])
        return np.asarray(usual + np.exp(-lead_h / 0.4) * (now_w - usual[0]))

    def water_l_per_h(self, when: Sequence[datetime], hours: Array) -> Array:
        """Return (step,) litres of 40 degrees an hour that will be used."""
        return 4.0 * np.array([self._mean(self._litres, one, length) for one, length in zip(when, hours, strict=True)])

    def water_spread_l(self, when: Sequence[datetime]) -> Array:
        """Return (step,) how much more than usual may be used in the hours after each step."""
        spread = float(np.std(self._day_l)) if len(self._day_l) >= 3 else 0.3 * float(self._litres[0].sum())
        left = np.array([self._litres[_slot(one)[0], _slot(one)[1] :].sum() for one in when])
        return np.asarray(min(spread, 150.0) * np.clip(left / max(1.0, float(self._litres[0].sum())), 0.1, 1.0))

    def _mean(self, table: Array, moment: datetime, length_h: float) -> float:
        kind, quarter = _slot(moment)
        half = max(0, round(2.0 * length_h) - 1)
        return float(np.mean([table[kind, (quarter + offset) % QUARTERS] for offset in range(-half, half + 1)]))

    def dust(self, when: datetime, per_s: Array) -> None:
        """Take how fast particles were made in the quarter that ended now, (room,) µg/m³ a second."""
        _, quarter = _slot(when)
        share = 1.0 / (self._dust_days[quarter] + 1.0)
        self._dust[quarter] += share * (np.maximum(per_s, 0.0) - self._dust[quarter])
        self._dust_days[quarter] = min(self._dust_days[quarter] + 1.0, 14.0)

    def dust_per_s(self, when: Sequence[datetime], hours: Array) -> Array:
        """Return (step, room) how fast particles will be made, µg/m³ a second."""
        found = []
        for moment, length in zip(when, hours, strict=True):
            _, quarter = _slot(moment)
            half = max(1, round(2.0 * length) - 1)
            found.append(np.mean([self._dust[(quarter + off) % QUARTERS] for off in range(-half, half + 1)], axis=0))
        return np.array(found)

    def see_car(self, when: datetime, device: str, at_home: bool, charge_kwh: float) -> None:
        """Take whether a car is at home and what it holds."""
        self._see_home(when, device, at_home)
        self._untold.pop(device, None)
        was_home, held = self._car.get(device, (at_home, charge_kwh))
        if was_home and not at_home:
            self._car[device] = (False, held)
        elif not was_home and at_home:
            self._trips[device] = [*self._trips.get(device, []), max(0.0, held - charge_kwh)][-28:]
            self._car[device] = (True, charge_kwh)
        elif at_home:
            self._car[device] = (True, charge_kwh)

    def see_untold_car(
        self,
        when: datetime,
        device: str,
        at_home: bool,
        *,
        given_kwh: float,
        takes_nothing: bool,
        least_kwh: float,
        most_kwh: float,
    ) -> None:
        """Take what is known of a car whose charger does not tell what it holds.

        It is taken to hold no more than it surely does: it comes back from a long trip, and is full once it takes
        nothing of what it is offered. While nothing was known of it, it may have been on such a trip each day.

        Args:
            when: In local time.
            device: Its charger's id.
            at_home: Whether it is there.
            given_kwh: That it was given in the quarter of an hour that ended now.
            takes_nothing: Whether it took nothing of what it was offered all the time.
            least_kwh: That it is taken to hold before anything is known of it, and never less.
            most_kwh: That it can hold.
        """
        self._see_home(when, device, at_home)
        now_s = when.timestamp()
        was_home, held, given, trips, *known_s = self._untold.get(device, (at_home, least_kwh, 0.0, -1, now_s))
        # A release before this one kept no time.
        silent_s = now_s - known_s[0] if known_s else 0.0
        if silent_s > _UNSEEN_S:
            trips = -1
        elif was_home and not at_home:
            trips += trips >= 0
        if silent_s > _UNSEEN_S or (at_home and not was_home):
            ways = max(1, math.ceil(silent_s / 86_400.0))
            held = max(least_kwh, held - ways * self.car_needs_kwh(device, most_kwh))
        if at_home:
            held, given = min(most_kwh, held + given_kwh), given + given_kwh
        if at_home and takes_nothing:
            if trips > 0:
                self._trips[device] = [*self._trips.get(device, []), given / trips][-28:]
            held, given, trips = most_kwh, 0.0, 0
        self._untold[device] = (at_home, held, given, trips, now_s)

    def _see_home(self, when: datetime, device: str, at_home: bool) -> None:
        kind, quarter = _slot(when)
        home = self._home.setdefault(device, _usually_home())
        days = self._home_days.setdefault(device, np.full((2, QUARTERS), 1.5))
        share = 1.0 / (days[kind, quarter] + 1.0)
        home[kind, quarter] += share * (float(at_home) - home[kind, quarter])
        days[kind, quarter] = min(days[kind, quarter] + 1.0, FADES_DAYS)

    def untold_car_kwh(self, device: str) -> float | None:
        """Return what a car holds at the least that does not tell it; None: nothing is known of it yet."""
        return self._untold[device][1] if device in self._untold else None

    def car_needs_kwh(self, device: str, otherwise_kwh: float = 1.7 * _TRIP_KWH) -> float:
        """Return what a car must hold for a long trip of its usual ones; `otherwise_kwh` before they are known."""
        trips = self._trips.get(device, [])
        return max(float(np.mean(trips) + 2.0 * np.std(trips)), 4.0) if len(trips) >= 3 else otherwise_kwh

    def car(self, device: str, when: Sequence[datetime], hours: Array, at_home: bool) -> tuple[Array, Array, Array]:
        """Return (step,) whether the car can be charged, the kWh that it drives, and how likely it leaves.

        Args:
            device: Its charger's id.
            when: (step,) the middle of each step.
            hours: (step,).
            at_home: Whether it is there now.
        """
        table = self._home.get(device, _usually_home())
        usual = np.array([self._mean(table, one, length) for one, length in zip(when, hours, strict=True)])
        lead_h = np.array([(one.timestamp() - when[0].timestamp()) / 3600.0 for one in when])
        likely = usual + np.exp(-lead_h / 0.7) * (float(at_home) - usual[0])
        home = (likely > 0.5).astype(np.float64)
        home[0] = float(at_home)
        goes = np.maximum(0.0, -np.diff(np.append(home, home[-1])))
        trips = self._trips.get(device, [])
        mean = float(np.mean(trips)) if trips else _TRIP_KWH
        return home, np.roll(goes, 1) * np.array([0.0, *np.ones(len(goes) - 1)]) * mean, goes


def _usually_home() -> Array:
    table = np.full((2, QUARTERS), _HOME_AT_NIGHT)
    table[0, 33:72] = 0.5
    table[1, 42:64] = 0.6
    return table


def _slot(when: datetime) -> tuple[int, int]:
    return int(when.weekday() >= 5), 4 * when.hour + when.minute // 15
