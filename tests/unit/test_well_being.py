"""Changes over weeks: told where they are, silent where they are not, and never sure for nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.belief.well_being import drawn_in, trend
from sumika.evaluate.people import weeks
from sumika.schema import Direction, Measure, Reason

DAY_S = 86_400.0


def days_of(count: int) -> NDArray[np.float64]:
    return 1.7e9 + np.arange(count, dtype=np.float64) * DAY_S


def resting_heart(count: int, change_at: int | None, by: float = 5.0) -> NDArray[np.float64]:
    values = 60.0 + 1.5 * np.random.default_rng(4).standard_normal(count)
    if change_at is not None:
        values[change_at:] += by
    return values


def test_a_change_is_told_with_its_day_its_size_and_how_surely() -> None:
    ended = days_of(60)
    told = trend(Measure.RESTING_HEART, ended, resting_heart(60, 40))
    assert told.valid
    assert told.direction is Direction.UP
    assert told.probability is not None
    assert told.probability > 0.99
    assert told.change_low_unix_s is not None
    assert told.change_high_unix_s is not None
    assert told.change_low_unix_s - DAY_S <= ended[40] <= told.change_high_unix_s + DAY_S
    assert told.shift_low is not None
    assert told.shift_high is not None
    assert told.shift_low < 5.0 < told.shift_high


def test_where_nothing_changes_nothing_is_told() -> None:
    told = trend(Measure.RESTING_HEART, days_of(80), resting_heart(80, None))
    assert told.valid
    assert told.direction is Direction.NONE
    assert told.change_unix_s is None
    assert told.probability is not None
    assert told.probability < 0.5


def test_a_few_wild_nights_are_no_change() -> None:
    values = resting_heart(60, None)
    values[[31, 45, 52]] += 25.0
    assert trend(Measure.RESTING_HEART, days_of(60), values).direction is Direction.NONE


def test_a_change_of_counts_goes_down_as_well_as_up() -> None:
    random = np.random.default_rng(5)
    many, few = random.poisson(3.0, 40).astype(float), random.poisson(0.5, 40).astype(float)
    assert trend(Measure.NIGHT_VISITS, days_of(80), np.concatenate((few, many))).direction is Direction.UP
    assert trend(Measure.NIGHT_VISITS, days_of(80), np.concatenate((many, few))).direction is Direction.DOWN
    assert trend(Measure.NIGHT_VISITS, days_of(40), np.zeros(40)).direction is Direction.NONE


def test_too_few_days_are_said_to_be_too_few() -> None:
    told = trend(Measure.SLEEP, days_of(15), np.full(15, 7.0))
    assert (told.valid, told.reason, told.probability) == (False, Reason.FEW_DAYS, None)
    nothing = trend(Measure.SLEEP, days_of(0), np.zeros(0))
    assert (nothing.valid, nothing.days, nothing.days_missing) == (False, 0, 0)


@pytest.mark.parametrize(("silent_days", "reason"), [(10, Reason.MEASURED), (20, Reason.STALE)])
def test_who_was_not_measured_for_weeks_is_not_told_of_as_they_are_now(silent_days: int, reason: Reason) -> None:
    ended, values = days_of(60 + silent_days), np.full(60 + silent_days, np.nan)
    values[:60] = resting_heart(60, 40)
    told = trend(Measure.RESTING_HEART, ended, values, ended[-1] + 3600.0)
    assert (told.valid, told.reason) == (reason is Reason.MEASURED, reason)
    assert told.days == 60


def test_missing_days_are_counted_and_make_no_change() -> None:
    values = resting_heart(60, None)
    values[[3, 4, 5, 30]] = np.nan
    told = trend(Measure.RESTING_HEART, days_of(60), values)
    assert (told.days, told.days_missing) == (56, 4)
    assert told.direction is Direction.NONE


def test_what_is_older_than_twelve_weeks_is_not_looked_at() -> None:
    values = np.concatenate((resting_heart(40, None) - 10.0, resting_heart(90, None)))
    assert trend(Measure.RESTING_HEART, days_of(130), values).direction is Direction.NONE


def test_days_and_values_belong_together() -> None:
    with pytest.raises(ValueError, match="3 days, 2 values"):
        trend(Measure.SLEEP, days_of(3), np.zeros(2))


def test_wild_values_are_drawn_in_and_others_left_alone() -> None:
    values = np.array([1.0, 2.0, 1.0, 2.0, 1.0, 40.0, 2.0, 1.0, 2.0])
    drawn = drawn_in(values, 0.1)
    assert drawn[5] < 6.0
    assert np.array_equal(np.delete(drawn, 5), np.delete(values, 5))


def test_the_score_of_made_up_weeks_counts_false_alarms_and_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weeks, "HOMES", 1)
    monkeypatch.setattr(weeks, "EVERY_DAYS", 15)
    assert weeks.measure(full=False) == {}
    figures = weeks.measure(full=True, first_seed=9000)
    assert set(figures) == {"well_being_false_per_home_year", "well_being_found", "well_being_delay_days"}
    assert 0.0 <= figures["well_being_found"].value <= 1.0
    assert 0.0 <= figures["well_being_delay_days"].value <= weeks.DAYS - weeks.CHANGES_ON
