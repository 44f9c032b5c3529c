"""People on tracks from points: crossing, standing, sitting down, from room to room; pets and robots."""

import math

import numpy as np
import pytest

from sumika.radar import tracking
from sumika.schema import TrackKind
from sumika.schema.house import Room
from tests.tracking_points import Body, Watched, along, radar_at, rows_of

ROOM = Room(id="living", floor_m=((0.0, 0.0), (5.0, 0.0), (5.0, 6.0), (0.0, 6.0)))
WALL = radar_at("wall", "living", (2.5, 0.05, 1.6), 90.0)


def living(seed: int = 1) -> Watched:
    """Return a living room with a radar on its wall."""
    return Watched((ROOM,), (WALL,), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_two_people_who_cross_keep_who_they_are(seed: int) -> None:
    house = living(seed)
    first, second = ((0.8, 2.4, 1.0), (0.9, 0.25, 0.0)), ((4.2, 2.5, 1.0), (-0.9, 0.25, 0.0))

    def both(time_s: float) -> list[Body]:
        return [along(*first, time_s), along(*second, time_s)]

    house.watch(1.2, both)
    before = [house.nearest(np.asarray(body.place_m)) for body in both(house.now_s)]
    house.watch(2.4, both)
    after = [house.nearest(np.asarray(body.place_m)) for body in both(house.now_s)]
    ids = [track.id for track in before + after if track is not None]
    assert len(ids) == 4
    assert ids[0] != ids[1]
    assert ids[:2] == ids[2:]
    assert house.ids() == set(ids)


@pytest.mark.slow
def test_who_stands_still_and_goes_on_is_the_same() -> None:
    house = living()
    house.watch(2.0, lambda time_s: [along((1.5, 2.0, 1.0), (0.6, 0.5, 0.0), time_s)])
    place = (2.7, 3.0, 1.0)
    there = house.nearest(place)
    house.watch(3.0, lambda _: [Body(place, points=0.5)])
    standing = house.nearest(place)
    assert there is not None
    assert standing is not None
    assert standing.still_s > 1.5
    assert there.still_s < 1.0
    house.watch(2.0, lambda time_s: [along(place, (0.0, 0.8, 0.0), time_s, 5.0)])
    gone_on = house.nearest((2.7, 4.6))
    assert gone_on is not None
    assert there.id == standing.id == gone_on.id
    assert gone_on.still_s < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("height_m", [4.7, -0.9])
def test_a_body_above_the_ceiling_or_under_the_floor_is_told_no_more(height_m: float) -> None:
    house = living()
    house.watch(2.0, lambda time_s: [along((1.5, 2.0, 1.0), (0.6, 0.5, 0.0), time_s)])
    assert len(house.ids()) == 1
    # Held by breathing alone nobody has a height: a prediction may carry them anywhere.
    house.state.tracks[0].mean[2] = height_m
    house.watch(0.1, lambda _: [])
    assert all(-0.3 < track.position_m[2] < 2.8 for track in house.seen[-1][1].tracks)


@pytest.mark.slow
def test_who_sits_down_is_lower_thereafter() -> None:
    house = living()
    house.watch(2.5, lambda time_s: [along((1.5, 2.0, 0.95), (0.4, 0.3, 0.0), time_s)])
    place = (2.5, 2.75)
    standing = house.nearest(place)
    house.watch(1.0, lambda time_s: [along((*place, 0.95), (0.0, 0.0, -0.4), time_s, 2.5)])
    house.watch(2.0, lambda _: [Body((*place, 0.55), spread_m=(0.12, 0.12, 0.2))])
    sitting = house.nearest(place)
    assert standing is not None
    assert sitting is not None
    assert sitting.id == standing.id
    assert standing.position_m[2] - sitting.position_m[2] == pytest.approx(0.4, abs=0.15)
    assert standing.top_m - sitting.top_m > 0.2


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "middle_m"), [(TrackKind.PET, 0.22), (TrackKind.ROBOT, 0.05)])
def test_what_is_low_is_no_person_after_five_seconds(kind: TrackKind, middle_m: float) -> None:
    house = living()

    def goes(time_s: float) -> list[Body]:
        angle = 0.5 * time_s
        place = (2.5 + math.sin(angle), 3.0 - math.cos(angle), middle_m)
        return [Body(place, (0.5 * math.cos(angle), 0.5 * math.sin(angle), 0.0), (0.1, 0.1, 0.04))]

    house.watch(8.0, goes)
    told = [track for time_s, result in house.seen if time_s > 5.0 for track in result.tracks]
    assert told
    assert all(track.kind is not TrackKind.PERSON for track in told)
    assert told[-1].kind in {TrackKind.PET, TrackKind.ROBOT}
    if kind is TrackKind.PET:
        assert told[-1].kind is kind


