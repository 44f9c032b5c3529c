"""Which points of a frame are worth following: no sidelobes, no aliases, nothing in front of the radar's own face."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.mounting import COLUMN

FASTEST_M_S = 5.0
"""Nobody is faster in a room; blades of fans and wrongly unfolded velocities are."""

NEAREST_M = 0.5
"""What the radar sees closer than this is its own cover."""

_BELIEVABLE = {
    "range_m": (NEAREST_M, 100.0),
    "velocity_m_s": (-FASTEST_M_S, FASTEST_M_S),
    "azimuth_rad": (-math.pi, math.pi),
    "elevation_rad": (-math.pi, math.pi),
    "snr_db": (-50.0, 200.0),
    "range_sigma_m": (0.0, 10.0),
    "velocity_sigma_m_s": (0.0, 50.0),
    "azimuth_sigma_rad": (0.0, 10.0),
    "elevation_sigma_rad": (0.0, 10.0),
}
"""What a sound detector can say of a point: (low, high) by column. Anything else is a fault and no body."""

_SAME_DISTANCE_M = 0.12
_SIDELOBE_DB = 27.0
"""Beside a point so much stronger at the same distance, a weaker one is its sidelobe: velocity changes within a frame,
oscillators have phase noise, arrays have gaps."""


_FAINT_DB = 30.0
"""Points so much fainter than people at that distance would be are echoes of echoes."""

PEOPLE_DB = 22.0
"""People, pets and their postures differ by less than this in how strongly they reflect."""

_RISES_S, _FALLS_DB_PER_S = 2.0, 0.05


def loudness_db(snr_db: float, distance_m: float) -> float:
    """Return what a body's signal-to-noise ratio would be at one metre: the radar equation's fourth power taken out."""
    return snr_db + 40.0 * math.log10(max(distance_m, 0.1))


def follow_loudness(level_db: float, loudest_db: float, step_s: float) -> float:
    """Return how loud people are for a radar: near the loudest one, forgotten within minutes.

    Args:
        level_db: So far; -inf where nobody was seen yet.
        loudest_db: The loudest body that is told now, as `loudness_db` says; -inf for none.
        step_s: Since this was last asked.
    """
    if math.isinf(level_db):
        return loudest_db
    if loudest_db > level_db:
        return level_db + min(1.0, step_s / _RISES_S) * (loudest_db - level_db)
    return level_db - _FALLS_DB_PER_S * step_s


def loud_enough(rows: NDArray[np.floating], level_db: float) -> NDArray[np.bool_]:
    """Return (point,) which rows are not much fainter than people at that distance."""
    loudness = rows[:, COLUMN["snr_db"]] + 40.0 * np.log10(np.maximum(rows[:, COLUMN["range_m"]], 0.1))
    kept: NDArray[np.bool_] = loudness > level_db - _FAINT_DB
    return kept


def worth_following(rows: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (point,) which rows of `sumika.schema.POINT_COLUMNS` are worth following."""
    kept: NDArray[np.bool_] = believable(rows)
    chosen = np.flatnonzero(kept)
    distance, levels = rows[chosen, COLUMN["range_m"]], rows[chosen, COLUMN["snr_db"]]
    order = np.argsort(distance, kind="stable")
    near, levels = distance[order], levels[order]
    first = np.searchsorted(near, near - _SAME_DISTANCE_M, side="left")
    last = np.searchsorted(near, near + _SAME_DISTANCE_M, side="right")
    strongest = np.array([levels[a:b].max() for a, b in zip(first, last, strict=True)])
    alone: NDArray[np.bool_] = levels >= strongest - _SIDELOBE_DB
    kept[chosen[order]] = alone
    return kept


def believable(rows: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (point,) which rows a sound detector could have given, and a body that is not right at the radar."""
    low, high = (np.array([_BELIEVABLE[name][end] for name in COLUMN]) for end in (0, 1))
    fitting: NDArray[np.bool_] = np.greater_equal(rows, low) & np.less_equal(rows, high)  # NaN is neither
    return np.asarray(fitting.all(axis=1), dtype=np.bool_)
