"""The cells around a peak: which of them count, and sums over them for each antenna."""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.cube_transform import BESIDE
from sumika.radar.detection.refine import RANGES, REACH_RANGE

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]


@compiled
def mark_inside(cell: Integers, reach: Integers, bins: int, range_bins: bool, inside: Singles) -> None:
    """Mark the range bins of a neighbourhood that count; it does not reach around the ends.

    Args:
        cell: (2,) range and Doppler bin of the peak.
        reach: (2,) how far the neighbourhood goes.
        bins: Range bins.
        range_bins: Whether only the peak's own counts, because the range axis is no transform.
        inside: (range,), overwritten with 1 or 0.
    """
    most = min(reach[0], (bins - 1) // 2)
    for j in range(RANGES):
        row = cell[0] - REACH_RANGE + j
        near = abs(j - REACH_RANGE) <= (0 if range_bins else most)
        inside[j] = 1.0 if near and 0 <= row < bins else 0.0


@compiled
def weigh(model: Singles, cell: Integers, first: int, centring: tuple[Complexes, Complexes], out: Singles) -> float:
    """Write the weights that give a target's amplitude from what is seen around it: conj(K) / <K, K>.

    Args:
        model: (PARTS, Doppler, range).
        cell: (2,) range and Doppler bin of the peak.
        first: First Doppler bin of the neighbourhood.
        centring: Phases that move the time origins to the middle, of range and Doppler bins, from minus one length on.
        out: (2, Doppler, range), overwritten.

    Returns:
        <K, K>.
    """
    samples, chirps = len(centring[0]) // 3, len(centring[1]) // 3
    energy = 0.0
    for k in range(out.shape[1]):
        for j in range(RANGES):
            phase = centring[0][samples + cell[0] - REACH_RANGE + j] * centring[1][chirps + first + k]
            real, imaginary = model[0, k, j], model[1, k, j]
            energy += real * real + imaginary * imaginary
            out[0, k, j] = phase.real * real + phase.imag * imaginary
            out[1, k, j] = phase.imag * real - phase.real * imaginary
    for k in range(out.shape[1]):
        for j in range(RANGES):
            out[0, k, j] /= energy
            out[1, k, j] /= energy
    return energy


@compiled
def take_snapshot(
    spectrum: Singles, alive: Integers, signs: Floats, cell: Integers, first: int, weights: Singles, out: Complexes
) -> None:
    """Write each antenna's amplitude of a target.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        alive: Antennas.
        signs: (antenna,) of those.
        cell: (2,) range and Doppler bin of the peak.
        first: First Doppler bin of the neighbourhood.
        weights: (2, Doppler, range) as `weigh` writes them.
        out: (antenna,), overwritten.
    """
    chirps = spectrum.shape[1]
    begin = BESIDE + cell[0] - REACH_RANGE
    lanes = np.empty((2, RANGES), dtype=np.float32)
    to, too = lanes[0], lanes[1]
    for number in range(len(alive)):
        lanes[:] = 0.0
        for k in range(weights.shape[1]):
            rows = spectrum[alive[number], (first + k) % chirps]
            a, b = rows[0, begin : begin + RANGES], rows[1, begin : begin + RANGES]
            c, d = weights[0, k], weights[1, k]
            for j in range(RANGES):
                to[j] += c[j] * a[j] - d[j] * b[j]
                too[j] += c[j] * b[j] + d[j] * a[j]
        out[number] = complex(np.sum(to), np.sum(too)) * signs[number]


@compiled
def form_beam(
    spectrum: Singles,
    alive: Integers,
    signs: Floats,
    cell: Integers,
    first: int,
    steering: Complexes,
    centring: tuple[Complexes, Complexes],
    inside: Singles,
    out: Singles,
) -> None:
    """Write what is seen around a peak from one direction, time origins in the middle.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        alive: Antennas.
        signs: (antenna,) of those.
        cell: (2,) range and Doppler bin of the peak.
        first: First Doppler bin of the neighbourhood.
        steering: (antenna,) factor of each.
        centring: As for `weigh`.
        inside: (range,) 0 where a bin does not count.
        out: (2, Doppler, range), overwritten.
    """
    chirps = spectrum.shape[1]
    samples = len(centring[0]) // 3
    begin = BESIDE + cell[0] - REACH_RANGE
    out[:] = 0.0
    for number in range(len(alive)):
        real = np.float32(steering[number].real * signs[number])
        imaginary = np.float32(steering[number].imag * signs[number])
        for k in range(out.shape[1]):
            rows = spectrum[alive[number], (first + k) % chirps]
            a, b = rows[0, begin : begin + RANGES], rows[1, begin : begin + RANGES]
            to, too = out[0, k], out[1, k]
            for j in range(RANGES):
                to[j] += real * a[j] - imaginary * b[j]
                too[j] += real * b[j] + imaginary * a[j]
    for k in range(out.shape[1]):
        for j in range(RANGES):
            phase = centring[0][samples + cell[0] - REACH_RANGE + j] * centring[1][chirps + first + k]
            value = complex(out[0, k, j], out[1, k, j]) * phase * inside[j]
            out[0, k, j], out[1, k, j] = value.real, value.imag
