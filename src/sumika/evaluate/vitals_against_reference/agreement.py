"""How far estimates are from the reference: error, bias, limits of agreement, coverage, and whether intervals hold.

Limits of agreement after Bland and Altman (Lancet 327, 1986): bias ± 1.96 standard deviations of the difference. The
intervals around every number are by bootstrap over minutes, not over estimates: neighbours share most of their window.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.vitals_against_reference.log_signals import Said
from sumika.evaluate.vitals_against_reference.reference_events import Reference
from sumika.metrics.estimates import NORMAL_95
from sumika.units import SECONDS_PER_MINUTE

Array = NDArray[np.float64]

STEP_S = 1.0
FRESH_S = 2.5
"""An estimate holds for so long; then it is missing."""

_RESAMPLES = 1000


class Number(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number with its 95 % interval; no interval where there are fewer than three minutes to draw from."""

    value: float
    low: float | None = None
    high: float | None = None


class RateScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good the rates of one person or room are.

    Attributes:
        who: Room, or room and track.
        quantity: "heart" or "respiration".
        reference: Device and kind.
        seconds: Time with a reference.
        compared: Seconds at which there was an estimate to compare.
        coverage: Share of the time with a reference at which there was an estimate.
        mean_absolute_error: Per minute; None where nothing could be compared, as all that follows.
        root_mean_square_error: Per minute.
        bias: Mean of estimate minus reference, per minute.
        limit_low: Limit of agreement, per minute.
        limit_high: The upper one.
        interval_coverage: Share of references within the estimate's 95 % interval.
        withheld: Why there was no estimate: reason -> share of the time with a reference.
    """

    who: str
    quantity: str
    reference: str
    seconds: float
    compared: int
    coverage: Number
    mean_absolute_error: Number | None = None
    root_mean_square_error: Number | None = None
    bias: Number | None = None
    limit_low: Number | None = None
    limit_high: Number | None = None
    interval_coverage: Number | None = None
    withheld: dict[str, float] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Estimates beside references, one per second with a reference.

    Attributes:
        time_s: (second,).
        reference_bpm: (second,).
        estimate_bpm: (second,) NaN where there is none.
        within: (second,) whether the 95 % interval holds the reference; NaN where there is none.
        reasons: (second,) why there is none, "" where there is one.
    """

    time_s: Array
    reference_bpm: Array
    estimate_bpm: Array
    within: Array
    reasons: tuple[str, ...]


def pair(said: Sequence[Said], reference: Reference) -> Pairs:
    """Lay estimates beside the reference, second by second, each over the estimate's own window.

    Args:
        said: What was estimated, in order of time.
        reference: What is true.
    """
    times_s = np.array([one.time_s for one in said], float)
    usual_window_s = float(np.median([one.window_s for one in said])) if said else 0.0
    rows: list[tuple[float, float, float, float]] = []
    reasons: list[str] = []
    for moment_s in np.arange(reference.first_s, reference.last_s, STEP_S).tolist():
        place = int(np.searchsorted(times_s, moment_s, "right")) - 1
        latest = said[place] if place >= 0 and moment_s - times_s[place] <= FRESH_S else None
        given = latest is not None and latest.value_bpm is not None
        end_s, window_s = (latest.time_s, latest.window_s) if latest and given else (moment_s, usual_window_s)
        truth = reference.rate(end_s, window_s)
        if truth is None:
            continue
        if latest is None or latest.value_bpm is None:
            rows.append((moment_s, truth, np.nan, np.nan))
            reasons.append("silent" if latest is None else latest.reason)
            continue
        rows.append((moment_s, truth, latest.value_bpm, _inside(latest, truth)))
        reasons.append("")
    table = np.array(rows, float).reshape(-1, 4)
    return Pairs(table[:, 0], table[:, 1], table[:, 2], table[:, 3], tuple(reasons))


def _inside(said: Said, truth: float) -> float:
    if said.low_bpm is None or said.high_bpm is None:
        return float("nan")
    return float(said.low_bpm <= truth <= said.high_bpm)


def score_rates(who: str, reference: Reference, pairs: Pairs) -> RateScore:
    """Return the score of one person's or room's rates.

    Args:
        who: Room, or room and track.
        reference: What they were laid beside.
        pairs: The two.
    """
    error = pairs.estimate_bpm - pairs.reference_bpm
    minutes = np.floor_divide(pairs.time_s, SECONDS_PER_MINUTE)
    given = np.isfinite(error)

    def number(of: Callable[[Array], float], values: Array) -> Number:
        return _with_interval(of, values, minutes)

    scored = bool(given.any())
    withheld = {reason: pairs.reasons.count(reason) / len(pairs.reasons) for reason in sorted({*pairs.reasons} - {""})}
    intervals = pairs.within if np.isfinite(pairs.within).any() else None
    return RateScore(
        who=who,
        quantity=reference.quantity.value,
        reference=reference.source,
        seconds=pairs.time_s.size * STEP_S,
        compared=int(given.sum()),
        coverage=number(_mean, given.astype(float)) if pairs.time_s.size else Number(0.0),
        mean_absolute_error=number(_mean, np.abs(error)) if scored else None,
        root_mean_square_error=number(_root_mean_square, error) if scored else None,
        bias=number(_mean, error) if scored else None,
        limit_low=number(_limit_low, error) if scored else None,
        limit_high=number(_limit_high, error) if scored else None,
        interval_coverage=number(_mean, intervals) if intervals is not None else None,
        withheld=withheld,
    )


def _with_interval(of: Callable[[Array], float], values: Array, minutes: Array) -> Number:
    there = np.isfinite(values)
    value = of(values[there])
    blocks = [values[there & (minutes == minute)] for minute in np.unique(minutes)]
    blocks = [block for block in blocks if block.size]
    if len(blocks) < 3:
        return Number(value)
    random = np.random.default_rng(0)
    drawn = [
        of(np.concatenate([blocks[place] for place in random.integers(len(blocks), size=len(blocks))]))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Number(value, float(low), float(high))


def _mean(values: Array) -> float:
    return float(values.mean())


def _root_mean_square(values: Array) -> float:
    return float(np.sqrt((values**2).mean()))


def _limit_low(values: Array) -> float:
    return float(values.mean() - NORMAL_95 * values.std())


def _limit_high(values: Array) -> float:
    return float(values.mean() + NORMAL_95 * values.std())
