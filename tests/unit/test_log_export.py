"""Exports: what comes out of CSV, Parquet and HDF5 is what was in the log."""

import csv
import fcntl
import os
import resource
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import msgspec
import numpy as np
import pyarrow.parquet as parquet
import pytest

from sumika.log import export
from sumika.log._columns import columns_of
from sumika.log._full_disk import UnfailingFile
from sumika.schema import (
    TOPICS,
    ChirpProfile,
    ConfigChange,
    FrameKind,
    FrameNotice,
    NodeHealth,
    NodeState,
    NodeStatistics,
    Origin,
    RadarDescription,
    RawFrame,
    SlowTime,
    SumikaError,
    UsageError,
)
from tests.log_helpers import START, envelope, mixed, presence, slow_time, write_log


def raw_frame(index: int, samples: np.ndarray[Any, Any], kind: FrameKind = FrameKind.ADC) -> RawFrame:
    description = RadarDescription(
        model="test",
        carrier_frequency_hz=60e9,
        frame_interval_s=0.05,
        chirp=ChirpProfile(
            start_frequency_hz=60e9,
            slope_hz_per_s=1e13,
            sample_rate_hz=1e6,
            samples_per_chirp=8,
            chirps_per_frame=2,
            chirp_interval_s=1e-3,
            complex_samples=False,
            full_scale=2048.0,
        ),
    )
    chirps, antennas, length = samples.shape
    notice = FrameNotice(
        stamp=START.later(index),
        origin=Origin.LIVE,
        radar="radar",
        kind=kind,
        index=index,
        shape=(chirps, antennas, length),
        dtype=samples.dtype.str,
        position=index,
        description=description,
    )
    return RawFrame(stamp=notice.stamp, origin=Origin.LIVE, notice=notice, samples=samples.tobytes())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    write_log(tmp_path / "run", mixed(90))
    return tmp_path / "run"


