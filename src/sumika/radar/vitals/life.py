"""How much the cells of a track speak for something that breathes in them, as log odds for the tracker."""

import numpy as np

from sumika.radar.periodicity import Rhythm
from sumika.radar.vitals.breath import Breath
from sumika.radar.vitals.chest_movement import ChestMovement
from sumika.schema.vitals import Rate

_MOST = 6.0
_NOTHING_MOVES = -2.5
_UNDECIDED = -0.3
_HEART_ADDS = 2.0

_NOISE_ONLY = 3.0
"""Change up to this multiple of the noise is noise: the strongest of ten cells over hundreds of frames."""

_LARGEST_CHEST_MM = 9.0
"""Amplitude beyond which no chest breathes; a curtain does."""


ROUGHEST_CHEST = 0.3
"""Chests move smoothly, 0.02 to 0.2 at 13 to 20 frames a second; blades of a fan, seen once a frame, 0.3 to 1.5."""

MOST_WRAPS = 0.03
"""Share of the frames between which no chest turns the phase by almost a turn."""

_MOST_OF_BREATH = 4.0
_UNLIKE_A_CHEST = -1.0


def breathing_log_odds(chest: ChestMovement | None, breath: Breath, heart: Rate) -> float:
    """Weigh whether something breathes.

    A rhythm that noise would hardly show speaks for it, as strongly as noise is unlikely; cells in which nothing
    changes speak against it, and so does what moves as no chest can; what changes without a rhythm says little.

    Args:
        chest: The movement; None where nothing changes.
        breath: What was found in it.
        heart: The heart rate.
    """
    if chest is None or chest.life_to_noise < _NOISE_ONLY:
        return _NOTHING_MOVES
    if chest.roughness > ROUGHEST_CHEST or chest.fastest_share > MOST_WRAPS:
        return _UNLIKE_A_CHEST
    adds = _HEART_ADDS if heart.valid else 0.0
    if breath.rhythm is None or not breath.rate.valid or not _like_a_chest(breath.rhythm):
        return _UNDECIDED + adds
    surprise = -breath.rhythm.chance_log10 * float(np.log(10.0)) / 4
    return float(min(_MOST, min(surprise, _MOST_OF_BREATH) + adds))


def _like_a_chest(rhythm: Rhythm) -> bool:
    return rhythm.amplitude_mm <= _LARGEST_CHEST_MM
