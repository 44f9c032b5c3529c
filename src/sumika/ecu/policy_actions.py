"""What the planner tells a device as numbers that a policy can learn, and such numbers as a plan again.

Both directions stand here, so that they cannot part: `taught` reads a plan, `as_planned` writes one of two steps, which
`Telling` turns into settings as it does with the planner's own. What is a matter of yes or no is learned as a margin,
-1 to 1, whose sign decides; what is a matter of how much as a share of the most that the device can.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.heat_controls import capacity_kw
from sumika.ecu.policy_features import View
from sumika.ecu.policy_rows import Row
from sumika.ecu.situating import Situating
from sumika.ecu.to_devices import LEAST_HEAT_KW
from sumika.plan.problem import Planned
from sumika.plan.situation import Control, Grid, Situation, Store
from sumika.schema.house import Device

Array = NDArray[np.float64]
OUTPUTS = 3
"""Most that any skill says."""

FOLLOWS_KW = 0.12
"""A house that takes and gives less is followed by its battery."""

_CLIMATE = ("heat_kw", "cool_kw", "dry_kw")
_TOLD_C = (16.0, 31.0)
"""Between these a device can be told a room's temperature."""

_MOST_LEVEL = {"exhaust": 1.0, "ventilation": 2.0, "opener": 1.0, "purifier": 3.0}
_STEPS = 2


def taught(planned: Planned, situating: Situating, view: View, rows: Sequence[Row]) -> NDArray[np.float32]:
    """Return (row, output) what a plan's first step says; NaN where it says nothing.

    `later` gives plan and situation as they will be some steps on.

    Args:
        planned: The plan.
        situating: What it was made from.
        view: Of the same.
        rows: Of the house.
    """
    found = np.full((len(rows), OUTPUTS), np.nan, np.float32)
    for number, row in enumerate(rows):
        said = _said(planned, situating, view, row)
        found[number, : len(said)] = said
    return found


def _soon(planned: Planned, device: Device, name: str) -> Array:
    found = planned.controls.get((device.id, name))
    return np.zeros(1) if found is None else found[:_STEPS]


def _said(planned: Planned, situating: Situating, view: View, row: Row) -> list[float]:
    device = row.device
    match row.skill:
        case "climate_wanted":
            return _margins(planned, device)
        case "climate_target":
            told = float(np.clip(_room_c(planned, situating, device), *_TOLD_C))
            runs = max(_margins(planned, device)) >= 0.0
            return [told - _middle_c(situating, view, device)] if runs else []
        case "floor":
            most = float(capacity_kw(device, situating.inputs.ahead.outdoor_c[:1], heats=True)[0])
            return [float(_soon(planned, device, "heat_kw").mean()) / most]
        case "blind":
            lit = situating.sun_w[device.window][0] > _LIT_W
            return [float(_soon(planned, device, "closed")[0])] if lit else []
        case "humidifier" | "dehumidifier":
            return [float(_soon(planned, device, "on")[0])]
        case "tank" | "battery" | "car":
            return _stored(planned, row)
    return [float(_soon(planned, device, "level")[0]) / _MOST_LEVEL[row.skill]]


def _margins(planned: Planned, device: Device) -> list[float]:
    """Return how clearly a plan wants a room heated, cooled, dried; a device does one of them, the one planned most."""
    kilowatts = [float(_soon(planned, device, name).max()) for name in _CLIMATE]
    most = int(np.argmax(kilowatts))
    margin = float(np.clip(kilowatts[most] / LEAST_HEAT_KW - 1.0, -1.0, 1.0))
    return [margin if place == most else -1.0 for place in range(len(_CLIMATE))]


