"""What the students of body and air read: nothing of what comes later, nothing of the clock, and gaps without harm."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.models.features import comfort, occupancy, strain
from sumika.models.features._slots import Series, bridged
from sumika.models.features.sleep import live_columns, live_features, night_columns, night_features

HOUR_S = 3600.0
Numbers = NDArray[np.float64]


def night(seed: int = 0, hours: float = 3.0) -> tuple[Numbers, Numbers, Numbers]:
    random = np.random.default_rng(seed)
    reading_s = np.arange(-600.0, hours * HOUR_S, 5.0)
    rate = 58 + 6 * np.sin(2 * np.pi * reading_s / 5400) + random.normal(0, 2, len(reading_s))
    return reading_s, rate, np.arange(0.0, hours * HOUR_S, 30.0)


def test_what_comes_later_changes_nothing_that_was_told() -> None:
    reading_s, rate, epoch_s = night()
    told = live_features(reading_s, rate, 0.0, epoch_s)
    assert told.shape == (len(epoch_s), len(live_columns()))
    until = epoch_s[200] + 30.0
    known = reading_s < until
    np.testing.assert_array_equal(live_features(reading_s[known], rate[known], 0.0, epoch_s[200:201])[0], told[200])
    # But what came before does, or the test above would prove nothing.
    calm = live_features(reading_s[known], np.minimum(rate[known], 55.0), 0.0, epoch_s[200:201])[0]
    assert np.abs(calm - told[200]).max() > 0.1


def test_a_sensor_that_tells_every_second_looks_like_a_watch() -> None:
    reading_s, rate, epoch_s = night()
    often_s = np.arange(-600.0, epoch_s[-1] + 30.0, 1.0)
    often = rate[np.searchsorted(reading_s, often_s, "right") - 1]
    whole = [night_features(when, what, epoch_s) for when, what in ((often_s, often), (reading_s, rate))]
    so_far = [live_features(when, what, 0.0, epoch_s) for when, what in ((often_s, often), (reading_s, rate))]
    for one, other in (whole, so_far):
        np.testing.assert_allclose(one, other, atol=0.05)


def test_quantiles_of_windows_are_those_of_numpy_to_the_last_bit() -> None:
    random = np.random.default_rng(0)
    values = random.normal(60, 9, 90)
    values[random.random(90) < 0.2] = np.nan
    values[40:60] = np.nan
    first = random.integers(0, 90, 400)
    last = first + random.integers(0, 40, 400)
    shares, missing = (0.0, 0.05, 0.1, 0.5, 0.75, 1.0), random.normal(size=400)
    told = np.array(Series(values).quantiles(first, last, shares, missing))
    empty = 0
    for window, (begin, end) in enumerate(zip(first, last, strict=True)):
        there = values[begin:end][np.isfinite(values[begin:end])]
        empty += not len(there)
        expected = np.quantile(there, shares) if len(there) else np.full(len(shares), missing[window])
        np.testing.assert_array_equal(told[:, window], expected)
    assert 0 < empty < 200


def test_people_with_another_heart_sleep_alike_and_gaps_give_numbers() -> None:
    reading_s, rate, epoch_s = night()
    quick = night_features(reading_s, 20.0 + 1.2 * rate, epoch_s)
    np.testing.assert_allclose(quick, night_features(reading_s, rate, epoch_s), atol=1e-4)
    gap = (reading_s < 4000) | (reading_s > 6000)
    broken = np.where(np.arange(len(rate)) % 50 == 0, np.nan, rate)
    for told in (
        night_features(reading_s[gap], broken[gap], epoch_s),
        live_features(reading_s[gap], broken[gap], 0.0, epoch_s),
        live_features(reading_s[:0], rate[:0], 0.0, epoch_s),
    ):
        assert np.isfinite(told).all()
    assert night_features(reading_s[gap], rate[gap], epoch_s)[160, night_columns().index("mean_60s")] == 0
    every_third = np.arange(len(rate)) % 3 == 0
    few = night_features(reading_s[every_third], rate[every_third], epoch_s)
    whole = night_features(reading_s, rate, epoch_s)
    assert np.median(np.abs(few - whole)) < 0.15, "fewer rates say much the same"


def test_a_watch_that_saves_its_battery_still_tells_how_fast_the_heart_is() -> None:
    reading_s, rate, epoch_s = night()
    # An hour as usual, then one reading in five minutes: those of a quick hour must not pass for the whole night's.
    slowed = rate - np.where(reading_s > HOUR_S, 12.0, 0.0)
    kept = (reading_s < HOUR_S) | (reading_s % 300 == 0)
    whole, few = (night_features(reading_s[one], slowed[one], epoch_s) for one in (reading_s > -1e9, kept))
    names, late = list(night_columns()), slice(200, 320)
    for name in ("mean_300s", "mean_1200s"):
        told, true = few[late, names.index(name)], whole[late, names.index(name)]
        assert np.median(np.abs(told - true)) < 0.3, name
    for name in ("deviation_60s", "steps_120s", "unrest_60s_900s"):
        column = few[:, names.index(name)]
        assert np.ptp(column[late]) == 0, "so few readings say nothing of how steady it is"
        assert column[late][0] == pytest.approx(np.median(column[:115]), rel=0.1)


def test_lines_join_what_is_near_and_nothing_else() -> None:
    none = np.nan
    values = np.array([none, 60.0, none, none, 66.0, none, none, none, none, 70.0, none])
    np.testing.assert_array_equal(
        bridged(values, 4), [none, 60.0, 62.0, 64.0, 66.0, none, none, none, none, 70.0, none]
    )
    np.testing.assert_array_equal(bridged(values[:1], 4), values[:1])


def strained(shift_s: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    second = np.arange(0.0, 1500.0) + shift_s
    heart = 70 + 3 * np.sin((second - shift_s) * 0.1) + np.where(second - shift_s > 1300, 25.0, 0.0)
    at_s = shift_s + np.array([60.0, 590.0, 900.0, 1299.0, 1400.0])
    return strain.strain_features(second, heart, second, np.full(len(second), 14.0), at_s)


def test_strain_is_told_against_ones_own_usual_and_not_before_it_is_known() -> None:
    x, known = strained()
    assert known.tolist() == [False, False, True, True, True]
    high = x[:, strain.columns().index("heart_mean_60s_among_all")]
    assert high[4] > 0.95 > high[3]
    later, _ = strained(86_400.0)
    np.testing.assert_allclose(later, x, atol=1e-6)
    faster = strain.strain_features(*_beating(110.0))[0]
    np.testing.assert_allclose(faster, strain.strain_features(*_beating(60.0))[0], atol=0.02)


def _beating(bpm: float) -> tuple[Numbers, ...]:
    second = np.arange(0.0, 900.0)
    return second, bpm + np.sin(second * 0.01), second[:0], second[:0], np.array([700.0, 880.0])


def test_without_a_heart_nothing_is_known_of_strain() -> None:
    none = np.zeros(0)
    x, known = strain.strain_features(none, none, none, none, np.array([10.0, 20.0]))
    assert not known.any()
    assert (x == strain.UNKNOWN).all()


def test_ones_own_votes_change_what_is_told_of_oneself() -> None:
    names = comfort.columns()
    now = comfort.Conditions(at_s=1e6, hour=12.0, air_c=26.0)
    fresh = comfort.comfort_features([], now)
    assert fresh.shape == (len(names),)
    assert np.isfinite(fresh).all()
    then = [comfort.Conditions(at_s=1e6 - 3600.0 * age, hour=(12.0 - age) % 24, air_c=25.0) for age in (9, 5, 1)]
    warm = comfort.comfort_features([comfort.Felt(vote=comfort.WARM, then=one) for one in then], now)
    cold = comfort.comfort_features([comfort.Felt(vote=comfort.COLD, then=one) for one in then], now)
    assert warm[names.index("warm_all")] > fresh[names.index("warm_all")]
    assert cold[names.index("cold_all")] > fresh[names.index("cold_all")]
    assert warm[names.index("last_warm_2h")] == pytest.approx(np.exp(-0.5))
    assert warm[names.index("air_above_own_k")] > 0
    unmeasured = comfort.comfort_features([], comfort.Conditions(at_s=1e6, hour=12.0))
    assert unmeasured[names.index("air_known")] == 0.0


def test_air_that_somebody_breathes_rises_and_a_clock_shows_nowhere() -> None:
    at_s = np.arange(0.0, 2 * HOUR_S, 60.0)
    co2 = 500.0 + np.where(at_s > HOUR_S, (at_s - HOUR_S) / 60.0 * 8.0, 0.0)
    still = np.full(len(at_s), 21.0)
    moment_s = np.array([3000.0, 5400.0])
    x, known = occupancy.occupancy_features(at_s, co2, still, np.full(len(at_s), 5e-3), moment_s)
    rise = x[:, occupancy.columns().index("co2_change_10min")]
    assert rise.tolist() == [0.0, pytest.approx(0.8, abs=0.01)]
    assert known.all()
    later, _ = occupancy.occupancy_features(at_s + 1e6, co2, still, np.full(len(at_s), 5e-3), moment_s + 1e6)
    np.testing.assert_allclose(later, x, atol=1e-5)
    silent = np.where(at_s > 4000.0, np.nan, co2)
    assert occupancy.occupancy_features(at_s, silent, still, still, moment_s)[1].tolist() == [True, False]
    assert occupancy.occupancy_features(at_s, co2, still, still, np.array([1e5]))[1].tolist() == [False]
