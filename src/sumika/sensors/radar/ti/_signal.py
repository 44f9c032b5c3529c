"""Measures of a capture's signal that tell where its chirps begin and whose antenna is whose, without knowing them.

The signal within a chirp is smooth, a few echoes, and starts anew with the next one: a linear prediction from the
previous few samples fails at the start of each chirp and nowhere else. The thresholds lie well apart from what was
measured on a real capture, and refused no right description in 800 random scenes of points.
"""

import numpy as np
from numpy.typing import NDArray

_ORDER = 4
_CLEAR = 8.0
"""Error at a chirp's start over the median error: from here on it is a start. Measured on a real capture: 19."""
_FAINT = 3.0
"""Below this, it is none. Measured: 2.8 is the most within a chirp."""
_ALIKE = 0.9
"""Coherence of the same antenna from chirp to chirp. Measured: 0.98; between antennas at most 0.2."""
_ROUNDING = 1e-7
_SHORTEST_CHIRP, _LONGEST_CHIRP = 16, 1024
_MOST_ANTENNAS = 16
_LEAKAGE_BINS = 3


def prediction_error(samples: NDArray[np.complex64]) -> NDArray[np.float64] | None:
    """Return the squared error of predicting each sample linearly from the previous ones; None for a dead signal."""
    signal = samples.astype(np.complex128)
    target = signal[_ORDER:]
    if target.size <= 10 * _ORDER:
        return None
    history = np.stack([signal[_ORDER - 1 - lag : -1 - lag] for lag in range(_ORDER)])
    covariance = history.conj() @ history.T
    power = float(np.trace(covariance).real) / _ORDER
    if power <= 0:
        return None
    weights = np.linalg.solve(covariance + 1e-9 * power * np.eye(_ORDER), history.conj() @ target)
    error = np.zeros(signal.size)
    error[_ORDER:] = np.abs(target - weights @ history) ** 2
    # What lies below the rounding of the arithmetic is no jump.
    return error + _ROUNDING * power


def coherence(samples: NDArray[np.complex64], lag: int) -> float:
    """Return how alike the signal is to itself `lag` samples later: about 1 for the same antenna's next chirp."""
    if lag >= samples.size:
        return 0.0
    before, after = samples[:-lag], samples[lag:]
    scale = float(np.linalg.norm(before)) * float(np.linalg.norm(after))
    return float(np.vdot(before, after).real) / scale if scale else 0.0


def samples_per_chirp(samples: NDArray[np.complex64], error: NDArray[np.float64], described: int, antennas: int) -> int:
    """Return after how many samples the signal starts anew: `described` if that fits, 0 if it cannot be told."""
    if _fits(error, described):
        return described
    candidates = range(_SHORTEST_CHIRP, min(_LONGEST_CHIRP, error.size // 8) + 1)
    clear = [length for length in candidates if _start_over_median(error, length) > _CLEAR and _fits(error, length)]
    found = min(clear, default=0)
    if found > described and found % described == 0:
        # Receivers that see the same hardly jump from one to the next; then only some chirps show their start.
        lag = antennas * described
        if coherence(samples, lag) > _ALIKE * coherence(samples, found // described * lag):
            return 0
    return found


def late_start(error: NDArray[np.float64], length: int) -> int:
    """Return how many samples after their described start chirps begin; 0 if they begin there or it cannot be told."""
    profile = error[: error.size // length * length].reshape(-1, length).mean(axis=0)
    median = float(np.median(profile))
    latest = int(profile.argmax())
    elsewhere = np.delete(profile, range(max(0, latest - 1), min(length, latest + _ORDER)))
    clear = profile[latest] > _CLEAR * median and profile[latest] > 2 * elsewhere.max(initial=0.0)
    return latest if profile[0] < _FAINT * median and latest >= _ORDER and clear else 0


def antennas_seen(samples: NDArray[np.complex64], length: int, described: int) -> int:
    """Return after how many chirps the same antenna comes again: `described` if that fits, 0 if it cannot be told."""
    if coherence(samples, described * length) > _ALIKE / 2:
        return described
    alike = [
        count
        for count in range(1, _MOST_ANTENNAS + 1)
        if min(coherence(samples, count * length), coherence(samples, 2 * count * length)) > _ALIKE
    ]
    return min(alike, default=0)


def mirrored(samples: NDArray[np.complex64], length: int) -> bool:
    """Return whether nearly all power lies at negative beat frequencies, where no echo can be."""
    spectrum = np.fft.fft(samples[: samples.size // length * length].reshape(-1, length))
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    positive = float(power[_LEAKAGE_BINS : length // 2].sum())
    negative = float(power[length // 2 + 1 : length - _LEAKAGE_BINS + 1].sum())
    return negative > 4 * positive


def _fits(error: NDArray[np.float64], length: int) -> bool:
    """Return whether every chirp of that length starts with a jump and none has a jump inside."""
    chirps = error.size // length
    if chirps < 2:
        return False
    folded = error[: chirps * length].reshape(chirps, length)
    profile = folded.mean(axis=0)
    median = float(np.median(profile))
    if profile[0] < _FAINT * median:
        return False
    jumps_inside = length > 2 * _ORDER and profile[_ORDER:].max() > max(profile[0] / 2, _FAINT * median)
    # With too short a length only every second, third ... start is one.
    every = [folded[first::step, 0].mean() for step in (2, 3, 4, 5) for first in range(min(step, chirps))]
    return not jumps_inside and min(every) > _FAINT / 2 * median


def _start_over_median(error: NDArray[np.float64], length: int) -> float:
    profile = error[: error.size // length * length].reshape(-1, length).mean(axis=0)
    return float(profile[0] / max(float(np.median(profile)), 1e-300))
