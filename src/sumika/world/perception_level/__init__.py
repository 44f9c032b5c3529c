"""What perception would say of a simulated house, without its radars' samples: for control over months, not for scores.

Presence, position and posture come from an error model that is fitted to runs through the converter's samples and
tested against others (`sumika bench world`). Rates of breathing and heart never come from here: they are absent.
"""

from sumika.world.perception_level.emit import PerceptionLevel
from sumika.world.perception_level.error_model import (
    BESIDE_M,
    FILE,
    POSTURES,
    Coming,
    ErrorModel,
    Errors,
    FittedOn,
    Manner,
    fitted_model,
    has_beside,
    manner_of,
    plainest,
)

__all__ = [
    "BESIDE_M",
    "FILE",
    "POSTURES",
    "Coming",
    "ErrorModel",
    "Errors",
    "FittedOn",
    "Manner",
    "PerceptionLevel",
    "fitted_model",
    "has_beside",
    "manner_of",
    "plainest",
]
