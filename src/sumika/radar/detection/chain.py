"""One frame through the chain: converter samples, or range bins, to points in metres."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.radar.detection.covariance_angles import find_directions
from sumika.radar.detection.estimate import estimate
from sumika.radar.detection.peaks import find_peaks, interpolate, local_noise
from sumika.radar.detection.points import make_points
from sumika.radar.detection.power_map import add_power, continue_map
from sumika.radar.detection.settings import AngleMethod, DetectionSettings
from sumika.radar.detection.workspace import (
    Stages,
    Timer,
    Workspace,
    can_be_summed,
    check_range_bins,
    check_samples,
    for_range_bins,
    for_samples,
)
from sumika.schema import POINT_COLUMNS, RadarDescription, Reason

USUAL = DetectionSettings()

_SECOND_SNR = 16.0
"""Signal-to-noise ratio of a second direction in a cell: noise reaches it over all directions once in 1e5 cells."""


@dataclass(frozen=True, slots=True)
class Detections:
    """What is seen in one frame.

    Attributes:
        rows: float32 (point, column) as `POINT_COLUMNS`, strongest first. Range is that in the middle of the frame;
            `snr_db` is integrated over the frame and all antennas. This array is the caller's.
        profile: complex64 (virtual antenna, range bin), mean over the frame's chirps under a Hann window over range,
            scaled so that a point's amplitude is that of its samples; with all that stands still in it.
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


class DetectionState:
    """What the chain remembers of one radar: its description, the still scene, and working memory."""

    def __init__(self, description: RadarDescription, settings: DetectionSettings) -> None:
        """Remember nothing yet."""
        self.description = description
        self.settings = settings
        self.workspace: Workspace | None = None


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
    stages = Stages(timer)
    if state.workspace is None:
        antennas = samples.shape[1] if samples.ndim > 1 else 0
        state.workspace = for_samples(state.description, state.settings, antennas)
    work = state.workspace
    check_samples(work, state.description, samples)
    if samples.dtype.kind in "fc" and not can_be_summed(samples):
        return _unusable(work, Reason.NOT_FINITE, stages)
    work.transform.take_samples(samples)
    stages.done("take")
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
    stages = Stages(timer)
    check_range_bins(iq, state.workspace)
    if state.workspace is None:
        state.workspace = for_range_bins(state.description, state.settings, iq.shape)
    work = state.workspace
    if not can_be_summed(iq):
        return _unusable(work, Reason.NOT_FINITE, stages)
    work.transform.take_range_bins(iq)
    stages.done("take")
    return _detect(state, work, stages)


def _detect(state: DetectionState, work: Workspace, stages: Stages) -> Detections:
    settings, tables, transform = state.settings, work.tables, work.transform
    _fill_map(work, stages)
    profile, noise_scale = _profile(work, work.background.now)
    stages.done("profile")
    work.cfar.detect(work.power, tables.alive.size, work.detected, work.counts)
    stages.done("cfar")
    places = find_peaks(work.power, work.detected, work.circular, work.doppler_windowed)[: settings.most_points]
    noise = local_noise(work.power, work.cells, places, tables.alive.size) / work.window_power
    noise = np.maximum(noise, 1e-30)
    stages.done("peaks")
    work.background.restore(transform.spectrum)
    speed_sigma = settings.speed_sigma_m_s / (work.geometry.velocity_step_m_s or 1.0)
    second = (_SECOND_SNR, 10 ** (-settings.second_direction_db / 10))
    between = interpolate(work.power, work.cells.margin, work.circular, places, np.empty(places.shape))
    estimates, snapshots = estimate(transform.spectrum, between, noise, tables, speed_sigma, second)
    if settings.angle is not AngleMethod.FFT:
        find_directions(settings.angle, estimates, snapshots, noise, tables, second)
    stages.done("refine_and_angles")
    rows = make_points(estimates, noise, tables, state.description.array, settings.most_points)
    noise_power = noise_scale * _map_noise(work)
    stages.done("points")
    return Detections(rows, profile, noise_power, stage_ms=stages.milliseconds)


def _fill_map(work: Workspace, stages: Stages) -> None:
    """Take the frame to a spectrum without what stands still, and to the map of its power, antenna by antenna."""
    transform, cells, background = work.transform, work.cells, work.background
    work.power[:] = 0.0
    background.begin()
    for antenna in range(work.geometry.antennas):
        transform.transform_range(antenna)
        stages.done("range")
        transform.transform_doppler(antenna, None)
        stages.done("doppler")
        background.subtract(transform.spectrum, antenna, transform.bins.start)
        stages.done("background")
        add_power(
            transform.spectrum,
            antenna,
            work.range_windowed,
            work.doppler_windowed,
            cells.margin,
            work.circular,
            work.row,
            work.power,
        )
        stages.done("power")
    continue_map(work.power, cells.margin, cells.beyond)
    stages.done("power")


def _map_noise(work: Workspace) -> float:
    """Return the noise power of one antenna in the unwindowed spectrum, from the median of the whole map."""
    # One cell of twenty tells the median within a percent, at a twentieth of the cost.
    level = float(
        np.median(work.power[:: 4 if work.chirps > 64 else 1, work.cells.margin : work.cells.margin + work.bins : 5])
    )
    return level / float(special.gammaincinv(work.tables.alive.size, 0.5)) / work.window_power


def _profile(work: Workspace, still: NDArray[np.float32]) -> tuple[NDArray[np.complex64], float]:
    """Return the mean over chirps, windowed over range, and its noise power over that of the unwindowed spectrum."""
    chirps, samples = work.chirps, work.samples
    signs = (work.signs / chirps).astype(np.float32)
    profile = np.empty((still.shape[0], work.bins), dtype=np.complex64)
    np.multiply(still[:, 0], signs[:, np.newaxis], out=profile.real)
    np.multiply(still[:, 1], signs[:, np.newaxis], out=profile.imag)
    if not work.range_windowed:
        return profile, 1.0 / chirps**2
    profile[:, 0] = 0.0  # the converters' own offset
    windowed = profile.copy()
    windowed[:, 1:] -= np.float32(0.5) * profile[:, :-1]
    windowed[:, :-1] -= np.float32(0.5) * profile[:, 1:]
    if work.circular:
        windowed[:, 0] -= np.float32(0.5) * profile[:, -1]
        windowed[:, -1] -= np.float32(0.5) * profile[:, 0]
    windowed /= np.float32(samples)
    return windowed, 1.5 / (chirps * samples) ** 2


def _unusable(work: Workspace, reason: Reason, stages: Stages) -> Detections:
    rows = np.zeros((0, len(POINT_COLUMNS)), dtype=np.float32)
    empty = np.zeros((work.geometry.antennas, work.bins), dtype=np.complex64)
    return Detections(rows, empty, 0.0, usable=False, reason=reason, stage_ms=stages.milliseconds)
