"""Meter and tariffs: what is counted, what it costs, and that markets have their peaks and their dip."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika.schema import SumikaError, UsageError
from sumika.schema.house import TARIFF_PLANS, Tariff
from sumika.world.energy import TARIFFS, meter_of
from sumika.world.energy.carbon import MEAN_G_KWH, carbon_g_kwh

START = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
MONTH_H = 365 * 24 / 12


def test_energy_both_ways_is_counted_apart() -> None:
    meter = meter_of(Tariff(plan="flat_eu"), 0, START)
    meter.step(3600.0, START, 2000.0, 500.0)
    reading = meter.step(1800.0, START, -1000.0, 0.0)
    assert (reading.imported_kwh, reading.exported_kwh, reading.gas_kwh) == pytest.approx((2.0, 0.5, 0.5))
    base = 12.4 * 1.5 / MONTH_H
    assert reading.cost == pytest.approx(2.0 * 0.252 - 0.5 * 0.08 + 0.5 * 0.11 + base)
    assert reading.carbon_kg == pytest.approx((2.0 * carbon_g_kwh("EUR", START) + 0.5 * 202.0) / 1000.0)
    assert meter.currency == "EUR"


def test_blocks_become_dearer_through_the_month_and_begin_anew() -> None:
    meter = meter_of(Tariff(plan="flat_jp"), 0, START)
    prices = [meter.step(3600.0, START, 100_000.0, 0.0).price_per_kwh for _ in range(4)]
    assert prices == [29.8, 29.8, 36.4, 40.49]
    assert meter.step(3600.0, START.replace(month=2), 100.0, 0.0).price_per_kwh == 29.8


def test_what_a_description_may_name_is_what_is_known() -> None:
    assert set(TARIFFS) == set(TARIFF_PLANS)


def test_time_of_use_is_cheap_at_night() -> None:
    plan = TARIFFS["time_of_use_jp"]
    night, day = plan.price(START.replace(hour=3), 0.0, 0), plan.price(START.replace(hour=14), 0.0, 0)
    assert night < 0.85 * day


@pytest.mark.parametrize("name", ["market_jp", "market_eu"])
def test_a_market_peaks_mornings_and_evenings_and_dips_at_noon(name: str) -> None:
    plan = TARIFFS[name]
    hours = np.array(
        [[plan.price(START + timedelta(days=day, hours=hour), 0.0, 5) for hour in range(24)] for day in range(365)]
    )
    mean = hours.mean(0) - plan.adds
    assert mean[18] > mean[8] > mean[3]
    assert mean[12] < min(mean[8], mean[18]) * 0.8
    assert hours.mean() - plan.adds == pytest.approx(plan.market_mean, rel=0.15)
    days = hours.mean(1)
    assert days.std() > 0.1 * plan.market_mean
    assert np.corrcoef(days[:-1], days[1:])[0, 1] > 0.4


def test_the_same_seed_gives_the_same_market_and_another_another() -> None:
    plan = TARIFFS["market_jp"]
    assert plan.price(START, 0.0, 5) == plan.price(START, 0.0, 5) != plan.price(START, 0.0, 6)


def test_the_grid_is_cleaner_at_noon() -> None:
    hours = [carbon_g_kwh("JPY", START.replace(hour=hour)) for hour in range(24)]
    assert min(hours) == hours[11]
    assert np.mean(hours) == pytest.approx(MEAN_G_KWH["JPY"])


def test_feed_in_can_be_set() -> None:
    meter = meter_of(Tariff(plan="flat_jp", feed_in_per_kwh=8.0), 0, START)
    assert meter.step(3600.0, START, -1000.0, 0.0).cost == pytest.approx(1247.0 / MONTH_H - 8.0)


def test_an_unknown_tariff_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="no tariff 'free'") as error:
        meter_of(Tariff(plan="free"), 0, START)
    assert "flat_jp" in (error.value.remedy or "")


@pytest.mark.parametrize(
    ("seconds", "grid_w", "gas_w"), [(1.0, math.nan, 0.0), (1.0, 0.0, math.inf), (1.0, 0.0, -1.0), (0.0, 0.0, 0.0)]
)
def test_what_cannot_be_is_not_counted(seconds: float, grid_w: float, gas_w: float) -> None:
    with pytest.raises(SumikaError, match="cannot count"):
        meter_of(Tariff(), 0, START).step(seconds, START, grid_w, gas_w)
