"""The real recordings come through the door as what their READMEs say they are."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from sumika.schema import AdcFrame, FrameKind, SumikaError
from sumika.sensors import MODELS, open_recording
from tests.recordings import WHERE, recorded_frames, recorded_source, samples_of, shuffled, stretched, take

pytestmark = pytest.mark.recording

IWR6843_YAML = """\
start_frequency_hz: 60.36e+9
slope_hz_per_s: 60.0e+12
sample_rate_hz: 4.0e+6
samples_per_chirp: {}
chirps_per_frame: {}
chirp_interval_s: 400.0e-6
frame_interval_s: 0.05
receivers: 4
"""


@pytest.mark.parametrize(
    ("name", "kind", "dtype", "shape", "count", "interval_s"),
    [
        ("iwr6843", FrameKind.ADC, "<c8", (2, 4, 100), 400, 0.05),
        ("bgt60", FrameKind.ADC, "<u2", (8, 3, 64), 256, 0.0772688),
        ("a121", FrameKind.RANGE, "<c8", (16, 1, 21), 773, 0.049998),
        ("a111", FrameKind.RANGE, "<c8", (1, 1, 827), 331, 0.097872),
        ("a121_presence", FrameKind.RANGE, "<c8", (16, 1, 8), 137, 0.0833288),
        ("a121_far", FrameKind.RANGE, "<c8", (16, 1, 10), 130, 0.0833288),
        ("sense2gol", FrameKind.ADC, "<c8", (1, 1, 256), 50, 0.15),
    ],
)
def test_shape_number_and_rate(
    sumika_data: Path,
    name: str,
    kind: FrameKind,
    dtype: str,
    shape: tuple[int, int, int],
    count: int,
    interval_s: float,
) -> None:
    frames = recorded_frames(sumika_data, name)
    notice = frames[0].notice
    assert (notice.kind, notice.dtype, notice.shape, len(frames)) == (kind, dtype, shape, count)
    assert notice.description.frame_interval_s == pytest.approx(interval_s, rel=1e-5)
    assert notice.kind is MODELS[notice.description.model].gives


def test_iwr6843_begins_with_the_numbers_of_the_file_in_the_order_of_two_lanes(sumika_data: Path) -> None:
    numbers = np.fromfile(sumika_data / WHERE["iwr6843"][0], "<i2")
    first = samples_of(recorded_frames(sumika_data, "iwr6843")[0])
    expected = [complex(numbers[0], numbers[2]), complex(numbers[1], numbers[3]), complex(numbers[4], numbers[6])]
    assert first[0, 0, :3].tolist() == expected == [-269 + 602j, -189 + 390j, -391 + 440j]
    last = samples_of(recorded_frames(sumika_data, "iwr6843")[-1])
    assert last[-1, -1, -1] == complex(numbers[-3], numbers[-1])


def test_iwr6843_shows_the_person_at_bin_7_in_all_eight_channels(sumika_data: Path) -> None:
    frames = recorded_frames(sumika_data, "iwr6843")
    profile = np.mean([np.abs(np.fft.fft(samples_of(frame))) for frame in frames], axis=0)
    assert (profile[..., 3:11].argmax(axis=-1) + 3 == 7).all()
    chirp = frames[0].notice.description.chirp
    assert chirp is not None
    assert 7 * chirp.range_resolution_m == pytest.approx(0.70, abs=0.01)


def test_bgt60_begins_with_the_numbers_of_the_file_and_breathes_at_a_third_of_a_metre(sumika_data: Path) -> None:
    stored = np.load(sumika_data / WHERE["bgt60"][0] / "radar.npy")
    frames = recorded_frames(sumika_data, "bgt60")
    for index in (0, 100, 255):
        np.testing.assert_array_equal(samples_of(frames[index]), stored[index].transpose(1, 0, 2))
    chirp = frames[0].notice.description.chirp
    assert chirp is not None
    assert chirp.range_resolution_m == pytest.approx(0.0273, abs=1e-4)
    slow = np.fft.rfft(np.stack([samples_of(frame) for frame in frames]).mean(axis=1))[..., :20]
    moving_m = slow[..., 4:].std(axis=0).argmax(axis=-1) + 4
    np.testing.assert_allclose(moving_m * chirp.range_resolution_m, 0.32, atol=0.06)


def test_a121_frames_are_the_pairs_of_the_file(sumika_data: Path) -> None:
    frames = recorded_frames(sumika_data, "a121")
    with h5py.File(sumika_data / WHERE["a121"][0]) as file:
        stored = file["sessions/session_0/group_0/entry_0/result/frame"][:]
    for index in (0, 255, 256, 772):
        np.testing.assert_array_equal(samples_of(frames[index])[:, 0].real, stored["real"][index])
        np.testing.assert_array_equal(samples_of(frames[index])[:, 0].imag, stored["imag"][index])
    grid = frames[0].notice.description.range_grid
    assert grid is not None
    assert [grid.start_m, grid.step_m] == pytest.approx([119 * 0.002502274, 24 * 0.002502274])


def test_a121_of_several_sessions_gives_each_its_own_rate_and_grid(sumika_data: Path) -> None:
    frames = recorded_frames(sumika_data, "a121_smart")
    notices = {frame.notice.session: frame.notice for frame in frames}
    assert list(notices) == [f"smart_presence/session_{number}#1" for number in range(3)]
    rates = [1 / notice.description.frame_interval_s for notice in notices.values()]
    # Three frames at a tick of 1 ms tell the rate less exactly than the setting does.
    assert rates == pytest.approx([2.0, 12.0316, 2.0], rel=1e-4)
    stamps = [frame.notice.stamp.monotonic_ns for frame in frames]
    assert min(np.diff(stamps)) > 0
    hand = {frame.notice.session: frame.notice.shape for frame in recorded_frames(sumika_data, "a121_hand")}
    assert list(hand.values()) == [(32, 1, 1), (64, 1, 2), (32, 1, 1), (64, 1, 2)]


def test_every_acconeer_recording_opens_and_the_makers_answers_do_not(sumika_data: Path) -> None:
    for path in sorted((sumika_data / "acconeer_a121").glob("*.h5")):
        model = "a111" if "a111" in path.name else "a121"
        if path.name.startswith("expected_"):
            with pytest.raises(SumikaError, match="no radar known here"):
                open_recording(path, model)
        else:
            assert sum(stretch.frames for stretch in open_recording(path, model).stretches) > 100


def test_sense2gol_says_that_it_has_no_range_and_no_clock(sumika_data: Path) -> None:
    for number in (1, 2, 3):
        path = sumika_data / "sense2gol_cw_ecg" / f"rec{number}.npz"
        (stretch,) = open_recording(path, "sense2gol").stretches
        assert not stretch.description.timing_trusted
        assert stretch.description.chirp is not None
        assert stretch.description.chirp.slope_hz_per_s == 0
        assert stretch.frames * stretch.description.frame_interval_s == pytest.approx(7.5)


def test_iwr6843_with_its_bytes_swapped_is_refused(sumika_data: Path, tmp_path: Path) -> None:
    data = np.fromfile(sumika_data / WHERE["iwr6843"][0], "<i2")
    data.byteswap().tofile(tmp_path / "swapped.bin")
    with pytest.raises(SumikaError, match="little-endian int16 was expected"):
        open_recording(tmp_path / "swapped.bin", "iwr6843", "builtin:iwr6843_vital")


@pytest.mark.parametrize("samples", [25, 50, 64, 80, 125, 160, 200, 250, 400, 500, 1000])
def test_iwr6843_with_another_number_of_samples_is_refused_though_the_size_divides(
    sumika_data: Path, tmp_path: Path, samples: int
) -> None:
    path = sumika_data / WHERE["iwr6843"][0]
    for chirps in (1, 2):
        (tmp_path / "wrong.yaml").write_text(IWR6843_YAML.format(samples, chirps), encoding="utf-8")
        assert path.stat().st_size % (samples * chirps * 16) == 0
        with pytest.raises(SumikaError, match=f"anew every 100 samples, not every {samples}"):
            open_recording(path, "iwr6843", str(tmp_path / "wrong.yaml"))


def test_iwr6843_cut_in_the_last_frame_loses_that_frame_only(sumika_data: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.bin").write_bytes((sumika_data / WHERE["iwr6843"][0]).read_bytes()[:-1000])
    recording = open_recording(tmp_path / "cut.bin", "iwr6843", "builtin:iwr6843_vital")
    assert recording.stretches[0].frames == 399


@pytest.mark.parametrize("name", WHERE)
def test_looping_goes_on_in_time_under_new_sessions(sumika_data: Path, name: str) -> None:
    once = recorded_frames(sumika_data, name)
    twice = take(recorded_source(sumika_data, name, loop=True), 2 * len(once))
    np.testing.assert_array_equal(samples_of(twice[len(once)]), samples_of(once[0]))
    assert {f.notice.session for f in twice[: len(once)]}.isdisjoint({f.notice.session for f in twice[len(once) :]})
    assert min(np.diff([frame.notice.stamp.monotonic_ns for frame in twice])) > 0


def test_time_bent_for_tests_keeps_the_samples(sumika_data: Path) -> None:
    frames = recorded_frames(sumika_data, "iwr6843")
    slow = stretched(frames, 1.2)
    assert slow[-1].notice.stamp.monotonic_ns - slow[0].notice.stamp.monotonic_ns == pytest.approx(399 * 0.06e9)
    assert slow[7].notice.description.frame_interval_s == pytest.approx(0.06)
    np.testing.assert_array_equal(samples_of(slow[7]), samples_of(frames[7]))
    mixed = shuffled(frames, 0)
    assert [frame.notice for frame in mixed] == [frame.notice for frame in frames]
    assert isinstance(mixed[0], AdcFrame)
    total = np.sum([samples_of(frame) for frame in mixed], dtype=complex)
    assert total == pytest.approx(np.sum([samples_of(frame) for frame in frames], dtype=complex))
    assert any(not np.array_equal(samples_of(a), samples_of(b)) for a, b in zip(frames, mixed, strict=True))
