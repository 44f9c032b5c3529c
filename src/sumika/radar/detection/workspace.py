"""Arrays and tables for one radar's frames; nothing of a cube's size is allocated once they are there."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.radar.detection.background import Background
from sumika.radar.detection.cfar import Cfar, training_cells
from sumika.radar.detection.cube_transform import CubeTransform
from sumika.radar.detection.estimate import Tables
from sumika.radar.detection.geometry import Geometry, centring, directions, of_chirps, of_range_bins
from sumika.radar.detection.power_map import HANN_POWER
from sumika.radar.detection.refine import chirp_nodes
from sumika.radar.detection.settings import DetectionSettings
from sumika.schema import RadarDescription

Timer = Callable[[], int]
"""Monotonic nanoseconds, for those who want to know what each stage costs."""

_FEWEST_WINDOWED = 8
"""Chirps below which a Doppler window would leave nothing."""

_LARGEST_POWER = 1e30


class Stages:
    """Notes what each stage costs; notes nothing without a timer."""

    def __init__(self, timer: Timer | None) -> None:
        """Start with no stage done."""
        self._timer = timer
        self._last = timer() if timer else 0
        self.milliseconds: dict[str, float] = {}

    def done(self, stage: str) -> None:
        """Note the time since the stage before."""
        if self._timer is None:
            return
        now = self._timer()
        self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + (now - self._last) / 1e6
        self._last = now


class Workspace:
    """Arrays and tables for frames of one shape."""

    def __init__(
        self,
        description: RadarDescription,
        geometry: Geometry,
        shape: tuple[int, int, int],
        settings: DetectionSettings,
    ) -> None:
        """Allocate.

        Args:
            description: Of the radar.
            geometry: In bins.
            shape: Chirps, samples (0 if frames start with range bins), range bins kept.
            settings: Of the chain.
        """
        chirps, samples, bins = shape
        antennas = geometry.antennas
        self.geometry, self.chirps, self.samples, self.bins = geometry, chirps, samples, bins
        self.circular = samples > 0 and bins == samples
        self.range_windowed = samples > 0
        self.doppler_windowed = chirps >= _FEWEST_WINDOWED
        self.transform = CubeTransform(chirps, antennas, samples, bins)
        self.cells = training_cells(bins, chirps, self.circular)
        self.cfar = Cfar(self.cells, settings)
        self.power = np.zeros((chirps, bins + 2 * self.cells.margin), dtype=np.float32)
        self.detected = np.zeros((chirps, bins), dtype=np.bool_)
        self.counts = np.zeros((2, bins), dtype=np.float32)
        self.row = np.zeros(self.transform.spectrum.shape[-1], dtype=np.float32)
        self.background = Background(antennas, bins, settings.background_s / description.frame_interval_s)
        signs = description.array.virtual_signs
        self.signs = np.array(signs if len(signs) == antennas else (1.0,) * antennas)
        self.tables = self._tables(np.arange(antennas))

    def _tables(self, alive: NDArray[np.int64]) -> Tables:
        bins = self.bins
        unrefined = np.ones(3 * bins, np.complex128)
        return Tables(
            geometry=self.geometry,
            directions=directions(self.geometry, alive, self.chirps),
            alive=alive,
            signs=self.signs,
            nodes=chirp_nodes(self.chirps),
            centring=(centring(self.samples) if self.samples else unrefined, centring(self.chirps)),
            chirps=self.chirps,
            samples=self.samples,
            bins=bins,
            circular=self.circular,
        )

    @property
    def window_power(self) -> float:
        """Noise power of a map's cell relative to the unwindowed spectrum."""
        return (HANN_POWER if self.range_windowed else 1.0) * (HANN_POWER if self.doppler_windowed else 1.0)


def for_samples(description: RadarDescription, settings: DetectionSettings, antennas: int) -> Workspace:
    """Return a workspace for frames of converter samples.

    Raises:
        ValueError: if the description has no chirp that can be used.
    """
    geometry = of_chirps(description, antennas)
    chirp = description.chirp
    if chirp is None:
        raise ValueError(f"the description of '{description.model}' has no chirp")
    count = chirp.samples_per_chirp
    bins = count if chirp.complex_samples else count // 2
    return Workspace(description, geometry, (chirp.chirps_per_frame, count, bins), settings)


def for_range_bins(description: RadarDescription, settings: DetectionSettings, shape: tuple[int, ...]) -> Workspace:
    """Return a workspace for frames of range bins, (sweep, antenna, range bin).

    Raises:
        ValueError: if the description tells no distances, or there are too few range bins.
    """
    sweeps, antennas, bins = shape
    return Workspace(description, of_range_bins(description, sweeps, antennas), (sweeps, 0, bins), settings)


def check_samples(work: Workspace, description: RadarDescription, samples: NDArray[Any]) -> None:
    """Refuse samples that are not what the description says.

    Raises:
        ValueError: saying what was found and what was expected.
    """
    expected = (work.chirps, work.geometry.antennas, work.samples)
    pairs = samples.ndim == 4 and samples.dtype.kind in "iu"
    wanted = "complex" if description.chirp and description.chirp.complex_samples else "real"
    found = "complex" if pairs or samples.dtype.kind == "c" else "real"
    if samples.shape != ((*expected, 2) if pairs else expected) or found != wanted or samples.dtype.kind not in "iufc":
        raise ValueError(
            f"found {found} samples, {samples.dtype} {samples.shape}; expected {wanted} ones of '{description.model}', "
            f"(chirp, antenna, sample) {expected}"
        )


def check_range_bins(iq: NDArray[Any], work: Workspace | None) -> None:
    """Refuse range bins that are no such, or differ in shape from those before.

    Raises:
        ValueError: saying what was found and what was expected.
    """
    if iq.ndim != 3 or iq.dtype.kind != "c" or iq.size == 0:
        raise ValueError(f"found {iq.dtype} {iq.shape}, expected complex (sweep, antenna, range bin)")
    if work is None:
        return
    expected = (work.chirps, work.geometry.antennas, work.bins)
    if iq.shape != expected or work.samples:
        raise ValueError(f"found range bins {iq.shape}, expected (sweep, antenna, range bin) {expected} as before")


def can_be_summed(numbers: NDArray[Any]) -> bool:
    """Return whether all are numbers, and so small that float32 holds the power of their sums.

    Checked before anything is learned: one that is no number would stay in the background for ever.
    """
    flat = numbers.reshape(-1)
    return bool(np.vdot(flat, flat).real < _LARGEST_POWER)
