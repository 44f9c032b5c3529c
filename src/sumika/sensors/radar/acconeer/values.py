"""What Acconeer's radars and the settings in their recordings mean."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta, field
from numpy.typing import NDArray

from sumika.schema import FrameKind, RadarDescription, RangeGrid
from sumika.sensors.radar.model import ModelInfo, known_array

_RECORDINGS = "an .h5 file of the Acconeer Exploration Tool"
MODELS = (
    ModelInfo("a121", "acconeer", FrameKind.RANGE, _RECORDINGS, live=True, package="acconeer"),
    ModelInfo("a111", "acconeer", FrameKind.RANGE, f"{_RECORDINGS}, IQ service"),
)

_CARRIER_HZ = 60.5e9
"""Centre frequency of both radars; data sheets of A111 and A121, "Electrical specification"."""
_TIMING_UNCERTAINTY = 1e-3
"""A measured frame interval counts from this relative uncertainty down; the configured one otherwise."""

_Count = Annotated[int, Meta(ge=1, le=4096)]
_Rate = Annotated[float, Meta(gt=0, le=10_000)]
_Step = Annotated[float, Meta(gt=0, le=1)]


class Subsweep(msgspec.Struct, frozen=True):
    """A run of equally spaced distances, in steps of about 2.5 mm."""

    start_point: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
    num_points: _Count
    step_length: Annotated[int, Meta(ge=1, le=1_000_000)]


class A121Sensor(msgspec.Struct, frozen=True):
    """Settings of one A121; `frame_rate` is None where frames came as fast as they could."""

    sweeps_per_frame: _Count
    subsweeps: Annotated[tuple[Subsweep, ...], Meta(min_length=1, max_length=4)]
    frame_rate: _Rate | None = None


class A121Session(msgspec.Struct, frozen=True):
    """session_config: groups of sensors by number."""

    groups: Annotated[tuple[dict[str, A121Sensor], ...], Meta(min_length=1, max_length=64)]


class A121Metadata(msgspec.Struct, frozen=True):
    """The part of metadata that is needed to know distances."""

    base_step_length_m: _Step
    sweep_data_length: _Count


class A121Server(msgspec.Struct, frozen=True):
    """The part of server_info that is needed to know times."""

    ticks_per_second: Annotated[float, Meta(gt=0, le=1e12)]


class A111Sensor(msgspec.Struct, frozen=True):
    """sensor_config_dump of an A111; `update_rate` is None where frames came as fast as they could."""

    mode: Literal["IQ", "iq"]
    sensor: Annotated[tuple[int, ...], Meta(min_length=1, max_length=4)]
    update_rate: _Rate | None = None


class A111Session(msgspec.Struct, frozen=True):
    """session_info of an A111."""

    start_m: Annotated[float, Meta(ge=-10, le=100)] = field(name="range_start_m")
    step_m: _Step = field(name="step_length_m")
    data_length: Annotated[int, Meta(ge=1, le=100_000)]


class Timing(msgspec.Struct, frozen=True):
    """When the frames of a stretch were taken.

    Attributes:
        frame_interval_s: From one frame to the next.
        slots: Frame intervals since the first frame, of each; empty where none is missing.
    """

    frame_interval_s: float
    slots: tuple[int, ...] = ()


def frame_timing(configured_hz: float | None, times_s: NDArray[np.float64]) -> Timing | None:
    """Return when frames were taken: as measured, where that is exact enough, else as configured.

    The two differ: `smart_presence.h5` is configured for 12 Hz and ran at 12.03 Hz by the sensor's own ticks, and the
    A111 recording for 10 Hz and ran at 10.22 Hz. `breathing-sitting.h5` agrees with its 20 Hz to 4 in 100 000.

    Args:
        configured_hz: The configured frame rate, if any.
        times_s: (frame,) what the sensor or the host noted for each frame; empty if nothing.

    Returns:
        None if the times do not tell and nothing is configured.
    """
    nominal = Timing(1 / configured_hz) if configured_hz else None
    steps = np.diff(times_s)
    if steps.size == 0 or not np.isfinite(steps).all() or steps.min() <= 0:
        return nominal
    typical = float(np.median(steps))
    counts = np.maximum(1, np.rint(steps / typical))
    slots = np.concatenate([[0], np.cumsum(counts)])
    interval = float(times_s[-1] - times_s[0]) / float(slots[-1])
    jitter = float(np.ptp(steps / counts))
    measured = Timing(interval, tuple(int(slot) for slot in slots) if counts.max() > 1 else ())
    exact = jitter <= _TIMING_UNCERTAINTY * float(slots[-1]) * interval
    return measured if exact or nominal is None else nominal


def longest_even_run(subsweeps: Sequence[Subsweep]) -> tuple[slice, int, int]:
    """Return the longest run of equally spaced distances, for a `RangeFrame` has one grid.

    Returns:
        Which points of a sweep, the distance of the first and the spacing, both in base steps.
    """
    points = [s.start_point + i * s.step_length for s in subsweeps for i in range(s.num_points)]
    steps = [after - before for before, after in pairwise(points)]
    if not steps:
        return slice(0, 1), points[0], subsweeps[0].step_length
    best, first = slice(0, 1), 0
    for last in range(1, len(points)):
        if last - 1 > first and steps[last - 1] != steps[first]:
            first = last - 1
        # A gap between two subsweeps makes a "run" of two: of equally long ones, the finer is meant.
        longer = last + 1 - first > best.stop - best.start
        as_long_and_finer = last + 1 - first == best.stop - best.start and steps[first] < steps[best.start]
        if steps[first] > 0 and (longer or as_long_and_finer):
            best = slice(first, last + 1)
    step = steps[best.start] if best.stop - best.start > 1 else subsweeps[0].step_length
    return best, points[best.start], step


def even_grid(sensor: A121Sensor, base_step_m: float) -> tuple[slice, RangeGrid]:
    """Return which points of a sweep are given, and where they lie.

    Args:
        sensor: Its settings.
        base_step_m: What a step of 1 is in metres; the sensor tells it.
    """
    points, start, step = longest_even_run(sensor.subsweeps)
    grid = RangeGrid(start_m=start * base_step_m, step_m=step * base_step_m, bins=points.stop - points.start)
    return points, grid


def range_description(model: str, frame_interval_s: float, grid: RangeGrid) -> RadarDescription:
    """Return the description of an Acconeer radar of one antenna."""
    return RadarDescription(
        model=model,
        carrier_frequency_hz=_CARRIER_HZ,
        frame_interval_s=frame_interval_s,
        range_grid=grid,
        array=known_array(model, 1),
    )


def room_settings() -> str:
    """Return settings for a room as the session_config of a recording: 0.2 to 5 m by 6 cm, 20 Hz.

    Profile 3 resolves about as much as it steps; 16 sweeps a frame tell a walking person's speed to 1 m/s.
    """
    subsweep = {"start_point": 80, "num_points": 81, "step_length": 24, "profile": "PROFILE_3", "hwaas": 32}
    subsweep |= {"receiver_gain": 16, "enable_tx": True, "phase_enhancement": True, "prf": "PRF_13_0_MHz"}
    sensor = {"sweeps_per_frame": 16, "sweep_rate": 800.0, "frame_rate": 20.0, "subsweeps": [subsweep]}
    sensor |= {"inter_frame_idle_state": "READY", "inter_sweep_idle_state": "READY"}
    session = {"groups": [{"1": sensor}], "extended": False, "update_rate": None}
    return msgspec.json.encode(session).decode()
