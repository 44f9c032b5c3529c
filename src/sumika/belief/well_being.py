"""Whether a daily measure has changed its level over the last weeks: a change-point with its uncertainty.

Against "all days have one level" stand "the level changed on day k", for every k that leaves a week on either side,
each with its conjugate marginal likelihood: counts with a Gamma prior, measured values with a normal-inverse-gamma one
(A. F. M. Smith, Biometrika 62, 1975; P. Fearnhead, Statistics and Computing 16, 2006). Days are no coins: the
likelihood is tempered by how much counts spread beyond Poisson's, and by how alike neighbouring days are. One wild day
must not make a change: values are drawn in to three robust standard deviations of their neighbourhood. Missing days are
just missing.

A level, a day and how surely is all that is told: nothing of causes, and no diagnosis.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp, ndtr

from sumika.schema import Direction, Measure, Reason, Trend

Array = NDArray[np.float64]

LOOKS_BACK_DAYS = 84
"""Twelve weeks: older changes are the usual by now."""

FEWEST_DAYS = 21
SEGMENT_DAYS = 7
"""Days with a value on either side of a change."""

YEARLY_CHANGES = 1.0
"""So often a level changes, before anything is seen (a guess; told changes are rarer than that)."""

TOLD_FROM = 0.95
"""A change that is less probable is not told."""

STALE_DAYS = 14.0
"""Who has not been measured for longer than this is not told of as they are now: they may be away, or a sensor dead."""

COUNTS = frozenset({Measure.NIGHT_VISITS})

_LEAST_SPREAD = {
    Measure.WALKING_SPEED: 0.02,
    Measure.RESTING_HEART: 0.7,
    Measure.RESTING_BREATH: 0.25,
    Measure.OUT_OF_BED: 0.25,
    Measure.SLEEP: 0.25,
}
"""Finer differences from day to day are the measurement's."""

_DRAWN_IN_TO = 3.0
_NEIGHBOURS = 7
_LEVEL_VARIANCES = 4.0
"""Variance of levels, in variances of days: a level is somewhere within twice the spread of days (weak)."""

_SHAPE, _SCALE = 2.0, 1.0
"""Of the inverse gamma prior of the variance of standardised days (weak)."""

_COUNT_SHAPE = 1.0
"""Of the gamma prior of counts; its mean is that of all days."""


def trend(measure: Measure, ended_unix_s: Array, values: Array, now_s: float | None = None) -> Trend:
    """Return whether a measure has changed.

    Args:
        measure: Which.
        ended_unix_s: (day,) when each day ended, ever later.
        values: (day,) NaN where nothing was measured.
        now_s: Unix time at which it is told; None: when the last day ended.

    Raises:
        ValueError: if the two differ in length.
    """
    if ended_unix_s.shape != values.shape:
        raise ValueError(f"{len(ended_unix_s)} days, {len(values)} values")
    recent = ended_unix_s > (ended_unix_s[-1] - LOOKS_BACK_DAYS * 86_400.0) if len(values) else values > 0
    days, seen = ended_unix_s[recent], values[recent]
    there = np.isfinite(seen)
    missing = _missing(days, there)
    days, seen = days[there], seen[there]
    if len(seen) < FEWEST_DAYS:
        return Trend(measure=measure, valid=False, reason=Reason.FEW_DAYS, days=len(seen), days_missing=missing)
    if now_s is not None and now_s - days[-1] > STALE_DAYS * 86_400.0:
        return Trend(measure=measure, valid=False, reason=Reason.STALE, days=len(seen), days_missing=missing)
    found = _counted(seen) if measure in COUNTS else _measured(seen, _LEAST_SPREAD[measure])
    return _told(measure, days, found, missing)


@dataclass(frozen=True, slots=True)
class _Changes:
    """Every day on which the level may have changed.

    Attributes:
        first: (change,) index of the first day after.
        log_odds: (change,) logarithm of the odds against no change, prior included.
        before: (change,) mean level before.
        after: (change,) mean level after.
        sigma: (change,) standard deviation of the difference.
        level: Of all days, were there no change.
    """

    first: NDArray[np.int64]
    log_odds: Array
    before: Array
    after: Array
    sigma: Array
    level: float


