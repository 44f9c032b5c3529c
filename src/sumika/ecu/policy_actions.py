"""What the planner tells a device as numbers that a policy can learn, and such numbers as a plan again.

Both directions stand here, so that they cannot part: `taught` reads a plan, `as_planned` writes one of two steps, which
`Telling` turns into settings as it does with the planner's own.

An air conditioner is learned as a thermostat with two temperatures, one below which the plan would have it heat and one
above which it would have it cool: what a room has become meanwhile is then the thermostat's business, and an error of
this quarter is not passed on to the next. Where the plan lets a room be, all that it says is that the one lies below
and the other above what it foresees: such lessons have a side. What is a matter of how much is learned as a share of
the most that the device can.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.heat_controls import capacity_kw
from sumika.ecu.policy_rows import Row
from sumika.ecu.policy_view import View
from sumika.ecu.situating import Situating
from sumika.ecu.to_devices import LEAST_HEAT_KW
from sumika.plan.problem import Planned
from sumika.plan.situation import Control, Grid, Situation, Store
from sumika.schema.house import Device

Array = NDArray[np.float64]
OUTPUTS = 2
"""Most that any skill says."""

FOLLOWS_KW = 0.12
"""A house that takes and gives less is followed by its battery."""

_CLIMATE = ("heat_kw", "cool_kw", "dry_kw")
_CONTROL = {"warm": "heat_kw", "cool": "cool_kw"}
_SIDES = {"warm": -1, "cool": 1}
"""Where a plan lets a room be, its heating's temperature is no higher than what it foresees, its cooling's no lower."""

_FURTHEST_K = 4.0
"""From the middle of comfort; what is further is as good as off."""

_ON_ITS_WAY_K = 0.3
"""A room that changes by so much in half an hour is not yet where the plan wants it."""

_SURE_K = 0.5
"""So far beyond its temperature a room is heated or cooled for certain."""

_MOST_LEVEL = {"exhaust": 1.0, "ventilation": 2.0, "opener": 1.0, "purifier": 3.0}
_STEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What one plan says.

    Attributes:
        said: (row, output); NaN: nothing.
        side: (row,) -1: the plan says only that it is no more than this, 1: no less; 0: just this.
    """

    said: NDArray[np.float32]
    side: NDArray[np.int8]


def taught(planned: Planned, situating: Situating, view: View, rows: Sequence[Row]) -> Taught:
    """Return what a plan's first step says.

    `later` gives plan and situation as they will be some steps on.

    Args:
        planned: The plan.
        situating: What it was made from.
        view: Of the same.
        rows: Of the house.
    """
    said = np.full((len(rows), OUTPUTS), np.nan, np.float32)
    side = np.zeros(len(rows), np.int8)
    for number, row in enumerate(rows):
        if row.skill in _SIDES:
            said[number, 0], side[number] = _target(planned, situating, view, row)
        else:
            found = _said(planned, situating, view, row)
            said[number, : len(found)] = found
    return Taught(said=said, side=side)


def _target(planned: Planned, situating: Situating, view: View, row: Row) -> tuple[float, int]:
    """Return what is felt where a plan heats or cools a room, from the middle of comfort, and its side."""
    air_c, later_c = (of_rooms(planned.states["heat"][step], situating, row.device) for step in (1, 1 + _STEPS))
    foreseen = float(np.clip(0.5 * air_c + _rest_c(situating, view, row.device), -_FURTHEST_K, _FURTHEST_K))
    by_itself = _SIDES[row.skill]
    if float(_soon(planned, row.device, _CONTROL[row.skill]).max()) < LEAST_HEAT_KW:
        return foreseen, by_itself
    # On its way the plan says only that the way goes further.
    return foreseen, -by_itself if by_itself * (air_c - later_c) > _ON_ITS_WAY_K else 0


def _soon(planned: Planned, device: Device, name: str) -> Array:
    found = planned.controls.get((device.id, name))
    return np.zeros(1) if found is None else found[:_STEPS]


def _said(planned: Planned, situating: Situating, view: View, row: Row) -> list[float]:
    device = row.device
    match row.skill:
        case "dry":
            return [float(_dries(planned, device))]
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


def _dries(planned: Planned, device: Device) -> bool:
    """Return whether a plan has a room dried: a unit does one thing at a time, the one that is planned most."""
    heats, cools, dries = (float(_soon(planned, device, name).max()) for name in _CLIMATE)
    return dries >= LEAST_HEAT_KW and dries > max(heats, cools)


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


