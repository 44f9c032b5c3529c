"""The rate of breathing in a stretch of slow-time I/Q, with its sigma, or why there is none. Pure functions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.perception._window import Stretch, evenly_spaced
from sumika.radar import Centres, displacement_mm, find_centres, phase_increments
from sumika.radar.breathing_rate import (
    SIGMA_FLOOR_BPM,
    Trace,
    plausible,
    rhythm_in_enough_breaths,
    wander_bpm,
)
from sumika.radar.periodicity import Rhythm, band_limited_velocity, refine_rhythm
from sumika.schema import Reason
from sumika.units import SECONDS_PER_MINUTE

_FADED_SHARE = 0.03
"""Where a reflection has less than this of its power in the window left, who reflected has gone."""

_ALMOST_HALF_A_TURN = 2.5
_MOST_TOO_FAST = 0.03

_DISAGREEMENT = 0.12
"""Halves of the channels that see rates further apart than this share do not look at the same thing."""


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
class Waveform(Trace):
    """The chest's displacement during a stretch.

    Attributes:
        centres: What the phase turned around.
        fastest_share: Share of the frames between which the phase turned by almost half a turn or more: there the
            radar's frames are too few to tell how far the chest went.
    """

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
    rhythm = rhythm_in_enough_breaths(seen)
    if rhythm is None:
        return Breathing(Reason.NOT_PERIODIC)
    reason = plausible(rhythm, seen, stretch.length_s)
    if reason is not Reason.MEASURED:
        return Breathing(reason, rhythm)
    apart = _halves_apart(stretch.last(rhythm.window_s), rhythm, seen.centres)
    if apart is None or apart > _DISAGREEMENT * rhythm.rate_bpm:
        return Breathing(Reason.CHANNELS_DISAGREE, rhythm)
    sigma = float(np.sqrt(rhythm.sigma_bpm**2 + wander_bpm(seen, rhythm) ** 2 + (apart / 2) ** 2 + SIGMA_FLOOR_BPM**2))
    power = seen.centres.power
    far_enough = bool(power[seen.centres.short].sum() < 0.5 * power.sum())
    scale_known = far_enough and seen.fastest_share < _MOST_TOO_FAST
    return Breathing(Reason.MEASURED, rhythm, sigma, scale_known)


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
