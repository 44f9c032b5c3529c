"""Sleep by a student: told while somebody lies there alone, in the morning as a range, and never where it cannot be."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from sumika.perception import sleep_night, sleep_stages
from sumika.perception._bed_rates import Readings
from sumika.perception.walking import Walking
from sumika.schema import DayMeasures, Message, Reason, SleepKind, SleepNight, SleepStages
from tests.knowing_helpers import Fake, heart, sleep, somebody, tick, tracks, vitals

ASLEEP = {"wake": 0.1, "NREM": 0.7, "REM": 0.2}
HOUR_S = 3600.0


def run(step: Any, state: Any, messages: Iterable[Message]) -> list[Message]:
    told: list[Message] = []
    for message in messages:
        state, said = step(state, message)
        told += said
    return told


def lying(
    hours: float, every_s: float = 10.0, from_s: float = 0.0, unread_h: tuple[float, float] = (0.0, 0.0)
) -> Iterable[Message]:
    for second in np.arange(from_s, from_s + hours * HOUR_S, every_s).tolist():
        yield sleep(second, SleepKind.IN_BED)
        if not unread_h[0] <= second / HOUR_S < unread_h[1]:
            yield heart(second, 55.0 + second % 7)


def nobody(until_s: float = 0.0) -> Iterable[Message]:
    """Let two minutes pass in an empty room."""
    return (sleep(until_s - 120.0 + second, SleepKind.AWAY) for second in range(0, 120, 5))


def stages(student: Fake | None, messages: Iterable[Message]) -> list[SleepStages]:
    told = run(sleep_stages.step, sleep_stages.start("bedroom", student), (*nobody(), *messages))
    return [one for one in told if isinstance(one, SleepStages)]


def nights(student: Fake | None, messages: Iterable[Message]) -> tuple[list[SleepNight], list[DayMeasures]]:
    told = run(sleep_night.step, sleep_night.start("bedroom", student), (*nobody(), *messages))
    return [one for one in told if isinstance(one, SleepNight)], [one for one in told if isinstance(one, DayMeasures)]


def up_for_good(second: float) -> Iterable[Message]:
    """Let somebody be up from a time until the next noon; the clock shows a quarter past two at the beginning."""
    noon = 21.8 * HOUR_S + (second // (24 * HOUR_S)) * 24 * HOUR_S
    for later in np.arange(second, noon, 60.0).tolist():
        yield sleep(later, SleepKind.AWAY)


def test_stages_are_told_every_half_minute_and_sleep_is_counted() -> None:
    student = Fake(ASLEEP)
    told = stages(student, lying(0.5))
    assert len(told) == pytest.approx(59, abs=2)
    last = told[-1]
    assert (last.valid, last.student, last.wake, last.non_rem, last.rem) == (True, "fake", 0.1, 0.7, 0.2)
    # Not of the first three minutes, before enough of the heart was measured.
    assert last.asleep_min == pytest.approx(0.9 * 27.0, abs=0.5)
    assert {len(shape) for shape in student.shown} == {1}


def test_how_long_they_slept_is_not_told_where_much_could_not_be_read() -> None:
    last = stages(Fake(ASLEEP), lying(1.5, unread_h=(0.5, 0.8)))[-1]
    assert (last.valid, last.wake, last.asleep_min) == (True, 0.1, None)
    last = stages(Fake(ASLEEP), lying(1.5, unread_h=(0.5, 0.55)))[-1]
    assert last.asleep_min == pytest.approx(0.9 * 60.0 * 1.4, abs=3.0)


def test_how_long_they_slept_is_not_told_where_nobody_saw_them_lie_down() -> None:
    told = run(sleep_stages.step, sleep_stages.start("bedroom", Fake(ASLEEP)), lying(0.5))
    assert isinstance(told[-1], SleepStages)
    assert (told[-1].valid, told[-1].asleep_min) == (True, None)


def test_after_an_hour_of_silence_sleep_is_counted_anew() -> None:
    course = [*lying(1.0), *(sleep(HOUR_S + 60.0 * i, None) for i in range(60)), *nobody(2 * HOUR_S + 200.0)]
    course += lying(0.5, from_s=2 * HOUR_S + 200.0)
    last = stages(Fake(ASLEEP), course)[-1]
    assert last.asleep_min == pytest.approx(0.9 * 30.0, abs=3.0)


def test_stages_say_why_there_are_none() -> None:
    assert {one.reason for one in stages(None, lying(0.1))} == {Reason.NO_STUDENT}
    unlike = stages(Fake(ASLEEP, Reason.UNLIKE_LEARNED), lying(0.2))
    assert (unlike[-1].valid, unlike[-1].reason, unlike[-1].wake) == (False, Reason.UNLIKE_LEARNED, None)
    without = stages(Fake(ASLEEP), (sleep(10.0 * i, SleepKind.IN_BED) for i in range(40)))
    assert {one.reason for one in without} == {Reason.TOO_WEAK}


def test_of_two_in_bed_nothing_is_told() -> None:
    both = (
        message
        for second in range(0, 600, 10)
        for message in (sleep(second, SleepKind.IN_BED), vitals(second, 1), vitals(second + 1, 2))
    )
    assert {one.reason for one in stages(Fake(ASLEEP), both)} == {Reason.TWO_IN_ONE_CELL}


def test_the_rate_of_the_room_counts_again_once_nobody_is_told_apart() -> None:
    state = sleep_stages.start("bedroom", Fake(ASLEEP))
    told = run(sleep_stages.step, state, [vitals(0.0, 1), *(heart(5.0 * i) for i in range(1, 20))])
    assert told == []
    assert state.rates.hearts.arrays()[0].tolist() == [0.0, *(5.0 * i for i in range(7, 20))]


def test_nobody_in_bed_is_nothing_to_tell() -> None:
    assert stages(Fake(ASLEEP), (sleep(10.0 * i, SleepKind.AWAKE) for i in range(60))) == []
    assert stages(Fake(ASLEEP), [tick(10.0), heart(20.0)]) == []


def test_a_night_is_told_as_a_range_when_somebody_has_got_up_for_good() -> None:
    night, measures = nights(Fake(ASLEEP), [*lying(7.0), *up_for_good(7 * HOUR_S)])
    assert len(night) == len(measures) == 1
    one = night[0]
    assert one.valid
    assert one.in_bed_min == pytest.approx(420.0, abs=1.0)
    assert one.asleep_min == pytest.approx(0.9 * 420.0, abs=3.0)
    assert one.asleep_low_min is not None
    assert one.asleep_high_min is not None
    assert one.asleep_low_min < 378.0 < one.asleep_high_min <= 420.5
    assert one.measured == pytest.approx(0.5, abs=0.01)
    assert measures[0].resting_heart_bpm == pytest.approx(58.0, abs=2.0)
    assert measures[0].out_of_bed_h is None
    assert measures[0].night_visits == 0.0


def test_ups_are_counted_and_a_day_out_of_bed_is_measured() -> None:
    second_night = 24 * HOUR_S
    messages = [*lying(3.0), *(sleep(3 * HOUR_S + i, SleepKind.AWAY) for i in range(0, 300, 30))]
    messages += [sleep(3 * HOUR_S + 300 + i, SleepKind.ASLEEP) for i in range(0, 3600, 30)]
    messages += [sleep(4 * HOUR_S + 300 + i, SleepKind.AWAKE) for i in range(0, 120, 30)]  # tosses and turns
    messages += [sleep(4 * HOUR_S + 420 + i, SleepKind.ASLEEP) for i in range(0, 3480, 30)]
    messages += list(up_for_good(5 * HOUR_S + 300))
    messages += [sleep(second_night - i, SleepKind.AWAY) for i in range(3600, 0, -60)]
    messages += [sleep(second_night + i, SleepKind.ASLEEP) for i in range(0, 4 * 3600, 60)]
    messages += list(up_for_good(second_night + 4 * HOUR_S))
    _, measures = nights(None, messages)
    assert [one.night_visits for one in measures] == [1.0, 0.0]
    assert measures[1].out_of_bed_h == pytest.approx(24.0 - 5.083, abs=0.1)
    assert measures[1].resting_heart_bpm is None


def test_a_nap_is_no_night_and_without_a_student_no_sleep_is_told() -> None:
    assert nights(Fake(ASLEEP), [*lying(1.0), *up_for_good(HOUR_S)]) == ([], [])
    night, _ = nights(None, [*lying(4.0), *up_for_good(4 * HOUR_S)])
    assert (night[0].valid, night[0].reason, night[0].asleep_min) == (False, Reason.NO_STUDENT, None)
    assert night[0].in_bed_min == pytest.approx(240.0, abs=1.0)
    seldom, _ = nights(Fake(ASLEEP), [*lying(4.0, every_s=60.0), *up_for_good(4 * HOUR_S)])
    assert seldom[0].reason is Reason.TOO_WEAK


def test_another_boot_ends_a_night_without_telling_it() -> None:
    state = sleep_stages.start("bedroom", Fake(ASLEEP))
    run(sleep_stages.step, state, lying(0.1))
    assert run(sleep_stages.step, state, [sleep(5.0, SleepKind.IN_BED, boot="another")]) == []


def test_readings_are_thinned_and_kept_for_hours_only() -> None:
    readings = Readings()
    for second in range(100):
        readings.take(float(second), 60.0)
    assert len(readings.arrays()[0]) == 20
    readings.take(20 * HOUR_S, 61.0)
    assert readings.arrays()[1].tolist() == [61.0]
    assert readings.median(0.0, 1.0, fewest=1) is None


def test_walks_have_a_speed_and_shuffling_has_none() -> None:
    walking = Walking()
    for walk in range(6):
        for step in range(21):
            second = walk * 60.0 + 0.25 * step
            walking.take(tracks(second, somebody(place_m=(0.2 * step, 1.0), going_m_s=0.8)))
        walking.take(tracks(walk * 60.0 + 6.0, somebody(place_m=(4.0, 1.0))))
    assert walking.daily() == pytest.approx(0.8, abs=0.01)
    assert walking.daily() is None
    for step in range(400):
        walking.take(tracks(1000.0 + 0.25 * step, somebody(place_m=(float(step % 2), 1.0), going_m_s=0.8)))
    walking.take(tracks(2000.0))
    assert walking.daily() is None
