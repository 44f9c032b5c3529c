"""When to start a machine that runs once and whole: a washing machine, a dishwasher, a dryer.

Its load can only be moved as a whole, so every start that is in time is weighed. What the rest of the house costs is
convex in the load that it must bear: a plan that was solved tells exactly what one start costs, and by the worth of a
kWh in each of its steps a bound from below for every other one (the supporting plane; J. F. Benders, Numer. Math. 4,
1962, 238-252). What it costs if nothing else answers to the load is a bound from above. A start whose lower bound lies
above what is known already needs no plan of its own, and the likeliest is tried first: some plans find the best of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sumika.plan.account import account_of
from sumika.plan.problem import Planned, plan
from sumika.plan.situation import Grid, Situation
from sumika.plan.solver import PlanError

Array = NDArray[np.float64]

MOST_PLANS = 4
"""So many plans are solved for one machine at most; then the best start that is known is taken, and a quarter of an
hour later it is asked again."""

WORTH_A_PLAN = 0.01
"""A start that might be better by less than this share of what the run costs is not worth another plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is to be placed.

    Attributes:
        device: Its id.
        starts: (start,) in which steps it can begin, the first one being now.
        load_kw: (start, step) what it draws in each step.
        other_cost: (start,) money besides energy: noise, waiting.
    """

    device: str
    starts: tuple[int, ...]
    load_kw: Array
    other_cost: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A run that was placed.

    Attributes:
        device: Its id.
        step: In which it begins.
        saves: How much less that costs than to begin now, all counted; 0 where it begins now.
        load_kw: (step,) what it draws.
        gap: How much better another start might be at most, that was not looked at for want of time; 0: none is.
    """

    device: str
    step: int
    saves: float
    load_kw: Array
    gap: float


def run_of(
    device: str, grid: Grid, power_kw: float, run_h: float, latest_end_h: float, cost_per_h: Array, wait_per_h: float
) -> Run:
    """Return a run with every start that is in time; where none is any more, it begins now.

    Args:
        device: Its id.
        grid: Of the plan.
        power_kw: That it draws while it runs, as a mean.
        run_h: How long it runs.
        latest_end_h: When it is to be done, hours from the grid's beginning.
        cost_per_h: (step,) money an hour while it runs, besides energy.
        wait_per_h: Money an hour of waiting: what costs the same is done at once.
    """
    begins = (grid.begin_unix_s - grid.begin_unix_s[0]) / 3600.0
    ends = begins + grid.hours
    last_h = min(latest_end_h, float(ends[-1]))
    starts = [0, *(int(step) for step in range(1, len(grid)) if begins[step] + run_h <= last_h + 1e-9)]
    inside = np.array(
        [np.clip(np.minimum(ends, begins[one] + run_h) - np.maximum(begins, begins[one]), 0.0, None) for one in starts]
    )
    return Run(
        device=device,
        starts=tuple(starts),
        load_kw=power_kw * inside / grid.hours,
        other_cost=inside @ cost_per_h + wait_per_h * begins[starts],
    )


def place(situation: Situation, runs: Sequence[Run], *, limit_s: float = 10.0) -> tuple[Planned, tuple[Placed, ...]]:
    """Return the best plan with all runs in it, and where they were placed, one after another.

    Args:
        situation: Without them.
        runs: The heaviest is placed first.
        limit_s: The solver gives up after so long, each time.

    Raises:
        PlanError: if there is no plan within the time.
    """
    ordered = sorted(runs, key=lambda one: -float(one.load_kw[0].sum()))
    if not ordered:
        return plan(situation, limit_s=limit_s), ()
    placed: dict[str, Placed] = {}
    # Whoever was placed before another one is asked again where that has gone.
    for run in (*ordered, *ordered[:-1]):
        others = sum((one.load_kw for name, one in placed.items() if name != run.device), np.zeros(len(situation.grid)))
        before = placed.get(run.device)
        planned, found = _place(replace(situation, load_kw=situation.load_kw + others), run, before, limit_s)
        placed[run.device] = found
    return planned, tuple(placed.values())


def _place(situation: Situation, run: Run, before: Placed | None, limit_s: float) -> tuple[Planned, Placed]:
    """Return the best plan with one run, and where it lies; tried first: where it lay before, else now."""
    hours = situation.grid.hours
    least, most = np.full(len(run.starts), -np.inf), np.full(len(run.starts), np.inf)
    known: dict[int, Planned] = {}
    trial = 0 if before is None else run.starts.index(before.step)
    while trial not in known and len(known) < MOST_PLANS:
        try:
            planned = plan(replace(situation, load_kw=situation.load_kw + run.load_kw[trial]), limit_s=limit_s)
        except PlanError:
            if not known:
                raise
            break  # what is known stands
        known[trial] = planned
        cost = account_of(planned).total + float(run.other_cost[trial])
        other = run.other_cost - run.other_cost[trial]
        away = (run.load_kw - run.load_kw[trial]) @ (planned.worth_per_kwh * hours)
        least = np.maximum(least, cost + away + other)
        most = np.minimum(most, cost + _unanswered(planned, run.load_kw - run.load_kw[trial]) + other)
        least[trial] = most[trial] = cost
        # What might be better by more than it takes to find out, the likeliest first.
        open_ = least < most.min() - WORTH_A_PLAN * max(float(run.load_kw[0] @ (situation.price * hours)), 0.0)
        open_[list(known)] = False
        trial = int(np.argmin(np.where(open_, 0.5 * (least + most), np.inf))) if open_.any() else int(np.argmin(most))
    best = min(known, key=lambda one: float(most[one]))
    return known[best], Placed(
        device=run.device,
        step=run.starts[best],
        saves=float(most[0] - most[best]) if before is None else max(before.saves, float(least[0] - most[best])),
        load_kw=run.load_kw[best],
        gap=max(0.0, float(most[best] - least.min())),
    )


def _unanswered(planned: Planned, more_kw: Array) -> Array:
    """Return (start,) what it costs more if nothing else of a plan answers to other loads.

    Args:
        planned: Which.
        more_kw: (start, step) than in the plan.
    """
    situation = planned.situation
    changed = planned.taken_kw - planned.given_kw + more_kw
    cost = np.maximum(changed, 0.0) * situation.price - np.maximum(-changed, 0.0) * situation.feed_in
    before = planned.taken_kw * situation.price - planned.given_kw * situation.feed_in
    return np.asarray((cost - before) @ situation.grid.hours)
