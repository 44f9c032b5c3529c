"""Single heartbeats: a template of the beat and the beats' times, each found from the other.

The whitened acceleration is taken for a train of like beats in noise. Given the beat's shape, the most probable times
are found by dynamic programming (intervals near the known period cost little: D. P. W. Ellis, "Beat tracking by dynamic
programming", J. New Music Research 36, 2007); given the times, the shape is the mean. A few rounds of this are the
alternating maximisation of F. Wang et al., "mmHRV", IEEE Internet Things J. 8, 2021, section IV.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.compiled import compiled
from sumika.units import SECONDS_PER_MINUTE

WINDOW_S = 12.0
RATE_HZ = 40.0
_LOW_HZ = 0.9
_LOCAL_HZ = 1.2
_ROUNDS = 3
_LONGEST_TEMPLATE_S = 0.7
_TEMPLATE_SHARE = 0.85
_INTERVAL_SIGMA = 0.08
"""Standard deviation of an interval around the mean one, as a share: heart rate variability at rest, generously."""

_SHORTEST, _LONGEST = 0.65, 1.5
"""Intervals that are tried, in mean ones."""

_ALIKE = 0.5
"""Correlation with the template from which a beat counts."""

_MOST_SIGMA_S = 0.03
_EDGE_S = 0.6
"""What comes after a beat is part of it; and filters ring at the end."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BeatTrain:
    """The beats of a window.

    Attributes:
        time_s: (beat,) before the window's end, negative, ascending.
        alike: (beat,) correlation with the template, -1..1.
        sigma_s: Standard deviation of a beat's time.
        gain: How much better (natural logarithm, per second) the train explains the movement than noise does.
    """

    time_s: Array
    alike: Array
    sigma_s: float
    gain: float

    @property
    def rate_bpm(self) -> float:
        """Mean rate over the window's last half, where a heart that speeds up already is."""
        late = self.time_s[self.time_s >= 0.5 * (self.time_s[0] + self.time_s[-1])]
        return float(SECONDS_PER_MINUTE * (late.size - 1) / (late[-1] - late[0]))

    @property
    def passed(self) -> NDArray[np.bool_]:
        """(beat,) Which beats are good enough to be told."""
        good: NDArray[np.bool_] = (self.alike >= _ALIKE) & (self.sigma_s <= _MOST_SIGMA_S)
        return good


