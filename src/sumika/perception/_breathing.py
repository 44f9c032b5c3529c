"""The rate of breathing in a stretch of slow-time I/Q, with its sigma, or why there is none. Pure functions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.perception._fitness import SHORTEST_S
from sumika.perception._periodicity import (
    Band,
    Rhythm,
    band_limited_velocity,
    find_rhythm,
    phase_wander_rad,
    refine_rhythm,
)
from sumika.perception._window import Stretch, evenly_spaced
from sumika.radar import Centres, displacement_mm, find_centres, phase_increments
from sumika.schema import Reason
from sumika.units import SECONDS_PER_MINUTE

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

_LASTING_SHARE = 0.08
"""The last breath's time must hold this share of the window's mean power, or the breathing has ended."""

_FADED_SHARE = 0.03
"""Where a reflection has less than this of its power in the window left, who reflected has gone."""

_ALMOST_HALF_A_TURN = 2.5
_MOST_TOO_FAST = 0.03

_DISAGREEMENT = 0.12
"""Halves of the channels that see rates further apart than this share do not look at the same thing."""

_WANDER = 8.0
"""Sigma of a window's mean rate, in turns per window, per radian by which the phase strays more than noise makes it."""

_NOISE_STRAYS = 0.8
"""How much of the straying that noise is expected to cause is taken off. With `_WANDER` from simulation: over
breathing irregular by 0 to 10 %, with and without sway and noise, 95 % intervals cover 90 to 98 %."""

_SIGMA_FLOOR_BPM = 0.05


@dataclass(frozen=True, slots=True)
class Breathing:
    """What a stretch says about breathing.

    Attributes:
        reason: MEASURED, or why there is no rate.
        rhythm: The rhythm that was found, believed or not.
        sigma_bpm: Standard deviation of its rate, everything included.
        scale_known: Whether the displacement's scale is known, so that amplitudes may be told.
    """

    reason: Reason
    rhythm: Rhythm | None = None
    sigma_bpm: float = float("inf")
    scale_known: bool = False


@dataclass(frozen=True, slots=True)
class Waveform:
    """The chest's displacement during a stretch.

    Attributes:
        path_mm: (sample,) on an even time axis.
        interval_s: Between samples.
        centres: What the phase turned around.
        fastest_share: Share of the frames between which the phase turned by almost half a turn or more: there the
            radar's frames are too few to tell how far the chest went.
    """

    path_mm: NDArray[np.float64]
    interval_s: float
    centres: Centres
    fastest_share: float


def waveform(stretch: Stretch, part: tuple[Centres, NDArray[np.intp]] | None = None) -> Waveform:
    """Return the displacement that a stretch's channels show together.

    Args:
        stretch: Without movement.
        part: Centres of all channels, where they are known, and the channels to use; None finds and uses all.
    """
    if part is None:
        iq, centres = stretch.iq, find_centres(stretch.iq)
    else:
        known, channels = part
        iq = stretch.iq[:, channels]
        centres = Centres(known.centre[channels], known.short[channels], known.power[channels])
    turned = phase_increments(iq, centres)
    even, interval_s = evenly_spaced(displacement_mm(turned, stretch.wavelength_m), stretch)
    return Waveform(even, interval_s, centres, float((np.abs(turned) > _ALMOST_HALF_A_TURN).mean()))


def breathing(stretch: Stretch, seen: Waveform) -> Breathing:
    """Find the rate of breathing at the end of a stretch without movement.

    Args:
        stretch: At least `SHORTEST_S` long.
        seen: Its waveform.
    """
    if _faded(stretch, seen.centres):
        return Breathing(Reason.PERSON_LEFT)
    rhythm = _in_enough_breaths(seen)
    if rhythm is None:
        return Breathing(Reason.NOT_PERIODIC)
    reason = _plausible(rhythm, seen, stretch.length_s)
    if reason is not Reason.MEASURED:
        return Breathing(reason, rhythm)
    apart = _halves_apart(stretch.last(rhythm.window_s), rhythm, seen.centres)
    if apart is None or apart > _DISAGREEMENT * rhythm.rate_bpm:
        return Breathing(Reason.CHANNELS_DISAGREE, rhythm)
    sigma = float(
        np.sqrt(rhythm.sigma_bpm**2 + _wander_bpm(seen, rhythm) ** 2 + (apart / 2) ** 2 + _SIGMA_FLOOR_BPM**2)
    )
    power = seen.centres.power
    far_enough = bool(power[seen.centres.short].sum() < 0.5 * power.sum())
    scale_known = far_enough and seen.fastest_share < _MOST_TOO_FAST
    return Breathing(Reason.MEASURED, rhythm, sigma, scale_known)


