"""Reasons in words: names, units, times and money come from the plan's own numbers, in both languages."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import sumika.plan.reasons as reasons_module
from sumika.plan._facts import Facts
from sumika.plan.account import Account
from sumika.plan.problem import Planned
from sumika.plan.reasons import Known, with_reasons
from sumika.plan.rolling import Rolling
from sumika.schema import Command
from sumika.text import LANGUAGES
from tests.plan_helpers import EVENING, a_command, a_forecast, an_ecu, small_house

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Planned:
    ecu = an_ecu()
    return ecu.think(a_forecast(ecu))


def begins(planned: Planned) -> list[datetime]:
    return [datetime.fromtimestamp(float(one), EVENING.tzinfo) for one in planned.situation.grid.begin_unix_s]


def with_people(planned: Planned, living: np.ndarray) -> Planned:
    people = np.zeros_like(planned.situation.people)
    people[: len(living), 0] = living
    people[len(living) :, 0] = living[-1]
    return replace(planned, situation=replace(planned.situation, people=people))


def arriving(planned: Planned, hours: float, spread_h: float, count: float = 2.0) -> Planned:
    """Return a plan in which people are expected around a time, as a normal distribution of when they come."""
    lead = (planned.situation.grid.begin_unix_s - planned.situation.grid.begin_unix_s[0]) / 3600.0
    return with_people(planned, count / (1.0 + np.exp(-1.702 * (lead - hours) / spread_h)))


def with_price(planned: Planned, price: np.ndarray) -> Planned:
    return replace(planned, situation=replace(planned.situation, price=price))


def said(
    planned: Planned,
    *commands: Command,
    without: Mapping[str, Account] | None = None,
    follows: str = "",
    dearer: float = 0,
) -> tuple[str, str]:
    known = Known(house=small_house(), begins=begins(planned), without=without or {}, follows=follows, dearer=dearer)
    told = with_reasons(planned, commands, known)
    assert len({(one.why, one.why_ja) for one in told}) == 1
    return told[0].why, told[0].why_ja


HEATS = (a_command("aircon", "mode", 1.0), a_command("aircon", "setpoint_c", 21.5))


def heating(planned: Planned) -> Planned:
    controls = dict(planned.controls)
    controls["aircon", "heat_kw"] = np.full_like(controls["aircon", "heat_kw"], 1.0)
    return replace(planned, controls=controls)


@pytest.mark.parametrize(("hours", "spread_h"), [(2.0, 0.3), (4.0, 0.75)])
def test_who_is_expected_when_and_how_surely_is_read_off_the_expectation(
    made: Planned, hours: float, spread_h: float
) -> None:
    planned = arriving(made, hours, spread_h)
    comes = Facts(planned, begins(planned)).arrival(0)
    assert comes is not None
    assert comes.people == 2
    assert comes.at is not None
    assert abs((comes.at - EVENING) - timedelta(hours=hours)) <= timedelta(minutes=15)
    assert comes.spread_min == pytest.approx(60.0 * spread_h, rel=0.25)


def test_people_who_are_there_are_there_and_a_room_without_any_has_none(made: Planned) -> None:
    there = Facts(with_people(made, np.full(84, 1.2)), begins(made)).arrival(0)
    assert there is not None
    assert (there.people, there.at) == (1, None)
    assert Facts(with_people(made, np.full(84, 0.1)), begins(made)).arrival(0) is None


def test_pre_heating_says_who_comes_what_the_price_does_and_what_it_costs_to_do_without(made: Planned) -> None:
    planned = heating(arriving(made, 1.6, 0.33))
    planned = with_price(planned, np.where(np.arange(84) < 4, 26.0, 36.0))
    without = {"aircon": Account(energy=-3.0, comfort=45.0, air=0.0, devices=0.0, stores=0.0)}
    english, japanese = said(planned, *HEATS, without=without)
    assert english.startswith("pre-heating Living room to 21.5 °C: 2 people expected 17:")
    assert re.search(r"expected 17:(30|45) ± 20 min", english)
    assert "price rises 38 % at 17:00" in english
    assert english.endswith("without it 42 yen of discomfort")
    assert japanese.startswith("Living roomを前もって21.5 °Cに暖房。2人が17:")
    assert "17:00に電気料金が38 %上がる" in japanese
    assert japanese.endswith("しない場合の損は不快で42円")


def test_money_is_in_the_tariffs_currency(made: Planned) -> None:
    planned = heating(with_people(made, np.ones(84)))
    planned = replace(planned, situation=replace(planned.situation, currency="EUR"))
    without = {"aircon": Account(energy=0.0, comfort=0.254, air=0.0, devices=0.0, stores=0.0)}
    english, japanese = said(planned, *HEATS, without=without)
    assert "without it 0.25 euro of discomfort" in english
    assert "0.25ユーロ" in japanese


def test_a_room_would_get_cold_without_its_device_and_the_number_is_the_models(made: Planned) -> None:
    english, _ = said(heating(with_people(made, np.ones(84))), *HEATS)
    found = re.search(r"else ([\d.]+) °C within 2 h, below ([\d.]+) °C people mind", english)
    assert found is not None
    assert float(found[1]) < float(found[2])
    assert "1 person there" in english


def test_a_room_that_is_left_alone_says_why_and_not_what_doing_without_would_cost(made: Planned) -> None:
    without = {"aircon": Account(energy=9.0, comfort=9.0, air=0.0, devices=0.0, stores=0.0)}
    english, japanese = said(with_people(made, np.zeros(84)), a_command("aircon", "mode", 0.0), without=without)
    assert english == "Living room is left at 18.0 °C: nobody expected for hours"
    assert japanese == "Living roomは18.0 °Cのまま。数時間は誰も見込まれない"


def test_a_fan_says_how_stale_the_air_would_be(made: Planned) -> None:
    english, japanese = said(with_people(made, np.full(84, 3.0)), a_command("fan", "level", 1.0))
    assert re.search(r"CO2 in (Living room|Bedroom) stays below \d+ ppm", english) or "reaches" in english
    assert "ppm" in japanese


@pytest.mark.parametrize(
    ("carried", "more", "words", "words_ja"),
    [
        ("co2", 900.0, r"else CO2 in Living room reaches 1\d{3} ppm", "ppm"),
        ("humidity", 9e-3, r"else humidity in Living room reaches \d\d+ %", "湿度が"),
        ("pm2_5", 60.0, r"\d ug/m3 of fine dust, else [67]\d", "微小粒子"),
    ],
)
def test_a_fan_names_the_fault_of_the_air_that_would_cost_most(
    made: Planned, monkeypatch: pytest.MonkeyPatch, carried: str, more: float, words: str, words_ja: str
) -> None:
    peopled = with_people(made, np.full(84, 2.0))

    states = {name: values.copy() for name, values in peopled.states.items()}
    states[carried][1:, 0] += more
    alone = replace(peopled, states=states)
    monkeypatch.setattr(Rolling, "roll", lambda rolling, way: alone)
    hinges = [replace(one, cost_per_h=np.full(84, one.cost_per_h.max())) for one in peopled.situation.hinges]
    priced = replace(peopled, situation=replace(peopled.situation, hinges=tuple(hinges)))
    english, japanese = said(priced, a_command("fan", "level", 2.0))
    assert re.fullmatch(r"more ventilation, level 2: " + words, english), english
    assert words_ja in japanese


def test_water_that_waits_names_a_price_only_where_it_waits_for_one(made: Planned) -> None:
    charge = {**made.charge_kw, "tank": np.where(np.arange(84) == 60, 1.0, 0.0)}
    waits = replace(made, charge_kw=charge)
    off = a_command("tank", "mode", 0.0)
    falls_for_a_while = with_price(waits, np.where((np.arange(84) > 20) & (np.arange(84) < 40), 20.0, 40.0))
    assert "cheaper" not in said(falls_for_a_while, off)[0]
    falls = with_price(waits, np.where(np.arange(84) > 20, 20.0, 40.0))
    assert said(falls, off)[0].endswith(": when power is 50 % cheaper")
    assert said(falls, off)[1].endswith("その時の電気料金は今より50 %安い")


def test_water_battery_and_moisture_have_reasons_of_their_own(made: Planned) -> None:
    cheap = with_price(made, np.where(np.arange(84) < 4, 20.0, 40.0))
    english, japanese = said(cheap, a_command("tank", "mode", 2.0))
    assert re.fullmatch(r"heating water now: price \d+ % below the day's mean", english)
    assert re.fullmatch(r"いま湯を沸かす。電気料金が一日の平均より\d+ %安い", japanese)
    charges = (a_command("battery", "mode", 2.0), a_command("battery", "power_w", 1500.0))
    assert said(cheap, *charges)[0].startswith("charging with 1.5 kW: price ")
    dear = with_price(made, np.where(np.arange(84) < 4, 60.0, 30.0))
    gives = (a_command("battery", "mode", 2.0), a_command("battery", "power_w", -800.0))
    assert re.match(r"giving 0\.8 kW: price \d+ % above the day's mean", said(dear, *gives)[0])
    assert said(made, a_command("battery", "mode", 1.0))[0].startswith("the battery follows the house")
    assert said(made, a_command("humidifier", "on", 1.0))[0].startswith("moistening Bedroom")
    assert said(made, a_command("humidifier", "on", 0.0))[0].startswith("the humidity of Bedroom is left alone")
    assert "Living room" in said(made, a_command("purifier", "level", 2.0))[0]


def test_the_roof_is_a_reason_where_it_gives_more_than_the_house_draws(made: Planned) -> None:
    sunny = replace(made, situation=replace(made.situation, solar_kw=made.situation.load_kw + 2.5))
    assert "the roof gives 2.5 kW to spare" in said(sunny, a_command("tank", "mode", 2.0))[0]
    assert "太陽光が2.5 kW余る" in said(sunny, a_command("tank", "mode", 2.0))[1]
    assert "roof" not in said(made, a_command("tank", "mode", 2.0))[0]


def test_a_simple_way_that_is_followed_says_so(made: Planned) -> None:
    english, japanese = said(made, *HEATS, follows="set_back", dearer=12.0)
    assert english.endswith("as a thermostat with set-back would do it, which costs 12 yen less than the plan")
    assert japanese.endswith("留守時に弱める温度調節器のやり方で、計画より12円安い")


def test_a_device_of_another_kind_is_told_plainly(made: Planned) -> None:
    assert said(made, a_command("light", "level", 0.5))[0] == "light as planned"


def test_every_sentence_of_reasons_is_used() -> None:
    folder = Path(reasons_module.__file__).parents[1]
    files = [*(folder / "plan").glob("*.py"), *(folder / "ecu").glob("*.py"), folder / "text" / "_phrases.py"]
    program = "\n".join(file.read_text(encoding="utf-8") for file in files)
    words = set(re.findall(r'"([\w.]+)"', program)) | {"preheat", "precool"}
    for key in (key for key in LANGUAGES["en"] if key.startswith("why.plan.")):
        last = key.rsplit(".", 1)[1]
        assert last in words or key in words, key
