"""Breath and heartbeat of tracked people come with their interval, or with the reason why not."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest

from sumika.radar import vitals
from sumika.schema import Reason
from sumika.schema.vitals import Rate
from tests.vitals_scene import BINS, DESCRIPTION, INTERVAL_S, NOISE, Results, Sleeper, profiles, times, watch

ONE = Sleeper()


def last(results: Results, number: int = 1) -> vitals.PersonResult:
    return results[-1][number]


def expect(rate: Rate, bpm: float, within: float) -> None:
    assert rate.valid, rate.reason
    assert rate.reason is Reason.MEASURED
    assert rate.value_bpm is not None
    assert rate.low_bpm is not None
    assert rate.high_bpm is not None
    assert rate.value_bpm == pytest.approx(bpm, abs=within)
    assert rate.low_bpm < rate.value_bpm < rate.high_bpm
    assert rate.window_s > 5.0


@pytest.fixture(scope="module")
def half_a_minute() -> Results:
    time_s = times(30.0)
    return watch(profiles([ONE], time_s), time_s, [ONE.target()])


def test_both_rates_are_right(half_a_minute: Results) -> None:
    expect(last(half_a_minute).respiration, 14.0, 0.2)
    expect(last(half_a_minute).heart, 66.0, 1.0)
    assert last(half_a_minute).breathing_log_odds > 3.0


def test_nothing_is_told_before_enough_was_seen(half_a_minute: Results) -> None:
    early = half_a_minute[round(5.0 / INTERVAL_S)][1]
    for rate in (early.respiration, early.heart):
        assert (rate.valid, rate.reason, rate.value_bpm, rate.low_bpm) == (False, Reason.WARMING_UP, None, None)
    first = {
        name: next(index * INTERVAL_S for index, one in enumerate(half_a_minute) if getattr(one[1], name).valid)
        for name in ("heart", "respiration")
    }
    assert 6.0 < first["heart"] < 12.0
    assert 12.0 < first["respiration"] < 17.0


def test_single_beats_are_told_once_and_in_time(half_a_minute: Results) -> None:
    time_s = times(30.0)
    beats = [
        (now_s + beat.time_s, beat.interval_s)
        for now_s, one in zip(time_s, half_a_minute, strict=True)
        for beat in one[1].beats
    ]
    told = np.array([time for time, _ in beats])
    assert np.all(np.diff(told) > 0.5)
    true = ONE.beats_s(30.0)
    assert told.size > 0.6 * true.size
    for time, interval in beats:
        if interval is not None:
            nearest = int(np.argmin(np.abs(true + 0.1 - time)))
            assert interval == pytest.approx(true[nearest] - true[nearest - 1], abs=0.03)


def test_the_displacement_is_the_chests_and_does_not_jump(half_a_minute: Results) -> None:
    shown = np.array([one[1].displacement_mm for one in half_a_minute[300:]], np.float64)
    assert np.abs(np.diff(shown)).max() < 0.6
    breath, heart = ONE.moved_m(times(30.0))
    true = 1e3 * (breath + heart)[300:]
    assert np.corrcoef(shown, true)[0, 1] > 0.98
    sigma = last(half_a_minute).displacement_sigma_mm
    assert sigma is not None
    assert 0 < sigma < 0.01


def test_the_same_frames_give_the_same_results(half_a_minute: Results) -> None:
    time_s = times(30.0)
    assert watch(profiles([ONE], time_s), time_s, [ONE.target()]) == half_a_minute


def test_time_taken_more_slowly_lowers_both_rates_as_much(half_a_minute: Results) -> None:
    state = vitals.start(msgspec.structs.replace(DESCRIPTION, frame_interval_s=1.2 * INTERVAL_S))
    found: dict[int, vitals.PersonResult] = {}
    for profile, now_s in zip(profiles([ONE], times(30.0)), 1.2 * times(30.0), strict=True):
        state, found = vitals.step(state, profile, NOISE, [ONE.target()], float(now_s))
    for name in ("respiration", "heart"):
        plain, slow = (getattr(one, name).value_bpm for one in (last(half_a_minute), found[1]))
        assert plain / slow == pytest.approx(1.2, rel=0.02), name


@pytest.mark.slow
def test_shuffled_in_time_nothing_is_a_rate() -> None:
    time_s = times(30.0)
    seen = profiles([ONE], time_s)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(seen))
        results = watch(seen[order], time_s, [ONE.target()])
        assert not any(one[1].respiration.valid or one[1].heart.valid for one in results)
        assert max(one[1].breathing_log_odds for one in results) <= 0.5


@pytest.mark.slow
@pytest.mark.parametrize("heart_bpm", [48.0, 56.0, 70.0, 84.0, 105.0])
def test_a_harmonic_of_breathing_on_the_heart_is_not_the_heart(heart_bpm: float) -> None:
    # The breath's fourth harmonic lies 2 % beside the heart, and its second and third are strong.
    sleeper = Sleeper(breath_bpm=heart_bpm / 4 * 1.02, heart_bpm=heart_bpm, breath_mm=7.0, heart_mm=0.15)
    time_s = times(25.0)
    found = last(watch(profiles([sleeper], time_s), time_s, [sleeper.target()]))
    expect(found.heart, heart_bpm, 1.5)
    expect(found.respiration, sleeper.breath_bpm, 0.4)


def test_two_sleepers_side_by_side_are_two() -> None:
    left = Sleeper(range_m=1.3, azimuth_rad=-0.23)
    right = Sleeper(range_m=1.34, azimuth_rad=0.23, breath_bpm=18.0, heart_bpm=81.0)
    time_s = times(25.0)
    results = watch(profiles([left, right], time_s), time_s, [left.target(1), right.target(2)])
    for number, one in ((1, left), (2, right)):
        expect(last(results, number).respiration, one.breath_bpm, 0.4)
        expect(last(results, number).heart, one.heart_bpm, 1.5)


def test_two_in_one_cell_are_told_to_be_that() -> None:
    left, right = Sleeper(azimuth_rad=-0.05), Sleeper(azimuth_rad=0.05, range_m=1.53, breath_bpm=18.0)
    time_s = times(15.0)
    results = watch(profiles([left, right], time_s), time_s, [left.target(1), right.target(2)])
    for number in (1, 2):
        assert last(results, number).respiration.reason is Reason.TWO_IN_ONE_CELL
        assert last(results, number).heart.reason is Reason.TWO_IN_ONE_CELL
        assert last(results, number).displacement_mm is None
        assert last(results, number).breathing_log_odds > 0.5, "that something breathes there is seen all the same"


@pytest.mark.slow
def test_one_behind_the_other_are_two_by_distance() -> None:
    near, far = Sleeper(range_m=1.0), Sleeper(range_m=1.9, breath_bpm=19.0, heart_bpm=90.0)
    time_s = times(25.0)
    results = watch(profiles([near, far], time_s), time_s, [near.target(1), far.target(2)])
    expect(last(results, 1).respiration, near.breath_bpm, 0.4)
    expect(last(results, 2).respiration, far.breath_bpm, 0.4)


def test_an_empty_cell_speaks_against_breathing() -> None:
    time_s = times(20.0)
    results = watch(profiles([], time_s), time_s, [ONE.target()])
    assert last(results).respiration.reason is Reason.TOO_WEAK
    assert last(results).breathing_log_odds < -1.0


def test_blades_seen_once_a_frame_do_not_breathe() -> None:
    time_s = times(20.0)
    # 7.93 turns per second of one blade: seen at 20 frames a second, a rhythm that no chest has between frames.
    blade = 0.02 * np.sin(2 * np.pi * 7.93 * time_s) + 0.002 * np.sin(2 * np.pi * 0.25 * time_s)
    chest = profiles([Sleeper(heart_mm=0.0, breath_mm=0.0)], time_s)
    turning = np.exp(4j * np.pi * blade / DESCRIPTION.wavelength_m)[:, np.newaxis, np.newaxis]
    results = watch((chest * turning).astype(np.complex64), time_s, [ONE.target()])
    assert not any(one[1].respiration.valid or one[1].heart.valid for one in results)
    assert max(one[1].breathing_log_odds for one in results) <= 0.5


@pytest.mark.slow
def test_who_walks_is_not_measured_and_is_again_when_still() -> None:
    time_s = times(36.0)
    seen = profiles([ONE], time_s)
    state = vitals.start(DESCRIPTION)
    results: Results = []
    for index, now_s in enumerate(time_s):
        walking = 14.0 <= now_s < 16.0
        target = ONE.target(speed_m_s=0.8 if walking else 0.0)
        state, found = vitals.step(state, seen[index], NOISE, [target], float(now_s))
        results.append(found)
    at = {second: results[round(second / INTERVAL_S)][1] for second in (13.9, 15.0, 18.5, 35.9)}
    assert at[13.9].heart.valid
    assert (at[15.0].respiration.reason, at[15.0].heart.reason) == (Reason.MOVING, Reason.MOVING)
    assert at[15.0].displacement_mm is None
    assert at[18.5].respiration.reason is Reason.MOVED
    expect(at[35.9].respiration, ONE.breath_bpm, 0.4)
    expect(at[35.9].heart, ONE.heart_bpm, 1.5)


@pytest.mark.slow
def test_a_target_that_jitters_between_cells_keeps_its_waveform() -> None:
    time_s = times(22.0)
    seen = profiles([ONE], time_s)
    random = np.random.default_rng(5)
    state = vitals.start(DESCRIPTION)
    found: dict[int, vitals.PersonResult] = {}
    for profile, now_s in zip(seen, time_s, strict=True):
        target = dataclasses.replace(ONE.target(), range_m=ONE.range_m + 0.06 * random.standard_normal())
        state, found = vitals.step(state, profile, NOISE, [target], float(now_s))
    expect(found[1].respiration, ONE.breath_bpm, 0.3)
    expect(found[1].heart, ONE.heart_bpm, 1.5)


@pytest.mark.slow
def test_who_becomes_a_track_late_is_measured_from_what_was_seen_before() -> None:
    time_s = times(24.0)
    seen = profiles([ONE], time_s)
    state = vitals.start(DESCRIPTION)
    found: dict[int, vitals.PersonResult] = {}
    for profile, now_s in zip(seen, time_s, strict=True):
        state, found = vitals.step(state, profile, NOISE, [ONE.target()] if now_s > 20.0 else [], float(now_s))
        assert set(found) == ({1} if now_s > 20.0 else set())
    expect(found[1].respiration, ONE.breath_bpm, 0.3)


@pytest.mark.slow
def test_some_lost_frames_cost_nothing_and_a_hole_is_told() -> None:
    time_s = times(30.0)
    seen = profiles([ONE], time_s)
    kept = np.random.default_rng(2).random(time_s.size) > 0.15
    results = watch(seen[kept], time_s[kept], [ONE.target()])
    expect(last(results).respiration, ONE.breath_bpm, 0.3)
    expect(last(results).heart, ONE.heart_bpm, 1.5)
    hole = (time_s < 20.0) | (time_s > 24.0)
    after = watch(seen[hole], time_s[hole], [ONE.target()])[round(20.3 / INTERVAL_S)][1]
    assert after.respiration.reason in {Reason.FRAMES_LOST, Reason.WARMING_UP}
    assert not after.heart.valid


@pytest.mark.slow
def test_a_clock_that_runs_backwards_begins_anew() -> None:
    time_s = times(20.0)
    seen = profiles([ONE], time_s)
    state = vitals.start(DESCRIPTION)
    for profile, now_s in zip(seen, time_s, strict=True):
        state, found = vitals.step(state, profile, NOISE, [ONE.target()], float(now_s) + 100.0)
    assert found[1].heart.valid
    state, found = vitals.step(state, seen[0], NOISE, [ONE.target()], 50.0)
    assert found[1].heart.reason is Reason.CLOCK_UNTRUSTED
    for profile, now_s in zip(seen[1:], time_s[1:], strict=True):
        state, found = vitals.step(state, profile, NOISE, [ONE.target()], float(now_s) + 50.0)
    expect(found[1].heart, ONE.heart_bpm, 1.5)


def test_frames_that_are_no_numbers_are_passed_over() -> None:
    time_s = times(20.0)
    seen = profiles([ONE], time_s)
    seen[::37, 3, 20] = np.nan
    results = watch(seen, time_s, [ONE.target()])
    assert results[37][1].heart.reason is Reason.NOT_FINITE
    expect(last(results).heart, ONE.heart_bpm, 1.5)


def test_frames_of_zeros_and_a_noise_that_is_no_number_leave_no_trace() -> None:
    time_s = times(16.0)
    seen = profiles([ONE], time_s)
    seen[50:56] = 0.0
    results = watch(seen, time_s, [ONE.target()], noise=float("nan"))
    assert results[52][1].heart.reason is Reason.ALL_ZERO
    expect(last(results).heart, ONE.heart_bpm, 2.0)
    assert last(results).displacement_sigma_mm == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("field", ["range_m", "azimuth_rad", "elevation_rad", "range_sigma_m", "speed_m_s"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e9])
def test_targets_that_are_no_places_do_no_harm(field: str, value: float) -> None:
    time_s = times(4.0)
    changed: dict[str, Any] = {field: value}
    wild = dataclasses.replace(ONE.target(2), **changed)
    for found in watch(profiles([ONE], time_s), time_s, [ONE.target(1), wild]):
        assert set(found) == {1, 2}
        assert np.isfinite(found[1].breathing_log_odds)
        assert np.isfinite(found[2].breathing_log_odds)


def test_profiles_of_another_shape_are_refused() -> None:
    state = vitals.start(DESCRIPTION)
    state, _ = vitals.step(state, np.ones((12, BINS), np.complex64), NOISE, [], 0.0)
    with pytest.raises(ValueError, match="12 antennas"):
        vitals.step(state, np.ones((8, BINS), np.complex64), NOISE, [], 0.05)
    with pytest.raises(ValueError, match="antenna, range bin"):
        vitals.step(state, np.ones(BINS, np.complex64), NOISE, [], 0.1)


def test_nobody_beyond_reach_is_looked_for() -> None:
    far = Sleeper(range_m=30.0)
    _, found = vitals.step(vitals.start(DESCRIPTION), np.ones((12, BINS), np.complex64), NOISE, [far.target()], 0.0)
    assert found[1].heart.reason is Reason.TOO_FAR
    assert found[1].respiration.reason is Reason.TOO_FAR
