"""Does someone move, or only breathe?

Speed does not tell: at 60 GHz a deep breath turns the phase as fast as frames can follow. What tells is whether the
cells around a reflection turn together. A chest moves as a whole, smoothly, so the next frame follows from the last
two. Walking and gestures change the picture itself, and no rotation predicts the next frame.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOVING = 0.5
"""Scores above this mean: moves more than breathing does."""

_STILL_DB, _WALKING_DB = -8.0, 0.0
"""Share of the change that the last frames do not predict. Over a second, breathing stays below -7 dB in every
recording at hand; gestures and walking lie above -3 dB."""


def motion_score(unpredicted: float, power: float, noise: float) -> float:
    """Return 0 (still) to 1 (walking).

    Args:
        unpredicted: Power of the change that the last frames did not predict, mean of some frames.
        power: Power of the change around the clutter.
        noise: Noise power in both; without a change well beyond it there is nothing that could move.
    """
    clean = power - noise
    if not clean > 3 * noise:
        return 0.0
    # Noise enters the prediction from three frames: 1/2 (1 + 1 + what the rotation takes from the third).
    share = max(unpredicted - 1.2 * noise, 0.0) / clean
    level_db = 10 * math.log10(max(share, 1e-6))
    return max(0.0, min(1.0, (level_db - _STILL_DB) / (_WALKING_DB - _STILL_DB)))


def unpredicted_power(recent: NDArray[np.complexfloating], antennas: int) -> NDArray[np.float64]:
    """Return how much of each frame the two before it do not predict.

    Each range cell is turned on as it turned before, all its antennas together: the parts of a chest do not all move
    as far, but each goes on as it went.

    Args:
        recent: (frame, channel) around the clutter, at least 3 frames; channel is antenna * cells + cell.
        antennas: How many antennas the channels belong to.

    Returns:
        (frame - 2,) power, halved so that unrelated frames give their own power; sum of channels.
    """
    cells = recent.reshape(len(recent), antennas, -1)
    before, last, now = cells[:-2], cells[1:-1], cells[2:]
    turn = (last * np.conj(before)).sum(axis=1, keepdims=True)
    size = np.abs(turn)
    missed = now - last * np.divide(turn, size, out=np.ones_like(turn), where=size > 0)
    power: NDArray[np.float64] = (missed.real**2 + missed.imag**2).sum(axis=(1, 2), dtype=np.float64) / 2
    return power


def motion_scores(
    iq: NDArray[np.complexfloating], antennas: int, interval_s: float, noise: float
) -> NDArray[np.float64]:
    """Return the motion score of every frame of a stretch, from the frames before it.

    Args:
        iq: (frame, channel); channel is antenna * cells + cell.
        antennas: How many antennas the channels belong to.
        interval_s: Between frames.
        noise: Noise power of one channel.

    Returns:
        (frame,) 0..1; 0 for the first two.
    """
    frames, channels = iq.shape
    scores = np.zeros(frames)
    if frames < 3:
        return scores
    around = iq - _trailing_mean(iq, max(3, round(2 * MotionMeter.CLUTTER_S / interval_s)))
    power = _trailing_mean((np.abs(around) ** 2).sum(axis=1), max(3, round(2 * MotionMeter.CLUTTER_S / interval_s)))
    missed = _trailing_mean(unpredicted_power(around, antennas), max(1, round(1.5 * MotionMeter.SCORE_S / interval_s)))
    clean = power[2:] - channels * noise
    share = np.maximum(missed - 1.2 * channels * noise, 0.0) / np.maximum(clean, 1e-300)
    level_db = 10 * np.log10(np.maximum(share, 1e-6))
    level = np.clip((level_db - _STILL_DB) / (_WALKING_DB - _STILL_DB), 0.0, 1.0)
    scores[2:] = np.where(clean > 3 * channels * noise, level, 0.0)
    scores[: min(frames, round(MotionMeter.SETTLED_S / interval_s))] = 0.0
    return scores


def _trailing_mean(values: NDArray[Any], count: int) -> NDArray[Any]:
    """Return, for each frame, the mean of the last `count` frames up to it; of fewer at the beginning."""
    total: NDArray[Any] = np.cumsum(values, axis=0, dtype=np.complex128 if np.iscomplexobj(values) else np.float64)
    means: NDArray[Any] = total.copy()
    means[count:] -= total[:-count]
    shape = (-1,) + (1,) * (values.ndim - 1)
    means /= np.minimum(np.arange(1, len(values) + 1), count).reshape(shape)
    return means


@dataclass(slots=True)
class MotionMeter:
    """Follows the motion around the strongest reflection, frame by frame, with fading averages.

    Attributes:
        frame_interval_s: Between frames.
    """

    frame_interval_s: float
    _mean: NDArray[np.complex64] | None = None
    _power: NDArray[np.float64] | None = None
    _missed: NDArray[np.float64] | None = None
    _last: tuple[NDArray[np.complex64], ...] = ()
    _seen: int = 0

    CLUTTER_S = 3.0
    SCORE_S = 0.6
    SETTLED_S = 1.5

    def add(self, profile: NDArray[np.complex64], noise: NDArray[np.float64]) -> float:
        """Take in one profile and return the motion score.

        Args:
            profile: (antenna, range bin).
            noise: (range bin,) noise power of one antenna, clutter's jitter included.
        """
        self._seen += 1
        slow = max(1.0 / self._seen, self.frame_interval_s / self.CLUTTER_S)
        quick = max(1.0 / self._seen, min(1.0, self.frame_interval_s / self.SCORE_S))
        if self._mean is None or self._power is None or self._missed is None:
            self._mean = profile.copy()
            self._power = np.zeros(profile.shape[1])
            self._missed = np.zeros(profile.shape[1])
        self._mean += np.float32(slow) * (profile - self._mean)
        change = profile - self._mean
        self._power += slow * ((change.real**2 + change.imag**2).sum(axis=0) - self._power)
        self._last = (*self._last[-2:], profile)
        if len(self._last) < 3:
            return 0.0
        peak = int(np.argmax(self._power / (noise + 1e-300)))
        around = slice(max(0, peak - 3), peak + 4)
        self._missed += quick * (self._missed_power(self._mean) - self._missed)
        if self._seen * self.frame_interval_s < self.SETTLED_S:
            return 0.0
        return motion_score(
            float(self._missed[around].sum()),
            float(self._power[around].sum()),
            float(noise[around].sum()) * profile.shape[0],
        )

    def _missed_power(self, mean: NDArray[np.complex64]) -> NDArray[np.float64]:
        """Return the (range bin,) power that the last two frames do not predict, each bin turned on as it turned."""
        before, last, now = (one - mean for one in self._last)
        turn = (last * np.conj(before)).sum(axis=0)
        size = np.abs(turn)
        missed = now - last * np.divide(turn, size, out=np.ones_like(turn), where=size > 0)
        power: NDArray[np.float64] = (missed.real**2 + missed.imag**2).sum(axis=0) / 2
        return power
