"""Tuning of simple controllers: a grid for every knob, searched knob after knob until none helps, on its own seeds.

A full grid of a dozen knobs would take years; knobs that hardly move each other (temperatures of living rooms and
bedrooms, fresh air, humidity) are found one after the other, and a second round finds what the first moved.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines.families import COOLING, FAMILIES, GRID, HEATING, Family
from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.presence import PresenceSource
from sumika.evaluate.control.weeks import TUNING_SEEDS, Week
from sumika.schema.house import House
from sumika.schema.worth import worth_of

ROUNDS = 2
TUNED_DAYS, SETTLES_DAYS = 3.0, 1
LEARNS_DAYS = 3
"""A controller that learns is tuned after so many days."""

_SHORT = 4
"""A grid of no more values is tried as a whole."""

_EQUIPMENT: Mapping[str, tuple[str, ...]] = {
    "floor_supply_c": ("floor_heating",),
    "moisten_below": ("humidifier",),
    "moisten_always": ("humidifier",),
    "clean_level": ("air_purifier",),
    "ventilation": ("balanced_ventilation", "exhaust_fan"),
    "shade_above_c": ("blind",),
    "water_from_h": ("heat_pump_water_heater",),
    "store_from_h": ("battery",),
}
_ONLY_SET_BACK = frozenset({"day_from_h", "day_to_h", "bed_from_h", "bed_to_h", "likely", "lead_h", "leaves_on_s"})
_SEASONS: Mapping[str, tuple[str, ...]] = {"winter": COOLING, "summer": HEATING}
"""What does nothing in a season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What tuning found.

    Attributes:
        family: Of the controller.
        settings: The best.
        cost: Total of them on the tuning seeds, a mean.
        tried: Every trial: knob, value, cost.
    """

    family: str
    settings: Settings
    cost: float
    tried: tuple[tuple[str, float, float], ...] = field(repr=False)


def knobs_for(family: Family, week: Week, house: House) -> tuple[str, ...]:
    """Return the knobs that do something in a week and a house."""
    kinds = {device.kind for device in house.devices}
    idle = _SEASONS.get(week.season, ())
    return tuple(
        knob
        for knob in family.knobs
        if knob not in idle and (knob not in _EQUIPMENT or kinds.intersection(_EQUIPMENT[knob]))
    )


def trial_cost(
    family: Family,
    week: Week,
    settings: Settings,
    *,
    seeds: Sequence[int] = TUNING_SEEDS,
    days: float = TUNED_DAYS,
    presence: PresenceSource = PresenceSource.TRUTH,
) -> float:
    """Return the mean total cost of a controller with some settings.

    Args:
        family: Of the controller.
        week: The scenario.
        settings: Its knobs.
        seeds: Of weather, people and prices.
        days: How long is scored.
        presence: What it is told of where people are.
    """
    settles = LEARNS_DAYS if family.name == "schedule" else SETTLES_DAYS
    total = 0.0
    for seed in seeds:
        arena = Arena(week.house(seed, warm_up_days=settles), presence=presence, seed=seed)
        controller = family.make(arena.house, settings)
        arena.run(controller, settles)
        diary = arena.run(controller, days)
        total += cost_of(diary, worth_of(arena.house.control, diary.currency)).total
    return total / len(seeds)


def tune(
    family: Family,
    week: Week,
    begin: Settings,
    *,
    score: Callable[[Settings], float] | None = None,
    knobs: Sequence[str] | None = None,
    rounds: int = ROUNDS,
    say: Callable[[str], None] = lambda line: None,
) -> Tuned:
    """Find the best settings of a family for a week.

    Args:
        family: Of the controller.
        week: The scenario.
        begin: Where the search begins.
        score: Gives the cost of settings; None: that of `trial_cost`.
        knobs: Which are turned; None: those that do something there.
        rounds: How often every knob is turned at most; it ends when a round changed nothing.
        say: Takes a line of progress.
    """
    cost_at = score if score is not None else lambda one: trial_cost(family, week, one)
    turned = knobs_for(family, week, week.house(TUNING_SEEDS[0])) if knobs is None else tuple(knobs)
    known: dict[Settings, float] = {}
    tried: list[tuple[str, float, float]] = []

    def cost(settings: Settings) -> float:
        if settings not in known:
            known[settings] = cost_at(settings)
        return known[settings]

    best = begin
    for _ in range(rounds):
        before = best
        for knob in turned:
            if _idle(best, knob):
                continue
            costs = _along(GRID[knob], getattr(best, knob), partial(_cost_with, cost, best, knob))
            tried += [(knob, value, found) for value, found in costs.items()]
            best = _with(best, knob, min(costs, key=lambda value: costs[value]))
            say(f"{family.name} {knob}: " + ", ".join(f"{value:g}={found:.0f}" for value, found in costs.items()))
        if best == before:
            break
    return Tuned(family=family.name, settings=best, cost=cost(best), tried=tuple(tried))


def _cost_with(cost: Callable[[Settings], float], settings: Settings, knob: str, value: float) -> float:
    return cost(_with(settings, knob, value))


def _idle(settings: Settings, knob: str) -> bool:
    """Return whether a knob does nothing because nothing is set back."""
    return settings.set_back_k == 0.0 and knob in _ONLY_SET_BACK


def _with(settings: Settings, knob: str, value: float) -> Settings:
    return replace(settings, **{knob: value})


def _along(grid: Sequence[float], begin: float, cost: Callable[[float], float]) -> dict[float, float]:
    """Return the costs along a grid: of all of a short one, else downhill from where it begins, to both sides first."""
    values = sorted({*grid, begin})
    if len(values) <= _SHORT:
        return {value: cost(value) for value in values}
    place = values.index(begin)
    costs = {value: cost(value) for value in values[max(0, place - 1) : place + 2]}
    while True:
        best = values.index(min(costs, key=lambda value: costs[value]))
        new = [value for value in values[max(0, best - 1) : best + 2] if value not in costs]
        if not new:
            return dict(sorted(costs.items()))
        costs.update({value: cost(value) for value in new})


def tune_all(week: Week, say: Callable[[str], None] = lambda line: None) -> dict[str, Tuned]:
    """Tune every family for a week, each from the best of the family it grew out of.

    Args:
        week: The scenario.
        say: Takes a line of progress.
    """
    found: dict[str, Tuned] = {}
    for name, family in FAMILIES.items():
        begin = found[family.begins_with].settings if family.begins_with else Settings()
        found[name] = tune(family, week, begin, rounds=ROUNDS if not family.begins_with else 1, say=say)
    return found
