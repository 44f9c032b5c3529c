"""What is one night: ups in it, times in bed that belong together, and one number a day for the weeks."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika.clock import Instant
from sumika.perception import sleep_night
from sumika.schema import DayMeasures, HeartRate, Message, Origin, Reason, Sleep, SleepKind, SleepNight
from tests.knowing_helpers import Fake

HOUR_S, MINUTE_S = 3600.0, 60.0
EVENING_NS = 1_768_860_000 * 10**9  # 2026-01-19T22:00 UTC
ASLEEP = {"wake": 0.1, "NREM": 0.7, "REM": 0.2}


def at(hour: float, boot: str = "b") -> Instant:
    """Return a moment so many hours after ten in the evening."""
    return Instant(round(hour * HOUR_S * 1e9), EVENING_NS + round(hour * HOUR_S * 1e9), boot)


def told(hour: float, kind: SleepKind | None, boot: str = "b") -> Sleep:
    return Sleep(
        stamp=at(hour, boot), origin=Origin.LIVE, room="bedroom", valid=True, reason=Reason.BREATHING_SEEN, kind=kind
    )


def beats(hour: float) -> HeartRate:
    return HeartRate(
        stamp=at(hour),
        origin=Origin.LIVE,
        room="bedroom",
        valid=True,
        reason=Reason.MEASURED,
        rate_bpm=55.0 + (hour * HOUR_S) % 7,
        sigma_bpm=1.0,
    )


Course = Sequence[tuple[float, float, SleepKind | None]]


def lived(course: Course, student: Fake | None = None, zone: str = "UTC") -> tuple[list[SleepNight], list[DayMeasures]]:
    """Return what is told of times (from hour, to hour, how it was); hearts are measured in bed, nobody was before."""
    first = min(begin for begin, _, _ in course)
    return seen([(first - 0.05, first, SleepKind.AWAY), *course], student, zone)


def seen(course: Course, student: Fake | None = None, zone: str = "UTC") -> tuple[list[SleepNight], list[DayMeasures]]:
    """Return what is told of times from the first word on."""
    state = sleep_night.start("bedroom", student, zone=ZoneInfo(zone))
    said: list[Message] = []
    for begin, end, kind in course:
        for hour in np.arange(begin, end, 5.0 / HOUR_S).tolist():
            state, new = sleep_night.step(state, told(hour, kind))
            said += new
            if student is not None and kind in (SleepKind.ASLEEP, SleepKind.IN_BED):
                sleep_night.step(state, beats(hour))
    return [one for one in said if isinstance(one, SleepNight)], [one for one in said if isinstance(one, DayMeasures)]


BED, AWAY, AWAKE = SleepKind.ASLEEP, SleepKind.AWAY, SleepKind.AWAKE


@pytest.mark.parametrize(("away_s", "ups"), [(5.0, 0), (50.0, 0), (70.0, 1), (900.0, 1)])
def test_an_up_takes_a_minute(away_s: float, ups: int) -> None:
    back = 3.0 + away_s / HOUR_S
    course = [(0, 3.0, BED), (3.0, back, AWAY), (back, back + 0.1, AWAKE), (back + 0.1, 8.0, BED), (8.0, 10.0, AWAY)]
    (night,), (day,) = lived(course)
    assert (night.ups, day.night_visits) == (ups, float(ups))


def test_a_minute_in_which_the_room_is_not_seen_is_no_up() -> None:
    course = [(0, 3.0, BED), (3.0, 3.01, AWAY), (3.01, 3.1, None), (3.1, 3.11, AWAY), (3.11, 8, BED), (8, 10.0, AWAY)]
    (night,), _ = lived(course)
    assert night.ups == 0


@pytest.mark.parametrize("up_at", [1.0, 3.5, 6.5])
@pytest.mark.parametrize("up_min", [25.0, 55.0])
def test_who_is_up_for_a_while_goes_on_with_the_same_night(up_at: float, up_min: float) -> None:
    back = up_at + up_min / 60.0
    (night,), (day,) = lived([(0, up_at, BED), (up_at, back, AWAY), (back, 9.0, BED), (9.0, 20.0, AWAY)], Fake(ASLEEP))
    assert (night.ups, day.night_visits) == (1, 1.0)
    assert night.in_bed_min == pytest.approx(540.0 - up_min, abs=1.0)
    assert night.began_unix_s is not None
    assert night.ended_unix_s is not None
    assert (night.ended_unix_s - night.began_unix_s) / HOUR_S == pytest.approx(9.0, abs=0.01)
    assert night.asleep_min == pytest.approx(0.9 * (540.0 - up_min), rel=0.02), "who is up does not sleep"
    assert night.measured == pytest.approx(1.0, abs=0.01)


def test_who_lies_awake_for_long_has_not_been_up() -> None:
    (night,), _ = lived([(0, 3.0, BED), (3.0, 3.5, AWAKE), (3.5, 8.0, BED), (8.0, 10.0, AWAY)])
    assert night.ups == 0
    assert night.in_bed_min == pytest.approx(480.0, abs=1.0)


def test_a_long_night_is_told_after_an_hour_and_a_short_one_at_noon() -> None:
    (long,), _ = lived([(0, 8.0, BED), (8.0, 14.0, AWAY)])
    assert long.stamp.monotonic_ns == pytest.approx(at(9.0).monotonic_ns, abs=10e9)
    (short,), _ = lived([(0, 5.0, BED), (5.0, 15.0, AWAY)])
    assert short.stamp.monotonic_ns == pytest.approx(at(14.0).monotonic_ns, abs=10e9)
    (tokyo,), _ = lived([(0, 5.0, BED), (5.0, 8.0, AWAY)], zone="Asia/Tokyo")
    assert tokyo.stamp.monotonic_ns == pytest.approx(at(5.0 + 1.0 / 3.0).monotonic_ns, abs=10e9), "noon was meanwhile"


def test_two_sleeps_between_one_noon_and_the_next_are_one_night() -> None:
    (night,), (day,) = lived([(-2.0, 2.0, BED), (2.0, 4.5, AWAY), (4.5, 8.5, BED), (8.5, 20.0, AWAY)])
    assert (night.ups, day.night_visits) == (1, 1.0)
    assert night.in_bed_min == pytest.approx(480.0, abs=1.0)


def test_who_lies_down_again_before_noon_has_had_their_night() -> None:
    nights, days = lived([(0, 8.0, BED), (8.0, 9.5, AWAY), (9.5, 13.5, BED), (13.5, 24.0, AWAY), (24.0, 31.0, BED),
                          (31.0, 33.0, AWAY)])  # fmt: skip
    began_s = [one.began_unix_s for one in nights if one.began_unix_s is not None]
    assert [round((one * 1e9 - EVENING_NS) / 1e9 / HOUR_S) for one in began_s] == [0, 24]
    assert len(days) == 2
    assert days[1].out_of_bed_h == pytest.approx(16.0, abs=0.1)


def test_a_nap_is_no_part_of_the_night() -> None:
    (night,), (day,) = lived([(-7.0, -5.5, BED), (-5.5, 0, AWAY), (0, 8.0, BED), (8.0, 10.0, AWAY)])
    assert night.in_bed_min == pytest.approx(480.0, abs=1.0)
    assert day.night_visits == 0.0


def test_who_sleeps_by_day_has_one_night_a_day_too() -> None:
    course: list[tuple[float, float, SleepKind | None]] = []
    for day in range(4):
        course += [(24 * day + 11.0, 24 * day + 17.0, BED), (24 * day + 17.0, 24 * day + 35.0, AWAY)]
    nights, days = lived(course)
    assert len(nights) == len(days) == 4
    assert {round(one.in_bed_min or 0.0) for one in nights} == {360}


UNSEEN = (False, Reason.PARTLY_UNSEEN, None, None, None)


def of_night(night: SleepNight) -> tuple[bool, Reason, float | None, float | None, int | None]:
    """Return what needs a whole night."""
    return night.valid, night.reason, night.in_bed_min, night.asleep_min, night.ups


def test_silence_is_neither_time_in_bed_nor_sleep() -> None:
    """The radar is silent from six to ten; they got up at some time in between."""
    (night,), (day,) = lived([(0, 7.0, BED), (7.0, 11.0, None), (11.0, 13.0, AWAY)], Fake(ASLEEP))
    assert of_night(night) == UNSEEN
    assert night.began_unix_s is not None
    assert night.ended_unix_s is None
    assert (day.ended_unix_s * 1e9 - EVENING_NS) / 1e9 / HOUR_S == pytest.approx(7.0, abs=0.01)
    assert (day.asleep_h, day.night_visits) == (None, None)
    assert day.resting_heart_bpm is not None, "what was measured was measured"


def test_who_lies_there_before_and_after_an_hour_of_silence_was_not_seen_all_night() -> None:
    (night,), (day,) = lived([(0, 3.0, BED), (3.0, 4.0, None), (4.0, 9.0, BED), (9.0, 12.0, AWAY)], Fake(ASLEEP))
    assert of_night(night) == UNSEEN
    assert night.measured == pytest.approx(1.0, abs=0.01), "of the time that was seen"
    assert (day.asleep_h, day.night_visits) == (None, None)


def test_a_quarter_of_an_hour_of_silence_is_bridged() -> None:
    (night,), _ = lived([(0, 3.0, BED), (3.0, 3.25, None), (3.25, 8.0, BED), (8.0, 10.0, AWAY)], Fake(ASLEEP))
    assert night.valid
    assert night.in_bed_min == pytest.approx(480.0, abs=1.0)


def test_who_left_before_the_silence_and_came_after_it_was_seen_all_the_same() -> None:
    course = [(0, 3.0, BED), (3.0, 3.1, AWAY), (3.1, 4.0, None), (4.0, 4.1, AWAY), (4.1, 9.0, BED), (9.0, 12.0, AWAY)]
    (night,), (day,) = lived(course, Fake(ASLEEP))
    assert night.valid
    assert (night.ups, day.night_visits) == (1, 1.0)
    assert night.in_bed_min == pytest.approx(60.0 * (3.0 + 4.9), abs=1.0)


def test_two_nights_with_a_day_of_silence_between_are_two() -> None:
    nights, days = lived([(0, 7.0, BED), (7.0, 24.5, None), (24.5, 32.0, BED), (32.0, 36.0, AWAY)], Fake(ASLEEP))
    assert [of_night(one) for one in nights] == [UNSEEN, UNSEEN]
    assert nights[1].began_unix_s is None
    assert nights[1].ended_unix_s is not None
    assert [one.out_of_bed_h for one in days] == [None, None]


def test_a_night_in_which_sumika_began_anew_is_not_told_as_a_short_one() -> None:
    """What was before is forgotten, and who is looked at first is not known to lie for two minutes."""
    (night,), (day,) = seen([(3.0, 3.05, AWAKE), (3.05, 8.0, BED), (8.0, 15.0, AWAY)], Fake(ASLEEP))
    assert of_night(night) == UNSEEN
    assert night.began_unix_s is None
    assert (day.asleep_h, day.night_visits) == (None, None)


def test_out_of_bed_is_not_told_after_a_night_whose_end_was_not_seen() -> None:
    course = [(0, 7.0, BED), (7.0, 11.0, None), (11.0, 24.0, AWAY), (24.0, 31.0, BED), (31.0, 34.0, AWAY),
              (34.0, 47.0, AWAY), (47.0, 54.0, BED), (54.0, 57.0, AWAY)]  # fmt: skip
    nights, days = lived(course, Fake(ASLEEP))
    assert [one.valid for one in nights] == [False, True, True]
    assert [one.out_of_bed_h is None for one in days] == [True, True, False]


@pytest.mark.parametrize(("awake_min", "valid"), [(5.0, False), (25.0, True)])
def test_who_is_up_in_the_bedroom_for_long_is_seen_to_lie_down(awake_min: float, valid: bool) -> None:
    begin = awake_min / 60.0
    (night,), _ = seen([(0, begin, AWAKE), (begin, 8.0, BED), (8.0, 10.0, AWAY)], Fake(ASLEEP))
    assert night.valid is valid


def test_a_power_cut_ends_a_night_without_telling_it() -> None:
    state = sleep_night.start("bedroom", None)
    said: list[Message] = []
    for hour in np.arange(0.0, 4.0, 0.01).tolist():
        said += sleep_night.step(state, told(hour, BED))[1]
    for hour in np.arange(4.0, 4.5, 0.01).tolist():
        said += sleep_night.step(state, told(hour, AWAY))[1]
    for hour in np.arange(0.0, 24.0, 0.01).tolist():
        said += sleep_night.step(state, told(hour, AWAY, boot="another"))[1]
    assert said == []