def _stored(planned: Planned, row: Row) -> list[float]:
    store = next(one for one in planned.situation.stores if one.device == row.device.id)
    power, charges = float(planned.charge_kw[row.device.id][0]), float(store.charge_kw[0])
    if charges <= 0.0:
        return []
    share = power / charges if power >= 0.0 else power / max(float(store.discharge_kw[0]), 1e-6)
    if row.skill != "battery":
        return [share]
    exchange = abs(float(planned.taken_kw[0]) - float(planned.given_kw[0]))
    return [share, float(np.clip(1.0 - exchange / FOLLOWS_KW, -1.0, 1.0))]


def _middle_c(situating: Situating, view: View, device: Device) -> float:
    """Return the middle of comfort in a device's room, from which its target counts."""
    room = situating.belief.outline.index[device.room]
    return 0.5 * float(view.low_c[room] + view.high_c[room])


def _room_c(planned: Planned, situating: Situating, device: Device) -> float:
    outline = situating.belief.outline
    after = planned.states["heat"][1]
    if device.kind == "whole_house_air_conditioner":
        return float(after[: len(outline.rooms)] @ outline.volume_m3 / outline.volume_m3.sum())
    return float(after[outline.index[device.room]])


def as_planned(said: NDArray[np.float32], situating: Situating, view: View, rows: Sequence[Row]) -> Planned:
    """Return a plan of two equal steps that does what a policy says.

    Args:
        said: (row, output).
        situating: Belief and outlook.
        view: Of the same.
        rows: Of the house.
    """
    writing = _Writing(situating, view)
    for row, one in zip(rows, said, strict=True):
        writing.write(row, one.astype(np.float64))
    return writing.plan()


def is_urgent(store: Store, hours: Array) -> bool:
    """Return whether a store has to be charged now: from the next step on even full power would come too late.

    What must not be missing (hot water, the way of a car) is no matter of an estimate.

    Args:
        store: How full it is, what it must hold and what is drawn.
        hours: (step,) how long each step is.
    """
    soon = np.cumsum(hours) <= _URGENT_WITHIN_H
    charge = store.charge_kw * store.charge_gain * hours
    charge[0] = 0.0
    held = store.start_kwh + np.cumsum(charge - store.drawn_kw * hours)[soon]
    # Once it will have been full, nothing that is done now makes a difference.
    full = np.logical_or.accumulate(held >= store.most_kwh)
    return bool((~full & (held < store.least_kwh[1:][soon])).any())


