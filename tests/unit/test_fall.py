"""Falls are suspected when somebody came down fast and lies still; everyday life is not taken for one."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.config import demo_house
from sumika.perception import fall
from sumika.perception._fall_same_body import number_for
from sumika.schema import FallStage, Reason, RestingPlace, SuspectedFall, Track, TrackKind, Tracks
from sumika.schema.living import Furniture, FurnitureKind
from tests.posture_scenes import BED, Resident, everyday, tracks_at
from tests.unit.test_posture import garbage

PLACES = (RestingPlace(name="bed", floor_m=BED, height_m=0.45),)


def told(state: fall.FallState, messages: list[Tracks]) -> list[SuspectedFall]:
    return [one for message in messages for one in fall.step(state, message)[1] if isinstance(one, SuspectedFall)]


def stages(messages: list[Tracks]) -> list[FallStage]:
    """Return the stages in their order, each once."""
    seen: list[FallStage] = []
    for one in told(fall.start(PLACES), messages):
        if not seen or seen[-1] is not one.stage:
            seen.append(one.stage)
    return seen


def test_a_fall_goes_through_its_stages_and_is_cleared_when_the_person_is_up() -> None:
    resident = Resident(np.random.default_rng(1), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 30.0, 0.7), *resident.does("stand", 6.0, 2.0)]
    seen = told(fall.start(), life)
    order = [FallStage.CANDIDATE, *[FallStage.SUSPECTED] * (len(seen) - 2), FallStage.CLEARED]
    assert [one.stage for one in seen] == order
    assert len(seen) > 20
    suspected = seen[2]
    assert suspected.reason is Reason.LYING_STILL
    assert suspected.probability > 0.8
    assert 0 <= suspected.sigma < 0.5
    assert suspected.drop_m > 0.5
    assert suspected.drop_speed_m_s > 0.6
    assert suspected.middle_m < 0.3
    assert seen[1].still_s >= fall.LYING_S
    assert seen[-1].reason is Reason.UP_AGAIN


@pytest.mark.parametrize(
    ("what", "change_s"),
    [("sit", 0.4), ("floor_sit", 0.8), ("crouch", 0.5), ("bed", 0.8), ("floor", 6.0), ("bend", 0.6)],
)
def test_other_ways_down_are_none(what: str, change_s: float) -> None:
    for seed in range(5):
        resident = Resident(np.random.default_rng(seed), sigma_m=0.08)
        life = [
            *resident.does("walk", 5.0, 1.0),
            *resident.does(what, 20.0, change_s),
            *resident.does("walk", 5.0, 1.0),
        ]
        assert FallStage.SUSPECTED not in stages(life)


def test_who_is_up_again_at_once_is_a_candidate_and_no_more() -> None:
    resident = Resident(np.random.default_rng(2), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 3.5, 0.6), *resident.does("stand", 6.0, 1.0)]
    assert stages(life) == [FallStage.CANDIDATE, FallStage.CLEARED]


def test_who_rolls_about_on_the_floor_is_not_suspected() -> None:
    resident = Resident(np.random.default_rng(3), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 70.0, 0.6)]
    restless = []
    for message in life:
        (track,) = message.tracks
        moving = msgspec.structs.replace(track, velocity_m_s=(0.8, 0.0, 0.0), still_s=0.0)
        restless.append(msgspec.structs.replace(message, tracks=(moving,)))
    assert stages(restless) == [FallStage.CANDIDATE, FallStage.CLEARED]


def test_beside_the_bed_and_on_the_bed_are_told_apart_by_height() -> None:
    outcomes = []
    for what in ("floor", "bed"):
        resident = Resident(np.random.default_rng(4), sigma_m=0.06)
        resident.place = (4.0, 1.0)
        life = [*resident.does("stand", 5.0, 0.0), *resident.does(what, 20.0, 0.6)]
        outcomes.append(FallStage.SUSPECTED in stages(life))
    assert outcomes == [True, False]


@pytest.mark.parametrize("same_id", [True, False])
def test_a_body_lost_in_the_fall_and_found_again_keeps_its_stage(same_id: bool) -> None:
    resident = Resident(np.random.default_rng(5), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 40.0, 0.7)]
    state = fall.start()
    first = told(state, life[:75])
    assert [one.stage for one in first] == [FallStage.CANDIDATE]
    told(state, [msgspec.structs.replace(message, tracks=()) for message in life[75:200]])
    again = []
    for message in life[200:]:
        (track,) = message.tracks
        again.append(msgspec.structs.replace(message, tracks=(msgspec.structs.replace(track, id=1 if same_id else 9),)))
    seen = told(state, again)
    assert FallStage.SUSPECTED in {one.stage for one in seen}
    assert {one.track for one in seen} == {1}  # one suspicion goes by one number


def test_without_elevation_nothing_is_suspected() -> None:
    for seed in range(5):
        resident = Resident(np.random.default_rng(seed), sigma_m=0.9)
        assert stages([*resident.does("walk", 10.0, 1.0), *resident.does("floor", 30.0, 0.6)]) == []


def test_a_pet_that_jumps_down_is_none() -> None:
    resident = Resident(np.random.default_rng(6), sigma_m=0.08, kind=TrackKind.PET, scale=0.6)
    life = [*resident.does("stand", 5.0, 1.0), *resident.does("floor", 30.0, 0.4)]
    assert FallStage.SUSPECTED not in {one.stage for one in told(fall.start(PLACES, animals=True), life)}


@pytest.mark.slow
@pytest.mark.parametrize(("sigma_m", "least_found", "most_alarms"), [(0.08, 38, 0), (0.2, 34, 4)])
def test_falls_are_found_and_an_hour_of_everyday_life_raises_few_alarms(
    sigma_m: float, least_found: int, most_alarms: int
) -> None:
    """Rates of 40 falls, and of an hour with much lying on the floor; the middle's error is 0.7 times `sigma_m`."""
    found = 0
    for seed in range(40):
        random = np.random.default_rng(1000 + seed)
        resident = Resident(random, sigma_m=sigma_m, scale=random.uniform(0.9, 1.08))
        life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 20.0, random.uniform(0.5, 1.1))]
        found += FallStage.SUSPECTED in stages(life)
    assert found >= least_found
    alarms: Counter[FallStage] = Counter()
    for seed in range(2):
        random = np.random.default_rng(seed)
        resident = Resident(random, sigma_m=sigma_m, scale=random.uniform(0.9, 1.08))
        alarms.update(stages([message for _, message in everyday(resident, 30.0)]))
    assert alarms[FallStage.SUSPECTED] <= most_alarms
    assert alarms[FallStage.CANDIDATE] <= 4 + 3 * most_alarms


