"""What breaks in the house is found: houses live, something breaks in each of their copies, and our watch is scored.

Every house lives two weeks with nothing broken, and whatever is told meanwhile is a false alarm. At several hours after
the first week everything of `KINDS` breaks in a copy of it, one thing a copy, and the copy lives on until the watch
names it rightly or its time is over. Houses with exchanged sensors have them from their first day on.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sumika.belief.suspicion import Suspicion
from sumika.evaluate.control.breakages import KINDS, Breakage, exchanged
from sumika.evaluate.control.watched_life import WatchedLife
from sumika.evaluate.figure import Evidence, Figure

LEARNS_DAYS, ORDINARY_DAYS = 7, 14
BREAKS_AT_H = (8.0, 13.0, 19.0)
"""Hours of the eighth day; each kind of fault draws one of them."""

EXCHANGED = "sensors exchanged"

HOUSES: tuple[tuple[str, int], ...] = (
    ("winter_tokyo", 71),
    ("summer_tokyo", 72),
    ("winter_sapporo", 73),
    ("spring_sapporo", 74),
)
"""Scenario weeks and seeds that are scored; what the watch does was chosen on other seeds."""

_DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that broke in one house.

    Attributes:
        house: Week and seed.
        kind: What broke.
        hours: Until it was rightly named; None: never.
        first: What was told first of all after it broke; None: nothing.
        is_first_right: Whether that was right.
    """

    house: str
    kind: str
    hours: float | None
    first: Suspicion | None
    is_first_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseScore:
    """What the watch said of one house.

    Attributes:
        house: Week and seed.
        cases: Of what broke.
        false: What was told of it while nothing was broken.
        weeks: How long that was.
    """

    house: str
    cases: tuple[Case, ...]
    false: tuple[Suspicion, ...]
    weeks: float


def score_house(week: str, seed: int, kinds: Sequence[str] = (*KINDS, EXCHANGED)) -> HouseScore:
    """Return what the watch says of a house, whole and broken.

    Args:
        week: Scenario week.
        seed: Of weather, people, and of who is hit.
        kinds: What breaks.
    """
    name, random = f"{week}, {seed}", np.random.default_rng(seed)
    life = WatchedLife(week, seed, warm_up_days=LEARNS_DAYS)
    life.live(LEARNS_DAYS)
    hours = {kind: float(random.choice(BREAKS_AT_H)) for kind in KINDS}
    cases, lived_h = [], 0.0
    for at_h in BREAKS_AT_H:
        life.live((at_h - lived_h) / 24.0)
        lived_h = at_h
        for kind in [one for one in kinds if hours.get(one) == at_h]:
            breakage = KINDS[kind](life.scene(random))
            if breakage is not None:
                cases.append(_case(name, kind, life.copied(), breakage))
    life.live(ORDINARY_DAYS - LEARNS_DAYS - lived_h / 24.0)
    if EXCHANGED in kinds:
        other = WatchedLife(week, seed, warm_up_days=LEARNS_DAYS)
        breakage = exchanged(other.scene(random))
        if breakage is not None:
            cases.append(_case(name, EXCHANGED, other, breakage))
    false = tuple(one.finding.suspicion for one in life.told if not one.finding.recovered)
    return HouseScore(house=name, cases=tuple(cases), false=false, weeks=ORDINARY_DAYS / 7.0)


def _case(house: str, kind: str, life: WatchedLife, breakage: Breakage) -> Case:
    hours, first = life.found_after_h(breakage)
    return Case(
        house=house,
        kind=kind,
        hours=hours,
        first=None if first is None else first.suspicion,
        is_first_right=first is not None and breakage.is_named_by(first.suspicion),
    )


def interval(by_house: Sequence[NDArray[np.float64]]) -> tuple[float, float, float]:
    """Return the mean over everything and its 95 % interval, by bootstrap over houses.

    Args:
        by_house: For each house its values.
    """
    random = np.random.default_rng(0)
    sums = np.array([[values.sum(), len(values)] for values in by_house])
    drawn = sums[random.integers(len(sums), size=(_DRAWS, len(sums)))].sum(axis=1)
    means = drawn[:, 0] / np.maximum(drawn[:, 1], 1.0)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(sums[:, 0].sum() / max(sums[:, 1].sum(), 1.0)), float(low), float(high)


def figures_of(scores: Sequence[HouseScore]) -> dict[str, Figure]:
    """Return the figures of some houses.

    Args:
        scores: Of each.
    """
    found = interval([np.array([float(case.hours is not None) for case in one.cases]) for one in scores])
    told = [[case for case in one.cases if case.first is not None] for one in scores]
    named = interval([np.array([float(case.is_first_right) for case in cases]) for cases in told])
    false = interval([np.array([len(one.false)]) for one in scores])
    per_week = [value / float(np.mean([one.weeks for one in scores])) for value in false]
    hours = [case.hours for one in scores for case in one.cases if case.hours is not None]
    return {
        "faults_found": _figure(found[0], "1", {"low": found[1], "high": found[2], **_by_kind(scores)}),
        "faults_named": _figure(named[0], "1", {"low": named[1], "high": named[2], **_wrong(scores)}),
        "fault_hours": _figure(float(np.median(hours)) if hours else float("nan"), "h", _hours_by_kind(scores)),
        "false_alarms_per_week": _figure(
            per_week[0], "1/week", {"low": per_week[1], "high": per_week[2], **_false(scores)}
        ),
    }


def _figure(value: float, unit: str, detail: Mapping[str, float | str]) -> Figure:
    rounded = {name: round(one, 3) if isinstance(one, float) else one for name, one in detail.items()}
    return Figure(value=value, unit=unit, evidence=Evidence.SIMULATION, detail=rounded)


def _of_kinds(scores: Sequence[HouseScore]) -> dict[str, list[Case]]:
    kinds: dict[str, list[Case]] = {}
    for case in [case for one in scores for case in one.cases]:
        kinds.setdefault(case.kind, []).append(case)
    return kinds


def _by_kind(scores: Sequence[HouseScore]) -> dict[str, str]:
    return {
        kind: f"{sum(case.hours is not None for case in cases)} of {len(cases)}"
        for kind, cases in _of_kinds(scores).items()
    }


def _hours_by_kind(scores: Sequence[HouseScore]) -> dict[str, float]:
    return {
        kind: float(np.median(hours))
        for kind, cases in _of_kinds(scores).items()
        if (hours := [case.hours for case in cases if case.hours is not None])
    }


def _wrong(scores: Sequence[HouseScore]) -> dict[str, str]:
    return {
        f"{case.kind}, {case.house}": f"{case.first.fault}: {case.first.subject} {case.first.detail}".strip()
        for one in scores
        for case in one.cases
        if case.first is not None and not case.is_first_right
    }


def _false(scores: Sequence[HouseScore]) -> Mapping[str, str]:
    counted: dict[str, int] = {}
    for one in scores:
        for suspicion in one.false:
            name = f"{suspicion.fault}: {suspicion.subject} {suspicion.detail}".strip() + f", {one.house}"
            counted[name] = counted.get(name, 0) + 1
    return MappingProxyType({name: str(count) for name, count in counted.items()})


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; only when `full`, for a house takes minutes."""
    if not full:
        return {}
    scores = []
    for week, seed in HOUSES:
        print(f"faults: {week}, {seed}", file=sys.stderr)
        scores.append(score_house(week, seed))
    return figures_of(scores)
