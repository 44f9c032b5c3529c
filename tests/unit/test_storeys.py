"""Rooms lie over each other: who is upstairs is told upstairs, and nothing of one storey is taken for another's."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from sumika.evaluate.radar.simulated_frames import simulated_frames
from sumika.perception import activity, house_falls, knowing, people, sight
from sumika.perception._track_points import TrackPoints
from sumika.perception.empty_house import learn_house
from sumika.perception.storeys import Storeys
from sumika.radar.target import Target
from sumika.radar.tracking import EmptyRoom, HousePoints, mounting_of
from sumika.runtime.table import nodes_of
from sumika.schema import FallStage, HeldBy, Origin, PointCloud, SuspectedFall, Track, Tracks
from sumika.schema.house import DemoSource, House, Radar, Room
from sumika.schema.knowing_settings import Knowing
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.radar_scene import walking_scene
from tests.knowing_helpers import at, somebody, tracks
from tests.posture_scenes import Resident

FLOOR = ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))
LIVING, BEDROOM = (Room(id=name, floor_m=FLOOR, storey=storey) for name, storey in (("living", 1), ("bedroom", 2)))
DOWN, UP = (
    Radar(
        id=radar, room=room, model="iwr6843isk", position_m=(2.5, 0.1, 1.0), yaw_deg=90.0, source=DemoSource()
    )
    for radar, room in (("down", "living"), ("up", "bedroom"))
)  # fmt: skip
HOUSE = House(rooms=(LIVING, BEDROOM), radars=(DOWN, UP))
STOREYS = Storeys.of(HOUSE.rooms, HOUSE.radars)
EVERY_S = 0.1


def cloud(radar: Radar, second: float, number: int = 0) -> PointCloud:
    """Return so many points of somebody who walks to and fro in front of a radar."""
    random = np.random.default_rng(round(1000 * second))
    away_m, speed_m_s = 2.5 - 1.2 * math.cos(0.6 * second), 0.72 * math.sin(0.6 * second)
    rows = np.tile(np.array([away_m, speed_m_s, 0.0, 0.0, 0.02, 0.05, 0.03, 0.02, 30.0]), (number, 1))
    rows[:, :4] += random.standard_normal((number, 4)) * (0.08, 0.15, 0.04, 0.05)
    plain = PointCloud(
        stamp=at(second),
        origin=Origin.LIVE,
        radar=radar.id,
        room=radar.room,
        index=round(second / EVERY_S),
        frame_interval_s=EVERY_S,
        usable=True,
    )
    return plain.with_points(rows)


def told(state: people.PeopleState, begin_s: float, end_s: float, **points: int) -> Iterator[Tracks]:
    """Yield everybody; of each radar that speaks it is said how many points it sees."""
    for number in range(round(begin_s / EVERY_S), round(end_s / EVERY_S)):
        for part, radar in enumerate((DOWN, UP)):
            if radar.id in points:
                state, said = people.step(state, cloud(radar, EVERY_S * number + 0.05 * part, points[radar.id]))
                yield from (one for one in said if isinstance(one, Tracks))


def test_who_walks_upstairs_is_upstairs() -> None:
    state = people.start(HOUSE.rooms, HOUSE.radars)
    *_, last = told(state, 0.0, 6.0, down=0, up=8)
    assert [(track.room, track.storey) for track in last.tracks] == [("bedroom", 2)]


def test_two_people_one_above_the_other_are_two_and_share_no_number() -> None:
    state = people.start(HOUSE.rooms, HOUSE.radars)
    course = list(told(state, 0.0, 10.0, down=8, up=8))
    assert [(track.room, track.storey) for track in course[-1].tracks] == [("living", 1), ("bedroom", 2)]
    by_number: dict[int, set[int | None]] = {}
    for message in course:
        for track in (*message.tracks, *message.candidates):
            by_number.setdefault(track.id, set()).add(track.storey)
    assert all(len(storeys) == 1 for storeys in by_number.values())
    assert {ghost.storey for message in course for ghost in message.ghosts} <= {1, 2}


def test_a_storey_whose_radar_falls_silent_is_remembered_for_a_while_and_then_not_known() -> None:
    state = people.start(HOUSE.rooms, HOUSE.radars)
    *_, seen = told(state, 0.0, 6.0, down=0, up=8)
    *_, soon = told(state, 6.0, 9.0, down=0)
    assert [(one.id, one.held_by, one.radars) for one in soon.tracks] == [(seen.tracks[0].id, HeldBy.MEMORY, ())]
    assert soon.blind == ("bedroom",)
    *_, later = told(state, 8.0 + people.UNWATCHED_S, 8.5 + people.UNWATCHED_S, down=0)
    assert (later.tracks, later.candidates, later.blind) == ((), (), ("bedroom",))


@pytest.mark.parametrize(
    ("storey", "room", "seen_by"),
    [(1, "", "down"), (2, "", "up"), (None, "living", "down"), (None, "bedroom", "up"), (None, "", "both")],
)
def test_a_body_is_on_the_storey_that_is_told_or_that_of_its_room(storey: int | None, room: str, seen_by: str) -> None:
    track = msgspec.structs.replace(somebody(room=room), storey=storey)
    assert [STOREYS.sees(radar, track) for radar in ("down", "up")] == [seen_by != "up", seen_by != "down"]
    here = [number for number in STOREYS.watched if STOREYS.on(tracks(0.0, track), number).tracks]
    assert here == [2 if seen_by == "up" else 1]  # one of whom nothing is known is on one of them, too
    flat = Storeys.of((LIVING,), (DOWN,))
    assert flat.sees("down", track)
    assert flat.on(tracks(0.0, track), 1).tracks == (track,)


@pytest.mark.parametrize(("storeys", "points"), [(STOREYS, 0), (None, 24)])
def test_points_of_a_radar_upstairs_are_not_given_to_a_body_downstairs(storeys: Storeys | None, points: int) -> None:
    kept = TrackPoints.of(HOUSE.radars, 10.0, storeys)
    for second in (0.1, 0.2, 0.3):
        message = cloud(UP, second, 8)
        kept.take_cloud(message)
        kept.take_tracks(tracks(second, msgspec.structs.replace(somebody(place_m=(2.5, 1.4)), storey=1)))
    assert len(kept.window(1, "up", 0.0, 1.0).points) == points


def test_whoever_looks_at_points_in_the_house_knows_its_storeys() -> None:
    wants = msgspec.structs.replace(HOUSE, knowing=Knowing(gestures=True, poses=True))
    state = knowing.start(wants, "house", lambda name, features: None)
    looked = [part.state.points.storeys for part in state.parts if hasattr(part.state, "points")]
    assert len(looked) == 3
    assert isinstance(state.parts[0].state, activity.ActivityState)
    assert {one.watched for one in looked} == {(1, 2)}


@pytest.mark.slow
def test_a_radar_measures_the_breath_of_those_on_its_storey_only(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = walking_scene(41, people=1, seconds=0.2)
    frame = next(frame for frame, _ in simulated_frames(scene))
    radar = scene.radars[0]
    above = msgspec.structs.replace(scene.rooms[0], id="above", storey=2)
    other = msgspec.structs.replace(radar, id="other", room="above")
    asked: list[int] = []

    def measure(eyes: object, found: object, targets: list[Target], time_s: float) -> dict[int, object]:
        asked.extend(target.id for target in targets)
        return {}

    monkeypatch.setattr(sight, "measure", measure)
    state = sight.start(radar, Storeys.of((*scene.rooms, above), (radar, other)))
    bodies = (
        msgspec.structs.replace(somebody(1), storey=1),
        msgspec.structs.replace(somebody(2), storey=2),
        somebody(3, room="above"),
    )
    everybody = Tracks(stamp=frame.notice.stamp, origin=Origin.LIVE, source="house", tracks=bodies, candidates=bodies)
    for message in (everybody, frame):
        state, _ = sight.step(state, message)
    assert asked == [1, 1]


def fallen(storey: int | None, place: tuple[float, float] = (1.0, 1.0)) -> list[Tracks]:
    """Return somebody who stands on a storey, falls and lies there."""
    resident = Resident(np.random.default_rng(1), sigma_m=0.08, place=place)
    life = [*resident.does("stand", 5.0, 1.0), *resident.does("floor", 15.0, 0.7)]
    return [with_track(message, storey=storey, room="") for message in life]


def with_track(message: Tracks, **changes: object) -> Tracks:
    bodies: tuple[Track, ...] = tuple(msgspec.structs.replace(track, **changes) for track in message.tracks)
    return msgspec.structs.replace(message, tracks=bodies)


def stages(state: house_falls.HouseFalls, messages: list[Tracks]) -> list[FallStage]:
    said = [one for message in messages for one in house_falls.step(state, message)[1]]
    return [one.stage for one in said if isinstance(one, SuspectedFall)]


@pytest.mark.parametrize(("storey", "cleared"), [(1, True), (2, False)])
def test_who_lies_downstairs_is_not_up_because_somebody_stands_above_the_place(storey: int, cleared: bool) -> None:
    state, life = house_falls.start(HOUSE), fallen(1)
    assert stages(state, life)[-1] is FallStage.SUSPECTED
    resident = Resident(np.random.default_rng(2), sigma_m=0.08, id=9, place=life[-1].tracks[0].position_m[:2])
    resident.time_s = 21.0
    after = [with_track(one, storey=storey, room="") for one in resident.does("stand", 10.0, 0.0)]
    lost = [msgspec.structs.replace(life[-1], stamp=life[-1].stamp.later(10**8 * n), tracks=()) for n in range(1, 5)]
    assert (FallStage.CLEARED in stages(state, [*lost, *after])) is cleared


@pytest.mark.parametrize(("room", "suspected"), [("living", False), ("bedroom", True)])
def test_a_bed_upstairs_bears_nobody_downstairs(room: str, suspected: bool) -> None:
    bed = Furniture(kind=FurnitureKind.BED, room=room, at_m=(1.0, 1.0), height_m=0.1)
    state = house_falls.start(msgspec.structs.replace(HOUSE, furniture=(bed,)))
    assert (FallStage.SUSPECTED in stages(state, fallen(1))) is suspected


def fan(random: np.random.Generator) -> HousePoints:
    """Return what a radar sees of a fan at (2.5, 2.5)."""
    rows = np.tile(np.array([2.4, 0.5, 0.0, 0.0, 0.02, 0.05, 0.03, 0.02, 30.0]), (3, 1))
    rows[:, :4] += random.standard_normal((3, 4)) * (0.05, 1.0, 0.02, 0.05)
    return mounting_of(DOWN).points(rows)


def test_a_fan_is_learned_on_its_storey_and_explains_nothing_on_another() -> None:
    random = np.random.default_rng(5)
    frames = {"down": [fan(random) for _ in range(50)], "up": [fan(random) for _ in range(50)]}
    found = learn_house(frames, STOREYS)
    assert [(one.name, one.storey) for one in found.movers] == [("mover 1", 1), ("mover 2", 2)]
    assert found.frames == 100
    flat = learn_house({"down": frames["down"]}, Storeys.of((LIVING,), (DOWN,)))
    assert [one.storey for one in flat.movers] == [None]
    for empty, above in ((flat, 1), (EmptyRoom(movers=found.movers[:1]), 0)):
        state = people.start(HOUSE.rooms, HOUSE.radars, empty)
        known = [one.tracking.empty for one in state.followed.values()]
        assert [len(one.movers) for one in known if one is not None] == [1, above]


def test_points_go_to_the_falls_of_their_storey() -> None:
    state = house_falls.start(HOUSE)
    for message in (cloud(UP, 1.0, 8), msgspec.structs.replace(cloud(DOWN, 1.0, 8), radar="elsewhere")):
        assert house_falls.step(state, message)[1] == ()
    assert [len(one.points.frames) for one in state.falls.values()] == [0, 1]


def test_the_nodes_of_a_house_know_its_storeys() -> None:
    nodes = {node.name: node.step for node in nodes_of(HOUSE) if node.step is not None}
    followed = nodes["people"].start(HOUSE, "house")
    assert isinstance(followed, people.PeopleState)
    assert list(followed.followed) == [1, 2]
    falls = nodes["fall"].start(HOUSE, "house")
    assert isinstance(falls, house_falls.HouseFalls)
    assert list(falls.falls) == [1, 2]
    eyes = nodes["radar.up.sight"].start(HOUSE, "up")
    assert isinstance(eyes, sight.SightState)
    assert eyes.storeys.radars == {"down": 1, "up": 2}
