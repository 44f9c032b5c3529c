"""Follows a heart rate from second to second: a hidden Markov model over a grid of rates, and its intervals.

The rate wanders by a few hundredths per second (heart rate variability), seldom jumps, and each second's window adds
its evidence. Windows overlap, so each counts for the share of it that is new. What is published is the distribution's
mean and its quantiles: two rates that both explain the movement make the interval wide, and a wide one is no
measurement.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.vitals.heart_evidence import GRID_BPM, GRID_STEP, Evidence

_WANDER = 0.02
"""Standard deviation of the change of the rate in one second, as a share."""

_JUMP_CHANCE = 0.005
_NEW_SHARE = 1 / 3
"""A window of 6 s under a Hann taper looks back about 3 s; one comes each second."""

_TRAIN_SIGMA = 0.03
"""How far, as a share, the rate of the last seconds may be from that of a train."""

_FLOOR_BPM = 0.35
"""What a grid and a window cannot tell, and the rate's own change within the window."""

Array = NDArray[np.float64]


def _prior() -> Array:
    """Return a broad prior: resting hearts of all ages."""
    distance = (np.log(GRID_BPM) - np.log(68.0)) / 0.35
    chance = np.exp(-0.5 * distance**2)
    prior: Array = chance / chance.sum()
    return prior


@dataclass(slots=True)
class HeartTracker:
    """How probable each rate of `GRID_BPM` is.

    Attributes:
        probability: (rate,), sums to 1.
        weight: Fading mean of how much better a heart explains the movement than noise, per window (log).
        explained: Fading mean of the share of acceleration that the best rate explains.
        windows: How many were taken in since the beginning.
    """

    probability: Array = field(default_factory=_prior)
    weight: float = 0.0
    explained: float = 0.0
    windows: int = 0


@dataclass(frozen=True, slots=True)
class TrackedRate:
    """A rate with what is known of it.

    Attributes:
        rate_bpm: Mean.
        sigma_bpm: Standard deviation.
        low_bpm: 2.5 % quantile.
        high_bpm: 97.5 % quantile.
        mode_bpm: Most probable rate.
    """

    rate_bpm: float
    sigma_bpm: float
    low_bpm: float
    high_bpm: float
    mode_bpm: float


def _wander_kernel(seconds: float) -> Array:
    sigma = _WANDER * np.sqrt(seconds) / GRID_STEP
    reach = max(1, int(np.ceil(4 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    normed: Array = kernel / kernel.sum()
    return normed


def advance(tracker: HeartTracker, evidence: Evidence | None, seconds: float) -> None:
    """Let time pass and take one window's evidence in.

    Args:
        tracker: Changed in place.
        evidence: None if there is none: then the rate only becomes less sure.
        seconds: Since the last call.
    """
    spread = np.convolve(tracker.probability, _wander_kernel(min(max(seconds, 0.05), 30.0)), "same")
    jumping = 1.0 - (1.0 - _JUMP_CHANCE) ** seconds
    probability = (1.0 - jumping) * spread / spread.sum() + jumping * _prior()
    if evidence is not None:
        share = min(1.0, _NEW_SHARE * seconds)
        log_factor = share * evidence.log_factor
        probability = probability * np.exp(log_factor - log_factor.max())
        fade = min(1.0, 0.2 * seconds) if tracker.windows else 1.0
        tracker.weight += fade * (float(evidence.log_factor.max()) - tracker.weight)
        tracker.explained += fade * (float(evidence.explained[int(np.argmax(probability))]) - tracker.explained)
        tracker.windows += 1
    tracker.probability = probability / probability.sum()


def favour(tracker: HeartTracker, rate_bpm: float, gain: float, seconds: float) -> None:
    """Take in that beats at a rate were found.

    Args:
        tracker: Changed in place.
        rate_bpm: Their rate.
        gain: How much better (natural logarithm, per second) they explain the movement than chance.
        seconds: Since the last call.
    """
    near = np.exp(-0.5 * (np.log(GRID_BPM / rate_bpm) / _TRAIN_SIGMA) ** 2)
    probability = tracker.probability * np.exp(_NEW_SHARE * min(seconds, 3.0) * gain * (near - 1.0))
    tracker.probability = probability / probability.sum()


def tracked_rate(tracker: HeartTracker) -> TrackedRate:
    """Return the rate as it is known now."""
    probability = tracker.probability
    mean = float(probability @ GRID_BPM)
    sigma = float(np.sqrt(probability @ (GRID_BPM - mean) ** 2 + _FLOOR_BPM**2))
    summed = np.cumsum(probability)
    low, high = (float(np.interp(share, summed, GRID_BPM)) for share in (0.025, 0.975))
    # The quantiles of a sum are not the sum of quantiles; for a floor this small the root of squares is close.
    below, above = np.hypot(mean - low, 1.96 * _FLOOR_BPM), np.hypot(high - mean, 1.96 * _FLOOR_BPM)
    mode = float(GRID_BPM[int(np.argmax(probability))])
    return TrackedRate(mean, sigma, mean - float(below), mean + float(above), mode)
