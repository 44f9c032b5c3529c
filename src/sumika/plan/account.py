"""What a way of running the house costs in a situation, all of it counted alike, whoever thought of the way."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.plan.problem import Planned
from sumika.plan.situation import Control, Situation, Store

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Money over all steps of a situation.

    Attributes:
        energy: Bought less sold.
        comfort: Of people who are too cold or too warm.
        air: Of stale, dusty, dry or damp air.
        devices: Of wear, noise, fuel and what people dislike of devices.
        stores: Of what is missing in stores, less what is left in them at the end.
        light: Of what people lack of the light of a day.
    """

    energy: float
    comfort: float
    air: float
    devices: float
    stores: float
    light: float = 0.0

    @property
    def total(self) -> float:
        """All together."""
        return self.energy + self.comfort + self.air + self.devices + self.stores + self.light

    def less(self, other: "Account") -> "Account":
        """Return how much more each part costs than in another account."""
        return Account(
            energy=self.energy - other.energy,
            comfort=self.comfort - other.comfort,
            air=self.air - other.air,
            devices=self.devices - other.devices,
            stores=self.stores - other.stores,
            light=self.light - other.light,
        )


def power_of(control: Control, told: Array) -> Array:
    """Return (step,) electric power of a control, kW.

    Args:
        control: Which.
        told: (step,) its values.
    """
    if not len(control.power_kw):
        return np.zeros(len(told))
    lines = control.power_kw[:, :, 0] * told + control.power_kw[:, :, 1]
    return np.asarray(np.maximum(lines.max(axis=0), 0.0))


def exchanged(
    situation: Situation, controls: Mapping[tuple[str, str], Array], charge_kw: Mapping[str, Array]
) -> tuple[Array, Array]:
    """Return (step,) what is taken from the grid and what is given to it, kW.

    Args:
        situation: Where.
        controls: By (device, name): (step,).
        charge_kw: By store: (step,) into it at its terminals; negative: out.
    """
    net = situation.load_kw - situation.solar_kw + sum(charge_kw.values(), np.zeros(len(situation.grid)))
    for control in situation.controls:
        net = net + power_of(control, controls[control.device, control.name])
    given = np.maximum(-net, 0.0)
    # Who would have to pay for what he gives turns the roof down.
    given = np.where(situation.feed_in < 0.0, np.maximum(given - situation.solar_kw, 0.0), given)
    return np.maximum(net, 0.0), np.minimum(given, situation.grid_kw)


def account_of(planned: Planned) -> Account:
    """Return what a way of running the house costs.

    Args:
        planned: A plan, or a simple controller's way rolled forward.
    """
    situation, hours = planned.situation, planned.situation.grid.hours
    taken, given = exchanged(situation, planned.controls, planned.charge_kw)
    over = np.maximum(taken - situation.grid_kw, 0.0)
    energy = ((taken - over) * situation.price + over * situation.over_grid_per_kwh - given * situation.feed_in) * hours
    beyond = {"comfort": 0.0, "air": 0.0}
    for hinge in situation.hinges:
        carried = next(one for one in situation.carried if one.name == hinge.carried)
        steps = carried.steps or len(hours)
        said = planned.states[hinge.carried][1:] @ hinge.weights
        off = np.maximum(said - hinge.limit if hinge.above else hinge.limit - said, 0.0)[:steps]
        beyond[hinge.name] = beyond.get(hinge.name, 0.0) + float((off * hinge.cost_per_h[:steps] * hours[:steps]).sum())
    devices = sum(
        _device(control, planned.controls[control.device, control.name], hours) for control in situation.controls
    )
    return Account(
        energy=float(energy.sum()),
        comfort=beyond.pop("comfort"),
        air=sum(beyond.values()),
        devices=devices,
        stores=sum(
            _store(store, planned.stored_kwh[store.device], planned.charge_kw[store.device], hours)
            for store in situation.stores
        ),
        light=float((situation.dim_per_h * hours).sum()),
    )


def _device(control: Control, told: Array, hours: Array) -> float:
    changes = np.abs(np.diff(np.concatenate([[control.now], told]))).sum()
    return float((control.cost_per_h * told * hours).sum() + control.change_cost * changes)


def _store(store: Store, stored_kwh: Array, charge_kw: Array, hours: Array) -> float:
    missing = np.maximum(store.least_kwh[1:] - stored_kwh[1:], 0.0)
    return float(
        (store.missing_cost * missing * hours).sum()
        + store.wear_cost * (np.abs(charge_kw) * hours).sum()
        - store.end_value * stored_kwh[-1]
    )
