"""Acted bodies fall, crouch and sit as their poses say; scenes of falls end on the floor, and others do not."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.schema.living import FurnitureKind
from sumika.world.exchange.leg import Posture
from sumika.world.radar_scene.acted_body import KeyPose, course_of
from sumika.world.radar_scene.acted_moves import Actor
from sumika.world.radar_scene.acted_scenes import ActedScene, acted_body, acted_frames, chance_stage, resting_place
from sumika.world.radar_scene.acted_shapes import HIPS_M, SHAPES
from sumika.world.radar_scene.body import CHEST_PARTS, PARTS, TRUNK_PARTS
from sumika.world.radar_scene.falling_scenes import FALLS, NEAR_FALLS, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform
from sumika.world.radar_scene.path import RATE_HZ
from sumika.world.radar_scene.sight import is_inside

RADAR = living_waveform("iwr6843aop")


def actor(seed: int = 1, tall_m: float = 1.75) -> Actor:
    return Actor(np.random.default_rng(seed), tall_m, (2.0, 2.0))


def heights(acted: ActedScene, since_s: float, until_s: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the height of the trunk of who acts, ten times a second."""
    body = acted.scene.people[0]
    return np.array([body.points(time)[TRUNK_PARTS, 2].mean() for time in np.arange(since_s, until_s, 0.1)])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_is_a_body_and_rests_on_the_floor_as_high_as_it_says(name: str) -> None:
    shape = SHAPES[name]
    assert shape.parts_m.shape == (PARTS, 3)
    assert np.linalg.norm(shape.front) == pytest.approx(1.0)
    trunk = shape.parts_m[TRUNK_PARTS]
    assert np.linalg.norm(trunk[6] - trunk[7]) == pytest.approx(0.74)  # bent or not, a trunk is as long as it is
    if name in HIPS_M:
        lowest_m = HIPS_M[name] + shape.parts_m[:, 2].min()
        assert -0.05 <= lowest_m < 0.25


@pytest.mark.parametrize(
    ("towards_rad", "head", "front"),
    [
        (0.0, (1.0, 0.0), (0.0, 0.0, -1.0)),
        (math.pi, (-1.0, 0.0), (0.0, 0.0, 1.0)),
        (math.pi / 2, (0.0, 1.0), (1.0, 0.0, 0.0)),
    ],
)
def test_who_falls_lies_with_the_head_where_he_fell_to(
    towards_rad: float, head: tuple[float, float], front: tuple[float, float, float]
) -> None:
    one = actor()
    one.wait(1.0)
    impact_s = one.fall(towards_rad, 0.7, slips_m=0.4)
    course = course_of(one.poses, one.tall_m, np.random.default_rng(0))
    assert course.seconds == pytest.approx(impact_s)
    last = course.parts_m[-1]
    way = last[6, :2] - last[7, :2]
    assert way / np.linalg.norm(way) == pytest.approx(head, abs=0.05)
    assert course.front[-1] == pytest.approx(front, abs=0.05)
    assert last[TRUNK_PARTS, 2].max() < 0.35
    assert course.path.posture(impact_s) is Posture.LYING
    fastest = np.diff(course.parts_m[:, TRUNK_PARTS, 2].mean(axis=1)).min() * RATE_HZ
    assert -3.5 < fastest < -1.0


def test_a_stature_scales_the_whole_body() -> None:
    tops = []
    for tall_m in (1.45, 1.85):
        one = actor(tall_m=tall_m)
        one.wait(1.0)
        tops.append(course_of(one.poses, tall_m, np.random.default_rng(0)).parts_m[-1, 6, 2])
    assert tops[1] / tops[0] == pytest.approx(1.85 / 1.45)


def test_breath_moves_a_lying_chest_towards_the_radar_and_a_back_hardly() -> None:
    moved = []
    for towards_rad in (math.pi, 0.0):
        one = actor()
        one.wait(0.5)
        one.fall(towards_rad, 0.6, slips_m=0.3)
        one.wait(10.0)
        body = acted_body(np.random.default_rng(5), 1, one, 12.0)
        above = np.array((*body.path.place_m[-1], 2.4))
        seen = np.array([body.points(time, above)[CHEST_PARTS, 2].mean() for time in np.arange(3.0, 11.0, 0.1)])
        moved.append(float(np.ptp(seen)))
    assert moved[0] > 2.0 * moved[1] > 0.0


