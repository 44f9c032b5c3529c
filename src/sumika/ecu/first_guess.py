"""What a house is taken to be like before the first quarter of an hour is over: as its sensors say, all through."""

from collections.abc import Iterable

import numpy as np

from sumika.belief.house import HouseBelief
from sumika.belief.plausible import POSSIBLE
from sumika.schema import AirSample


def guess_first(belief: HouseBelief, air: Iterable[AirSample]) -> bool:
    """Begin a belief from the newest readings, so that a plan need not wait; return whether there were any.

    Walls and what lies deep are taken to be as warm as their rooms, rooms without a sensor as the mean of the others.
    What is known already is left alone, and what cannot be: a sensor that died says -127 °C, or 85 °C.

    Args:
        belief: To begin.
        air: The newest word of each sensor.
    """
    if belief.state is not None:
        return True
    index, rooms = belief.outline.index, belief.thermal.rooms
    warm, stale = np.full(rooms, np.nan), np.full(rooms, np.nan)
    for sample in air:
        place = index.get(sample.room)
        if place is None:
            continue
        if sample.temperature_c is not None and _can_be("temperature_c", sample.temperature_c):
            warm[place] = sample.temperature_c
        if sample.co2_ppm is not None and _can_be("co2_ppm", sample.co2_ppm):
            stale[place] = sample.co2_ppm
    if not np.isfinite(warm).any():
        return False
    belief.state = np.tile(np.where(np.isfinite(warm), warm, np.nanmean(warm)), 3)
    if np.isfinite(stale).any():
        belief.ppm = np.where(np.isfinite(stale), stale, np.nanmean(stale))
    return True


def _can_be(quantity: str, said: float) -> bool:
    """Return whether a room can be so; no number is."""
    low, high = POSSIBLE[quantity]
    return low <= said <= high
