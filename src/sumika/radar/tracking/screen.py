"""Which points of a frame are worth following: no sidelobes, no aliases, nothing in front of the radar's own face."""

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.mounting import COLUMN

FASTEST_M_S = 5.0
"""Nobody is faster in a room; blades of fans and wrongly unfolded velocities are."""

NEAREST_M = 0.5
"""What the radar sees closer than this is its own cover."""

_SAME_DISTANCE_M = 0.12
_SIDELOBE_DB = 27.0
"""Beside a point so much stronger at the same distance, a weaker one is its sidelobe: velocity changes within a frame,
oscillators have phase noise, arrays have gaps."""


def worth_following(rows: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (point,) which rows of `sumika.schema.POINT_COLUMNS` are worth following."""
    distance, velocity, snr = (rows[:, COLUMN[name]] for name in ("range_m", "velocity_m_s", "snr_db"))
    with np.errstate(invalid="ignore"):
        plain = np.isfinite(rows).all(axis=1) & (distance > NEAREST_M) & (np.abs(velocity) < FASTEST_M_S)
    order = np.argsort(distance, kind="stable")
    near, levels = distance[order], snr[order]
    first = np.searchsorted(near, near - _SAME_DISTANCE_M, side="left")
    last = np.searchsorted(near, near + _SAME_DISTANCE_M, side="right")
    strongest = np.array([levels[a:b].max() for a, b in zip(first, last, strict=True)])
    shadowed = np.zeros(len(rows), bool)
    shadowed[order] = levels < strongest - _SIDELOBE_DB
    kept: NDArray[np.bool_] = plain & ~shadowed
    return kept
