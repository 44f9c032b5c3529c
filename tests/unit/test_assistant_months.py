"""Made-up months: their records say what the truth says, whoever asks; and what was seeded is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sumika.clock import SimulatedClock
from sumika.evaluate.assistant.households import HOUSEHOLDS, household
from sumika.evaluate.assistant.month_time import MonthTime
from sumika.evaluate.assistant.month_truth import MonthTruth
from sumika.evaluate.assistant.months import make_month, write_month
from sumika.facts import Book, Figure, Period
from sumika.history import HistoryReader
from sumika.schema.house import House


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> MonthTruth:
    """A month with a day of 25 hours and a meter that begins anew."""
    return write_month(tmp_path_factory.mktemp("family"), "family", 2026, 10, 7)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[MonthTruth, MonthTruth]:
    """Two months, one after the other."""
    folder = tmp_path_factory.mktemp("alone")
    first = write_month(folder, "alone", 2026, 2, 3)
    return first, write_month(folder, "alone", 2026, 3, 3, after=first, contradictory=False)


@contextmanager
def asked(truth: MonthTruth) -> Iterator[tuple[Book, Period, House]]:
    house = household(truth.household).house
    end = MonthTime.of(truth.year, truth.month, truth.zone).stamp(truth.end_s)
    with Book(truth.folder, house, SimulatedClock(end)) as facts:
        yield facts, Period.month(truth.year, truth.month, facts.zone), house
        assert facts.problems == ()


def value(figure: Figure) -> float:
    assert figure.value is not None, figure
    return figure.value


def agree_on_energy(truth: MonthTruth) -> None:
    with asked(truth) as (facts, month, _):
        for name in ("energy_kwh", "exported_kwh", "cost", "solar_kwh", "saved"):
            told: dict[object, float] = getattr(truth, name)
            if not told:
                assert getattr(facts, name)(month).value is None
                continue
            by_day = {day: value(one) for day, one in facts.by_day(name, month)}
            assert by_day == pytest.approx(told, abs=1e-4), name
            assert value(getattr(facts, name)(month)) == pytest.approx(sum(told.values()), abs=1e-3)
        for device, days in truth.device_kwh.items():
            assert {day: value(one) for day, one in facts.by_day(f"device_kwh:{device}", month)} == pytest.approx(days)
            assert value(facts.running_h(device, month)) == pytest.approx(truth.running_h[device])
        assert sorted((one.kind, one.subject) for one in facts.due()) == sorted(truth.due)


def agree_on_people(truth: MonthTruth) -> None:
    with asked(truth) as (facts, month, house):
        for kind in ("cooking", "bath", "smoke", "window", "visit"):
            told = [(one.begin_unix_s, one.end_unix_s, one.room, one.people) for one in facts.happenings(kind, month)]
            true = [(one.begin_s, one.end_s, one.room, one.people) for one in truth.happenings if one.kind == kind]
            assert told == sorted(true), kind
        for room in house.watched_bedrooms:
            nights = facts.nights(room, month)
            true_nights = [one for one in truth.nights if one.room == room]
            assert len(nights) == len(true_nights)
            for night, true_night in zip(nights, true_nights, strict=True):
                assert (night.evening, night.got_up.value) == (true_night.evening, true_night.got_up_s)
                asleep_min = true_night.asleep_min
                assert (night.asleep_h.value is None) == (asleep_min is None)
                assert asleep_min is None or value(night.asleep_h) == pytest.approx(asleep_min / 60.0, abs=1e-5)
                assert (night.ups.value, night.heart_bpm.value) == (true_night.ups, true_night.heart_bpm)
        incidents = {one.id: one for one in facts.incidents(month)}
        assert incidents.keys() == truth.alarms.keys()
        for name, states in truth.alarms.items():
            assert len(incidents[name].rows) == len(states)
            assert incidents[name].answered_by == states[-1].acknowledged_by
        open_and_over = [(one.subject, one.code, one.begin_s, one.end_s) for one in truth.faults]
        told_faults = [(one.subject, one.code, one.begin_unix_s, one.end_unix_s) for one in facts.faults(month)]
        assert set(open_and_over) <= set(told_faults)
        assert len(facts.last_commands("", month, 10_000)) == len(truth.commands)


def agree_on_air(truth: MonthTruth) -> None:
    with asked(truth) as (facts, month, house):
        for sensor in house.sensors:
            for quantity in ("temperature_c", "co2_ppm"):
                track = truth.tracks.get((sensor.id, f"air.{quantity}"))
                if track is None:
                    continue
                for day in month.dates(facts.zone)[9:13]:  # a day of the silence is among them
                    p = Period.day(day, facts.zone)
                    samples = track.during(p.begin_unix_s, p.end_unix_s).value
                    told = [facts.climate(sensor.room, quantity, p, one).value for one in ("mean", "lowest", "highest")]
                    true = [samples.mean(), samples.min(), samples.max()] if len(samples) else [None] * 3
                    assert told == pytest.approx(true, abs=1e-5), (sensor.id, quantity, day)
        assert facts.climate("nowhere", "temperature_c", month, "mean").value is None


@pytest.mark.slow
def test_a_month_with_a_long_day_and_a_meter_that_begins_anew(family: MonthTruth) -> None:
    assert family.meter_anew is not None
    agree_on_energy(family)
    agree_on_people(family)
    agree_on_air(family)
    with asked(family) as (facts, _, _):
        assert facts.withheld("tom_room") == "facts.not_agreed"
        assert facts.withheld("living") == "facts.not_agreed"  # it is nobody's own, and Tom has not agreed


@pytest.mark.slow
def test_two_months_one_after_the_other(alone: tuple[MonthTruth, MonthTruth]) -> None:
    for truth in alone[1:]:
        agree_on_energy(truth)
        agree_on_people(truth)
        agree_on_air(truth)
    assert alone[1].contradictions == []


@pytest.mark.slow
def test_queries_that_share_nothing_with_facts_say_the_same(family: MonthTruth) -> None:
    queries = family.queries
    with asked(family) as (facts, month, _):
        long_day = Period.day(month.dates(facts.zone)[24], facts.zone)
        assert long_day.seconds == 25 * 3600
        for p in (month, long_day):
            ends = (p.begin_unix_s, p.end_unix_s)
            assert queries.counted_kwh("meter", "meter.imported_kwh", *ends) == pytest.approx(
                value(facts.energy_kwh(p))
            )
            assert queries.paid("meter", *ends) == pytest.approx(value(facts.cost(p)))
            solar = queries.integral_kwh("meter", "meter.pv_w", *ends, 600.0)
            assert solar == pytest.approx(value(facts.solar_kwh(p)), abs=1e-5)
            highest = queries.highest("bedroom_air", "air.co2_ppm", *ends)
            assert highest is not None
            found = facts.climate("bedroom", "co2_ppm", p, "highest")
            assert (found.value, found.rows[0].begin_unix_s) == highest
            assert queries.mean("bedroom_air", "air.co2_ppm", *ends) == pytest.approx(
                value(facts.climate("bedroom", "co2_ppm", p, "mean")), abs=1e-5
            )
        commands = queries.records("command", month.begin_unix_s, month.end_unix_s)
        assert len(commands) == len(family.commands)
        assert {one["why"] for one in commands} >= {text for text in family.hostile if text.startswith("note")}


@pytest.mark.slow
def test_what_was_seeded_lies_in_the_records(family: MonthTruth) -> None:
    seeded = {one.kind: one for one in family.contradictions}
    assert set(seeded) == {"impossible", "part_exceeds_whole", "asleep_out_of_bed", "closed_first", "nobody"}
    queries = family.queries
    wild = seeded["impossible"]
    assert queries.samples(wild.subject, wild.sources[0], wild.begin_s, wild.begin_s + 1.0)[1].tolist() == [99.5]
    with asked(family) as (facts, month, _):
        whole = seeded["part_exceeds_whole"]
        p = Period(begin_unix_s=whole.begin_s, end_unix_s=whole.end_s)
        assert value(facts.device_kwh(whole.subject, p)) > value(facts.energy_kwh(p))
        nights = [one for one in facts.nights(seeded["asleep_out_of_bed"].subject, month) if one.asleep_h.value]
        assert any(value(one.asleep_h) > value(one.in_bed_h) for one in nights)
        alarm = next(one for one in facts.incidents(month) if one.id == seeded["closed_first"].subject)
        assert alarm.stages[0].stage == "acknowledged"
        assert alarm.stages[0].at_unix_s < alarm.since_unix_s
        nobody = seeded["nobody"]
        stays = facts.presence(nobody.subject, Period(begin_unix_s=nobody.begin_s, end_unix_s=nobody.end_s))
        assert {one.people for one in stays} == {0}


@pytest.mark.slow
def test_nights_lie_sealed_and_the_numbers_of_the_house_do_not(alone: tuple[MonthTruth, MonthTruth]) -> None:
    reader = HistoryReader(alone[0].folder / "history")
    personal = {one.signal for one in reader.signals() if one.personal}
    reader.close()
    assert "sleep_night.asleep_min" in personal
    assert not {one for one in personal if one.startswith(("air", "meter", "occupancy"))}


def test_the_same_seed_makes_the_same_month_and_another_another(tmp_path: Path) -> None:
    first, same, other = (make_month(tmp_path, "flat", 2026, 6, seed) for seed in (1, 1, 2))
    assert first.energy_kwh == same.energy_kwh != other.energy_kwh
    assert first.nights == same.nights != other.nights
    assert first.commands == same.commands


def test_households_differ_as_they_should() -> None:
    houses = {name: household(name).house for name in HOUSEHOLDS}
    assert [len(one.residents) for one in houses.values()] == [1, 4, 2]
    assert all(one.demo for one in houses.values())
    assert houses["family"].pets == ("cat", "dog")
    assert not houses["family"].agreed()
    assert "おばあちゃん" in houses["alone"].residents[0].called
    assert all(household(name).warnings == () for name in HOUSEHOLDS)
    with pytest.raises(ValueError, match="household"):
        household("castle")
