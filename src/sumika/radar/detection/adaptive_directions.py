"""Directions by Capon's and Schmidt's methods (MUSIC): they tell two sources apart that one beam covers.

Both need the covariance of the antennas over several looks. A frame gives few: the cells around a peak, and the array's
own copies of itself. Echoes of one radar are coherent with each other; only moving a part of the array across itself
takes that coherence away (spatial smoothing; Shan, Wax and Kailath 1985). The part is chosen so that it is large and
moves often enough, also for arrays of several rows. Diagonal loading keeps the inverse sound (Carlson 1988).
"""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sumika.radar.detection.cube_transform import BESIDE
from sumika.radar.detection.estimate import Tables
from sumika.radar.detection.settings import AngleMethod, DetectionSettings

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_GRID_PER_BEAM = 12
_MOST_SHIFTS = 4
_USEFUL_COPIES = 3
_LOADING = 1e-3
_SIGNAL_OVER_NOISE = 8.0
"""An eigenvalue this far above noise belongs to a source: of nine looks' noise none is."""


@dataclass(frozen=True, slots=True)
class SmoothedArray:
    """A part of an array, and its copies within it.

    Attributes:
        copies: int64 (copy, antenna) numbers of working antennas that form the same shape, moved.
        shape: (antenna, 2) the shape, half wavelengths.
        u: Direction cosines tried.
        w: The same upwards.
    """

    copies: Integers
    shape: Floats
    u: Floats
    w: Floats


def smoothed_array(positions: Floats) -> SmoothedArray:
    """Choose the part of an array that is moved across it.

    Args:
        positions: (antenna, 2) of the working antennas, half wavelengths.
    """
    extent = np.ptp(positions, axis=0)
    best, best_worth = np.arange(len(positions))[np.newaxis], 0
    for steps in product(range(1, _MOST_SHIFTS + 1), range(1, _MOST_SHIFTS + 1)):
        copies = _copies(positions, steps)
        count, size = copies.shape
        spans = size and bool((np.ptp(positions[copies[0]], axis=0)[extent > 0] > 0).all())
        worth = size * min(count, _USEFUL_COPIES)
        if count > 1 and size > 2 and spans and worth > best_worth:
            best, best_worth = copies, worth
    u, w = (_cosines(float(one)) for one in extent)
    return SmoothedArray(best, positions[best[0]], u, w)


def _copies(positions: Floats, steps: tuple[int, int]) -> Integers:
    """Return the largest shape that lies in the array also when moved by whole steps, and all its copies."""
    number = {(round(x, 3), round(z, 3)): k for k, (x, z) in enumerate(positions.tolist())}
    moves = list(product(range(steps[0]), range(steps[1])))
    shape = [
        place for place in number if all((round(place[0] + x, 3), round(place[1] + z, 3)) in number for x, z in moves)
    ]
    rows = [[number[round(px + x, 3), round(pz + z, 3)] for px, pz in shape] for x, z in moves]
    return np.array(rows, dtype=np.int64).reshape(len(moves), len(shape))


def _cosines(extent: float) -> Floats:
    if extent == 0:
        return np.zeros(1)
    half = math.ceil(_GRID_PER_BEAM * (extent + 1) / 2)
    return np.linspace(-1.0, 1.0, 2 * half + 1)


