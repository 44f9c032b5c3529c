"""A situation rolled forward under somebody's way of running the house, step by step, on the same linear model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.plan.account import exchanged, power_of
from sumika.plan.problem import Planned
from sumika.plan.situation import Control, Situation, Store

Array = NDArray[np.float64]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What whoever runs the house sees at the beginning of a step.

    Attributes:
        step: Which.
        now: By system: (state,) at its beginning.
        free: By system: (state,) at its end, with what has been told so far in this step.
        stored_kwh: By store, at its beginning.
    """

    step: int
    now: Mapping[str, Array]
    free: dict[str, Array]
    stored_kwh: Mapping[str, float]


class Way(Protocol):
    """Somebody's way of running a house."""

    def tell(self, control: Control, moment: Moment, effect: Mapping[str, Array]) -> float:
        """Return what a control is told.

        Args:
            control: Which.
            moment: What is seen.
            effect: By system: (state,) what one unit of it does until the step's end.
        """
        ...

    def charge(self, store: Store, moment: Moment, net_kw: float) -> float:
        """Return what goes into a store at its terminals, kW; negative: out.

        Args:
            store: Which.
            moment: What is seen.
            net_kw: What the house takes from the grid without it; negative: gives.
        """
        ...


class Rolling:
    """One situation, to be rolled forward under many ways."""

    def __init__(self, situation: Situation) -> None:
        """Prepare what all ways share."""
        self._situation = situation
        self._kinds = {one.name: one.kinds(situation.grid) for one in situation.carried}
        self._free = {
            one.name: np.einsum("kij,kj->ki", one.response[self._kinds[one.name]], one.drive)
            for one in situation.carried
        }
        self._effects: list[tuple[Control, dict[str, Array]]] = []
        for control in situation.controls:
            effects = {}
            for one in situation.carried:
                if one.name in control.acts:
                    kinds = self._kinds[one.name]
                    acts = np.broadcast_to(control.acts[one.name], (len(kinds), len(one.start)))
                    effects[one.name] = np.einsum("kij,kj->ki", one.response[kinds], acts)
            self._effects.append((control, effects))

    def roll(self, way: Way) -> Planned:
        """Return how the house goes under a way, as if it had been planned so.

        Args:
            way: Whose.
        """
        situation = self._situation
        steps = len(situation.grid)
        states = {one.name: [one.start] for one in situation.carried}
        controls = {(one.device, one.name): np.zeros(steps) for one in situation.controls}
        stored = {one.device: [min(one.start_kwh, one.most_kwh)] for one in situation.stores}
        charge = {one.device: np.zeros(steps) for one in situation.stores}
        for step in range(steps):
            moment = self._moment(step, states, stored)
            net = float(situation.load_kw[step] - situation.solar_kw[step])
            for control, effects in self._effects:
                effect = {name: one[step] for name, one in effects.items()}
                told = float(np.clip(way.tell(control, moment, effect), control.low[step], control.high[step]))
                controls[control.device, control.name][step] = told
                net += _power(control, told, step)
                for name, one in effect.items():
                    moment.free[name] = moment.free[name] + told * one
            for store in situation.stores:
                flows = _flow(store, way.charge(store, moment, net), stored[store.device][-1], step, situation)
                charge[store.device][step], kept = flows
                net += flows[0]
                stored[store.device].append(kept)
            for one in situation.carried:
                followed = step < (one.steps or steps)
                states[one.name].append(moment.free[one.name] if followed else states[one.name][-1])
        return self._planned(
            {name: np.array(told) for name, told in states.items()},
            controls,
            {device: np.array(told) for device, told in stored.items()},
            charge,
        )

    def _moment(self, step: int, states: Mapping[str, list[Array]], stored: Mapping[str, list[float]]) -> Moment:
        now = {name: told[-1] for name, told in states.items()}
        free = {
            one.name: one.transition[self._kinds[one.name][step]] @ now[one.name] + self._free[one.name][step]
            for one in self._situation.carried
        }
        return Moment(step=step, now=now, free=free, stored_kwh={device: told[-1] for device, told in stored.items()})

    def _planned(
        self,
        states: dict[str, Array],
        controls: dict[Key, Array],
        stored: dict[str, Array],
        charge: dict[str, Array],
    ) -> Planned:
        situation = self._situation
        taken, given = exchanged(situation, controls, charge)
        beyond = []
        for hinge in situation.hinges:
            said = states[hinge.carried][1:] @ hinge.weights
            beyond.append(np.maximum(said - hinge.limit if hinge.above else hinge.limit - said, 0.0))
        return Planned(
            situation=situation,
            states=states,
            controls=controls,
            power_kw={
                (one.device, one.name): power_of(one, controls[one.device, one.name]) for one in situation.controls
            },
            stored_kwh=stored,
            charge_kw=charge,
            taken_kw=taken,
            given_kw=given,
            worth_per_kwh=situation.price,
            beyond=tuple(beyond),
            cost={},
            seconds=0.0,
        )


class AsPlanned:
    """The way of a plan, with some devices left alone for the first steps."""

    def __init__(self, planned: Planned, without: frozenset[str] = frozenset(), steps: int = 0) -> None:
        """Take a plan.

        Args:
            planned: Which.
            without: Devices that do nothing at first.
            steps: For so many steps.
        """
        self._planned, self._without, self._steps = planned, without, steps

    def tell(self, control: Control, moment: Moment, effect: Mapping[str, Array]) -> float:
        """Return what is planned; the least where it is left alone."""
        if control.device in self._without and moment.step < self._steps:
            return float(control.low[moment.step])
        return float(self._planned.controls[control.device, control.name][moment.step])

    def charge(self, store: Store, moment: Moment, net_kw: float) -> float:
        """Return what is planned; nothing where it is left alone."""
        if store.device in self._without and moment.step < self._steps:
            return 0.0
        return float(self._planned.charge_kw[store.device][moment.step])


def _power(control: Control, told: float, step: int) -> float:
    lines = control.power_kw[:, step]
    return max(0.0, float((lines[:, 0] * told + lines[:, 1]).max())) if len(lines) else 0.0


def _flow(store: Store, wanted_kw: float, kept_kwh: float, step: int, situation: Situation) -> tuple[float, float]:
    """Return what goes into a store, kW, and what it holds at the step's end: no more than fits, nor than is there."""
    hours, kind = float(situation.grid.hours[step]), int(situation.grid.kind[step])
    left = store.keeps[kind] * kept_kwh - float(store.drawn_kw[step]) * hours
    gain = float(store.charge_gain[step])
    room = max(0.0, (store.most_kwh - left) / (gain * hours))
    can_give = max(0.0, left * store.discharge_gain / hours)
    in_kw = float(np.clip(wanted_kw, 0.0, min(float(store.charge_kw[step]), room)))
    out_kw = float(np.clip(-wanted_kw, 0.0, min(float(store.discharge_kw[step]), can_give)))
    kept = left + gain * in_kw * hours - out_kw * hours / store.discharge_gain
    return in_kw - out_kw, min(kept, store.most_kwh)
