"""Power of each range-Doppler cell, windowed in the frequency domain, summed over the antennas, in one pass.

A Hann window is three taps (-1/4, 1/2, -1/4) on the bins of an unwindowed transform. So power for detection has the
window's low sidelobes, while the spectrum itself stays without one, at full resolution and signal-to-noise ratio.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled
from sumika.radar.detection.cube_transform import BESIDE

Floats = NDArray[np.float32]

CORRELATED_BINS = 3
"""Noise in bins this far apart is independent after the window: its taps no longer overlap."""

HANN_POWER = 3 / 8
"""Noise power after the window relative to without: 1/4^2 + 1/2^2 + 1/4^2."""


@compiled
def power_map(
    spectrum: Floats,
    antennas: NDArray[np.int64],
    range_windowed: bool,
    doppler_windowed: bool,
    margin: int,
    beyond: int,
    row: Floats,
    power: Floats,
) -> None:
    """Sum the power of the windowed spectrum over antennas.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`; what lies beside the bins is overwritten.
        antennas: Which of them count.
        range_windowed: Whether the range axis is to be windowed here; False where it has been already.
        doppler_windowed: The same for the Doppler axis; too few bins have no room for a window.
        margin: Cells beside the map's first and last range bin.
        beyond: What is beyond an end of the range axis: bins this far towards the middle; the number of bins makes
            them circular, as they are for an I/Q receiver.
        row: Scratch, as long as a range row of `spectrum`.
        power: (Doppler bin, margin + range bins + margin), overwritten; the margins hold what is beyond.
    """
    chirps = spectrum.shape[1]
    bins = power.shape[1] - 2 * margin
    circular = beyond == bins
    for doppler in range(chirps):
        out = power[doppler, margin : margin + bins]
        out[:] = 0.0
        below, above = (doppler - 1) % chirps, (doppler + 1) % chirps
        for antenna in antennas:
            for part in range(2):
                here = spectrum[antenna, doppler, part]
                if doppler_windowed:
                    _window_rows(spectrum[antenna, below, part], here, spectrum[antenna, above, part], row)
                else:
                    row[:] = here
                if range_windowed:
                    row[BESIDE - 1] = row[BESIDE + bins - 1] if circular else np.float32(0.0)
                    row[BESIDE + bins] = row[BESIDE] if circular else np.float32(0.0)
                    _add_windowed(row, out)
                else:
                    _add_plain(row, out)
        for k in range(margin):
            power[doppler, k] = power[doppler, k + beyond]
            power[doppler, margin + bins + k] = power[doppler, margin + bins + k - beyond]


@compiled
def _window_rows(below: Floats, here: Floats, above: Floats, row: Floats) -> None:
    half, quarter = np.float32(0.5), np.float32(0.25)
    for k in range(len(row)):
        row[k] = half * here[k] - quarter * (below[k] + above[k])


@compiled
def _add_windowed(row: Floats, out: Floats) -> None:
    half, quarter = np.float32(0.5), np.float32(0.25)
    for k in range(len(out)):
        value = half * row[BESIDE + k] - quarter * (row[BESIDE + k - 1] + row[BESIDE + k + 1])
        out[k] += value * value


@compiled
def _add_plain(row: Floats, out: Floats) -> None:
    for k in range(len(out)):
        out[k] += row[BESIDE + k] * row[BESIDE + k]
