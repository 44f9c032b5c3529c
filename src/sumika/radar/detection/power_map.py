"""Power of each range-Doppler cell, windowed in the frequency domain, summed over the antennas, in one pass.

A Hann window is three taps (-1/4, 1/2, -1/4) on the bins of an unwindowed transform. So power for detection has the
window's low sidelobes, while the spectrum itself stays without one, at full resolution and signal-to-noise ratio.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled

Cube = NDArray[np.complex64]
Powers = NDArray[np.float32]

CORRELATED_BINS = 3
"""Noise in bins this far apart is independent after the window: its taps no longer overlap."""

HANN_POWER = 3 / 8
"""Noise power after the window relative to without: 1/4^2 + 1/2^2 + 1/4^2."""


@compiled
def power_map(
    spectrum: Cube,
    antennas: NDArray[np.int64],
    range_windowed: bool,
    doppler_windowed: bool,
    circular: bool,
    row: NDArray[np.float32],
    power: Powers,
) -> None:
    """Sum the power of the windowed spectrum over antennas.

    Args:
        spectrum: (antenna, range bin, Doppler bin), without a window.
        antennas: Which of them count.
        range_windowed: Whether the range axis is to be windowed here; False where it has been already.
        doppler_windowed: The same for the Doppler axis; too few bins have no room for a window.
        circular: Whether the first range bin is a neighbour of the last, as for an I/Q receiver.
        row: Scratch, (2 * (Doppler bins + 2),).
        power: (range bin, margin + Doppler bins + margin), overwritten; the margins repeat the other end.
    """
    _, bins, chirps = spectrum.shape
    margin = (power.shape[1] - chirps) // 2
    for place in range(bins):
        out = power[place, margin : margin + chirps]
        out[:] = 0.0
        below, above = place - 1, place + 1
        if circular:
            below, above = below % bins, above % bins
        for antenna in antennas:
            _window_range(spectrum[antenna], place, below, above, range_windowed, row)
            _add_power(row, doppler_windowed, out)
        for k in range(margin):
            power[place, k] = out[(k - margin) % chirps]
            power[place, margin + chirps + k] = out[k % chirps]


@compiled
def _window_range(spectrum: Cube, place: int, below: int, above: int, windowed: bool, row: NDArray[np.float32]) -> None:
    """Write one range row, windowed over range, as interleaved parts with one bin of margin on both sides."""
    bins, chirps = spectrum.shape
    middle = spectrum[place].view(np.float32)
    inside = row[2 : 2 + 2 * chirps]
    if not windowed:
        for k in range(2 * chirps):
            inside[k] = middle[k]
    elif below < 0 or above >= bins:
        beside = spectrum[above if below < 0 else below].view(np.float32)
        for k in range(2 * chirps):
            inside[k] = np.float32(0.5) * middle[k] - np.float32(0.25) * beside[k]
    else:
        left, right = spectrum[below].view(np.float32), spectrum[above].view(np.float32)
        for k in range(2 * chirps):
            inside[k] = np.float32(0.5) * middle[k] - np.float32(0.25) * (left[k] + right[k])
    for k in range(2):
        row[k] = inside[2 * chirps - 2 + k]
        row[2 + 2 * chirps + k] = inside[k]


@compiled
def _add_power(row: NDArray[np.float32], windowed: bool, out: NDArray[np.float32]) -> None:
    chirps = out.size
    if not windowed:
        for k in range(chirps):
            out[k] += row[2 * k + 2] ** 2 + row[2 * k + 3] ** 2
        return
    half, quarter = np.float32(0.5), np.float32(0.25)
    for k in range(chirps):
        real = half * row[2 * k + 2] - quarter * (row[2 * k] + row[2 * k + 4])
        imaginary = half * row[2 * k + 3] - quarter * (row[2 * k + 1] + row[2 * k + 5])
        out[k] += real * real + imaginary * imaginary
