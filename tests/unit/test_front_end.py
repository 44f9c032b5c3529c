"""The front end refuses what is no use, says why, and gives the chest's cells of what is."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from sumika.radar import front_end, range_frame
from sumika.radar.front_end import FrontEndState
from sumika.schema import AdcFrame, Frame, Origin, RangeFrame, RangeGrid, Reason, SlowTime
from tests.radar_helpers import radar
from tests.radar_scene import LARGE_COMPLEX, SMALL_REAL, START, Scene, frame_at, record

PERSON = Scene(seconds=6.0, range_m=1.5, seed=3)


@pytest.fixture(scope="module")
def frames() -> list[AdcFrame]:
    return record(PERSON).frames


def run(frames: list[Frame] | list[AdcFrame]) -> tuple[FrontEndState, list[SlowTime]]:
    state = front_end.start(radar())
    seen: list[SlowTime] = []
    for frame in frames:
        state, messages = front_end.step(state, frame)
        seen += messages
    return state, seen


def test_every_frame_gives_one_message_that_inherits_from_it(frames: list[AdcFrame]) -> None:
    _, seen = run(frames)
    assert [one.index for one in seen] == [frame.notice.index for frame in frames]
    assert [one.stamp for one in seen] == [frame.notice.stamp for frame in frames]
    assert {(one.origin, one.session, one.radar, one.room) for one in seen} == {
        (Origin.SIMULATED, "scene#1", "bedroom", "room")
    }
    assert all(one.usable and one.reason == "" for one in seen)


def test_the_person_is_found_within_two_seconds_and_where_they_are(frames: list[AdcFrame]) -> None:
    _, seen = run(frames)
    assert seen[40].cells > 0
    last = seen[-1]
    assert last.range_m is not None
    assert last.range_sigma_m is not None
    assert abs(last.range_m - 1.51) < 3 * last.range_sigma_m
    assert last.signal_to_noise_db is not None
    assert last.signal_to_noise_db > 15


def test_a_new_choice_of_cells_brings_their_past_along(frames: list[AdcFrame]) -> None:
    _, seen = run(frames)
    first = next(index for index, one in enumerate(seen) if one.cells)
    message = seen[first]
    assert len(message.past_age_ns) == first
    assert message.past_age_ns[-1] == seen[first].stamp.monotonic_ns - seen[first - 1].stamp.monotonic_ns
    profile = range_frame(frames[0]).iq.mean(axis=0)
    step_m = message.step_m
    cells = slice(round(message.start_m / step_m), round(message.start_m / step_m) + message.cells)
    np.testing.assert_allclose(message.past_array()[0], profile[:, cells], rtol=1e-5)
    assert not any(one.past for one in seen[first + 1 :] if one.block == message.block)


def test_the_same_frames_give_the_same_bytes(frames: list[AdcFrame]) -> None:
    encode = msgspec.msgpack.encode
    assert [encode(one) for one in run(frames)[1]] == [encode(one) for one in run(frames)[1]]


def test_a_range_frame_gives_what_the_samples_give(frames: list[AdcFrame]) -> None:
    chirp = LARGE_COMPLEX.chirp
    assert chirp is not None
    grid = RangeGrid(start_m=0.0, step_m=chirp.range_resolution_m, bins=chirp.samples_per_chirp)
    description = msgspec.structs.replace(LARGE_COMPLEX, chirp=None, range_grid=grid)
    transformed: list[Frame] = []
    for frame in frames:
        iq = range_frame(frame).iq
        notice = msgspec.structs.replace(frame.notice, description=description, shape=iq.shape)
        transformed.append(RangeFrame(notice, iq))
    assert [one.iq for one in run(transformed)[1]] == [one.iq for one in run(frames)[1]]


def test_nothing_moves_nothing_is_chosen() -> None:
    _, seen = run(record(replace(PERSON, range_m=float("nan"))).frames)
    assert not any(one.cells for one in seen)
    assert all(one.motion == 0 for one in seen)


def broken(frames: list[AdcFrame], change: str) -> AdcFrame:
    """Return the eleventh frame, broken in one way."""
    frame = frames[10]
    samples = frame.samples.copy()
    if change == "not_finite":
        samples[0, 0, 0] = np.nan
    elif change == "all_zero":
        samples[:] = 0
    elif change == "frozen":
        samples = frames[9].samples
    elif change == "saturated":
        samples[:, :, ::7] = 32767
    elif change == "wrong_shape":
        samples = samples[:, :, :-1]
    return AdcFrame(frame.notice, samples)


@pytest.mark.parametrize("reason", ["not_finite", "all_zero", "frozen", "saturated", "wrong_shape"])
def test_a_broken_frame_is_named_counted_and_forgotten(frames: list[AdcFrame], reason: str) -> None:
    state, seen = run([*frames[:10], broken(frames, reason), *frames[11:]])
    assert not seen[10].usable
    assert seen[10].reason == reason
    assert seen[10].iq == b""
    assert state.refused == {Reason(reason): 1}
    assert all(one.usable for one in seen[11:])
    clean = run([*frames[:10], *frames[11:]])[1]
    assert seen[-1].iq == clean[-1].iq


def test_a_frozen_radar_stays_frozen(frames: list[AdcFrame]) -> None:
    stuck = [AdcFrame(frame.notice, frames[20].samples) for frame in frames[20:60]]
    _, seen = run([*frames[:20], *stuck])
    assert seen[20].usable
    assert {one.reason for one in seen[21:]} == {Reason.FROZEN}


def test_late_and_repeated_frames_are_refused(frames: list[AdcFrame]) -> None:
    state, seen = run([*frames[:30], frames[12], frames[29], *frames[30:]])
    assert [one.reason for one in seen[30:32]] == [Reason.STALE, Reason.STALE]
    assert state.refused == {Reason.STALE: 2}
    assert seen[32].usable


def test_lost_frames_are_no_fault(frames: list[AdcFrame]) -> None:
    _, seen = run([*frames[:30], *frames[35:]])
    assert all(one.usable for one in seen)


def test_a_new_session_begins_anew(frames: list[AdcFrame]) -> None:
    again = [
        frame_at(LARGE_COMPLEX, frame.notice.index, 10.0 + 0.05 * frame.notice.index, frame.samples, "scene#2")
        for frame in frames
    ]
    _, seen = run([*frames, *again])
    second = seen[len(frames) :]
    assert second[0].cells == 0
    assert second[0].block > seen[len(frames) - 1].block
    assert second[-1].iq == seen[len(frames) - 1].iq


def test_continuous_wave_is_refused_for_it_tells_no_distance() -> None:
    assert LARGE_COMPLEX.chirp is not None
    still = msgspec.structs.replace(
        LARGE_COMPLEX,
        chirp=msgspec.structs.replace(LARGE_COMPLEX.chirp, slope_hz_per_s=0.0),
        timing_trusted=False,
    )
    _, seen = run(
        [AdcFrame(msgspec.structs.replace(f.notice, description=still), f.samples) for f in record(PERSON).frames[:3]]
    )
    assert {(one.usable, one.reason, one.timing_trusted) for one in seen} == {(False, Reason.NO_RANGE, False)}


def test_walking_is_movement_and_breathing_is_not() -> None:
    time = np.arange(400) * 0.05
    walk = 2.2 + 0.9 * np.sin(2 * np.pi * time / 6)
    _, seen = run(record(replace(PERSON, seconds=20.0, range_m=walk)).frames)
    moving = [one.motion > 0.5 for one in seen[60:]]
    assert sum(moving) > 0.5 * len(moving)
    _, still = run(record(replace(PERSON, seconds=20.0)).frames)
    assert not any(one.motion > 0.5 for one in still)


def test_real_samples_work_as_complex_ones_do() -> None:
    _, seen = run(record(Scene(radar=SMALL_REAL, antennas=3, range_m=0.6, seconds=5.0)).frames)
    assert seen[-1].range_m is not None
    assert abs(seen[-1].range_m - 0.61) < 0.05
    assert seen[0].stamp == START
