"""Heart beats per minute of one person, and the single beats, once a second; or why there are none.

Two views are joined. The harmonic evidence of a few seconds, tracked over time, says about how fast the heart may beat
and how surely; a train of like beats at that rate says whether it does, and exactly. A train at half or twice the rate
explains far less, which is what tells octaves apart.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.breathing_rate import Trace
from sumika.radar.periodicity import Rhythm
from sumika.radar.vitals.beats import BeatTrain, beat_train, whitened_acceleration
from sumika.radar.vitals.heart_evidence import (
    FASTEST_BPM,
    GRID_BPM,
    SLOWEST_BPM,
    WINDOW_S,
    Evidence,
    heart_evidence,
    highest_hz,
)
from sumika.radar.vitals.heart_tracker import HeartTracker, TrackedRate, advance, favour, tracked_rate
from sumika.radar.vitals.paths import Traces, ViewKey
from sumika.schema.reason import Reason
from sumika.schema.vitals import Rate
from sumika.units import SECONDS_PER_MINUTE

SHORTEST_S = WINDOW_S + 0.2

MEAN_S = 10.0
"""A rate from single beats is the mean over this time."""

_WIDEST_SIGMA = 0.06
"""A rate known no better than this share of itself is not measured."""

_FEWEST_WINDOWS = 4
_LEAST_WEIGHT = 2.0
"""How much better than noise (natural logarithm, per window) a heart must explain the movement."""

_LEAST_EXPLAINED = 0.35
"""And so much of the acceleration: the best of many views of a chest without a visible heart explains 0.2 to 0.3."""

_ONE_PEAK = 0.85
_PEAK_SHARE = 0.12
"""So much of the probability must lie within this share of the most probable rate."""

_TRAIN_GAIN = 6.0
"""A train of beats that explains more than this (natural logarithm, per second) is one. Movement shuffled in time
reaches 4, and so do trains at half or twice the rate."""

_MOST_PASS = 0.7
_FEWEST_BEATS = 5
_SCOUTS = 3
"""Views that are looked at beside the best one so far, while no heart is found."""

_CHECK_EVERY = 5
"""Every so many looks, other rates are tried beside the known one."""

_HARMONIC_SHARE = 0.015
_HIGHEST_HARMONIC = 8
_NORMAL_95 = 1.96
_FLOOR_BPM = 0.15
_STANDS_S = 0.5
"""An estimate stands until the next one, so long in the mean."""

_GO_TOGETHER_S = 2.0
"""So long the rates of successive beats lie on the same side of their mean."""


@dataclass(slots=True)
class HeartMemory:
    """What is known of one person's heart.

    Attributes:
        tracker: How probable each rate is.
        rate_bpm: Rate of the last train that was one; None if the last look found none.
        looks: How many looks there were.
        key: What stays the same of the view in which the train is followed; None while none is.
        scouted: The same of the view that shows a heart best so far, while none is found.
        next_scouted: Which view is to be looked at next for that.
    """

    tracker: HeartTracker = field(default_factory=HeartTracker)
    rate_bpm: float | None = None
    looks: int = 0
    key: ViewKey | None = None
    scouted: ViewKey | None = None
    next_scouted: int = 0


@dataclass(frozen=True, slots=True)
class HeartSeen:
    """What one look says about the heart.

    Attributes:
        rate: For people.
        train: The beats; None where there is no train of them.
    """

    rate: Rate
    train: BeatTrain | None = None


def most_promising(memory: HeartMemory, paths: Traces, known: int | None) -> tuple[int, Evidence | None]:
    """Return the view of the chest that explains a heart best, of the best one so far and the next few, and how well.

    Args:
        memory: Whose turn it is; changed in place.
        paths: All views.
        known: The best one so far; None if there is none.
    """
    views = len(paths.paths_mm)
    tried = [views - 1 if known is None else known]
    tried += [(memory.next_scouted + place) % views for place in range(_SCOUTS)]
    memory.next_scouted = (memory.next_scouted + _SCOUTS) % views
    found = [heart_evidence(paths.paths_mm[view], paths.interval_s) for view in tried]
    scores = [-np.inf if one is None else float(one.log_factor.max()) for one in found]
    best = int(np.argmax(scores))
    return tried[best], found[best]


def measure_heart(
    memory: HeartMemory, chest: Trace, seconds: float, breath: Rhythm | None, evidence: Evidence | None = None
) -> HeartSeen:
    """Take the end of a still person's chest movement in and return the heart rate.

    Args:
        memory: Changed in place.
        chest: The movement, at least `SHORTEST_S` long.
        seconds: Since the last call.
        breath: The rhythm of breathing, if one was found.
        evidence: What `chest` says, where it was weighed already.
    """
    memory.looks += 1
    if memory.rate_bpm is None or memory.looks % _CHECK_EVERY == 0:
        # While a train of beats is followed, it says more than the spectrum does.
        if evidence is None:
            evidence = heart_evidence(chest.path_mm, chest.interval_s)
        if evidence is None:
            memory.rate_bpm = None
            return HeartSeen(Rate(valid=False, reason=Reason.OUT_OF_BAND))
        advance(memory.tracker, evidence, seconds)
    else:
        advance(memory.tracker, None, seconds)
    train = _best_train(memory, chest, seconds)
    if train is not None:
        return HeartSeen(_from_beats(train), train)
    known = tracked_rate(memory.tracker)
    reason = _believable(memory.tracker, known, breath)
    if reason is not Reason.MEASURED:
        return HeartSeen(Rate(valid=False, reason=reason))
    return HeartSeen(
        Rate(
            valid=True,
            reason=reason,
            value_bpm=known.rate_bpm,
            sigma_bpm=known.sigma_bpm,
            low_bpm=known.low_bpm,
            high_bpm=known.high_bpm,
            quality=float(np.clip(memory.tracker.explained, 0.0, 1.0)),
            window_s=WINDOW_S,
        )
    )


def _best_train(memory: HeartMemory, chest: Trace, seconds: float) -> BeatTrain | None:
    """Try trains at the rates that are probable; tell the tracker how well they do."""
    high_hz = highest_hz(chest.interval_s)
    signal = whitened_acceleration(chest.path_mm, chest.interval_s, high_hz)
    best: BeatTrain | None = None
    for rate_bpm in _candidates(memory):
        train = beat_train(signal, high_hz, rate_bpm)
        if train is not None:
            favour(memory.tracker, train.rate_bpm, max(0.0, train.gain - _TRAIN_GAIN / 2), seconds)
            best = train if best is None or train.gain > best.gain else best
    believed = best is not None and best.gain >= _TRAIN_GAIN and _passes(best)
    memory.rate_bpm = best.rate_bpm if best is not None and believed else None
    return best if believed else None


def _candidates(memory: HeartMemory) -> list[float]:
    """Return the rates worth trying: the known one; now and then, or where none is known, others and octaves."""
    known = memory.rate_bpm
    if known is not None and memory.looks % _CHECK_EVERY:
        return [known]
    probability = memory.tracker.probability
    first = float(GRID_BPM[int(np.argmax(probability))])
    apart = np.abs(np.log(GRID_BPM / first)) > 0.15
    second = float(GRID_BPM[int(np.argmax(np.where(apart, probability, 0.0)))])
    tried: list[float] = []
    for rate in (known, first, second, first / 2, first * 2):
        if rate is None or not SLOWEST_BPM <= rate <= FASTEST_BPM:
            continue
        if all(abs(np.log(rate / other)) > 0.1 for other in tried):
            tried.append(rate)
    return tried


def _recent(train: BeatTrain) -> NDArray[np.bool_]:
    recent: NDArray[np.bool_] = train.time_s >= train.time_s[-1] - MEAN_S
    return recent


def _passes(train: BeatTrain) -> bool:
    recent = _recent(train)
    return int(recent.sum()) >= _FEWEST_BEATS and float(train.passed[recent].mean()) >= _MOST_PASS


def _from_beats(train: BeatTrain) -> Rate:
    """Return the slope of the count of beats over their times, and how well it is known."""
    times = train.time_s[_recent(train)]
    count = np.arange(times.size)
    centred = times - times.mean()
    spread = float(centred @ centred)
    rate_hz = float(centred @ count) / spread
    by_timing = rate_hz * train.sigma_s / np.sqrt(spread)
    # The slope weighs a window's instants by a parabola; what it misses is the window's shift by the last beat's age.
    length_s, wander = float(np.ptp(times)), float(np.std(1.0 / np.diff(times)))
    by_age = wander * (float(-times[-1]) + _STANDS_S) * np.sqrt(12.0 * _GO_TOGETHER_S / length_s**3)
    sigma = float(np.hypot(np.hypot(by_timing, by_age) * SECONDS_PER_MINUTE, _FLOOR_BPM))
    rate = rate_hz * SECONDS_PER_MINUTE
    return Rate(
        valid=True,
        reason=Reason.MEASURED,
        value_bpm=rate,
        sigma_bpm=sigma,
        low_bpm=rate - _NORMAL_95 * sigma,
        high_bpm=rate + _NORMAL_95 * sigma,
        quality=float(np.clip(train.alike[_recent(train)].mean(), 0.0, 1.0)),
        window_s=length_s,
    )


def _believable(tracker: HeartTracker, known: TrackedRate, breath: Rhythm | None) -> Reason:
    if tracker.windows < _FEWEST_WINDOWS:
        return Reason.WARMING_UP
    near = np.abs(GRID_BPM - known.mode_bpm) <= _PEAK_SHARE * known.mode_bpm
    sure = known.sigma_bpm <= _WIDEST_SIGMA * known.rate_bpm and float(tracker.probability[near].sum()) >= _ONE_PEAK
    if sure and tracker.weight >= _LEAST_WEIGHT and tracker.explained >= _LEAST_EXPLAINED:
        return Reason.MEASURED
    if breath is not None and _is_harmonic(known.mode_bpm, breath.rate_bpm):
        return Reason.BREATHING_HARMONIC
    return Reason.NOT_PERIODIC


def _is_harmonic(rate_bpm: float, breath_bpm: float) -> bool:
    order = round(rate_bpm / breath_bpm)
    return 2 <= order <= _HIGHEST_HARMONIC and abs(rate_bpm - order * breath_bpm) <= _HARMONIC_SHARE * rate_bpm
