"""Which detected cells are targets: local maxima that are no sidelobe of a stronger one."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.compiled import compiled
from sumika.radar.detection.cfar import TrainingCells

_SIDELOBE_MARGIN = 4.0
"""A cell counts as a sidelobe up to 6 dB above what a point target's would be: people move during the frame."""

MOST_PEAKS = 512

Places = NDArray[np.int64]
Powers = NDArray[np.float32]


def find_peaks(power: Powers, detected: NDArray[np.bool_], circular: bool, doppler_windowed: bool) -> Places:
    """Return the targets' cells, strongest first.

    Args:
        power: (Doppler bin, margin + range bins + margin), under a Hann window over range.
        detected: (Doppler bin, range bin).
        circular: Whether the first range bin is a neighbour of the last.
        doppler_windowed: Whether Doppler is under a Hann window, too, so that its sidelobes are known.

    Returns:
        (peak, 2) Doppler and range bin.
    """
    margin = (power.shape[1] - detected.shape[1]) // 2
    found = np.empty((MOST_PEAKS, 2), dtype=np.int64)
    count = _local_maxima(power, detected, margin, circular, found)
    if count > MOST_PEAKS:  # a wall of detections: the strongest stay, in one more pass that costs what it must
        found = np.empty((count, 2), dtype=np.int64)
        _local_maxima(power, detected, margin, circular, found)
    places = found[:count]
    strength = power[places[:, 0], margin + places[:, 1]]
    order = np.argsort(-strength, kind="stable")[:MOST_PEAKS]
    places, strength = places[order], strength[order]
    keep = np.ones(len(places), dtype=np.bool_)
    _drop_sidelobes(places, strength, detected.shape, circular, doppler_windowed, keep)
    kept: Places = places[keep]
    return kept


def local_noise(power: Powers, cells: TrainingCells, places: Places, antennas: int) -> NDArray[np.float64]:
    """Return the noise power of one antenna around each place: the median of its training cells.

    Args:
        power: (Doppler bin, margin + range bins + margin) summed over `antennas`.
        cells: Of this map.
        places: (place, 2).
        antennas: How many.

    Returns:
        (place,), as the map has it, thus after its window.
    """
    noise = np.empty(len(places))
    _median_of_cells(power, cells.offsets, cells.margin, places, noise)
    noise /= special.gammaincinv(antennas, 0.5)
    return noise


@compiled
def interpolate(
    power: Powers, margin: int, circular: bool, places: Places, found: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return peaks between cells, from parabolas through the logarithms of neighbours' power.

    Args:
        power: (Doppler bin, margin + range bins + margin).
        margin: Cells beside the map's first and last range bin.
        circular: Whether the first range bin is a neighbour of the last.
        places: (peak, 2) Doppler and range bin.
        found: (peak, 2), overwritten and returned: range and Doppler bin.
    """
    chirps, bins = len(power), power.shape[1] - 2 * margin
    for peak in range(len(places)):
        doppler, place = places[peak]
        column = margin + place
        here = power[doppler, column]
        found[peak, 0], found[peak, 1] = float(place), float(doppler)
        if circular or 0 < place < bins - 1:
            found[peak, 0] += _parabola(power[doppler, column - 1], here, power[doppler, column + 1])
        if chirps > 2:
            below, above = power[(doppler - 1) % chirps, column], power[(doppler + 1) % chirps, column]
            found[peak, 1] += _parabola(below, here, above)
    return found


@compiled
def _parabola(left: float, middle: float, right: float) -> float:
    one, top, other = np.log(max(left, 1e-30)), np.log(max(middle, 1e-30)), np.log(max(right, 1e-30))
    bend = min(one - 2 * top + other, -1e-6)
    return float(min(max(0.5 * (one - other) / bend, -0.5), 0.5))


@compiled
def _median_of_cells(
    power: Powers, offsets: NDArray[np.int64], margin: int, places: Places, median: NDArray[np.float64]
) -> None:
    cells = len(offsets)
    ordered = np.empty(cells)
    for number in range(len(places)):
        for cell in range(cells):
            row = (places[number, 0] + offsets[cell, 0]) % len(power)
            value = float(power[row, margin + places[number, 1] + offsets[cell, 1]])
            # Sorted as they come: they are few.
            to = cell
            while to > 0 and ordered[to - 1] > value:
                ordered[to] = ordered[to - 1]
                to -= 1
            ordered[to] = value
        median[number] = (ordered[(cells - 1) // 2] + ordered[cells // 2]) / 2


@compiled
def _local_maxima(power: Powers, detected: NDArray[np.bool_], margin: int, circular: bool, found: Places) -> int:
    chirps, bins = detected.shape
    count = 0
    for doppler in range(chirps):
        for place in range(bins):
            if detected[doppler, place] and _is_maximum(power, doppler, place, margin, circular):
                if count < len(found):
                    found[count, 0], found[count, 1] = doppler, place
                count += 1
    return count


@compiled
def _is_maximum(power: Powers, doppler: int, place: int, margin: int, circular: bool) -> bool:
    chirps, bins = len(power), power.shape[1] - 2 * margin
    here = power[doppler, margin + place]
    for step in range(-1, 2):
        column = place + step
        if circular:
            column %= bins
        if not 0 <= column < bins:
            continue
        for beside in range(-1, 2):
            there = power[(doppler + beside) % chirps, margin + column]
            # Of two equal cells the first one is the maximum.
            if there > here or (there == here and (step < 0 or (step == 0 and beside < 0))):
                return False
    return True


@compiled
def _sidelobe(distance: float, windowed: bool) -> float:
    """Return the envelope of a Hann window's power response at a distance in bins; 1 within the main lobe."""
    if not windowed:
        return 1.0 if distance <= 1 else 0.0
    if distance < 2.0:
        return 1.0
    x = distance - 0.5  # peaks lie up to half a bin beside their cell
    return (1.0 / (np.pi * x * (x * x - 1.0))) ** 2


@compiled
def _drop_sidelobes(
    places: Places,
    strength: NDArray[np.float32],
    shape: tuple[int, int],
    circular: bool,
    doppler_windowed: bool,
    keep: NDArray[np.bool_],
) -> None:
    for weak in range(1, len(places)):
        for strong in range(weak):
            dopplers = abs(places[weak, 0] - places[strong, 0])
            dopplers = min(dopplers, shape[0] - dopplers)
            ranges = abs(places[weak, 1] - places[strong, 1])
            if circular:
                ranges = min(ranges, shape[1] - ranges)
            response = _sidelobe(float(dopplers), doppler_windowed) * _sidelobe(float(ranges), True)
            if strength[weak] < _SIDELOBE_MARGIN * response * strength[strong]:
                keep[weak] = False
                break
