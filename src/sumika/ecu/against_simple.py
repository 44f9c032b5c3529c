"""Whether the plan is worth it: the ways of simple controllers, rolled forward on the same belief, and their cost.

Every simple controller is tried at several temperatures, as a household would have found out which suits it. The plan
counts as devices are told it, in whole levels and by thermostats, not as the optimum that it was on paper. What all of
them cost is counted alike (`sumika.plan.account`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.to_devices import LEAST_HEAT_KW
from sumika.plan.account import Account, account_of
from sumika.plan.problem import Planned
from sumika.plan.rolling import Moment, Rolling
from sumika.plan.situation import Control, Hinge, Situation, Store

Array = NDArray[np.float64]

WARMER_K = (1.0, 2.5, 4.0, 5.5)
"""How far inside of what people mind a thermostat is set: what is tried."""

SET_BACK_K, EXPECTED = 3.0, 0.15
"""A set-back, and how many people must be expected in a room for it to count as used."""

NIGHT_H = (1, 6)
"""When a water heater and a car charge by themselves: cheap hours of Japanese tariffs by time of use."""

FRESH_PPM, STALE_PPM = 800.0, 1200.0
CLEARLY_WORSE = 1e-2
"""A plan that costs more by less than this share is no worse: so far is what neither of the two is rounded to."""

LEAST_REACH_K_KW = 0.3
"""What warms its room's air by less for each kilowatt within a step warms a floor or a wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleWay:
    """One simple controller at one setting.

    Attributes:
        name: thermostat, set_back or presence.
        planned: Its way, rolled forward.
        account: What it costs.
    """

    name: str
    planned: Planned
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A plan beside the simple ways.

    Attributes:
        plan: What the plan costs.
        simple: The best way of each simple controller, the cheapest first.
    """

    plan: Account
    simple: tuple[SimpleWay, ...]

    @property
    def best(self) -> SimpleWay:
        """The cheapest simple way."""
        return self.simple[0]

    @property
    def saves(self) -> float:
        """How much less the plan costs than the best simple way; negative: more."""
        return self.best.account.total - self.plan.total

    @property
    def plan_is_worse(self) -> bool:
        """Whether the plan costs clearly more."""
        scale = abs(self.plan.total) + abs(self.best.account.total)
        return -self.saves > CLEARLY_WORSE * scale


def compare(planned: Planned, when: Sequence[datetime]) -> Comparison:
    """Return a plan beside the simple ways in the same situation.

    Args:
        planned: The plan.
        when: (step,) the middle of each step, in local time.
    """
    situation = planned.situation
    rolling = Rolling(situation)
    hour = np.array([one.hour for one in when])
    best: dict[str, SimpleWay] = {}
    for name, set_back_k, on_demand in (
        ("thermostat", 0.0, False),
        ("set_back", SET_BACK_K, False),
        ("presence", SET_BACK_K, True),
    ):
        for warmer_k in WARMER_K:
            rolled = rolling.roll(_Simple(situation, hour, warmer_k, set_back_k, on_demand=on_demand))
            way = SimpleWay(name=name, planned=rolled, account=account_of(rolled))
            if name not in best or way.account.total < best[name].account.total:
                best[name] = way
    ordered = sorted(best.values(), key=lambda way: way.account.total)
    as_told = rolling.roll(_AsTold(planned))
    return Comparison(plan=account_of(as_told), simple=tuple(ordered))


class _AsTold:
    """A plan as devices are told it: thermostats are given its temperatures, fans its levels in whole numbers."""

    def __init__(self, planned: Planned) -> None:
        self._planned, self._rooms = planned, len(planned.situation.rooms)
        self._owed: dict[str, float] = {}

    def tell(self, control: Control, moment: Moment, effect: Mapping[str, Array]) -> float:
        """Return what a control is told; see `sumika.plan.rolling.Way`."""
        told = self._planned.controls[control.device, control.name]
        wanted = float(told[moment.step])
        if control.name in ("heat_kw", "cool_kw"):
            if float(told[moment.step : moment.step + 2].max()) < LEAST_HEAT_KW:
                return 0.0
            direct = effect["heat"][: self._rooms]
            room = int(np.argmax(np.abs(direct)))
            # What warms a floor is told how warm the water is: there is no room's temperature to hold.
            if abs(float(direct[room])) < LEAST_REACH_K_KW:
                return wanted
            return _held(direct, room, moment, float(self._planned.states["heat"][moment.step + 1, room]))
        return self._whole(control.device, wanted, moment.step) if control.name in ("level", "on") else wanted

    def charge(self, store: Store, moment: Moment, net_kw: float) -> float:
        """Return what goes into a store, as planned: what a tank's machine runs too little or too much it makes up."""
        return float(self._planned.charge_kw[store.device][moment.step])

    def _whole(self, device: str, wanted: float, step: int) -> float:
        """Return a whole number, or the mean of whole numbers over the quarters of a step; the rest is owed."""
        quarters = 4.0 * float(self._planned.situation.grid.hours[step])
        total = quarters * wanted + self._owed.get(device, 0.0)
        whole = float(max(0, round(total)))
        self._owed[device] = float(np.clip(total - whole, -0.5, 0.5))
        return whole / quarters


def _held(direct: Array, room: int, moment: Moment, wanted_c: float) -> float:
    """Return as much as brings a room to a temperature by the step's end."""
    reach = float(direct[room])
    return (wanted_c - float(moment.free["heat"][room])) / reach if abs(reach) > 1e-9 else 0.0


