"""Posture is told from heights where they can be measured, and said to be unknown where they cannot."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.perception import posture
from sumika.schema import Posture, PostureKind, Reason, Track, TrackKind, Tracks
from tests.posture_scenes import HEIGHTS, Resident, everyday, tracks_at

EXPECTED = {
    "stand": PostureKind.STANDING,
    "walk": PostureKind.STANDING,
    "sit": PostureKind.SITTING,
    "bed": PostureKind.LYING,
    "floor": PostureKind.LYING,
}


def told(state: posture.PostureState, message: Tracks) -> list[Posture]:
    return [one for one in posture.step(state, message)[1] if isinstance(one, Posture)]


@pytest.mark.parametrize("what", EXPECTED)
@pytest.mark.parametrize("sigma_m", [0.05, 0.15])
def test_each_posture_is_told_within_seconds(what: str, sigma_m: float) -> None:
    resident, state, seen = Resident(np.random.default_rng(1), sigma_m=sigma_m), posture.start(), []
    for message in resident.does(what, 15.0, 0.0):
        seen += told(state, message)
    assert len(seen) == 15
    assert {one.posture for one in seen[4:]} == {EXPECTED[what]}
    assert seen[-1].reason is Reason.MEASURED
    assert seen[-1].standing + seen[-1].sitting + seen[-1].lying + seen[-1].other == pytest.approx(1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("sigma_m", "wrong_share"), [(0.08, 0.01), (0.2, 0.05)])
def test_half_an_hour_of_everyday_life(sigma_m: float, wrong_share: float) -> None:
    resident, state = Resident(np.random.default_rng(2), sigma_m=sigma_m), posture.start()
    counts: Counter[bool] = Counter()
    before, same = "", 0
    for what, message in everyday(resident, 30.0):
        same, before = (same + 1 if what == before else 0), what
        for one in told(state, message):
            if what in EXPECTED and same > 60:  # it takes seconds to change, and some more to be sure
                counts[one.posture is EXPECTED[what]] += 1
    assert counts[True] > 1000
    assert counts[False] / counts.total() < wrong_share


def test_who_keeps_still_before_a_radar_without_elevation_has_no_posture() -> None:
    resident, state, seen = Resident(np.random.default_rng(3), sigma_m=0.9), posture.start(), []
    for message in resident.does("sit", 120.0, 0.0):
        seen += told(state, message)
    last = seen[-1]
    assert (last.posture, last.reason, last.top_m) == (PostureKind.UNKNOWN, Reason.NO_ELEVATION, None)
    assert max(last.standing, last.sitting, last.lying, last.other) < 0.4


def test_probabilities_are_honest_between_two_postures() -> None:
    """A top in between leaves doubt, and where it is less sure it leaves more."""
    doubts = []
    for sigma_m in (0.05, 0.3):
        state = posture.start()
        middle = (HEIGHTS["stand"][0] + HEIGHTS["sit"][0]) / 2
        for tick in range(40):
            track = Track(
                id=1,
                position_m=(0.0, 0.0, 0.85),
                position_sigma_m=(0.1, 0.1, sigma_m),
                top_m=middle,
                top_sigma_m=sigma_m,
            )
            posture.step(state, tracks_at(tick / 10, track))
        probabilities = state.bodies[1].probabilities
        doubts.append(1 - float(probabilities.max()))
    assert doubts[1] > 0.25


def test_pets_and_robots_have_no_posture() -> None:
    resident = Resident(np.random.default_rng(4), kind=TrackKind.PET)
    state = posture.start()
    assert not any(told(state, message) for message in resident.does("floor", 5.0, 0.0))


def test_a_clock_that_runs_backwards_starts_anew() -> None:
    resident, state = Resident(np.random.default_rng(5)), posture.start()
    messages = list(resident.does("sit", 20.0, 0.0))
    for message in messages:
        posture.step(state, message)
    assert state.bodies[1].probabilities.max() > 0.9
    seen = told(state, messages[0])
    assert len(seen) == 1
    assert max(seen[0].standing, seen[0].sitting, seen[0].lying) < 0.95


anything = st.floats(allow_nan=True, allow_infinity=True)
triple = st.tuples(anything, anything, anything)


@st.composite
def garbage(draw: st.DrawFn) -> Track:
    """Return a track of any numbers at all."""
    return Track(
        id=draw(st.integers(-(2**63), 2**63 - 1)),
        kind=draw(st.sampled_from(TrackKind)),
        kind_probability=draw(anything),
        position_m=draw(triple),
        position_sigma_m=draw(triple),
        velocity_m_s=draw(triple),
        velocity_sigma_m_s=draw(triple),
        size_m=draw(triple),
        top_m=draw(anything),
        top_sigma_m=draw(anything),
        still_s=draw(anything),
    )


@given(st.lists(st.tuples(st.floats(0, 100), st.lists(garbage(), max_size=3)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_no_number_that_comes_in_makes_one_that_is_none(messages: list[tuple[float, list[Track]]]) -> None:
    state = posture.start()
    for time_s, tracks in messages:
        for one in told(state, tracks_at(time_s, *tracks)):
            assert msgspec.json.decode(msgspec.json.encode(one), type=Posture) == one
            assert min(one.standing, one.sitting, one.lying, one.other) >= 0
            assert one.standing + one.sitting + one.lying + one.other == pytest.approx(1.0)


def test_thousands_of_tracks_do_not_fill_the_memory() -> None:
    state = posture.start()
    for number in range(500):
        posture.step(state, tracks_at(number / 10, Track(id=number, position_m=(0, 0, 1), position_sigma_m=(1, 1, 1))))
    assert len(state.bodies) <= 64
