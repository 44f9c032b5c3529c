"""Which detected cells are targets: local maxima that are no sidelobe of a stronger one."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.radar._compiled import compiled
from sumika.radar.detection.cfar import TrainingCells
from sumika.radar.detection.power_map import Powers

_SIDELOBE_MARGIN = 4.0
"""A cell counts as a sidelobe up to 6 dB above what a point target's would be: people move during the frame."""

MOST_PEAKS = 512

Places = NDArray[np.int64]


def find_peaks(power: Powers, detected: NDArray[np.bool_], circular: bool, windowed: tuple[bool, bool]) -> Places:
    """Return the targets' cells, strongest first.

    Args:
        power: (range bin, margin + Doppler bins + margin).
        detected: (range bin, Doppler bin).
        circular: Whether the first range bin is a neighbour of the last.
        windowed: Whether range and Doppler are under a Hann window here, whose sidelobes are known.

    Returns:
        (peak, 2) range and Doppler bin.
    """
    found = np.empty((MOST_PEAKS, 2), dtype=np.int64)
    count = _local_maxima(power, detected, circular, found)
    if count > MOST_PEAKS:  # a wall of detections: the strongest stay, in one more pass that costs what it must
        found = np.empty((count, 2), dtype=np.int64)
        _local_maxima(power, detected, circular, found)
    places = found[:count]
    margin = (power.shape[1] - detected.shape[1]) // 2
    strength = power[places[:, 0], margin + places[:, 1]]
    order = np.argsort(-strength, kind="stable")[:MOST_PEAKS]
    places, strength = places[order], strength[order]
    keep = np.ones(len(places), dtype=np.bool_)
    shape = np.array(detected.shape, dtype=np.int64)
    _drop_sidelobes(places, strength, shape, circular, windowed[0], windowed[1], keep)
    kept: Places = places[keep]
    return kept


def local_noise(power: Powers, cells: TrainingCells, places: Places, antennas: int) -> NDArray[np.float64]:
    """Return the noise power of one antenna around each place: the median of its training cells.

    Args:
        power: (range bin, margin + Doppler bins + margin) summed over `antennas`.
        cells: Of this map.
        places: (place, 2).
        antennas: How many.

    Returns:
        (place,), as the map has it, thus after its window.
    """
    rows = cells.rows[places[:, :1], cells.offsets[:, 0]]
    columns = cells.margin + places[:, 1:] + cells.offsets[:, 1]
    median = np.median(power[rows, columns], axis=1)
    noise: NDArray[np.float64] = median / special.gammaincinv(antennas, 0.5)
    return noise


@compiled
def _local_maxima(power: Powers, detected: NDArray[np.bool_], circular: bool, found: Places) -> int:
    bins, chirps = detected.shape
    margin = (power.shape[1] - chirps) // 2
    count = 0
    for place in range(bins):
        for k in range(chirps):
            if detected[place, k] and _is_maximum(power, place, k, margin, chirps, circular):
                if count < len(found):
                    found[count, 0], found[count, 1] = place, k
                count += 1
    return count


@compiled
def _is_maximum(power: Powers, place: int, k: int, margin: int, chirps: int, circular: bool) -> bool:
    bins = len(power)
    here = power[place, margin + k]
    for step in range(-1, 2):
        row = place + step
        if circular:
            row %= bins
        if not 0 <= row < bins:
            continue
        for beside in range(-1, 2):
            there = power[row, margin + (k + beside) % chirps]
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
    shape: NDArray[np.int64],
    circular: bool,
    range_windowed: bool,
    doppler_windowed: bool,
    keep: NDArray[np.bool_],
) -> None:
    for weak in range(1, len(places)):
        for strong in range(weak):
            rows = abs(places[weak, 0] - places[strong, 0])
            if circular:
                rows = min(rows, shape[0] - rows)
            columns = abs(places[weak, 1] - places[strong, 1])
            columns = min(columns, shape[1] - columns)
            response = _sidelobe(float(rows), range_windowed) * _sidelobe(float(columns), doppler_windowed)
            if strength[weak] < _SIDELOBE_MARGIN * response * strength[strong]:
                keep[weak] = False
                break
