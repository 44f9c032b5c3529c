"""From estimates in bins and cosines to points in metres, each coordinate with its standard deviation."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.estimate import Tables
from sumika.schema import POINT_COLUMNS, AntennaArray

Floats = NDArray[np.float64]

_FREQUENCY = math.sqrt(6.0) / (2 * math.pi)
"""Bound of a frequency in bins times the root of the signal-to-noise ratio (Rife and Boorstyn 1974)."""

_PARABOLA = 0.08
"""Error of interpolating range bins of unknown pulse shape, in bins, where noise is negligible."""

_ANY_SPEED_M_S = 2.0
"""A frame without time between its chirps tells no velocity: what people can do."""

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
    geometry, directions = tables.geometry, tables.directions
    rows = np.zeros((2 * len(estimates), len(POINT_COLUMNS)))
    count = _fill(
        estimates,
        noise,
        tables.alive.size,
        (geometry.range_start_m, geometry.range_step_m, geometry.range_per_doppler, geometry.velocity_step_m_s),
        (tables.samples, tables.circular),
        directions.measured,
        directions.unit_sigmas,
        (array.field_of_view_rad[0] / _NARROW, array.field_of_view_rad[1] / _NARROW),
        rows,
    )
    kept = rows[:count]
    strongest: NDArray[np.float32] = kept[np.argsort(-kept[:, 8], kind="stable")[:most]].astype(np.float32)
    return strongest


@compiled
def _fill(
    estimates: Floats,
    noise: Floats,
    antennas: int,
    steps: tuple[float, float, float, float],
    shape: tuple[int, bool],
    measured: tuple[bool, bool],
    unit_sigmas: Floats,
    widest: tuple[float, float],
    rows: Floats,
) -> int:
    """Write a row for each peak, and one more for each second direction; return how many rows there are."""
    count = 0
    for peak in range(len(estimates)):
        for second in range(2):
            one = estimates[peak]
            u, w, power = one[2], one[3], one[4]
            if second:
                u, w, power = one[6], one[7], one[8]
                if not power > 0:
                    continue
            row = rows[count]
            ratio = power * antennas / noise[peak]
            root = np.sqrt(max(ratio / max(one[5], 1.0), 1e-3))
            _fill_range_and_velocity(one, root, steps, shape, unit_sigmas[2], row)
            _fill_angles(u, w, root, measured, unit_sigmas, widest, row)
            row[8] = 10 * np.log10(max(ratio, 1e-3))
            count += row[0] > 0 and bool(np.isfinite(row).all())
    return count


@compiled
def _fill_range_and_velocity(
    one: Floats,
    root: float,
    steps: tuple[float, float, float, float],
    shape: tuple[int, bool],
    unit_sigma: float,
    row: Floats,
) -> None:
    start_m, step_m, per_doppler, step_m_s = steps
    samples, circular = shape
    bins = one[0] - per_doppler * one[1]
    if circular:
        bins %= samples
    sigma = _FREQUENCY / root
    row[0] = start_m + bins * step_m
    row[4] = step_m * (sigma if samples else np.hypot(2 * sigma, _PARABOLA))
    row[1] = one[1] * step_m_s
    row[5] = step_m_s * unit_sigma / root if step_m_s > 0 else _ANY_SPEED_M_S


@compiled
def _fill_angles(
    u: float,
    w: float,
    root: float,
    measured: tuple[bool, bool],
    unit_sigmas: Floats,
    widest: tuple[float, float],
    row: Floats,
) -> None:
    w = min(max(w, -1.0), 1.0)
    level = np.sqrt(max(1.0 - w * w, 1e-4))
    u = min(max(u / level, -1.0), 1.0)
    ahead = np.sqrt(max(1.0 - u * u, 1e-3))
    row[2], row[3], row[6], row[7] = 0.0, 0.0, widest[0], widest[1]
    if measured[1]:
        row[3] = np.arcsin(w)
        row[7] = min(unit_sigmas[1] / root / level, np.pi / _NARROW)
    if measured[0]:
        row[2] = np.arcsin(u)
        own = unit_sigmas[0] / root / (ahead * level)
        # Azimuth is read from u at some elevation: not knowing that costs, the more the farther to the side.
        tilted = abs(u) / ahead * abs(np.tan(row[3])) * row[7]
        row[6] = min(np.hypot(own, tilted), np.pi / _NARROW)
