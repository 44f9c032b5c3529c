"""From peaks of the map to range, velocity and direction: the loop over detections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled
from sumika.radar.detection.beamform import (
    choose_folding,
    score_direction,
    split_direction,
    undo_delays,
)
from sumika.radar.detection.geometry import Axis, Directions, Geometry
from sumika.radar.detection.refine import Complexes, Floats, Integers, gather, newton_step, response

Estimates = Floats
COLUMNS = ("range_bin", "doppler_bin", "u", "w", "power", "misfit", "second_u", "second_w", "second_power")
"""What is estimated of a peak: power is that of one antenna's amplitude; misfit the squared residual per real number
relative to noise."""

_REFINING_STEPS = 3
_LARGEST_STEP = 0.5
_FARTHEST = 1.0
"""A refined peak more than a bin from its cell has run to a neighbour: then the cell's interpolation stays."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All that the loop reads, for one set of working antennas."""

    geometry: Geometry
    range_axis: Axis
    doppler_axis: Axis
    directions: Directions
    alive: Integers
    nodes: Floats
    weights: Floats
    signs: Floats
    bins: int
    circular: bool
    refine_range: bool


def estimate(
    spectrum: NDArray[np.float32],
    places: Floats,
    noise: Floats,
    tables: Tables,
    speed_sigma: float,
    second: tuple[float, float],
) -> Estimates:
    """Estimate each peak's coordinates, in bins and cosines.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        places: (peak, 2) range and Doppler bin, interpolated; Doppler from 0 to its length.
        noise: (peak,) noise power of one antenna in `spectrum`.
        tables: Of the radar.
        speed_sigma: How fast people move, in Doppler bins.
        second: Least signal-to-noise ratio, and least power relative to the first, of a second direction.

    Returns:
        (peak, column) as `COLUMNS`.
    """
    count, alive = len(places), tables.alive
    directions = tables.directions
    ranges, dopplers = tables.range_axis.around, tables.doppler_axis.around
    out = np.zeros((count, len(COLUMNS)))
    _estimate_all(
        spectrum,
        tables.bins,
        places,
        noise,
        alive,
        tables.signs[alive],
        tables.geometry.positions[alive],
        tables.geometry.delays[alive],
        (ranges, dopplers),
        (tables.range_axis.centring, tables.doppler_axis.centring),
        (tables.nodes, tables.weights),
        (directions.cosines, directions.steering, directions.solve),
        (tables.circular, tables.refine_range),
        (tables.geometry.walk_per_doppler, speed_sigma, second[0], second[1]),
        np.empty((alive.size, ranges.size, dopplers.size), dtype=np.complex128),
        np.empty((3, ranges.size, dopplers.size), dtype=np.complex128),
        np.empty((3, alive.size), dtype=np.complex128),
        np.empty(len(directions.cosines), dtype=np.complex64),
        out,
    )
    return out


@compiled
def _estimate_all(
    spectrum: NDArray[np.float32],
    size: int,
    places: Floats,
    noise: Floats,
    alive: Integers,
    signs: Floats,
    positions: Floats,
    delays: Floats,
    around_bins: tuple[Integers, Integers],
    centring: tuple[Complexes, Complexes],
    quadrature: tuple[Floats, Floats],
    grid: tuple[Floats, NDArray[np.complex64], Floats],
    flags: tuple[bool, bool],
    numbers: tuple[float, float, float, float],
    around: Complexes,
    model: Complexes,
    rows: Complexes,
    sums: NDArray[np.complex64],
    out: Estimates,
) -> None:
    """Do what `estimate` says, one peak after the other, in scratch arrays.

    `around` is (antenna, range, Doppler), `model` (3, range, Doppler), `rows` (3, antenna), `sums` (direction,).
    """
    chirps = spectrum.shape[1]
    samples = len(centring[0]) // 3 if flags[1] else 1
    beam = np.empty(around.shape[1:], dtype=np.complex128)
    inside = np.ones(around.shape[1])
    cell = np.empty(2, dtype=np.int64)
    bins = np.empty(2)
    cosines = np.zeros((2, 2))
    for peak in range(len(places)):
        bins[:] = places[peak]
        if bins[1] >= chirps / 2:
            bins[1] -= chirps
        cell[0], cell[1] = round(bins[0]), round(bins[1])
        gather(
            spectrum,
            size,
            alive,
            signs,
            cell,
            around_bins[0],
            around_bins[1],
            centring[0],
            centring[1],
            flags[0],
            around,
        )
        _mark_inside(cell[0], around_bins[0], size, flags[0], inside)
        walk = numbers[0]
        _respond(bins, cell, around_bins, walk * bins[1], samples, quadrature, inside, model)
        _take_snapshot(around, model[0], rows[0])
        folding, direction = choose_folding(
            rows[0], delays, bins[1], chirps, noise[peak], numbers[1], grid[1], sums, rows[1]
        )
        _steer(positions, delays, (bins[1] + folding * chirps) / chirps, grid[0][direction], rows[2])
        _form_beam(around, rows[2], beam)
        misfit = _refine(bins, folding * chirps, cell, around_bins, walk, samples, quadrature, inside, beam, model)
        _take_snapshot(around, model[0], rows[0])
        doppler = bins[1] + folding * chirps
        undo_delays(rows[0], delays, doppler, chirps, rows[1])
        cosines[0] = grid[0][direction]
        score_direction(rows[1], positions, grid[2], cosines[0])
        energy = _energy(model[0])
        least = numbers[2] * noise[peak] / energy / len(alive)
        power = split_direction(
            rows[1], positions, grid[2], grid[1], grid[0], least, numbers[3], sums, rows[2], cosines
        )
        _report(bins[0], doppler, cosines, rows[1], positions, power, out[peak])
        freedom = max(2.0 * beam.size - 4.0, 1.0)
        out[peak, 5] = misfit * len(alive) / (0.5 * noise[peak]) / freedom


