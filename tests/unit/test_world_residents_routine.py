"""What residents plan: days without gaps, whatever the clocks do; one at a time on the toilet; guests at weekends."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sumika.schema.living import Life, Routine
from sumika.world.residents.queue import SINGLE
from sumika.world.residents.span import Span
from sumika.world.residents.timeline import Timeline
from tests.world_resident_helpers import DAY_S, FAMILY, HOUR_S, START, demo, household

DAYS_OF_JUMPS = [
    datetime(2026, 3, 27, 5, 0, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2026, 10, 23, 5, 0, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2026, 3, 6, 22, 0, tzinfo=ZoneInfo("America/Chicago")),
    datetime(2026, 10, 30, 22, 0, tzinfo=ZoneInfo("America/Chicago")),
    datetime(2026, 4, 22, 12, 0, tzinfo=ZoneInfo("Africa/Cairo")),  # clocks jump at midnight
    datetime(2026, 4, 3, 12, 0, tzinfo=ZoneInfo("Australia/Lord_Howe")),  # by half an hour
]


def planned(timeline: Timeline, days: float) -> list[Span]:
    spans = timeline.spans(0.0, days * DAY_S)
    for before, after in pairwise(spans):
        assert before.end_s == after.begin_s
    assert spans[0].begin_s <= 0.0
    assert spans[-1].end_s >= days * DAY_S
    assert all(span.seconds > 0 for span in spans)
    return spans


@pytest.mark.slow
@pytest.mark.parametrize("begin", DAYS_OF_JUMPS, ids=str)
def test_days_have_no_gaps_though_clocks_jump(begin: datetime) -> None:
    house = demo(*(Life(routine=routine, night_toilets=1.0) for routine in Routine))
    for seed in range(2):
        for number in range(len(Routine)):
            planned(Timeline(house, number, seed, begin), 4.0)


def test_people_get_up_by_the_clock_on_the_wall_after_it_jumped() -> None:
    zone = ZoneInfo("Europe/Paris")
    start = datetime(2026, 3, 27, 12, 0, tzinfo=zone)
    timeline = Timeline(demo(Life(wakes_at_h=6.75)), 0, 3, start)
    wakes = []
    for span in timeline.spans(0.0, 6 * DAY_S):
        after = timeline.at(span.end_s)
        if (
            span.activity == "sleeping"
            and after.activity == "toilet"
            and timeline.at(after.end_s).activity == "washing"
        ):
            local = (start.astimezone(UTC) + timedelta(seconds=span.end_s)).astimezone(zone)
            wakes.append((local.weekday(), local.hour + local.minute / 60.0))
    assert len(wakes) >= 5
    for weekday, hour in wakes:
        assert 6.0 <= hour <= (9.0 if weekday >= 5 else 7.5)


def test_two_days_and_two_seeds_differ() -> None:
    house = demo()
    one, other = Timeline(house, 0, 1, START), Timeline(house, 0, 2, START)
    assert [span.begin_s for span in one.spans(0, DAY_S)] != [span.begin_s for span in other.spans(0, DAY_S)]
    first = [round(span.begin_s) for span in one.spans(0, DAY_S)]
    assert first != [round(span.begin_s - DAY_S) for span in one.spans(DAY_S, 2 * DAY_S)]


def test_only_one_at_a_time_is_on_the_toilet_in_the_bath_and_at_the_basin() -> None:
    home = household(demo(*FAMILY))
    for activity in SINGLE:
        used = sorted(
            (span.begin_s, span.end_s)
            for body in home.where(0.0)
            for span in home.plan(body, 0.0, 14 * DAY_S)
            if span.activity == activity
        )
        assert len(used) > 14
        for (_, end_s), (begin_s, _) in pairwise(used):
            assert begin_s >= end_s


def test_a_family_eats_dinner_together_and_parents_are_out_by_day_only_if_they_work_out() -> None:
    home = household(demo(*FAMILY))
    together = 0
    for day in range(7):
        for minute in range(0, 4 * 60, 5):
            at_s = day * DAY_S + 60.0 * minute
            eating = [
                name for name in ("person_0", "person_1", "person_2") if home.doing(name, at_s).activity == "eating"
            ]
            if len(eating) == 3:
                together += 1
                break
    assert together >= 4
    # 20 January 2026 is a Tuesday; the next noon is a working day's.
    noon_s = 17.5 * HOUR_S
    assert home.where(noon_s)["person_1"] == ""
    assert home.where(noon_s)["person_3"] != ""


def test_guests_come_on_some_weekends_and_on_no_other_day() -> None:
    home = household(demo(guests=2))
    visits = set()
    for day in range(120):
        for hour in range(24):
            at_s = day * DAY_S + hour * HOUR_S
            here = [name for name, room in home.where(at_s).items() if name.startswith("guest_") and room]
            if here:
                local = START + timedelta(seconds=at_s)
                assert local.weekday() >= 5
                assert 13 <= local.hour <= 19
                visits.add(local.date())
                assert home.doing("aoi", at_s).activity in ("talking", "toilet")
    assert 2 <= len(visits) <= 17  # of 34 days
    nobody = household(demo(guests=0))
    assert set(nobody.where(0.0)) == {"aoi", "ren"}


def test_an_old_person_is_at_home_most_of_a_working_day_and_an_office_worker_is_not() -> None:
    home = household(demo(Life(routine=Routine.RETIRED, age_years=78), Life()))
    steps = [number * 600.0 for number in range(7 * 144)]
    working = [at_s for at_s in steps if (START + timedelta(seconds=at_s)).weekday() < 5]
    shares = {
        name: sum(home.where(at_s)[name] != "" for at_s in working) / len(working) for name in ("person_0", "person_1")
    }
    assert shares["person_0"] > 0.8
    assert shares["person_1"] < 0.65


def test_a_baby_sleeps_by_day_too() -> None:
    home = household(demo(*FAMILY))
    asleep = sum(home.doing("person_3", number * 300.0).activity == "sleeping" for number in range(7 * 288))
    assert (
        11.0 < 24.0 * asleep / (7 * 288) < 18.0
    )  # four to eleven months: 12 to 15 h (AASM 2016), a little more in bed
    by_day = [home.doing("person_3", 18.5 * HOUR_S + number * 300.0).activity for number in range(48)]
    assert "sleeping" in by_day