@given(st.lists(st.tuples(st.floats(0, 100), st.lists(garbage(), max_size=3)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_no_number_that_comes_in_makes_one_that_is_none(messages: list[tuple[float, list[Track]]]) -> None:
    state = fall.start(PLACES)
    for one in told(state, [tracks_at(time_s, *tracks) for time_s, tracks in messages]):
        assert msgspec.json.decode(msgspec.json.encode(one), type=SuspectedFall) == one
        assert 0 <= one.probability <= 1


@given(
    st.lists(
        st.tuples(st.floats(0.02, 3.0), st.floats(-1, 3), st.floats(0, 0.6), st.floats(-1, 2), st.integers(-2, 2)),
        max_size=60,
    )
)
@settings(max_examples=30, deadline=None)
def test_wild_but_possible_heights_give_probabilities(heights: list[tuple[float, float, float, float, int]]) -> None:
    state, time_s = fall.start(PLACES), 0.0
    for step_s, top, sigma, middle, id_ in heights:
        time_s += step_s
        track = Track(
            id=id_, position_m=(3.5, 1.0, middle), position_sigma_m=(0.1, 0.1, sigma), top_m=top, top_sigma_m=sigma
        )
        for one in told(state, [tracks_at(time_s, track)]):
            assert 0 <= one.probability <= 1
            assert np.isfinite(
                [one.sigma, one.drop_m, one.drop_speed_m_s, one.middle_m, one.still_s, one.since_s]
            ).all()


def test_thousands_of_tracks_do_not_fill_the_memory() -> None:
    state = fall.start()
    for number in range(500):
        fall.step(state, tracks_at(number / 10, Track(id=number, position_m=(0, 0, 1), position_sigma_m=(1, 1, 1))))
    assert len(state.bodies) <= 64


def test_who_gets_up_before_it_is_suspected_does_not_lie_on_in_memory() -> None:
    resident = Resident(np.random.default_rng(7), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 4.0, 0.6), *resident.does("sit", 30.0, 1.5)]
    assert FallStage.SUSPECTED not in stages(life)


def test_the_faster_somebody_came_down_the_more_probable_is_a_fall() -> None:
    told_of = []
    for change_s in (0.6, 1.6):
        resident = Resident(np.random.default_rng(8), sigma_m=0.05)
        life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 20.0, change_s)]
        told_of.append(max((one.probability for one in told(fall.start(), life)), default=0.0))
    assert told_of[0] > told_of[1]
    assert told_of[0] > 0.75  # heights alone; points say more


