"""Well-being over weeks, scored on made-up days with and without a change: false alarms, days until it is told.

Day-to-day spread and what counts as a change are typical of grown people at home: resting heart varies by about 2 bpm
from night to night and more in a cold; gait speed by 0.05 m/s, and 0.1 m/s is the change that matters (S. Perera et
al., J. Am. Geriatr. Soc. 54, 2006). Days are missing, wild, and like their neighbours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.belief.well_being import COUNTS, trend
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import Direction, Measure

Array = NDArray[np.float64]

DAYS = 180
CHANGES_ON = 100
HOMES = 200
EVERY_DAYS = 3
MISSING, WILD = 0.15, 0.03
FIRST_SEED = 42_000


@dataclass(frozen=True, slots=True)
class _Usual:
    """How a measure is from day to day.

    Attributes:
        level: Of the first home; others differ.
        levels: Standard deviation from home to home.
        spread: From day to day; of counts: variance in means.
        change: That matters.
        alike: Correlation of neighbouring days.
        wild: How far a wild day is off.
    """

    level: float
    levels: float
    spread: float
    change: float
    alike: float
    wild: float


USUAL = {
    Measure.NIGHT_VISITS: _Usual(1.2, 0.4, 1.4, 1.3, 0.0, 4.0),
    Measure.WALKING_SPEED: _Usual(0.85, 0.12, 0.05, -0.10, 0.2, -0.3),
    Measure.RESTING_HEART: _Usual(60.0, 7.0, 2.0, 4.0, 0.35, 12.0),
    Measure.RESTING_BREATH: _Usual(14.5, 1.5, 0.5, 1.2, 0.35, 4.0),
    Measure.OUT_OF_BED: _Usual(16.0, 0.8, 0.8, -1.5, 0.1, -6.0),
    Measure.SLEEP: _Usual(6.9, 0.6, 0.8, -1.2, 0.1, -3.0),
}


def lived_days(measure: Measure, seed: int, *, changes: bool) -> Array:
    """Return (day,) of one home; NaN where nothing was measured.

    Args:
        measure: Which.
        seed: Of the home.
        changes: Whether its level changes, on day `CHANGES_ON`.
    """
    usual = USUAL[measure]
    random = np.random.default_rng((seed, list(Measure).index(measure), changes))
    level = usual.level + usual.levels * float(np.clip(random.standard_normal(), -2.0, 2.0))
    levels = np.full(DAYS, max(level, 0.3 * usual.level))
    levels[CHANGES_ON:] += usual.change * changes
    if measure in COUNTS:
        shape = levels / (usual.spread - 1.0)
        values = random.poisson(random.gamma(shape, usual.spread - 1.0)).astype(np.float64)
    else:
        noise = random.standard_normal(DAYS)
        for day in range(1, DAYS):
            noise[day] = usual.alike * noise[day - 1] + np.sqrt(1.0 - usual.alike**2) * noise[day]
        values = levels + usual.spread * noise
    values += usual.wild * (random.random(DAYS) < WILD)
    values[random.random(DAYS) < MISSING] = np.nan
    return values


def told_over(measure: Measure, values: Array) -> Iterator[tuple[int, Direction]]:
    """Yield what is told, looking every few days: the day, and which way."""
    ended = np.arange(len(values), dtype=np.float64) * 86_400.0
    for day in range(30, len(values), EVERY_DAYS):
        yield day, trend(measure, ended[: day + 1], values[: day + 1]).direction


def _false_alarms(measure: Measure, seed: int) -> int:
    """Return how often something begins to be told of a home in which nothing changes."""
    told = [
        direction is not Direction.NONE for _, direction in told_over(measure, lived_days(measure, seed, changes=False))
    ]
    return sum(now and not before for now, before in zip(told, [False, *told[:-1]], strict=True))


def _delay_days(measure: Measure, seed: int) -> float | None:
    """Return after how many days a change is told the right way; None: not within the days."""
    wanted = Direction.UP if USUAL[measure].change > 0 else Direction.DOWN
    for day, direction in told_over(measure, lived_days(measure, seed, changes=True)):
        if day >= CHANGES_ON and direction is wanted:
            return float(day - CHANGES_ON)
    return None


def _interval(values: Array) -> tuple[float, float]:
    """Return the 95 % interval of a mean, homes drawn again."""
    drawn = np.random.default_rng(0).choice(values, (2000, len(values))).mean(axis=1)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def measure(full: bool, *, first_seed: int = FIRST_SEED) -> dict[str, Figure]:
    """Score the change-points.

    Args:
        full: Without it nothing is scored: of a few homes there is no interval.
        first_seed: Of the homes; those of development are others.
    """
    if not full:
        return {}
    homes = range(first_seed, first_seed + HOMES)
    years = (DAYS - 30) / 365.0
    detail: dict[str, float | str] = {"homes": float(len(homes))}
    alarms, delays, found = np.zeros(len(homes)), [], []
    for one in Measure:
        false = np.array([_false_alarms(one, seed) for seed in homes], np.float64)
        late = [_delay_days(one, seed) for seed in homes]
        kept = [each for each in late if each is not None]
        alarms += false
        delays.append(float(np.median(kept)) if kept else float(DAYS - CHANGES_ON))
        found.append(len(kept) / len(late))
        detail[f"{one.value} false per year"] = round(float(false.mean()) / years, 3)
        detail[f"{one.value} found"] = round(found[-1], 3)
        detail[f"{one.value} median days"] = delays[-1]
    low, high = _interval(alarms / years)
    kind: dict[str, Any] = {"evidence": Evidence.SIMULATION, "detail": detail}
    interval: dict[str, float | str] = {"low": round(low, 3), "high": round(high, 3), **detail}
    return {
        "well_being_false_per_home_year": Figure(
            value=float(alarms.mean()) / years, unit="1/year", evidence=Evidence.SIMULATION, detail=interval
        ),
        "well_being_found": Figure(value=min(found), unit="share", **kind),
        "well_being_delay_days": Figure(value=max(delays), unit="days", **kind),
    }