def _missing(days: Array, there: NDArray[np.bool_]) -> int:
    if not len(days):
        return 0
    span = round(float(days[-1] - days[0]) / 86_400.0) + 1
    return max(0, span - int(there.sum()))


def drawn_in(values: Array, least: float) -> Array:
    """Return values of which none is further from the median of its neighbours than three robust deviations.

    Args:
        values: (day,) all finite.
        least: The least standard deviation.
    """
    padded = np.pad(values, _NEIGHBOURS, constant_values=np.nan)
    near = np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1), axis=1)
    bound = _DRAWN_IN_TO * max(1.4826 * float(np.median(np.abs(values - near))), least)
    return np.clip(values, near - bound, near + bound)


def _alike(residuals: Array) -> float:
    """Return by how much neighbouring days that are alike lessen what many days tell, 0..1."""
    spread = float(residuals @ residuals)
    if spread == 0.0:
        return 1.0
    # The estimate is low by (1 + 4 r) / n (M. G. Kendall, Biometrika 41, 1954).
    count = len(residuals)
    raw = float(residuals[1:] @ residuals[:-1]) / spread
    lag = min(max(raw + (1.0 + 4.0 * max(raw, 0.0)) / count, 0.0), 0.8)
    return (1.0 - lag) / (1.0 + lag)


def _best_residuals(values: Array, first: NDArray[np.int64]) -> Array:
    """Return how far values are from their levels, the change being where it explains most."""
    sums = np.cumsum(values)
    # The squares are the same wherever it is: the best place has the largest squared sums.
    explained = sums[first - 1] ** 2 / first + (sums[-1] - sums[first - 1]) ** 2 / (len(values) - first)
    best = int(first[int(np.argmax(explained))])
    return np.concatenate((values[:best] - values[:best].mean(), values[best:] - values[best:].mean()))


def _prior(days: int, changes: int) -> float:
    """Return the logarithm of the prior odds of a change on one certain day against none at all."""
    expected = YEARLY_CHANGES * days / 365.0
    return math.log(-math.expm1(-expected)) + expected - math.log(changes)


def _firsts(count: int) -> NDArray[np.int64]:
    return np.arange(SEGMENT_DAYS, count - SEGMENT_DAYS + 1, dtype=np.int64)


def _measured(values: Array, least: float) -> _Changes:
    values = drawn_in(values, least)
    first = _firsts(len(values))
    residuals = _best_residuals(values, first)
    spread = max(float(np.sqrt(residuals @ residuals / len(values))), least)
    middle = float(np.median(values))
    scaled = (values - middle) / spread
    share = _alike(residuals)
    none, logs = _log_normal(scaled, np.array([len(scaled)])), _log_normal(scaled, first)
    before, after = _means(values, first)
    # Of so many days in a row that are alike, fewer count.
    sigma = spread * np.sqrt((1.0 / first + 1.0 / (len(values) - first)) / share)
    odds = share * (logs - none) + _prior(len(values), len(first))
    return _Changes(first, odds, before, after, sigma, float(values.mean()))


