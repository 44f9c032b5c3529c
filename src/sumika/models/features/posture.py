"""What a body does in the last seconds, as a picture over time: its points, and the track that holds them.

Places count from the middle of the body, forwards away from the radar and sideways, so that a radar may hang anywhere;
heights count from the floor, because they are what tells lying from sitting. From above a radar sees how fast a body
comes down, from a wall hardly: how steeply it looks is a channel, too.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.models.features.points import Grid, channel_names, describe, turned_to

Array = NDArray[np.float32]
Numbers = NDArray[np.float64]

FEATURES = "posture/1"
WINDOW_S = 2.0
BINS = 10
LEAST_POINTS, LEAST_LOOKS = 4, 8
"""Windows with fewer points, or fewer looks at the track, tell nothing."""

REACH_M = 1.2
"""Points farther from the track, on the floor plan, are somebody else's."""

TRACK_COLUMNS = ("x_m", "y_m", "z_m", "z_sigma_m", "rises_m_s", "speed_m_s", "wide_m", "tall_m", "top_m")
"""Of each look at the track."""

_TOLD = TRACK_COLUMNS[2:]
_MOST_SIGMA_M = 1.0
_STEEP = ("radar_steepness", "radar_away_m")

GRID = Grid(
    bins=BINS,
    edges_m=(
        (-0.8, -0.5, -0.25, 0.0, 0.25, 0.5, 0.8),
        (-0.8, -0.5, -0.25, 0.0, 0.25, 0.5, 0.8),
        (0.1, 0.25, 0.4, 0.6, 0.85, 1.15, 1.5),
    ),
    velocity_step_m_s=0.4,
)
"""Heights are above the floor."""


def names() -> tuple[str, ...]:
    """Return the names of the channels of `posture_picture`."""
    return (*channel_names(GRID), *(f"track {name}" for name in _TOLD), *_STEEP)


def posture_picture(
    points: Array,
    time_s: Numbers,
    track: Numbers,
    track_time_s: Numbers,
    radar_m: tuple[float, float, float],
) -> Array | None:
    """Return the picture of a window, float32 (channel, bin); None where it holds too little.

    Args:
        points: (point, 5): x, y, up above the floor, velocity away from the radar, signal-to-noise ratio in dB.
        time_s: Of each point, from the window's start; points outside of it are left out.
        track: (look, column) of `TRACK_COLUMNS`, in house coordinates.
        track_time_s: Of each look, from the window's start.
        radar_m: Where the radar hangs.
    """
    looked = (track_time_s >= 0) & (track_time_s < WINDOW_S)
    track, track_time_s = track[looked], track_time_s[looked]
    if len(track) < LEAST_LOOKS:
        return None
    middle = (float(np.median(track[:, 0])), float(np.median(track[:, 1])), 0.0)
    near = np.hypot(points[:, 0] - middle[0], points[:, 1] - middle[1]) <= REACH_M
    near &= (time_s >= 0) & (time_s < WINDOW_S)
    if near.sum() < LEAST_POINTS:
        return None
    turned = turned_to(points[near], radar_m, middle)
    cloud = describe(turned, time_s[near], (0.0, 0.0, 0.0), GRID, duration_s=WINDOW_S, frames=float(len(track)))
    away = np.subtract(radar_m, (middle[0], middle[1], 0.5))
    distance_m = float(np.sqrt(away @ away))
    steep = np.full((2, BINS), ((float(away[2]) / max(distance_m, 0.1),), (distance_m,)))
    return np.concatenate((cloud, _told(track, track_time_s), steep.astype(np.float32)))


def _told(track: Numbers, time_s: Numbers) -> Array:
    """Return (column, bin) means of what the track says; a bin without a look repeats the one before."""
    told = track[:, 2:].copy()
    told[:, 1] = np.minimum(told[:, 1], _MOST_SIGMA_M)
    centres = (np.arange(BINS) + 0.5) * (WINDOW_S / BINS)
    order = np.argsort(time_s, kind="stable")
    found = [np.interp(centres, time_s[order], told[order, column]) for column in range(told.shape[1])]
    return np.array(found, np.float32)
