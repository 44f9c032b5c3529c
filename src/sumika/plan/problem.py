"""The one optimisation for the whole house, written down: heat, air, devices, stores and money over two days.

Soft limits only: from any state there is a plan, and what cannot be kept costs. Everything that differs between houses
is in the `Situation`; here is only how it hangs together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.plan.sheet import Places, Sheet, Term, each, times
from sumika.plan.situation import Carried, Control, Hinge, Situation, Store
from sumika.plan.solver import Solved, solve
from sumika.schema.worth import from_yen

Array = NDArray[np.float64]

ONE_MACHINE = frozenset({"heat_kw", "cool_kw", "dry_kw"})
"""What one machine does in turn, and never at once."""

LEAST_KW = 0.01
SMOOTH_YEN = 1e-4
"""Weight of squares of controls: among plans that cost the same, the one without jumps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan for the whole house.

    Attributes:
        situation: What it was made from.
        states: By system: (step + 1, state).
        controls: By (device, name): (step,).
        power_kw: By (device, name): (step,) electric.
        stored_kwh: By device: (step + 1,).
        charge_kw: By device: (step,) into it at its terminals; negative: out.
        taken_kw: (step,) from the grid.
        given_kw: (step,) to it.
        worth_per_kwh: (step,) what one more kWh in that step would cost.
        beyond: By hinge: (step,) how far beyond its limit.
        cost: Money by what it is for: energy, hinges by name, wear; without constants.
        seconds: Processor time of the solver.
    """

    situation: Situation
    states: dict[str, Array]
    controls: dict[tuple[str, str], Array]
    power_kw: dict[tuple[str, str], Array]
    stored_kwh: dict[str, Array]
    charge_kw: dict[str, Array]
    taken_kw: Array
    given_kw: Array
    worth_per_kwh: Array
    beyond: tuple[Array, ...]
    cost: dict[str, float]
    seconds: float

    @property
    def total(self) -> float:
        """All costs together."""
        return sum(self.cost.values())


class _Writing:
    """A situation on its way to a sheet."""

    def __init__(self, situation: Situation) -> None:
        self.situation, self.sheet = situation, Sheet()
        self.smooth = from_yen(SMOOTH_YEN, situation.currency)
        self.steps = len(situation.grid)
        self.hours = situation.grid.hours
        self.controls = {(one.device, one.name): self._control(one) for one in situation.controls}
        self._one_at_a_time()
        self.power: dict[tuple[str, str], Places] = {}
        for control in situation.controls:
            self._power(control)
        self.states = {one.name: self._carried(one) for one in situation.carried}
        self.slack = tuple(self._hinge(hinge) for hinge in situation.hinges)
        self.charge: dict[str, Places] = {}
        self.discharge: dict[str, Places] = {}
        self.stored: dict[str, Places] = {}
        for store in situation.stores:
            self._store(store)
        self.taken, self.given, self.balance_row = self._balance()

    def _control(self, control: Control) -> Places:
        high = np.maximum(control.high, control.low)
        places = self.sheet.block(
            self.steps,
            low=control.low,
            high=high,
            cost=control.cost_per_h * self.hours,
            square=self.smooth * self.hours,
        )
        if control.change_cost > 0.0:
            self._changes(places, control)
        return places

    def _one_at_a_time(self) -> None:
        """Let a unit that heats, cools and dries do so one after the other: its shares of a step add up to one."""
        by_device: dict[str, list[Control]] = {}
        for control in self.situation.controls:
            if control.name in ONE_MACHINE:
                by_device.setdefault(control.device, []).append(control)
        for controls in by_device.values():
            if len(controls) < 2:
                continue
            shares = [1.0 / np.maximum(control.high, LEAST_KW) for control in controls]
            told = [self.controls[control.device, control.name] for control in controls]
            rows = [each(places, share) for places, share in zip(told, shares, strict=True)]
            self.sheet.at_most(rows, np.ones(self.steps))

    def _changes(self, places: Places, control: Control) -> None:
        moved = self.sheet.block(self.steps, cost=control.change_cost)
        before = np.zeros(self.steps)
        before[0] = control.now
        later = np.arange(1, self.steps)
        for sign in (1.0, -1.0):
            last = Term(later, places[:-1], np.full(self.steps - 1, -sign))
            self.sheet.at_most([each(places, sign), last, each(moved, -1.0)], sign * before)

    def _power(self, control: Control) -> None:
        pieces = control.power_kw
        if len(pieces) == 0:
            return
        places = self.controls[control.device, control.name]
        if len(pieces) == 1 and not pieces[0, :, 1].any():
            self.power[control.device, control.name] = places
            return
        power = self.sheet.block(self.steps)
        for piece in pieces:
            self.sheet.at_most([each(places, piece[:, 0]), each(power, -1.0)], -piece[:, 1])
        self.power[control.device, control.name] = power

    def power_factor(self, control: Control) -> Array:
        """Return (step,) kilowatts per unit of what `power` holds for a control."""
        pieces = control.power_kw
        plain = len(pieces) == 1 and not pieces[0, :, 1].any()
        return pieces[0, :, 0] if plain else np.ones(self.steps)

    def _carried(self, carried: Carried) -> Places:
        width, steps = len(carried.start), carried.steps or self.steps
        kind = carried.kinds(self.situation.grid)[:steps]
        states = self.sheet.block((steps + 1) * width, low=-np.inf).reshape(steps + 1, width)
        self.sheet.equal([each(states[0])], carried.start / carried.scale)
        response = carried.response[kind]
        side = np.einsum("kij,kj->ki", response, carried.drive[:steps]) / carried.scale
        terms = [each(states[1:].ravel()), times(-carried.transition[kind], states[:-1])]
        for control in self.situation.controls:
            acts = control.acts.get(carried.name)
            if acts is None:
                continue
            per_step = np.broadcast_to(acts, (self.steps, width))[:steps]
            pushed = np.einsum("kij,kj->ki", response, per_step) / carried.scale
            told = self.controls[control.device, control.name][:steps]
            terms.append(times(-pushed[:, :, None], told[:, None]))
        self.sheet.equal(terms, side.ravel())
        return states

    def _hinge(self, hinge: Hinge) -> tuple[Places, Places]:
        """Write a soft limit; return the steps in which it costs, and its slack there."""
        carried = next(one for one in self.situation.carried if one.name == hinge.carried)
        where, scale = np.flatnonzero(hinge.cost_per_h[: carried.steps or self.steps] > 0.0), carried.scale
        slack = self.sheet.block(len(where), cost=hinge.cost_per_h[where] * self.hours[where] * scale)
        states = self.states[hinge.carried]
        looked = np.flatnonzero(hinge.weights)
        sign = 1.0 if hinge.above else -1.0
        weights = np.broadcast_to(sign * hinge.weights[looked], (len(where), 1, len(looked))).copy()
        self.sheet.at_most(
            [times(weights, states[where + 1][:, looked]), each(slack, -1.0)], sign * hinge.limit[where] / scale
        )
        return where, slack

    def _store(self, store: Store) -> None:
        steps, sheet = self.steps, self.sheet
        end = np.zeros(steps + 1)
        end[-1] = -store.end_value
        kept = sheet.block(steps + 1, low=-np.inf, high=store.most_kwh, cost=end)
        charge = sheet.block(
            steps, high=store.charge_kw, cost=store.wear_cost * self.hours, square=self.smooth * self.hours
        )
        discharge = sheet.block(steps, high=store.discharge_kw, cost=store.wear_cost * self.hours)
        missing = sheet.block(steps, cost=store.missing_cost * self.hours)
        sheet.equal([each(kept[:1])], np.array([min(store.start_kwh, store.most_kwh)]))
        keeps = np.array(store.keeps)[self.situation.grid.kind]
        spilled = sheet.block(steps, cost=1e-6)
        sheet.equal(
            [
                each(kept[1:]),
                each(kept[:-1], -keeps),
                each(charge, -store.charge_gain * self.hours),
                each(discharge, self.hours / store.discharge_gain),
                each(spilled),
            ],
            -store.drawn_kw * self.hours,
        )
        sheet.at_most([each(kept[1:], -1.0), each(missing, -1.0)], -store.least_kwh[1:])
        self.charge[store.device], self.discharge[store.device], self.stored[store.device] = charge, discharge, kept

    def _balance(self) -> tuple[Places, Places, int]:
        situation, sheet = self.situation, self.sheet
        # Who could sell dearer than he buys would turn the meter in circles.
        feed_in = np.minimum(situation.feed_in, situation.price - 1e-6)
        taken = sheet.block(self.steps, high=situation.grid_kw, cost=situation.price * self.hours)
        given = sheet.block(self.steps, high=situation.grid_kw, cost=-feed_in * self.hours)
        over = sheet.block(self.steps, cost=situation.over_grid_per_kwh * self.hours)
        curtailed = sheet.block(self.steps, high=np.maximum(situation.solar_kw, 0.0), cost=1e-6)
        terms = [each(taken), each(given, -1.0), each(over), each(curtailed, -1.0)]
        for control in situation.controls:
            key = (control.device, control.name)
            if key in self.power:
                terms.append(each(self.power[key], -self.power_factor(control)))
        for store in situation.stores:
            terms += [each(self.charge[store.device], -1.0), each(self.discharge[store.device])]
        row = sheet.matrix(True)[0].shape[0]
        sheet.equal(terms, situation.load_kw - situation.solar_kw)
        return taken, given, row

    def read(self, solved: Solved) -> Planned:
        """Return what the optimum means."""
        x, situation = solved.values, self.situation
        scales = {one.name: one.scale for one in situation.carried}
        beyond = []
        cost: dict[str, float] = {}
        for hinge, (where, slack) in zip(situation.hinges, self.slack, strict=True):
            over = np.zeros(self.steps)
            over[where] = x[slack] * scales[hinge.carried]
            beyond.append(over)
            cost[hinge.name] = cost.get(hinge.name, 0.0) + float((over * hinge.cost_per_h * self.hours).sum())
        # Where both are worth the same the solver may turn the meter in circles; a meter counts the difference.
        both = np.minimum(x[self.taken], x[self.given])
        taken, given = x[self.taken] - both, x[self.given] - both
        cost["energy"] = float(((taken * situation.price - given * situation.feed_in) * self.hours).sum())
        power = {
            (control.device, control.name): x[self.power[control.device, control.name]] * self.power_factor(control)
            for control in situation.controls
            if (control.device, control.name) in self.power
        }
        return Planned(
            situation=situation,
            states={name: self._whole(x[places] * scales[name]) for name, places in self.states.items()},
            controls={key: x[places] for key, places in self.controls.items()},
            power_kw=power,
            stored_kwh={device: x[places] for device, places in self.stored.items()},
            charge_kw={device: x[self.charge[device]] - x[self.discharge[device]] for device in self.charge},
            taken_kw=taken,
            given_kw=given,
            worth_per_kwh=-solved.prices[self.balance_row : self.balance_row + self.steps] / self.hours,
            beyond=tuple(beyond),
            cost=cost,
            seconds=solved.seconds,
        )

    def _whole(self, states: Array) -> Array:
        """Return (step + 1, state): what was not followed to the end stays as it was seen last."""
        return np.concatenate([states, np.repeat(states[-1:], self.steps + 1 - len(states), axis=0)])


def plan(situation: Situation, *, limit_s: float = 10.0) -> Planned:
    """Return the best plan for a situation.

    Args:
        situation: What it is made from.
        limit_s: The solver gives up after so long.

    Raises:
        PlanError: if there is none within the time.
    """
    writing = _Writing(situation)
    return writing.read(solve(writing.sheet, limit_s=limit_s))
