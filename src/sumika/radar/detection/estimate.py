"""From peaks of the map to range, velocity and direction: the loop over detections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.beamform import (
    SCORING_STEPS,
    choose_folding,
    score_direction,
    split_direction,
    steered_mean,
    undo_delays,
)
from sumika.radar.detection.geometry import Directions, Geometry
from sumika.radar.detection.neighbourhood import form_beam, mark_inside, take_snapshot, weigh
from sumika.radar.detection.refine import (
    NODES,
    PARTS,
    RANGES,
    REACH_DOPPLER,
    REACH_RANGE,
    chirp_factors,
    combine,
    newton_step,
    range_coupling,
    range_responses,
)

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

Antennas = tuple[Integers, Floats, Floats, Floats]
"""Working antennas; their signs, positions (antenna, 2) and delays."""

Grid = tuple[Floats, Singles, Floats]
"""Directions that are tried: their cosines, steering, and what maps phase errors to corrections."""

View = tuple[Singles, Integers, int, Singles, Floats, tuple[Complexes, Complexes], int, float]
"""Where a peak is looked at: spectrum, the peak's cell (range, Doppler), first Doppler bin of its neighbourhood, range
bins that count, nodes, centring, samples, range bins walked per Doppler bin."""

COLUMNS = ("range_bin", "doppler_bin", "u", "w", "power", "misfit", "second_u", "second_w", "second_power", "energy")
"""What is estimated of a peak: power is that of one antenna's amplitude; misfit the squared residual per real number
relative to noise; energy is <K, K> of the response, by which an amplitude's noise is less than the spectrum's."""

_REFINING_STEPS = 2
_LARGEST_STEP = 0.5
_FARTHEST = 1.0
"""A refined peak more than a bin from its cell has run to a neighbour: then the cell's interpolation stays."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All that the loop reads, for one set of working antennas.

    Attributes:
        geometry: Of the radar.
        directions: That are tried.
        alive: Working antennas.
        signs: (antenna,) of all antennas.
        nodes: As `chirp_nodes` returns.
        centring: Of range and Doppler bins.
        chirps: Per frame.
        samples: Length of the range transform; 0 if there is none.
        bins: Range bins.
        circular: Whether they are.
    """

    geometry: Geometry
    directions: Directions
    alive: Integers
    signs: Floats
    nodes: Floats
    centring: tuple[Complexes, Complexes]
    chirps: int
    samples: int
    bins: int
    circular: bool


@compiled
def reaches(places: Floats, chirps: int) -> Integers:
    """Return how far the neighbourhood of each peak goes: to halfway to the next peak, whose response is not ours.

    Args:
        places: (peak, 2) range and Doppler bin.
        chirps: Per frame; Doppler bins are circular.

    Returns:
        (peak, 2) range and Doppler bins to each side, at least 1.
    """
    peaks = len(places)
    most_range, most_doppler = float(REACH_RANGE), float(min(REACH_DOPPLER, (chirps - 1) // 2))
    result = np.empty((peaks, 2), dtype=np.int64)
    for peak in range(peaks):
        ranges, dopplers = most_range, most_doppler
        for other in range(peaks):
            r = abs(places[peak, 0] - places[other, 0])
            d = abs(places[peak, 1] - places[other, 1])
            d = min(d, chirps - d)
            if other == peak or r > 2.0 * most_range or d > 2.0 * most_doppler:
                continue
            # The axis that tells two peaks apart best is the one that is cut.
            if r >= d:
                ranges = min(ranges, r / 2)
            if d >= r:
                dopplers = min(dopplers, d / 2)
        result[peak, 0] = max(int(np.floor(ranges)), 1)
        result[peak, 1] = max(int(np.floor(dopplers)), int(min(most_doppler, 1.0)))
    return result


def estimate(
    spectrum: Singles,
    places: Floats,
    noise: Floats,
    tables: Tables,
    speed_sigma: float,
    second: tuple[float, float],
) -> tuple[Floats, Complexes]:
    """Estimate each peak's coordinates, in bins and cosines.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        places: (peak, 2) range and Doppler bin, interpolated; Doppler from 0 to its length.
        noise: (peak,) noise power of one antenna in `spectrum`.
        tables: Of the radar.
        speed_sigma: How fast people move, in Doppler bins.
        second: Least signal-to-noise ratio, and least power relative to the first, of a second direction.

    Returns:
        (peak, column) as `COLUMNS`; (peak, antenna) amplitudes with the transmitters' delays undone.
    """
    alive, directions = tables.alive, tables.directions
    out = np.zeros((len(places), len(COLUMNS)))
    snapshots = np.zeros((len(places), len(alive)), dtype=np.complex128)
    _estimate_all(
        spectrum,
        places,
        reaches(places, tables.chirps),
        noise,
        (alive, tables.signs[alive], tables.geometry.positions[alive], tables.geometry.delays[alive]),
        tables.nodes,
        tables.centring,
        (directions.cosines, directions.steering, directions.solve),
        (tables.bins, tables.samples),
        (tables.geometry.walk_per_doppler, speed_sigma, second[0], second[1]),
        np.empty((2, directions.steering.shape[2]), dtype=np.float32),
        snapshots,
        out,
    )
    return out, snapshots


@compiled
def _estimate_all(
    spectrum: Singles,
    places: Floats,
    reach: Integers,
    noise: Floats,
    antennas: Antennas,
    nodes: Floats,
    centring: tuple[Complexes, Complexes],
    grid: Grid,
    shape: tuple[int, int],
    numbers: tuple[float, float, float, float],
    sums: Singles,
    snapshots: Complexes,
    out: Floats,
) -> None:
    """Do what `estimate` says, one peak after the other."""
    chirps = spectrum.shape[1]
    bins, samples = shape
    alive = antennas[0]
    inside = np.empty(RANGES, dtype=np.float32)
    cell = np.empty(2, dtype=np.int64)
    place, cosines = np.empty(2), np.zeros((2, 2))
    snapshot, turned, rest = np.empty((3, len(alive)), dtype=np.complex128)
    for peak in range(len(places)):
        place[:] = places[peak]
        if place[1] >= chirps / 2:
            place[1] -= chirps
        cell[0], cell[1] = round(place[0]), round(place[1])
        dopplers = 2 * reach[peak, 1] + 1
        model = np.empty((PARTS, dopplers, RANGES), dtype=np.float32)
        weights = np.empty((2, dopplers, RANGES), dtype=np.float32)
        mark_inside(cell, reach[peak], bins, samples == 0, inside)
        view = (spectrum, cell, cell[1] - reach[peak, 1], inside, nodes, centring, samples, numbers[0])
        folded = _look_first(
            view, antennas, grid, (noise[peak], numbers[1]), place, (model, weights, sums), (snapshot, turned), cosines
        )
        _look_along(view, antennas, place[1] + folded, len(grid[0]) == 1, cosines[0], (snapshot, rest), weights)
        misfit = _refine(view, place, folded, weights, model)
        energy = _look_again(view, antennas, place[1] + folded, len(grid[0]) == 1, (model, weights), snapshot, turned)
        _find_directions(
            turned, antennas[2], grid, numbers[2] * noise[peak] / energy, numbers[3], (sums, rest), cosines, out[peak]
        )
        out[peak, 0], out[peak, 1] = place[0], place[1] + folded
        freedom = max(2.0 * dopplers * np.sum(inside) - 4.0, 1.0)
        out[peak, 5] = 2.0 * misfit * len(alive) / noise[peak] / freedom
        out[peak, 9] = energy
        snapshots[peak] = turned


@compiled
def _look_first(
    view: View,
    antennas: Antennas,
    grid: Grid,
    levels: tuple[float, float],
    place: Floats,
    scratch: tuple[Singles, Singles, Singles],
    snapshots: tuple[Complexes, Complexes],
    cosines: Floats,
) -> int:
    """Find a peak's direction and Doppler folding from its interpolated place; return bins to unfold."""
    spectrum, cell, first, _, _, centring, _, _ = view
    alive, signs, positions, delays = antennas
    model, weights, sums = scratch
    chirps = spectrum.shape[1]
    _respond(view, place, 0, model)
    weigh(model, cell, first, centring, weights)
    take_snapshot(spectrum, alive, signs, cell, first, weights, snapshots[0])
    folding: int = choose_folding(
        snapshots[0],
        delays,
        place[1],
        chirps,
        levels[0],
        levels[1],
        (positions, grid[2]),
        (grid[0], grid[1]),
        sums,
        snapshots[1],
        cosines[0],
    )
    folded: int = chirps * folding
    return folded


