"""Small recordings of every format, made up, so that the drivers are tested where the real ones are not at hand."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

CHIRP = {
    "start_frequency_hz": 60.36e9,
    "slope_hz_per_s": 60e12,
    "sample_rate_hz": 4e6,
    "samples_per_chirp": 64,
    "chirps_per_frame": 2,
    "chirp_interval_s": 50e-6,
    "frame_interval_s": 0.05,
    "receivers": 4,
}
AVIAN = {
    "start_frequency_Hz": 58_000_000_000,
    "end_frequency_Hz": 63_500_000_000,
    "sample_rate_Hz": 2_000_000,
    "chirp_repetition_time_s": 0.0006,
    "frame_repetition_time_s": 0.08,
    "num_chirps_per_frame": 4,
    "num_samples_per_chirp": 32,
    "rx_antennas": [1, 2, 3],
    "tx_antennas": [1],
    "mimo_mode": "off",
}
SUBSWEEP = {"start_point": 120, "num_points": 5, "step_length": 24}


def write_yaml(path: Path, **changes: object) -> Path:
    """Write a chirp description; a field changed to None is left out."""
    fields = {name: value for name, value in {**CHIRP, **changes}.items() if value is not None}
    path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items()), encoding="utf-8")
    return path


def echoes(frames: int, seed: int = 3) -> NDArray[np.complex128]:
    """Return (frame, chirp, antenna, sample) of a room with a few reflections, as CHIRP would sample it."""
    random = np.random.default_rng(seed)
    shape = (frames, 2, 4, 64)
    samples = np.zeros(shape, complex)
    sample = np.arange(64)
    for cycles, amplitude, azimuth in ((1.3, 500, 0.4), (6.6, 400, -0.5), (11.2, 150, 0.2)):
        phase = random.uniform(0, 6) + 0.2 * np.sin(np.arange(frames) / 9)[:, None, None, None]
        antenna = math.pi * azimuth * np.arange(4)[:, None]
        samples += amplitude * np.exp(1j * (2 * math.pi * cycles * sample / 64 + antenna + phase))
    return samples + random.normal(0, 8, shape) + 1j * random.normal(0, 8, shape)


def two_lanes(samples: NDArray[Any]) -> bytes:
    """Return complex samples in the order I0 I1 Q0 Q1 of two LVDS lanes, one number at a time."""
    flat = samples.reshape(-1)
    numbers = []
    for first, second in zip(flat[::2], flat[1::2], strict=True):
        numbers += [first.real, second.real, first.imag, second.imag]
    return np.rint(numbers).astype("<i2").tobytes()


def ti(folder: Path) -> tuple[Path, str, str]:
    """Write a DCA1000 capture of 20 frames and its chirp description."""
    path = folder / "capture.bin"
    path.write_bytes(two_lanes(echoes(20)))
    return path, "iwr6843isk", str(write_yaml(folder / "chirp.yaml"))


def avian(folder: Path) -> tuple[Path, str, str]:
    """Write an Avian folder of 20 frames."""
    path = folder / "avian"
    path.mkdir()
    write_avian_config(path)
    np.save(path / "radar.npy", np.random.default_rng(1).integers(0, 4096, (20, 3, 4, 32), np.uint16))
    return path, "bgt60tr13c", ""


def write_avian_config(folder: Path, **changes: object) -> None:
    """Write the config.json of an Avian folder; a field changed to None is left out."""
    fields = {name: value for name, value in {**AVIAN, **changes}.items() if value is not None}
    (folder / "config.json").write_text(json.dumps({"device_config": {"fmcw_single_shape": fields}}), encoding="utf-8")


def sense2gol(folder: Path) -> tuple[Path, str, str]:
    """Write a continuous-wave recording of 20 frames."""
    path = folder / "cw.npz"
    np.savez_compressed(path, iq=np.random.default_rng(2).integers(1000, 3000, (20, 16, 2), np.uint16))
    return path, "sense2gol", ""


def a121(folder: Path) -> tuple[Path, str, str]:
    """Write an A121 recording of 20 frames."""
    return write_a121(folder / "a121.h5"), "a121", ""


def write_a121(
    path: Path,
    *,
    subsweeps: tuple[dict[str, int], ...] = (SUBSWEEP,),
    frame_rate: float | None = 20.0,
    ticks: NDArray[np.int64] | None = None,
    frame: NDArray[Any] | None = None,
    sessions: int = 1,
    sensors: int = 1,
) -> Path:
    """Write an A121 recording; ticks are microseconds."""
    points = sum(subsweep["num_points"] for subsweep in subsweeps)
    sensor = {"sweeps_per_frame": 2, "frame_rate": frame_rate, "subsweeps": subsweeps}
    if frame is None:
        frame = np.zeros((20, 2, points), [("real", "<i2"), ("imag", "<i2")])
        frame["real"] = np.arange(frame.size).reshape(frame.shape)
        frame["imag"] = -7
    with h5py.File(path, "w") as file:
        file["server_info"] = json.dumps({"ticks_per_second": 1_000_000})
        for number in range(sessions):
            session = file.create_group(f"sessions/session_{number}")
            group = {str(index + 1): sensor for index in range(sensors)}
            session["session_config"] = json.dumps({"groups": [group]})
            entry = session.create_group("group_0/entry_0")
            entry["metadata"] = json.dumps({"base_step_length_m": 0.0025, "sweep_data_length": points})
            entry.create_dataset("result/frame", data=frame, chunks=True, compression="gzip")
            entry["result/tick"] = np.arange(frame.shape[0]) * 50_000 if ticks is None else ticks
    return path


def a111(folder: Path) -> tuple[Path, str, str]:
    """Write an A111 recording of 20 frames."""
    random = np.random.default_rng(4)
    return (
        write_a111(folder / "a111.h5", random.normal(size=(20, 1, 9)) + 1j * random.normal(size=(20, 1, 9))),
        "a111",
        "",
    )


def write_a111(path: Path, data: NDArray[Any], **changes: object) -> Path:
    """Write an A111 recording."""
    sensor = {"mode": "IQ", "sensor": [1], "update_rate": 10.0, **changes}
    with h5py.File(path, "w") as file:
        file["data"] = data
        file["sensor_config_dump"] = json.dumps(sensor)
        file["session_info"] = json.dumps(
            {"range_start_m": 0.4, "step_length_m": 0.000484, "data_length": data.shape[-1]}
        )
    return path


WRITERS: dict[str, Callable[[Path], tuple[Path, str, str]]] = {
    "ti": ti,
    "avian": avian,
    "sense2gol": sense2gol,
    "a121": a121,
    "a111": a111,
}
"""Format -> writes a sound recording into a folder; returns path, model and chirp description."""
