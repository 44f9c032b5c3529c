"""Energy, money and what was saved, from a meter that restarts, falls silent, and counts through days of 23 hours."""

import math
import sqlite3
from datetime import date
from pathlib import Path

import msgspec
import pytest

from sumika.facts import Period, Why
from sumika.schema import Origin
from sumika.schema.house import Connection, Device, Sensor
from sumika.schema.saved_days import SavedDay
from tests.facts_helpers import BERLIN, DAY, HOUR, book, day_of, every, keep

IMPORTED, PRICE = ("meter", "meter.imported_kwh"), ("meter", "meter.price_per_kwh")
SPRING = Period.of_days(date(2026, 3, 28), date(2026, 3, 30), BERLIN)


def steady(begin_s: float, end_s: float, first_kwh: float = 100.0, kw: float = 1.2) -> list[tuple[float, float | None]]:
    """Return a counter that is read every ten minutes."""
    return [(one, first_kwh + kw * (one - begin_s) / HOUR) for one in every(600.0, begin_s, end_s)]


def test_days_of_23_hours_have_their_own_energy_and_all_days_add_up(tmp_path: Path) -> None:
    keep(tmp_path, {IMPORTED: steady(SPRING.begin_unix_s - HOUR, SPRING.end_unix_s)}, origin=Origin.SIMULATED)
    with book(tmp_path) as facts:
        by_day = facts.by_day("energy_kwh", SPRING)
        assert [round((one.value or 0.0) / 1.2) for _, one in by_day] == [24, 23, 24]
        whole = facts.energy_kwh(SPRING)
        assert whole.value == pytest.approx(sum(one.value or 0.0 for _, one in by_day))
        assert (whole.coverage, whole.origin, whole.unit, whole.reason) == (1.0, "simulated", "kWh", "")
        row = by_day[1][1].rows[0]
        assert row.id == "meter.imported_kwh/meter/2026-03-29T00:00+01:00/2026-03-30T00:00+02:00"
        assert (row.value, row.count) == (by_day[1][1].value, 23 * 6)


def test_a_meter_that_begins_anew_is_gone_on_with(tmp_path: Path) -> None:
    """At noon it falls to 0 between two readings of one minute, which the minute's extremes alone would not show."""
    p = day_of(2026, 11, 3)
    noon = p.begin_unix_s + 12 * HOUR
    before = [(one, value) for one, value in steady(p.begin_unix_s, p.end_unix_s) if one <= noon]
    after = [(noon + 20.0, 0.0), (noon + 40.0, 0.5), *steady(noon + 60.0, p.end_unix_s, 0.6)]
    keep(tmp_path, {IMPORTED: [*before, *after]})
    with book(tmp_path) as facts:
        counted = after[-1][1] or 0.0
        assert facts.energy_kwh(p).value == pytest.approx(12 * 1.2 + counted, abs=0.002)
        morning = Period(begin_unix_s=p.begin_unix_s, end_unix_s=noon)
        assert facts.energy_kwh(morning).value == pytest.approx(11 * 1.2 + 1.0, abs=0.002)


