"""What a plan is made from: the house as it is believed to be, what comes, what can be done, and what it is worth.

Plain numbers in kilowatts, kelvins, hours: whoever fills them in has learned them from the house (`sumika.ecu`), and
the planner knows nothing of sensors, protocols or the building's physics. Arrays named (step, ...) have one row per
step of the grid; states are told at the beginning of each step, and at the end of the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema.worth import from_yen

Array = NDArray[np.float64]

OVER_GRID_YEN_PER_KWH = 1e3
"""Of what neither the grid nor the house can give: far above every price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The steps of a plan: quarters of an hour first, hours later.

    Attributes:
        begin_unix_s: (step,) when each begins.
        hours: (step,) how long each is.
        kind: (step,) 0 for the short steps, 1 for the long ones: which transition holds.
    """

    begin_unix_s: Array
    hours: Array
    kind: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many steps."""
        return len(self.hours)

    @classmethod
    def ahead(cls, now_unix_s: float, *, short: int = 48, long: int = 36) -> "Grid":
        """Return the grid from now on: `short` quarters of an hour, then `long` hours.

        Args:
            now_unix_s: Its beginning.
            short: How many quarters.
            long: How many hours.
        """
        hours = np.concatenate([np.full(short, 0.25), np.full(long, 1.0)])
        begin = now_unix_s + 3600.0 * np.concatenate([[0.0], np.cumsum(hours)[:-1]])
        return cls(begin_unix_s=begin, hours=hours, kind=np.repeat(np.array([0, 1], np.int64), [short, long]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A linear system that controls act on: the heat of the house, or something in its air.

    Attributes:
        name: "heat", or a quantity of the air.
        start: (state,) now.
        transition: (kind, state, state) over a step of each kind: of a length, or of a length and a way of living.
        response: (kind, state, state) to what drives each state, over a step of each kind.
        drive: (step, state) what drives it without any control.
        scale: Its unit is divided by this in the optimisation, so that all numbers are about 1.
        steps: It is followed for so many steps only, what forgets soon; 0: for all.
        kind: (step,) which transition holds, where that is more than the length of the step; None: the grid's.
    """

    name: str
    start: Array
    transition: Array
    response: Array
    drive: Array
    scale: float = 1.0
    steps: int = 0
    kind: NDArray[np.int64] | None = None

    def kinds(self, grid: Grid) -> NDArray[np.int64]:
        """Return (step,) which transition holds.

        Args:
            grid: Of the plan.
        """
        return grid.kind if self.kind is None else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinge:
    """A soft limit that costs from there on: comfort, stale air, damp.

    Attributes:
        name: What it is about.
        carried: Which system.
        room: For people.
        weights: (state,) what of the states it looks at: their weighted sum.
        limit: (step,) at the end of each step.
        above: Whether more than the limit costs; else less does.
        cost_per_h: (step,) money per hour and unit beyond it; 0 where nobody is.
    """

    name: str
    carried: str
    room: str
    weights: Array
    limit: Array
    above: bool
    cost_per_h: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something that can be told how much: a heat pump's heat, a fan's air, a blind, a humidifier.

    Attributes:
        device: Its id.
        name: What of it: heat_kw, cool_kw, level, closed, on.
        low: (step,) least.
        high: (step,) most.
        acts: By system: (step, state) or (state,) what one unit of it drives there.
        power_kw: (piece, step, 2) electric power is at least slope * control + offset for every piece.
        cost_per_h: (step,) money an hour and unit besides energy: noise, wear.
        change_cost: Money for each unit of change from step to step.
        now: What it is now, for the cost of changing it.
    """

    device: str
    name: str
    low: Array
    high: Array
    acts: Mapping[str, Array]
    power_kw: Array
    cost_per_h: Array
    change_cost: float = 0.0
    now: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Energy that can be kept: a battery, a car, a tank of hot water.

    Attributes:
        device: Its id.
        start_kwh: In it now.
        least_kwh: (step + 1,) below it something is missing: softly, at `missing_cost`.
        most_kwh: It holds.
        charge_kw: (step,) most that goes in, at its terminals.
        discharge_kw: (step,) most that comes out, at its terminals; 0: it only gives what is drawn.
        charge_gain: (step,) kWh kept for each kWh taken from the mains: efficiency, or a heat pump's.
        discharge_gain: kWh given for each kWh taken out.
        drawn_kw: (step,) taken out whatever is planned: baths, driving.
        keeps: (kind,) share of it that is left after a step.
        end_value: Money for each kWh that is left at the end.
        missing_cost: Money for each kWh and hour below the least; or (step,) at the end of each step.
        wear_cost: Money for each kWh that goes in or out.
        surplus_only_kw: Power below which its machine does not run; 0: any.
    """

    device: str
    start_kwh: float
    least_kwh: Array
    most_kwh: float
    charge_kw: Array
    discharge_kw: Array
    charge_gain: Array
    discharge_gain: float = 1.0
    drawn_kw: Array
    keeps: tuple[float, float] = (1.0, 1.0)
    end_value: float = 0.0
    missing_cost: float | Array = 1000.0
    wear_cost: float = 0.0
    surplus_only_kw: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that one plan needs.

    Attributes:
        grid: Its steps.
        currency: Of all money.
        carried: Heat and air.
        hinges: What costs beyond its limit.
        controls: What can be told how much.
        stores: What keeps energy.
        load_kw: (step,) what the house draws whatever is planned.
        solar_kw: (step,) of the roof.
        price: (step,) of a kWh taken, carbon in it where that is wished.
        feed_in: (step,) for a kWh given.
        gas_price: Of a kWh of gas or oil.
        grid_kw: Most that can be taken or given.
        dim_per_h: (step,) money an hour for light that people lack, whatever is planned.
        people: (step, room) expected, for reasons.
        rooms: Names of rooms, in order.
        notes: What is missing or doubtful, for people: "no forecast for 9 h", "sensor of the bedroom is stuck".
    """

    grid: Grid
    currency: str
    carried: tuple[Carried, ...]
    hinges: tuple[Hinge, ...]
    controls: tuple[Control, ...]
    stores: tuple[Store, ...]
    load_kw: Array
    solar_kw: Array
    price: Array
    feed_in: Array
    gas_price: float = 0.0
    grid_kw: float = 15.0
    dim_per_h: Array = field(default_factory=lambda: np.zeros(1))
    people: Array = field(default_factory=lambda: np.zeros((0, 0)))
    rooms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def over_grid_per_kwh(self) -> float:
        """What a kWh costs that neither the grid nor the house can give."""
        return from_yen(OVER_GRID_YEN_PER_KWH, self.currency)
