"""At which level control goes on when something is missing, lies, stands open or is disputed; and that it says so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sumika import Ecu, Measurements
from sumika.belief.comfort import PEOPLE_DIFFER_K
from sumika.belief.forecast import Foreteller, HouseForecast
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.belief.suspicion import Fault
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.ecu.modes import Deciding
from sumika.schema import ControlLevel, Origin, Vote
from sumika.text import LANGUAGES
from tests.lived_house import Lived, two_rooms
from tests.unit.test_ecu import START, Flat, lived, measured

pytestmark = pytest.mark.slow  # every test plans


def the_house_s_own(ecu: Ecu, at: datetime, *, price: float) -> HouseForecast:
    """Return what comes by the house's own record: nobody has foretold anything."""
    teller = Foreteller(ecu.belief.sun, PriceBook(KnownTariff(flat=price)))
    return teller.now(at, ecu.belief.record.rows())


def test_all_as_it_should_be_is_full_and_needs_no_words() -> None:
    ecu, at = lived(demo_house({}).house)
    ecu.plan(Flat(at))
    assert ecu.standing.level is ControlLevel.FULL
    assert [ecu.standing.note(language) for language in LANGUAGES] == ["", ""]


@pytest.mark.parametrize("price", [30.0, -8.0])
def test_days_without_a_forecast_are_planned_by_the_house_s_own_record_and_said_so(price: float) -> None:
    ecu, at = lived(demo_house({}).house)
    decision = Deciding(ecu).decide(the_house_s_own(ecu, at, price=price), {})
    assert decision.commands
    assert decision.level is ControlLevel.REDUCED
    assert "forecast" in decision.note
    assert "天気予報" in decision.note_ja


def test_a_program_without_any_forecast_may_say_so() -> None:
    ecu, at = lived(demo_house({}).house)
    told = {(one.device, one.action): one.value for one in ecu.plan(None)}
    assert told["living_aircon", "mode"] == 1.0
    levels = [ecu.standing.level]
    ecu.observe(measured(at + timedelta(minutes=15)))
    ecu.plan(Flat(at))
    levels.append(ecu.standing.level)
    assert levels == [ControlLevel.REDUCED, ControlLevel.FULL]


def test_no_reading_for_hours_is_said_and_a_plan_is_made_still() -> None:
    ecu, at = lived(demo_house({}).house)
    for _ in range(1, 9):
        at += timedelta(minutes=15)
        ecu.observe(measured(at, living_c=None))
    assert ecu.plan(Flat(at))
    assert "without any reading" in ecu.standing.note("en")


def test_a_sensor_in_fahrenheit_is_named_left_out_and_does_not_stop_the_plan() -> None:
    ecu, at = lived(demo_house({}).house)
    for _ in range(1, 3):
        at += timedelta(minutes=15)
        ecu.observe(measured(at, living_c=63.0))
    assert {one.fault for one in ecu.watch.held} == {Fault.WRONG_UNIT}
    told = {(one.device, one.action): one.value for one in ecu.plan(Flat(at))}
    assert told["living_aircon", "mode"] == 1.0  # it is 17 °C there still
    for language in LANGUAGES:
        note = ecu.standing.note(language)
        assert "living_air" in note
        assert "63" in note


def test_votes_that_contradict_each_other_widen_the_band_and_are_said() -> None:
    ecu, at = lived(demo_house({}).house)
    sure_k = ecu.likings["living"].sigma_k
    for number, sensation in enumerate((2.0, -2.0, 2.0, -2.0)):
        at += timedelta(minutes=15)
        stamp = Instant(0, int(at.timestamp() * 1e9), "test")
        said = Vote(stamp=stamp, origin=Origin.LIVE, resident=f"r{number}", room="living", sensation=sensation)
        ecu.observe(replace(measured(at), votes=(said,)))
    assert ecu.likings["living"].sigma_k > max(sure_k, PEOPLE_DIFFER_K)
    assert abs(ecu.likings["living"].warmer_k) < PEOPLE_DIFFER_K
    ecu.plan(Flat(at))
    assert ecu.standing.level is ControlLevel.REDUCED
    assert "agreement in living" in ecu.standing.note("en")


def test_votes_that_agree_are_no_dispute() -> None:
    ecu, at = lived(demo_house({}).house)
    for number in range(4):
        at += timedelta(minutes=15)
        stamp = Instant(0, int(at.timestamp() * 1e9), "test")
        said = Vote(stamp=stamp, origin=Origin.LIVE, resident=f"r{number}", room="living", sensation=-2.0)
        ecu.observe(replace(measured(at), votes=(said,)))
    assert not ecu.likings["living"].is_disputed


def nobody_there(measurements: Measurements) -> Measurements:
    return replace(measurements, presence=dict.fromkeys(measurements.presence, (0.0, 0.0)))


def test_an_empty_room_is_not_heated_while_its_window_stands_open_and_is_afterwards() -> None:
    """Told with people about to come, so that a plan would heat it beforehand."""
    house = two_rooms()
    ecu = Ecu(house)
    life = Lived(house=house, hours=52.5, opened=((49.0, 51.0, 0, 0.12),), outdoor_c=2.0)
    shut: list[float] = []
    for one in life.measured():
        ecu.observe(nobody_there(one))
        after_h = round((one.at - START).total_seconds() / 3600.0, 2)
        if any(finding.fault is Fault.WINDOW_OPEN for finding in ecu.watch.held):
            assert ecu.belief.opened_m3_s[0] > 0.0
            situation = ecu.situate(Flat(one.at)).situation(None)
            heats = next(control for control in situation.controls if control.name == "heat_kw")
            cold = ecu.belief.state is not None and ecu.belief.state[0] < 16.0
            assert cold or heats.high[0] == 0.0
            assert heats.high[8] > 0.0
            shut.append(after_h)
    assert shut
    situation = ecu.situate(Flat(one.at)).situation(None)
    heats = next(control for control in situation.controls if control.name == "heat_kw")
    assert heats.high[0] > 0.0
