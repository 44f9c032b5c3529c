"""One frame through the chain: converter samples, or range bins, to points in metres."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.radar.detection.background import Background
from sumika.radar.detection.cfar import Cfar, training_cells
from sumika.radar.detection.decode_cube import decode_cube
from sumika.radar.detection.estimate import Tables, estimate
from sumika.radar.detection.geometry import Axis, Geometry, axis, directions, of_chirps, of_range_bins
from sumika.radar.detection.peaks import find_peaks, local_noise
from sumika.radar.detection.points import make_points
from sumika.radar.detection.power_map import HANN_POWER, power_map
from sumika.radar.detection.refine import chirp_nodes
from sumika.radar.detection.settings import DetectionSettings
from sumika.radar.detection.transforms import chirps_last, transform_doppler, transform_range
from sumika.schema import POINT_COLUMNS, RadarDescription, Reason

Timer = Callable[[], int]
"""Monotonic nanoseconds, for those who want to know what each stage costs."""

USUAL = DetectionSettings()

_REACH = 4
_FEWEST_WINDOWED = 8
"""Chirps below which a Doppler window would leave nothing."""

_SECOND_SNR = 16.0
"""Signal-to-noise ratio of a second direction in a cell: noise reaches it over all directions once in 1e5 cells."""


@dataclass(frozen=True, slots=True)
class Detections:
    """What is seen in one frame.

    Attributes:
        rows: float32 (point, column) as `POINT_COLUMNS`, strongest first. Range is that in the middle of the frame;
            `snr_db` is integrated over the frame and all antennas. This array is the caller's.
        profile: complex64 (virtual antenna, range bin), mean over the frame's chirps under a Hann window over range
            scaled so that a point's amplitude is that of its samples; with all that stands still in it. Valid until
            the next step.
        noise_power: Noise power of one cell of one antenna of `profile`.
        usable: False where the frame could not be used: then there are no points.
        reason: Why not, or what was worked around.
        stage_ms: Milliseconds of each stage, where a timer was given.
    """

    rows: NDArray[np.float32]
    profile: NDArray[np.complex64]
    noise_power: float
    usable: bool = True
    reason: Reason | None = None
    stage_ms: dict[str, float] = field(default_factory=dict)


class _Stages:
    """Notes what each stage costs; notes nothing without a timer."""

    def __init__(self, timer: Timer | None) -> None:
        self._timer = timer
        self._last = timer() if timer else 0
        self.milliseconds: dict[str, float] = {}

    def done(self, stage: str) -> None:
        if self._timer is None:
            return
        now = self._timer()
        self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + (now - self._last) / 1e6
        self._last = now


class _Workspace:
    """Arrays and tables for frames of one shape; nothing of the cube's size is allocated after this."""

    def __init__(
        self, geometry: Geometry, samples: int, chirps: int, bins: int, settings: DetectionSettings, frame_s: float
    ) -> None:
        """Allocate for `samples` per chirp, of which `bins` range bins are kept; 0 samples: range bins come in."""
        antennas = geometry.antennas
        self.geometry, self.chirps, self.bins = geometry, chirps, bins
        self.circular = samples > 0 and bins == samples
        self.range_windowed = samples > 0
        self.doppler_windowed = chirps >= _FEWEST_WINDOWED
        self.cube = np.zeros((chirps, antennas, samples), dtype=np.complex64) if samples else None
        self.spectrum = np.zeros((antennas, bins, chirps), dtype=np.complex64)
        cells = training_cells(bins, chirps, self.circular)
        self.cfar = Cfar(cells, settings)
        self.power = np.zeros((bins, chirps + 2 * cells.margin), dtype=np.float32)
        self.detected = np.zeros((bins, chirps), dtype=np.bool_)
        self.counts = np.zeros((2, chirps), dtype=np.float32)
        self.row = np.zeros(2 * (chirps + 2), dtype=np.float32)
        self.chirp_power = np.zeros((chirps, antennas), dtype=np.float32)
        self.chirp_peak = np.zeros((chirps, antennas), dtype=np.float32)
        self.still = np.zeros((antennas, bins), dtype=np.complex64)
        self.background = Background(antennas, bins, settings.background_s / frame_s)
        range_axis = axis(samples, _REACH) if samples else Axis(bins, np.zeros(1, np.int64), np.ones(3 * bins, complex))
        alive = np.arange(antennas)
        nodes, weights = chirp_nodes(chirps)
        self.tables = Tables(
            geometry=geometry,
            range_axis=range_axis,
            doppler_axis=axis(chirps, _REACH),
            directions=directions(geometry, alive, chirps),
            alive=alive,
            nodes=nodes,
            weights=weights,
            circular=self.circular,
            refine_range=samples > 0,
        )

    @property
    def window_loss(self) -> float:
        """Noise power of a map's cell relative to the unwindowed spectrum."""
        return (HANN_POWER if self.range_windowed else 1.0) * (HANN_POWER if self.doppler_windowed else 1.0)


