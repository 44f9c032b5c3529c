"""The two steps that follow people in a house: one radar's sight, and everybody on tracks; garbage breaks nothing."""

from collections.abc import Iterable

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.evaluate.radar.simulated_frames import BEGIN, simulated_frames
from sumika.perception import people, sight
from sumika.runtime.offline import OfflineHouse
from sumika.runtime.table import nodes_of
from sumika.schema import (
    AdcFrame,
    Envelope,
    Message,
    Origin,
    PersonVitals,
    PointCloud,
    Rate,
    Reason,
    Tick,
    TrackKind,
    Tracks,
)
from sumika.schema.house import DemoSource, House, PortSource, Radar, RecordingSource, Room, Source
from sumika.units import seconds_to_ns
from sumika.world.radar_scene import Scene, walking_scene

UNKNOWN = Rate(valid=False, reason=Reason.WARMING_UP)
Rows = NDArray[np.float64]
ROOM = Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)))
RADAR = Radar(
    id="wall", room="living", model="iwr6843isk", position_m=(2.0, 0.0, 1.5), yaw_deg=90.0, source=DemoSource()
)


def played(scene: Scene, frames: Iterable[AdcFrame]) -> list[Message]:
    """Return what a house of the scene's rooms publishes."""
    house = House(rooms=scene.rooms, radars=scene.radars)
    said: list[Message] = []

    def emit(envelope: Envelope, message: Message) -> None:
        said.append(message)

    OfflineHouse(nodes_of(house), house, emit).run([frames])
    return said


@pytest.fixture(scope="module")
def walk() -> tuple[Scene, list[AdcFrame], list[tuple[float, float]]]:
    """One person who walks about: scene, frames, and where he really is."""
    scene = walking_scene(41, people=1, seconds=6.0)
    frames, places = [], []
    for frame, simulated in simulated_frames(scene):
        frames.append(frame)
        x, y, _ = simulated.truth.people[0].position_m
        places.append((x, y))
    return scene, frames, places


@pytest.mark.slow
def test_a_house_follows_who_walks_in_it_and_says_that_it_is_simulated(
    walk: tuple[Scene, list[AdcFrame], list[tuple[float, float]]],
) -> None:
    scene, frames, places = walk
    said = played(scene, frames)
    tracks = [message for message in said if isinstance(message, Tracks) and not message.reason]
    assert {message.origin for message in tracks} == {Origin.SIMULATED}
    by_stamp = {message.stamp.monotonic_ns: message for message in tracks}
    apart = []
    for frame, place in zip(frames[60:], places[60:], strict=True):
        people_there = [one for one in by_stamp[frame.notice.stamp.monotonic_ns].tracks if one.kind is TrackKind.PERSON]
        apart += [min((np.hypot(*np.subtract(one.position_m[:2], place)) for one in people_there), default=9.0)]
    assert np.median(apart) < 0.35
    assert np.mean(np.array(apart) < 0.7) > 0.9
    clouds = [message for message in said if isinstance(message, PointCloud)]
    assert len(clouds) == len(frames)
    assert all(cloud.usable for cloud in clouds)
    assert all(np.isfinite(cloud.array()).all() for cloud in clouds)


