"""DCA1000 captures: the order of the numbers, chirp descriptions, and descriptions that do not fit."""

from pathlib import Path

import numpy as np
import pytest

from sumika.schema import SumikaError, UsageError
from sumika.sensors import Recording, builtin_chirps, open_recording
from tests.synthetic_recordings import echoes, two_lanes, write_yaml

CFG = """\
% mmWave SDK 3.5
sensorStop
dfeDataOutputMode 1
channelCfg 15 5 0
adcCfg 2 1
adcbufCfg -1 0 0 1 1
profileCfg 0 60 7 5.8 60 0 0 60 1 64 4000 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 4
frameCfg 0 1 16 0 50 1 0
lvdsStreamCfg -1 0 1 0
sensorStart
"""


def open_with(folder: Path, data: bytes, **changes: object) -> Recording:
    path = folder / "capture.bin"
    path.write_bytes(data)
    return open_recording(path, "iwr6843isk", str(write_yaml(folder / "chirp.yaml", **changes)))


def open_cfg(folder: Path, text: str) -> Recording:
    path = folder / "capture.bin"
    path.write_bytes(np.random.default_rng(0).integers(-50, 50, 2 * 16 * 8 * 64 * 2, np.int16).tobytes())
    (folder / "chirp.cfg").write_text(text, encoding="utf-8")
    return open_recording(path, "iwr6843isk", str(folder / "chirp.cfg"))


def test_two_lanes_carry_two_i_then_two_q(tmp_path: Path) -> None:
    numbers = np.arange(1, 1 + 2 * 2 * 4 * 64, dtype="<i2")
    first = open_with(tmp_path, numbers.tobytes()).stretches[0].read(0)
    assert first.shape == (2, 4, 64)
    assert first[0, 0, :4].tolist() == [1 + 3j, 2 + 4j, 5 + 7j, 6 + 8j]
    assert first[0, 1, 0] == 129 + 131j  # the next receiver follows 64 samples, 128 numbers later
    assert first[1, 0, 0] == 513 + 515j


def test_with_q_first_the_pairs_change_places(tmp_path: Path) -> None:
    numbers = np.arange(1, 1 + 2 * 2 * 4 * 64, dtype="<i2")
    first = open_with(tmp_path, numbers.tobytes(), q_first=True).stretches[0].read(0)
    assert first[0, 0, :2].tolist() == [3 + 1j, 4 + 2j]


def test_real_samples_stay_the_integers_they_are(tmp_path: Path) -> None:
    numbers = np.arange(-300, -300 + 2 * 4 * 64, dtype="<i2")
    stretch = open_with(tmp_path, numbers.tobytes(), complex_samples=False).stretches[0]
    assert stretch.dtype == np.dtype("<i2")
    np.testing.assert_array_equal(stretch.read(0).ravel(), numbers)


def test_the_waveform_follows_from_the_description(tmp_path: Path) -> None:
    description = open_with(tmp_path, two_lanes(echoes(2))).stretches[0].description
    assert description.chirp is not None
    assert description.chirp.bandwidth_hz == pytest.approx(0.96e9)
    assert description.chirp.range_resolution_m == pytest.approx(0.15614, rel=1e-4)
    assert description.frame_interval_s == 0.05


def test_the_built_in_description_is_the_one_of_the_recording_at_hand(tmp_path: Path) -> None:
    assert "builtin:iwr6843_vital" in builtin_chirps()
    path = tmp_path / "capture.bin"
    path.write_bytes(np.random.default_rng(0).integers(-50, 50, 1600, np.int16).tobytes())
    (stretch,) = open_recording(path, "iwr6843", "builtin:iwr6843_vital").stretches
    assert stretch.shape == (2, 4, 100)
    assert stretch.description.chirp is not None
    assert stretch.description.chirp.range_resolution_m == pytest.approx(0.0999, abs=1e-4)


