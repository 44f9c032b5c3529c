"""Prices of comfort and air, and what is made of costs: gaps, the worst scenario, intervals."""

import math

import numpy as np
import pytest

from sumika.evaluate.control.gaps import (
    best_simple,
    gap_closed,
    interval_over_seeds,
    sensing_value,
    worse_by,
    worst_scenario,
)
from sumika.schema.house import Control
from sumika.schema.worth import Worth, worth_of


def test_worth_is_as_usual_until_residents_say_otherwise() -> None:
    assert worth_of(None, "JPY") == Worth()
    asked = worth_of(Control(discomfort_per_person_h=90.0, carbon_per_kg=5.0), "JPY")
    assert asked.discomfort_per_person_h == 90.0
    assert asked.carbon_per_kg == 5.0
    assert asked.stale_air_per_person_h == Worth().stale_air_per_person_h
    assert worth_of(Control(discomfort_per_person_h=0.0), "JPY").discomfort_per_person_h == 0.0


def test_in_euro_discomfort_is_forty_cents_and_everything_else_keeps_its_proportion() -> None:
    euro, yen = worth_of(None, "EUR"), Worth()
    assert euro.currency == "EUR"
    assert euro.discomfort_per_person_h == pytest.approx(0.4)
    for name in ("stale_air_per_person_h", "dust_per_person_h", "humidity_per_person_h", "mould_per_room_h"):
        share = getattr(euro, name) / getattr(yen, name)
        assert share == pytest.approx(euro.discomfort_per_person_h / yen.discomfort_per_person_h)
    assert euro.fresh_ppm == yen.fresh_ppm


def test_a_gap_is_closed_by_the_share_of_what_foresight_saves() -> None:
    assert gap_closed(100.0, 70.0, 50.0) == pytest.approx(0.6)
    assert gap_closed(100.0, 50.0, 50.0) == 1.0
    assert gap_closed(100.0, 110.0, 50.0) == pytest.approx(-0.2)
    assert gap_closed(-10.0, -16.0, -20.0) == pytest.approx(0.6)
    assert math.isnan(gap_closed(50.0, 50.0, 50.0))
    assert math.isnan(gap_closed(50.0, 40.0, 60.0))


def test_sensing_is_worth_its_share_of_the_truth() -> None:
    assert sensing_value(nothing=100.0, ours=84.0, truth=80.0) == pytest.approx(0.8)


def test_the_worst_scenario_is_that_with_the_largest_share_more() -> None:
    name, share = worst_scenario({"a": 90.0, "b": 102.0}, {"a": 100.0, "b": 100.0})
    assert name == "b"
    assert share == pytest.approx(0.02)
    with pytest.raises(ValueError, match="differ"):
        worst_scenario({"a": 1.0}, {"b": 1.0})
    with pytest.raises(ValueError, match="differ"):
        worst_scenario({}, {})
    with pytest.raises(ValueError, match="says nothing"):
        worse_by(1.0, 2.0, 0.0)


def test_the_best_simple_one_is_best_on_average() -> None:
    assert best_simple({"steady": (10.0, 10.0), "lucky": (1.0, 30.0)}) == "steady"
    with pytest.raises(ValueError, match="no simple"):
        best_simple({})


def test_intervals_hold_the_mean_shrink_with_seeds_and_are_repeatable() -> None:
    values = np.random.Generator(np.random.SFC64(5)).normal(10.0, 2.0, 40)

    def mean_of(places: list[int]) -> float:
        return float(values[places].mean())

    few = interval_over_seeds(lambda places: mean_of(list(places)), 5)
    many = interval_over_seeds(lambda places: mean_of(list(places)), 40)
    assert many[0] < values.mean() < many[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert many == interval_over_seeds(lambda places: mean_of(list(places)), 40)
    # Half width of the mean of 40 draws with sigma 2 is 0.62 by theory; a bootstrap of one sample is near it.
    assert 0.4 < 0.5 * (many[1] - many[0]) < 0.85


def test_one_seed_or_no_value_has_no_interval() -> None:
    assert all(math.isnan(end) for end in interval_over_seeds(lambda places: 1.0, 1))
    assert all(math.isnan(end) for end in interval_over_seeds(lambda places: math.nan, 3))