@compiled
def _report(
    range_bin: float,
    doppler: float,
    cosines: Floats,
    snapshot: Complexes,
    positions: Floats,
    second_power: float,
    out: Floats,
) -> None:
    total = 0j
    for antenna in range(len(snapshot)):
        phase = np.pi * (positions[antenna, 0] * cosines[0, 0] + positions[antenna, 1] * cosines[0, 1])
        total += snapshot[antenna] * np.exp(1j * phase)
    total /= len(snapshot)
    out[0], out[1] = range_bin, doppler
    out[2], out[3] = cosines[0, 0], cosines[0, 1]
    out[4] = total.real**2 + total.imag**2
    out[6], out[7] = cosines[1, 0], cosines[1, 1]
    out[8] = second_power


@compiled
def _mark_inside(row: int, ranges: Integers, bins: int, circular: bool, inside: Floats) -> None:
    for j in range(len(ranges)):
        inside[j] = 1.0 if circular or 0 <= row + ranges[j] < bins else 0.0


@compiled
def _respond(
    bins: Floats,
    cell: Integers,
    around_bins: tuple[Integers, Integers],
    walk: float,
    samples: int,
    quadrature: tuple[Floats, Floats],
    inside: Floats,
    model: Complexes,
) -> None:
    ranges = bins[0] - cell[0] - around_bins[0]
    dopplers = bins[1] - cell[1] - around_bins[1]
    response(ranges, dopplers, walk, samples, quadrature[0], quadrature[1], inside, model)


@compiled
def _energy(response_of_point: Complexes) -> float:
    energy = 0.0
    for value in response_of_point.ravel():
        energy += value.real**2 + value.imag**2
    return energy


@compiled
def _take_snapshot(around: Complexes, response_of_point: Complexes, snapshot: Complexes) -> None:
    """Write each antenna's amplitude of the target: least squares over the neighbourhood."""
    energy = _energy(response_of_point)
    for antenna in range(len(around)):
        total = 0j
        for j in range(around.shape[1]):
            for k in range(around.shape[2]):
                total += np.conj(response_of_point[j, k]) * around[antenna, j, k]
        snapshot[antenna] = total / energy


@compiled
def _steer(positions: Floats, delays: Floats, turns: float, cosines: Floats, weights: Complexes) -> None:
    for antenna in range(len(weights)):
        phase = np.pi * (positions[antenna, 0] * cosines[0] + positions[antenna, 1] * cosines[1])
        weights[antenna] = np.exp(1j * (phase - 2 * np.pi * turns * delays[antenna])) / len(weights)


@compiled
def _form_beam(around: Complexes, weights: Complexes, beam: Complexes) -> None:
    beam[:] = 0.0
    for antenna in range(len(around)):
        for j in range(beam.shape[0]):
            for k in range(beam.shape[1]):
                beam[j, k] += weights[antenna] * around[antenna, j, k]


@compiled
def _refine(
    bins: Floats,
    folded: int,
    cell: Integers,
    around_bins: tuple[Integers, Integers],
    walk: float,
    samples: int,
    quadrature: tuple[Floats, Floats],
    inside: Floats,
    beam: Complexes,
    model: Complexes,
) -> float:
    """Move `bins` to the best fit; leave `model` and return the misfit there."""
    first = bins.copy()
    step = np.zeros(2)
    for _ in range(_REFINING_STEPS):
        _respond(bins, cell, around_bins, walk * (bins[1] + folded), samples, quadrature, inside, model)
        newton_step(beam, model, step)
        for k in range(2):
            bins[k] += min(max(step[k], -_LARGEST_STEP), _LARGEST_STEP)
    if not (abs(bins[0] - first[0]) <= _FARTHEST and abs(bins[1] - first[1]) <= _FARTHEST):
        bins[:] = first
    _respond(bins, cell, around_bins, walk * (bins[1] + folded), samples, quadrature, inside, model)
    return newton_step(beam, model, step)
