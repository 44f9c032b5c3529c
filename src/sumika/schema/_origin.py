"""Where a message's content comes from: it is never lost on the way through the house."""

from collections.abc import Iterable
from enum import StrEnum


class Origin(StrEnum):
    """Live sensing, a recording being played, or a simulation."""

    LIVE = "live"
    RECORDED = "recorded"
    SIMULATED = "simulated"


_FROM_BEST_TO_WORST = (Origin.LIVE, Origin.RECORDED, Origin.SIMULATED)


def worst(origins: Iterable[Origin]) -> Origin:
    """Return the origin a result inherits from its inputs: the one furthest from live.

    Raises:
        ValueError: if there is no input at all.
    """
    return max(origins, key=_FROM_BEST_TO_WORST.index)
