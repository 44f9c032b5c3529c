"""A gesture as a picture over its own time: from its first frame to its last, however long it took.

A gesture is what lies between two rests: the points of consecutive frames with nothing missing for longer than
`LONGEST_GAP_S`. They are counted from their own middle, so that it does not matter where somebody stands.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.models.features.points import Array, Grid, channel_names, describe

FEATURES = "gestures/1"
LONGEST_GAP_S = 0.4
LEAST_S, MOST_S = 0.5, 10.0
"""Shorter ones are no gesture, longer ones are several, or something else."""
LEAST_POINTS = 20
HAND = Grid(
    bins=16,
    edges_m=(
        (-0.6, -0.45, -0.3, -0.15, 0.0, 0.15, 0.3),
        (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6),
        (-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9),
    ),
)
CHANNELS = (*channel_names(HAND), "log_duration")


def gesture_picture(points: Array, time_s: NDArray[np.float64], frame_interval_s: float = 0.1) -> Array | None:
    """Return the picture of one gesture, float32 (channel, bin); None where it is too short, too long or too sparse.

    Args:
        points: (point, 5) in the order of `POINT_COLUMNS`, from any origin.
        time_s: Of each point.
        frame_interval_s: Of the radar.
    """
    if len(points) < LEAST_POINTS:
        return None
    first_s = float(time_s.min())
    duration_s = float(time_s.max()) - first_s + frame_interval_s
    if not LEAST_S - 1e-6 <= duration_s <= MOST_S + 1e-6:
        return None
    forward, sideways, up = np.median(points[:, :3], axis=0).tolist()
    # So that no frame of a regular radar lies on the edge of a bin, where the clock's rounding would move it.
    since_s = np.asarray(time_s, np.float64) - first_s + 0.4 * frame_interval_s
    picture = describe(
        points,
        since_s,
        (forward, sideways, up),
        HAND,
        duration_s=duration_s,
        frames=duration_s / frame_interval_s,
    )
    return np.concatenate([picture, np.full((1, HAND.bins), np.log(duration_s), np.float32)])