def test_a_new_meter_that_has_counted_more_adds_nothing_of_its_own(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    noon = p.begin_unix_s + 12 * HOUR
    keep(tmp_path, {IMPORTED: [*steady(p.begin_unix_s, noon), *steady(noon, p.end_unix_s, 52_000.0)]})
    with book(tmp_path) as facts:
        assert facts.energy_kwh(p).value == pytest.approx(2 * (12 * 1.2 - 0.2), abs=0.002)


def test_a_cars_meter_is_not_taken_for_the_houses(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    car = Sensor(id="car_meter", room="living", kind="meter", connection="cars", address="GARAGE-1")
    box = Device(id="wallbox", room="living", kind="wallbox", connection="cars", address="GARAGE-1")
    panel = Sensor(id="meter", room="living", kind="meter", connection="appliances", address="192.0.2.4/028701")
    keep(
        tmp_path, {IMPORTED: steady(p.begin_unix_s, p.end_unix_s), ("car_meter", IMPORTED[1]): [(p.begin_unix_s, 5.0)]}
    )
    ocpp = Connection(id="cars", type="ocpp", address="0.0.0.0:8180")  # a wallbox that nobody described as a device
    for sensors, meter in (((car, panel), "meter"), ((panel, car), "meter"), ((car,), "car_meter")):
        for changed in ({"devices": (box,)}, {"connections": (ocpp,)}):
            with book(tmp_path, sensors=sensors, **changed) as facts:
                assert [row.subject for row in facts.energy_kwh(p).rows] == [meter]


def test_what_two_inverters_made_is_their_sum(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    day = every(300.0, p.begin_unix_s, p.end_unix_s)
    morning = [one for one in day if one < p.begin_unix_s + 12 * HOUR]
    keep(
        tmp_path,
        {
            ("east", "meter.pv_w"): [(one, 1000.0) for one in day],
            ("west", "meter.pv_w"): [(one, 2000.0) for one in morning],
        },
    )
    east, west = (Sensor(id=one, room="living", kind="meter") for one in ("east", "west"))
    with book(tmp_path, sensors=(east, west)) as facts:
        made = facts.solar_kwh(p)
        assert made.value == pytest.approx(24.0 + 24.0, abs=0.4)
        assert [(row.subject, round(row.value or 0.0)) for row in made.rows] == [("east", 24), ("west", 24)]
        assert made.coverage == pytest.approx(0.5, abs=0.01)
    with book(tmp_path, sensors=(west,)) as facts:
        assert [row.subject for row in facts.solar_kwh(p).rows] == ["west"]


def test_a_silent_meter_counts_on_and_the_gap_is_told(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    told = [
        one for one in steady(p.begin_unix_s - HOUR, p.end_unix_s) if not 6 <= (one[0] - p.begin_unix_s) / HOUR < 12
    ]
    keep(tmp_path, {IMPORTED: told})
    with book(tmp_path) as facts:
        found = facts.energy_kwh(p)
        assert found.value == pytest.approx(24 * 1.2, abs=0.002)
        assert found.coverage == pytest.approx(1 - 6.17 / 24, abs=0.01)


def test_every_step_is_paid_at_the_price_of_its_moment(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    night_until = p.begin_unix_s + 6 * HOUR
    prices = [(one, 0.2 if one < night_until else 0.3) for one in every(600.0, p.begin_unix_s, p.end_unix_s)]
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s - HOUR, p.end_unix_s), PRICE: prices})
    with book(tmp_path, now_s=p.end_unix_s) as facts:
        paid = facts.cost(p)
        assert paid.value == pytest.approx(1.2 * (6 * 0.2 + 18 * 0.3), abs=0.01)
        assert paid.unit == "EUR"
        assert [row.source for row in paid.rows] == [IMPORTED[1], PRICE[1]]
        assert paid.rows[1].value == pytest.approx((paid.value or 0.0) / (24 * 1.2), abs=1e-4)
        assert paid.rows[0] == facts.energy_kwh(p).rows[0]
        price = facts.price_now()
        assert (price.value, price.unit) == (0.3, "EUR/kWh")


def test_what_was_taken_without_a_price_is_not_paid_for_and_that_is_told(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    prices = [(one, 0.2) for one in every(600.0, p.begin_unix_s, p.begin_unix_s + 11 * HOUR)]
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s - HOUR, p.end_unix_s), PRICE: prices})
    with book(tmp_path) as facts:
        paid = facts.cost(p)
        assert paid.coverage == pytest.approx(0.5, abs=0.01)
        # The rows are what was paid for, so that energy times price gives it; all that was taken is another row.
        taken, price = paid.rows
        assert (taken.value or 0.0) * (price.value or 0.0) == pytest.approx(paid.value, abs=1e-6)
        assert taken.value == pytest.approx(12 * 1.2, abs=0.01)
        assert taken.id not in {row.id for row in facts.energy_kwh(p).rows}
        later = Period(begin_unix_s=p.begin_unix_s + 14 * HOUR, end_unix_s=p.end_unix_s)
        assert (facts.cost(later).value, facts.cost(later).reason) == (None, Why.NO_PRICE)
        assert facts.price_now().reason == Why.STALE


def test_a_day_on_which_nothing_was_taken_costs_nothing_and_has_its_price(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    prices = [(one, 0.2) for one in every(600.0, p.begin_unix_s, p.end_unix_s)]
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s - HOUR, p.end_unix_s, kw=0.0), PRICE: prices})
    with book(tmp_path) as facts:
        paid = facts.cost(p)
        assert (paid.value, paid.rows[0].value) == (0.0, 0.0)
        assert paid.rows[1].value == pytest.approx(0.2)


