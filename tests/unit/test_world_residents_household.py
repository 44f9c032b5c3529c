"""What a household gives and draws, what befalls it, and whoever asks in whatever order gets the same answers."""

import math
import timeit
from functools import partial

import msgspec
import numpy as np
import pytest
import shapely

from sumika.schema import UsageError
from sumika.schema.house import House, Resident
from sumika.schema.living import Life, Routine
from sumika.world.exchange import Acting, Posture
from sumika.world.residents import ACTIVITIES, EVENTS, Draws
from sumika.world.residents.metabolism import gives, skin_m2
from tests.world_resident_helpers import (
    DAY_S,
    FAMILY,
    HOUR_S,
    MINUTE_S,
    by_body,
    demo,
    ends,
    household,
    jumps,
    minutes,
    plain,
    square,
)

STEP_S = 300.0


def test_a_seated_grown_up_gives_a_hundred_watts_and_0_3_litres_of_carbon_dioxide_a_minute() -> None:
    given = gives(Life(age_years=35.0, height_m=1.75, mass_kg=75.0), 1.2)
    litres_min = given.co2_kg_s / 1.84 * 1000.0 * 60.0
    assert litres_min == pytest.approx(
        0.30, abs=0.04
    )  # Persily & de Jonge 2017: 0.0048 to 0.0051 l/s of men at 1.2 met
    heat_w = given.sensible_w + 2.45e6 * given.vapour_kg_s
    assert heat_w == pytest.approx(1.2 * 58.2 * skin_m2(Life(height_m=1.75, mass_kg=75.0)))
    assert 110.0 < heat_w < 145.0
    quiet = gives(Life(age_years=35.0, height_m=1.68, mass_kg=62.0), 1.0)
    assert quiet.sensible_w + 2.45e6 * quiet.vapour_kg_s == pytest.approx(100.0, abs=6.0)
    assert 3600e3 * given.vapour_kg_s == pytest.approx(60.0, abs=15.0)  # grams an hour (ASHRAE: 45 W of latent heat)
    child = gives(Life(age_years=8.0, height_m=1.28, mass_kg=26.0), 1.2)
    assert 0.4 < child.co2_kg_s / given.co2_kg_s < 0.75


def test_more_effort_gives_more_of_everything_and_a_larger_share_as_vapour() -> None:
    rest, work = gives(Life(), 1.0), gives(Life(), 2.4)
    assert work.co2_kg_s == pytest.approx(2.4 * rest.co2_kg_s)
    assert work.vapour_kg_s > 2.4 * rest.vapour_kg_s


def test_bodies_give_what_they_are_and_only_at_home() -> None:
    home = household(demo(*FAMILY))
    for number in range(288):
        now_s = STEP_S * number
        gains, where = home.gains(now_s, STEP_S), home.where(now_s)
        if not any(where.values()):
            assert all(one.co2_kg_s < 1e-4 for one in gains)
        assert all(one.room for one in gains)
        assert all(one.co2_kg_s > 0 and one.convective_w > 0 and one.vapour_kg_s > 0 for one in gains)
    both_out = next(
        STEP_S * number
        for number in range(7 * 288)
        if home.where(STEP_S * number)["person_1"] == home.where(STEP_S * number + STEP_S)["person_1"] == ""
    )
    alone = household(demo(FAMILY[1]))
    out_s = next(
        STEP_S * n for n in range(7 * 288) if all(not alone.where(STEP_S * (n + k))["person_0"] for k in range(3))
    )
    assert alone.gains(out_s + 30.0, STEP_S) == ()
    assert alone.demands(out_s + 30.0, STEP_S) == Draws()
    assert both_out >= 0


def total(acting: tuple[Acting, ...], name: str) -> float:
    return sum(float(getattr(one, name)) for one in acting)


def test_steps_of_any_length_give_and_draw_the_same_in_sum() -> None:
    home = household(demo(*FAMILY[:3]))
    long_steps = [home.gains(900.0 * number, 900.0) for number in range(24)]
    short_steps = [home.gains(60.0 * number, 60.0) for number in range(360)]
    for name in ("co2_kg_s", "vapour_kg_s", "convective_w", "pm2_5_ug_s"):
        coarse = 900.0 * sum(total(one, name) for one in long_steps)
        fine = 60.0 * sum(total(one, name) for one in short_steps)
        assert coarse == pytest.approx(fine, rel=1e-9)
    litres = [
        sum(sum(home.demands(seconds * number, seconds).hot_water_l.values()) for number in range(count))
        for seconds, count in ((900.0, 24), (60.0, 360))
    ]
    assert litres[0] == pytest.approx(litres[1], rel=1e-9)
    assert litres[0] > 50.0