def look_adaptively(
    spectrum: NDArray[np.float32], estimates: Floats, noise: Floats, tables: Tables, settings: DetectionSettings
) -> None:
    """Replace the directions of estimates, and their powers.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        estimates: (peak, column) as `estimate.COLUMNS`; columns of directions and powers are changed in place.
        noise: (peak,) noise power of one antenna.
        tables: Of the radar.
        settings: Say the method.
    """
    if not any(tables.directions.measured):
        return
    array = smoothed_array(tables.geometry.positions[tables.alive])
    steering = _steering(array.shape, array)
    ratio = 10 ** (-settings.second_direction_db / 10)
    for row, level in zip(estimates, noise, strict=True):
        looks = _looks(spectrum, row, tables)
        landscape = _landscape(looks, float(level), array, steering, settings.angle)
        directions = _highest(landscape, array)
        _write(row, looks[:, looks.shape[1] // 2], directions, tables, ratio)


def _looks(spectrum: NDArray[np.float32], row: Floats, tables: Tables) -> Complexes:
    """Return the antennas' amplitudes in the nine cells around a peak, delays undone: (antenna, look)."""
    alive, chirps = tables.alive, tables.chirps
    dopplers = (round(row[1]) + np.arange(-1, 2)) % chirps if chirps > 2 else np.zeros(1, np.int64)
    ranges = BESIDE + round(row[0]) + np.arange(-1, 2)
    parts = spectrum[np.ix_(alive, dopplers, np.arange(2), ranges)].astype(np.float64)
    cells = (parts[:, :, 0] + 1j * parts[:, :, 1]).reshape(alive.size, -1)
    turn = np.exp(-2j * math.pi * row[1] * tables.geometry.delays[alive] / chirps) * tables.signs[alive]
    looks: Complexes = cells * turn[:, np.newaxis]
    return looks


def _steering(positions: Floats, array: SmoothedArray) -> Complexes:
    """Return (u, w, antenna) what a source in each direction looks like."""
    phase = array.u[:, np.newaxis, np.newaxis] * positions[:, 0] + array.w[:, np.newaxis] * positions[:, 1]
    waves: Complexes = np.exp(-1j * math.pi * phase)
    return waves


def _landscape(
    looks: Complexes, noise: float, array: SmoothedArray, steering: Complexes, method: AngleMethod
) -> Floats:
    """Return the logarithm of Capon's or MUSIC's spectrum, (u, w); minus infinity where no direction is."""
    parts = looks[array.copies].transpose(1, 0, 2).reshape(array.copies.shape[1], -1)
    covariance = parts @ parts.conj().T / parts.shape[1]
    size = len(covariance)
    loading = noise + _LOADING * float(np.trace(covariance).real) / size
    values, vectors = np.linalg.eigh(covariance)
    if method is AngleMethod.CAPON:
        weights = 1.0 / (values + loading)
    else:
        sources = min(max(int(np.sum(values > _SIGNAL_OVER_NOISE * noise)), 1), size - 1)
        weights = (np.arange(size) < size - sources).astype(np.float64) + 1e-9
    seen = np.abs(steering.conj() @ vectors) ** 2 @ weights
    inside = array.u[:, np.newaxis] ** 2 + array.w**2 <= 1.0
    landscape: Floats = np.where(inside, -np.log(np.maximum(seen, 1e-300)), -np.inf)
    return landscape


def _highest(landscape: Floats, array: SmoothedArray) -> Floats:
    """Return the two highest local maxima between the grid's directions, (1 or 2, 2) u and w."""
    peaks = (landscape == ndimage.maximum_filter(landscape, size=3, mode="nearest")) & np.isfinite(landscape)
    places = np.argwhere(peaks)
    places = places[np.argsort(-landscape[peaks], kind="stable")[:2]]
    result = np.empty((len(places), 2))
    for number, place in enumerate(places):
        for axis, grid in enumerate((array.u, array.w)):
            result[number, axis] = _between(landscape, place, axis, grid)
    return result


def _between(landscape: Floats, place: Integers, axis: int, grid: Floats) -> float:
    here = int(place[axis])
    if not 0 < here < grid.size - 1:
        return float(grid[here])
    line = np.take(landscape, int(place[1 - axis]), axis=1 - axis)[here - 1 : here + 2]
    bend = line[0] - 2 * line[1] + line[2]
    shift = 0.5 * (line[0] - line[2]) / bend if np.isfinite(line).all() and bend < 0 else 0.0
    return float(grid[here] + np.clip(shift, -0.5, 0.5) * (grid[1] - grid[0]))


def _write(row: Floats, snapshot: Complexes, directions: Floats, tables: Tables, ratio: float) -> None:
    """Put directions into an estimate, the stronger first; amplitudes by least squares, relative to those found."""
    positions = tables.geometry.positions[tables.alive]
    waves = np.exp(-1j * math.pi * positions @ directions.T)
    power = np.abs(np.linalg.lstsq(waves, snapshot, rcond=None)[0]) ** 2
    order = np.argsort(-power, kind="stable")
    directions, power = directions[order], power[order]
    alone = abs(np.vdot(np.exp(-1j * math.pi * positions @ directions[0]), snapshot)) / len(snapshot)
    total = row[4] / max(alone**2, 1e-300)  # the row's power is that between bins, not that of the cell
    row[2:4], row[8] = directions[0], 0.0
    if len(directions) > 1 and power[1] >= ratio * power[0]:
        row[4], row[6:8], row[8] = power[0] * total, directions[1], power[1] * total
