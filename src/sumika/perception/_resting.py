"""Where beds and sofas lie on the floor plan: a house says where they stand, usual sizes say how far they reach."""

import math
from collections.abc import Sequence

from sumika.schema import RestingPlace
from sumika.schema.living import Furniture, FurnitureKind

_SIZES_M = {FurnitureKind.BED: (2.0, 1.2, 0.45), FurnitureKind.SOFA: (0.85, 1.7, 0.45)}
"""Along the way it faces (of a bed: from head to feet), across, and how high one lies; usual of a Japanese home."""


def resting_places(furniture: Sequence[Furniture]) -> tuple[RestingPlace, ...]:
    """Return the beds and sofas among some furniture."""
    return tuple(_place(piece) for piece in furniture if piece.kind in _SIZES_M)


def _place(piece: Furniture) -> RestingPlace:
    long_m, wide_m, high_m = _SIZES_M[piece.kind]
    turn = math.radians(piece.heading_deg)
    ahead = (0.5 * long_m * math.cos(turn), 0.5 * long_m * math.sin(turn))
    aside = (-0.5 * wide_m * math.sin(turn), 0.5 * wide_m * math.cos(turn))
    corners = tuple(
        (piece.at_m[0] + one * ahead[0] + other * aside[0], piece.at_m[1] + one * ahead[1] + other * aside[1])
        for one, other in ((1, 1), (-1, 1), (-1, -1), (1, -1))
    )
    height_m = high_m if piece.height_m is None else piece.height_m
    return RestingPlace(name=piece.kind, floor_m=corners, height_m=height_m)