def test_one_pose_is_no_course() -> None:
    with pytest.raises(ValueError, match="two are the fewest"):
        course_of([KeyPose(seconds=0.0, at_m=(0.0, 0.0), hip_m=0.9)], 1.7, np.random.default_rng(0))


@pytest.mark.parametrize("what", sorted(FALLS))
def test_a_fall_ends_on_the_floor_within_the_room(what: str) -> None:
    for seed in (1, 2):
        acted = falling_scene(seed, RADAR, what)
        assert acted.what == what
        assert acted.impact_s is not None
        assert acted.scene.seconds == pytest.approx(acted.impact_s + 12.0)
        before = heights(acted, max(0.0, acted.impact_s - 4.0), acted.impact_s)
        after = heights(acted, acted.impact_s + 0.1, acted.scene.seconds - 0.1)
        assert after.max() < 0.4
        assert before.max() > after.max() + 0.2
        place = acted.scene.people[0].path.place_m[-1]
        assert is_inside(place, acted.stage.room)


@pytest.mark.parametrize("what", sorted(NEAR_FALLS))
def test_what_looks_like_a_fall_is_none(what: str) -> None:
    for seed in (1, 2):
        acted = nearly_falling_scene(seed, RADAR, what)
        assert acted.impact_s is None
        levels = heights(acted, 0.0, acted.scene.seconds - 0.1)
        assert levels.max() > 0.7
        last = levels[-20:]
        assert last.min() > 0.3 or what == "lie_on_mat"
        if what == "catch":
            assert levels.min() < 0.62


def test_a_scene_gives_the_same_frames_again_with_its_truth() -> None:
    first, again, other = (
        list(itertools.islice(acted_frames(falling_scene(seed, RADAR, "walking")), 3)) for seed in (3, 3, 4)
    )
    for one, two, three in zip(first, again, other, strict=True):
        assert one.samples.tobytes() == two.samples.tobytes()
        assert one.samples.tobytes() != three.samples.tobytes()
        assert one.truth.people[0].position_m == two.truth.people[0].position_m
    rarely = list(itertools.islice(acted_frames(falling_scene(3, RADAR, "walking"), lambda time_s: False), 3))
    assert len({frame.truth.people[0].position_m for frame in rarely}) == 1
    assert rarely[2].samples.tobytes() == first[2].samples.tobytes()


def test_a_pet_that_jumps_comes_down_from_the_sofa() -> None:
    acted = nearly_falling_scene(5, RADAR, "pet_jumps")
    (pet,) = acted.scene.animals
    assert pet.points(0.0)[:, 2].min() > 0.45
    assert pet.points(acted.scene.seconds)[:, 2].min() < 0.2


@given(st.integers(0, 10_000), st.sampled_from(["iwr6843isk", "iwr6843aop"]))
@settings(max_examples=20, deadline=None)
def test_every_stage_is_a_room_that_a_radar_looks_into(seed: int, model: str) -> None:
    description = living_waveform(model)
    stage = chance_stage(np.random.default_rng(seed), description, (FurnitureKind.BED, FurnitureKind.SOFA))
    x, y, z = stage.radar.position_m
    assert is_inside(np.array((x, y)), stage.room)
    assert 1.0 < z < stage.room.height_m
    assert (stage.radar.pitch_deg > -40.0) or model == "iwr6843aop"
    assert {place.name for place in stage.places} == {"bed", "sofa"}
    assert stage.piece(FurnitureKind.SOFA).kind is FurnitureKind.SOFA
    with pytest.raises(KeyError):
        stage.piece(FurnitureKind.TV)
    sofa = resting_place(stage.piece(FurnitureKind.SOFA))
    assert np.ptp(np.array(sofa.floor_m), axis=0) == pytest.approx(sorted((0.85, 1.7)), abs=0.9)