def test_a_family_of_four_uses_about_as_much_hot_water_as_the_standard_says() -> None:
    home = household(demo(*FAMILY[:3], FAMILY[4]))
    days = 14
    litres = sum(sum(home.demands(900.0 * number, 900.0).hot_water_l.values()) for number in range(96 * days)) / days
    assert 250.0 < litres < 650.0  # 450 l of 40 degrees (JIS C 9220, M1 mode)


def test_what_one_step_asks_twice_is_the_same_and_nobody_can_change_it() -> None:
    home = household(demo())
    first = home.demands(0.0, STEP_S)
    first.hot_water_l["hall"] = 1e9
    assert home.demands(0.0, STEP_S).hot_water_l.get("hall", 0.0) < 1e9
    fresh = household(demo())
    for number in (3, 100, 7, 2000, 3):
        assert home.gains(STEP_S * number, STEP_S) == fresh.gains(STEP_S * number, STEP_S)
        assert home.demands(STEP_S * number, STEP_S) == household(demo()).demands(STEP_S * number, STEP_S)


def test_days_asked_for_backwards_are_the_same() -> None:
    moments = [7200.0 * number for number in range(120)]
    one, other = household(demo(*FAMILY, guests=1)), household(demo(*FAMILY, guests=1))
    forwards = [one.where(at_s) for at_s in moments]
    backwards = [other.where(at_s) for at_s in reversed(moments)]
    assert forwards == backwards[::-1]


def test_rooms_exist() -> None:
    house = demo(*FAMILY, guests=2)
    home, rooms = household(house), {room.id for room in house.rooms}
    for number in range(700):
        at_s = 1234.5 * number
        assert set(home.where(at_s).values()) <= rooms | {""}
        for body in home.where(at_s):
            doing = home.doing(body, at_s)
            assert doing.room in rooms | {""}
            assert doing.activity in ACTIVITIES
            assert (doing.room == "") == ACTIVITIES[doing.activity].away
        assert {one.room for one in home.gains(at_s, STEP_S)} <= rooms


def test_who_is_told_to_be_somewhere_is_there_in_the_radars_view() -> None:
    house = demo(*FAMILY[:3])
    home = household(house)
    told = by_body(minutes(home, 0.0, 240))
    floors = {room.id: shapely.Polygon(room.floor_m).buffer(1e-6) for room in house.rooms}
    right = wrong = 0
    for name, stretches in told.items():
        for stretch in stretches:
            place, _, _, _, away = ends(stretch)
            room = home.where(stretch.start_s + stretch.seconds - 1e-3)[name]
            assert not away or room == ""
            if room:
                inside = floors[room].covers(shapely.Point(place))
                right, wrong = right + inside, wrong + (not inside)
    assert wrong < 0.1 * right  # on the way


def test_a_party_brings_guests_and_they_leave_again() -> None:
    home = household(demo(guests=3))
    home.plan_event("party", "", 26 * HOUR_S, "living", minutes=120, value=2)
    before, at, after = (home.where(hours * HOUR_S) for hours in (25.5, 27.0, 29.0))
    assert [at[f"guest_{number}"] for number in (1, 2, 3)] == ["living", "living", ""]
    assert all(before[f"guest_{number}"] == after[f"guest_{number}"] == "" for number in (1, 2, 3))
    assert at["aoi"] == at["ren"] == "living"
    told = by_body(minutes(home, 25.9 * HOUR_S, 30))["guest_1"]
    assert not told[0].present
    assert told[-1].present
    assert jumps(told) == []
    places = [ends(stretches[-1])[0] for stretches in by_body(minutes(home, 26.5 * HOUR_S, 10)).values()]
    assert all(math.dist(one, other) > 0.3 for n, one in enumerate(places[:4]) for other in places[:n])


def test_who_is_absent_is_out_and_comes_back() -> None:
    home = household(demo())
    home.plan_event("absent", "aoi", 2 * HOUR_S, minutes=60)
    assert home.where(1.9 * HOUR_S)["aoi"] != ""
    assert home.where(2.5 * HOUR_S)["aoi"] == ""
    assert home.where(3.1 * HOUR_S)["aoi"] != ""
    told = by_body(minutes(home, 1.9 * HOUR_S, 90))["aoi"]
    assert jumps(told) == []
    assert {stretch.present for stretch in told} == {True, False}