def test_a_house_knows_its_beds_and_sofas() -> None:
    pieces = (
        Furniture(kind=FurnitureKind.BED, room="bedroom", at_m=(2.0, 3.0), heading_deg=90.0, height_m=0.3),
        Furniture(kind=FurnitureKind.TV, room="bedroom", at_m=(1.0, 1.0)),
    )
    house = msgspec.structs.replace(demo_house().house, furniture=pieces)
    (bed,) = fall.start_in(house).places
    assert bed.height_m == 0.3
    across, along = np.ptp(np.array(bed.floor_m), axis=0)
    assert (across, along) == pytest.approx((1.2, 2.0))


@pytest.mark.parametrize(
    ("kind", "surely", "animals", "suspected"),
    [
        (TrackKind.PERSON, 0.9, False, True),
        (TrackKind.PERSON, 0.9, True, True),  # as a tracker says of whom it knows nothing; seen upright, and stays
        (TrackKind.PERSON, 0.99, True, True),
        (TrackKind.PET, 0.9, True, False),
        (TrackKind.PET, 0.9, False, True),  # where no animals live, it is a person who is badly seen
        (TrackKind.PET, 0.999, False, False),
    ],
)
def test_where_animals_live_only_who_is_surely_a_person_can_fall(
    kind: TrackKind, surely: float, animals: bool, suspected: bool
) -> None:
    walks = Resident(np.random.default_rng(6), sigma_m=0.05, kind=kind)
    life = [*walks.does("walk", 6.0, 0.0), *walks.does("floor", 20.0, 0.6)]
    life = [
        msgspec.structs.replace(
            one, tracks=tuple(msgspec.structs.replace(track, kind_probability=surely) for track in one.tracks)
        )
        for one in life
    ]
    assert (FallStage.SUSPECTED in {one.stage for one in told(fall.start(animals=animals), life)}) is suspected


def test_who_walks_on_as_low_as_an_animal_is_none_though_its_track_was_a_persons() -> None:
    walks = Resident(np.random.default_rng(6), sigma_m=0.05, kind=TrackKind.PERSON)
    life = [*walks.does("walk", 6.0, 0.0), *walks.does("floor", 20.0, 0.6)]
    outcomes = []
    for goes_m in (0.0, 2.0):
        moved = []
        for number, one in enumerate(life):
            away_m = goes_m * min(1.0, max(0.0, (number - 65) / 25))
            (track,) = one.tracks
            x, y, z = track.position_m
            track = msgspec.structs.replace(track, kind_probability=0.99, position_m=(x + away_m, y, z))
            moved.append(msgspec.structs.replace(one, tracks=(track,)))
        outcomes.append(FallStage.SUSPECTED in {one.stage for one in told(fall.start(animals=True), moved)})
    assert outcomes == [True, False]