def test_a_person_is_one() -> None:
    house = living()
    house.watch(3.0, lambda time_s: [along((1.0, 2.0, 0.95), (0.7, 0.5, 0.0), time_s)])
    (track,) = house.seen[-1][1].tracks
    assert track.kind is TrackKind.PERSON
    assert track.kind_probability > 0.9
    assert track.room == "living"
    assert track.radars == ("wall",)


LEFT = Room(id="left", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)))
RIGHT = Room(id="right", floor_m=((4.0, 0.0), (8.0, 0.0), (8.0, 4.0), (4.0, 4.0)))


def flat() -> Watched:
    """Return two rooms with a radar in each."""
    radars = (radar_at("l", "left", (2.0, 0.05, 1.5), 90.0), radar_at("r", "right", (6.0, 0.05, 1.5), 90.0))
    return Watched((LEFT, RIGHT), radars)


def sees(radar: str, body: Body) -> bool:
    """Return whether a radar's own room holds a body; half a metre beside the wall nobody is seen."""
    x = float(np.asarray(body.place_m)[0])
    return x < 3.6 if radar == "l" else x > 4.6


@pytest.mark.slow
def test_who_goes_through_a_door_and_is_found_behind_it_is_the_same() -> None:
    house = flat()
    house.watch(2.0, lambda time_s: [along((2.0, 2.0, 1.0), (0.8, 0.0, 0.0), time_s)], sees)
    before = house.ids()
    house.watch(3.5, lambda time_s: [along((2.0, 2.0, 1.0), (0.8, 0.0, 0.0), time_s)], sees)
    found = house.nearest((6.4, 2.0))
    assert found is not None
    assert found.room == "right"
    assert before == {found.id}
    assert house.ids() == before


@pytest.mark.slow
def test_a_stranger_elsewhere_is_another() -> None:
    house = flat()
    house.watch(2.0, lambda time_s: [along((1.0, 2.0, 1.0), (0.6, 0.3, 0.0), time_s)], sees)
    before = house.ids()
    house.watch(6.0, lambda _: [], sees)
    begin_s = house.now_s
    house.watch(2.0, lambda time_s: [along((7.5, 1.0, 1.0), (-0.4, 0.8, 0.0), time_s, begin_s)], sees)
    stranger = house.nearest((6.7, 2.6))
    assert stranger is not None
    assert stranger.id not in before


@pytest.mark.slow
def test_a_clock_that_jumps_back_loses_nobody() -> None:
    house = living()
    house.watch(2.0, lambda time_s: [along((1.5, 2.0, 1.0), (0.5, 0.5, 0.0), time_s)])
    before = house.ids()
    mounting, random = tracking.mounting_of(WALL), np.random.default_rng(5)
    for number in range(40):
        place = (2.5 + 0.025 * number, 3.0, 1.0)
        rows = rows_of(mounting, [Body(place, (0.5, 0.0, 0.0))], random)
        house.state, result = tracking.step(house.state, "wall", rows, -100.0 + 0.05 * number)
    (track,) = result.tracks
    assert {track.id} == before
    assert track.age_s == pytest.approx(4.0, abs=0.3)
    assert math.dist(track.position_m[:2], place[:2]) < 0.3


def test_the_same_points_give_the_same_tracks() -> None:
    results = []
    for _ in range(2):
        house = living(7)
        house.watch(2.0, lambda time_s: [along((1.5, 2.0, 1.0), (0.5, 0.5, 0.0), time_s)])
        results.append(house.seen)
    assert results[0] == results[1]
