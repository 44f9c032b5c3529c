"""What is seen and is nobody: beyond walls, mirror images, above the ceiling, fans; and garbage instead of points."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.radar import tracking
from sumika.schema import Ghost, GhostCause
from sumika.schema.house import Room
from tests.tracking_points import Body, Watched, along, radar_at, rows_of

ROOM = Room(id="living", floor_m=((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0)), height_m=2.5)
WALL = radar_at("wall", "living", (1.5, 0.05, 1.5), 90.0)
FAN_M = (3.6, 3.4, 0.9)


def watched(empty: tracking.EmptyRoom | None = None) -> Watched:
    """Return the room with the radar on its wall."""
    return Watched((ROOM,), (WALL,), empty=empty, clutter=0.0)


def walker(time_s: float) -> Body:
    """Return somebody who walks to and fro before the right wall."""
    angle = 0.8 * time_s
    place = (3.4, 2.6 + math.sin(angle), 1.0)
    return Body(place, (0.0, 0.8 * math.cos(angle), 0.0))


def image(body: Body) -> Body:
    """Return what the right wall, at x = 5, shows of a body."""
    (x, y, z), (vx, vy, vz) = np.asarray(body.place_m), np.asarray(body.velocity_m_s)
    return Body((10.0 - x, y, z), (-vx, vy, vz), snr_db=18.0, points=4.0)


@pytest.mark.slow
def test_an_image_behind_a_wall_is_told_with_its_wall_and_its_owner() -> None:
    house = watched()
    house.watch(6.0, lambda time_s: [walker(time_s), image(walker(time_s))])
    (owner,) = house.ids(since_s=2.0)
    told = house.ghosts(since_s=4.0)
    mirrored = [ghost for ghost in told if ghost.cause is GhostCause.MIRROR and ghost.position_m[0] > 5.0]
    assert len(mirrored) > 0.6 * len([ghost for ghost in told if ghost.position_m[0] > 5.0])
    assert {ghost.detail for ghost in mirrored} == {"wall 2 of living"}
    assert {ghost.of_track for ghost in mirrored} == {owner}


def test_what_is_beyond_the_walls_or_above_the_ceiling_is_nobody() -> None:
    house = watched()
    house.watch(
        2.0,
        lambda time_s: [
            along((1.0, 6.0, 1.0), (0.7, 0.2, 0.0), time_s),
            Body((2.0, 2.5, 4.4), (0.3, 0.3, 0.0), (0.1, 0.1, 0.05)),
        ],
    )
    assert house.ids() == set()
    told = house.ghosts(since_s=0.5)
    assert {ghost.cause for ghost in told} == {GhostCause.OUTSIDE_ROOM, GhostCause.OUTSIDE_HEIGHT}
    for ghost in told:
        if ghost.cause is GhostCause.OUTSIDE_HEIGHT:
            assert ghost.position_m[2] > 2.5
        else:
            assert ghost.position_m[1] > 4.8


def fan(time_s: float) -> Body:
    """Return a fan whose blades come and go."""
    return Body(FAN_M, (0.0, 1.5 * math.sin(40.0 * time_s), 0.0), (0.1, 0.1, 0.1), points=4.0)


def learned() -> tracking.EmptyRoom:
    """Return what is learned in a minute of the fan alone."""
    mounting, random = tracking.mounting_of(WALL), np.random.default_rng(3)
    frames = (mounting.points(rows_of(mounting, [fan(0.05 * n)], random, clutter=0.02)) for n in range(1200))
    return tracking.learn(frames)


def test_what_moves_in_the_empty_room_is_learned_and_kept_as_json() -> None:
    empty = learned()
    assert empty.frames == 1200
    assert math.dist(empty.movers[0].middle_m, FAN_M) < 0.15
    assert empty.movers[0].points_per_frame == pytest.approx(4.0, abs=1.0)
    again = msgspec.json.decode(msgspec.json.encode(empty), type=tracking.EmptyRoom)
    assert again == empty
    points = tracking.mounting_of(WALL).points(
        rows_of(tracking.mounting_of(WALL), [fan(0.0)], np.random.default_rng(1))
    )
    assert np.array_equal(again.density(points), empty.density(points))
    assert tracking.learn([]) == tracking.EmptyRoom()


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_thin_clutter_all_over_an_empty_room_is_no_mover(seconds: float) -> None:
    random = np.random.default_rng(4)
    mounting = tracking.mounting_of(WALL)
    frames = (mounting.points(rows_of(mounting, [], random, clutter=0.05)) for _ in range(round(20 * seconds)))
    assert tracking.learn(frames).movers == ()


@pytest.mark.slow
def test_a_known_fan_is_told_as_that_and_who_passes_it_is_found() -> None:
    house = watched(learned())
    house.watch(4.0, lambda time_s: [fan(time_s)])
    assert house.ids() == set()
    told = {(ghost.cause, ghost.detail) for ghost in house.ghosts(since_s=0.0)}
    assert (GhostCause.KNOWN_MOVER, "mover 1") in told
    begin_s = house.now_s
    house.watch(2.5, lambda time_s: [fan(time_s), along((2.0, 2.0, 1.0), (0.5, 0.3, 0.0), time_s, begin_s)])
    passing = house.nearest((3.25, 2.75))
    assert passing is not None
    assert len(house.ids()) == 1


@pytest.mark.slow
def test_an_unknown_fan_is_no_person() -> None:
    house = watched()
    house.watch(12.0, lambda time_s: [fan(time_s)])
    assert house.ids() == set()
    assert GhostCause.KNOWN_MOVER in {ghost.cause for ghost in house.ghosts(since_s=9.0)}


def _finite(value: object) -> bool:
    """Return whether all numbers in a message are finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_finite(one) for one in value.values())
    if isinstance(value, list | tuple):
        return all(_finite(one) for one in value)
    return True


WILD = st.floats(width=32, allow_nan=True, allow_infinity=True)
COLUMN_LIKE = st.one_of(st.floats(-10.0, 10.0, width=32), WILD, st.just(0.0), st.just(3e38), st.just(-3e38))
ROW = st.tuples(*[COLUMN_LIKE] * 9)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    frames=st.lists(st.lists(ROW, min_size=0, max_size=6), min_size=1, max_size=5),
    breathing=st.dictionaries(st.integers(0, 5), st.floats(allow_nan=True, allow_infinity=True), max_size=4),
)
def test_garbage_gives_finite_tracks_and_no_fault(
    frames: list[list[tuple[float, ...]]], breathing: dict[int, float]
) -> None:
    mounting, random = tracking.mounting_of(WALL), np.random.default_rng(1)
    state = tracking.start((ROOM,), (WALL,))
    for number in range(12):
        good = rows_of(mounting, [along((2.0, 2.0, 1.0), (0.7, 0.3, 0.0), 0.05 * number)], random)
        wild = np.array(frames[number % len(frames)], np.float32).reshape(-1, 9)
        state, result = tracking.step(state, "wall", np.concatenate((good, wild)), 0.05 * number, breathing)
        told: list[Ghost | object] = [*result.tracks, *result.candidates, *result.ghosts]
        assert _finite(msgspec.to_builtins(told))
        for target in tracking.targets(state, "wall"):
            assert all(math.isfinite(getattr(target, name)) for name in ("range_m", "azimuth_rad", "elevation_rad"))
