"""Breaths in the pull of a belt: where each begins. Counted one by one; it shares nothing with what it judges."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Array = NDArray[np.float64]

BREATH_BAND_HZ = (0.05, 1.0)
SHORTEST_BREATH_S = 1.2
_SWING = 0.35
"""A swing smaller than that share of the usual one is a swallow or the heart, not a breath."""

_RATE_HZ = 10.0


def breath_times(belt: Array, rate_hz: float) -> Array:
    """Return the moments of fullest breath, in seconds from the first sample.

    Args:
        belt: (sample,) any unit; more is fuller.
        rate_hz: Samples per second.
    """
    if belt.size < 10 * rate_hz or not np.ptp(belt) > 0:
        return np.empty(0)
    fewer = max(1, round(rate_hz / _RATE_HZ))
    usable = belt[: belt.size // fewer * fewer].reshape(-1, fewer).mean(axis=1)
    slow_hz = rate_hz / fewer
    sections = signal.butter(2, BREATH_BAND_HZ, "bandpass", fs=slow_hz, output="sos")
    wave = np.asarray(signal.sosfiltfilt(sections, usable - np.median(usable)), float)
    usual = float(np.percentile(wave, 90) - np.percentile(wave, 10))
    peaks, _ = signal.find_peaks(wave, prominence=_SWING * usual, distance=max(1, round(SHORTEST_BREATH_S * slow_hz)))
    places = [_top(wave, int(peak)) for peak in peaks]
    # A block's mean belongs to its middle.
    return (np.array(places, float) * fewer + (fewer - 1) / 2) / rate_hz


def _top(wave: Array, place: int) -> float:
    before, here, after = wave[place - 1 : place + 2]
    bend = before - 2 * here + after
    return float(place + (0.5 * (before - after) / bend if bend < 0 else 0.0))
