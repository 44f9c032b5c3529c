"""Acconeer recordings: distances, times, sessions, and HDF5 that means harm."""

import builtins
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.schema import SumikaError, UsageError
from sumika.sensors import RecordedSource, open_recording
from sumika.sensors.radar.acconeer.values import Subsweep, frame_timing, longest_even_run
from tests.recordings import START, take
from tests.synthetic_recordings import SUBSWEEP, a111, a121, write_a111, write_a121

FRAMES = "sessions/session_0/group_0/entry_0/result/frame"


def test_an_a121_frame_is_sweep_antenna_range_bin(tmp_path: Path) -> None:
    (stretch,) = open_recording(a121(tmp_path)[0], "a121").stretches
    assert (stretch.frames, stretch.shape, stretch.dtype.str) == (20, (2, 1, 5), "<c8")
    assert stretch.read(0)[1, 0].tolist() == [5 - 7j, 6 - 7j, 7 - 7j, 8 - 7j, 9 - 7j]
    assert stretch.read(19)[0, 0, 0] == 190 - 7j
    grid = stretch.description.range_grid
    assert grid is not None
    assert [grid.start_m, grid.step_m, grid.bins] == pytest.approx([0.3, 0.06, 5])
    assert stretch.description.frame_interval_s == pytest.approx(0.05)
    assert stretch.description.carrier_frequency_hz == 60.5e9


def test_an_a111_frame_is_one_sweep(tmp_path: Path) -> None:
    path, model, _ = a111(tmp_path)
    (stretch,) = open_recording(path, model).stretches
    with h5py.File(path) as file:
        stored = file["data"][7]
    np.testing.assert_array_equal(stretch.read(7), stored[np.newaxis].astype("<c8"))
    assert stretch.description.frame_interval_s == 0.1
    grid = stretch.description.range_grid
    assert grid is not None
    assert (grid.start_m, grid.step_m, grid.bins) == (0.4, 0.000484, 9)


@pytest.mark.parametrize(
    ("runs", "points", "start", "step"),
    [
        ([(119, 21, 24)], slice(0, 21), 119, 24),
        ([(280, 1, 120)], slice(0, 1), 280, 120),
        ([(2000, 4, 120), (2480, 2, 120)], slice(0, 6), 2000, 120),
        ([(120, 3, 48), (256, 4, 120), (736, 2, 120)], slice(3, 9), 256, 120),
        ([(28, 1, 6), (68, 2, 6)], slice(1, 3), 68, 6),
        ([(100, 4, 10), (500, 2, 50)], slice(0, 4), 100, 10),
        ([(500, 2, 10), (100, 3, 10)], slice(2, 5), 100, 10),
        ([(500, 1, 10), (100, 1, 10)], slice(0, 1), 500, 10),
    ],
)
def test_the_longest_evenly_spaced_run_is_the_grid(
    runs: list[tuple[int, int, int]], points: slice, start: int, step: int
) -> None:
    assert longest_even_run([Subsweep(*run) for run in runs]) == (points, start, step)


def test_distances_off_the_grid_are_left_out_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    subsweeps = ({"start_point": 40, "num_points": 2, "step_length": 12}, SUBSWEEP)
    path = write_a121(tmp_path / "two.h5", subsweeps=subsweeps)
    (stretch,) = open_recording(path, "a121").stretches
    assert stretch.shape == (2, 1, 5)
    assert stretch.read(0)[0, 0].real.tolist() == [2, 3, 4, 5, 6]
    assert "2 of 7 distances" in caplog.text


def test_the_measured_rate_counts_where_it_is_exact(tmp_path: Path) -> None:
    path = write_a121(tmp_path / "slow.h5", frame_rate=20.0, ticks=np.arange(20) * 52_000)
    assert open_recording(path, "a121").stretches[0].description.frame_interval_s == pytest.approx(0.052)