@pytest.mark.slow
def test_the_same_frames_give_the_same_bytes(
    walk: tuple[Scene, list[AdcFrame], list[tuple[float, float]]],
) -> None:
    scene, frames, _ = walk
    encoder = msgspec.msgpack.Encoder()
    first, second = ([encoder.encode(message) for message in played(scene, frames[:60])] for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_broken_frames_are_told_and_the_stream_goes_on(
    walk: tuple[Scene, list[AdcFrame], list[tuple[float, float]]],
) -> None:
    scene, frames, _ = walk
    state = sight.start(scene.radars[0])
    said: list[PointCloud] = []
    broken = frames[3].samples.copy()
    broken[0, 0, 0] = complex(np.nan, 0)
    course = [
        frames[0],
        frames[1],
        AdcFrame(frames[2].notice, frames[2].samples[:, :, :5]),
        AdcFrame(frames[3].notice, broken),
        AdcFrame(frames[4].notice, np.zeros_like(frames[4].samples)),
        frames[1],  # late
        AdcFrame(frames[5].notice, frames[4].samples),
        AdcFrame(frames[6].notice, frames[4].samples),  # frozen
        frames[7],
    ]
    for frame in course:
        state, messages = sight.step(state, frame)
        said += [message for message in messages if isinstance(message, PointCloud)]
    reasons = [cloud.reason for cloud in said]
    assert reasons[2:6] == [Reason.WRONG_SHAPE, Reason.NOT_FINITE, Reason.ALL_ZERO, Reason.STALE]
    assert reasons[7] == Reason.FROZEN
    assert [cloud.usable for cloud in said] == [True, True, False, False, False, False, True, False, True]
    assert all(np.isfinite(cloud.array()).all() for cloud in said)


def test_silent_radars_are_no_empty_house() -> None:
    state = people.start((ROOM,), (RADAR,))
    said: list[Message] = []
    for number in range(12):
        tick = Tick(stamp=BEGIN.later(seconds_to_ns(0.25 * number)), origin=Origin.LIVE)
        state, messages = people.step(state, tick)
        said += messages
    assert len(said) == 3
    assert all(isinstance(one, Tracks) and one.reason == Reason.NO_SIGNAL and not one.tracks for one in said)


def cloud_of(number: int, rows: Rows) -> PointCloud:
    """Return a frame's points of the radar on the wall."""
    plain = PointCloud(
        stamp=BEGIN.later(seconds_to_ns(0.05 * number)),
        origin=Origin.LIVE,
        radar=RADAR.id,
        room=ROOM.id,
        index=number,
        frame_interval_s=0.05,
        usable=True,
    )
    return plain.with_points(rows)


def body_at(distance_m: float, azimuth_rad: float, speed_m_s: float, seed: int) -> Rows:
    """Return five points of a body as a radar sees it."""
    random = np.random.default_rng(seed)
    rows = np.tile(np.array([distance_m, speed_m_s, azimuth_rad, -0.1, 0.02, 0.05, 0.03, 0.1, 30.0]), (5, 1))
    rows[:, :4] += random.standard_normal((5, 4)) * (0.08, 0.15, 0.04, 0.08)
    return rows


def test_who_keeps_still_is_held_by_his_breathing_and_lost_without_it() -> None:
    state = people.start((ROOM,), (RADAR,))
    track, held = 0, {}
    for breathes in (True, False):
        for number in range(40):  # comes in, and stands
            distance = 3.0 - 0.05 * number
            state, messages = people.step(state, cloud_of(number, body_at(distance, 0.0, -1.0, number)))
        assert isinstance(messages[0], Tracks)
        track = messages[0].tracks[0].id
        nothing = np.zeros((0, 9))
        for number in range(40, 1440):  # 70 s without a point
            if number % 5 == 0:
                told = PersonVitals(
                    stamp=BEGIN.later(seconds_to_ns(0.05 * number)),
                    origin=Origin.LIVE,
                    track=track,
                    room=ROOM.id,
                    radar=RADAR.id,
                    respiration=UNKNOWN,
                    heart=UNKNOWN,
                    breathing_log_odds=4.0 if breathes else -3.0,
                )
                state, _ = people.step(state, told)
            state, messages = people.step(state, cloud_of(number, nothing))
        assert isinstance(messages[0], Tracks)
        held[breathes] = {one.id: one for one in messages[0].tracks}
        if breathes:
            assert held[True][track].reason == Reason.HELD_BY_BREATHING
            assert held[True][track].existence > 0.9
            state = people.start((ROOM,), (RADAR,))
    assert track not in held[False]


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        (DemoSource(), Origin.SIMULATED),
        (RecordingSource(path="a.h5"), Origin.RECORDED),
        (PortSource(device="/dev/ttyUSB0"), Origin.LIVE),
    ],
)
def test_what_is_said_before_the_first_frame_does_not_pass_for_live(source: Source, origin: Origin) -> None:
    state = people.start((ROOM,), (msgspec.structs.replace(RADAR, source=source),))
    _, said = people.step(state, Tick(stamp=BEGIN.later(seconds_to_ns(9.0)), origin=Origin.LIVE))
    assert [message.origin for message in said] == [origin]


def test_points_that_are_no_table_are_none() -> None:
    state = people.start((ROOM,), (RADAR,))
    good = cloud_of(0, body_at(2.0, 0.0, 0.5, 1))
    state, messages = people.step(state, msgspec.structs.replace(good, rows=good.rows[:-3]))
    assert isinstance(messages[0], Tracks)
    wild = np.full((4, 9), np.nan)
    wild[1] = np.inf
    state, messages = people.step(state, cloud_of(1, wild))
    assert isinstance(messages[0], Tracks)
    assert not messages[0].tracks
    state, messages = people.step(state, msgspec.structs.replace(good, radar="elsewhere"))
    assert messages == ()


def test_people_are_followed_where_a_radar_tells_directions() -> None:
    def names(model: str) -> set[str]:
        house = House(rooms=(ROOM,), radars=(msgspec.structs.replace(RADAR, model=model),))
        return {node.name for node in nodes_of(house)}

    assert {"people", "radar.wall.sight"} <= names("iwr6843isk")
    assert not {"people", "radar.wall.sight"} & names("a121")
