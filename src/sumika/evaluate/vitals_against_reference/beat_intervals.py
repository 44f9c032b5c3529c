"""Single beat intervals of the radar beside those of the contact sensor."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.vitals_against_reference.counted_rates import Events

Array = NDArray[np.float64]

MATCH_S = 0.15
"""A beat is the same where it is nearer than that, after the lag between the two sensors is taken off."""

_LAGS_S = np.arange(-0.6, 0.61, 0.02)
_FEWEST = 10


class BeatScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good single beat intervals are.

    Attributes:
        who: Room and track.
        reference: Device and kind.
        reference_beats: Intervals of the reference.
        matched: Those that the radar has, too.
        coverage: Their share.
        median_error_ms: Median magnitude of the difference of intervals; None where too few matched.
        percentile_95_ms: 95 % are below.
        lag_ms: How much later the radar sees a beat: the pulse's way to the chest, and what the clocks leave open.
    """

    who: str
    reference: str
    reference_beats: int
    matched: int
    coverage: float
    median_error_ms: float | None = None
    percentile_95_ms: float | None = None
    lag_ms: float | None = None


def score_beats(who: str, reference: str, said: Sequence[tuple[float, float]], truth: Events) -> BeatScore:
    """Compare intervals whose both ends are the same beats.

    Args:
        who: Room and track.
        reference: Device and kind.
        said: (time in s, interval in s or NaN) of each beat that was told.
        truth: The reference's beats.
    """
    beats = np.array([one for one in said if np.isfinite(one[1])], float).reshape(-1, 2)
    intervals_s = truth.intervals_s
    known = int(np.isfinite(intervals_s).sum())
    within = beats[(beats[:, 0] >= truth.time_s[0] - 1) & (beats[:, 0] <= truth.time_s[-1] + 1)]
    if within.shape[0] < _FEWEST or truth.time_s.size < 2:
        return BeatScore(who=who, reference=reference, reference_beats=known, matched=0, coverage=0.0)
    lag_s = _lag_s(within[:, 0], truth.time_s)
    nearest, away_s = _nearest(within[:, 0] - lag_s, truth.time_s)
    same = (np.abs(away_s) <= MATCH_S) & (nearest > 0)
    reference_s = np.where(same, intervals_s[np.maximum(nearest - 1, 0)], np.nan)
    # The beat before must be the same one, too: an interval over a missed beat is another interval, not an error of it.
    before_s = truth.time_s[np.maximum(nearest - 1, 0)]
    same &= np.abs(within[:, 0] - within[:, 1] - lag_s - before_s) <= MATCH_S
    error_ms = 1000 * np.abs(within[:, 1] - reference_s)[same & np.isfinite(reference_s)]
    matched = int(np.unique(nearest[same & np.isfinite(reference_s)]).size)
    if matched < _FEWEST:
        return BeatScore(who=who, reference=reference, reference_beats=known, matched=0, coverage=0.0)
    return BeatScore(
        who=who,
        reference=reference,
        reference_beats=known,
        matched=matched,
        coverage=matched / known,
        median_error_ms=float(np.median(error_ms)),
        percentile_95_ms=float(np.percentile(error_ms, 95)),
        lag_ms=1000 * lag_s,
    )


def _lag_s(beats_s: Array, truth_s: Array) -> float:
    """Return the lag at which most beats fall onto one of the reference, then the median of what is left."""
    counts = [float(np.exp(-((_nearest(beats_s - lag_s, truth_s)[1] / 0.05) ** 2)).sum()) for lag_s in _LAGS_S]
    best_s = float(_LAGS_S[int(np.argmax(counts))])
    away_s = _nearest(beats_s - best_s, truth_s)[1]
    near = np.abs(away_s) <= MATCH_S
    return best_s + (float(np.median(away_s[near])) if near.any() else 0.0)


def _nearest(time_s: Array, truth_s: Array) -> tuple[NDArray[np.intp], Array]:
    """Return for each time the place of the nearest beat of the reference, and how much later than it the time is."""
    right = np.clip(np.searchsorted(truth_s, time_s), 1, truth_s.size - 1)
    place = np.where(time_s - truth_s[right - 1] < truth_s[right] - time_s, right - 1, right)
    return place, time_s - truth_s[place]
