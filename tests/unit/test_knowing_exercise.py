"""Which movement somebody makes: asked of two students while somebody exercises, and right of what they have learnt."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.models import find_student
from sumika.perception import activity, exercise, gesture, knowing, known_keys
from sumika.perception._track_points import TrackPoints
from sumika.runtime.beckoning import wished_by
from sumika.schema import POINT_COLUMNS, Activity, ActivityKind, Exercise, Gesture, Origin, PointCloud, Reason
from sumika.schema.house import Radar, WorldSource
from sumika.schema.knowing_settings import GestureCommand, Knowing
from sumika.training.gestures import CLASSES, FRAME_INTERVAL_S, read_gestures
from sumika.training.gestures import Gesture as RecordedGesture
from tests.knowing_helpers import Fake, at, cloud, somebody, tracks
from tests.unit.test_knowing import DEMO

RADAR = Radar(
    id="eye", room="living", model="iwr6843isk", position_m=(0, 0, 1), yaw_deg=0, pitch_deg=0, source=WorldSource()
)
PLACE_M = (2.0, 0.0)


def doing(second: float, kind: ActivityKind | None = ActivityKind.EXERCISING, *, track: int = 1) -> Activity:
    return Activity(
        stamp=at(second),
        origin=Origin.SIMULATED,
        source="house",
        track=track,
        room="living",
        valid=kind is not None,
        reason=Reason.MEASURED,
        kind=kind,
    )


def shown(points: TrackPoints, seconds: float, begin_s: float = 0.0) -> None:
    """Show a body that moves."""
    for number in range(round(10 * seconds)):
        second = begin_s + 0.1 * number
        points.take_cloud(cloud(second, [(1.9 + 0.02 * one, 0.0, 0.0) for one in range(8)], "eye"))
        points.take_tracks(tracks(second, somebody(place_m=PLACE_M)))


def test_each_student_names_a_movement_of_its_own_every_two_seconds_while_somebody_exercises() -> None:
    points = TrackPoints.of([RADAR], exercise.KEEPS_S)
    sports = Fake({"jump": 0.7, "squats": 0.3}, name="sports")
    slow = Fake({"left arm": 0.4, "right arm": 0.35, "squat": 0.25}, name="slow")
    state = exercise.start(points, [(exercise.SPORTS, sports), (exercise.REHABILITATION, slow)])
    shown(points, 4.0)
    told: list[Exercise] = []
    for second in (3.9, 4.9, 5.9):
        shown(points, 1.0, second)
        _, said = exercise.step(state, doing(second + 0.9))
        told += [one for one in said if isinstance(one, Exercise)]
    assert [(one.student, one.movement, one.probability) for one in told] == [
        ("sports", "jump", 0.7),
        ("slow", "", 0.4),
        ("sports", "jump", 0.7),
        ("slow", "", 0.4),
    ]
    first = told[0]
    assert (first.valid, first.reason, first.sigma, first.origin, first.room) == (
        True,
        Reason.MEASURED,
        0.05,
        Origin.SIMULATED,
        "living",
    )
    assert (first.among, first.shares) == (("jump", "squats"), (0.7, 0.3))


@pytest.mark.parametrize("kind", [None, ActivityKind.WALKING, ActivityKind.SITTING])
def test_who_does_something_else_is_not_looked_at(kind: ActivityKind | None) -> None:
    points = TrackPoints.of([RADAR], exercise.KEEPS_S)
    student = Fake({"jump": 1.0})
    state = exercise.start(points, [(exercise.SPORTS, student), (exercise.REHABILITATION, None)])
    shown(points, 3.0)
    assert exercise.step(state, doing(3.0, kind))[1] == ()
    assert exercise.step(state, doing(3.0, track=7))[1] == ()
    assert student.shown == []


def test_what_is_unlike_all_that_was_learnt_or_hardly_seen_is_not_told() -> None:
    points = TrackPoints.of([RADAR], exercise.KEEPS_S)
    state = exercise.start(points, [(exercise.SPORTS, Fake({"jump": 1.0}, reason=Reason.UNLIKE_LEARNED))])
    points.take_tracks(tracks(0.0, somebody(place_m=PLACE_M)))
    (unseen,) = exercise.step(state, doing(0.1))[1]
    assert isinstance(unseen, Exercise)
    assert (unseen.valid, unseen.reason, unseen.probability, unseen.shares) == (False, Reason.TOO_WEAK, None, ())
    shown(points, 3.0, 0.2)
    (unlike,) = exercise.step(state, doing(3.1))[1]
    assert isinstance(unlike, Exercise)
    assert (unlike.valid, unlike.reason, unlike.movement) == (False, Reason.UNLIKE_LEARNED, "")


def test_a_house_that_tells_activities_asks_both_students() -> None:
    house = msgspec.structs.replace(DEMO, knowing=Knowing(agreed=("aoi", "ren")))
    asked: dict[str, Fake] = {}

    def find(name: str, features: str) -> Fake:
        says = {"exercising": 0.99, "standing": 0.01} if name == activity.STUDENT else {"jump": 0.9, "squats": 0.1}
        return asked.setdefault(name, Fake(says, name=name))

    state = knowing.start(house, known_keys.HOUSE, find)
    told: list[Exercise] = []
    radar = next(one for one in DEMO.radars if one.id == "living_radar")
    place = (radar.position_m[0], radar.position_m[1] - 1.0)
    for number in range(60):
        seen = cloud(0.1 * number, [(1.0 + 0.02 * one, 0.0, 0.0) for one in range(8)], "living_radar")
        for message in (seen, tracks(0.1 * number, somebody(place_m=place))):
            state, said = knowing.step(state, message)
            told += [one for one in said if isinstance(one, Exercise)]
    assert {one.student for one in told if one.movement == "jump"} == {exercise.SPORTS, exercise.REHABILITATION}


# The students that ship, on recordings of what they have learnt: that the house shows them what their recipes did.


def as_cloud(second: float, table: NDArray[np.float32], interval_s: float) -> PointCloud:
    """Return (point, 5) forward, sideways, up, velocity and intensity as a radar at a height of 1 m tells them."""
    forward, sideways, up, velocity, intensity = table.T.astype(np.float64)
    rows = np.zeros((len(table), len(POINT_COLUMNS)), np.float32)
    range_m = np.sqrt(forward**2 + sideways**2 + up**2)
    rows[:, 0], rows[:, 1] = range_m, velocity
    rows[:, 2] = np.arctan2(sideways, forward)
    rows[:, 3] = np.arcsin(np.clip(up / np.maximum(range_m, 1e-6), -1.0, 1.0))
    rows[:, 4:8] = 0.05
    rows[:, 8] = 10.0 * np.log10(np.maximum(intensity, 1e-3))
    return PointCloud(
        stamp=at(second),
        origin=Origin.RECORDED,
        radar="eye",
        room="living",
        index=0,
        frame_interval_s=interval_s,
        usable=True,
        count=len(rows),
        rows=rows.tobytes(),
    )


def named(name: str, frames: Iterator[tuple[float, NDArray[np.float32]]], interval_s: float) -> list[str]:
    """Return the movements that the student that ships tells of frames (second, points)."""
    points = TrackPoints.of([RADAR], exercise.KEEPS_S)
    state = exercise.start(points, [(name, find_student(name, features=exercise.FEATURES))])
    told: list[str] = []
    middle = None
    for second, table in frames:
        points.take_cloud(as_cloud(second, table, interval_s))
        moving = table[np.abs(table[:, 3]) > 0] if len(table) else table
        if len(moving):
            now = np.median(moving[:, :3], axis=0)
            middle = now if middle is None else 0.95 * middle + 0.05 * now
        if middle is not None:
            place = somebody(place_m=(float(middle[0]), -float(middle[1])))
            points.take_tracks(tracks(second, place))
            told += [
                one.movement
                for one in exercise.step(state, doing(second))[1]
                if isinstance(one, Exercise) and second > 4.0 and one.valid
            ]
    return told


def test_the_sports_student_reads_recordings_through_the_house_as_it_learnt_them(sumika_data: Path) -> None:
    from sumika.training.har import RADHAR_CLASSES, RADHAR_INTERVAL_S

    right = []
    for label in RADHAR_CLASSES:
        with np.load(sumika_data / "radhar" / f"{label}.npz", allow_pickle=False) as one:
            rows = (one["rec"] == 0) & (one["t"] < 14_000)
            table = np.column_stack((one["x"], -one["y"], one["z"], one["velocity"], one["intensity"]))[rows]
            time_s = one["t"][rows] / 1000.0
        moments = np.unique(time_s)
        frames = ((float(second), table[time_s == second].astype(np.float32)) for second in moments)
        right += [found == label for found in named(exercise.SPORTS, frames, RADHAR_INTERVAL_S)]
    assert len(right) >= 15
    assert np.mean(right) >= 0.8


def test_the_student_of_slow_movements_reads_recordings_through_the_house_as_it_learnt_them(sumika_data: Path) -> None:
    from sumika.training.har import MARS_CLASSES, MARS_INTERVAL_S

    right = []
    with np.load(sumika_data / "mars" / "subject1_movements.npz", allow_pickle=False) as one:
        tables = [one[f"movement{number + 1}"].reshape(-1, 6) for number in range(len(MARS_CLASSES))]
    for label, table in zip(MARS_CLASSES, tables, strict=True):
        frame = table[:, 0] - table[:, 0].min()
        first = [(number, table[frame == number]) for number in range(200)]
        frames = ((MARS_INTERVAL_S * number, rows[:, [2, 1, 3, 4, 5]].astype(np.float32)) for number, rows in first)
        right += [found == label for found in named(exercise.REHABILITATION, frames, MARS_INTERVAL_S)]
    assert len(right) >= 40
    assert np.mean(right) >= 0.8


def test_gestures_that_were_recorded_become_commands_and_everyday_motion_does_not(sumika_data: Path) -> None:
    house = msgspec.structs.replace(
        DEMO,
        knowing=Knowing(
            agreed=("aoi", "ren"),
            gestures=True,
            commands=(GestureCommand(gesture="circle", device="living_light", action="level", value=0.0),),
        ),
    )
    made = [one for one in _recorded_gestures(sumika_data) if one.label == CLASSES.index("circle")][:24]
    told = list(_gestures_seen(_with_rests(made)))
    assert len(told) >= 12
    assert np.mean([one.gesture == "circle" for one in told]) >= 0.9
    wished = [wish for one in told for wish in wished_by(one, house)]
    assert len(wished) >= 4
    assert {(one.device, one.value, one.why) for one in wished} == {("living_light", 0.0, "gesture: circle")}
    with np.load(sumika_data / "mhomeges" / "dailyRandom.npz", allow_pickle=False) as loaded:
        table = loaded[sorted(loaded.files)[0]]
    frame = table[:, 0] - table[:, 0].min()
    everyday = ((0.1 * number, table[frame == number][:, [2, 1, 3, 4, 5]]) for number in range(3000))
    assert [one for one in _gestures_seen(everyday) if wished_by(one, house)] == []


def _recorded_gestures(data: Path) -> Iterator[RecordedGesture]:
    yield from (one for one in read_gestures(data / "mhomeges") if one.distance == "1.8m")


def _with_rests(made: list[RecordedGesture]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield the frames of gestures, each with a rest after it."""
    nothing = np.zeros((0, 5), np.float32)
    begin_s = 0.0
    for one in made:
        number = np.rint(one.time_s / FRAME_INTERVAL_S).astype(int)
        frames = [one.points[number == at] for at in range(number.max() + 1)] + [nothing] * 8
        yield from ((begin_s + FRAME_INTERVAL_S * at, points) for at, points in enumerate(frames))
        begin_s += FRAME_INTERVAL_S * len(frames)


def _gestures_seen(frames: Iterable[tuple[float, NDArray[np.float32]]]) -> Iterator[Gesture]:
    """Yield what the student that ships tells of frames of one body at rest."""
    state = gesture.start([RADAR], find_student(gesture.STUDENT, features=gesture.FEATURES))
    middle = np.array([2.0, 0.0, 0.0])
    for second, table in frames:
        if len(table):
            state.points.take_cloud(as_cloud(second, table.astype(np.float32), FRAME_INTERVAL_S))
            middle = 0.95 * middle + 0.05 * np.median(table[:, :3], axis=0)
        _, said = gesture.step(state, tracks(second, somebody(place_m=(float(middle[0]), -float(middle[1])))))
        yield from (one for one in said if isinstance(one, Gesture))
