"""Strain and comfort by their students: against one's own usual and own votes, and silent where that is unknown."""

import math
from datetime import UTC

import msgspec
import numpy as np
import pytest

from sumika.perception import comfort, occupancy, strain
from sumika.perception._iso_votes import AIR_C, MEAN_VOTES, shares_by_iso
from sumika.schema import (
    AirSample,
    Message,
    OccupancyCount,
    Origin,
    Presence,
    Reason,
    SleepKind,
    Strain,
    ThermalComfort,
    Vote,
)
from tests.knowing_helpers import Fake, at, heart, sleep, tick, vitals

STRAINED = {"as usual": 0.2, "strained": 0.8}
FELT = {"too cold": 0.6, "as it should be": 0.3, "too warm": 0.1}


def rested(state: strain.StrainState, minutes: int, begin_s: float = 0.0) -> list[Strain]:
    told: list[Strain] = []
    for number in range(minutes * 12):
        second = begin_s + 5.0 * number
        _, said = strain.step(state, heart(second, 60.0 + second % 5))
        told += [one for one in said if isinstance(one, Strain)]
    return told


def air(second: float, temperature_c: float | None = 24.0, co2_ppm: float | None = None) -> AirSample:
    return AirSample(
        stamp=at(second),
        origin=Origin.LIVE,
        sensor="bedroom_air",
        room="bedroom",
        temperature_c=temperature_c,
        relative_humidity=0.5,
        co2_ppm=co2_ppm,
    )


def vote(second: float, sensation: float, resident: str = "aoi") -> Vote:
    return Vote(stamp=at(second), origin=Origin.LIVE, resident=resident, room="bedroom", sensation=sensation)


def felt(state: comfort.ComfortState, *messages: AirSample | Vote) -> ThermalComfort:
    told: list[ThermalComfort] = []
    for message in messages:
        _, said = comfort.step(state, message)
        told += [one for one in said if isinstance(one, ThermalComfort)]
    return told[-1]


# Strain.


def test_strain_is_told_once_a_minute_after_an_hour_of_rest() -> None:
    student = Fake(STRAINED)
    told = rested(strain.start("bedroom", student), 75)
    assert len(told) == pytest.approx(75, abs=1)
    assert {one.reason for one in told[:55]} == {Reason.WARMING_UP}
    last = told[-1]
    assert (last.valid, last.probability, last.sigma, last.student) == (True, 0.8, 0.05, "fake")
    assert last.usual_min == pytest.approx(75.0, abs=1.0)


def test_strain_says_why_it_says_nothing() -> None:
    assert rested(strain.start("bedroom", None), 2)[-1].reason is Reason.NO_STUDENT
    state = strain.start("bedroom", Fake(STRAINED))
    rested(state, 70)
    _, late = strain.step(state, tick(70 * 60.0 + 600.0))
    assert [(one.valid, one.reason) for one in late if isinstance(one, Strain)] == [(False, Reason.NO_SIGNAL)]
    unlike = rested(strain.start("bedroom", Fake(STRAINED, Reason.UNLIKE_LEARNED)), 65)[-1]
    assert (unlike.valid, unlike.reason, unlike.probability) == (False, Reason.UNLIKE_LEARNED, None)


def test_nights_are_not_what_is_usual() -> None:
    state = strain.start("bedroom", Fake(STRAINED))
    strain.step(state, sleep(0.0, SleepKind.ASLEEP))
    assert rested(state, 70)[-1].usual_min == 0.0
    strain.step(state, sleep(4300.0, SleepKind.AWAKE))
    assert rested(state, 5, 4300.0)[-1].usual_min > 3.0


def test_of_two_in_a_room_no_strain_is_told() -> None:
    state = strain.start("bedroom", Fake(STRAINED))
    rested(state, 65)
    told: list[Strain] = []
    for second in range(65 * 60, 67 * 60, 5):
        for message in (vitals(second, 1), vitals(second + 1, 2)):
            told += [one for one in strain.step(state, message)[1] if isinstance(one, Strain)]
    assert told[-1].reason is Reason.TWO_IN_ONE_CELL


# Comfort.


def test_comfort_is_of_those_who_agreed_by_their_student() -> None:
    state = comfort.start("bedroom", ("aoi", "ren"), UTC, Fake(FELT))
    told = felt(state, air(0.0), vote(10.0, -2.0), vote(20.0, 2.0, resident="guest"))
    assert (told.valid, told.student) == (True, "fake")
    assert [(one.resident, one.too_cold, one.too_warm, one.votes) for one in told.people] == [
        ("aoi", 0.6, 0.1, 1),
        ("ren", 0.6, 0.1, 0),
    ]


def test_without_a_student_ones_own_votes_are_told_drawn_towards_what_is_usual() -> None:
    state = comfort.start("bedroom", ("aoi",), UTC, None)
    before = felt(state, air(0.0)).people[0]
    usual, _ = shares_by_iso(24.0)
    assert before.too_cold == pytest.approx(usual)
    after = felt(state, *(vote(10.0 * number, -2.0) for number in range(1, 11))).people[0]
    assert after.too_cold == pytest.approx((10 + 5 * usual) / 15)
    assert after.votes == 10
    assert after.sigma == pytest.approx(math.sqrt(after.too_cold * (1.0 - after.too_cold) / 16))


