"""Who is watched: beds, bathrooms and mornings, over restarts, power cuts and pauses. Unknown is neither yes nor no."""

import msgspec
import pytest

from sumika.alarm import WatchMemory
from sumika.schema import (
    AlarmCause,
    TrackKind,
)
from sumika.schema.alarm_settings import (
    Alarms,
    WatchBed,
)
from tests.alarm_helpers import presence
from tests.watched_helpers import STEP_S, Watched, tracks


def test_who_leaves_the_bed_at_night_and_is_not_back_is_found() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(29.0, bedroom=0.01).going_on
    assert AlarmCause.NOT_BACK_IN_BED in house.during(1.5, bedroom=0.01).going_on
    house.over.clear()
    house.during(1.0, bedroom=0.99)
    assert (AlarmCause.NOT_BACK_IN_BED, "bedroom") in house.over


def test_a_short_visit_is_nothing() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    for _ in range(4):
        assert AlarmCause.NOT_BACK_IN_BED not in house.during(20.0, bedroom=0.01).going_on
        house.during(5.0, bedroom=0.99)


def test_one_of_two_who_is_missing_is_found() -> None:
    house = Watched()
    both = (("bedroom", TrackKind.PERSON, 0.0), ("bedroom", TrackKind.PERSON, 0.0))
    for minutes, people in ((25.0, both), (31.0, both[:1])):
        for _ in range(round(60.0 * minutes / STEP_S)):
            house.during(STEP_S / 60.0, bedroom=0.99)
            house.hear(tracks(house.now, *people))
    assert AlarmCause.NOT_BACK_IN_BED in house.going_on


def test_a_cat_in_bed_is_nobody() -> None:
    house = Watched()
    for _ in range(300):
        house.during(STEP_S / 60.0, bedroom=0.01)
        house.hear(tracks(house.now, ("bedroom", TrackKind.PET, 0.0)))
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(40.0, bedroom=0.01).going_on


def test_who_never_went_to_bed_and_who_gets_up_in_the_morning_is_not_missing() -> None:
    assert AlarmCause.NOT_BACK_IN_BED not in Watched().during(300.0, bedroom=0.01).going_on
    morning = Watched(at="2026-01-21T05:00").during(45.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in morning.during(60.0, bedroom=0.01).going_on


def test_who_went_to_bed_yesterday_is_not_missing_tonight() -> None:
    house = Watched(at="2026-01-20T22:30").during(30.0, bedroom=0.99)
    house.power_is_away(23.0)
    assert house.during(45.0, bedroom=0.01).going_on == {}
    house.during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_a_power_cut_within_the_night_and_midnight_make_nobody_forgotten() -> None:
    house = Watched(at="2026-01-20T23:30").during(25.0, bedroom=0.99)
    house.power_is_away(0.5)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_a_bed_that_is_watched_day_and_night_knows_no_midnight() -> None:
    bed = WatchBed(rooms=("bedroom",), from_h=0.0, to_h=24.0)
    house = Watched(Alarms(not_back_in_bed=bed), at="2026-01-20T23:20").during(30.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_what_the_version_before_kept_of_a_night_can_be_read() -> None:
    kept = msgspec.json.decode(b'{"settled": {"bedroom": 1}, "heard_on": "2026-01-20"}', type=WatchMemory)
    assert (kept.settled, kept.night) == ({"bedroom": 1}, "")


def test_a_radar_that_goes_blind_says_of_nobody_that_they_left() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(60.0, bedroom=None).going_on


@pytest.mark.parametrize("restarts", [False, True])
def test_a_long_stay_in_the_bathroom_is_found_over_slips_and_restarts(restarts: bool) -> None:
    house = Watched().during(30.0, bath=0.9).during(0.5, bath=0.1)
    if restarts:
        house.restarts()
    assert AlarmCause.LONG_IN_BATHROOM not in house.during(29.0, bath=0.9).going_on
    assert AlarmCause.LONG_IN_BATHROOM in house.during(1.0, bath=0.9).going_on
    house.during(3.0, bath=0.01)
    assert (AlarmCause.LONG_IN_BATHROOM, "bath") in house.over


def test_two_short_stays_are_not_one_long_one() -> None:
    house = Watched().during(40.0, bath=0.9).during(2.0, bath=0.01)
    assert AlarmCause.LONG_IN_BATHROOM not in house.during(40.0, bath=0.9).going_on


def test_a_morning_on_which_nobody_moves_is_found_by_its_hour() -> None:
    house = Watched(at="2026-01-21T05:00").during(299.0, bedroom=0.99)
    assert AlarmCause.NO_MOVEMENT not in house.going_on
    found = house.during(2.0, bedroom=0.99).going_on[AlarmCause.NO_MOVEMENT]
    assert found.detail == ""
    moved = presence("bedroom", house.now, 0.99, moving=True)
    house.hear(moved)
    assert (AlarmCause.NO_MOVEMENT, "") in house.over


def test_an_empty_house_is_said_to_be_one() -> None:
    house = Watched(at="2026-01-21T05:00").during(301.0, bedroom=0.01)
    assert house.going_on[AlarmCause.NO_MOVEMENT].detail == "nobody_seen"


@pytest.mark.parametrize("restarts", [False, True])
def test_who_moved_at_seven_is_well_at_ten(restarts: bool) -> None:
    house = Watched(at="2026-01-21T05:00").during(120.0, bedroom=0.99)
    house.hear(presence("bedroom", house.now, 0.99, moving=True))
    if restarts:
        house.restarts()
    assert AlarmCause.NO_MOVEMENT not in house.during(181.0, bedroom=0.99).going_on


def test_what_moved_in_the_night_says_nothing_of_the_morning() -> None:
    house = Watched(at="2026-01-21T04:00")
    house.hear(presence("bedroom", house.now, 0.99, moving=True))
    assert AlarmCause.NO_MOVEMENT in house.during(361.0, bedroom=0.99).going_on


def test_a_house_that_was_not_heard_in_the_morning_says_nothing() -> None:
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T09:30").during(60.0, bedroom=0.99).going_on
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T05:00").during(310.0, bedroom=None).going_on


def test_what_is_heard_after_the_morning_is_no_word_on_it() -> None:
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T11:00").during(200.0, bedroom=0.01).going_on


@pytest.mark.parametrize("paused_min", [0.1, 90.0])
def test_who_was_in_the_bathroom_before_a_pause_is_not_long_in_it(paused_min: float) -> None:
    house = Watched().during(30.0, bath=0.9)
    house.pauses(paused_min)
    assert house.going_on == {}
    assert house.during(59.0, bath=0.9).going_on == {}
    assert AlarmCause.LONG_IN_BATHROOM in house.during(1.5, bath=0.9).going_on


def test_who_went_to_bed_before_a_pause_is_not_missing_in_it_or_after_it() -> None:
    house = Watched().during(25.0, bedroom=0.99).during(5.0, bedroom=0.01)
    house.pauses(40.0)
    assert house.during(40.0, bedroom=0.01).going_on == {}


def test_a_pause_in_the_morning_makes_nobody_one_who_has_not_moved() -> None:
    house = Watched(at="2026-01-21T05:00").during(240.0, bedroom=0.99)
    house.pauses(90.0)
    assert house.during(60.0, bedroom=0.99).going_on == {}
    early = Watched(at="2026-01-21T05:00").during(60.0, bedroom=0.99)
    early.pauses(60.0)
    assert AlarmCause.NO_MOVEMENT in early.during(181.0, bedroom=0.99).going_on, "enough of it was heard afterwards"
