"""What perception would say of a simulated house, without its radars' samples: for control over months, not for scores.

Presence, position and posture come from an error model that is fitted to runs through the converter's samples and
tested against others (`sumika bench world`). Rates of breathing and heart never come from here: they are absent.
"""

from sumika.world.perception_level.emit import PerceptionLevel
from sumika.world.perception_level.error_model import ErrorModel, Errors, Manner, fitted_model

__all__ = ["ErrorModel", "Errors", "Manner", "PerceptionLevel", "fitted_model"]
