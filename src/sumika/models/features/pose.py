"""What a pose is read from: 1.7 s of points around the moment, as one row of numbers.

A limb that rests reflects nothing; where it was a moment ago tells where it is. The moments nearest to the pose stand
by themselves, the earlier and the later ones are taken together. Cells that hardly ever hold a point are left out: they
would tell one room from the other.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from sumika.models.features.points import (
    BODY,
    FARTHEST_VELOCITY_BIN,
    REACH_M,
    SIGNS,
    Array,
    Numbers,
    channel_names,
    describe,
)

FEATURES = "pose/1"
BINS, WINDOW_S = 17, 1.7
FARTHEST_BIN = 2
"""Faster than this many steps of velocity counts for nothing."""
JOINTS = (
    "SpineBase",
    "SpineMid",
    "Neck",
    "Head",
    "ShoulderLeft",
    "ElbowLeft",
    "WristLeft",
    "ShoulderRight",
    "ElbowRight",
    "WristRight",
    "HipLeft",
    "KneeLeft",
    "AnkleLeft",
    "FootLeft",
    "HipRight",
    "KneeRight",
    "AnkleRight",
    "FootRight",
    "SpineShoulder",
)
"""In the order of a student's values: forward, sideways, up of each, in m from the body's middle."""
_GRID = replace(BODY, bins=BINS)
_EDGES = (0, 3, 5, 7, 8, 9, 10, 12, 14, 17)
"""Of the bins that are taken together; the pose's own moment is bin 8."""
_ALL_STEPS = 2 * FARTHEST_VELOCITY_BIN + 1
_CELLS = len(BODY.edges_m[0]) + 1
_NOTHING = "mean velocity still"
"""By what still means."""


def column_names() -> tuple[str, ...]:
    """Return the names of the columns that `pose_row` gives."""
    names = channel_names(_GRID)
    middle = slice(FARTHEST_VELOCITY_BIN - FARTHEST_BIN, FARTHEST_VELOCITY_BIN + FARTHEST_BIN + 1)
    cells = [f"cell {cell} of axis {axis}" for axis in range(3) for cell in range(1, _CELLS - 1)]
    rest = [name for name in names[_ALL_STEPS + 3 * len(SIGNS) * _CELLS :] if name != _NOTHING]
    kept = (*names[:_ALL_STEPS][middle], *cells, *rest)
    parts = pairwise(_EDGES)
    return tuple(f"{name}, bins {first} to {last - 1}" for first, last in parts for name in kept)


def pose_row(
    points: Array, since_s: Numbers, centre_m: tuple[float, float, float], frame_interval_s: float = 0.1
) -> Array:
    """Return what a pose is read from, float32 (column,).

    Args:
        points: (point, 5) in the order of `sumika.models.features.points.POINT_COLUMNS`.
        since_s: Of each point, from the moment of the pose, below 0 for earlier ones; farther away than half of
            `WINDOW_S` they are left out.
        centre_m: The body's middle, from the same origin: that of its track, not of this moment's points alone.
        frame_interval_s: Of the radar.
    """
    near = (np.abs(points[:, :2] - np.asarray(centre_m)[:2]) <= REACH_M).all(axis=1)
    from_start_s = np.asarray(since_s, np.float64)[near] + WINDOW_S / 2
    frames = WINDOW_S / frame_interval_s
    found = describe(points[near], from_start_s, centre_m, _GRID, duration_s=WINDOW_S, frames=frames)
    middle = found[FARTHEST_VELOCITY_BIN - FARTHEST_BIN : FARTHEST_VELOCITY_BIN + FARTHEST_BIN + 1]
    last = _ALL_STEPS + 3 * len(SIGNS) * _CELLS
    counts = np.expm1(found[_ALL_STEPS:last]).reshape(3, len(SIGNS), _CELLS, BINS).sum(axis=1)
    # The outermost cells hardly ever hold a point by themselves: what they hold counts for their neighbours.
    counts[:, 1] += counts[:, 0]
    counts[:, -2] += counts[:, -1]
    cells = np.log1p(counts[:, 1:-1]).reshape(-1, BINS)
    rest = np.delete(found[last:], channel_names(_GRID).index(_NOTHING) - last, axis=0)
    kept = np.concatenate([middle, cells, rest])
    parts = pairwise(_EDGES)
    return np.concatenate([kept[:, first:last].mean(axis=1) for first, last in parts]).astype(np.float32)
