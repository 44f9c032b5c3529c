"""From converter counts to complex numbers, in the one pass that also tells whether the frame is sound."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled

Cube = NDArray[np.complex64]
Statistics = NDArray[np.float32]


def decode_cube(
    samples: NDArray[Any], signs: NDArray[np.float32], cube: Cube, power: Statistics, peak: Statistics
) -> None:
    """Write a frame's samples as complex numbers, and how strong each chirp is.

    Args:
        samples: Complex (chirp, antenna, sample); real numbers of the same shape; or integers (chirp, antenna, sample,
            2), I before Q.
        signs: (antenna,) +1 or -1.
        cube: (chirp, antenna, sample), overwritten.
        power: (chirp, antenna), overwritten: mean square around the chirp's mean.
        peak: (chirp, antenna), overwritten: largest magnitude of I or Q as it came; of a real converter the distance
            from its mean. Infinite where a sample is not finite.
    """
    if np.iscomplexobj(samples):
        parts = np.ascontiguousarray(samples, dtype=np.complex64).view(np.float32).reshape(*samples.shape, 2)
        _decode_pairs(parts, signs, cube.view(np.float32).reshape(*cube.shape, 2), power, peak)
    elif samples.ndim == 4:
        _decode_pairs(samples, signs, cube.view(np.float32).reshape(*cube.shape, 2), power, peak)
    else:
        _decode_real(samples, signs, cube, power, peak)


@compiled
def _decode_pairs(
    samples: NDArray[Any],
    signs: NDArray[np.float32],
    cube: NDArray[np.float32],
    power: Statistics,
    peak: Statistics,
) -> None:
    chirps, antennas, count, _ = samples.shape
    for chirp in range(chirps):
        for antenna in range(antennas):
            row, out, sign = samples[chirp, antenna], cube[chirp, antenna], signs[antenna]
            square = np.float32(0.0)
            in_phase = np.float32(0.0)
            quadrature = np.float32(0.0)
            largest = np.float32(0.0)
            for n in range(count):
                i = np.float32(row[n, 0])
                q = np.float32(row[n, 1])
                in_phase += i
                quadrature += q
                square += i * i + q * q
                largest = max(largest, abs(i), abs(q))
                out[n, 0] = sign * i
                out[n, 1] = sign * q
            mean_square = (in_phase * in_phase + quadrature * quadrature) / np.float32(count * count)
            power[chirp, antenna] = max(square / np.float32(count) - mean_square, np.float32(0.0))
            peak[chirp, antenna] = largest


@compiled
def _decode_real(
    samples: NDArray[Any], signs: NDArray[np.float32], cube: Cube, power: Statistics, peak: Statistics
) -> None:
    chirps, antennas, count = samples.shape
    for chirp in range(chirps):
        for antenna in range(antennas):
            row, out = samples[chirp, antenna], cube[chirp, antenna]
            total = np.float32(0.0)
            for n in range(count):
                total += np.float32(row[n])
            mean = total / np.float32(count)
            square = np.float32(0.0)
            largest = np.float32(0.0)
            for n in range(count):
                value = np.float32(row[n]) - mean
                square += value * value
                largest = max(largest, abs(value))
                out[n] = signs[antenna] * value
            power[chirp, antenna] = square / np.float32(count)
            peak[chirp, antenna] = largest
