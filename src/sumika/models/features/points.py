"""Points of a window as a picture over time: where they lie, how they move, bin by bin, counted from the body's middle.

One picture serves movements, activities and gestures; a `Grid` says how fine it is. Counts are per frame and their
logarithms are taken, so that a radar with more frames or more points looks alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.float64]
POINT_COLUMNS = ("forward_m", "sideways_m", "up_m", "velocity_m_s", "intensity")
"""Of the points described: away from the radar, to its right, upwards; away from it the velocity is above 0."""
FARTHEST_VELOCITY_BIN = 5
SIGNS = ("towards", "still", "away")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How fine a picture is.

    Attributes:
        bins: Of time.
        edges_m: Between the cells along forward, sideways and up; as many along each.
        velocity_step_m_s: Width of a cell of velocity.
        still_m_s: Slower points count as still.
    """

    bins: int
    edges_m: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
    velocity_step_m_s: float = 0.36
    still_m_s: float = 0.1


BODY = Grid(
    bins=15,
    edges_m=(
        (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75),
        (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75),
        (-0.6, -0.35, -0.1, 0.15, 0.4, 0.65, 0.9),
    ),
)
"""For whole bodies: movements and activities over some seconds."""
FEATURES = "body/1"
REACH_M = 1.2
"""What lies farther from a body's middle, along forward or sideways, is no part of it."""
LEAST_POINTS = 4
"""Windows with fewer tell nothing."""


def channel_names(grid: Grid) -> tuple[str, ...]:
    """Return the names of the channels that `describe` gives."""
    cells = range(len(grid.edges_m[0]) + 1)
    velocities = range(-FARTHEST_VELOCITY_BIN, FARTHEST_VELOCITY_BIN + 1)
    names = [f"velocity {step:+d}" for step in velocities]
    for axis in POINT_COLUMNS[:3]:
        names += [f"{axis} cell {cell} {sign}" for sign in SIGNS for cell in cells]
    for axis in POINT_COLUMNS[:3]:
        names += [*(f"mean {axis} {sign}" for sign in SIGNS), f"mean {axis}", f"spread {axis}"]
    for what in ("points", "intensity", "mean velocity"):
        names += [f"{what} {sign}" for sign in SIGNS]
    return (*names, "points")


def describe(
    points: Array,
    time_s: Numbers,
    centre_m: tuple[float, float, float],
    grid: Grid,
    *,
    duration_s: float,
    frames: float,
) -> Array:
    """Return the picture of a window, float32 (channel, bin); zeros where there are no points.

    Args:
        points: (point, 5) in the order of `POINT_COLUMNS`.
        time_s: Of each point, from the window's start; points outside of it are left out.
        centre_m: Where the body's middle is: forward, sideways, up.
        grid: How fine.
        duration_s: Of the window.
        frames: That the radar gave in the window.
    """
    inside = (time_s >= 0) & (time_s < duration_s)
    inner: Numbers = points[inside].astype(np.float64)
    when = np.minimum((time_s[inside] * (grid.bins / duration_s)).astype(np.int64), grid.bins - 1)
    place = inner[:, :3] - np.asarray(centre_m)
    velocity, intensity = inner[:, 3], np.log1p(np.maximum(inner[:, 4], 0.0))
    sign = np.where(np.abs(velocity) < grid.still_m_s, 0, np.sign(velocity)).astype(np.int64) + 1
    per_bin = max(frames / grid.bins, 1e-6)

    def sums(cell: NDArray[np.int64], cells: int, weight: Numbers | None = None) -> Numbers:
        counted = np.bincount(when * cells + cell, weight, minlength=grid.bins * cells)
        return counted.reshape(grid.bins, cells).astype(np.float64)

    steps = np.rint(velocity / grid.velocity_step_m_s)
    step = np.clip(steps, -FARTHEST_VELOCITY_BIN, FARTHEST_VELOCITY_BIN).astype(np.int64) + FARTHEST_VELOCITY_BIN
    parts = [np.log1p(sums(step, 2 * FARTHEST_VELOCITY_BIN + 1) / per_bin)]
    for axis, edges in enumerate(grid.edges_m):
        cells = len(edges) + 1
        cell = sign * cells + np.searchsorted(edges, place[:, axis])
        parts.append(np.log1p(sums(cell, 3 * cells) / per_bin))
    count = sums(sign, 3)
    every = count.sum(axis=1, keepdims=True)
    for axis in range(3):
        total = sums(sign, 3, place[:, axis])
        mean = total.sum(axis=1, keepdims=True) / np.maximum(every, 1)
        square = sums(np.zeros_like(sign), 1, place[:, axis] ** 2) / np.maximum(every, 1)
        parts += [total / np.maximum(count, 1), mean, np.sqrt(np.maximum(square - mean**2, 0.0))]
    of_sign = [sums(sign, 3, weight) / np.maximum(count, 1) for weight in (intensity, velocity)]
    parts += [np.log1p(count / per_bin), *of_sign, np.log1p(every / per_bin)]
    return np.ascontiguousarray(np.concatenate(parts, axis=1).T, np.float32)


def body_picture(
    points: Array, time_s: Numbers, centre_m: tuple[float, float, float], *, window_s: float, frames: float
) -> Array:
    """Return the picture of what a whole body does, float32 (channel, bin): `FEATURES`.

    Args:
        points: (point, 5) in the order of `POINT_COLUMNS`.
        time_s: Of each point, from the window's start.
        centre_m: The body's middle, from the same origin.
        window_s: Length of the window; the student's own.
        frames: That the radar gave in the window.
    """
    near = (np.abs(points[:, :2] - np.asarray(centre_m)[:2]) <= REACH_M).all(axis=1)
    return describe(points[near], time_s[near], centre_m, BODY, duration_s=window_s, frames=frames)


def turned_to(points: Array, radar_m: tuple[float, float, float], body_m: tuple[float, float, float]) -> Array:
    """Return points in house coordinates as the radar sees the body: forward along the line from radar to body.

    Args:
        points: (point, 5): x, y, up above the floor, velocity, intensity.
        radar_m: Where the radar hangs.
        body_m: The body's middle.

    Returns:
        (point, 5) in the order of `POINT_COLUMNS`, counted from the body's middle, heights too.
    """
    ahead = np.array([body_m[0] - radar_m[0], body_m[1] - radar_m[1]])
    length = float(np.hypot(*ahead))
    ahead = ahead / length if length > 1e-6 else np.array([1.0, 0.0])
    place = points[:, :3] - np.asarray(body_m, np.float32)
    turned = points.astype(np.float32, copy=True)
    turned[:, 0] = place[:, 0] * ahead[0] + place[:, 1] * ahead[1]
    turned[:, 1] = place[:, 0] * ahead[1] - place[:, 1] * ahead[0]
    turned[:, 2] = place[:, 2]
    return turned