def whitened_acceleration(path_mm: Array, interval_s: float, highest_hz: float) -> Array:
    """Return the acceleration's end at `RATE_HZ`, its spectrum flat within the heart's band, its power 1.

    Args:
        path_mm: (sample,) displacement up to now.
        interval_s: Between samples.
        highest_hz: End of the band.
    """
    samples = min(path_mm.size - 2, round(WINDOW_S / interval_s))
    acceleration = np.diff(path_mm[-samples - 2 :], 2)
    spectrum = fft.rfft(acceleration - acceleration.mean())
    frequency = np.arange(spectrum.size) / (samples * interval_s)
    power = spectrum.real**2 + spectrum.imag**2
    reach = max(1, round(_LOCAL_HZ * samples * interval_s))
    summed = np.concatenate(([0.0], np.cumsum(power)))
    first = np.maximum(0, np.arange(power.size) - reach)
    last = np.minimum(power.size, np.arange(power.size) + reach + 1)
    local = (summed[last] - summed[first]) / (last - first)
    within = np.clip((frequency - _LOW_HZ) / 0.2 + 1, 0, 1) * np.clip((highest_hz - frequency) / 0.5 + 1, 0, 1)
    white = spectrum * within / np.sqrt(local + 1e-12 * power.max() + 1e-300)
    wanted = round(samples * interval_s * RATE_HZ)
    padded = np.zeros(wanted // 2 + 1, np.complex128)
    padded[: min(white.size, padded.size)] = white[: padded.size]
    signal: Array = fft.irfft(padded, wanted)
    signal /= max(float(signal.std()), 1e-12)
    return signal


@compiled
def _best_train(score: Array, period: float, sigma: float, shortest: float, longest: float) -> NDArray[np.int64]:
    """Return the samples of the train of beats with the largest total score."""
    samples = score.size
    low, high = max(1, int(shortest * period)), int(longest * period) + 1
    cost = np.empty(high + 1)
    for lag in range(1, high + 1):
        cost[lag] = 0.5 * (np.log(lag / period) / sigma) ** 2
    total = np.empty(samples)
    before = np.full(samples, -1, np.int64)
    for now in range(samples):
        # The first beat may come at any time within the first period.
        best, link = (0.0, -1) if now < high else (-1e30, -1)
        for lag in range(low, min(high, now) + 1):
            value = total[now - lag] - cost[lag]
            if value > best or (link < 0 and now >= high):
                best, link = value, now - lag
        total[now], before[now] = score[now] + best, link
    last = max(0, samples - high)
    place = last + int(np.argmax(total[last:]))
    count = 0
    at = place
    while at >= 0:
        count += 1
        at = before[at]
    train = np.empty(count, np.int64)
    at = place
    for index in range(count - 1, -1, -1):
        train[index] = at
        at = before[at]
    return train


def beat_train(signal: Array, highest_hz: float, rate_bpm: float) -> BeatTrain | None:
    """Find the beats of a known rate.

    Args:
        signal: As `whitened_acceleration` gives it.
        highest_hz: End of the band.
        rate_bpm: About how fast the heart beats.

    Returns:
        The beats; None if there are too few to tell their shape.
    """
    period = SECONDS_PER_MINUTE / rate_bpm * RATE_HZ
    length = round(min(_LONGEST_TEMPLATE_S * RATE_HZ, _TEMPLATE_SHARE * period))
    independent = 2 * (highest_hz - _LOW_HZ) / RATE_HZ
    score = np.convolve(signal**2, np.ones(5) / 5, "same") - 1.0
    train, template = np.zeros(0, np.int64), None
    for _ in range(_ROUNDS):
        train = _best_train(score, period, _INTERVAL_SIGMA, _SHORTEST, _LONGEST)
        template = _mean_beat(signal, train, length)
        if template is None:
            return None
        left = _left(signal, train, template)
        score = _match(signal, template, independent, left)
    if train.size < 4 or template is None:
        return None
    return _described(signal, train, template, independent, score)


def _segments(signal: Array, train: NDArray[np.int64], length: int) -> Array:
    whole = train[(train >= length // 2) & (train < signal.size - length + length // 2)]
    found: Array = signal[whole[:, np.newaxis] + np.arange(length) - length // 2]
    return found


def _mean_beat(signal: Array, train: NDArray[np.int64], length: int) -> Array | None:
    beats = _segments(signal, train, length)
    return beats.mean(axis=0) if len(beats) >= 4 else None


def _left(signal: Array, train: NDArray[np.int64], template: Array) -> float:
    """Return the power per sample that the train does not explain."""
    explained = train.size * float(template @ template)
    return max(0.05, 1.0 - explained / signal.size)


def _match(signal: Array, template: Array, independent: float, left: float) -> Array:
    """Return (sample,) how much better (natural logarithm) a beat there explains the signal than none."""
    matched = np.convolve(signal, template[::-1], "full")
    start = template.size - 1 - template.size // 2
    score: Array = matched[start : start + signal.size] - 0.5 * float(template @ template)
    return score * (independent / left)


def _described(signal: Array, train: NDArray[np.int64], template: Array, independent: float, score: Array) -> BeatTrain:
    length = template.size
    padded = np.concatenate((np.zeros(length), signal, np.zeros(length)))
    beats = padded[train[:, np.newaxis] + length - length // 2 + np.arange(length)]
    # Each beat is compared with the mean of the others: with its own share in it, noise would be like itself.
    count = max(train.size, 2)
    others = (template * count - beats) / (count - 1)
    alike = (beats * others).sum(axis=1) / np.sqrt(np.maximum((beats**2).sum(axis=1) * (others**2).sum(axis=1), 1e-30))
    left = _left(signal, train, template)
    bend = float(np.diff(template) @ np.diff(template)) * RATE_HZ**2
    sigma = float(np.sqrt(left / max(independent * bend, 1e-30)))
    time = (train + _between(score, train) - (signal.size - 1)) / RATE_HZ
    # What a template of so many independent numbers explains by chance is taken off.
    gain = (float(score[train].sum()) - 0.5 * independent * length * np.log(max(train.size, 2))) / (
        signal.size / RATE_HZ
    )
    return BeatTrain(time, alike, sigma, gain)


def _between(score: Array, train: NDArray[np.int64]) -> Array:
    """Return where between samples the score is largest."""
    inner = np.clip(train, 1, score.size - 2)
    left, middle, right = score[inner - 1], score[inner], score[inner + 1]
    bend = left - 2 * middle + right
    shift: Array = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    return np.clip(shift, -0.5, 0.5)
