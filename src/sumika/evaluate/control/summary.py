"""What a comparison says: means over seeds with intervals, and the best simple controller of each week."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sumika.evaluate.control.compare import Run
from sumika.evaluate.control.gaps import best_simple, gap_closed, interval_over_seeds, worst_scenario

Quantity = Callable[[Run], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean over seeds.

    Attributes:
        mean: Over all seeds.
        low: Lower end of its 95 % interval; NaN with one seed.
        high: Upper end.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one controller did in one week.

    Attributes:
        week: Its name.
        controller: Its name.
        simple: Whether it is one of the simple ones.
        best: Whether it is the best simple one of that week.
        runs: One for each seed.
    """

    week: str
    controller: str
    simple: bool
    best: bool
    runs: tuple[Run, ...]

    def spread(self, quantity: Quantity) -> Spread:
        """Return the mean of a quantity over the seeds, with its interval."""
        values = np.array([quantity(run) for run in self.runs])
        low, high = interval_over_seeds(partial(_mean_of, values), len(values))
        return Spread(mean=float(values.mean()), low=low, high=high)


def total(run: Run) -> float:
    """Return the total cost of a run."""
    return run.cost.total


def lines_of(runs: Sequence[Run]) -> tuple[Line, ...]:
    """Return one line for each week and controller, in the order in which they come."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.week, run.controller), []).append(run)
    best = {week: best_simple(costs) for week, costs in _simple_costs(runs).items()}
    return tuple(
        Line(
            week=week,
            controller=controller,
            simple=several[0].simple,
            best=best.get(week) == controller,
            runs=tuple(several),
        )
        for (week, controller), several in grouped.items()
    )


def gap_closed_by(runs: Sequence[Run], ours: str, foresight: str, quantity: Quantity = total) -> Spread:
    """Return the share of the gap from the best simple controller of each week to foresight that ours closes.

    Costs are summed over the weeks; the interval is over seeds, which are drawn for all weeks together.

    Args:
        runs: Of simple controllers, ours and foresight, all with the same weeks and seeds.
        ours: Name of ours.
        foresight: Name of the one with perfect foresight.
        quantity: What is compared: the total cost.

    Raises:
        ValueError: if a run is missing.
    """
    seeds = tuple(sorted({run.seed for run in runs}))
    simple = _best_simple_sums(runs, seeds, quantity)
    sums = {name: _sums(runs, name, seeds, quantity) for name in (ours, foresight)}
    statistic = partial(_gap_of, simple, sums[ours], sums[foresight])
    low, high = interval_over_seeds(statistic, len(seeds))
    return Spread(mean=statistic(range(len(seeds))), low=low, high=high)


def worst_scenario_of(runs: Sequence[Run], ours: str) -> tuple[str, float]:
    """Return the week in which ours does worst against the best simple controller, and by which share of its cost.

    Raises:
        ValueError: if there is no run of ours or of a simple controller in a week.
    """
    simple = {week: min(float(np.mean(one)) for one in costs.values()) for week, costs in _simple_costs(runs).items()}
    mine: dict[str, list[float]] = {}
    for run in runs:
        if run.controller == ours:
            mine.setdefault(run.week, []).append(run.cost.total)
    return worst_scenario({week: float(np.mean(costs)) for week, costs in mine.items()}, simple)


def _mean_of(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], places: Sequence[int]) -> float:
    return float(values[list(places)].mean())


def _simple_costs(runs: Sequence[Run]) -> dict[str, dict[str, list[float]]]:
    """Return costs by week and simple controller, one for each seed."""
    costs: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        if run.simple:
            costs.setdefault(run.week, {}).setdefault(run.controller, []).append(run.cost.total)
    return costs


def _best_simple_sums(runs: Sequence[Run], seeds: Sequence[int], quantity: Quantity) -> list[float]:
    """Return the cost of the best simple controller of each week, summed over weeks, by seed."""
    best = {week: best_simple(costs) for week, costs in _simple_costs(runs).items()}
    chosen = [run for run in runs if best.get(run.week) == run.controller]
    return _by_seed(chosen, seeds, quantity)


def _sums(runs: Sequence[Run], name: str, seeds: Sequence[int], quantity: Quantity) -> list[float]:
    return _by_seed([run for run in runs if run.controller == name], seeds, quantity)


def _by_seed(runs: Sequence[Run], seeds: Sequence[int], quantity: Quantity) -> list[float]:
    weeks = {run.week for run in runs}
    if len(runs) != len(weeks) * len(seeds):
        raise ValueError(f"{len(runs)} runs are not {len(weeks)} weeks with {len(seeds)} seeds each")
    return [sum(quantity(run) for run in runs if run.seed == seed) for seed in seeds]


def _gap_of(simple: Sequence[float], ours: Sequence[float], foresight: Sequence[float], places: Sequence[int]) -> float:
    sums = [sum(one[place] for place in places) for one in (simple, ours, foresight)]
    return gap_closed(*sums)


def as_mapping(lines: Sequence[Line]) -> dict[str, Mapping[str, object]]:
    """Return total costs by week and controller, for `--json`."""
    found: dict[str, dict[str, object]] = {}
    for line in lines:
        found.setdefault(line.week, {})[line.controller] = line.spread(total)
    return dict(found)
