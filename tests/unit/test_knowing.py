"""Every estimate in one node: what a house wants and its residents agreed to, and nothing beyond."""

import math
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import pytest

from sumika.config import demo_house
from sumika.models.features.points import turned_to
from sumika.models.features.pose import JOINTS
from sumika.perception import activity, comfort, gesture, knowing, known_keys, occupancy, pose
from sumika.perception._co2_people import Co2People
from sumika.perception._track_points import in_house
from sumika.runtime.step_runner import StepRunner
from sumika.runtime.table import nodes_of
from sumika.schema import (
    POINT_COLUMNS,
    TOPIC_OF,
    Activity,
    ActivityKind,
    AirSample,
    Gesture,
    Message,
    OccupancyCount,
    Origin,
    Pose,
    Presence,
    Reason,
    SleepKind,
    ThermalComfort,
    Tick,
    TrackKind,
    Tracks,
    key_of,
)
from sumika.schema.house import House
from sumika.schema.knowing_settings import Knowing
from tests.knowing_helpers import Fake, at, cloud, heart, sleep, somebody, tick, tracks, vitals

DEMO = demo_house({}).house
ALL = Knowing(agreed=("aoi", "ren"), gestures=True)


def house_that(knowing: Knowing | None) -> House:
    return msgspec.structs.replace(DEMO, knowing=knowing)


def air(second: float, co2_ppm: float, room: str = "living") -> AirSample:
    return AirSample(stamp=at(second), origin=Origin.LIVE, sensor=f"{room}_air", room=room, co2_ppm=co2_ppm)


def presence(second: float, probability: float, room: str = "living") -> Presence:
    return Presence(
        stamp=at(second), origin=Origin.LIVE, room=room, valid=True, reason=Reason.MEASURED, probability=probability
    )


def last_count(messages: Iterable[AirSample | Presence | Tick | Tracks], *, followed: bool = True) -> OccupancyCount:
    state, told = occupancy.start("living", 60.0, followed=followed), []
    for message in messages:
        state, said = occupancy.step(state, message)
        told += [one for one in said if isinstance(one, OccupancyCount)]
    return told[-1]


# What the node consists of.


def test_a_house_that_wants_nothing_known_has_no_such_node() -> None:
    for wants in (None, Knowing(enabled=False)):
        assert "knowing" not in {node.name for node in nodes_of(house_that(wants))}
        assert known_keys.known_keys(house_that(wants)) == ()


def test_points_are_taken_only_where_everybody_agreed() -> None:
    def inputs(knowing: Knowing) -> tuple[str, ...]:
        node = next(node for node in nodes_of(house_that(knowing)) if node.name == "knowing")
        assert node.step is not None
        return node.step.inputs

    assert "points" in inputs(ALL)
    assert "points" not in inputs(Knowing())
    assert "points" not in inputs(Knowing(agreed=("aoi",)))


def test_messages_go_to_the_rooms_that_they_are_about() -> None:
    house = house_that(ALL)
    assert known_keys.known_keys(house) == ("house", "living", "bedroom", "bathroom")
    assert known_keys.routed(house, "points", "living_radar") == ("house",)
    assert known_keys.routed(house, "air", "bedroom_air") == ("bedroom",)
    assert known_keys.routed(house, "person_vitals", "bedroom_radar") == ("bedroom",)
    assert known_keys.routed(house, "presence", "hall") == ()
    assert known_keys.routed(house, "tick", "supervisor") == ("living", "bedroom", "bathroom")


def test_every_output_is_about_the_state_that_said_it_and_comes_before_much_was_consumed() -> None:
    node = next(node for node in nodes_of(house_that(ALL)) if node.name == "knowing")
    assert node.step is not None
    runner = StepRunner(node.step, house_that(ALL))
    last_told: dict[str, int] = {}
    for number in range(900):
        second = 0.1 * number
        messages = [tracks(second, somebody()), cloud(second, [(1.0, 0.0, 0.0)], "living_radar"), tick(second)]
        messages += [air(second, 600.0), heart(second), sleep(second, SleepKind.ASLEEP), presence(second, 0.9)]
        for message in messages:
            topic, key = TOPIC_OF[type(message)], key_of(message)
            for state in runner.routed(topic, key):
                for output, consumed in runner.take(state, (topic, key, 0, number), message):
                    assert key_of(output) == state
                    last_told[state] = number
                    assert len(consumed) < 1000
    assert all(number > 780 for number in last_told.values())
    assert set(last_told) == {"house", "living", "bedroom", "bathroom"}


