"""How residents move: without a jump, through doors, no quicker than people, out of each other's way; and falls."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.schema import UsageError
from sumika.schema.building import Door
from sumika.schema.house import House, Room, WorldSettings
from sumika.schema.living import Furniture, FurnitureKind, Life, Routine
from sumika.world.exchange import Posture, Stretch
from sumika.world.radar_scene.living import LivingView, living_waveform
from sumika.world.residents import EVENTS, Household
from sumika.world.residents.path import Path
from sumika.world.residents.places import Places, Spot
from sumika.world.residents.routes import Routes
from sumika.world.residents.timeline import BODILY
from tests.world_resident_helpers import (
    DAY_S,
    FAMILY,
    HOUR_S,
    MINUTE_S,
    START,
    by_body,
    crossings,
    demo,
    ends,
    household,
    jumps,
    minutes,
    plain,
    square,
    upright_places,
)

EVENING_MINUTES = 300


def of(told: list[tuple[Stretch, ...]], body: str) -> list[Stretch]:
    return by_body(told)[body]


@pytest.mark.slow
def test_everybody_goes_on_where_the_last_minute_ended_through_doors_at_the_speed_of_people() -> None:
    house = demo(*FAMILY, guests=1, pets=("cat", "dog", "robot_vacuum"))
    told = minutes(household(house), -HOUR_S, EVENING_MINUTES)
    for ones in by_body(told).values():
        assert jumps(ones) == []
        assert crossings(house, ones) == []
    for stretches in told:
        for stretch in stretches:
            assert sum(leg.seconds for leg in stretch.legs) == pytest.approx(stretch.seconds, abs=1e-6)


def test_people_do_walk_sit_and_lie() -> None:
    told = minutes(household(demo(*FAMILY[:3])), 0.0, EVENING_MINUTES)
    walked_m = dict.fromkeys(by_body(told), 0.0)
    postures = {name: set[Posture]() for name in walked_m}
    for name, stretches in by_body(told).items():
        for stretch in stretches:
            here = stretch.start_m
            postures[name].add(stretch.posture)
            for leg in stretch.legs:
                walked_m[name] += 0.0 if leg.to_m is None else math.dist(here, leg.to_m)
                here = here if leg.to_m is None else leg.to_m
    assert all(metres > 20.0 for metres in walked_m.values())
    assert all({Posture.STANDING, Posture.SITTING} <= one for one in postures.values())


@pytest.mark.slow
def test_no_two_walk_or_stand_in_the_same_place() -> None:
    told = minutes(household(demo(*FAMILY)), 0.0, EVENING_MINUTES)
    met = near = 0
    for stretches in told:
        at_s = stretches[0].start_s + np.arange(0.0, MINUTE_S, 0.5)
        places = [upright_places(stretch, at_s) for stretch in stretches]
        for number, one in enumerate(places):
            for other in places[:number]:
                apart_m = np.hypot(*(one - other).T)
                met += int(np.isfinite(apart_m).sum())
                near += int((apart_m < 0.3).sum())
    assert met > 1000  # they are on their feet together often enough
    assert near <= 1e-3 * met


def test_in_a_narrow_hall_the_second_waits_until_the_first_has_come_through() -> None:
    # Two rooms joined by a corridor 0.9 m wide; each resident's desk is at the other end of it.
    rooms = (square("west", 0.0, 0.0, 3.0, 3.0), square("hall", 3.0, 1.0, 5.0, 0.9), square("east", 8.0, 0.0, 3.0, 3.0))
    doors = (
        Door(id="one", rooms=("west", "hall"), at_m=(3.0, 1.45)),
        Door(id="two", rooms=("hall", "east"), at_m=(8.0, 1.45)),
    )
    house = plain(*rooms, doors=doors, lives=(Life(), Life()))
    met = 0
    for seed in range(5):
        home = household(house, seed=seed)
        home.plan_event("near_fall", "person_0", 3600.0, "west")
        home.plan_event("near_fall", "person_1", 3600.0, "east")
        home.plan_event("near_fall", "person_0", 3900.0, "east")
        home.plan_event("near_fall", "person_1", 3900.0, "west")
        told = minutes(home, 3600.0, 10)
        for stretches in told:
            at_s = stretches[0].start_s + np.arange(0.0, MINUTE_S, 0.25)
            one, other = (upright_places(stretch, at_s) for stretch in stretches)
            apart_m = np.hypot(*(one - other).T)
            met += int(np.isfinite(apart_m).sum())
            assert not (apart_m < 0.3).any()
        for ones in by_body(told).values():
            assert jumps(ones) == []
    assert met > 100


def test_nobody_takes_anothers_place_to_sit_or_lie() -> None:
    house = demo(*FAMILY)
    places = Places(house)
    for kinds, lying in (
        ((FurnitureKind.SOFA, FurnitureKind.TABLE), False),
        ((FurnitureKind.TABLE, FurnitureKind.SOFA), False),
        ((FurnitureKind.BED,), True),
        ((FurnitureKind.KITCHEN,), False),
        ((), False),
    ):
        spots = [places.at(kinds, number, lying=lying) for number in range(len(FAMILY))]
        for number, spot in enumerate(spots):
            for other in spots[:number]:
                assert spot.room != other.room or math.dist(spot.at_m, other.at_m) > 0.4
    # Watching from the sofa and eating at the table at once: no place of the one is another's of the other.
    watching = [places.at((FurnitureKind.SOFA, FurnitureKind.TABLE), number) for number in range(5)]
    eating = [places.at((FurnitureKind.TABLE, FurnitureKind.SOFA), number) for number in range(5)]
    for number, spot in enumerate(watching):
        assert all(math.dist(spot.at_m, one.at_m) > 0.3 for other, one in enumerate(eating) if other != number)


def test_whoever_sleeps_has_a_bed_of_their_own_or_a_futon_in_their_room() -> None:
    beds = (
        Furniture(kind=FurnitureKind.BED, room="one", at_m=(2.0, 2.0), places=2),
        Furniture(kind=FurnitureKind.BED, room="two", at_m=(6.0, 2.0)),
    )
    lives = (Life(bedroom="one"), Life(bedroom="one"), Life(bedroom="two"), Life(bedroom="two"), Life())
    house = plain(square("one", 0, 0, 4, 4), square("two", 4, 0, 4, 4), lives=lives, furniture=beds)
    spots = [Places(house).at((FurnitureKind.BED,), number, lying=True) for number in range(5)]
    assert [spot.room for spot in spots[:4]] == ["one", "one", "two", "two"]
    assert len({spot.at_m for spot in spots}) == 5
    assert spots[3].base_m < 0.2 < spots[2].base_m


def test_minute_ten_thousand_is_the_same_whether_asked_first_or_after_the_others() -> None:
    house = demo(*FAMILY[:3], pets=("cat",))
    late = household(house).stretches(10_000 * MINUTE_S, MINUTE_S)
    home = household(house)
    for number in range(9_940, 10_000):
        home.stretches(number * MINUTE_S, MINUTE_S)
    same(late, home.stretches(10_000 * MINUTE_S, MINUTE_S))


def same(some: tuple[Stretch, ...], others: tuple[Stretch, ...]) -> None:
    for one, other in zip(some, others, strict=True):
        assert ends(one) == ends(other)
        assert one.legs == other.legs
        assert one.doing == other.doing
        assert one.beat_s.tobytes() == other.beat_s.tobytes()
        assert one.bursts_s.tobytes() == other.bursts_s.tobytes()
        assert one.breaths.start_s.tobytes() == other.breaths.start_s.tobytes()
        assert one.breaths.depth_m.tobytes() == other.breaths.depth_m.tobytes()


def test_same_seed_same_bytes_and_another_seed_other_ones() -> None:
    house = demo(*FAMILY[:2], pets=("cat",))
    same(household(house).stretches(7200.0, MINUTE_S), household(house).stretches(7200.0, MINUTE_S))
    one, other = household(house).stretches(7200.0, 60.0)[0], household(house, seed=8).stretches(7200.0, 60.0)[0]
    assert one.beat_s.tobytes() != other.beat_s.tobytes()


def fallen(home: Household, body: str, at_s: float) -> bool:
    return home.doing(body, at_s).fallen


@pytest.mark.parametrize("kind", ["fall", "slow_collapse"])
def test_who_falls_lies_on_the_floor_and_gets_up_again(kind: str) -> None:
    house = demo()
    home = household(house)
    at_s = 8.7 * HOUR_S  # at night
    home.plan_event(kind, "ren", at_s, "bathroom", minutes=20)
    told = of(minutes(home, at_s - 300.0, 40), "ren")
    assert jumps(told) == []
    assert crossings(house, told) == []
    lies = ends(told[10])
    assert lies[1] is Posture.LYING
    assert lies[3] < 0.1
    assert home.where(at_s + 600.0)["ren"] == "bathroom"
    assert fallen(home, "ren", at_s + 600.0)
    assert not fallen(home, "ren", at_s - 30.0)
    assert not fallen(home, "ren", at_s + 1300.0)
    moments = [one.start_s for stretch in told for one in stretch.doing if one.fallen]
    assert moments
    assert at_s <= min(moments) < at_s + 60.0
    assert ends(told[-1])[1] is not Posture.LYING or ends(told[-1])[3] > 0.1


@pytest.mark.parametrize("kind", ["near_fall", "sit_hard", "drop"])
def test_what_is_no_fall_leaves_nobody_on_the_floor(kind: str) -> None:
    home = household(demo())
    at_s = 2.0 * HOUR_S
    home.plan_event(kind, "aoi", at_s)
    told = of(minutes(home, at_s - 120.0, 20), "aoi")
    assert jumps(told) == []
    assert not any(one.fallen for stretch in told for one in stretch.doing)
    for stretch in told:
        for posture, base in postures_of(stretch):
            assert posture is not Posture.LYING or base > 0.1


def postures_of(stretch: Stretch) -> list[tuple[Posture, float]]:
    posture, base, found = stretch.posture, stretch.base_m, []
    for leg in stretch.legs:
        posture = posture if leg.posture is None else leg.posture
        base = base if leg.base_m is None else leg.base_m
        found.append((posture, base))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("at_h", [2.0, 8.7])
def test_whatever_befalls_nobody_jumps(kind: str, at_h: float) -> None:
    house = demo(*FAMILY[:3], guests=1)
    home = household(house)
    home.plan_event(kind, "person_1", at_h * HOUR_S + 7.0, minutes=3.3 if kind in BODILY else 25.0, value=1.0)
    for stretches in by_body(minutes(home, at_h * HOUR_S - 180.0, 35)).values():
        assert jumps(stretches) == []
        assert crossings(house, stretches) == []


def test_who_gets_up_a_rounding_before_a_minute_is_seen_to_get_up() -> None:
    home = household(plain(square("room", 0.0, 0.0, 4.0, 3.0), square("other", 4.0, 0.0, 2.0, 3.0)))
    home.plan_event("sit_hard", "person_0", 21.45 * MINUTE_S, minutes=24.0)
    home.plan_event("fall", "person_0", 39.99999999999999 * MINUTE_S, "other", minutes=24.0)
    told = of(minutes(home, 36.0 * MINUTE_S, 6), "person_0")
    assert jumps(told) == []
    assert [posture for stretch in told for posture, _ in postures_of(stretch)][-1] is Posture.LYING


def test_in_less_than_a_millisecond_nobody_does_anything() -> None:
    sits = Spot("room", (1.0, 1.0), Posture.SITTING, 0.5, 0.42, (1.0, 1.0))
    path = Path(MINUTE_S, MINUTE_S + 5e-4, sits)
    path.take(Posture.STANDING, 1.8, heading_rad=0.0, base_m=0.0)
    (move,) = path.rest()
    assert (move.begin_s, move.end_s) == (MINUTE_S, MINUTE_S + 5e-4)
    assert move.ends("room") == sits


def test_a_fall_that_lasts_into_the_next_day_is_one_fall() -> None:
    home = household(demo())
    wakes = next(span for span in home.plan("ren", 12 * HOUR_S, 14 * HOUR_S) if span.activity != "sleeping")
    at_s = wakes.begin_s - 600.0
    home.plan_event("fall", "ren", at_s, minutes=20)
    told = of(minutes(home, math.floor(at_s / 60.0) * 60.0, 18), "ren")
    downs = sum(leg.posture is Posture.LYING for stretch in told for leg in stretch.legs)
    assert downs == 1
    assert jumps(told) == []


@pytest.mark.slow
def test_what_is_dropped_is_seen_by_the_radar() -> None:
    house = demo()
    home = household(house)
    at_s = 2.0 * HOUR_S
    home.plan_event("drop", "aoi", at_s, "living")
    told = minutes(home, at_s - 60.0, 4)
    drops = [drop for stretch in of(told, "aoi") for drop in stretch.drops]
    assert len(drops) == 1
    assert at_s <= drops[0].at_s < at_s + 30.0
    assert 0.5 < drops[0].from_m < 1.2

    def frame(stretches: list[tuple[Stretch, ...]]) -> NDArray[np.complex128]:
        radar = house.radars[0]
        view = LivingView.of(house, radar, living_waveform(radar.model), 7)
        for one in stretches:
            view.add(one)
        return np.asarray(view.frame(drops[0].at_s + 0.25), np.complex128)

    without = [tuple(replace(stretch, drops=()) for stretch in stretches) for stretches in told]
    assert np.array_equal(frame(told), frame(told))
    assert np.abs(frame(told) - frame(without)).max() > 0


def test_ways_lead_through_doors_and_where_there_are_none_through_the_wall_that_rooms_share() -> None:
    rooms = (square("a", 0, 0, 4, 4), square("b", 4, 0, 4, 4), square("c", 8, 0, 4, 4))
    door = Door(id="door", rooms=("a", "b"), at_m=(4.0, 3.0))
    routes = Routes(plain(*rooms, doors=(door,)))
    way = routes.way("a", (1.0, 1.0), "c", (11.0, 1.0))
    assert (4.0, 3.0) in way
    assert any(math.dist(place, (8.0, 2.0)) < 0.2 for place in way)
    assert way[-1] == (11.0, 1.0)


def test_an_upper_storey_without_stairs_can_be_reached() -> None:
    upper = replace_storey(square("upper", 0, 0, 4, 4))
    house = plain(square("lower", 0, 0, 4, 4), upper, lives=(Life(bedroom="upper"),))
    told = of(minutes(household(house), 0.0, EVENING_MINUTES), "person_0")
    assert jumps(told) == []


def replace_storey(room: Room) -> Room:
    return msgspec.structs.replace(room, storey=2)


def test_a_cat_jumps_onto_the_sofa_and_a_robot_drives_at_its_hour() -> None:
    house = demo(Life(), pets=("cat", "robot_vacuum"))
    home = household(house)
    told = by_body(minutes(home, 12 * HOUR_S, 6 * 60))  # from 06:30
    assert any(stretch.base_m > 0.3 for stretch in told["cat"])
    assert any(stretch.base_m == 0.0 for stretch in told["cat"])
    hours = {
        int((START.hour + 0.5 + stretch.start_s / HOUR_S) % 24)
        for stretch in told["robot_vacuum"]
        if sum(leg.to_m is not None for leg in stretch.legs) > 2
    }
    assert hours <= {10, 11}
    assert 10 in hours


@pytest.mark.parametrize("minute", [0, 44, 50])
def test_a_robot_drives_once_a_day_whenever_the_world_begins(minute: int) -> None:
    home = household(demo(Life(), pets=("robot_vacuum",)), start=START.replace(minute=minute))

    def drives(hour: int) -> bool:
        told = of([home.stretches(hour * HOUR_S + 1200.0, MINUTE_S)], "robot_vacuum")
        return any(leg.to_m is not None for leg in told[0].legs)

    assert [hour for hour in range(24) if drives(hour)] == [16]  # ten in the morning or a little later


def test_two_cats_are_two() -> None:
    told = by_body(minutes(household(demo(Life(), pets=("cat", "dog", "cat"))), 12 * HOUR_S, 60))
    assert {"cat", "dog", "cat_2"} < set(told)
    assert {stretch.kind for stretch in told["cat_2"]} == {"pet"}
    assert [one.start_m for one in told["cat"]] != [one.start_m for one in told["cat_2"]]


def test_unknown_animals_and_rooms_are_told() -> None:
    with pytest.raises(UsageError, match="no 'parrot'"):
        household(House(rooms=demo().rooms, world=WorldSettings(pets=("parrot",))))
    with pytest.raises(UsageError, match="sleeps in 'attic'"):
        household(plain(square("room", 0, 0, 4, 4), lives=(Life(bedroom="attic"),)))
    lost = Furniture(kind=FurnitureKind.SOFA, room="attic", at_m=(1.0, 1.0))
    with pytest.raises(UsageError, match="stands in 'attic'"):
        household(plain(square("room", 0, 0, 4, 4), furniture=(lost,)))


def test_old_people_and_toddlers_walk_slower() -> None:
    def quickest(age_years: float) -> float:
        house = demo(Life(routine=Routine.RETIRED, age_years=age_years))
        told = of(minutes(household(house), 16 * HOUR_S, 4 * 60), "person_0")
        speeds = []
        for stretch in told:
            here = stretch.start_m
            for leg in stretch.legs:
                if leg.to_m is not None and leg.posture is None and math.dist(here, leg.to_m) > 1.0:
                    speeds.append(math.dist(here, leg.to_m) / leg.seconds)
                here = here if leg.to_m is None else leg.to_m
        return float(np.median(speeds))

    assert quickest(1.0) < quickest(85.0) < quickest(30.0)


def test_a_house_without_residents_is_still() -> None:
    home = household(House(rooms=(square("room", 0, 0, 4, 4),)))
    assert home.stretches(0.0, MINUTE_S) == ()
    assert home.gains(0.0, 300.0) == ()
    assert home.where(DAY_S) == {}