def _wander_bpm(seen: Waveform, rhythm: Rhythm) -> float:
    """Return the sigma that irregular breathing adds to the mean rate of a window."""
    strayed_rad = phase_wander_rad(_velocity_of_last(seen, rhythm.window_s, rhythm.band)[0], rhythm)
    # A phase that is noisy by s in each of n periods has a slope that is noisy by s * sqrt(12 / n); 18 with the taper.
    turns = rhythm.sigma_bpm / SECONDS_PER_MINUTE * rhythm.window_s
    by_noise_rad = 2 * np.pi * turns * np.sqrt(rhythm.cycles / 18)
    beyond_rad = float(np.sqrt(max(0.0, strayed_rad**2 - _NOISE_STRAYS * by_noise_rad**2)))
    return _WANDER * beyond_rad / (2 * np.pi) / rhythm.window_s * SECONDS_PER_MINUTE


def rhythm_of_last(seen: Waveform, seconds: float) -> Rhythm | None:
    """Return the best rhythm in the last part of a waveform."""
    best = find_rhythm(*_velocity_of_last(seen, seconds, BAND), BAND)
    if best is not None and convincing(best):
        return best
    calm = find_rhythm(*_velocity_of_last(seen, seconds, CALM_BAND), CALM_BAND)
    return calm if calm is not None and convincing(calm) else best


def _velocity_of_last(seen: Waveform, seconds: float, band: Band) -> tuple[NDArray[np.float64], float]:
    count = min(seen.path_mm.size, round(seconds / seen.interval_s))
    return band_limited_velocity(seen.path_mm[-count:], seen.interval_s, band)


def _in_enough_breaths(seen: Waveform) -> Rhythm | None:
    """Return the rhythm in a window of `BREATHS` breaths; in a longer one where that one does not convince."""
    available_s = seen.path_mm.size * seen.interval_s
    window_s = min(available_s, 20.0)
    rhythm = rhythm_of_last(seen, window_s)
    if rhythm is not None and convincing(rhythm):
        wanted_s = float(
            np.clip(BREATHS * SECONDS_PER_MINUTE / rhythm.rate_bpm, SHORTEST_S, min(LONGEST_S, available_s))
        )
        if abs(wanted_s - window_s) < 1.0:
            return rhythm
        better = rhythm_of_last(seen, wanted_s)
        return better if better is not None and convincing(better) else rhythm
    if available_s > window_s + 1.0:
        return rhythm_of_last(seen, available_s)
    return rhythm


def convincing(rhythm: Rhythm) -> bool:
    """Return whether noise would hardly ever look like this, and enough of it was seen."""
    enough_log10 = CALM_CHANCE_LOG10 if rhythm.band is CALM_BAND else CHANCE_LOG10
    significant = rhythm.chance_log10 < enough_log10 and rhythm.fundamental_log10 < FUNDAMENTAL_LOG10
    return significant and rhythm.cycles >= FEWEST_CYCLES


def _plausible(rhythm: Rhythm, seen: Waveform, available_s: float) -> Reason:
    if rhythm.cycles < FEWEST_CYCLES:
        return Reason.WARMING_UP if available_s < LONGEST_S - 1.0 else Reason.OUT_OF_BAND
    if not convincing(rhythm):
        return Reason.NOT_PERIODIC
    if not SLOWEST_BPM <= rhythm.rate_bpm <= FASTEST_BPM:
        return Reason.OUT_OF_BAND
    if not SMALLEST_MM <= rhythm.amplitude_mm <= LARGEST_MM:
        return Reason.TOO_WEAK if rhythm.amplitude_mm < SMALLEST_MM else Reason.NOT_PERIODIC
    return Reason.MEASURED if _lasts(seen, rhythm) else Reason.TOO_WEAK


def _lasts(seen: Waveform, rhythm: Rhythm) -> bool:
    """Return whether the movement goes on until now: a window with a breathing past is no present."""
    velocity, _ = _velocity_of_last(seen, rhythm.window_s, rhythm.band)
    recent_s = max(4.0, 0.8 * SECONDS_PER_MINUTE / rhythm.rate_bpm)
    recent = velocity[-max(1, round(velocity.size * recent_s / rhythm.window_s)) :]
    return bool((recent**2).mean() > _LASTING_SHARE * (velocity**2).mean())


def _faded(stretch: Stretch, centres: Centres) -> bool:
    """Return whether the reflection that turned around its centre is no longer there: what is left is the centre."""
    known = ~centres.short
    if not known.any():
        return False
    turning = np.abs(stretch.iq[:, known] - centres.centre[known]) ** 2
    recent = stretch.last(2.0).time_s.size
    return bool(turning[-recent:].sum(axis=1).mean() < _FADED_SHARE * turning.sum(axis=1).mean())


def _halves_apart(stretch: Stretch, rhythm: Rhythm, centres: Centres) -> float | None:
    """Return how far apart two independent halves of the channels see the rate; None if one sees none near it."""
    halves = stretch.halves()
    if halves is None:
        return 0.0
    rates = []
    for half in halves:
        seen = waveform(stretch, (centres, half))
        velocity, window_s = band_limited_velocity(seen.path_mm, seen.interval_s, rhythm.band)
        polished = refine_rhythm(velocity, window_s, rhythm.band, rhythm.rate_bpm / SECONDS_PER_MINUTE)
        if polished is None or polished.explained < 0.1:
            return None
        rates.append(polished.rate_bpm)
    return abs(rates[0] - rates[1])