class _Writing:
    """A plan that is put together from rows."""

    def __init__(self, situating: Situating, view: View) -> None:
        self._situating, self._view = situating, view
        self._heat = np.repeat(situating.heat.start[None], _STEPS + 1, axis=0)
        # `Telling` goes through all devices; what is told to those without a row is left out later.
        self._controls = {
            (device.id, name): np.zeros(_STEPS)
            for device in situating.belief.house.devices
            for name in (*_CLIMATE, "closed", "level", "on")
        }
        self._charge = {store.device: np.zeros(_STEPS) for store in situating.inputs.stores}
        self._exchange = np.ones(_STEPS)
        self._blinds: list[Control] = []

    def write(self, row: Row, said: Array) -> None:
        """Put one row in."""
        device, outdoor = row.device, self._situating.inputs.ahead.outdoor_c[:1]
        match row.skill:
            case "climate_wanted":
                self._climate(device, said[: len(_CLIMATE)])
            case "climate_target":
                self._target(device, float(said[0]))
            case "floor":
                most = float(capacity_kw(device, outdoor, heats=True)[0])
                self._put(device, "heat_kw", most * float(np.clip(said[0], 0.0, 1.0)))
            case "blind":
                self._blind(device, float(np.clip(said[0], 0.0, 1.0)))
            case "humidifier" | "dehumidifier":
                self._put(device, "on", float(np.clip(said[0], 0.0, 1.0)))
            case "tank" | "battery" | "car":
                self._store(row, said)
            case _:
                self._put(device, "level", _MOST_LEVEL[row.skill] * float(np.clip(said[0], 0.0, 1.0)))

    def _put(self, device: Device, name: str, value: float) -> None:
        self._controls[device.id, name] = np.full(_STEPS, value)

    def _climate(self, device: Device, margins: Array) -> None:
        outdoor = float(self._situating.inputs.ahead.outdoor_c[0])
        # As for the planner: nobody heats on a summer's day or cools on a winter's.
        may = (outdoor <= _HEATS_BELOW_C, outdoor >= _COOLS_ABOVE_C, outdoor >= _COOLS_ABOVE_C)
        wanted = np.where(may, margins, -1.0)
        most = int(np.argmax(wanted))
        self._put(device, _CLIMATE[most], LEAST_HEAT_KW * (1.0 + float(wanted[most])))

    def _blind(self, device: Device, closed: float) -> None:
        """Shut a blind; a plan has a word on it only while the sun is on its window."""
        if self._situating.sun_w[device.window][0] > _LIT_W:
            self._put(device, "closed", closed)
            none = np.zeros(_STEPS)
            self._blinds.append(
                Control(
                    device=device.id,
                    name="closed",
                    low=none,
                    high=np.ones(_STEPS),
                    acts={},
                    power_kw=np.zeros((0, _STEPS, 2)),
                    cost_per_h=none,
                )
            )

    def _target(self, device: Device, above: float) -> None:
        outline = self._situating.belief.outline
        target = _middle_c(self._situating, self._view, device) + above
        if device.kind == "whole_house_air_conditioner":
            self._heat[1:, : len(outline.rooms)] = target
        else:
            self._heat[1:, outline.index[device.room]] = target

    def _store(self, row: Row, said: Array) -> None:
        store = next(one for one in self._situating.inputs.stores if one.device == row.device.id)
        share = float(np.clip(said[0], -1.0, 1.0))
        most = float((store.charge_kw if share >= 0.0 else store.discharge_kw)[0])
        power = share * most
        if row.skill == "car" and abs(share) < _CAR_LEAST:
            power = 0.0
        if row.skill != "battery" and is_urgent(store, self._situating.inputs.grid.hours):
            power = float(store.charge_kw[0])
        self._charge[row.device.id] = np.full(_STEPS, power)
        if row.skill == "battery":
            self._exchange = np.full(_STEPS, FOLLOWS_KW * (1.0 - float(said[1])))

    def plan(self) -> Planned:
        """Return the plan."""
        inputs = self._situating.inputs
        whole = inputs.grid
        grid = Grid(begin_unix_s=whole.begin_unix_s[:_STEPS], hours=whole.hours[:_STEPS], kind=whole.kind[:_STEPS])
        situation = Situation(
            grid=grid,
            currency=inputs.worth.currency,
            carried=(),
            hinges=(),
            controls=tuple(self._blinds),
            stores=tuple(inputs.stores),
            load_kw=inputs.other_w[:_STEPS] / 1000.0,
            solar_kw=inputs.solar_kw[:_STEPS],
            price=inputs.ahead.price[:_STEPS],
            feed_in=inputs.ahead.feed_in[:_STEPS],
            rooms=self._situating.belief.outline.rooms,
            notes=inputs.notes,
        )
        none = np.zeros(_STEPS)
        return Planned(
            situation=situation,
            states={"heat": self._heat},
            controls=self._controls,
            power_kw={},
            stored_kwh={},
            charge_kw=self._charge,
            taken_kw=self._exchange,
            given_kw=none,
            worth_per_kwh=none,
            beyond=(),
            cost={},
            seconds=0.0,
        )


_HEATS_BELOW_C, _COOLS_ABOVE_C = 24.0, 12.0
"""Outdoor temperatures of `heat_controls`."""

_LIT_W = 5.0
"""Through a window: with less a plan does nothing with its blind (`blind_controls`)."""

_URGENT_WITHIN_H = 12.0

_CAR_LEAST = 0.1
"""A car is not charged by a trickle that comes from an estimate's error."""