def test_the_configured_rate_counts_where_ticks_are_coarse_or_nonsense(tmp_path: Path) -> None:
    rough = np.cumsum(np.tile([40_000, 60_000], 10))
    for ticks in (rough, np.zeros(20, int), np.arange(20)[::-1] * 50_000):
        path = write_a121(tmp_path / "rough.h5", frame_rate=20.0, ticks=ticks)
        assert open_recording(path, "a121").stretches[0].description.frame_interval_s == 0.05


def test_without_a_configured_rate_the_ticks_decide_and_without_both_it_is_refused(tmp_path: Path) -> None:
    path = write_a121(tmp_path / "free.h5", frame_rate=None)
    assert open_recording(path, "a121").stretches[0].description.frame_interval_s == pytest.approx(0.05)
    path = write_a121(tmp_path / "timeless.h5", frame_rate=None, ticks=np.zeros(20, int))
    with pytest.raises(SumikaError, match="neither a frame rate nor the time"):
        open_recording(path, "a121")


def test_a_frame_lost_while_recording_leaves_a_gap_in_index_and_time(tmp_path: Path) -> None:
    ticks = np.delete(np.arange(22), [4, 11]) * 50_000
    recording = open_recording(write_a121(tmp_path / "gap.h5", ticks=ticks), "a121")
    source = RecordedSource("wall", recording, SimulatedClock(START))
    notices = [frame.notice for frame in take(source, 21)]
    assert [notice.index for notice in notices[:20]] == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, *range(12, 22)]
    assert notices[4].stamp == START.later(250_000_000)
    assert (notices[20].index, notices[20].stamp) == (0, START.later(22 * 50_000_000))


def test_timing_of_no_and_one_frame() -> None:
    assert frame_timing(None, np.empty(0)) is None
    assert frame_timing(None, np.array([3.0])) is None
    timing = frame_timing(10.0, np.array([3.0]))
    assert timing is not None
    assert timing.frame_interval_s == 0.1


