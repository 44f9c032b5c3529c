"""How a body is held, as where its parts lie about its hips: standing, bent, crouching, on all fours, arms raised.

Every shape is that of an adult of 1.75 m, with the parts in the order of `body`: four of the chest, two shoulders,
head, belly, two hands, two knees, two feet. The trunk is the same in all; it may be bent forwards in the hips.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STANDING_HIP_M = 0.9
"""Of an adult of `ADULT_M`, above the floor."""

ADULT_M = 1.75
TRUNK_DEPTH_M = 0.11
"""From the middle of a trunk to where its front or back reflects."""

# Up along the spine from the hips, and to the left; the middle of the trunk, without its depth.
_TRUNK_M = np.array(
    (
        (0.0, 0.08, 0.42),
        (0.0, -0.06, 0.36),
        (0.0, 0.05, 0.22),
        (0.0, 0.0, 0.12),
        (0.0, 0.2, 0.5),
        (0.0, -0.2, 0.5),
        (0.0, 0.0, 0.76),
        (0.0, 0.0, 0.02),
    )
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a body is held.

    Attributes:
        parts_m: (part, 3) forward, left and up of its parts, from the hips.
        front: (3,) where the trunk's front looks, in the same axes.
    """

    parts_m: Array = field(repr=False)
    front: Array = field(repr=False)


Limb = tuple[float, float, float]


def _shape(hands: Limb, knees: Limb, feet: Limb, *, bent_deg: float = 0.0, left_hand: Limb | None = None) -> Shape:
    """Return a shape: limbs of the right, mirrored to the left; the trunk bent forwards, arms with it."""
    angle = np.radians(bent_deg)
    forward, up = np.array((np.cos(angle), 0.0, -np.sin(angle))), np.array((np.sin(angle), 0.0, np.cos(angle)))
    axes = np.stack((forward, (0.0, 1.0, 0.0), up))
    mirror = np.array((1.0, -1.0, 1.0))
    right, other = np.array(hands), np.array(hands if left_hand is None else left_hand)
    arms = np.stack((other * mirror, right)) @ axes
    legs = np.stack((np.array(knees) * mirror, knees, np.array(feet) * mirror, feet))
    return Shape(np.concatenate((_TRUNK_M @ axes, arms, legs)), forward)


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "standing": _shape((0.06, -0.26, 0.1), (0.06, -0.1, -0.4), (0.04, -0.1, -0.8)),
        "sitting": _shape((0.25, -0.22, 0.15), (0.45, -0.12, 0.01), (0.42, -0.12, -0.43)),
        "floor_sitting": _shape((0.25, -0.25, 0.05), (0.35, -0.25, 0.12), (0.5, -0.15, -0.05), bent_deg=8.0),
        "slumped": _shape((0.1, -0.3, -0.05), (0.42, -0.15, 0.1), (0.8, -0.15, -0.04), bent_deg=-10.0),
        "bent": _shape((0.45, -0.15, 0.15), (0.0, -0.1, -0.4), (0.04, -0.1, -0.8), bent_deg=75.0),
        "stumbling": _shape((0.5, -0.3, 0.2), (0.3, -0.1, -0.38), (0.1, -0.1, -0.75), bent_deg=40.0),
        "crouching": _shape((0.45, -0.12, 0.1), (0.4, -0.18, 0.08), (0.12, -0.14, -0.3), bent_deg=35.0),
        "kneeling": _shape((0.25, -0.2, 0.05), (0.05, -0.12, -0.42), (-0.38, -0.1, -0.42)),
        "all_fours": _shape((0.42, -0.2, 0.5), (0.05, -0.12, -0.42), (-0.38, -0.1, -0.42), bent_deg=85.0),
        "lying": _shape((0.0, -0.3, 0.05), (0.04, -0.1, -0.42), (0.02, -0.1, -0.85)),
        "curled": _shape((0.3, -0.1, 0.3), (0.35, -0.08, -0.25), (0.05, -0.08, -0.55)),
        "sprawled": _shape((0.05, -0.45, 0.35), (0.04, -0.2, -0.4), (0.02, -0.25, -0.8)),
        "arms_up": _shape((0.06, -0.25, 0.95), (0.06, -0.3, -0.38), (0.04, -0.45, -0.75)),
        "arms_ahead": _shape((0.55, -0.2, 0.45), (0.06, -0.1, -0.4), (0.04, -0.1, -0.8)),
        "squatting": _shape((0.6, -0.2, 0.4), (0.42, -0.2, -0.02), (0.1, -0.18, -0.42), bent_deg=30.0),
        "guard": _shape((0.28, -0.15, 0.5), (0.1, -0.12, -0.4), (0.04, -0.15, -0.8)),
        "left_punch": _shape((0.28, -0.15, 0.5), (0.1, -0.12, -0.4), (0.04, -0.15, -0.8), left_hand=(0.65, -0.05, 0.5)),
        "right_punch": _shape(
            (0.65, -0.05, 0.5), (0.1, -0.12, -0.4), (0.04, -0.15, -0.8), left_hand=(0.28, -0.15, 0.5)
        ),
    }
)
"""By name."""

HIPS_M: Mapping[str, float] = MappingProxyType(
    {
        "standing": STANDING_HIP_M,
        "floor_sitting": 0.12,
        "slumped": 0.12,
        "bent": 0.88,
        "stumbling": 0.78,
        "crouching": 0.34,
        "kneeling": 0.5,
        "all_fours": 0.5,
        "arms_up": STANDING_HIP_M,
        "arms_ahead": STANDING_HIP_M,
        "squatting": 0.45,
        "guard": STANDING_HIP_M - 0.02,
        "left_punch": STANDING_HIP_M - 0.02,
        "right_punch": STANDING_HIP_M - 0.02,
    }
)
"""How high an adult's hips are in shapes that rest on the floor."""
