"""Costs and indicators of diaries made by hand, against sums by hand."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.diary import Stored
from sumika.evaluate.control.indicators import indicators_of, peak_w, switched
from sumika.evaluate.control.votes import PER_K, votes
from sumika.physics.comfort import predicted_vote
from sumika.schema.worth import Worth
from tests.control_helpers import diary

pytestmark = pytest.mark.slow  # the first vote compiles for seconds

WORTH = Worth()


def test_an_hour_in_which_nothing_is_wrong_costs_nothing() -> None:
    cost = cost_of(diary(), WORTH)
    assert dataclasses.astuple(cost) == pytest.approx((0.0,) * 10, abs=1e-9)


def test_electricity_is_taken_at_its_price_and_given_at_the_feed_in() -> None:
    half = np.repeat([2000.0, -1000.0], 6)
    cost = cost_of(diary(grid_w=half, price_per_kwh=np.repeat([20.0, 40.0], 6), gas_w=500.0), WORTH)
    assert cost.electricity == pytest.approx(1.0 * 20.0 - 0.5 * 15.0)
    assert cost.gas == pytest.approx(0.5 * 14.0)
    assert cost.money == pytest.approx(20.0 - 7.5 + 7.0)


def test_nobody_wins_by_emptying_what_is_stored() -> None:
    began, ended = Stored(electric_kwh=5.0, tank_kwh=2.0), Stored(electric_kwh=1.0, tank_kwh=1.0)
    emptied = cost_of(diary(began=began, ended=ended, grid_w=-5000.0), WORTH)
    assert emptied.stored == pytest.approx(5.0 * 30.0)
    assert emptied.money > 0.0
    assert cost_of(diary(began=ended, ended=began), WORTH).stored == pytest.approx(-150.0)


def test_what_was_missing_and_carbon_have_their_price() -> None:
    cost = cost_of(diary(missing_hot_water_l=10.0, missing_charge_kwh=2.0), WORTH)
    assert cost.missing == pytest.approx(10.0 * 7.0 + 2.0 * 150.0)
    priced = dataclasses.replace(WORTH, carbon_per_kg=10.0)
    assert cost_of(diary(grid_w=1000.0), priced).carbon == pytest.approx(4.3)
    assert cost_of(diary(grid_w=-1000.0), priced).carbon == 0.0


def test_discomfort_is_that_of_those_who_are_there() -> None:
    cold: dict[str, Any] = {"air_temperature_c": 16.0, "radiant_temperature_c": 16.0}
    pmv = predicted_vote(16.0, 16.0, 0.5, metabolic_w_m2=69.8, clothing_clo=1.0, air_speed_m_s=0.1).pmv
    assert pmv < -0.5
    expected = 60.0 * (abs(pmv) - 0.5)
    assert cost_of(diary(**cold), WORTH).discomfort == pytest.approx(expected, rel=1e-6)
    assert cost_of(diary(people=3, **cold), WORTH).discomfort == pytest.approx(3.0 * expected, rel=1e-6)
    assert cost_of(diary(room=-1, **cold), WORTH).discomfort == 0.0
    assert cost_of(diary(in_water=True, **cold), WORTH).discomfort == 0.0


def test_a_diary_without_anybody_costs_no_comfort_and_has_no_sleep() -> None:
    empty = diary(people=0, co2_ppm=3000.0)
    assert cost_of(empty, WORTH).discomfort == 0.0
    assert cost_of(empty, WORTH).stale_air == 0.0
    assert np.isnan(indicators_of(empty, WORTH).night_dba)


def test_who_likes_it_warmer_feels_colder_by_a_third_of_a_point_per_kelvin() -> None:
    usual, warmer = (votes(diary(likes_c=(likes,)))[0][0, 0] for likes in (23.0, 25.0))
    assert warmer - usual == pytest.approx(-2.0 * PER_K)


@pytest.mark.parametrize("air_c", [-5.0, 5.0, 35.0, 50.0])
def test_votes_go_on_beyond_the_standard_and_end_with_the_scale(air_c: float) -> None:
    vote, slope = votes(diary(air_temperature_c=air_c, radiant_temperature_c=air_c))
    assert np.all(np.isfinite(vote))
    assert np.all(np.abs(vote) <= 3.0)
    assert np.all(np.sign(vote) == np.sign(air_c - 23.0))
    assert np.all(slope > 0.0)


def test_bad_air_costs_by_how_much_it_is_beyond() -> None:
    cost = cost_of(diary(people=2, co2_ppm=1500.0, pm2_5_ug_m3=50.0, relative_humidity=0.7), WORTH)
    assert cost.stale_air == pytest.approx(2 * 60.0 * 0.5)
    assert cost.dust == pytest.approx(2 * 60.0)
    assert cost.humidity == pytest.approx(2 * 10.0)
    assert cost_of(diary(relative_humidity=0.35), WORTH).humidity == pytest.approx(5.0)
    assert cost_of(diary(relative_humidity=0.9, in_water=True), WORTH).humidity == 0.0


def test_mould_grows_in_rooms_where_nobody_is_too() -> None:
    damp = np.array([0.5, 0.85])
    assert cost_of(diary(room=-1, surface_humidity=damp), WORTH).mould == pytest.approx(5.0)
    assert cost_of(diary(surface_humidity=0.8), WORTH).mould == 0.0


def test_indicators_count_what_they_say() -> None:
    found = indicators_of(
        diary(grid_w=1200.0, gas_w=600.0, co2_ppm=1200.0, pm2_5_ug_m3=25.0, relative_humidity=0.3, wishes=4), WORTH
    )
    assert found.energy_kwh == pytest.approx(1.8)
    assert found.emissions_kg == pytest.approx(1.2 * 0.43 + 0.6 * 0.202)
    assert found.co2_ppm_h == pytest.approx(200.0)
    assert found.dust_ug_h == pytest.approx(10.0)
    assert found.humidity_h == pytest.approx(1.0)
    assert found.wishes == 4


def test_kelvin_hours_bring_the_vote_back_into_the_band() -> None:
    too_cold = diary(air_temperature_c=18.0, radiant_temperature_c=18.0)
    off_k = indicators_of(too_cold, WORTH).discomfort_k_h
    warmed = diary(air_temperature_c=18.0 + off_k, radiant_temperature_c=18.0 + off_k)
    assert votes(warmed)[0][0, 0] == pytest.approx(-0.5, abs=0.05)


def test_peaks_are_means_of_a_quarter_of_an_hour() -> None:
    spike = np.zeros(12)
    spike[5] = 9000.0
    assert peak_w(spike, 300.0) == pytest.approx(3000.0)
    assert peak_w(-np.ones(12), 300.0) == 0.0
    assert peak_w(np.array([500.0]), 300.0) == 500.0


def test_switching_counts_changes_of_switches_and_not_of_setpoints() -> None:
    settings = {
        ("aircon", "mode"): np.array([0.0, 1.0, 1.0, 0.0]),
        ("aircon", "compressor_on"): np.array([0.0, 1.0, np.nan, 1.0]),
        ("aircon", "setpoint_c"): np.array([20.0, 21.0, 22.0, 23.0]),
    }
    assert switched(diary(settings=settings)) == 3


def test_sleep_is_disturbed_when_it_becomes_loud_and_only_then() -> None:
    sound = np.full((12, 2), 25.0)
    sound[4:6, 0] = 60.0
    sound[9, 0] = 50.0
    night = indicators_of(diary(asleep=True, sound_dba=sound, metabolic_w_m2=43.6, clothing_clo=2.2), WORTH)
    assert night.sleep_disturbed == 2
    assert 50.0 < night.night_dba < 60.0
    assert indicators_of(diary(sound_dba=sound), WORTH).sleep_disturbed == 0
    assert indicators_of(diary(asleep=True, sound_dba=30.0), WORTH).night_dba == pytest.approx(30.0, abs=0.01)