def test_who_comes_down_from_no_higher_than_a_sofa_must_be_the_more_surely_a_person() -> None:
    outcomes = []
    for before in ("bed", "walk"):
        resident = Resident(np.random.default_rng(6), sigma_m=0.05, kind=TrackKind.PERSON)
        life = [*resident.does(before, 6.0, 0.0), *resident.does("floor", 20.0, 0.5)]
        life = [
            msgspec.structs.replace(
                one, tracks=tuple(msgspec.structs.replace(track, kind_probability=0.9) for track in one.tracks)
            )
            for one in life
        ]
        outcomes.append(FallStage.SUSPECTED in {one.stage for one in told(fall.start(animals=True), life)})
    assert outcomes == [False, True]


def test_who_was_told_too_low_on_his_bed_has_fallen_when_he_lies_beside_it() -> None:
    lies = Resident(np.random.default_rng(4), sigma_m=0.02, kind=TrackKind.PERSON)
    life = [*lies.does("bed", 12.0, 0.0), *lies.does("floor", 8.0, 0.4)]
    shifted = []
    for number, one in enumerate(life):
        (track,) = one.tracks
        x, y, z = track.position_m
        on_bed = number < 120
        at = (x, y, 0.36) if on_bed else (x + 1.5, y, min(z, 0.2))
        shifted.append(msgspec.structs.replace(one, tracks=(msgspec.structs.replace(track, position_m=at),)))
    x, y, _ = life[0].tracks[0].position_m
    outline = ((x - 0.7, y - 1.0), (x + 0.7, y - 1.0), (x + 0.7, y + 1.0), (x - 0.7, y + 1.0))
    bed = RestingPlace(name="bed", floor_m=outline, height_m=0.45)
    for places, known in (((bed,), True), ((), False)):
        state = fall.start(places)
        told(state, shifted)
        descent = state.bodies[1].memory.descent()
        assert (descent is not None and descent.low_s == pytest.approx(8.0, abs=1.0)) is known


def test_where_nobody_tells_kinds_only_who_was_seen_upright_can_fall_among_animals() -> None:
    outcomes = []
    for before in ("bed", "walk"):
        resident = Resident(np.random.default_rng(6), sigma_m=0.05, kind=TrackKind.UNKNOWN)
        life = [*resident.does(before, 6.0, 0.0), *resident.does("floor", 20.0, 0.5)]
        outcomes.append(FallStage.SUSPECTED in {one.stage for one in told(fall.start(animals=True), life)})
    assert outcomes == [False, True]


def test_who_is_lost_low_is_suspected_all_the_same_until_somebody_rises_there() -> None:
    resident = Resident(np.random.default_rng(5), sigma_m=0.08)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 10.0, 0.7)]
    state = fall.start()
    told(state, life[:85])
    gone = [msgspec.structs.replace(message, tracks=()) for message in life[85:]]
    seen = told(state, gone)
    assert FallStage.SUSPECTED in {one.stage for one in seen}
    assert {one.track for one in seen} == {1}
    helper = Resident(np.random.default_rng(9), sigma_m=0.05, id=2, time_s=resident.time_s, place=resident.place)
    risen = told(state, list(helper.does("stand", 5.0, 0.0)))
    assert [one.stage for one in risen][-1] is FallStage.CLEARED
    assert risen[-1].track == 1


def test_a_tracker_that_begins_anew_gives_the_number_of_who_lies_there_to_another() -> None:
    fallen = Resident(np.random.default_rng(5), sigma_m=0.05)
    life = [*fallen.does("walk", 5.0, 1.0), *fallen.does("floor", 15.0, 0.7)]
    state = fall.start()
    assert told(state, life)[-1].stage is FallStage.SUSPECTED
    x_m, y_m, _ = life[-1].tracks[0].position_m
    helper = Resident(np.random.default_rng(9), sigma_m=0.05, time_s=fallen.time_s + 5.0, place=(x_m + 2.5, y_m))
    seen = told(state, list(helper.does("stand", 10.0, 0.0)))
    assert {one.stage for one in seen} == {FallStage.SUSPECTED}, "who stands elsewhere says nothing of who lies there"
    assert {one.track for one in seen} == {1}
    falls_too = told(state, list(helper.does("floor", 30.0, 0.7)))
    assert len({one.track for one in falls_too if one.stage is FallStage.SUSPECTED}) == 2
    assert len(state.bodies) == 2


