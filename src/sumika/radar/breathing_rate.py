"""The rate of breathing at the end of a chest's movement, with its sigma, or why there is none. Pure functions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar.periodicity import Band, Rhythm, band_limited_velocity, find_rhythm, phase_wander_rad
from sumika.schema.reason import Reason
from sumika.units import SECONDS_PER_MINUTE

SHORTEST_S = 12.0
"""No rate from less than this."""

BAND = Band(low_hz=4.5 / 60, high_hz=45 / 60, top_hz=1.6, harmonics=2, samples=160)
"""Searched a little beyond what is believed, so that what lies outside is seen to do so."""

CALM_BAND = Band(low_hz=4.5 / 60, high_hz=22.5 / 60, top_hz=0.8, harmonics=2, samples=160)
"""For shallow, slow breathing: below any heart, whose movement would drown it in the wider band."""

SLOWEST_BPM, FASTEST_BPM = 5.5, 42.0
LONGEST_S = 30.0
BREATHS = 5.0
"""A window this many breaths long: a longer one lags when breathing changes, and is surer only of the past."""

FEWEST_CYCLES = 2.5
CHANCE_LOG10 = -3.5
"""A rhythm counts if noise would look like one less often than this. At one estimate a second and windows that
overlap, noise would pass once in a few hours of a still person who does not breathe."""

CALM_CHANCE_LOG10 = -5.0
"""In the calm band: at the slow end drift is redder than anything that can be told from so short a stretch."""

FUNDAMENTAL_LOG10 = -4.5
"""And if the fundamental itself is no chance: else a heart would pass for breathing at half its rate."""

SMALLEST_MM, LARGEST_MM = 0.03, 20.0

_MOST_OF_IT = 0.5

_LASTING_SHARE = 0.08
"""The last breath's time must hold this share of the window's mean power, or the breathing has ended."""

_WANDER = 8.0
"""Sigma of a window's mean rate, in turns per window, per radian by which the phase strays more than noise makes it."""

_NOISE_STRAYS = 0.8
"""How much of the straying that noise is expected to cause is taken off. With `_WANDER` from simulation: over
breathing irregular by 0 to 10 %, with and without sway and noise, 95 % intervals cover 90 to 98 %."""

SIGMA_FLOOR_BPM = 0.05
"""No mean rate of a living chest is known better."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How a chest moved.

    Attributes:
        path_mm: (sample,) on an even time axis.
        interval_s: Between samples.
    """

    path_mm: NDArray[np.float64]
    interval_s: float


def wander_bpm(seen: Trace, rhythm: Rhythm) -> float:
    """Return the sigma that irregular breathing adds to the mean rate of a window.

    Args:
        seen: What the rhythm was found in.
        rhythm: What was found.
    """
    strayed_rad = phase_wander_rad(_velocity_of_last(seen, rhythm.window_s, rhythm.band)[0], rhythm)
    # A phase that is noisy by s in each of n periods has a slope that is noisy by s * sqrt(12 / n); 18 with the taper.
    turns = rhythm.sigma_bpm / SECONDS_PER_MINUTE * rhythm.window_s
    by_noise_rad = 2 * np.pi * turns * np.sqrt(rhythm.cycles / 18)
    beyond_rad = float(np.sqrt(max(0.0, strayed_rad**2 - _NOISE_STRAYS * by_noise_rad**2)))
    return _WANDER * beyond_rad / (2 * np.pi) / rhythm.window_s * SECONDS_PER_MINUTE


def rhythm_of_last(seen: Trace, seconds: float) -> Rhythm | None:
    """Return the best rhythm in the last part of a movement, convincing or not; None if nothing moves.

    Args:
        seen: The movement.
        seconds: Length of the part.
    """
    best = find_rhythm(*_velocity_of_last(seen, seconds, BAND), BAND)
    if best is not None and convincing(best):
        return best
    calm = find_rhythm(*_velocity_of_last(seen, seconds, CALM_BAND), CALM_BAND)
    return calm if calm is not None and convincing(calm) else best