def test_a_cfg_file_says_the_same(tmp_path: Path) -> None:
    (stretch,) = open_cfg(tmp_path, CFG).stretches
    chirp = stretch.description.chirp
    assert (stretch.frames, stretch.shape) == (2, (16, 8, 64))
    assert chirp is not None
    assert chirp.start_frequency_hz == pytest.approx(60e9 + 60e12 * 5.8e-6)
    assert chirp.slope_hz_per_s == 60e12
    assert chirp.sample_rate_hz == 4e6
    assert chirp.chirp_interval_s == pytest.approx(2 * 67e-6)
    assert stretch.description.frame_interval_s == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("frameCfg 0 1 16 0 50 1 0\n", "", "frameCfg stands there 0 times"),
        ("frameCfg 0 1 16", "frameCfg 0 2 16", "chirp 2 is described 0 times"),
        ("profileCfg 0 60", "profileCfg 0 sixty", "no number"),
        ("profileCfg 0 60", "profileCfg 0 nan", "finite"),
        ("profileCfg 0 60 7 5.8", "profileCfg 7 60 7 5.8", "profiles [0], of which 0"),
        ("chirpCfg 1 1 0 0 0 0 0 4", "chirpCfg 1 1 0 0 0 0 0 5", "one at a time"),
        ("chirpCfg 1 1 0 0 0 0 0 4", "chirpCfg 1 1 0 0 0 0 0 1", "each transmitter once"),
        ("chirpCfg 1 1 0 0 0 0 0 4", "chirpCfg 1 1 0 0.1 0 0 0 4", "varies"),
        ("dfeDataOutputMode 1", "dfeDataOutputMode 3", "subframes"),
        ("adcCfg 2 1", "adcCfg 1 1", "16 bits"),
        ("lvdsStreamCfg -1 0", "lvdsStreamCfg -1 1", "headers"),
        ("adcbufCfg -1 0 0 1 1", "adcbufCfg -1 0 0 0 1", "interleaves"),
        ("60 0 0 60 1 64 4000", "60 0 0 60 1 0 4000", "samples_per_chirp"),
        ("0 60 1 64 4000 ", "0 60 1 64 4 ", "sample_rate_hz"),
        ("16 0 50 1 0", "16 0 0.5 1 0", "longer than frame_interval_s"),
    ],
)
def test_a_cfg_file_that_asks_for_what_is_not_read_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in CFG
    with pytest.raises(SumikaError) as error:
        open_cfg(tmp_path, CFG.replace(old, new))
    assert says in str(error.value)
    assert "chirp.cfg" in error.value.where


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"slope_hz_per_s": None}, "slope_hz_per_s"),
        ({"sampels_per_chirp": 64}, "sampels_per_chirp"),
        ({"receivers": "four"}, "receivers"),
        ({"samples_per_chirp": 0}, "samples_per_chirp"),
        ({"frame_interval_s": 0.00005}, "longer than frame_interval_s"),
        ({"samples_per_chirp": 1024}, "longer than chirp_interval_s"),
    ],
)
def test_a_description_with_a_wrong_field_names_it(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(SumikaError, match=says) as error:
        open_with(tmp_path, two_lanes(echoes(2)), **changes)
    assert error.value.where.endswith("chirp.yaml")


@pytest.mark.parametrize("text", ["", "[]", "a: [", "a: 1\na: 2\n", "!!python/object:os.system {}", "\x00", "&a [*a]"])
def test_a_description_that_is_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "capture.bin"
    path.write_bytes(b"1" * 8192)
    (tmp_path / "chirp.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SumikaError, match=r"chirp\.yaml"):
        open_recording(path, "iwr6843", str(tmp_path / "chirp.yaml"))


def test_without_a_description_the_built_in_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "capture.bin"
    path.write_bytes(b"1" * 8192)
    for chirp in ("", "builtin:nonsense", "builtin:../../values"):
        with pytest.raises(UsageError, match="builtin:iwr6843_vital"):
            open_recording(path, "iwr6843", chirp)


def test_a_cut_last_frame_is_left_out_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recording = open_with(tmp_path, two_lanes(echoes(20))[:-100])
    assert recording.stretches[0].frames == 19
    assert "left out" in caplog.text


def test_a_rest_is_no_cut_frame_where_the_signal_does_not_bear_the_description_out(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-90, 90, 20 * 1024 + 512, np.int16).tobytes()
    with pytest.raises(SumikaError) as error:
        open_with(tmp_path, noise)
    assert "1024 more than 20 frames of 2048 bytes" in str(error.value)
    assert "It would fit with chirps_per_frame: 1" in str(error.value)


def test_a_file_shorter_than_a_frame_says_what_would_fit(tmp_path: Path) -> None:
    with pytest.raises(SumikaError) as error:
        open_with(tmp_path, two_lanes(echoes(1))[:1024])
    assert "1024 bytes; one frame" in str(error.value)
    assert "chirps_per_frame: 1" in str(error.value)


def test_swapped_bytes_are_seen(tmp_path: Path) -> None:
    swapped = np.frombuffer(two_lanes(echoes(20)), "<i2").byteswap().tobytes()
    with pytest.raises(SumikaError, match="little-endian int16 was expected"):
        open_with(tmp_path, swapped)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"samples_per_chirp": 32, "chirps_per_frame": 4}, "anew every 64 samples, not every 32"),
        ({"samples_per_chirp": 128, "chirps_per_frame": 1}, "anew every 64 samples, not every 128"),
        ({"samples_per_chirp": 80}, "anew every 64 samples, not every 80"),
        ({"receivers": 2, "chirps_per_frame": 4}, "repeats every 4 chirps, not every 2"),
        ({"receivers": 1, "chirps_per_frame": 8}, "repeats every 4 chirps, not every 1"),
        ({"q_first": True}, "I and Q were swapped (q_first: false)"),
    ],
)
def test_a_description_that_divides_the_file_but_not_the_signal_is_refused(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    changes = {"chirp_interval_s": 200e-6, **changes}
    with pytest.raises(SumikaError) as error:
        open_with(tmp_path, two_lanes(echoes(40)), **changes)
    assert says in str(error.value)


def test_a_file_without_its_head_is_refused(tmp_path: Path) -> None:
    data = two_lanes(echoes(40))[20 * 4 :]
    with pytest.raises(SumikaError, match="begins 44 samples after where it should"):
        open_with(tmp_path, data)


@pytest.mark.parametrize("seed", range(5))
def test_the_right_description_of_a_real_receiver_passes_too(tmp_path: Path, seed: int) -> None:
    samples = np.rint(echoes(30, seed).real).astype("<i2")
    assert open_with(tmp_path, samples.tobytes(), complex_samples=False).stretches[0].frames == 30


def test_noise_alone_says_nothing_against_a_description(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-90, 90, 20 * 1024, np.int16).tobytes()
    assert open_with(tmp_path, noise).stretches[0].frames == 20


def test_noise_over_the_whole_range_is_no_capture(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-32768, 32768, 20 * 1024, np.int16).tobytes()
    with pytest.raises(SumikaError, match="noise over the whole range"):
        open_with(tmp_path, noise)


def test_the_file_getting_shorter_while_it_plays_is_an_error_not_a_crash(tmp_path: Path) -> None:
    recording = open_with(tmp_path, two_lanes(echoes(20)))
    (tmp_path / "capture.bin").write_bytes(b"")
    with pytest.raises(SumikaError, match="become shorter"):
        recording.stretches[0].read(5)
    recording.release()
    with pytest.raises(SumikaError, match="closed"):
        recording.stretches[0].read(5)