def test_the_same_inputs_give_the_same_bytes() -> None:
    house = house_that(ALL)

    def find(name: str, features: str) -> Fake | None:
        return Fake({"circle": 0.95, "push": 0.05}) if name == gesture.STUDENT else None

    def said() -> bytes:
        told: list[Message] = []
        states = {key: knowing.start(house, key, find) for key in known_keys.known_keys(house)}
        for number in range(300):
            second = 0.4 * number
            spots = [(1.0 + 0.01 * number, 0.01 * spot, 0.0) for spot in range(6)]
            for message in (
                cloud(second, spots, "living_radar", 0.5 * (number % 9 > 4)),
                tracks(second, somebody(place_m=(2.0, 1.5))),
                air(second, 600.0 + number),
                heart(second, 55.0 + number % 7),
                sleep(second, SleepKind.IN_BED),
                tick(second),
            ):
                for key in known_keys.routed(house, TOPIC_OF[type(message)], key_of(message)):
                    told += knowing.step(states[key], message)[1]
        return msgspec.msgpack.encode(told)

    first = said()
    assert first == said()
    assert len(first) > 10_000


def test_what_nobody_agreed_to_is_not_worked_out() -> None:
    house = house_that(Knowing(agreed=("aoi",)))
    asked: list[str] = []

    def find(name: str, features: str) -> None:
        asked.append(name)

    for key in known_keys.known_keys(house):
        state = knowing.start(house, key, find)
        for second in range(40):
            for message in (vitals(second, 1), sleep(second, SleepKind.ASLEEP), tracks(second, somebody())):
                _, told = knowing.step(state, message)
                assert {type(one) for one in told} <= {OccupancyCount, Activity, ThermalComfort}
                assert {who.resident for one in told if isinstance(one, ThermalComfort) for who in one.people} <= {
                    "aoi"
                }
                assert all(one.reason is Reason.NOT_AGREED for one in told if isinstance(one, Activity))
    # How many there are says nothing of bodies, and comfort is told of those alone who agreed.
    assert set(asked) == {occupancy.STUDENT, comfort.STUDENT}


# How many.


def test_people_who_are_followed_are_counted_and_pets_are_not() -> None:
    cat = msgspec.structs.replace(somebody(3), kind=TrackKind.PET, kind_probability=0.9)
    told = last_count([tracks(1.0, somebody(1), somebody(2), cat, somebody(4, room="bedroom"))])
    assert (told.valid, told.count) == (True, 2)
    assert told.probability is not None
    assert told.probability > 0.7
    assert sum(told.shares) == pytest.approx(1.0, abs=1e-4)


def test_unknown_is_not_empty() -> None:
    assert (last_count([tick(1.0)]).valid, last_count([tick(1.0)]).reason) == (False, Reason.NO_SIGNAL)
    blind = last_count([tracks(1.0, reason="no_signal")])
    assert (blind.valid, blind.count) == (False, None)
    old = last_count([tracks(1.0, somebody()), tick(30.0)])
    assert not old.valid


def test_a_room_without_a_tracking_radar_counts_by_presence() -> None:
    assert last_count([presence(1.0, 0.02)], followed=False).count == 0
    assert last_count([presence(1.0, 0.99)], followed=False).count == 1


def breathed(people: int, hours: float, exchange_h: float = 0.5, volume_m3: float = 30.0) -> list[AirSample]:
    random = np.random.default_rng(1)
    co2 = 600.0
    told = []
    for minute in range(int(hours * 60)):
        co2 += (people * 17_000.0 / volume_m3 - exchange_h * (co2 - 420.0)) / 60.0
        told.append(air(60.0 * minute, co2 + 10.0 * float(random.standard_normal())))
    return told


@pytest.mark.parametrize("people", [0, 2, 4])
def test_carbon_dioxide_speaks_for_people_whom_no_radar_sees(people: int) -> None:
    filter_ = Co2People(30.0)
    for sample in breathed(people, 1.0):  # later it nears its steady state, which tells less
        assert sample.co2_ppm is not None
        filter_.take(sample.co2_ppm, sample.stamp.monotonic_ns / 1e9)
    shares = filter_.people()
    assert shares is not None
    assert float(shares @ np.arange(6)) == pytest.approx(people, abs=1.0)