class DetectionState:
    """What the chain remembers of one radar: its description, the still scene, and working memory."""

    def __init__(self, description: RadarDescription, settings: DetectionSettings) -> None:
        """Remember nothing yet."""
        self.description = description
        self.settings = settings
        self.workspace: _Workspace | None = None


def start(description: RadarDescription, settings: DetectionSettings = USUAL) -> DetectionState:
    """Return the state before the first frame."""
    return DetectionState(description, settings)


def step(state: DetectionState, samples: NDArray[Any], timer: Timer | None = None) -> Detections:
    """Take one frame of converter samples to points.

    Args:
        state: Changed in place.
        samples: Complex (chirp, antenna, sample), real numbers of that shape from a real receiver, or integers (chirp,
            antenna, sample, 2), I before Q.
        timer: For `stage_ms`.

    Raises:
        ValueError: if the samples are not what the description says.
    """
    stages = _Stages(timer)
    work = _workspace_of_samples(state, samples)
    cube = work.cube
    assert cube is not None
    signs = np.array(_signs(state.description, work.geometry.antennas), dtype=np.float32)
    decode_cube(samples, signs, cube, work.chirp_power, work.chirp_peak)
    stages.done("decode")
    if not np.isfinite(work.chirp_power).all():
        return _unusable(work, Reason.NOT_FINITE, stages)
    transform_range(cube)
    stages.done("range_fft")
    chirps_last(cube, work.spectrum)
    stages.done("transpose")
    return _detect(state, work, stages)


def step_range(state: DetectionState, iq: NDArray[np.complex64], timer: Timer | None = None) -> Detections:
    """Take one frame of range bins to points.

    Args:
        state: Changed in place.
        iq: (sweep, antenna, range bin).
        timer: For `stage_ms`.

    Raises:
        ValueError: if the array is not what the description says.
    """
    stages = _Stages(timer)
    work = _workspace_of_range_bins(state, iq)
    if not np.isfinite(iq).all():
        return _unusable(work, Reason.NOT_FINITE, stages)
    signs = np.array(_signs(state.description, work.geometry.antennas), dtype=np.float32)
    np.multiply(iq.transpose(1, 2, 0), signs[:, np.newaxis, np.newaxis], out=work.spectrum)
    stages.done("transpose")
    return _detect(state, work, stages)


def _detect(state: DetectionState, work: _Workspace, stages: _Stages) -> Detections:
    settings, tables = state.settings, work.tables
    transform_doppler(work.spectrum)
    stages.done("doppler_fft")
    work.background.subtract(work.spectrum, work.still)
    stages.done("background")
    power_map(
        work.spectrum, tables.alive, work.range_windowed, work.doppler_windowed, work.circular, work.row, work.power
    )
    stages.done("power")
    work.cfar.detect(work.power, tables.alive.size, work.detected, work.counts)
    stages.done("cfar")
    places = find_peaks(work.power, work.detected, work.circular, (True, work.doppler_windowed))
    noise = local_noise(work.power, work.cfar.cells, places, tables.alive.size) / work.window_loss
    places = places[: settings.most_points]
    noise = np.maximum(noise[: settings.most_points], 1e-30)
    stages.done("peaks")
    speed_sigma = settings.speed_sigma_m_s / (work.geometry.velocity_step_m_s or 1.0)
    second = (_SECOND_SNR, 10 ** (-settings.second_direction_db / 10))
    bins = _interpolate(work, places)
    estimates = estimate(work.spectrum, bins, noise, tables, speed_sigma, second)
    stages.done("refine_and_angles")
    rows = make_points(estimates, noise, tables, state.description.array, settings.most_points)
    profile, noise_power = _profile(work)
    stages.done("points")
    return Detections(rows, profile, noise_power, stage_ms=stages.milliseconds)


