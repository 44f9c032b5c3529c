"""Points tell who lies from who sits, and who fell from who lay down; whatever comes in, memory stays bounded."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.evaluate.people.falls_fit import Look, fit, looks_of
from sumika.perception import fall
from sumika.perception._drops import Descent
from sumika.perception._fall_odds import FEATURES, ODDS, features, log_odds
from sumika.perception._low_points import KEEPS_S, RecentPoints
from sumika.schema import POINT_COLUMNS, FallStage, PointCloud, SuspectedFall, Track, TrackKind
from sumika.schema.house import DemoSource, Radar
from sumika.training.told_scenes import messages_of

RADAR = Radar(
    id="wall",
    room="room",
    model="iwr6843aop",
    position_m=(-3.0, 0.0, 1.0),
    yaw_deg=0.0,
    pitch_deg=0.0,
    source=DemoSource(),
)
LAY = Descent(top_m=0.9, low_m=0.15, sigma_m=0.1, speed_m_s=0.8, low_s=5.0)


def cloud_at(time_s: float, places: list[tuple[float, float, float, float]], radar: str = "wall") -> PointCloud:
    """Return points at places, with velocities away from the radar."""
    rows = np.zeros((len(places), len(POINT_COLUMNS)), np.float32)
    for row, (x, y, z, velocity_m_s) in zip(rows, places, strict=True):
        away = (x - RADAR.position_m[0], y - RADAR.position_m[1], z - RADAR.position_m[2])
        range_m = math.hypot(*away)
        told = {"range_m": range_m, "azimuth_rad": math.atan2(-away[1], away[0]), "velocity_m_s": velocity_m_s}
        told["elevation_rad"] = math.asin(away[2] / range_m)
        for name, value in told.items():
            row[POINT_COLUMNS.index(name)] = value
    cloud, _ = messages_of(round(10 * time_s), time_s, RADAR, rows, ())
    return msgspec.structs.replace(cloud, radar=radar)


def watched(seconds: float, places: list[tuple[float, float, float, float]]) -> tuple[RecentPoints, PointCloud]:
    """Return the points after frames that are all alike, and the last one."""
    points = RecentPoints.of((RADAR,))
    clouds = [cloud_at(number / 10, places) for number in range(round(10 * seconds))]
    for cloud in clouds:
        points.take(cloud)
    return points, clouds[-1]


def test_how_high_points_reach_is_of_the_body_and_not_of_who_stands_beside() -> None:
    places = [
        (0.0, 0.0, 0.1, 0.0),
        (0.2, 0.0, 0.2, 0.0),
        (0.6, 0.0, 1.0, 0.0),
        (0.0, 0.1, 2.0, 0.0),
        (3.0, 0.0, 1.0, 0.0),
    ]
    points, last = watched(3.0, places)
    assert points.high_m((0.0, 0.0), [(0.7, 0.0)], last.stamp, 9.0) == pytest.approx(0.2, abs=0.02)
    assert points.high_m((0.0, 0.0), [], last.stamp, 9.0) == pytest.approx(1.0, abs=0.02)
    assert points.high_m((9.0, 0.0), [], last.stamp, 9.0) is None


def test_how_fast_points_were_is_of_the_way_down() -> None:
    points = RecentPoints.of((RADAR,))
    for number in range(100):
        fast = -2.0 if 40 <= number < 50 else 0.1
        cloud = cloud_at(number / 10, [(0.0, 0.0, 0.3, fast)] * 2)
        points.take(cloud)
    assert points.rush_m_s((0.0, 0.0), cloud.stamp, 5.1) == pytest.approx(2.0, abs=0.01)
    assert points.rush_m_s((0.0, 0.0), cloud.stamp, 2.0) == pytest.approx(0.1, abs=0.01)
    assert points.rush_m_s((0.0, 0.0), cloud.stamp, KEEPS_S) is None
    assert points.rush_m_s((5.0, 0.0), cloud.stamp, 5.1) is None


def test_points_of_unknown_radars_and_broken_frames_are_left_out_and_memory_is_bounded() -> None:
    points, last = watched(2 * KEEPS_S, [(0.0, 0.0, 0.3, 0.0)])
    assert len(points.frames) <= 10 * KEEPS_S + 1
    before = len(points.frames)
    points.take(msgspec.structs.replace(last, radar="nobody's"))
    points.take(msgspec.structs.replace(last, usable=False))
    assert len(points.frames) == before
    points.take(msgspec.structs.replace(last, count=7))
    assert len(points.frames[-1].points) == 0
    points.take(cloud_at(0.0, []))
    assert len(points.frames) == 1  # a clock that began anew


def test_every_sign_is_that_of_physics() -> None:
    assert set(ODDS.weights) == set(FEATURES)
    assert log_odds(features(LAY)) > log_odds(features(LAY, off=1.0))
    for field, more, less in (
        ("low_m", 0.1, 0.3),
        ("speed_m_s", 1.2, 0.4),
        ("seen", 1.0, 0.2),
        ("wandered_m", 0.0, 0.5),
        ("high_m", 0.2, 0.6),
        ("rush_m_s", 1.2, 0.2),
    ):
        surer, less_sure = (log_odds(features(Descent(**{**_fields(LAY), field: one}))) for one in (more, less))
        assert surer >= less_sure, field


def _fields(descent: Descent) -> dict[str, float]:
    return {name: getattr(descent, name) for name in Descent.__dataclass_fields__}


def told(rush_m_s: float, high_m: float, low_m: float = 0.2) -> set[FallStage]:
    """Return the stages of somebody who stands and then is low, whose points are so fast, and then reach so high."""
    state, stages = fall.start(radars=(RADAR,)), set[FallStage]()
    for number in range(200):
        time_s = number / 10
        share = min(1.0, max(0.0, (time_s - 5.0) / 0.9))
        middle_m = 0.95 + share * (low_m - 0.95)
        z = middle_m if share < 1.0 else high_m
        state, _ = fall.step(state, cloud_at(time_s, [(0.0, 0.0, z, rush_m_s if 0 < share < 1 else 0.0)] * 3))
        track = Track(
            id=1,
            kind=TrackKind.PERSON,
            kind_probability=0.99,
            position_m=(0.0, 0.0, middle_m),
            position_sigma_m=(0.1, 0.1, 0.1),
            velocity_m_s=(0.0, 0.0, -0.8 if 0 < share < 1 else 0.0),
        )
        _, tracks = messages_of(number, time_s, RADAR, np.zeros((0, len(POINT_COLUMNS))), (track,))
        state, messages = fall.step(state, tracks)
        stages |= {one.stage for one in messages if isinstance(one, SuspectedFall)}
    return stages


def test_the_speed_of_points_tells_a_fall_from_lying_down() -> None:
    assert FallStage.SUSPECTED in told(1.5, 0.2)
    assert FallStage.SUSPECTED not in told(0.2, 0.2)


@given(st.lists(st.tuples(st.floats(0, 30), st.binary(max_size=200), st.integers(0, 5)), max_size=10))
@settings(max_examples=50, deadline=None)
def test_no_bytes_break_it(frames: list[tuple[float, bytes, int]]) -> None:
    state = fall.start(radars=(RADAR,))
    for time_s, rows, count in frames:
        state, told_of = fall.step(state, msgspec.structs.replace(cloud_at(time_s, []), rows=rows, count=count))
        assert told_of == ()


def test_weights_are_learned_with_the_signs_of_physics() -> None:
    random = np.random.default_rng(1)
    looks = []
    for number in range(200):
        fell = number % 2 == 0
        values = {name: float(random.normal(0.0, 0.1)) for name in FEATURES}
        values["low_m"] = float(random.normal(0.15 if fell else 0.3, 0.05))
        values["speed_m_s"] = float(random.normal(0.5 if fell else 0.8, 0.2))  # against physics
        looks.append(Look(fell, values))
    odds = fit(looks)
    assert odds.weights["low_m"] < -5.0
    assert odds.weights["speed_m_s"] == 0.0
    with pytest.raises(ValueError, match="both kinds"):
        fit([look for look in looks if look.fell])


def test_who_lies_low_in_a_scene_is_looked_at_twice() -> None:
    def frames(fell: bool) -> list[Look]:
        rows = []
        for number in range(180):
            time_s = number / 10
            middle_m = 0.95 if time_s < 5.0 else max(0.15, 0.95 - (time_s - 5.0))
            track = Track(id=1, position_m=(0.0, 0.0, middle_m), position_sigma_m=(0.1, 0.1, 0.1))
            cloud, tracks = messages_of(number, time_s, RADAR, np.zeros((0, len(POINT_COLUMNS))), (track,))
            rows.append((time_s, cloud, tracks, ((0.0, 0.0),)))
        return list(looks_of((), (RADAR,), 6.0 if fell else None, rows))

    assert [look.fell for look in frames(True)] == [True, True]
    assert [look.fell for look in frames(False)] == [False, False]
