"""What a student of falls is shown: the spot, the points there, everybody's way; and nothing that does not matter."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sumika.models.features.falls import (
    BINS,
    COURSE_COLUMNS,
    WINDOW_S,
    Course,
    Place,
    Seen,
    fall_picture,
    names,
)
from sumika.perception._fall_looks import LOST_S, MOST_LOOKS, FallLook, FallLooks
from sumika.perception._low_points import RecentPoints
from sumika.schema import HeldBy, RestingPlace, Track, TrackKind, Tracks
from sumika.training.told_scenes import messages_of
from tests.unit.test_fall_points import RADAR, cloud_at

SPOT = Place(1.0, 2.0, 0.0, None, animals=False, radar_m=(0.0, 0.0, 2.0), radar_pitch_deg=0.0)
NOBODY = Course(np.zeros((0, len(COURSE_COLUMNS))), np.zeros(0))
SOFA = RestingPlace(name="sofa", floor_m=((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)), height_m=0.4)


def seen(*points: tuple[float, ...], time_s: float = 6.1, interval_s: float = 0.1) -> Seen:
    table = np.array(points, np.float64).reshape(-1, 5)
    return Seen(table, np.full(len(table), time_s), np.full(len(table), interval_s))


def course(time_s: float, x: float, y: float, z: float, person: float = 2.0) -> Course:
    return Course(np.array([[x, y, z, 0.1, -0.5, person, 0.0]]), np.array([time_s]))


def channels(picture: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip(names(), picture, strict=True))


def test_points_count_where_they_are_and_when() -> None:
    told = channels(fall_picture(SPOT, seen((1.1, 2.0, 0.5, -2.0, 20.0), (1.9, 2.0, 1.5, 1.0, 30.0)), NOBODY, ()))
    when = int(6.1 * BINS / WINDOW_S)
    assert told["here 0.5 m"][when] == pytest.approx(math.log(2.0))
    assert told["speed 0.5 m"][when] == pytest.approx(2.0)
    assert told["loudness 0.5 m"][when] == pytest.approx(0.5)
    assert told["around 1.5 m"][when] == pytest.approx(math.log(2.0))
    assert told["here 1.5 m"].sum() == 0
    assert sum(np.count_nonzero(told[name]) for name in told if name.startswith(("here", "around"))) == 2


def test_a_radar_with_fewer_frames_looks_alike() -> None:
    point = (1.0, 2.0, 0.5, 0.0, 20.0)
    often = fall_picture(SPOT, seen(point, point), NOBODY, ())
    assert fall_picture(SPOT, seen(point, interval_s=0.2), NOBODY, ()) == pytest.approx(often)


def test_it_does_not_matter_where_on_the_floor_it_is() -> None:
    def at(x: float, y: float) -> np.ndarray:
        place = SPOT._replace(x_m=1.0 + x, y_m=2.0 + y, radar_m=(x, y, 2.0))
        own, other = course(3.0, 1.2 + x, 2.0 + y, 0.9), course(3.0, 1.0 + x, 2.6 + y, 0.2)
        return fall_picture(place, seen((1.1 + x, 2.0 + y, 0.5, 1.0, 20.0)), own, (other,))

    assert at(7.0, -3.0) == pytest.approx(at(0.0, 0.0))


def test_everybody_s_way_is_told_and_only_near_others_are() -> None:
    near, far = course(9.0, 1.0, 2.6, 0.3, -4.0), course(9.0, 5.0, 5.0, 1.0)
    told = channels(fall_picture(SPOT, seen(), course(3.0, 4.0, 2.0, 0.9), (near, far)))
    when, then = int(3.0 * BINS / WINDOW_S), int(9.0 * BINS / WINDOW_S)
    assert told["height"][when] == pytest.approx(0.9)
    assert told["away"][when] == pytest.approx(3.0)
    assert told["rises"][when] == pytest.approx(-0.5)
    assert told["present"].sum() == 1
    assert told["other_near"][then] == pytest.approx(0.5)
    assert told["other_height"][then] == pytest.approx(0.3)
    assert told["other_person"][then] == pytest.approx(-1.0)


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float64, (20, 5), elements=st.floats(-1e3, 1e3)),
    arrays(np.float64, 20, elements=st.floats(-5.0, 20.0)),
    arrays(np.float64, (9, 7), elements=st.floats(-1e3, 1e3)),
    arrays(np.float64, 9, elements=st.floats(-5.0, 20.0)),
)
def test_whatever_is_seen_is_a_picture(
    points: np.ndarray, time_s: np.ndarray, looks: np.ndarray, look_s: np.ndarray
) -> None:
    way = Course(looks, look_s)
    picture = fall_picture(SPOT, Seen(points, time_s, np.full(20, 0.1)), way, (way,))
    assert picture.shape == (len(names()), BINS)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()


def tracks_at(time_s: float, **heights: float) -> Tracks:
    """Return tracks "t1", "t2" ... at these heights, metres apart."""
    told = tuple(
        Track(
            id=int(name[1:]),
            kind=TrackKind.PERSON,
            kind_probability=0.9,
            position_m=(3.0 * int(name[1:]) - 3.0, 0.0, height_m),
            position_sigma_m=(0.1, 0.1, 0.1),
            held_by=HeldBy.POINTS,
        )
        for name, height_m in heights.items()
    )
    return messages_of(round(10 * time_s), time_s, RADAR, np.zeros((0, 5), np.float32), told)[1]


def watched(*parts: tuple[float, dict[str, float]]) -> tuple[FallLooks, list[FallLook]]:
    """Return what is looked at in the end, after stretches of so many seconds with everybody at these heights."""
    points = RecentPoints.of((RADAR,))
    looks = FallLooks(points.radars, (SOFA,), animals=False, points=points)
    time_s, last = 0.0, tracks_at(0.0)
    for seconds, heights in parts:
        for _ in range(round(10 * seconds)):
            last = tracks_at(time_s, **heights)
            points.take(cloud_at(time_s, [(0.0, 0.0, 0.2, 0.1)]))
            looks.take(last, last.tracks)
            time_s += 0.1
    return looks, list(looks.look(last.stamp))


def test_who_is_low_is_looked_at_and_who_stands_is_not() -> None:
    looks, found = watched((6.0, {"t1": 0.9, "t2": 0.9}), (2.0, {"t1": 0.15, "t2": 0.9}))
    assert [look.track for look in found] == [1]
    told = channels(found[0].picture)
    assert told["on_furniture"][0] == 1.0
    assert told["furniture_height"][0] == pytest.approx(0.4)
    assert told["here 0.1 m"][-1] > 0
    assert told["height"][0] == 0.0  # eight seconds are known of twelve
    assert told["height"][20] == pytest.approx(0.9)
    assert told["height"][-1] == pytest.approx(0.15)
    assert not looks.due(tracks_at(8.1).stamp)
    assert looks.due(tracks_at(8.5).stamp)


@pytest.mark.parametrize(
    ("height_m", "gone_s", "looked_at"), [(0.6, 3.0, True), (0.6, LOST_S + 1.0, False), (1.2, 3.0, False)]
)
def test_who_was_lost_where_he_was_not_upright_is_looked_at_for_some_seconds(
    height_m: float, gone_s: float, looked_at: bool
) -> None:
    _, found = watched((6.0, {"t1": height_m, "t2": 1.2}), (gone_s, {"t2": 1.2}))
    assert [look.track for look in found] == ([1] if looked_at else [])
    assert all(look.gone_s == pytest.approx(gone_s, abs=0.15) for look in found)


def test_a_clock_that_began_anew_begins_anew_and_memory_is_bounded() -> None:
    looks, _ = watched((40.0, {"t1": 0.2}))
    assert len(looks.courses[1]) <= 10 * WINDOW_S + 10
    looks.take(tracks_at(1.0), ())
    assert not looks.courses
    assert not looks.due(tracks_at(1.5).stamp)
    many = tracks_at(50.0, **{f"t{number}": 0.2 for number in range(1, 200)})
    looks.points.take(cloud_at(50.0, [(0.0, 0.0, 0.2, 0.1)]))
    looks.take(many, many.tracks)
    assert len(list(looks.look(many.stamp))) == MOST_LOOKS
    assert len(looks.courses) < 100


def test_a_track_that_nobody_named_is_neither_person_nor_animal() -> None:
    _, found = watched((4.0, {"t1": 0.2}))
    assert channels(found[0].picture)["person"][-1] == pytest.approx(math.log(9.0) / 4.0)
    unnamed = tracks_at(0.0, t1=0.2)
    track = msgspec.structs.replace(unnamed.tracks[0], kind=TrackKind.UNKNOWN)
    points = RecentPoints.of((RADAR,))
    looks = FallLooks(points.radars, (), animals=False, points=points)
    points.take(cloud_at(0.0, [(0.0, 0.0, 0.2, 0.1)]))
    looks.take(unnamed, (track,))
    (look,) = looks.look(unnamed.stamp)
    assert channels(look.picture)["person"][-1] == 0.0


def test_tracks_without_points_are_shown_to_nobody() -> None:
    points = RecentPoints.of((RADAR,))
    looks = FallLooks(points.radars, (), animals=False, points=points)
    for number in range(50):
        last = tracks_at(number / 10, t1=0.2)
        looks.take(last, last.tracks)
    assert list(looks.look(last.stamp)) == []