class _Simple:
    """A simple controller: thermostats by room, fans at a level or by carbon dioxide, stores by themselves."""

    def __init__(
        self, situation: Situation, hour: NDArray[np.int64], warmer_k: float, set_back_k: float, *, on_demand: bool
    ) -> None:
        self._situation, self._hour, self._on_demand = situation, hour, on_demand
        self._rooms = len(situation.rooms)
        used = situation.people > EXPECTED
        used = used | np.roll(used, -1, axis=0) | np.roll(used, -2, axis=0)
        used[-2:] = situation.people[-2:] > EXPECTED
        self._used = used if set_back_k > 0.0 else np.broadcast_to(used.any(axis=0), used.shape)
        low, high = _bands(situation)
        empty = SET_BACK_K if set_back_k <= 0.0 else set_back_k
        self._heat_c = np.where(self._used, low + warmer_k, low - empty)
        self._cool_c = np.where(self._used, high - warmer_k, high + empty)
        self._limits = {
            (hinge.carried, hinge.room, hinge.above): hinge
            for hinge in situation.hinges
            if hinge.carried in ("humidity", "pm2_5")
        }

    def tell(self, control: Control, moment: Moment, effect: Mapping[str, Array]) -> float:
        """Return what a control is told; see `sumika.plan.rolling.Way`."""
        step = moment.step
        if control.name == "heat_kw":
            return self._thermostat(effect["heat"], moment, self._heat_c[step])
        if control.name == "cool_kw":
            return self._thermostat(effect["heat"], moment, self._cool_c[step])
        if control.name == "closed":
            room = int(np.argmin(effect["heat"][: self._rooms]))
            return 0.8 if moment.now["heat"][room] > self._cool_c[step, room] else 0.0
        if "pm2_5" in effect and "co2" not in effect:
            return self._purifier(effect["pm2_5"], moment)
        if "co2" in effect:
            return self._fan(control, effect["co2"], moment)
        return self._moisture(effect, moment)

    def _thermostat(self, effect: Array, moment: Moment, wanted_c: Array) -> float:
        """Return as much as brings the room it reaches most to its temperature by the step's end."""
        room = int(np.argmax(np.abs(effect[: self._rooms])))
        return _held(effect[: self._rooms], room, moment, float(wanted_c[room]))

    def _fan(self, control: Control, effect: Array, moment: Moment) -> float:
        if not self._on_demand or control.name == "open":
            return 0.0
        used = self._used[moment.step]
        worst = float(moment.now["co2"][used].max()) if used.any() else 0.0
        share = float(np.clip((worst - FRESH_PPM) / (STALE_PPM - FRESH_PPM), 0.0, 1.0))
        return share * float(control.high[moment.step])

    def _purifier(self, effect: Array, moment: Moment) -> float:
        room = int(np.argmin(effect))
        hinge = self._limits.get(("pm2_5", self._situation.rooms[room], True))
        dusty = hinge is not None and moment.now["pm2_5"][room] > hinge.limit[moment.step]
        return 2.0 if dusty else 1.0

    def _moisture(self, effect: Mapping[str, Array], moment: Moment) -> float:
        if "humidity" not in effect:
            return 0.0
        room = int(np.argmax(np.abs(effect["humidity"])))
        dries = bool(effect["humidity"][room] < 0.0)
        hinge = self._limits.get(("humidity", self._situation.rooms[room], dries))
        if hinge is None or hinge.cost_per_h[moment.step] <= 0.0:
            return 0.0
        return float(_beyond(hinge, float(moment.now["humidity"][room]), moment.step))

    def charge(self, store: Store, moment: Moment, net_kw: float) -> float:
        """Return what goes into a store: the battery keeps the roof's power, the others charge at night.

        What must be kept, a battery never gives, and it fills itself to there where it holds less: whoever runs it.
        """
        step = moment.step
        if store.drawn_kw.any() or not store.discharge_kw.any():
            night = NIGHT_H[0] <= self._hour[step] < NIGHT_H[1]
            short = moment.stored_kwh[store.device] < store.least_kwh[step]
            return float(store.charge_kw[step]) if night or short else 0.0
        spare_kwh = moment.stored_kwh[store.device] - float(store.least_kwh[step + 1])
        hours = float(self._situation.grid.hours[step])
        if spare_kwh < 0.0:
            return max(-net_kw, -spare_kwh / (float(store.charge_gain[step]) * hours))
        return -min(net_kw, spare_kwh * store.discharge_gain / hours)


def _beyond(hinge: Hinge, value: float, step: int) -> bool:
    limit = float(hinge.limit[step])
    return value > limit if hinge.above else value < limit


def _bands(situation: Situation) -> tuple[Array, Array]:
    """Return (step, room) below which and above which people mind; where nobody is expected, as in the next room."""
    shape = (len(situation.grid), len(situation.rooms))
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    for above, told in ((False, low), (True, high)):
        total, count = np.zeros(shape), np.zeros(shape)
        for hinge in situation.hinges:
            if hinge.name == "comfort" and hinge.above is above:
                room = situation.rooms.index(hinge.room)
                costs = hinge.cost_per_h > 0.0
                total[costs, room] += hinge.limit[costs]
                count[costs, room] += 1.0
        seen = count > 0.0
        told[seen] = total[seen] / count[seen]
        usual = float(told[seen].mean()) if seen.any() else (28.0 if above else 18.0)
        told[~seen] = usual
    return low, high
