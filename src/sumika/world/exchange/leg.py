"""One part of a path through the house, and how a body is held."""

from dataclasses import dataclass
from enum import StrEnum


class Posture(StrEnum):
    """How a body is held."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of a path.

    Attributes:
        seconds: How long it takes.
        to_m: Where on the floor plan it ends; None stays.
        posture: In which it ends; None keeps it.
        heading_rad: Where the body faces at its end, counter-clockwise from the x axis; None: where it walks, or as is.
        base_m: Height of what a lying or sitting body rests on at its end (bed, floor); None keeps it.
    """

    seconds: float
    to_m: tuple[float, float] | None = None
    posture: Posture | None = None
    heading_rad: float | None = None
    base_m: float | None = None