def falls_and_is_told_anew(rises: bool) -> list[Tracks]:
    """Return somebody who falls, and whose track is lost after another has begun at the same body."""
    resident = Resident(np.random.default_rng(5), sigma_m=0.05)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 30.0, 0.7)]
    life += resident.does("stand", 6.0, 2.0) if rises else resident.does("floor", 6.0, 0.7)
    messages = []
    for number, message in enumerate(life):
        first = msgspec.structs.replace(message.tracks[0], id=4)
        second = msgspec.structs.replace(first, id=35)
        shown = (first,) * (number < 220) + (second,) * (number > 200)
        messages.append(msgspec.structs.replace(message, tracks=shown))
    return messages


@pytest.mark.parametrize("rises", [True, False])
def test_who_gets_up_on_another_track_than_he_fell_on_is_up(rises: bool) -> None:
    seen = told(fall.start(), falls_and_is_told_anew(rises))
    assert {one.track for one in seen} == {4}
    assert FallStage.SUSPECTED in {one.stage for one in seen}
    assert (seen[-1].stage is FallStage.CLEARED) is rises


def test_who_came_to_help_and_stands_up_again_says_nothing_of_who_lies_there() -> None:
    fallen, helper = (Resident(np.random.default_rng(seed), sigma_m=0.05) for seed in (5, 6))
    life = [*fallen.does("walk", 5.0, 1.0), *fallen.does("floor", 40.0, 0.7)]
    helps = [*helper.does("stand", 15.0, 1.0), *helper.does("floor", 12.0, 3.0), *helper.does("stand", 18.0, 1.0)]
    messages = []
    for number, (message, beside) in enumerate(zip(life, helps, strict=True)):
        (lying,), (other,) = message.tracks, beside.tracks
        other = msgspec.structs.replace(other, id=2, position_m=(*lying.position_m[:2], other.position_m[2]))
        messages.append(msgspec.structs.replace(message, tracks=(lying, other) if number < 200 else (other,)))
    seen = told(fall.start(), messages)
    assert seen[-1].stage is FallStage.SUSPECTED
    assert seen[-1].stamp.monotonic_ns > messages[-15].stamp.monotonic_ns  # it is told once a second


def test_two_suspicions_never_go_by_one_number() -> None:
    state = fall.start()
    told(state, falls_and_is_told_anew(rises=False))
    followed = {track: body.suspicion.number for track, body in state.bodies.items() if body.suspicion is not None}
    assert followed == {35: 4}
    assert number_for(state, 4) == 35
    assert number_for(state, 7) == 7


def test_a_track_that_is_carried_off_leaves_the_suspicion_where_somebody_lies() -> None:
    resident = Resident(np.random.default_rng(5), sigma_m=0.05)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 15.0, 0.7)]
    state, messages = fall.start(), []
    for number, message in enumerate(life):
        (track,) = message.tracks
        x, y, _ = track.position_m
        by = msgspec.structs.replace(track, position_m=(x + 1.5, y, 0.95))
        lies = msgspec.structs.replace(track, id=2, kind_probability=0.9)
        # Somebody walks by, and takes the track along; who lies has another one.
        messages.append(msgspec.structs.replace(message, tracks=(by, lies)) if number > 70 else message)
    seen = told(state, messages)
    assert {one.track for one in seen} == {1}
    assert {one.position_m[2] < 0.5 for one in seen if one.stage is FallStage.SUSPECTED} == {True}


def test_what_was_not_suspected_at_first_is_not_after_long_rest() -> None:
    resident = Resident(np.random.default_rng(3), sigma_m=0.05)
    life = [*resident.does("walk", 5.0, 1.0), *resident.does("floor", 60.0, 1.5)]
    slow = [one for one in told(fall.start(), life) if one.stage is FallStage.SUSPECTED]
    assert not slow or slow[0].since_s < 12.0


def test_a_house_says_whether_animals_live_there() -> None:
    house = msgspec.structs.replace(demo_house().house, world=None)
    assert not fall.start_in(house).animals
    assert fall.start_in(msgspec.structs.replace(house, pets=("cat",))).animals
    assert fall.start_in(demo_house().house).animals