def _means(values: Array, first: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return (change,) the mean before and after each change; one after all days has no mean after."""
    sums, count = np.cumsum(values), len(values)
    after = (sums[-1] - sums[first - 1]) / np.maximum(count - first, 1)
    return sums[first - 1] / first, after


def _log_normal(scaled: Array, first: NDArray[np.int64]) -> Array:
    """Return (change,) the logarithm of the marginal likelihood of standardised days, less what all models share.

    Args:
        scaled: (day,) standardised.
        first: (change,) index of the first day after; the number of days: there is no change.
    """
    count = len(scaled)
    scale: Array = np.full(len(first), _SCALE + 0.5 * float(scaled @ scaled))
    logs = np.zeros(len(first))
    for mean, days in zip(_means(scaled, first), (first, count - first), strict=True):
        shrunk = 1.0 + _LEVEL_VARIANCES * days
        # sum of squares about the mean, and the mean's own share: n m^2 (1 - 1 / shrunk) of the squares is explained
        scale = scale - 0.5 * days * mean**2 * (1.0 - 1.0 / shrunk)
        logs -= 0.5 * np.log(shrunk)
    shape = _SHAPE + 0.5 * count
    told: Array = logs + gammaln(shape) - shape * np.log(scale)
    return told


def _counted(values: Array) -> _Changes:
    values = np.round(drawn_in(values, max(1.0, math.sqrt(float(np.median(values))))))
    first = _firsts(len(values))
    mean = max(float(values.mean()), 0.5 / len(values))
    residuals = _best_residuals(values, first)
    dispersion = max(1.0, float(residuals @ residuals) / (len(values) - 2) / mean)
    share = _alike(residuals) / dispersion
    none, logs = _log_counts(values, np.array([len(values)]), mean), _log_counts(values, first, mean)
    rate = _COUNT_SHAPE / mean
    lengths = (rate + first, rate + len(values) - first)
    before, after = (
        (_COUNT_SHAPE + one * days) / length
        for one, days, length in zip(_means(values, first), (first, len(values) - first), lengths, strict=True)
    )
    sigma = np.sqrt((before / lengths[0] + after / lengths[1]) / share)
    odds = share * (logs - none) + _prior(len(values), len(first))
    return _Changes(first, odds, before, after, sigma, float(values.mean()))


def _log_counts(values: Array, first: NDArray[np.int64], mean: float) -> Array:
    """Return (change,) the logarithm of the marginal likelihood of counts, less what all models share."""
    rate, logs = _COUNT_SHAPE / mean, np.zeros(len(first))
    for one, days in zip(_means(values, first), (first, len(values) - first), strict=True):
        total = one * days
        logs += np.where(days > 0, _COUNT_SHAPE * math.log(rate) - gammaln(_COUNT_SHAPE), 0.0)
        logs += np.where(days > 0, gammaln(_COUNT_SHAPE + total) - (_COUNT_SHAPE + total) * np.log(rate + days), 0.0)
    return logs


def _told(measure: Measure, days: Array, found: _Changes, missing: int) -> Trend:
    total = float(logsumexp(found.log_odds))
    probability = 1.0 / (1.0 + math.exp(-min(max(total, -700.0), 700.0)))
    weights = np.exp(found.log_odds - total)
    low, high = _shift(found, weights)
    told = probability >= TOLD_FROM and (low > 0.0 or high < 0.0)
    common: dict[str, Any] = {"measure": measure, "valid": True, "reason": Reason.MEASURED, "probability": probability}
    counted: dict[str, Any] = {"days": len(days), "days_missing": missing}
    if not told:
        return Trend(**common, **counted, before=found.level, shift_low=low, shift_high=high)
    before, after = float(weights @ found.before), float(weights @ found.after)
    over = np.cumsum(weights)
    lowest, highest = (int(np.searchsorted(over, share)) for share in (0.05, 0.95))
    at = days[found.first]
    return Trend(
        **common,
        **counted,
        direction=Direction.UP if after > before else Direction.DOWN,
        change_unix_s=float(at[int(np.argmax(weights))]),
        change_low_unix_s=float(at[lowest]),
        change_high_unix_s=float(at[min(highest, len(at) - 1)]),
        before=before,
        after=after,
        shift_low=low,
        shift_high=high,
    )


def _shift(found: _Changes, weights: Array) -> tuple[float, float]:
    """Return the 90 % interval of the difference, whichever day it was: a mixture of normals."""
    means = found.after - found.before
    reach = 5.0 * float(found.sigma.max())
    grid = np.linspace(float(means.min()) - reach, float(means.max()) + reach, 401)
    below = ndtr((grid[:, None] - means[None, :]) / found.sigma[None, :]) @ weights
    return float(np.interp(0.05, below, grid)), float(np.interp(0.95, below, grid))
