"""Heartbeats in a contact electrocardiogram: where the R waves are.

After Pan and Tompkins (IEEE Trans. Biomed. Eng. 32, 1985): band-pass, slope, square, moving sum, two adaptive levels, a
search back where a beat is missing. The peak itself is then found in the filtered signal, to a fraction of a sample.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Array = NDArray[np.float64]

QRS_BAND_HZ = (5.0, 20.0)
SLOWEST_RATE_HZ = 80.0
"""Below that a QRS complex of 80 ms is too few samples to place its peak."""

_SUM_S = 0.12
_REFRACTORY_S = 0.24
_T_WAVE_S = 0.36
_MISSED = 1.66
_SEARCH_S = 0.06
_MAINS_HZ = (50.0, 60.0)
_MAINS_TOLERANCE = 0.01
_LINE_OVER_AROUND = 20.0
_AROUND_BINS = 51


def r_peaks(ecg: Array, rate_hz: float) -> Array:
    """Return the times of the R waves, in seconds from the first sample.

    Args:
        ecg: (sample,) any unit, either polarity.
        rate_hz: Samples per second.

    Raises:
        ValueError: if the rate is below `SLOWEST_RATE_HZ`.
    """
    if rate_hz < SLOWEST_RATE_HZ:
        raise ValueError(f"an ECG of {rate_hz:.3g} Hz; beats need {SLOWEST_RATE_HZ:g} Hz")
    if ecg.size < 2 * rate_hz or not np.ptp(ecg) > 0:
        return np.empty(0)
    sections = signal.butter(2, QRS_BAND_HZ, "bandpass", fs=rate_hz, output="sos")
    filtered = np.asarray(signal.sosfiltfilt(sections, ecg - np.median(ecg)), float)
    slope = np.gradient(filtered) ** 2
    width = max(1, round(_SUM_S * rate_hz))
    energy = np.convolve(slope, np.full(width, 1 / width), "same")
    candidates, _ = signal.find_peaks(energy, distance=max(1, round(_REFRACTORY_S * rate_hz)))
    chosen = _above_levels(energy, np.asarray(candidates), rate_hz)
    return _refined(filtered, chosen, rate_hz) / rate_hz


def line_off_the_mains(ecg: Array, rate_hz: float) -> float | None:
    """Return a narrow line that stands where no mains has it: then the sample rate is not what it is said to be.

    Args:
        ecg: (sample,).
        rate_hz: As it is said to be.

    Returns:
        Its frequency; None where there is no such line, or the mains stands where it should.
    """
    if ecg.size < 20 * rate_hz or rate_hz < 100:
        return None
    frequency_hz, power = signal.welch(ecg, rate_hz, nperseg=int(10 * rate_hz))
    around = np.asarray(signal.medfilt(power, _AROUND_BINS), float)
    inside = (frequency_hz > 40.0) & (frequency_hz < rate_hz / 2 - 3.0)  # the median needs both sides
    height = np.where(inside, power / np.maximum(around, 1e-30 * power.max() + 1e-300), 0.0)
    if height.max() < _LINE_OVER_AROUND:
        return None
    line_hz = float(frequency_hz[height.argmax()])
    multiples = [number * mains for mains in _MAINS_HZ for number in (1, 2, 3)]
    aliases = [abs(rate_hz - one) for one in multiples]
    near = any(abs(line_hz - one) <= _MAINS_TOLERANCE * one for one in (*multiples, *aliases))
    return None if near else line_hz


def _above_levels(energy: Array, candidates: NDArray[np.intp], rate_hz: float) -> list[int]:
    """Choose the peaks that stand above a level between those of beats and those of noise, both learned on the way."""
    first = energy[: round(2 * rate_hz)]
    beat_level, noise_level = float(np.sort(energy[candidates])[-max(1, candidates.size // 4) :].mean()), 0.0
    beat_level, noise_level = min(beat_level, float(first.max()) * 2), float(np.median(energy))
    chosen: list[int] = []
    for place in candidates.tolist():
        level = noise_level + 0.25 * (beat_level - noise_level)
        missed = _missed(energy, candidates, chosen, place, level / 2)
        found = bool(energy[place] > level) and not _is_t_wave(energy, chosen, place, rate_hz)
        for one in (*missed, *((place,) if found else ())):
            chosen.append(one)
            beat_level += 0.125 * (float(energy[one]) - beat_level)
        if not found:
            noise_level += 0.125 * (float(energy[place]) - noise_level)
    return chosen


def _is_t_wave(energy: Array, chosen: Sequence[int], place: int, rate_hz: float) -> bool:
    """Whether it follows a beat closely and rises less steeply: half of the slope is a quarter of its square."""
    return bool(chosen and place - chosen[-1] < _T_WAVE_S * rate_hz and energy[place] < 0.5 * energy[chosen[-1]])


def _missed(
    energy: Array, candidates: NDArray[np.intp], chosen: Sequence[int], place: int, level: float
) -> tuple[int, ...]:
    """Look back, where the pause since the last beat is too long, for the best peak above half of the level."""
    if len(chosen) < 3:
        return ()
    usual = float(np.median(np.diff(chosen[-9:])))
    if place - chosen[-1] < _MISSED * usual:
        return ()
    lo, hi = chosen[-1] + 0.5 * usual, place - 0.5 * usual
    between = candidates[(candidates > lo) & (candidates < hi)]
    if not between.size:
        return ()
    best = int(between[energy[between].argmax()])
    return (best,) if energy[best] > level else ()


def _refined(filtered: Array, places: Sequence[int], rate_hz: float) -> Array:
    """Return the peaks of the wave itself, in samples: the larger of both polarities, the same for the whole signal."""
    reach = max(1, round(_SEARCH_S * rate_hz))
    spans = [np.arange(max(0, one - reach), min(filtered.size, one + reach + 1)) for one in places]
    if not spans:
        return np.empty(0)
    upright = np.median([filtered[span].max() for span in spans]) >= np.median(
        [-filtered[span].min() for span in spans]
    )
    wave = filtered if upright else -filtered
    tops = []
    for span in spans:
        top = int(span[wave[span].argmax()])
        if not 0 < top < wave.size - 1:
            continue
        before, here, after = wave[top - 1 : top + 2]
        bend = before - 2 * here + after
        tops.append(top + (0.5 * (before - after) / bend if bend < 0 else 0.0))
    return _one_per_beat(np.unique(np.array(tops, float)), wave, _REFRACTORY_S * rate_hz)


def _one_per_beat(tops: Array, wave: Array, refractory: float) -> Array:
    """Keep the higher of two that are too near for two beats."""
    kept: list[float] = []
    for top in tops.tolist():
        if kept and top - kept[-1] < refractory:
            if wave[round(top)] > wave[round(kept[-1])]:
                kept[-1] = top
        else:
            kept.append(top)
    return np.array(kept, float)
