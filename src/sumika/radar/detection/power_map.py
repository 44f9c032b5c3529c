"""Power of each range-Doppler cell, windowed in the frequency domain, summed over the antennas, in one pass.

A Hann window is three taps (-1/4, 1/2, -1/4) on the bins of an unwindowed transform. So power for detection has the
window's low sidelobes, while the spectrum itself stays without one, at full resolution and signal-to-noise ratio.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.cube_transform import BESIDE
from sumika.radar.detection.lane_codelets import LANES, add_hann_power

Floats = NDArray[np.float32]

CORRELATED_BINS = 3
"""Noise in bins this far apart is independent after the window: its taps no longer overlap."""

HANN_POWER = 3 / 8
"""Noise power after the window relative to without: 1/4^2 + 1/2^2 + 1/4^2."""


@compiled
def add_power(
    spectrum: Floats,
    antenna: int,
    range_windowed: bool,
    doppler_windowed: bool,
    margin: int,
    circular: bool,
    row: Floats,
    power: Floats,
) -> None:
    """Add the power of an antenna's windowed spectrum.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`; what lies beside the bins is overwritten.
        antenna: Which.
        range_windowed: Whether the range axis is to be windowed here; False where it has been already.
        doppler_windowed: The same for the Doppler axis; too few bins have no room for a window.
        margin: Cells beside the map's first and last range bin.
        circular: Whether the first range bin is a neighbour of the last, as for an I/Q receiver.
        row: Scratch, as long as a range row of `spectrum`.
        power: (Doppler bin, margin + range bins + margin), added to.
    """
    bins = power.shape[1] - 2 * margin
    both = range_windowed and doppler_windowed
    for doppler in range(spectrum.shape[1]):
        for part in range(2):
            one = spectrum[antenna, doppler, part]
            one[BESIDE - 1] = one[BESIDE + bins - 1] if circular else np.float32(0.0)
            one[BESIDE + bins] = one[BESIDE] if circular else np.float32(0.0)
    for doppler in range(spectrum.shape[1]):
        out = power[doppler, margin : margin + bins]
        done = _add_blocks(spectrum, antenna, doppler, out) if both else 0
        _add_rest(spectrum, antenna, doppler, done, range_windowed, doppler_windowed, row, out)


@compiled
def continue_map(power: Floats, margin: int, beyond: int) -> None:
    """Write what is beyond the ends of the range axis.

    Args:
        power: (Doppler bin, margin + range bins + margin), the margins are overwritten.
        margin: Cells beside the map's first and last range bin.
        beyond: They hold bins this far towards the middle; the number of bins makes them circular.
    """
    last = power.shape[1] - margin
    for doppler in range(len(power)):
        for k in range(margin):
            power[doppler, k] = power[doppler, k + beyond]
            power[doppler, last + k] = power[doppler, last + k - beyond]


@compiled
def _add_blocks(spectrum: Floats, antenna: int, doppler: int, out: Floats) -> int:
    """Add the power of whole blocks of sixteen cells, under both windows; return how many cells that are."""
    _, chirps, _, width = spectrum.shape
    flat = spectrum.reshape(spectrum.size)
    first = antenna * chirps
    for part in range(2):
        below = ((first + (doppler - 1) % chirps) * 2 + part) * width + BESIDE
        here = ((first + doppler) * 2 + part) * width + BESIDE
        above = ((first + (doppler + 1) % chirps) * 2 + part) * width + BESIDE
        for block in range(0, len(out) - LANES + 1, LANES):
            add_hann_power(flat, below + block, here + block, above + block, out, block)
    return len(out) // LANES * LANES


@compiled
def _add_rest(
    spectrum: Floats,
    antenna: int,
    doppler: int,
    done: int,
    range_windowed: bool,
    doppler_windowed: bool,
    row: Floats,
    out: Floats,
) -> None:
    """Add the power of the cells from number `done` on."""
    if done == len(out):
        return
    chirps = spectrum.shape[1]
    below, above = (doppler - 1) % chirps, (doppler + 1) % chirps
    for part in range(2):
        here = spectrum[antenna, doppler, part]
        if doppler_windowed:
            _window_rows(spectrum[antenna, below, part], here, spectrum[antenna, above, part], row)
        else:
            row[:] = here
        if range_windowed:
            _add_windowed(row, done, out)
        else:
            _add_plain(row, done, out)


@compiled
def _window_rows(below: Floats, here: Floats, above: Floats, row: Floats) -> None:
    half, quarter = np.float32(0.5), np.float32(0.25)
    for k in range(len(row)):
        row[k] = half * here[k] - quarter * (below[k] + above[k])


@compiled
def _add_windowed(row: Floats, done: int, out: Floats) -> None:
    half, quarter = np.float32(0.5), np.float32(0.25)
    for k in range(done, len(out)):
        value = half * row[BESIDE + k] - quarter * (row[BESIDE + k - 1] + row[BESIDE + k + 1])
        out[k] += value * value


@compiled
def _add_plain(row: Floats, done: int, out: Floats) -> None:
    for k in range(done, len(out)):
        out[k] += row[BESIDE + k] * row[BESIDE + k]