def _interpolate(work: _Workspace, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return peaks between cells: a parabola through the logarithms of their neighbours' power on each axis."""
    margin, bins, chirps = work.cfar.cells.margin, work.bins, work.chirps
    rows, columns = places[:, 0], places[:, 1]

    def level(row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.floating]:
        logs: NDArray[np.floating] = np.log(np.maximum(work.power[row, margin + column % chirps], 1e-30))
        return logs

    here = level(rows, columns)
    result = places.astype(np.float64)
    inner = np.ones(len(rows), bool) if work.circular else (rows > 0) & (rows < bins - 1)
    beside = level((rows - 1) % bins, columns), level((rows + 1) % bins, columns)
    result[:, 0] += np.where(inner, _parabola(beside[0], here, beside[1]), 0.0)
    if chirps > 2:
        result[:, 1] += _parabola(level(rows, columns - 1), here, level(rows, columns + 1))
    return result


def _parabola(
    left: NDArray[np.floating], middle: NDArray[np.floating], right: NDArray[np.floating]
) -> NDArray[np.float64]:
    bend = np.minimum(left - 2 * middle + right, -1e-6)
    shift: NDArray[np.float64] = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    return shift


def _profile(work: _Workspace) -> tuple[NDArray[np.complex64], float]:
    """Return the mean over chirps, windowed over range, and the noise power of its cells."""
    margin = work.cfar.cells.margin
    level = float(np.median(work.power[:, margin : margin + work.chirps]))
    level /= float(special.gammaincinv(work.tables.alive.size, 0.5))
    noise = level / work.window_loss / work.chirps**2
    profile: NDArray[np.complex64] = work.still / np.float32(work.chirps)
    if not work.range_windowed:
        return profile, noise
    profile[:, 0] = 0.0  # the converters' own offset
    beside = np.roll(profile, 1, axis=1) + np.roll(profile, -1, axis=1)
    if not work.circular:
        beside[:, 0], beside[:, -1] = profile[:, 1], profile[:, -2]
    samples = work.tables.range_axis.length
    windowed: NDArray[np.complex64] = ((profile - 0.5 * beside) / np.float32(samples)).astype(np.complex64)
    return windowed, noise * 1.5 / samples**2


def _unusable(work: _Workspace, reason: Reason, stages: _Stages) -> Detections:
    rows = np.zeros((0, len(POINT_COLUMNS)), dtype=np.float32)
    empty = np.zeros((work.geometry.antennas, work.bins), dtype=np.complex64)
    return Detections(rows, empty, 0.0, usable=False, reason=reason, stage_ms=stages.milliseconds)


def _signs(description: RadarDescription, antennas: int) -> tuple[float, ...]:
    signs = description.array.virtual_signs
    return signs if len(signs) == antennas else (1.0,) * antennas


def _workspace_of_samples(state: DetectionState, samples: NDArray[Any]) -> _Workspace:
    description = state.description
    if state.workspace is None:
        geometry = of_chirps(description)
        chirp = description.chirp
        assert chirp is not None
        count = chirp.samples_per_chirp
        bins = count if chirp.complex_samples else count // 2
        state.workspace = _Workspace(
            geometry, count, chirp.chirps_per_frame, bins, state.settings, description.frame_interval_s
        )
    work = state.workspace
    assert work.cube is not None
    pairs = samples.dtype.kind in "iu" and samples.ndim == 4
    shape = (*work.cube.shape, 2) if pairs else work.cube.shape
    wanted = "complex" if description.chirp and description.chirp.complex_samples else "real"
    found = "complex" if pairs or samples.dtype.kind == "c" else "real"
    if samples.shape != shape or found != wanted or samples.dtype.kind not in "iufc":
        raise ValueError(
            f"found {found} samples {samples.dtype} {samples.shape}, expected {wanted} (chirp, antenna, sample) "
            f"{work.cube.shape} of '{description.model}'"
        )
    return work


def _workspace_of_range_bins(state: DetectionState, iq: NDArray[Any]) -> _Workspace:
    description = state.description
    if iq.ndim != 3 or iq.dtype.kind != "c" or iq.size == 0:
        raise ValueError(f"found {iq.dtype} {iq.shape}, expected complex (sweep, antenna, range bin)")
    if state.workspace is None:
        sweeps, antennas, bins = iq.shape
        geometry = of_range_bins(description, sweeps, antennas)
        state.workspace = _Workspace(geometry, 0, sweeps, bins, state.settings, description.frame_interval_s)
    work = state.workspace
    expected = (work.chirps, work.geometry.antennas, work.bins)
    if iq.shape != expected:
        raise ValueError(f"found range bins {iq.shape}, expected (sweep, antenna, range bin) {expected}")
    return work
