"""Constant false-alarm rate: which cells of the range-Doppler map are more than noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.cfar_scale import cfar_scale, ordered_place
from sumika.radar.detection.power_map import CORRELATED_BINS
from sumika.radar.detection.settings import CfarKind, DetectionSettings

Powers = NDArray[np.float32]

_STEPS = 3
"""Training cells reach this many correlation lengths to each side, and more along range where Doppler has no room."""

_FEWEST_CELLS = 24


@dataclass(frozen=True, slots=True)
class TrainingCells:
    """Which cells around a cell under test tell the noise there.

    They lie three bins apart, so that their noise is independent under a Hann window, and none lies within three bins
    of the cell under test in both axes.

    Attributes:
        offsets: int64 (training cell, 2): Doppler and range offset. The first half of the cells lies nearer (and
            towards lower Doppler at the same range), the second half farther.
        margin: Range bins by which the map must be continued at both ends.
        beyond: What its continuation holds, as for `power_map`: at the ends of a map that is not circular the training
            cells that miss lie on the other side, behind those that are there.
    """

    offsets: NDArray[np.int64]
    margin: int
    beyond: int

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
    reach = min(_STEPS, max(doppler_bins // CORRELATED_BINS - 1, 0) // 2)
    doppler = np.arange(-reach, reach + 1) * CORRELATED_BINS
    most = (bins // CORRELATED_BINS - 1) // 2
    steps = min(most, max(_STEPS, 1 + -(-_FEWEST_CELLS // (2 * doppler.size))))
    if steps < 2 - (reach > 1):
        raise ValueError(f"{bins} range bins are too few to tell noise: at least {5 * CORRELATED_BINS} are needed")
    ranges = np.arange(-steps, steps + 1) * CORRELATED_BINS
    cells = [(int(d), int(r)) for r in ranges for d in doppler if max(abs(r), abs(d)) > CORRELATED_BINS]
    nearer = [one for one in cells if (one[1], one[0]) < (0, 0)]
    farther = [one for one in cells if (one[1], one[0]) > (0, 0)]
    beyond = bins if circular else (2 * steps + 1) * CORRELATED_BINS
    return TrainingCells(np.array(nearer + farther, dtype=np.int64), steps * CORRELATED_BINS, beyond)


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
            power: (Doppler bin, margin + range bins + margin) summed over `antennas`.
            antennas: How many.
            detected: (Doppler bin, range bin), overwritten.
            counts: Scratch, (2, range bins).
        """
        asked = self._settings
        cells = self.cells
        scale = np.float32(
            cfar_scale(asked.cfar, antennas, cells.cells, asked.false_alarm_probability, asked.ordered_share)
        )
        if asked.cfar is CfarKind.OS:
            _detect_ordered(power, cells.offsets, cells.margin, scale, self._place, counts, detected)
        else:
            _detect_mean(power, cells.offsets, cells.margin, scale, self._kind, counts, detected)


@compiled
def _detect_ordered(
    power: Powers,
    offsets: NDArray[np.int64],
    margin: int,
    scale: np.float32,
    place: int,
    counts: Powers,
    detected: NDArray[np.bool_],
) -> None:
    """Compare with the k-th smallest without sorting: it is exceeded where at least k training cells are."""
    chirps, bins = detected.shape
    inverse = np.float32(1.0) / scale
    level, count = counts[0], counts[1]
    for here in range(chirps):
        for k in range(bins):
            level[k] = power[here, margin + k] * inverse
            count[k] = 0.0
        for cell in range(len(offsets)):
            first = margin + offsets[cell, 1]
            train = power[(here + offsets[cell, 0]) % chirps, first : first + bins]
            for k in range(bins):
                count[k] += np.float32(1.0) if train[k] < level[k] else np.float32(0.0)
        for k in range(bins):
            detected[here, k] = count[k] >= place


@compiled
def _detect_mean(
    power: Powers,
    offsets: NDArray[np.int64],
    margin: int,
    scale: np.float32,
    kind: int,
    sums: Powers,
    detected: NDArray[np.bool_],
) -> None:
    chirps, bins = detected.shape
    half = len(offsets) // 2
    for here in range(chirps):
        sums[:] = 0.0
        for cell in range(len(offsets)):
            first = margin + offsets[cell, 1]
            train = power[(here + offsets[cell, 0]) % chirps, first : first + bins]
            total = sums[0] if cell < half else sums[1]
            for k in range(bins):
                total[k] += train[k]
        for k in range(bins):
            near, far = sums[0, k] / np.float32(half), sums[1, k] / np.float32(half)
            noise = (near + far) / np.float32(2.0)
            if kind == 1:
                noise = max(near, far)
            elif kind == 2:
                noise = min(near, far)
            detected[here, k] = power[here, margin + k] > scale * noise