def test_carbon_dioxide_that_cannot_be_says_nothing() -> None:
    filter_ = Co2People(30.0)
    for second, ppm in enumerate((math.nan, math.inf, -5.0, 1e9)):
        filter_.take(ppm, float(second))
    assert filter_.people() is None


# What they do.


def test_points_lie_in_the_house_where_tracking_has_them() -> None:
    from sumika.radar.tracking import mounting_of

    rows = np.random.default_rng(2).uniform(0.1, 1.0, (20, len(POINT_COLUMNS))).astype(np.float32)
    rows[3, 0] = np.nan
    for radar in DEMO.radars:
        seen = mounting_of(radar).points(rows)
        mine = in_house(radar, rows)
        assert mine[:, :3] == pytest.approx(seen.position_m)
        assert mine[:, 3] == pytest.approx(seen.velocity_m_s)
        assert mine[:, 4] == pytest.approx(seen.snr_db)


def watched(module: Any, state: Any, seconds: float) -> list[Message]:
    """Let somebody stand before the living room's radar, and return what is said."""
    radar = state.points.radars["living_radar"].position_m
    track = somebody(place_m=(radar[0], radar[1] - 1.0))
    told: list[Message] = []
    for number in range(int(10 * seconds)):
        second = 0.1 * number
        places = [(1.0 + 0.02 * one, 0.0, 0.0) for one in range(8)]
        for message in (cloud(second, places, "living_radar"), tracks(second, track)):
            _, said = module.step(state, message)
            told += said
    return told


LIVING = [one for one in DEMO.radars if one.id == "living_radar"]


def test_an_activity_is_told_once_a_second_with_its_student() -> None:
    student = Fake({"walking": 0.8, "standing": 0.2})
    seen = [one for one in watched(activity, activity.start(LIVING, student), 3.5) if isinstance(one, Activity)]
    assert len(seen) == 4
    assert (seen[-1].kind, seen[-1].student) == (ActivityKind.WALKING, "fake")
    assert seen[-1].probability == pytest.approx(0.8, abs=0.01)
    assert sum(seen[-1].shares) == pytest.approx(1.0)
    assert seen[0].reason is Reason.TOO_WEAK  # too little was seen of the body yet
    assert {len(shape) for shape in student.shown} == {2}


def test_what_heights_speak_against_is_not_told_for_sure() -> None:
    """The student takes somebody who stands for lying."""
    seen = watched(activity, activity.start(LIVING, Fake({"lying": 0.95, "standing": 0.05})), 8.0)
    last = [one for one in seen if isinstance(one, Activity)][-1]
    assert last.valid
    assert last.probability is not None
    assert last.probability < 0.6
    assert last.shares[list(ActivityKind).index(ActivityKind.STANDING)] > 0.35


def test_an_activity_that_a_student_does_not_tell_is_not_told() -> None:
    seen = watched(activity, activity.start(LIVING, Fake({"walking": 1.0}, Reason.UNLIKE_LEARNED)), 3.0)
    assert [one.reason for one in seen if isinstance(one, Activity)][-1] is Reason.UNLIKE_LEARNED


def test_joints_are_told_in_the_house_and_their_places_turned_back() -> None:
    values = tuple(float(one) for one in np.tile([0.1, 0.0, 0.2], len(JOINTS)))
    seen = watched(pose, pose.start(LIVING, Fake({}, values=values)), 2.0)
    told = [one for one in seen if isinstance(one, Pose) and one.valid]
    assert len(told) >= 2
    assert len(told[-1].x_m) == len(told[-1].z_m) == len(told[-1].joints) == 19
    radar_m, body_m = (1.0, 2.0, 1.5), (3.0, 4.0, 1.0)
    places = np.array([[2.9, 4.2, 0.3, 0.0, 0.0], [3.3, 3.6, 1.7, 0.0, 0.0]], np.float32)
    turned = turned_to(places, radar_m, body_m)[:, :3].astype(np.float64)
    assert pose.turned_back(turned, radar_m, body_m) == pytest.approx(places[:, :3].astype(np.float64), abs=1e-5)


