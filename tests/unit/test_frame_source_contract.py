"""Every source of frames keeps the same promises, whoever made the radar."""

from pathlib import Path

import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.schema import ARRAYS, AdcFrame, AntennaArray, Frame, FrameKind, Origin, RangeFrame
from sumika.schema.house import DemoSource, Radar, RecordingSource, Source
from sumika.sensors import MODELS, FrameSource, open_frames
from sumika.sensors.radar.model import known_array
from sumika.units import seconds_to_ns
from tests.recordings import START, samples_of, take
from tests.synthetic_recordings import WRITERS

EVERY = [*WRITERS, "demo"]
FRAMES = 20


def open_every(kind: str, folder: Path, *, loop: bool = True) -> FrameSource:
    model, source = "iwr6843isk", DemoSource()
    if kind == "demo":
        return open_radar(model, source, folder)
    path, model, chirp = WRITERS[kind](folder)
    return open_radar(model, RecordingSource(path=str(path), chirp=chirp, loop=loop), folder)


def open_radar(model: str, source: Source, folder: Path) -> FrameSource:
    radar = Radar(id="wall", room="room", model=model, position_m=(0, 0, 1), source=source)
    return open_frames(radar, folder / "house.yaml", SimulatedClock(START), {})


def next_of(source: FrameSource) -> Frame:
    frame = source.next_frame()
    assert frame is not None
    return frame


@pytest.mark.parametrize("kind", EVERY)
def test_the_samples_are_what_the_notice_says(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path)
    for frame in take(source, 3):
        notice, samples = frame.notice, samples_of(frame)
        assert isinstance(frame, AdcFrame if notice.kind is FrameKind.ADC else RangeFrame)
        assert samples.shape == notice.shape
        assert samples.dtype == np.dtype(notice.dtype)
        assert notice.dtype[0] in "<|"
        assert samples.flags.c_contiguous
        assert samples.nbytes <= source.max_frame_bytes
        assert type(frame).from_bytes(notice, samples.tobytes()).notice is notice
        assert (notice.radar, notice.position, notice.origin) == ("wall", 0, source.origin)
        assert notice.description == source.description


@pytest.mark.parametrize("kind", EVERY)
def test_the_description_fits_the_frames(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path)
    notice = next_of(source).notice
    description = notice.description
    assert description.model in MODELS
    assert notice.kind is MODELS[description.model].gives
    # Where antennas stand is told for all of them or for none: never for others than the frame holds.
    assert len(description.array.virtual) in (1, notice.shape[1])
    if notice.kind is FrameKind.ADC:
        assert description.chirp is not None
        assert (description.chirp.chirps_per_frame, description.chirp.samples_per_chirp) == notice.shape[::2]
        assert description.chirp.complex_samples == np.iscomplexobj(np.empty(0, notice.dtype))
        assert description.carrier_frequency_hz == description.chirp.center_frequency_hz
    else:
        assert description.range_grid is not None
        assert description.range_grid.bins == notice.shape[2]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_known_board_tells_where_its_antennas_stand_if_all_of_them_were_on(kind: str, tmp_path: Path) -> None:
    notice = next_of(open_every(kind, tmp_path)).notice
    array = ARRAYS.get(notice.description.model, AntennaArray())
    whole = len(array.virtual) == notice.shape[1]
    assert notice.description.array == (array if whole else AntennaArray())


def test_a_board_of_which_antennas_are_off_tells_none_of_their_places() -> None:
    assert known_array("iwr6843isk", 12) == ARRAYS["iwr6843isk"]
    assert known_array("iwr6843isk", 4) == AntennaArray()
    assert known_array("sense2gol", 1) == AntennaArray()


@pytest.mark.parametrize("kind", EVERY)
def test_stamps_are_start_plus_index_times_interval_exactly(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path)
    for index, frame in enumerate(take(source, FRAMES)):
        assert frame.notice.index == index
        interval_s = frame.notice.description.frame_interval_s
        assert frame.notice.stamp == START.later(seconds_to_ns(index * interval_s))


@pytest.mark.parametrize("kind", WRITERS)
def test_each_pass_over_a_recording_is_a_session_of_its_own_and_time_goes_on(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path)
    passes = [take(source, FRAMES) for _ in range(3)]
    sessions = [{frame.notice.session for frame in frames} for frames in passes]
    assert [len(names) for names in sessions] == [1, 1, 1]
    assert len(set.union(*sessions)) == 3
    assert [next(iter(names)).rsplit("#", 1)[1] for names in sessions] == ["1", "2", "3"]
    stamps = [frame.notice.stamp.monotonic_ns for frames in passes for frame in frames]
    interval_s = passes[0][0].notice.description.frame_interval_s
    np.testing.assert_allclose(np.diff(stamps), seconds_to_ns(interval_s), atol=1)
    for frames in passes[1:]:
        assert [frame.notice.index for frame in frames] == list(range(FRAMES))
        for frame, first in zip(frames, passes[0], strict=True):
            np.testing.assert_array_equal(samples_of(frame), samples_of(first))


@pytest.mark.parametrize("kind", WRITERS)
def test_a_recording_that_does_not_loop_ends_once_and_for_all(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path, loop=False)
    assert len(take(source, FRAMES + 5)) == FRAMES
    assert source.next_frame() is None
    assert source.next_frame() is None


@pytest.mark.parametrize("kind", EVERY)
def test_close_may_be_called_again_and_frames_already_given_stay_valid(kind: str, tmp_path: Path) -> None:
    source = open_every(kind, tmp_path)
    frame = next_of(source)
    before = samples_of(frame).copy()
    source.close()
    source.close()
    assert source.next_frame() is None
    np.testing.assert_array_equal(samples_of(frame), before)


@pytest.mark.parametrize("kind", EVERY)
def test_nothing_but_live_says_it_is_live(kind: str, tmp_path: Path) -> None:
    expected = Origin.SIMULATED if kind == "demo" else Origin.RECORDED
    source = open_every(kind, tmp_path)
    assert source.origin is expected
    assert next_of(source).notice.origin is expected


@pytest.mark.parametrize("kind", EVERY)
def test_time_starts_with_the_first_frame_and_the_clock_is_not_asked_again(kind: str, tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    path, model, chirp = ("", "iwr6843isk", "") if kind == "demo" else WRITERS[kind](tmp_path)
    settings = DemoSource() if kind == "demo" else RecordingSource(path=str(path), chirp=chirp)
    radar = Radar(id="wall", room="room", model=model, position_m=(0, 0, 1), source=settings)
    source = open_frames(radar, tmp_path / "house.yaml", clock, {})
    clock.move_to(START.later(10**9))
    first = next_of(source).notice
    clock.move_to(START.later(10**12))
    second = next_of(source).notice
    assert first.stamp == START.later(10**9)
    assert second.stamp == first.stamp.later(seconds_to_ns(first.description.frame_interval_s))