def test_csv_has_every_message_and_every_value(log: Path, tmp_path: Path) -> None:
    report = export(log, "csv", tmp_path / "out")
    assert report.rows == {"presence": 30, "slow_time": 30, "chest_motion": 30}
    assert sorted(file.name for file in report.files) == ["chest_motion.csv", "presence.csv", "slow_time.csv"]
    with (tmp_path / "out" / "presence.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["range_m"]) for row in rows] == [presence(index).range_m for index in range(30)]
    assert [int(row["sequence"]) for row in rows] == list(range(30))
    assert {row["valid"] for row in rows} == {"true"}
    assert {row["moving"] for row in rows} == {""}
    assert [int(row["stamp.wall_ns"]) for row in rows] == [presence(index).stamp.wall_ns for index in range(30)]
    with (tmp_path / "out" / "slow_time.csv").open(newline="", encoding="utf-8") as file:
        assert [bytes.fromhex(row["iq"]) for row in csv.DictReader(file)] == [slow_time(i).iq for i in range(30)]


def test_parquet_has_every_message_and_every_value(log: Path, tmp_path: Path) -> None:
    export(log, "parquet", tmp_path / "out")
    table = parquet.read_table(tmp_path / "out" / "slow_time.parquet").to_pydict()
    assert table["iq"] == [slow_time(index).iq for index in range(30)]
    assert table["range_m"] == [None] * 30
    assert table["index"] == list(range(30))
    assert table["origin"] == ["recorded"] * 30
    assert table["usable"] == [True] * 30
    assert table["wavelength_m"] == [0.005] * 30


def test_hdf5_has_slow_time_as_complex_array_with_its_axes(log: Path, tmp_path: Path) -> None:
    report = export(log, "hdf5", tmp_path / "out")
    assert [file.name for file in report.files] == ["run.h5"]
    with h5py.File(report.files[0]) as file:
        group = file["slow_time/radar"]
        iq = group["iq"]
        assert iq.dtype == np.complex64
        assert iq.shape == (30, 2, 3)
        assert np.array_equal(iq[:], np.stack([slow_time(index).array() for index in range(30)]))
        assert list(iq.attrs["axes"]) == ["frame", "antenna", "cell"]
        assert (iq.attrs["wavelength_m"], iq.attrs["frame_interval_s"]) == (0.005, 0.05)
        assert np.array_equal(group["index"][:], np.arange(30))
        assert np.isnan(group["range_m"][:]).all()
        assert group["wavelength_m"].attrs["unit"] == "m"
        assert [text.decode() for text in group["room"][:]] == ["bedroom"] * 30
        assert set(file["presence/bedroom/moving"][:]) == {-1}
        assert np.allclose(file["presence/bedroom/range_m"][:], [1 + index / 7 for index in range(30)], atol=0)
        assert file["config"][()].decode().startswith("version: 1")
        assert file.attrs["run_id"] == "run"


def test_hdf5_keeps_rows_in_step_when_the_shape_changes_or_a_frame_is_unusable(tmp_path: Path) -> None:
    messages = [slow_time(0), slow_time(1, cells=4), slow_time(2)]
    messages.append(msgspec.structs.replace(slow_time(3), usable=False, antennas=0, cells=0, iq=b""))
    messages.append(msgspec.structs.replace(slow_time(4), antennas=99))
    write_log(tmp_path / "run", [(envelope(message, index), message) for index, message in enumerate(messages)])
    report = export(tmp_path / "run", "hdf5", tmp_path)
    assert report.notes == ("1 frames have bytes that do not fill their shape; their samples are left out",)
    with h5py.File(report.files[0]) as file:
        group = file["slow_time/radar"]
        assert group["iq"].shape == (5, 2, 3)
        assert np.array_equal(group["iq"][[0, 2]], np.stack([slow_time(0).array(), slow_time(2).array()]))
        assert np.isnan(group["iq"][[1, 3, 4]]).all()
        other = group["iq_2_4_complex64"]
        assert np.array_equal(other[1], slow_time(1, cells=4).array())
        assert np.isnan(other[[0, 2, 3, 4]]).all()


def test_hdf5_has_raw_frames_as_arrays_of_their_own_type(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    adc = [dice.integers(-2048, 2048, (2, 3, 8)).astype("<i2") for _ in range(40)]
    messages = [raw_frame(index, samples) for index, samples in enumerate(adc)]
    write_log(tmp_path / "run", [(envelope(message, index), message) for index, message in enumerate(messages)])
    report = export(tmp_path / "run", "hdf5", tmp_path, ["raw_frame"])
    with h5py.File(report.files[0]) as file:
        samples = file["raw_frame/radar/samples"]
        assert samples.dtype == np.dtype("<i2")
        assert np.array_equal(samples[:], np.stack(adc))
        assert list(samples.attrs["axes"]) == ["frame", "chirp", "antenna", "sample"]
        assert samples.attrs["unit"] == "converter counts"
        assert samples.attrs["wavelength_m"] == pytest.approx(0.005, rel=1e-2)
        description = msgspec.json.decode(samples.attrs["description"], type=RadarDescription)
        assert description == messages[0].notice.description


def test_hdf5_never_trusts_the_type_that_a_frame_says_it_has(tmp_path: Path) -> None:
    frame = raw_frame(0, np.zeros((1, 1, 8), "<i2"))
    for index, dtype in enumerate(["O", "V16", "nonsense", "<i8", "i2,i2"]):
        hostile = msgspec.structs.replace(frame, notice=msgspec.structs.replace(frame.notice, dtype=dtype))
        write_log(tmp_path / str(index), [(envelope(hostile), hostile)])
        report = export(tmp_path / str(index), "hdf5", tmp_path)
        assert len(report.notes) == 1
        with h5py.File(report.files[0]) as file:
            assert "samples" not in file["raw_frame/radar"]


def test_a_raw_frame_is_too_long_for_a_cell_and_said_to_be_left_out(tmp_path: Path) -> None:
    message = raw_frame(0, np.ones((16, 4, 256), "<i2"))
    write_log(tmp_path / "run", [(envelope(message), message)])
    report = export(tmp_path / "run", "csv", tmp_path)
    assert "raw_frame.samples: 1 values" in report.notes[0]
    export(tmp_path / "run", "parquet", tmp_path)
    assert parquet.read_table(tmp_path / "raw_frame.parquet").to_pydict()["samples"] == [message.samples]


def test_odd_keys_texts_and_missing_numbers_survive(tmp_path: Path) -> None:
    config = ConfigChange(stamp=START, origin=Origin.LIVE, file="/home/me/house.yaml", hash="x", text='a,"b"\nテスト\0')
    health = NodeHealth(stamp=START, origin=Origin.LIVE, node="..", state=NodeState.STOPPED)
    counts = NodeStatistics(stamp=START, origin=Origin.LIVE, node="n", lost={"a": 1})
    write_log(tmp_path / "run", [(envelope(message), message) for message in (config, health, counts)])
    for format_name in ("csv", "parquet", "hdf5"):
        export(tmp_path / "run", format_name, tmp_path)
    with (tmp_path / "config_change.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["text"] == config.text
    assert parquet.read_table(tmp_path / "config_change.parquet").to_pydict()["text"] == [config.text]
    assert parquet.read_table(tmp_path / "node_statistics.parquet").to_pydict()["lost"] == ['{"a":1}']
    with h5py.File(tmp_path / "run.h5") as file:
        (group,) = file["config_change"].values()
        assert group.attrs["key"] == config.file
        assert group["text"][0].decode() == config.text.replace("\0", "\ufffd")
        (group,) = file["node_health"].values()
        assert group.attrs["key"] == ".."
        assert np.isnan(group["pid"][0])


SMALL = 40_000


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may have more bytes than `SMALL`; what is more is refused as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_hdf5_on_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    frames = [raw_frame(index, dice.integers(-(2**15), 2**15, (16, 4, 64), dtype="<i2")) for index in range(200)]
    write_log(tmp_path / "run", [(envelope(message, index), message) for index, message in enumerate(frames)])
    with small_disk(), pytest.raises(SumikaError, match="cannot be written: File too large"):
        export(tmp_path / "run", "hdf5", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_killed_export_left_is_swept_by_the_next_and_not_while_it_runs(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    left, busy = out / ".export-left", out / ".export-busy"
    for folder in (left, busy):
        folder.mkdir(parents=True)
        (folder / "half.h5").touch()
    holding = os.open(busy, os.O_RDONLY)
    fcntl.flock(holding, fcntl.LOCK_EX)
    export(log, "csv", out)
    os.close(holding)
    assert not left.exists()
    assert [path.name for path in busy.iterdir()] == ["half.h5"]


def test_a_file_that_cannot_be_written_any_more_reads_as_if_it_could(tmp_path: Path) -> None:
    file = UnfailingFile(tmp_path / "file")
    expected = bytes(range(256)) * (2 * SMALL // 256)
    with small_disk():
        assert file.write(expected) == len(expected)
    assert isinstance(file.failure, OSError)
    file.seek(100)
    file.write(b"after")
    file.seek(0)
    assert file.read() == expected[:100] + b"after" + expected[105:]
    assert file.truncate(200) == 200
    file.seek(0, os.SEEK_END)
    assert file.tell() == 200
    file.close()
    file.close()


@pytest.mark.parametrize("format_name", ["csv", "parquet", "hdf5"])
def test_nothing_is_written_over_and_files_are_private(log: Path, tmp_path: Path, format_name: str) -> None:
    out = tmp_path / "out"
    first = export(log, format_name, out)
    assert {stat.S_IMODE(file.stat().st_mode) for file in first.files} == {0o600}
    first.files[0].write_text("precious")
    with pytest.raises(UsageError, match="already"):
        export(log, format_name, out)
    assert first.files[0].read_text() == "precious"
    again = export(log, format_name, out, force=True)
    assert again.files == first.files
    assert again.files[0].read_bytes() != b"precious"
    assert {file.name for file in out.iterdir()} == {file.name for file in again.files}


@pytest.mark.parametrize(
    ("format_name", "module", "extra"),
    [("parquet", "pyarrow", "parquet"), ("hdf5", "h5py", "recordings")],
)
def test_a_missing_library_names_the_extra_and_leaves_nothing_behind(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_name: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SumikaError, match=rf"{module} is not installed.*sumika\[{extra}\]"):
        export(log, format_name, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_questions_that_cannot_be_answered_say_what_can(log: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="csv, hdf5, parquet"):
        export(log, "xlsx", tmp_path / "out")
    with pytest.raises(UsageError, match="Topics are"):
        export(log, "csv", tmp_path / "out", ["breath"])
    with pytest.raises(UsageError, match="no message"):
        export(log, "csv", tmp_path / "out", ["event"])
    (tmp_path / "file").write_text("")
    with pytest.raises(SumikaError, match="cannot be written"):
        export(log, "csv", tmp_path / "file")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_columns_have_names_of_their_own(topic: str) -> None:
    names = [column.name for column in columns_of(topic)]
    assert len(names) == len(set(names))
    assert {"log_time_ns", "sequence", "stamp.wall_ns"} <= set(names)


def test_units_are_read_off_names() -> None:
    units = {column.name: column.unit for column in columns_of("slow_time")}
    assert (units["wavelength_m"], units["stamp.wall_ns"], units["signal_to_noise_db"]) == ("m", "ns", "dB")
    assert units["room"] == units["cells"] == ""
    assert isinstance(slow_time(0), SlowTime)
