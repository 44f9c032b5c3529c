"""Opens recordings of Acconeer radars."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import FrameKind, RangeGrid, SumikaError
from sumika.sensors._files import probe, require_finite
from sumika.sensors._guard import outlives
from sumika.sensors.base import Recording, Stretch
from sumika.sensors.radar.acconeer.values import (
    MODELS,
    A111Sensor,
    A111Session,
    A121Metadata,
    A121Sensor,
    A121Server,
    A121Session,
    Timing,
    even_grid,
    frame_timing,
    range_description,
)
from sumika.sensors.radar.acconeer.wire import Hdf5File, Rows

__all__ = ["MODELS", "open_recording"]

_logger = logging.getLogger(__name__)
_CPU_LIMIT_S = 5
_COMPLEX64 = np.dtype("<c8")


def open_recording(path: Path, model: str, chirp: str) -> Recording:
    """Open a recording of the Exploration Tool.

    Sessions within the file become stretches, played one after another. Where an A121 measured distances of several
    spacings, the longest equally spaced run is given and the rest left out, with a warning.

    Args:
        path: The .h5 file.
        model: One of `MODELS`.
        chirp: Not used; these recordings carry their settings.

    Raises:
        UsageError: if h5py is not installed.
        SumikaError: if it is no such recording, of another radar, or damaged.
    """
    del chirp
    # Found by flipping bits: over some damaged files libhdf5 never comes back.
    if not outlives(lambda: _open(path, model), _CPU_LIMIT_S):
        raise SumikaError(
            "the file is damaged in a way that makes libhdf5 crash or never finish",
            where=str(path),
            remedy="Copy or record it again",
        )
    return _open(path, model)


def _open(path: Path, model: str) -> Recording:
    file = Hdf5File(path)
    try:
        found = "a121" if file.has("sessions") else "a111" if file.has("sensor_config_dump") else ""
        if found != model:
            raise SumikaError(
                f"this is a recording of {found or 'no radar known here'}, not of {model}",
                where=str(path),
                remedy=f"Write model: {found}" if found else "Give a recording of the Acconeer Exploration Tool",
            )
        stretches = _a121_stretches(file, path) if model == "a121" else (_a111_stretch(file, path),)
    except SumikaError:
        file.close()
        raise
    recording = Recording(stretches=stretches, release=file.close)
    probe(recording, str(path))
    return recording


def _a121_stretches(file: Hdf5File, path: Path) -> tuple[Stretch, ...]:
    sessions = file.children("sessions")
    if not sessions:
        raise SumikaError("it holds no session", where=file.where, remedy="Record it again")
    single = len(sessions) == 1
    return tuple(_a121_stretch(file, path.stem if single else f"{path.stem}/{name}", name) for name in sessions)


def _a121_stretch(file: Hdf5File, name: str, session: str) -> Stretch:
    top = f"sessions/{session}"
    groups = file.json(f"{top}/session_config", A121Session).groups
    if len(groups) != 1 or len(groups[0]) != 1:
        raise SumikaError(
            f"{session} has {sum(map(len, groups))} sensors; one was expected",
            where=file.where,
            remedy="Record each sensor into a file of its own",
        )
    (sensor,) = groups[0].values()
    entry = f"{top}/group_0/entry_0"
    metadata = file.json(f"{entry}/metadata", A121Metadata)
    rows = file.rows(f"{entry}/result/frame")
    _require_a121_frames(rows, sensor, metadata, file.where)
    ticks = file.vector(f"{entry}/result/tick", rows.shape[0])
    ticks_per_second = file.json("server_info", A121Server).ticks_per_second
    timing = _require_timing(frame_timing(sensor.frame_rate, ticks / ticks_per_second), file.where)
    points, grid = even_grid(sensor, metadata.base_step_length_m)
    if grid.bins != metadata.sweep_data_length:
        _logger.warning(
            "%s: %d of %d distances of %s are not equally spaced with the others and are left out",
            file.where, metadata.sweep_data_length - grid.bins, metadata.sweep_data_length, session,
        )  # fmt: skip
    return Stretch(
        name=name,
        description=range_description("a121", timing.frame_interval_s, grid),
        kind=FrameKind.RANGE,
        shape=(sensor.sweeps_per_frame, 1, grid.bins),
        dtype=_COMPLEX64,
        frames=rows.shape[0],
        read=lambda frame: _a121_iq(rows.read(frame)[:, points]),
        slots=timing.slots,
    )


def _require_a121_frames(rows: Rows, sensor: A121Sensor, metadata: A121Metadata, where: str) -> None:
    parts = {name: rows.dtype[name] for name in rows.dtype.names or ()}
    if set(parts) != {"real", "imag"} or any(part.kind != "i" or part.itemsize != 2 for part in parts.values()):
        raise SumikaError(f"frames are {rows.dtype}; pairs real and imag of int16 were expected", where=where)
    points = sum(subsweep.num_points for subsweep in sensor.subsweeps)
    if rows.shape[1:] != (sensor.sweeps_per_frame, points) or points != metadata.sweep_data_length:
        raise SumikaError(
            f"frames have the shape {rows.shape[1:]}; the settings say ({sensor.sweeps_per_frame}, {points})",
            where=where,
        )


def _a121_iq(stored: NDArray[Any]) -> NDArray[np.complex64]:
    iq = np.empty(stored.shape, _COMPLEX64)
    iq.real = stored["real"]
    iq.imag = stored["imag"]
    return iq[:, np.newaxis, :]


def _a111_stretch(file: Hdf5File, path: Path) -> Stretch:
    sensor = file.json("sensor_config_dump", A111Sensor)
    session = file.json("session_info", A111Session)
    rows = file.rows("data")
    antennas = len(sensor.sensor)
    expected = (antennas, session.data_length)
    if rows.dtype.kind != "c" or rows.shape[1:] not in ((expected,) if antennas > 1 else (expected, expected[1:])):
        raise SumikaError(
            f"data is {rows.dtype} with frames of the shape {rows.shape[1:]}; complex {expected} was expected",
            where=file.where,
        )
    times = file.vector("sample_times", rows.shape[0])
    timing = _require_timing(frame_timing(sensor.update_rate, times), file.where)
    grid = RangeGrid(start_m=session.start_m, step_m=session.step_m, bins=session.data_length)

    def read(frame: int) -> NDArray[np.complex64]:
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit becomes infinite and is refused
            iq = rows.read(frame).astype(_COMPLEX64).reshape(1, *expected)
        require_finite(iq, frame, file.where)
        return iq

    return Stretch(
        name=path.stem,
        description=range_description("a111", timing.frame_interval_s, grid),
        kind=FrameKind.RANGE,
        shape=(1, *expected),
        dtype=_COMPLEX64,
        frames=rows.shape[0],
        read=read,
        slots=timing.slots,
    )


def _require_timing(timing: Timing | None, where: str) -> Timing:
    if timing is None:
        raise SumikaError(
            "neither a frame rate nor the time of its frames is recorded",
            where=where,
            remedy="Record it again with a frame rate set",
        )
    return timing