def _velocity_of_last(seen: Trace, seconds: float, band: Band) -> tuple[NDArray[np.float64], float]:
    count = min(seen.path_mm.size, round(seconds / seen.interval_s))
    return band_limited_velocity(seen.path_mm[-count:], seen.interval_s, band)


def rhythm_in_enough_breaths(seen: Trace) -> Rhythm | None:
    """Return the rhythm in a window of `BREATHS` breaths; in a longer one where that one does not convince.

    Args:
        seen: The movement up to now.
    """
    available_s = seen.path_mm.size * seen.interval_s
    window_s = min(available_s, 20.0)
    rhythm = rhythm_of_last(seen, window_s)
    if rhythm is not None and convincing(rhythm):
        wanted_s = min(enough_breaths_s(rhythm.rate_bpm), max(SHORTEST_S, available_s))
        if abs(wanted_s - window_s) < 1.0:
            return rhythm
        better = rhythm_of_last(seen, wanted_s)
        return better if better is not None and convincing(better) else rhythm
    if available_s > window_s + 1.0:
        return rhythm_of_last(seen, available_s)
    return rhythm


def _dominant(rhythm: Rhythm) -> bool:
    """Return whether a rhythm is most of what moves, and its fundamental no chance."""
    return rhythm.explained >= _MOST_OF_IT and rhythm.fundamental_log10 < FUNDAMENTAL_LOG10


def enough_breaths_s(rate_bpm: float) -> float:
    """Return how long a window of `BREATHS` breaths is, within what is wanted of windows."""
    return float(np.clip(BREATHS * SECONDS_PER_MINUTE / rate_bpm, SHORTEST_S, LONGEST_S))


def convincing(rhythm: Rhythm) -> bool:
    """Return whether noise would hardly ever look like this, and enough of it was seen."""
    enough_log10 = CALM_CHANCE_LOG10 if rhythm.band is CALM_BAND else CHANCE_LOG10
    significant = rhythm.chance_log10 < enough_log10 and rhythm.fundamental_log10 < FUNDAMENTAL_LOG10
    return significant and rhythm.cycles >= FEWEST_CYCLES


def plausible(rhythm: Rhythm, seen: Trace, available_s: float, *, alive: bool = False) -> Reason:
    """Return MEASURED if the rhythm is breathing that goes on, or why it is not.

    Args:
        rhythm: Found at the end of `seen`.
        seen: The movement.
        available_s: Since when the person has been still.
        alive: Whether something else, a heartbeat, shows that this is a living chest. Then the question is not
            whether it breathes but how fast, and a rhythm that drift might imitate is still the best answer.
    """
    if rhythm.cycles < FEWEST_CYCLES:
        return Reason.WARMING_UP if available_s < LONGEST_S - 1.0 else Reason.OUT_OF_BAND
    if not convincing(rhythm) and not (alive and _dominant(rhythm)):
        return Reason.NOT_PERIODIC
    if not SLOWEST_BPM <= rhythm.rate_bpm <= FASTEST_BPM:
        return Reason.OUT_OF_BAND
    if not SMALLEST_MM <= rhythm.amplitude_mm <= LARGEST_MM:
        return Reason.TOO_WEAK if rhythm.amplitude_mm < SMALLEST_MM else Reason.NOT_PERIODIC
    return Reason.MEASURED if _lasts(seen, rhythm) else Reason.TOO_WEAK


def _lasts(seen: Trace, rhythm: Rhythm) -> bool:
    """Return MEASURED if the rhythm is breathing that goes on, or why it is not.

    Args:
        rhythm: Found at the end of `seen`.
        seen: The movement.
        available_s: Since when the person has been still.
        alive: Whether something else, a heartbeat, shows that this is a living chest. Then the question is not
            whether it breathes but how fast, and a rhythm that drift might imitate is still the best answer.
    """
    velocity, _ = _velocity_of_last(seen, rhythm.window_s, rhythm.band)
    recent_s = max(4.0, 0.8 * SECONDS_PER_MINUTE / rhythm.rate_bpm)
    recent = velocity[-max(1, round(velocity.size * recent_s / rhythm.window_s)) :]
    return bool((recent**2).mean() > _LASTING_SHARE * (velocity**2).mean())