def test_sessions_in_one_file_play_one_after_another(tmp_path: Path) -> None:
    recording = open_recording(write_a121(tmp_path / "three.h5", sessions=3), "a121")
    source = RecordedSource("wall", recording, SimulatedClock(START))
    names = [frame.notice.session for frame in take(source, 80)]
    expected = ["three/session_0#1", "three/session_1#1", "three/session_2#1", "three/session_0#2"]
    assert list(dict.fromkeys(names)) == expected


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sessions": 0}, "no recording|no session|no radar"),
        ({"sensors": 2}, "2 sensors"),
        ({"frame_rate": -3.0}, "frame_rate"),
        ({"ticks": np.arange(19)}, "20 numbers were expected"),
        ({"frame": np.ones((20, 2, 5), np.int16)}, "pairs real and imag"),
        ({"frame": np.ones((20, 2, 5), [("real", "<f4"), ("imag", "<f4")])}, "pairs real and imag"),
        ({"frame": np.ones((20, 3, 5), [("real", "<i2"), ("imag", "<i2")])}, "settings say"),
        ({"frame": np.zeros((20, 2, 5), [("real", "<i2"), ("imag", "<i2")])}, "zero"),
        ({"subsweeps": ({"start_point": 1, "num_points": 0, "step_length": 1},)}, "."),
    ],
)
def test_what_no_a121_writes_is_refused(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(SumikaError, match=says):
        open_recording(write_a121(tmp_path / "bad.h5", **changes), "a121")


@pytest.mark.parametrize(
    ("data", "changes", "says"),
    [
        (np.full((5, 1, 9), np.nan + 0j), {}, "NaN or infinite"),
        (np.full((5, 1, 9), 1e300 + 0j), {}, "NaN or infinite"),
        (np.zeros((5, 1, 9), complex), {}, "zero"),
        (np.ones((5, 1, 9)), {}, "complex"),
        (np.ones((5, 2, 9), complex), {}, "complex"),
        (np.ones((0, 1, 9), complex), {}, "shape"),
        (np.ones((5, 1, 9), complex), {"mode": "sparse"}, "mode"),
        (np.ones((5, 1, 9), complex), {"update_rate": None}, "neither a frame rate"),
    ],
)
def test_what_no_a111_writes_is_refused(
    tmp_path: Path, data: np.ndarray[tuple[int, ...], np.dtype[Any]], changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(SumikaError, match=says):
        open_recording(write_a111(tmp_path / "bad.h5", data, **changes), "a111")


def test_the_other_radar_is_named(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match=r"recording of a111, not of a121\. Write model: a111"):
        open_recording(a111(tmp_path)[0], "a121")


def test_links_out_of_the_file_are_not_followed(tmp_path: Path) -> None:
    secret = write_a121(tmp_path / "secret.h5")
    for link in (h5py.ExternalLink(str(secret), f"/{FRAMES}"), h5py.SoftLink("/elsewhere")):
        path = write_a121(tmp_path / "hostile.h5")
        with h5py.File(path, "a") as file:
            del file[FRAMES]
            file[FRAMES] = link
        with pytest.raises(SumikaError, match="is a link, which is not followed"):
            open_recording(path, "a121")


def test_data_kept_in_other_files_is_not_read(tmp_path: Path) -> None:
    secret = write_a121(tmp_path / "secret.h5")
    kind = np.dtype([("real", "<i2"), ("imag", "<i2")])
    path = write_a121(tmp_path / "hostile.h5")
    with h5py.File(path, "a") as file:
        del file[FRAMES]
        layout = h5py.VirtualLayout(shape=(20, 2, 5), dtype=kind)
        layout[:] = h5py.VirtualSource(str(secret), FRAMES, shape=(20, 2, 5))
        file.create_virtual_dataset(FRAMES, layout)
    with pytest.raises(SumikaError, match="lies in another file"):
        open_recording(path, "a121")
    path = write_a121(tmp_path / "hostile2.h5")
    with h5py.File(path, "a") as file:
        del file[FRAMES]
        file.create_dataset(FRAMES, shape=(20, 2, 5), dtype=kind, external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])
    with pytest.raises(SumikaError, match="lies in another file"):
        open_recording(path, "a121")


@pytest.mark.parametrize(
    "size",
    [
        {"shape": (10**9, 2, 5), "chunks": (100, 2, 5)},
        {"shape": (20, 2, 5), "maxshape": (None, None, None), "chunks": (10**8, 2, 5)},
        {"shape": (20, 2, 10**9), "chunks": (1, 2, 1000)},
    ],
)
def test_sizes_beyond_reason_are_refused_before_anything_is_read(tmp_path: Path, size: dict[str, Any]) -> None:
    path = write_a121(tmp_path / "huge.h5")
    with h5py.File(path, "a") as file:
        del file[FRAMES]
        file.create_dataset(FRAMES, dtype=np.dtype([("real", "<i2"), ("imag", "<i2")]), **size)
    assert path.stat().st_size < 100_000
    with pytest.raises(SumikaError):
        open_recording(path, "a121")


@pytest.mark.parametrize("name", ["server_info", FRAMES, "sessions/session_0/session_config", "sessions/session_0"])
def test_a_missing_or_wrong_part_is_named(tmp_path: Path, name: str) -> None:
    path = write_a121(tmp_path / "part.h5")
    with h5py.File(path, "a") as file:
        del file[name]
    with pytest.raises(SumikaError, match=r"server_info|session"):
        open_recording(path, "a121")
    with h5py.File(path, "a") as file:
        file[name] = json.dumps([1, 2, 3])
    with pytest.raises(SumikaError, match=r"server_info|sessions"):
        open_recording(path, "a121")


def test_without_h5py_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, model, _ = a121(tmp_path)
    imported = builtins.__import__

    def without_h5py(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name == "h5py":
            raise ImportError(name)
        return imported(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without_h5py)
    with pytest.raises(UsageError, match=r"sumika\[recordings\]"):
        open_recording(path, model)
