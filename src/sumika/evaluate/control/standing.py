"""Where our controller stands: between the best simple one of each week and perfect foresight, and what sensing brings.

A week takes minutes, for a plan takes a good part of a second, and foresight lives it again and again: it is compared
with in two weeks, the simple controllers in six of all seasons and climates, with one seed.
`sumika evaluate control --all` gives the whole table.
"""

import sys
from collections.abc import Sequence

from sumika.evaluate.control.baselines import FAMILIES
from sumika.evaluate.control.compare import Plan, Run, compare
from sumika.evaluate.control.contenders import CONTENDERS
from sumika.evaluate.control.gaps import sensing_value, worse_by
from sumika.evaluate.control.ours import enter_ours
from sumika.evaluate.control.summary import gap_closed_by, worst_scenario_of
from sumika.evaluate.control.weeks import QUICK
from sumika.evaluate.figure import Evidence, Figure

WEEKS, DAYS, SEED = QUICK[:2], 2.0, 11
"""In which ours is compared with all others."""

BESIDE_SIMPLE = ("winter_sapporo", "spring_sapporo", "rainy_naha", "summer_naha")
"""In which it is compared with the simple controllers too."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of a comparison; only when `full`, for it takes the better part of an hour."""
    if not full:
        return {}
    if "ours" not in CONTENDERS:
        enter_ours()
    simple, others = (*FAMILIES, "ours"), ("forecast", "foresight", "perceives", "blind")
    runs = _lived(WEEKS, (*simple, *others)) + _lived(BESIDE_SIMPLE, simple)
    return figures_of(runs)


def _lived(weeks: Sequence[str], names: Sequence[str]) -> list[Run]:
    plan = Plan(weeks=tuple(weeks), controllers=tuple(names), seeds=(SEED,), days=DAYS, processes=2)
    return list(compare(plan))


def figures_of(every: Sequence[Run]) -> dict[str, Figure]:
    """Return the figures of a comparison of the simple controllers and ours.

    Args:
        every: In some weeks of all, in others of the simple ones and ours.
    """
    week, worst = worst_scenario_of(every, "ours")
    bounded = {run.week for run in every if run.controller == "foresight"}
    runs = [run for run in every if run.week in bounded]
    sums = {name: _sum(runs, name) for name in ("ours", "forecast", "foresight", "perceives", "blind")}
    detail: dict[str, float | str] = {f"{run.week}, {run.controller}": round(run.cost.total, 1) for run in every}
    found = {
        "worst_scenario": Figure(value=worst, unit="1", evidence=Evidence.SIMULATION, detail={"week": week, **detail}),
        "sensing_value": Figure(
            value=sensing_value(sums["blind"], sums["perceives"], sums["ours"]),
            unit="1",
            evidence=Evidence.SIMULATION,
            detail={name: round(cost, 1) for name, cost in sums.items()},
        ),
    }
    if sums["foresight"] >= min(sums["ours"], sums["forecast"]):
        # What is meant to bound everybody and does not is no bound: nothing is measured against it.
        print(
            "control: foresight was not the cheapest; gap_closed and gap_perfect_forecast are left out", file=sys.stderr
        )
        return found
    closed = gap_closed_by(runs, "ours", "foresight")
    over = worse_by(sums["forecast"], sums["foresight"], abs(sums["foresight"]))
    return {
        **found,
        "gap_closed": Figure(value=closed.mean, unit="1", evidence=Evidence.SIMULATION, detail=detail),
        "gap_perfect_forecast": Figure(value=over, unit="1", evidence=Evidence.SIMULATION),
    }


def _sum(runs: Sequence[Run], name: str) -> float:
    return sum(run.cost.total for run in runs if run.controller == name)
