"""From estimates in bins and cosines to points in metres, each coordinate with its standard deviation."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.radar.detection.estimate import Tables
from sumika.schema import POINT_COLUMNS, AntennaArray

Floats = NDArray[np.float64]

_FREQUENCY = math.sqrt(6.0) / (2 * math.pi)
"""Bound of a frequency in bins times the root of the signal-to-noise ratio (Rife and Boorstyn 1974)."""

_PARABOLA = 0.08
"""Error of interpolating range bins of unknown pulse shape, in bins, where noise is negligible."""

_NARROW = math.sqrt(12.0)
"""Width over standard deviation of a uniform distribution."""


def make_points(
    estimates: Floats, noise: Floats, tables: Tables, array: AntennaArray, most: int
) -> NDArray[np.float32]:
    """Return points, strongest first.

    Standard deviations are Cramer-Rao bounds of a point target at the measured signal-to-noise ratio, which the
    estimates reach; where the neighbourhood does not look like one point, what it leaves unexplained counts as noise.

    Args:
        estimates: (peak, column) as `estimate.COLUMNS`.
        noise: (peak,) noise power of one antenna.
        tables: Of the radar.
        array: Says the field of view.
        most: Points to keep.

    Returns:
        float32 (point, column) as `POINT_COLUMNS`.
    """
    doubled = np.flatnonzero(estimates[:, 8] > 0)
    second = estimates[doubled].copy()
    second[:, 2:5] = second[:, 6:9]
    both = np.concatenate([estimates, second])
    level = np.concatenate([noise, noise[doubled]])
    ratio = both[:, 4] * tables.alive.size / level
    effective = np.maximum(ratio / np.maximum(both[:, 5], 1.0), 1e-3)
    rows = np.zeros((len(both), len(POINT_COLUMNS)))
    _fill_range_and_velocity(rows, both, effective, tables)
    _fill_angles(rows, both, effective, tables, array)
    rows[:, 8] = 10 * np.log10(np.maximum(ratio, 1e-3))
    kept = rows[(rows[:, 0] > 0) & np.isfinite(rows).all(axis=1)]
    strongest: NDArray[np.float32] = kept[np.argsort(-kept[:, 8], kind="stable")[:most]].astype(np.float32)
    return strongest


def _fill_range_and_velocity(rows: Floats, estimates: Floats, ratio: Floats, tables: Tables) -> None:
    geometry = tables.geometry
    bins = estimates[:, 0] - geometry.range_per_doppler * estimates[:, 1]
    if tables.circular:
        bins = np.mod(bins, tables.samples)
    rows[:, 0] = geometry.range_start_m + bins * geometry.range_step_m
    sigma = _FREQUENCY / np.sqrt(ratio)
    rows[:, 4] = geometry.range_step_m * (sigma if tables.samples else np.hypot(2 * sigma, _PARABOLA))
    if geometry.velocity_step_m_s > 0:
        rows[:, 1] = estimates[:, 1] * geometry.velocity_step_m_s
        rows[:, 5] = geometry.velocity_step_m_s * tables.directions.unit_sigmas[2] / np.sqrt(ratio)
    else:
        # A frame without time between its chirps tells no velocity: what people can do.
        rows[:, 5] = 2.0


def _fill_angles(rows: Floats, estimates: Floats, ratio: Floats, tables: Tables, array: AntennaArray) -> None:
    directions = tables.directions
    w = np.clip(estimates[:, 3], -1.0, 1.0)
    level = np.sqrt(np.maximum(1.0 - w**2, 1e-4))
    u = np.clip(estimates[:, 2] / level, -1.0, 1.0)
    ahead = np.sqrt(np.maximum(1.0 - u**2, 1e-3))
    unit_u, unit_w, _ = directions.unit_sigmas
    rows[:, 7] = array.field_of_view_rad[1] / _NARROW
    rows[:, 6] = array.field_of_view_rad[0] / _NARROW
    if directions.measured[1]:
        rows[:, 3] = np.arcsin(w)
        rows[:, 7] = np.minimum(unit_w / np.sqrt(ratio) / level, math.pi / _NARROW)
    if directions.measured[0]:
        rows[:, 2] = np.arcsin(u)
        own = unit_u / np.sqrt(ratio) / (ahead * level)
        # Azimuth is read from u at some elevation: not knowing that costs, the more the farther to the side.
        tilted = np.abs(u) / ahead * np.abs(np.tan(rows[:, 3])) * rows[:, 7]
        rows[:, 6] = np.minimum(np.hypot(own, tilted), math.pi / _NARROW)
