"""What was saved, day by day: as long as a plan was the newest, and as the meter says."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sumika.runtime.savings import Savings
from sumika.schema import MeterSample, Origin, PlanReport
from sumika.schema.saved_days import SAVED_FILE
from tests.plan_helpers import EVENING, STAMP

TWO_DAYS_S = 2 * 86_400.0


def report(saves: float | None, mode: str = "drive") -> PlanReport:
    return PlanReport(
        stamp=STAMP,
        origin=Origin.SIMULATED,
        planner="plan",
        mode=mode,
        local_time="",
        plan_cost=None if saves is None else 1000.0,
        simple_cost=None if saves is None else 1000.0 + saves,
    )


def meter(imported_kwh: float | None, price: float | None = 30.0) -> MeterSample:
    return MeterSample(
        stamp=STAMP, origin=Origin.SIMULATED, meter="grid", imported_kwh=imported_kwh, price_per_kwh=price
    )


def live(savings: Savings, begin: datetime, days: int, saves: float, mode: str = "drive") -> datetime:
    """Let a plan be made every quarter of an hour; return when it ends."""
    at = begin
    for _ in range(96 * days):
        savings.plan(report(saves, mode), at)
        at += timedelta(minutes=15)
    savings.turn(at)
    return at


def test_a_plans_share_of_two_days_is_counted_for_as_long_as_it_was_the_newest(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    end = live(savings, EVENING, 4, 200.0)
    found = savings.answer(30.0, end)
    assert found.saved == pytest.approx(400.0)
    assert found.mode == "drive"
    assert found.sigma is not None
    assert found.since_unix_s == EVENING.replace(hour=0).timestamp()
    assert (found.spent, found.energy_kwh) == (None, None)
    assert savings.answer(1.0, end).saved == pytest.approx(100.0 + 100.0 * 16 / 24)


def test_a_planner_that_died_saves_nothing_any_more(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    savings.plan(report(TWO_DAYS_S), EVENING)
    assert savings.answer(3.0, EVENING + timedelta(hours=20)).saved == pytest.approx(3600.0)
    savings.plan(report(None), EVENING + timedelta(hours=20))
    assert savings.answer(3.0, EVENING + timedelta(hours=21)).saved == pytest.approx(3600.0)


def test_a_plan_that_nothing_follows_counts_for_an_hour_however_often_somebody_asks(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    savings.plan(report(TWO_DAYS_S), EVENING)
    for minutes in range(20, 24 * 60, 20):
        found = savings.answer(3.0, EVENING + timedelta(minutes=minutes))
    assert found.saved == pytest.approx(3600.0)


def test_the_meter_is_counted_and_one_that_began_anew_is_not(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    for kwh in (100.0, 101.0, None, 103.0, 0.0, 0.5, 9000.0):
        savings.meter(meter(kwh), EVENING)
    found = savings.answer(30.0, EVENING)
    assert found.energy_kwh == pytest.approx(3.5)
    assert found.spent == pytest.approx(3.5 * 30.0)
    assert found.saved is None


def test_a_meter_that_tells_no_price_counts_at_the_tariffs(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    for kwh in (100.0, 102.0):
        savings.meter(meter(kwh, None), EVENING, 25.0)
    assert savings.answer(30.0, EVENING).spent == pytest.approx(50.0)
    savings.meter(meter(103.0, 30.0), EVENING, 25.0)
    assert savings.answer(30.0, EVENING).spent == pytest.approx(80.0)


def test_where_nobody_knows_a_price_nothing_is_said_of_what_was_spent(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    for kwh in (100.0, 102.0):
        savings.meter(meter(kwh, None), EVENING)
    found = savings.answer(30.0, EVENING)
    assert (found.spent, found.energy_kwh) == (None, 2.0)
    # A part of it is not the whole either.
    savings.meter(meter(103.0), EVENING)
    assert savings.answer(30.0, EVENING).spent is None


def test_a_day_of_an_earlier_release_that_says_that_nothing_was_spent_had_no_price(tmp_path: Path) -> None:
    (tmp_path / SAVED_FILE).write_bytes(b'{"2026-01-19": {"energy_kwh": 9.0, "spent": 0.0, "metered": true}}')
    assert Savings(tmp_path, "JPY").answer(30.0, EVENING).spent is None


def test_days_outlive_a_restart_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "EUR")
    end = live(savings, EVENING - timedelta(days=1), 1, 96.0, "shadow")
    assert savings.keep() == ""
    again = Savings(tmp_path, "EUR").answer(30.0, end)
    assert again.saved == pytest.approx(48.0)
    assert (again.mode, again.currency) == ("shadow", "EUR")
    for day in range(500):
        savings.meter(meter(float(day)), EVENING + timedelta(days=day))
    savings.keep()
    assert (tmp_path / SAVED_FILE).read_text().count("spent") == 400


def test_nothing_known_is_not_nothing_saved(tmp_path: Path) -> None:
    (tmp_path / SAVED_FILE).write_bytes(b"{]")
    savings = Savings(tmp_path, "JPY")
    assert SAVED_FILE in savings.problem
    found = savings.answer(30.0, EVENING)
    assert (found.accepted, found.saved, found.since_unix_s) == (True, None, None)


def test_a_file_that_cannot_be_read_is_set_aside_and_not_written_over(tmp_path: Path) -> None:
    (tmp_path / SAVED_FILE).write_bytes(b'{"2026-01-19": {"saved": 12.0}')
    savings = Savings(tmp_path, "JPY")
    savings.meter(meter(1.0), EVENING)
    assert savings.keep() == ""
    (aside,) = tmp_path.glob("*.damaged")
    assert aside.read_bytes() == b'{"2026-01-19": {"saved": 12.0}'