def test_who_is_ill_stays_in_bed_with_a_fever() -> None:
    home = household(demo())
    home.plan_event("illness", "ren", 12 * HOUR_S)
    steps = [12 * HOUR_S + 600.0 * number for number in range(1, 143)]
    doings = [home.doing("ren", at_s) for at_s in steps]
    assert {one.activity for one in doings} <= {"lying_ill", "sleeping", "toilet"}
    assert all(one.stress > 0.5 for one in doings)
    assert all(one.room in ("bedroom", "toilet") for one in doings)
    told = by_body(minutes(home, 15 * HOUR_S, 60))["ren"]
    assert sum(stretch.posture is Posture.LYING for stretch in told) > 30
    assert home.doing("ren", 11.9 * HOUR_S).stress == 0.0


def test_stress_and_the_toilet_at_night() -> None:
    home = household(demo())
    home.plan_event("stress", "ren", 2 * HOUR_S, minutes=30)
    home.plan_event("night_toilet", "aoi", 9 * HOUR_S)
    assert home.doing("ren", 2.2 * HOUR_S).stress == pytest.approx(0.8)
    assert home.doing("ren", 2.6 * HOUR_S).stress == 0.0
    assert home.doing("aoi", 9 * HOUR_S + 60.0).activity == "toilet"
    assert home.doing("aoi", 9 * HOUR_S + 1200.0).activity == "sleeping"


def test_unknown_events_rooms_and_people_are_told() -> None:
    home = household(demo())
    for kind, body, room in (("dance", "aoi", ""), ("fall", "nobody", ""), ("fall", "aoi", "attic")):
        with pytest.raises(UsageError, match="there is no"):
            home.plan_event(kind, body, 0.0, room)
    assert "fall" in EVENTS
    with pytest.raises(UsageError, match="nobody lives here"):
        household(msgspec.structs.replace(demo(), residents=())).plan_event("fall", "", 0.0)
    with pytest.raises(UsageError, match="name of a guest"):
        household(plain_named("guest_1"))


def plain_named(name: str) -> House:
    house = plain(square("room", 0, 0, 4, 4))
    return msgspec.structs.replace(house, residents=(Resident(id=name, life=Life()),))


def test_an_event_that_is_planned_late_changes_what_was_told_of_the_future() -> None:
    home, fresh = household(demo()), household(demo())
    home.gains(26 * HOUR_S, STEP_S)
    home.stretches(26 * HOUR_S, MINUTE_S)
    for one in (home, fresh):
        one.plan_event("absent", "aoi", 25 * HOUR_S, minutes=120)
    assert home.gains(26 * HOUR_S, STEP_S) == fresh.gains(26 * HOUR_S, STEP_S)
    assert home.where(26 * HOUR_S) == fresh.where(26 * HOUR_S)


def test_a_house_of_one_room_with_nothing_in_it_can_be_lived_in() -> None:
    house = plain(square("room", 0.0, 0.0, 3.0, 3.0), lives=FAMILY)
    told = by_body(minutes(household(house), 0.0, 120))
    for stretches in told.values():
        assert jumps(stretches) == []
    for number in range(120):
        lying = [s[number] for s in told.values() if s[number].posture is not Posture.STANDING and s[number].present]
        for place, one in enumerate(lying):
            assert all(math.dist(one.start_m, other.start_m) > 0.3 for other in lying[:place])


def test_a_step_costs_microseconds_and_a_minute_milliseconds() -> None:
    # Bounds a good deal above what is measured: a machine that tests on all its cores is slower.
    home = household(demo())
    names = ("aoi", "ren")
    count = 600

    def steps() -> None:
        for number in range(count):
            now_s = STEP_S * number
            home.where(now_s)
            for name in names:
                home.doing(name, now_s)
            home.demands(now_s, STEP_S)
            home.gains(now_s, STEP_S)

    assert min(timeit.repeat(steps, number=1, repeat=3)) / count < 300e-6
    begins = [MINUTE_S * number for number in range(30)]
    costs = [timeit.timeit(partial(home.stretches, begin_s, MINUTE_S), number=1) for begin_s in begins]
    assert float(np.median(costs)) < 20e-3


def test_who_works_out_is_away_by_day_and_dresses_warmly_in_winter() -> None:
    home = household(demo(Life(), Life(routine=Routine.RETIRED)))
    doing = home.doing("person_0", DAY_S * 0.75)
    assert doing.activity == "away"
    assert doing.clothing_clo > 1.0
    with pytest.raises(KeyError):
        home.doing("nobody", 0.0)