@pytest.mark.parametrize(("air_c", "colder"), [(5.0, True), (18.5, True), (33.0, False), (38.0, False)])
def test_at_a_warmth_that_the_student_never_learned_it_is_not_asked(air_c: float, colder: bool) -> None:
    """It learned from offices in the tropics; of a cold house it says that it suits nearly everybody."""
    told = felt(comfort.start("bedroom", ("aoi",), UTC, Fake(FELT)), air(0.0, temperature_c=air_c))
    (person,) = told.people
    assert (told.valid, told.student) == (True, "")
    more, less = (person.too_cold, person.too_warm) if colder else (person.too_warm, person.too_cold)
    assert more > 0.4 > 10 * less


def test_votes_at_another_warmth_say_little_of_this_one() -> None:
    state = comfort.start("bedroom", ("aoi",), UTC, None)
    felt(state, air(0.0, temperature_c=30.0), *(vote(10.0 * number, 2.0) for number in range(1, 20)))
    (person,) = felt(state, air(400.0, temperature_c=16.0), vote(410.0, 0.0)).people
    assert person.too_cold > 0.4 > 10 * person.too_warm


def test_the_kept_votes_are_those_of_iso_7730_and_their_spread_is_its_ppd() -> None:
    from sumika.physics.comfort import predicted_vote

    for clothing_clo, votes in MEAN_VOTES.items():
        made = [predicted_vote(one, one, 0.5, clothing_clo=clothing_clo, beyond_limits=True) for one in AIR_C]
        assert votes == pytest.approx([one.pmv for one in made], abs=0.006)
    cold, warm = shares_by_iso(25.0)
    ppd = [predicted_vote(25.0, 25.0, 0.5, clothing_clo=one).ppd for one in MEAN_VOTES]
    assert cold + warm == pytest.approx(sum(ppd) / 2, abs=0.025)
    assert (shares_by_iso(-20.0), shares_by_iso(60.0)) == (shares_by_iso(10.0), shares_by_iso(34.0))


def test_comfort_without_a_thermometer_is_not_told() -> None:
    told = felt(comfort.start("bedroom", ("aoi",), UTC, Fake(FELT)), air(0.0, temperature_c=None))
    assert (told.valid, told.reason, told.people) == (False, Reason.NO_SIGNAL, ())
    _, said = comfort.step(comfort.start("bedroom", (), UTC, None), tick(0.0))
    assert [one.reason for one in said if isinstance(one, ThermalComfort)] == [Reason.NO_PERSON]


def test_votes_of_other_rooms_and_no_numbers_count_for_nothing() -> None:
    state = comfort.start("bedroom", ("aoi",), UTC, None)
    elsewhere = Vote(stamp=at(5.0), origin=Origin.LIVE, resident="aoi", room="living", sensation=2.0)
    comfort.step(state, elsewhere)
    told = felt(state, air(0.0), vote(10.0, math.nan))
    assert told.people[0].votes == 0


def test_a_zone_that_does_not_exist_is_utc() -> None:
    assert comfort.zone_of("Nowhere/Atall") is UTC
    assert str(comfort.zone_of("Asia/Tokyo")) == "Asia/Tokyo"


# Occupancy by a student.


def test_a_student_that_says_empty_or_occupied_moves_the_count() -> None:
    def probability_of_nobody(occupied: float) -> float:
        student = Fake({"empty": 1.0 - occupied, "occupied": occupied})
        state, last = occupancy.start("bedroom", 30.0, followed=False, student=student), None
        for minute in range(12):
            _, said = occupancy.step(state, air(60.0 * minute, co2_ppm=700.0 + minute))
            last = next((one for one in said if isinstance(one, OccupancyCount)), last)
        assert last is not None
        assert last.student == "fake"
        return last.shares[0]

    assert probability_of_nobody(0.05) > probability_of_nobody(0.5) > probability_of_nobody(0.95)


def test_what_a_student_said_of_a_sensor_that_fell_silent_counts_no_longer() -> None:
    def last_count(*, other: bool) -> OccupancyCount:
        student = Fake({"empty": 0.02, "occupied": 0.98})
        state, told = occupancy.start("bedroom", 30.0, followed=False, student=student), list[Message]()
        if other:
            told += occupancy.step(state, msgspec.structs.replace(air(0.0, co2_ppm=700.0), sensor="silent"))[1]
        student.says = {"empty": 0.98, "occupied": 0.02}
        for minute in range(1, 60):
            told += occupancy.step(state, air(60.0 * minute, co2_ppm=700.0))[1]
        last = told[-1]
        assert isinstance(last, OccupancyCount)
        assert last.student == "fake"
        return last

    assert last_count(other=True).shares == last_count(other=False).shares


def test_a_count_that_rests_on_no_student_any_more_names_none() -> None:
    student = Fake({"empty": 0.02, "occupied": 0.98})
    state = occupancy.start("bedroom", 30.0, followed=False, student=student)
    occupancy.step(state, air(0.0, co2_ppm=700.0))
    seen = Presence(
        stamp=at(3600.0), origin=Origin.LIVE, room="bedroom", valid=True, reason=Reason.MEASURED, probability=0.9
    )
    (told,) = occupancy.step(state, seen)[1]
    assert isinstance(told, OccupancyCount)
    assert (told.valid, told.student) == (True, "")


def test_a_student_that_abstains_leaves_the_count_to_the_rest() -> None:
    student = Fake({"empty": 0.5, "occupied": 0.5}, Reason.UNLIKE_LEARNED)
    state = occupancy.start("bedroom", 30.0, followed=False, student=student)
    told: list[Message] = []
    for minute in range(12):
        told += occupancy.step(state, air(60.0 * minute, co2_ppm=700.0))[1]
    last = told[-1]
    assert isinstance(last, OccupancyCount)
    assert (last.valid, last.student) == (True, "")
    assert np.isclose(sum(last.shares), 1.0, atol=1e-4)
