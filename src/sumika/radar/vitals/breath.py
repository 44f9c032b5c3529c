"""Breaths per minute of one person, once a second: a rate with its interval, or why there is none."""

from dataclasses import dataclass, replace

import numpy as np

from sumika.radar.breathing_rate import (
    SIGMA_FLOOR_BPM,
    Trace,
    convincing,
    enough_breaths_s,
    plausible,
    rhythm_in_enough_breaths,
    rhythm_of_last,
    wander_bpm,
)
from sumika.radar.periodicity import Rhythm
from sumika.schema.reason import Reason
from sumika.schema.vitals import Rate

_NORMAL_95 = 1.96
_JUMP_SHARE, _JUMP_SIGMAS = 0.15, 4.0
"""Windows overlap, so breathing neither jumps nor flashes up: a rate counts when the next one confirms it."""


@dataclass(slots=True)
class BreathMemory:
    """What the estimate before this one saw.

    Attributes:
        candidate_bpm: Its rate, confirmed or not; None if it saw none.
    """

    candidate_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class Breath:
    """What a person's chest says about breathing.

    Attributes:
        rate: For people.
        rhythm: What was found, believed or not; None if nothing was.
    """

    rate: Rate
    rhythm: Rhythm | None = None


def measure_breath(memory: BreathMemory, chest: Trace, *, tried: int, alive: bool) -> Breath:
    """Find the rate of breathing at the end of a still person's chest movement.

    Args:
        memory: Changed in place.
        chest: At least `SHORTEST_S` long.
        tried: From how many paths this one was chosen: so much likelier it looks like breathing by chance.
        alive: Whether a heartbeat shows that the chest lives.
    """
    rhythm = _rhythm(memory, chest)
    if rhythm is None:
        return Breath(no_breath(memory, Reason.NOT_PERIODIC))
    rhythm = replace(rhythm, chance_log10=min(0.0, rhythm.chance_log10 + float(np.log10(tried))))
    reason = plausible(rhythm, chest, chest.path_mm.size * chest.interval_s, alive=alive)
    if reason is not Reason.MEASURED:
        return Breath(no_breath(memory, reason), rhythm)
    sigma = float(np.sqrt(rhythm.sigma_bpm**2 + wander_bpm(chest, rhythm) ** 2 + SIGMA_FLOOR_BPM**2))
    before, memory.candidate_bpm = memory.candidate_bpm, rhythm.rate_bpm
    if before is None:
        return Breath(Rate(valid=False, reason=Reason.WARMING_UP), rhythm)
    if abs(rhythm.rate_bpm - before) > max(_JUMP_SHARE * before, _JUMP_SIGMAS * sigma):
        return Breath(Rate(valid=False, reason=Reason.NOT_PERIODIC), rhythm)
    return Breath(
        Rate(
            valid=True,
            reason=Reason.MEASURED,
            value_bpm=rhythm.rate_bpm,
            sigma_bpm=sigma,
            low_bpm=max(0.0, rhythm.rate_bpm - _NORMAL_95 * sigma),
            high_bpm=rhythm.rate_bpm + _NORMAL_95 * sigma,
            quality=rhythm.explained,
            window_s=rhythm.window_s,
        ),
        rhythm,
    )


def _rhythm(memory: BreathMemory, chest: Trace) -> Rhythm | None:
    """Return the rhythm in a window that suits the known rate; look more widely where none is known, or it ended."""
    if memory.candidate_bpm is not None:
        window_s = min(enough_breaths_s(memory.candidate_bpm), chest.path_mm.size * chest.interval_s)
        rhythm = rhythm_of_last(chest, window_s)
        if rhythm is not None and convincing(rhythm):
            return rhythm
    return rhythm_in_enough_breaths(chest)


def no_breath(memory: BreathMemory, reason: Reason) -> Rate:
    """Return why there is no rate, and forget the one before."""
    memory.candidate_bpm = None
    return Rate(valid=False, reason=reason)