def _rest_c(situating: Situating, view: View, device: Device) -> float:
    """Return what is felt besides half of the air's temperature, from the middle of comfort."""
    return of_rooms(view.around_c - 0.5 * (view.low_c + view.high_c), situating, device)


def of_rooms(values: Array, situating: Situating, device: Device) -> float:
    """Return what a device that heats or cools sees of rooms: its own, or all of them by their volume.

    Args:
        values: (room, ...) first those of the rooms; the rest does not matter.
        situating: Of the house.
        device: Which.
    """
    outline = situating.belief.outline
    if device.kind == "whole_house_air_conditioner":
        return float(values[: len(outline.rooms)] @ outline.volume_m3 / outline.volume_m3.sum())
    return float(values[outline.index[device.room]])


def as_planned(
    said: NDArray[np.float32], situating: Situating, view: View, rows: Sequence[Row], owed: MutableMapping[str, float]
) -> Planned:
    """Return a plan of two equal steps that does what a policy says.

    Args:
        said: (row, output).
        situating: Belief and outlook.
        view: Of the same.
        rows: Of the house.
        owed: By device: drying that was wanted and not done yet, in quarters; kept from one call to the next.
    """
    writing = _Writing(situating, view, owed)
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

    def __init__(self, situating: Situating, view: View, owed: MutableMapping[str, float]) -> None:
        self._situating, self._view, self._owed = situating, view, owed
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
            case "warm" | "cool":
                self._climate(device, row.skill, float(said[0]))
            case "dry":
                self._dry(device, float(said[0]))
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

    def _climate(self, device: Device, skill: str, above: float) -> None:
        """Heat or cool a room that would get beyond its temperature by itself."""
        if not self._may(skill):
            return
        sign = -_SIDES[skill]
        target_c = 2.0 * (above - _rest_c(self._situating, self._view, device))
        beyond_k = sign * (target_c - self._by_itself_c(device))
        if beyond_k > -_SURE_K:
            # With less than the least kilowatts it runs on, but does not start: a band against switching.
            kilowatts = LEAST_HEAT_KW * (1.0 + min(beyond_k / _SURE_K, 1.0))
            other = "cool_kw" if skill == "warm" else "heat_kw"
            if kilowatts > self._controls[device.id, other][0]:
                self._put(device, other, 0.0)
                self._put(device, _CONTROL[skill], kilowatts)
                self._foresee(device, target_c)

    def _dry(self, device: Device, share: float) -> None:
        """Dry for a share of the quarters, whole ones, and what is owed later; a cold room is heated first."""
        share = float(np.clip(share, 0.0, 1.0)) if self._may("dry") else 0.0
        total = self._owed.get(device.id, 0.0) + (share if share > _LEAST_SHARE else 0.0)
        dries = total >= 0.5 and self._controls[device.id, "heat_kw"][0] < LEAST_HEAT_KW
        self._owed[device.id] = float(np.clip(total - float(dries), -0.5, 0.5))
        if dries:
            for name in _CLIMATE:
                self._put(device, name, 0.0)
            self._put(device, "dry_kw", 2.0 * LEAST_HEAT_KW)
            self._foresee(device, self._by_itself_c(device))

    def _may(self, skill: str) -> bool:
        """Return whether it is the season for it: as for the planner, nobody heats on a summer's day."""
        outdoor = float(self._situating.inputs.ahead.outdoor_c[0])
        return outdoor <= _HEATS_BELOW_C if skill == "warm" else outdoor >= _COOLS_ABOVE_C

    def _by_itself_c(self, device: Device) -> float:
        return of_rooms(self._view.next_c, self._situating, device)

    def _foresee(self, device: Device, target_c: float) -> None:
        outline = self._situating.belief.outline
        if device.kind == "whole_house_air_conditioner":
            self._heat[1:, : len(outline.rooms)] = target_c
        else:
            self._heat[1:, outline.index[device.room]] = target_c

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

_LEAST_SHARE = 0.1
"""Less drying comes from an estimate's error."""

_LIT_W = 5.0
"""Through a window: with less a plan does nothing with its blind (`blind_controls`)."""

_URGENT_WITHIN_H = 12.0

_CAR_LEAST = 0.1
"""A car is not charged by a trickle that comes from an estimate's error."""