@compiled
def _look_along(
    view: View,
    antennas: Antennas,
    doppler: float,
    unknown: bool,
    cosines: Floats,
    scratch: tuple[Complexes, Complexes],
    out: Singles,
) -> None:
    """Write what is seen around a peak from its direction; from antennas at unknown places, by their own phases."""
    spectrum, cell, first, inside, _, centring, _, _ = view
    alive, signs, positions, delays = antennas
    snapshot, steering = scratch
    if unknown:
        _align(snapshot, steering)
    else:
        _steer(positions, delays, doppler / spectrum.shape[1], cosines, steering)
    form_beam(spectrum, alive, signs, cell, first, steering, centring, inside, out)


@compiled
def _look_again(
    view: View,
    antennas: Antennas,
    doppler: float,
    unknown: bool,
    scratch: tuple[Singles, Singles],
    snapshot: Complexes,
    turned: Complexes,
) -> float:
    """Write the antennas' amplitudes at a refined peak, with the transmitters' delays undone; return its <K, K>."""
    spectrum, cell, first, _, _, centring, _, walk = view
    alive, signs, _, delays = antennas
    model, weights = scratch
    energy = weigh(model, cell, first, centring, weights)
    take_snapshot(spectrum, alive, signs, cell, first, weights, snapshot)
    seen = doppler * (1.0 + walk * range_coupling(model) / (2 * np.pi))
    undo_delays(snapshot, delays, seen, spectrum.shape[1], turned)
    if unknown:
        # Antennas may lie anywhere: their phases say nothing, and must not cancel each other.
        for antenna in range(len(turned)):
            turned[antenna] = abs(turned[antenna])
    return energy


