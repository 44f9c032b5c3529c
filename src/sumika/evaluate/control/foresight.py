"""Perfect foresight: the best that anybody could have done with a house in days that are known beforehand.

The same days are lived again and again (they are the same each time: a world with its seed). Each time one plan is made
for all of them at once, with the weather, the prices, the people and their comfort as they really were in the life
before; what the house did otherwise than the plan's linear model said is a correction of the next plan (iterative
learning control: S. Arimoto, J. Robotic Systems 1, 1984). What it cost is always what it cost in the world, never what
a plan said, and the cheapest life counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.ecu import Ecu, Measurements
from sumika.ecu.air_controls import Nominal
from sumika.ecu.situating import Situating
from sumika.ecu.stores import WATER_KWH_L_K
from sumika.evaluate.control.arena import Arena, Controller
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.diary import Diary, joined
from sumika.evaluate.control.forecasts import Forecast, Forecaster
from sumika.evaluate.control.known import TrueRoutine, TrueUsage
from sumika.evaluate.control.lived import QUARTER_S, Lived, lived
from sumika.evaluate.control.weeks import Week
from sumika.plan.problem import Planned, plan
from sumika.plan.situation import Grid, Hinge, Situation, Store
from sumika.schema import Command
from sumika.schema.house import Device
from sumika.schema.worth import worth_of
from sumika.world.devices.controlled import controlled_devices

Array = NDArray[np.float64]

LIVES = 7
"""After so many nothing gets better any more."""

AFTER_DAYS = 1.0
"""So far a plan looks beyond the days that are scored: nobody may run a house down on its last evening."""

STEADIED_QUARTERS = 12
"""Over so many quarters is taken as a mean what a store did otherwise than planned: a machine runs or it does not."""

_SOLVES_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """One life of the days: how it was planned, how it was.

    Attributes:
        truth: As it was.
        states: By system: (quarter + 1, state) as the plan's model had it; as it was, where nothing was planned.
        lost_kw: By store: (quarter,) what it lost besides what its model says.
        cost: Of the scored days.
    """

    truth: Lived
    states: Mapping[str, Array] = field(repr=False)
    lost_kw: Mapping[str, Array] = field(repr=False)
    cost: float


class WithForesight:
    """A controller that knows the days to come; it follows the one plan that did best in them."""

    def __init__(self, ecu: Ecu, planned: Planned | None = None) -> None:
        """Take a controller that knows the house, and the plan that it will follow."""
        self.ecu, self.planned = ecu, planned

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says."""
        self.ecu.observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what the plan for all the days says now."""
        if self.planned is None:
            return ()
        self.ecu.follow(self.planned)
        return self.ecu.commands()


class _Days:
    """The days that are known: they can be lived as often as one likes."""

    def __init__(self, arena: Arena, week: Week) -> None:
        self.arena, self._week, self._days = arena, week, arena.span.days
        self.quarters = round((self._days + AFTER_DAYS) * 86_400.0 / QUARTER_S)
        self.worth = worth_of(arena.house.control, arena.world.meter.currency)
        self.controlled = controlled_devices(arena.world.house)

    def begin(self, *learners: Controller) -> Arena:
        """Return a house at the beginning of these days, looked at by learners while a thermostat ran it."""
        twin = Arena(self.arena.described, perfect_forecast=True)
        if self.arena.span.warm_up_days:
            twin.run(self._simple(twin), self.arena.span.warm_up_days, learners=learners)
        return twin

    def _simple(self, twin: Arena) -> Controller:
        return FAMILIES["thermostat"].make(twin.house, tuned_settings(self._week.name, "thermostat"))

    def first(self, watcher: Controller) -> Lived:
        """Live them under a thermostat that a watcher looks at; return what was so."""
        twin = self.begin(watcher)
        return self.live(twin, self._simple(twin), watcher)[0]

    def live(self, twin: Arena, controller: Controller, *learners: Controller) -> tuple[Lived, Diary, float]:
        """Live them; return what was so in all of them, the diary, and what the scored ones cost."""
        scored = twin.run(controller, self._days, learners=learners)
        after = twin.run(controller, AFTER_DAYS, learners=learners)
        diary = joined(scored, after)
        return lived(diary, self.worth, self.controlled), diary, cost_of(scored, self.worth).total


def with_foresight(arena: Arena, week: Week, lives: int = LIVES) -> WithForesight:
    """Return a controller that knows the days to come in an arena: it has lived them several times.

    Args:
        arena: That will be lived in; it is left alone.
        week: The scenario.
        lives: How often they are lived.
    """
    days = _Days(arena, week)
    watcher = WithForesight(_knowing(arena))
    watcher.ecu.learns = True
    truth = days.first(watcher)
    watcher.ecu.belief.learn(rounds=12)
    life = _Life(truth=truth, states=_as_it_was(watcher.ecu, truth), lost_kw={}, cost=np.inf)
    best: tuple[float, Planned] | None = None
    for _ in range(lives):
        planned, life = _live_again(days, watcher.ecu, life)
        if best is None or life.cost < best[0]:
            best = (life.cost, planned)
    assert best is not None
    return WithForesight(_like(arena, watcher.ecu), best[1])


def _knowing(arena: Arena) -> Ecu:
    ecu = Ecu(arena.house, currency=arena.world.meter.currency, plans_every_s=QUARTER_S)
    ecu.routine, ecu.usage = TrueRoutine(arena.world), TrueUsage(arena.world)
    ecu.learns = False
    return ecu


def _like(arena: Arena, learned: Ecu) -> Ecu:
    """Return a controller that knows the house as another one has learned it."""
    ecu = _knowing(arena)
    ecu.belief.theta, ecu.belief.air_theta = learned.belief.theta, learned.belief.air_theta
    ecu.belief.learned_days = learned.belief.learned_days
    return ecu


def _as_it_was(ecu: Ecu, truth: Lived) -> dict[str, Array]:
    """Return what was so as states of the model: where nothing was planned yet it is taken to be right."""
    place = [truth.rooms.index(room) for room in ecu.belief.outline.rooms]
    ends = {name: values[:, place] for name, values in truth.ends.items()}
    heat = np.concatenate([ends["heat"], ends["radiant"], ends["radiant"]], axis=1)
    states = {"heat": heat, **{name: ends[name] for name in ("co2", "humidity", "pm2_5")}}
    return {name: np.concatenate([values[:1], values]) for name, values in states.items()}


def _live_again(days: _Days, learned: Ecu, before: _Life) -> tuple[Planned, _Life]:
    """Plan all days with what was so in the life before, and live them; return the plan and how it was."""
    ecu = _like(days.arena, learned)
    follower = WithForesight(ecu)
    twin = days.begin(follower)
    steps = np.full(days.quarters, QUARTER_S)
    grid = Grid(
        begin_unix_s=twin.at.wall_ns / 1e9 + np.concatenate([[0.0], np.cumsum(steps)[:-1]]),
        hours=steps / 3600.0,
        kind=np.zeros(days.quarters, np.int64),
    )
    forecast = Forecaster(twin.world, perfect=True).now(steps)
    situating = ecu.situate(forecast, grid)
    known = _with_truth(situating, before, ecu)
    planned = plan(known, limit_s=_SOLVES_S)
    follower.planned = _as_felt(planned, before, ecu)
    truth, diary, cost = days.live(twin, follower)
    lost_kw = _lost(planned, diary, before.lost_kw, ecu)
    return follower.planned, _Life(truth=truth, states=planned.states, lost_kw=lost_kw, cost=cost)


def _with_truth(situating: Situating, before: _Life, ecu: Ecu) -> Situation:
    """Return the situation of all days with everything in it that the life before has taught."""
    truth = before.truth
    place = [truth.rooms.index(room) for room in ecu.belief.outline.rooms]
    was = {name: values[:, place] for name, values in truth.ends.items()}
    around = Nominal(
        air_c=was["heat"],
        outdoor_c=situating.inputs.ahead.outdoor_c,
        quantities={name: (was[name], outside) for name, (_, outside) in situating.unplanned().quantities.items()},
    )
    situation = situating.situation(around)
    return replace(
        situation,
        carried=tuple(replace(one, steps=0) for one in situation.carried),
        hinges=_hinges(ecu, before),
        stores=tuple(_with_losses(store, before.lost_kw) for store in situation.stores),
        load_kw=truth.load_kw,
        solar_kw=truth.solar_kw,
    )


def _hinges(ecu: Ecu, before: _Life) -> tuple[Hinge, ...]:
    """Return every limit where the model has to go: from where it was in the life before, as far as was missing."""
    rooms, index = ecu.belief.thermal.rooms, ecu.belief.outline.index
    found = []
    for limit in before.truth.limits:
        if not (limit.cost_per_h > 0.0).any():
            continue
        room = index[limit.room]
        weights = np.zeros(before.states[limit.carried].shape[1])
        if limit.carried == "heat":
            weights[room] = weights[rooms + room] = 0.5
        else:
            weights[room] = 1.0
        found.append(
            Hinge(
                name=limit.name,
                carried=limit.carried,
                room=limit.room,
                weights=weights,
                limit=before.states[limit.carried][1:] @ weights + limit.away,
                above=limit.above,
                cost_per_h=limit.cost_per_h,
            )
        )
    return tuple(found)


def _as_felt(planned: Planned, before: _Life, ecu: Ecu) -> Planned:
    """Return a plan with the temperatures that rooms will really have: thermostats are told those."""
    rooms = ecu.belief.thermal.rooms
    place = [before.truth.rooms.index(room) for room in ecu.belief.outline.rooms]
    states = planned.states["heat"].copy()
    states[1:, :rooms] += before.truth.ends["heat"][:, place] - before.states["heat"][1:, :rooms]
    return replace(planned, states={**planned.states, "heat": states})


def _with_losses(store: Store, lost_kw: Mapping[str, Array]) -> Store:
    lost = lost_kw.get(store.device)
    return store if lost is None else replace(store, drawn_kw=store.drawn_kw + lost)


def _lost(planned: Planned, diary: Diary, before: Mapping[str, Array], ecu: Ecu) -> dict[str, Array]:
    """Return what each store loses besides what its own model says, as all lives so far have taught."""
    found = {}
    for device in ecu.house.devices:
        if device.id not in planned.stored_kwh:
            continue
        off = _held_kwh(diary, device, ecu.mains_c) - planned.stored_kwh[device.id][1:]
        side = STEADIED_QUARTERS // 2
        steady = np.convolve(np.pad(off, (side, side - 1), mode="edge"), _MEAN, mode="valid")
        rate = -np.diff(np.concatenate([[0.0], steady])) / planned.situation.grid.hours
        found[device.id] = before.get(device.id, np.zeros(len(rate))) + rate
    return found


def _held_kwh(diary: Diary, device: Device, mains_c: float) -> Array:
    """Return (quarter,) what a store held at the end of each."""
    every = slice(round(QUARTER_S / diary.step_s) - 1, None, round(QUARTER_S / diary.step_s))
    said = diary.settings
    if device.kind == "heat_pump_water_heater":
        hot_l, hot_c = said[device.id, "hot_water_l"][every], said[device.id, "tank_c"][every]
        return np.asarray(WATER_KWH_L_K * hot_l * np.maximum(hot_c - mains_c, 0.0))
    held = "capacity_kwh" if device.kind == "battery" else "car_kwh"
    return np.asarray(said[device.id, "charge"][every] * rating(device, held))


_MEAN = np.full(STEADIED_QUARTERS, 1.0 / STEADIED_QUARTERS)
