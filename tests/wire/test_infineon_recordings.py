"""Infineon recordings: the order of axes, settings against the array, and what is no such recording."""

from pathlib import Path

import numpy as np
import pytest

from sumika.schema import SumikaError
from sumika.sensors import open_recording
from tests.synthetic_recordings import avian, sense2gol, write_avian_config


def test_an_avian_frame_is_chirp_antenna_sample(tmp_path: Path) -> None:
    path, model, _ = avian(tmp_path)
    stored = np.arange(2 * 3 * 4 * 32, dtype=np.uint16).reshape(2, 3, 4, 32)
    np.save(path / "radar.npy", stored)
    (stretch,) = open_recording(path, model).stretches
    assert (stretch.frames, stretch.shape, stretch.dtype.str) == (2, (4, 3, 32), "<u2")
    frame = stretch.read(1)
    assert frame[3, 2, 5] == stored[1, 2, 3, 5]
    np.testing.assert_array_equal(frame, stored[1].transpose(1, 0, 2))


def test_the_slope_is_taken_over_the_samples(tmp_path: Path) -> None:
    path, model, _ = avian(tmp_path)
    description = open_recording(path, model).stretches[0].description
    assert description.chirp is not None
    assert description.chirp.bandwidth_hz == pytest.approx(5.5e9)
    assert description.chirp.range_resolution_m == pytest.approx(0.02725, abs=1e-5)
    assert description.carrier_frequency_hz == pytest.approx(60.75e9)
    assert description.chirp.full_scale == 4095
    assert not description.chirp.complex_samples
    assert description.timing_trusted


def test_an_array_that_says_it_is_big_endian_is_read_as_it_says(tmp_path: Path) -> None:
    path, model, _ = avian(tmp_path)
    before = open_recording(path, model).stretches[0].read(7)
    np.save(path / "radar.npy", np.load(path / "radar.npy").astype(">u2"))
    after = open_recording(path, model).stretches[0].read(7)
    assert after.dtype.str == "<u2"
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rx_antennas": [1, 2]}, "(any, 2, 4, 32)"),
        ({"num_samples_per_chirp": 64}, "(any, 3, 4, 64)"),
        ({"num_chirps_per_frame": 8}, "(any, 3, 8, 32)"),
        ({"start_frequency_Hz": None}, "start_frequency_Hz"),
        ({"end_frequency_Hz": 58_000_000_000}, "above"),
        ({"sample_rate_Hz": -1}, "sample_rate_Hz"),
        ({"sample_rate_Hz": "fast"}, "sample_rate_Hz"),
        ({"frame_repetition_time_s": 1e-5}, "longer than frame_repetition_time_s"),
        ({"mimo_mode": "tdm"}, "mimo_mode"),
        ({"rx_antennas": []}, "rx_antennas"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    path, model, _ = avian(tmp_path)
    write_avian_config(path, **changes)
    with pytest.raises(SumikaError) as error:
        open_recording(path, model)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((20, 3, 4, 32), np.uint16), "zero"),
        (np.zeros((0, 3, 4, 32), np.uint16), "no frame"),
        (np.ones((20, 3, 4, 32), np.float32), "uint16 was expected"),
        (np.ones((20, 3, 4, 32), np.uint8), "uint16 was expected"),
        (np.ones((20, 3, 32, 4), np.uint16), "shape"),
        (np.ones((3, 4, 32), np.uint16), "shape"),
        (np.array(["text"]), "uint16 was expected"),
        (np.array([{}]), "Python objects"),
        (np.asfortranarray(np.ones((20, 3, 4, 32), np.uint16)), "column order"),
        (np.full((20, 3, 4, 32), 2048, np.uint16).byteswap(), None),
        (np.full((20, 3, 4, 32), 300, np.uint16).byteswap(), "12 bits"),
    ],
)
def test_an_array_that_no_avian_radar_gives_is_refused(
    tmp_path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], says: str | None
) -> None:
    path, model, _ = avian(tmp_path)
    np.save(path / "radar.npy", array)
    if says is None:  # 2048 swapped is 8: nothing in the number gives it away
        assert open_recording(path, model).stretches[0].read(0).max() == 8
        return
    with pytest.raises(SumikaError, match=says) as error:
        open_recording(path, model)
    assert "radar.npy" in error.value.where


@pytest.mark.parametrize("change", [-1, -1000, 1])
def test_a_cut_or_longer_array_says_by_how_much(tmp_path: Path, change: int) -> None:
    path, model, _ = avian(tmp_path)
    data = (path / "radar.npy").read_bytes()
    (path / "radar.npy").write_bytes(data[:change] if change < 0 else data + b"x")
    with pytest.raises(SumikaError, match=f"{len(data) + change} bytes; .* takes {len(data)}"):
        open_recording(path, model)


def test_a_missing_part_of_the_folder_is_named(tmp_path: Path) -> None:
    path, model, _ = avian(tmp_path)
    (path / "radar.npy").unlink()
    with pytest.raises(SumikaError, match=r"radar\.npy"):
        open_recording(path, model)
    (path / "config.json").unlink()
    with pytest.raises(SumikaError, match=r"config\.json"):
        open_recording(path, model)
    with pytest.raises(SumikaError, match="this is a file"):
        open_recording(sense2gol(tmp_path)[0], model)


def test_continuous_wave_has_no_range_and_an_untrusted_clock(tmp_path: Path) -> None:
    path, model, _ = sense2gol(tmp_path)
    counts = np.load(path)["iq"]
    (stretch,) = open_recording(path, model).stretches
    assert stretch.description.chirp is not None
    assert stretch.description.chirp.slope_hz_per_s == 0
    assert stretch.description.chirp.range_resolution_m == float("inf")
    assert not stretch.description.timing_trusted
    assert stretch.read(3)[0, 0, 2] == complex(*counts[3, 2])


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"other": np.zeros(3)}, "no array named iq"),
        ({"iq": np.ones((20, 16, 2))}, "uint16"),
        ({"iq": np.ones((20, 16), np.uint16)}, "uint16"),
        ({"iq": np.ones((20, 16, 3), np.uint16)}, "uint16"),
        ({"iq": np.ones((0, 16, 2), np.uint16)}, "no frame"),
        ({"iq": np.full((20, 16, 2), 5000, np.uint16)}, "12 bits"),
        ({"iq": np.zeros((20, 16, 2), np.uint16)}, "zero"),
        ({"iq": np.array([{}])}, "Python objects"),
    ],
)
def test_a_continuous_wave_file_without_such_samples_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]], says: str
) -> None:
    np.savez(tmp_path / "cw.npz", **arrays)  # type: ignore[arg-type]  # numpy types its own flag as a keyword too
    with pytest.raises(SumikaError, match=says):
        open_recording(tmp_path / "cw.npz", "sense2gol")
