"""Heart beats per minute of one person, once a second: a rate with its interval, or why there is none."""

import numpy as np

from sumika.radar.breathing_rate import Trace
from sumika.radar.periodicity import Rhythm
from sumika.radar.vitals.heart_evidence import GRID_BPM, WINDOW_S, heart_evidence
from sumika.radar.vitals.heart_tracker import HeartTracker, TrackedRate, advance, tracked_rate
from sumika.schema.reason import Reason
from sumika.schema.vitals import Rate

SHORTEST_S = WINDOW_S + 1.0

_WIDEST_SIGMA = 0.06
"""A rate known no better than this share of itself is not measured."""

_FEWEST_WINDOWS = 4
_LEAST_WEIGHT = 2.0
"""How much better than noise (natural logarithm, per window) a heart must explain the movement."""

_ONE_PEAK = 0.85
_PEAK_SHARE = 0.12
"""So much of the probability must lie within this share of the most probable rate."""

_HARMONIC_SHARE = 0.015
_HIGHEST_HARMONIC = 8


def measure_heart(tracker: HeartTracker, chest: Trace, seconds: float, breath: Rhythm | None) -> Rate:
    """Take the end of a still person's chest movement in and return the heart rate.

    Args:
        tracker: Changed in place.
        chest: The movement, at least `SHORTEST_S` long.
        seconds: Since the last call.
        breath: The rhythm of breathing, if one was found.
    """
    evidence = heart_evidence(chest.path_mm, chest.interval_s)
    advance(tracker, evidence, seconds)
    if evidence is None:
        return Rate(valid=False, reason=Reason.TOO_WEAK)
    known = tracked_rate(tracker)
    reason = _believable(tracker, known, breath)
    if reason is not Reason.MEASURED:
        return Rate(valid=False, reason=reason)
    return Rate(
        valid=True,
        reason=reason,
        value_bpm=known.rate_bpm,
        sigma_bpm=known.sigma_bpm,
        low_bpm=known.low_bpm,
        high_bpm=known.high_bpm,
        quality=float(np.clip(tracker.explained, 0.0, 1.0)),
    )


def _believable(tracker: HeartTracker, known: TrackedRate, breath: Rhythm | None) -> Reason:
    if tracker.windows < _FEWEST_WINDOWS:
        return Reason.WARMING_UP
    near = np.abs(GRID_BPM - known.mode_bpm) <= _PEAK_SHARE * known.mode_bpm
    sure = known.sigma_bpm <= _WIDEST_SIGMA * known.rate_bpm and float(tracker.probability[near].sum()) >= _ONE_PEAK
    if sure and tracker.weight >= _LEAST_WEIGHT:
        return Reason.MEASURED
    if breath is not None and _is_harmonic(known.mode_bpm, breath.rate_bpm):
        return Reason.BREATHING_HARMONIC
    return Reason.NOT_PERIODIC


def _is_harmonic(rate_bpm: float, breath_bpm: float) -> bool:
    order = round(rate_bpm / breath_bpm)
    return 2 <= order <= _HIGHEST_HARMONIC and abs(rate_bpm - order * breath_bpm) <= _HARMONIC_SHARE * rate_bpm
