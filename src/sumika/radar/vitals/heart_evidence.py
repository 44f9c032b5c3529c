"""How well each heart rate explains the last seconds of a chest's movement.

A heartbeat is short: it jolts the chest with overtones up to 8 Hz, while breath, however deep, fades within its first
few harmonics and sway within one hertz. So the acceleration is looked at, and all overtones of a trial rate together;
that one of them may coincide with a harmonic of breathing then decides nothing. The spectrum is whitened by its own
local mean, so that strong breathing raises only its own neighbourhood.

How much a harmonic series explains is turned into a Bayes factor against noise with the g-prior of F. Liang et al.,
"Mixtures of g priors for Bayesian variable selection", J. Am. Stat. Assoc. 103, 2008, eq. 6: a series with more lines
(half the rate) must explain more. As the heart follows the breath, each trial rate may rise or fall within the window
(the fan-chirp transform of L. Weruaga and M. Kepesi, Signal Processing 87, 2007).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.units import SECONDS_PER_MINUTE

SLOWEST_BPM, FASTEST_BPM = 38.0, 160.0
GRID_STEP = 0.005
"""Trial rates are this far apart, as a share: finer than a window can tell."""

GRID_BPM: NDArray[np.float64] = np.exp(np.arange(np.log(SLOWEST_BPM), np.log(FASTEST_BPM), GRID_STEP))
"""(rate,) trial rates."""

WINDOW_S = 6.0
"""Long enough for four beats of the slowest heart, short enough that its rate hardly wanders."""

_LOW_HZ, _HIGH_HZ = 0.9, 8.0
_SPECTRUM_STEP_HZ = 0.05
_LOCAL_HZ = 1.2
_MOST_LINES = 12
_RISES = (-0.1, -0.05, 0.0, 0.05, 0.1)
"""By which share a trial rate may change over half a window."""

_PRIOR_GAIN = 3.0
"""g: prior power of a line over that of noise, per independent number."""

_HANN_HZ = 1.5
"""Equivalent noise bandwidth of a Hann window, times its length."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one window says.

    Attributes:
        log_factor: (rate,) natural logarithm of the Bayes factor of each rate of `GRID_BPM` against noise.
        explained: (rate,) share of the whitened acceleration's power that each explains.
    """

    log_factor: Array
    explained: Array


@dataclass(frozen=True, slots=True)
class _Table:
    """What depends on the sampling only.

    Attributes:
        transform: float32 (2 * rise * bin, sample): cosines, then sines, tapered.
        lowest: First bin within the band.
        first: (line, rate) where a line begins, in bins.
        last: (line, rate) where it ends.
        parameters: (rate,) how many independent complex numbers a series takes.
        numbers: How many the band holds.
    """

    transform: NDArray[np.float32]
    lowest: int
    first: Array
    last: Array
    parameters: Array
    numbers: float


def highest_hz(interval_s: float) -> float:
    """Return the end of the band in which a heart is looked for; frames must be fast enough to show it."""
    return min(_HIGH_HZ, 0.42 / interval_s)


@lru_cache(maxsize=8)
def _table(samples: int, interval_s: float) -> _Table:
    high_hz = highest_hz(interval_s)
    frequency = np.arange(0.0, high_hz + _SPECTRUM_STEP_HZ / 2, _SPECTRUM_STEP_HZ)
    seconds = samples * interval_s
    place = (np.arange(samples) - (samples - 1) / 2) / samples
    taper = np.cos(np.pi * place) ** 2
    warped_s = np.array([place + rise * (2 * place**2 - 0.5) for rise in _RISES]) * seconds
    angle = 2 * np.pi * frequency[np.newaxis, :, np.newaxis] * warped_s[:, np.newaxis, :]
    transform = np.concatenate((np.cos(angle), np.sin(angle))).reshape(-1, samples) * taper
    width_hz = _HANN_HZ / seconds
    line_hz = GRID_BPM / SECONDS_PER_MINUTE * np.arange(1, _MOST_LINES + 1)[:, np.newaxis]
    within = (line_hz >= _LOW_HZ) & (line_hz + width_hz / 2 <= high_hz)
    half = np.where(within, width_hz / 2, 0.0)
    line_hz = np.where(within, line_hz, _LOW_HZ)
    numbers = (high_hz - _LOW_HZ) / width_hz
    lowest = round(_LOW_HZ / _SPECTRUM_STEP_HZ)
    first, last = ((line_hz + side * half) / _SPECTRUM_STEP_HZ + 0.5 - lowest for side in (-1, 1))
    most = frequency.size - lowest
    parameters = within.sum(axis=0).astype(np.float64)
    return _Table(
        transform.astype(np.float32), lowest, np.clip(first, 0, most), np.clip(last, 0, most), parameters, numbers
    )


def heart_evidence(path_mm: Array, interval_s: float) -> Evidence | None:
    """Weigh all heart rates against the end of a chest's movement.

    Args:
        path_mm: (sample,) displacement up to now, evenly spaced.
        interval_s: Between samples.

    Returns:
        The evidence; None if the movement is too short, too coarse, or there is none.
    """
    samples = round(WINDOW_S / interval_s)
    if path_mm.size < samples + 2 or highest_hz(interval_s) < 2 * FASTEST_BPM / SECONDS_PER_MINUTE:
        return None
    acceleration = np.diff(path_mm[-samples - 2 :], 2)
    acceleration -= acceleration.mean()
    table = _table(samples, interval_s)
    lines = (table.transform @ acceleration.astype(np.float32)).reshape(2, len(_RISES), -1).astype(np.float64)
    power = (lines**2).sum(axis=0)
    if not power.max() > 0:
        return None
    white = _whitened(power)[:, table.lowest :]
    summed = np.concatenate((np.zeros((len(_RISES), 1)), np.cumsum(white, axis=1)), axis=1)
    explained = (_at(summed, table.last) - _at(summed, table.first)).sum(axis=1) / summed[:, -1:]
    explained = np.minimum(explained, 0.98)
    left = 1.0 + _PRIOR_GAIN * (1.0 - explained)
    factor = (table.numbers - table.parameters) * np.log1p(_PRIOR_GAIN) - table.numbers * np.log(left)
    # A rise nobody knows: the mean over those tried.
    best = factor.max(axis=0)
    log_factor = best + np.log(np.exp(factor - best).mean(axis=0))
    return Evidence(log_factor, explained.max(axis=0))


def _whitened(power: Array) -> Array:
    """Divide each bin by the mean around it."""
    reach = round(_LOCAL_HZ / _SPECTRUM_STEP_HZ)
    bins = power.shape[1]
    summed = np.concatenate((np.zeros((power.shape[0], 1)), np.cumsum(power, axis=1)), axis=1)
    first = np.maximum(0, np.arange(bins) - reach)
    last = np.minimum(bins, np.arange(bins) + reach + 1)
    local = (summed[:, last] - summed[:, first]) / (last - first)
    white: Array = power / (local + 1e-9 * power.max())
    return white


def _at(summed: Array, place: Array) -> Array:
    """Return (rise, line, rate) values of running sums between their bins."""
    low = np.minimum(place.astype(np.intp), summed.shape[1] - 2)
    part = place - low
    value: Array = summed[:, low] * (1 - part) + summed[:, low + 1] * part
    return value
