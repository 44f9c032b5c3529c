"""How perception errs, by what somebody does: as numbers that were counted in runs through the samples."""

from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("fitted.json")
POSTURES = ("standing", "sitting", "lying", "unknown")


class Manner(StrEnum):
    """What somebody does, as far as it matters to a radar."""

    WALKING = "walking"
    UPRIGHT = "upright"  # standing or sitting, and going nowhere
    LYING = "lying"


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """How perception errs about somebody in one manner, within a room that a radar looks into.

    Attributes:
        found_per_s: How likely who is not seen is seen within the next second.
        lost_per_s: How likely who is seen is lost within the next second.
        position_sigma_m: Of each of x and y, one standard deviation.
        position_lasts_s: How long an error of position lasts (it fades as a first-order process does).
        posture: By `POSTURES`: how often each is told.
    """

    found_per_s: float
    lost_per_s: float
    position_sigma_m: float
    position_lasts_s: float
    posture: tuple[float, float, float, float]


class ErrorModel(msgspec.Struct, frozen=True, kw_only=True):
    """How perception errs.

    Attributes:
        manners: By manner.
        lingers_s: How long somebody is told of on average after they left the room.
        false_per_h: How often somebody is told of in an empty room, per hour.
        false_lasts_s: How long such a one stays.
        fitted_on: What it was counted on: seeds, minutes, commit.
    """

    manners: dict[Manner, Errors]
    lingers_s: float
    false_per_h: float
    false_lasts_s: float
    fitted_on: str = ""


@cache
def fitted_model() -> ErrorModel:
    """Return the model that was fitted to runs through the samples."""
    return msgspec.json.decode(FILE.read_bytes(), type=ErrorModel)