def test_where_nothing_was_kept_there_is_no_figure_and_never_a_zero(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    with book(tmp_path) as facts:
        for figure in (facts.energy_kwh(p), facts.cost(p), facts.solar_kwh(p), facts.device_kwh("purifier", p)):
            assert (figure.value, figure.reason, figure.rows) == (None, Why.NOT_YET, ())
        assert facts.saved(p).reason == Why.NO_RECORDS
        assert facts.by_day("cost", p)[0][1].value is None
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s, p.end_unix_s)})
    with book(tmp_path) as facts:
        assert facts.energy_kwh(day_of(2026, 11, 9)).reason == Why.NO_RECORDS
        assert facts.problems == ()
        with pytest.raises(ValueError, match="day by day"):
            facts.by_day("close", p)


def test_powers_hold_until_the_next_sample_and_ten_minutes_at_most(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    purifier = [(p.begin_unix_s - 300.0, 60.0), (p.begin_unix_s + 300.0, 0.3), (p.begin_unix_s + 900.0, 30.0)]
    sun = [(one, 1000.0) for one in every(600.0, p.begin_unix_s + 10 * HOUR, p.begin_unix_s + 12 * HOUR)]
    keep(tmp_path, {("purifier", "device_state.power_w"): purifier, ("meter", "meter.pv_w"): sun})
    with book(tmp_path) as facts:
        assert facts.solar_kwh(p).value == pytest.approx(2.0)
        drawn = facts.device_kwh("purifier", p)
        assert drawn.value == pytest.approx((60.0 * 300 + 0.0 * 600 + 30.0 * 600) / 3.6e6, abs=1e-6)
        assert facts.running_h("purifier", p).value == pytest.approx(900.0 / HOUR, abs=1e-6)
        assert drawn.coverage == pytest.approx(1500.0 / DAY, abs=1e-4)


def test_damaged_records_are_named_and_nothing_is_raised(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s, p.end_unix_s)})
    with sqlite3.connect(tmp_path / "history" / "history.sqlite3") as connection:
        connection.execute("UPDATE chunk SET payload = x'00112233'")
        connection.execute("UPDATE tier SET payload = x'00112233'")
    connection.close()
    with book(tmp_path) as facts:
        assert (facts.energy_kwh(p).value, facts.energy_kwh(p).reason) == (None, Why.DAMAGED)
        assert any("meter.imported_kwh" in line for line in facts.problems)


def test_what_was_saved_comes_with_an_interval_and_a_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "plan" / "saved.json"
    file.parent.mkdir()
    days = {
        f"2026-11-{day:02d}": SavedDay(saved=float(saved), seconds={"drive": DAY})
        for day, saved in ((2, 1), (3, 2), (4, 6))
    } | {"2026-11-05": SavedDay(energy_kwh=3.0)}
    file.write_bytes(msgspec.json.encode(days))
    with book(tmp_path) as facts:
        found = facts.saved(Period.of_days(date(2026, 11, 2), date(2026, 11, 6), BERLIN))
        assert (found.value, found.unit, len(found.rows)) == (9.0, "EUR", 3)
        assert found.low is not None
        assert found.low == pytest.approx(9.0 - 1.96 * math.sqrt(3 * 7.0))
        assert found.rows[0].text == "drive"
        assert facts.saved(day_of(2026, 11, 3)).value == 2.0
        assert facts.saved(Period.night(date(2026, 11, 3), BERLIN)).value == 6.0
        assert facts.saved(day_of(2026, 11, 5)).reason == Why.NO_RECORDS  # no plan held on that day
    file.write_bytes(b"{")
    with book(tmp_path) as facts:
        assert facts.saved(day_of(2026, 11, 3)).reason == Why.DAMAGED
        assert "saved.json" in facts.problems[0]


def test_what_is_written_later_is_seen_after_a_refresh(tmp_path: Path) -> None:
    p = day_of(2026, 11, 3)
    noon = p.begin_unix_s + 12 * HOUR
    keep(tmp_path, {IMPORTED: steady(p.begin_unix_s, noon)})
    with book(tmp_path) as facts:
        first = facts.energy_kwh(p).value
        keep(tmp_path, {IMPORTED: steady(noon, p.end_unix_s, 100.0 + 12 * 1.2)})
        assert facts.energy_kwh(p).value == first
        facts.refresh()
        assert facts.energy_kwh(p).value == pytest.approx(24 * 1.2 - 0.2, abs=0.002)