def test_the_height_of_joints_is_that_of_a_body_and_not_of_the_foot_that_moves() -> None:
    feet = tuple(float(one) for one in np.tile([0.0, 0.0, -0.9], len(JOINTS)))
    state = pose.start(LIVING, Fake({}, values=feet))
    radar = state.points.radars["living_radar"].position_m
    track = somebody(place_m=(radar[0], radar[1] - 2.0))
    told: list[Pose] = []
    for number in range(80):
        low = number >= 60  # for two seconds only what is near the floor is seen
        places = [(2.0, 0.0, -0.5 if low else -0.2)] * (4 if low else 20)
        for message in (cloud(0.1 * number, places, "living_radar"), tracks(0.1 * number, track)):
            told += [one for one in pose.step(state, message)[1] if isinstance(one, Pose)]
    valid = [one for one in told if one.valid]
    assert len(valid) >= 10
    assert max(one.z_m[0] for one in valid) - min(one.z_m[0] for one in valid) < 0.05
    below = tuple(float(one) for one in np.tile([0.0, 0.0, -1.5], len(JOINTS)))
    underground = [
        one for one in watched(pose, pose.start(LIVING, Fake({}, values=below)), 3.0) if isinstance(one, Pose)
    ]
    assert not any(one.valid for one in underground)
    assert underground[-1].reason is Reason.UNLIKE_LEARNED


def test_joints_of_nobody_and_without_a_student_are_not_told() -> None:
    _, told = pose.step(pose.start(LIVING, None), tracks(0.0, somebody()))
    assert [(one.valid, one.reason) for one in told if isinstance(one, Pose)] == [(False, Reason.NO_STUDENT)]
    _, told = pose.step(pose.start(LIVING, Fake({})), tracks(0.0, somebody()))
    assert [one.reason for one in told if isinstance(one, Pose)] == [Reason.TOO_WEAK]


def test_without_a_student_an_activity_cannot_be_told_and_nobody_is_told_as_nobody() -> None:
    state = activity.start(DEMO.radars, None)
    _, told = activity.step(state, tracks(0.0, somebody()))
    assert [(one.valid, one.reason) for one in told if isinstance(one, Activity)] == [(False, Reason.NO_STUDENT)]
    _, told = activity.step(state, tracks(20.0))
    assert [(one.track, one.reason) for one in told if isinstance(one, Activity)] == [(0, Reason.NO_PERSON)]
    assert activity.step(state, tracks(21.0))[1] == ()


# Gestures.


def waved(state: gesture.GestureState, begin_s: float, seconds: float = 1.0, going_m_s: float = 0.0) -> list[Gesture]:
    """Let somebody before a radar move a hand for a while, then rest."""
    radar = state.points.radars["living_radar"].position_m
    track = somebody(place_m=(radar[0], radar[1] - 0.2), going_m_s=going_m_s)
    told: list[Message] = []
    for number in range(20):
        second = begin_s + 0.1 * number
        velocity = 0.8 if 0.1 * number < seconds else 0.0
        for message in (
            tracks(second, track),
            cloud(second, [(0.3 + 0.01 * one, 0.0, 0.0) for one in range(8)], "living_radar", velocity),
        ):
            _, said = gesture.step(state, message)
            told += said
    return [one for one in told if isinstance(one, Gesture)]


def gestures(student: Fake | None) -> gesture.GestureState:
    return gesture.start([one for one in DEMO.radars if one.id == "living_radar"], student)


def test_a_gesture_is_confirmed_the_second_time_and_not_the_third() -> None:
    state = gestures(Fake({"circle": 0.95, "push": 0.05}))
    seen = [one for begin in (0.0, 2.0, 4.0) for one in waved(state, begin)]
    assert [(one.gesture, one.confirmed) for one in seen] == [("circle", False), ("circle", True), ("circle", False)]


def test_a_gesture_that_is_not_sure_or_long_ago_confirms_nothing() -> None:
    assert waved(gestures(Fake({"circle": 0.6, "push": 0.4})), 0.0) == []
    assert waved(gestures(Fake({"circle": 0.9}, Reason.UNLIKE_LEARNED)), 0.0) == []
    assert waved(gestures(None), 0.0) == []
    state = gestures(Fake({"circle": 0.95}))
    assert [one.confirmed for begin in (0.0, 30.0) for one in waved(state, begin)] == [False, False]


def test_who_walks_makes_no_gesture_and_a_twitch_is_none() -> None:
    assert waved(gestures(Fake({"circle": 0.95})), 0.0, going_m_s=1.0) == []
    assert waved(gestures(Fake({"circle": 0.95})), 0.0, seconds=0.3) == []
