"""How perception errs, by what somebody does: as numbers that were counted in runs through the samples."""

import math
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from sumika.schema import TrueBody

FILE = Path(__file__).with_name("fitted.json")
POSTURES = ("standing", "sitting", "lying", "unknown")

WALKING_M_S = 0.15
BESIDE_M = 0.9
"""Two bodies nearer than this may be told as one."""


class Manner(StrEnum):
    """What somebody does, as far as it matters to a radar; what is told of most easily comes first."""

    WALKING = "walking"
    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    BATHING = "bathing"  # sitting in a tub: low, and under water but for head and shoulders


_MANNERS = {manner.value: manner for manner in Manner}


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """Something that comes and goes by chance.

    Attributes:
        begins_per_s: How often it begins while it is not.
        ends_per_s: How often it ends while it is.
    """

    begins_per_s: float
    ends_per_s: float


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """How perception errs about somebody in one manner, within a room that a radar looks into.

    Attributes:
        seen: How who is not seen is found, and who is seen is lost.
        present: How the room comes to be told of as occupied, and ceases to be, where nobody in it is told more easily.
        position_sigma_m: Of each of x and y, one standard deviation.
        position_lasts_s: How long an error of position lasts (it fades as a first-order process does).
        posture: By `POSTURES`: how often each is told.
        posture_lasts_s: How long it is until the posture is told anew, right or wrong.
    """

    seen: Coming
    present: Coming
    position_sigma_m: float
    position_lasts_s: float
    posture: tuple[float, float, float, float]
    posture_lasts_s: float


class FittedOn(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was counted on.

    Attributes:
        seeds: Of the houses.
        starts: When each began.
        minutes: All together.
    """

    seeds: tuple[int, ...]
    starts: tuple[str, ...]
    minutes: float


class ErrorModel(msgspec.Struct, frozen=True, kw_only=True):
    """How perception errs.

    Attributes:
        manners: By manner.
        beside: How somebody is found and lost with somebody else, who is seen, within `BESIDE_M`: two are told as one.
        present_without: How an empty room comes to be told of as occupied, and ceases to be.
        lingers_s: How long somebody is told of on average after they left the room.
        false_per_h: How often somebody is told of in an empty room, per hour.
        false_lasts_s: How long such a one stays.
        fitted_on: What it was counted on; None of one that was made up.
    """

    manners: dict[Manner, Errors]
    beside: Coming
    present_without: Coming
    lingers_s: float
    false_per_h: float
    false_lasts_s: float
    fitted_on: FittedOn | None = None


@cache
def fitted_model() -> ErrorModel:
    """Return the model that was fitted to runs through the samples."""
    return msgspec.json.decode(FILE.read_bytes(), type=ErrorModel)


def manner_of(body: TrueBody) -> Manner:
    """Return in which manner a body is."""
    speed = math.hypot(*body.velocity_m_s[:2]) if body.velocity_m_s is not None else 0.0
    if speed > WALKING_M_S:
        return Manner.WALKING
    if body.activity == Manner.BATHING and body.posture == Manner.SITTING:
        return Manner.BATHING
    return _MANNERS.get(body.posture, Manner.STANDING)


def plainest(bodies: Iterable[TrueBody], room: str) -> Manner | None:
    """Return the manner of whoever in a room is told of most easily; None where nobody is."""
    there = {manner_of(body) for body in bodies if body.room == room and body.kind == "person"}
    return next((manner for manner in Manner if manner in there), None)


def has_beside(body: TrueBody, others: dict[str, TrueBody], seen: frozenset[str]) -> bool:
    """Return whether somebody is near who is told of first: one is seen, or by the name comes before.

    Args:
        body: Whom it is about.
        others: Everybody, by name.
        seen: Who was told of a moment ago.
    """
    if body.position_m is None:
        return False
    return any(
        name in seen
        and (body.body not in seen or name < body.body)
        and other.position_m is not None
        and name != body.body
        and math.dist(other.position_m[:2], body.position_m[:2]) < BESIDE_M
        for name, other in others.items()
    )
