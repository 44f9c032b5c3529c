"""Constant false-alarm rate: which cells of the range-Doppler map are more than noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled
from sumika.radar.detection.cfar_scale import cfar_scale, ordered_place
from sumika.radar.detection.power_map import CORRELATED_BINS, Powers
from sumika.radar.detection.settings import CfarKind, DetectionSettings

_STEPS = 3
"""Training cells reach this many correlation lengths to each side, and more along range where Doppler has no room."""

_FEWEST_CELLS = 24


@dataclass(frozen=True, slots=True)
class TrainingCells:
    """Which cells around a cell under test tell the noise there.

    They lie three bins apart, so that their noise is independent under a Hann window, and none lies within three bins
    of the cell under test in both axes.

    Attributes:
        rows: int64 (range bin, range offset) row of each offset; at an edge the missing ones lie on the other side.
        offsets: int64 (training cell, 2): column of `rows`, Doppler offset. The first half of the cells lies nearer
            (and towards lower Doppler in the same row), the second half farther.
        margin: Doppler bins by which the map must be continued at both ends.
    """

    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    margin: int

    @property
    def cells(self) -> int:
        """Training cells of one cell under test."""
        return len(self.offsets)


def training_cells(bins: int, doppler_bins: int, circular: bool) -> TrainingCells:
    """Lay out the training cells of a map.

    Args:
        bins: Range bins.
        doppler_bins: Doppler bins; they are circular.
        circular: Whether range bins are, too (I/Q receiver).

    Raises:
        ValueError: if the map has too few bins for two training cells.
    """
    reach = min(_STEPS, (doppler_bins // CORRELATED_BINS - 1) // 2) if doppler_bins >= 2 * CORRELATED_BINS else 0
    doppler = np.arange(-reach, reach + 1) * CORRELATED_BINS
    most = (bins // CORRELATED_BINS - 1) // 2
    steps = min(most, max(_STEPS, -(-_FEWEST_CELLS // (2 * doppler.size))))
    if steps < 1:
        raise ValueError(f"{bins} range bins are too few to tell noise; at least {3 * CORRELATED_BINS} are needed")
    ranges = np.arange(-steps, steps + 1)
    cells = [
        (int(r), int(d)) for r in ranges for d in doppler if max(abs(r) * CORRELATED_BINS, abs(d)) > CORRELATED_BINS
    ]
    first = [one for one in cells if one < (0, 0)]
    second = [one for one in cells if one > (0, 0)]
    offsets = np.array([(r + steps, d) for r, d in first + second], dtype=np.int64)
    rows = np.arange(bins)[:, np.newaxis] + ranges * CORRELATED_BINS
    if circular:
        rows %= bins
    else:
        beyond = (2 * steps + 1) * CORRELATED_BINS
        rows = np.where(rows < 0, rows + beyond, np.where(rows >= bins, rows - beyond, rows))
    return TrainingCells(rows.astype(np.int64), offsets, int(abs(doppler).max(initial=0)))


class Cfar:
    """The detector of one map size, for a changing number of antennas."""

    def __init__(self, cells: TrainingCells, settings: DetectionSettings) -> None:
        """Prepare.

        Args:
            cells: Of the map.
            settings: Kind and probability.
        """
        self.cells = cells
        self._settings = settings
        self._kind = list(CfarKind).index(settings.cfar)
        self._place = ordered_place(cells.cells, settings.ordered_share)

    def detect(self, power: Powers, antennas: int, detected: NDArray[np.bool_], counts: Powers) -> None:
        """Mark each cell that is more than noise.

        Args:
            power: (range bin, margin + Doppler bins + margin) summed over `antennas`.
            antennas: How many.
            detected: (range bin, Doppler bin), overwritten.
            counts: Scratch, (2, Doppler bins).
        """
        asked = self._settings
        cells = self.cells
        scale = np.float32(
            cfar_scale(asked.cfar, antennas, cells.cells, asked.false_alarm_probability, asked.ordered_share)
        )
        if asked.cfar is CfarKind.OS:
            _detect_ordered(power, cells.rows, cells.offsets, cells.margin, scale, self._place, counts, detected)
        else:
            _detect_mean(power, cells.rows, cells.offsets, cells.margin, scale, self._kind, counts, detected)


@compiled
def _detect_ordered(
    power: Powers,
    rows: NDArray[np.int64],
    offsets: NDArray[np.int64],
    margin: int,
    scale: np.float32,
    place: int,
    counts: Powers,
    detected: NDArray[np.bool_],
) -> None:
    """Compare with the k-th smallest without sorting: it is exceeded where at least k training cells are."""
    bins, chirps = detected.shape
    inverse = np.float32(1.0) / scale
    level, count = counts[0], counts[1]
    for here in range(bins):
        for k in range(chirps):
            level[k] = power[here, margin + k] * inverse
            count[k] = 0.0
        for cell in range(len(offsets)):
            first = margin + offsets[cell, 1]
            train = power[rows[here, offsets[cell, 0]], first : first + chirps]
            for k in range(chirps):
                count[k] += np.float32(1.0) if train[k] < level[k] else np.float32(0.0)
        for k in range(chirps):
            detected[here, k] = count[k] >= place


@compiled
def _detect_mean(
    power: Powers,
    rows: NDArray[np.int64],
    offsets: NDArray[np.int64],
    margin: int,
    scale: np.float32,
    kind: int,
    sums: Powers,
    detected: NDArray[np.bool_],
) -> None:
    bins, chirps = detected.shape
    half = len(offsets) // 2
    for here in range(bins):
        sums[:] = 0.0
        for cell in range(len(offsets)):
            first = margin + offsets[cell, 1]
            train = power[rows[here, offsets[cell, 0]], first : first + chirps]
            total = sums[0] if cell < half else sums[1]
            for k in range(chirps):
                total[k] += train[k]
        for k in range(chirps):
            near, far = sums[0, k] / np.float32(half), sums[1, k] / np.float32(half)
            noise = (near + far) / np.float32(2.0)
            if kind == 1:
                noise = max(near, far)
            elif kind == 2:
                noise = min(near, far)
            detected[here, k] = power[here, margin + k] > scale * noise
