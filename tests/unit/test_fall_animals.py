"""An animal that jumps down, or goes off with a person's track, has not fallen; nor has an image below the floor."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.perception import fall
from sumika.perception._drops import Descent
from sumika.perception._fall_animals import above_floor, no_leap, person_by_descent
from sumika.schema import FallStage, SuspectedFall, Track, TrackKind, Tracks
from tests.posture_scenes import Resident

LIES = Descent(top_m=0.9, low_m=0.14, sigma_m=0.12, speed_m_s=1.1, low_s=6.0, rush_m_s=1.2)
numbers = st.floats(-3.0, 3.0)


def told(state: fall.FallState, messages: list[Tracks]) -> list[SuspectedFall]:
    return [one for message in messages for one in fall.step(state, message)[1] if isinstance(one, SuspectedFall)]


def suspected(state: fall.FallState, messages: list[Tracks]) -> set[int]:
    return {one.track for one in told(state, messages) if one.stage is FallStage.SUSPECTED}


def test_nobody_lies_below_the_floor() -> None:
    depths = [above_floor(replace(LIES, low_m=low_m)) for low_m in (0.14, 0.05, -0.04, -0.15)]
    assert depths == sorted(depths, reverse=True)
    assert depths[0] > 0.99
    assert depths[2] == pytest.approx(0.5)
    assert depths[3] < 0.01


def test_a_middle_that_leaps_while_its_points_keep_still_did_not_fall() -> None:
    leap = replace(LIES, speed_m_s=3.5, rush_m_s=0.01)
    assert no_leap(leap) < 0.01
    assert no_leap(replace(leap, rush_m_s=2.5)) > 0.99
    assert no_leap(replace(leap, speed_m_s=1.2)) > 0.99  # falls across the radar's sight: its points tell little
    assert no_leap(replace(leap, rush_m_s=None)) == 1.0


def test_among_animals_who_went_far_or_walks_or_came_from_low_is_the_less_surely_a_person() -> None:
    def person(upright_s: float = 2.0, **changes: float) -> float:
        return person_by_descent(0.5, replace(LIES, **changes), upright_s=upright_s)

    assert person() > 0.9
    assert person() > person(left_m=0.8) > person(left_m=1.4)
    assert person() > person(walks_m_s=0.6) > person(walks_m_s=0.9)
    assert person() > person(top_m=0.7) > person(top_m=0.55)
    assert person() > person(upright_s=0.0)
    assert person(left_m=2.0, walks_m_s=1.0) < 0.02
    # One that jumped off a sofa, and went half a metre, is the likelier an animal; who came from higher is not.
    assert person(left_m=0.55, top_m=0.55) < 0.25 < 0.75 < person(left_m=0.55, top_m=0.9)


@settings(max_examples=100, deadline=None)
@given(numbers, numbers, st.floats(0, 20), st.floats(0, 20), st.floats(0, 1), st.floats(0, 1e4), st.floats(0, 9))
def test_whatever_came_down_has_probabilities(
    top_m: float, low_m: float, left_m: float, walks_m_s: float, person: float, upright_s: float, speed_m_s: float
) -> None:
    one = replace(LIES, top_m=top_m, low_m=low_m, left_m=left_m, walks_m_s=walks_m_s, speed_m_s=speed_m_s)
    for share in (person_by_descent(person, one, upright_s=upright_s), above_floor(one), no_leap(one)):
        assert 0.0 <= share <= 1.0


def fallen_and_animal(number: int, track: Track, *, goes_m: float, lies: bool) -> tuple[Track, ...]:
    """Return who fell at frame 60, whose track goes away low from frame 80 on, and who lies there on another track."""
    track = msgspec.structs.replace(track, kind_probability=0.97 if number < 80 else 0.6)
    x, y, z = track.position_m
    animal = msgspec.structs.replace(track, position_m=(x + goes_m * min(1.0, max(0.0, (number - 80) / 15)), y, z))
    there = msgspec.structs.replace(track, id=2, kind=TrackKind.PERSON, kind_probability=0.5)
    return (animal, there) if lies and number > 70 else (animal,)


@pytest.mark.parametrize(
    "lies",
    [
        True,  # the animal goes off with the track: who fell is found on the other one
        False,  # nobody is left there: it was the animal that came down
    ],
)
def test_who_lies_where_an_animal_took_his_track_along_stays_suspected(lies: bool) -> None:
    walks = Resident(np.random.default_rng(6), sigma_m=0.05, kind=TrackKind.PERSON)
    life = [*walks.does("walk", 6.0, 0.0), *walks.does("floor", 20.0, 0.6)]
    messages = [
        msgspec.structs.replace(one, tracks=fallen_and_animal(number, one.tracks[0], goes_m=2.0, lies=lies))
        for number, one in enumerate(life)
    ]
    found = [one for one in told(fall.start(animals=True), messages) if one.stage is FallStage.SUSPECTED]
    assert bool(found) is lies
    there_m = messages[-1].tracks[-1].position_m
    assert all(math.dist(one.position_m, there_m) < 0.5 for one in found)


def test_how_fast_and_how_far_a_low_body_goes_is_told() -> None:
    resident = Resident(np.random.default_rng(2), sigma_m=0.02, kind=TrackKind.PERSON)
    life = [*resident.does("walk", 6.0, 0.0), *resident.does("floor", 8.0, 0.6)]
    ways = []
    for goes_m_s in (0.0, 0.8):
        state = fall.start()
        for number, one in enumerate(life):
            (track,) = one.tracks
            x, y, z = track.position_m
            on_m = goes_m_s * min(2.0, max(0.0, (number - 70) / 10))
            moved = msgspec.structs.replace(track, position_m=(x + on_m, y, z))
            fall.step(state, msgspec.structs.replace(one, tracks=(moved,)))
        descent = state.bodies[1].memory.descent()
        assert descent is not None
        ways.append((descent.left_m, descent.walks_m_s))
    (stayed_m, still_m_s), (went_m, walked_m_s) = ways
    assert (stayed_m, still_m_s) == pytest.approx((0.0, 0.0), abs=0.05)
    assert went_m == pytest.approx(1.6, abs=0.15)
    assert walked_m_s == pytest.approx(0.8, abs=0.1)