@compiled
def _find_directions(
    snapshot: Complexes,
    positions: Floats,
    grid: Grid,
    noise: float,
    ratio: float,
    scratch: tuple[Singles, Complexes],
    cosines: Floats,
    out: Floats,
) -> None:
    """Write directions and powers of one or two sources into a row of estimates."""
    directions, steering, solve = grid
    score_direction(snapshot, positions, solve, cosines[0], SCORING_STEPS)
    power = split_direction(
        snapshot, positions, solve, steering, directions, noise / len(snapshot), ratio, scratch[0], scratch[1], cosines
    )
    amplitude = steered_mean(snapshot, positions, cosines[0])
    out[2], out[3] = cosines[0]
    out[4] = amplitude.real**2 + amplitude.imag**2
    out[6], out[7] = cosines[1]
    out[8] = power


@compiled
def _respond(view: View, place: Floats, folded: int, model: Singles) -> None:
    """Write the response of a target at `place`, walking as its unfolded Doppler says."""
    _, cell, first, inside, nodes, _, samples, walk = view
    ranges = np.empty((2, NODES, RANGES), dtype=np.float32)
    factors = np.empty((4, model.shape[1], NODES), dtype=np.float32)
    offset = place[0] - cell[0] + REACH_RANGE
    range_responses(offset, walk * (place[1] + folded), max(samples, 1), nodes, inside, ranges)
    chirp_factors(place[1] - first, nodes, factors)
    combine(ranges, factors, model)


@compiled
def _steer(positions: Floats, delays: Floats, turns: float, cosines: Floats, weights: Complexes) -> None:
    for antenna in range(len(weights)):
        phase = np.pi * (positions[antenna, 0] * cosines[0] + positions[antenna, 1] * cosines[1])
        weights[antenna] = np.exp(1j * (phase - 2 * np.pi * turns * delays[antenna])) / len(weights)


@compiled
def _align(snapshot: Complexes, weights: Complexes) -> None:
    for antenna in range(len(weights)):
        weights[antenna] = np.conj(snapshot[antenna]) / max(abs(snapshot[antenna]), 1e-30) / len(weights)


@compiled
def _refine(view: View, place: Floats, folded: int, seen: Singles, model: Singles) -> float:
    """Move `place` to the best fit; leave `model` there and return the misfit."""
    begin = place.copy()
    step = np.zeros(2)
    for number in range(_REFINING_STEPS + 1):
        if number or folded:
            _respond(view, place, folded, model)
        misfit = newton_step(model, seen, step)
        if number == _REFINING_STEPS:
            break
        for k in range(2):
            place[k] += min(max(step[k], -_LARGEST_STEP), _LARGEST_STEP)
        if not (abs(place[0] - begin[0]) <= _FARTHEST and abs(place[1] - begin[1]) <= _FARTHEST):
            place[:] = begin
            _respond(view, place, folded, model)
            return newton_step(model, seen, step)
    return misfit
