"""Smoke and carbon monoxide: ventilate, alarm, never seal."""

import math
from typing import Any

import pytest

from sumika.schema import GateRule
from tests.safety.bench import FAN, Bench, device, holding

BOILER = device("boiler", "boiler", "bedroom")
VENT = device("vent", "balanced_ventilation")
OPENER = device("opener", "window_opener")


ALARMED = {
    ("fan", "level"): (2.0, "smoke_or_co"),
    ("vent", "level"): (3.0, "smoke_or_co"),
    ("opener", "open"): (1.0, "smoke_or_co"),
    ("boiler", "on"): (0.0, "smoke_or_co"),
}


@pytest.mark.parametrize("what", [{"smoke": True}, {"co_ppm": 30.0}, {"co_ppm": 1e9}])
def test_smoke_or_carbon_monoxide_ventilates_alarms_and_puts_fires_out(what: dict[str, Any]) -> None:
    bench = Bench(FAN, VENT, OPENER, BOILER)
    for name in ("fan", "opener"):
        bench.ask(name, "level" if name == "fan" else "open", 0.0, "resident")
    bench.ask("boiler", "on", 1.0, "resident")
    bench.air("bedroom", sensor="detector", **what)
    assert bench.turn() == ALARMED
    assert ("bedroom", "smoke_or_co") in bench.conditions()
    details = [each.detail for each in bench.gate.conditions(bench.now.monotonic_ns) if each.code == "smoke_or_co"]
    assert details == ["smoke" if "smoke" in what else "co"]


def test_a_little_carbon_monoxide_is_no_alarm() -> None:
    bench = Bench(FAN, VENT)
    for ppm in (0.0, 29.9, math.nan):
        bench.air(co_ppm=ppm)
        assert bench.turn() == {}


def test_nothing_is_sealed_during_an_alarm_by_nobody() -> None:
    bench = Bench(FAN, VENT, OPENER, BOILER)
    bench.says("fan", level=1.0)
    bench.says("opener", open=0.5)
    bench.air(smoke=True)
    for asker in ("plan", "operator", "resident"):
        assert bench.rule("fan", "level", 0.0, asker) is GateRule.SMOKE_OR_CO
        assert bench.rule("opener", "open", 0.49, asker) is GateRule.SMOKE_OR_CO
        assert bench.rule("vent", "level", 2.0, asker) is GateRule.SMOKE_OR_CO  # of which nothing is known
        assert bench.rule("boiler", "on", 1.0, asker) is GateRule.SMOKE_OR_CO
    assert bench.written("fan", "level", 2.0) == 2.0
    assert bench.written("vent", "level", 3.0) == 3.0
    assert bench.written("opener", "open", 0.6) == 0.6
    assert bench.written("boiler", "on", 0.0) == 0.0
    assert bench.written("vent", "bypass", 0.0) == 0.0


def test_not_even_what_is_off_may_be_kept_off_during_an_alarm() -> None:
    bench = Bench(FAN)
    bench.says("fan", level=0.0)
    bench.air(smoke=True)
    assert bench.rule("fan", "level", 0.0, "resident") is GateRule.SMOKE_OR_CO
    assert bench.written("fan", "level", 1.0, "resident") == 1.0


def test_an_alarm_ends_ten_minutes_after_its_own_sensor_is_well_again() -> None:
    bench = Bench(FAN)
    bench.says("fan", level=2.0)
    bench.air(sensor="a", smoke=True)
    bench.air(sensor="b", smoke=False, co_ppm=0.0)
    holding(bench)
    bench.air(sensor="b", smoke=False, co_ppm=0.0)
    assert ("living", "smoke_or_co") in bench.conditions()
    bench.air(sensor="a", smoke=False)
    holding(bench, 599.999999999)
    bench.air(sensor="a", smoke=False)
    assert bench.rule("fan", "level", 1.0) is GateRule.SMOKE_OR_CO
    bench.later(0.000000001)
    bench.air(sensor="a", smoke=False)
    assert bench.conditions() == set()
    assert bench.written("fan", "level", 1.0) == 1.0


@pytest.mark.parametrize(("ppm", "over"), [(9.9, True), (10.0, False), (29.0, False)])
def test_carbon_monoxide_is_over_when_it_is_well_below(ppm: float, over: bool) -> None:
    bench = Bench(FAN)
    bench.air(co_ppm=100.0)
    for _ in range(3):
        holding(bench)
        bench.air(co_ppm=ppm)
    assert (bench.conditions() == set()) is over


def test_smoke_that_comes_back_begins_anew() -> None:
    bench = Bench(FAN)
    bench.air(smoke=True)
    bench.air(smoke=False)
    holding(bench, 500.0)
    bench.air(smoke=True)
    bench.air(smoke=False)
    holding(bench, 500.0)
    bench.air(smoke=False)
    assert bench.conditions() != set()


def test_a_detector_that_says_once_that_all_is_well_and_is_heard_of_still_ends_its_alarm() -> None:
    bench = Bench(FAN)
    bench.air(smoke=True)
    holding(bench)
    bench.air(smoke=False)
    holding(bench)
    bench.air(smoke=False, held_s=600.0)
    assert bench.conditions() == set()


def test_what_a_detector_said_before_there_was_smoke_begins_no_calm() -> None:
    bench = Bench(FAN)
    bench.air(smoke=True)
    for _ in range(3):
        holding(bench)
        bench.air(smoke=False, held_s=3000.0)
    assert bench.conditions() == {("living", "smoke_or_co")}


def test_a_detector_that_falls_silent_ends_no_alarm() -> None:
    bench = Bench(FAN)
    bench.air(smoke=True)
    for _ in range(50):
        holding(bench)
        bench.air(temperature_c=20.0)
    assert bench.conditions() == {("living", "smoke_or_co")}


def test_shadow_touches_nothing_but_says_what_it_sees_and_suggest_guards() -> None:
    bench = Bench(FAN, mode="shadow")
    bench.air(smoke=True)
    assert bench.turn() == {}
    assert bench.conditions() == {("living", "smoke_or_co")}
    bench = Bench(FAN, mode="suggest")
    bench.air(smoke=True)
    assert bench.turn() == {("fan", "level"): (2.0, "smoke_or_co")}


def test_an_owner_may_narrow_even_this() -> None:
    bench = Bench(
        device("fan", "exhaust_fan", limits={"level": (0.0, 1.0)}),
        device("boiler", "boiler", limits={"on": (1.0, 1.0)}),
    )
    bench.air(smoke=True)
    assert bench.turn() == {("fan", "level"): (1.0, "smoke_or_co")}


def test_a_lock_is_not_opened_by_the_gate_either() -> None:
    own = device("hood", "gas_hood", limits={"level": (0.0, 2.0)})
    bench = Bench(own, FAN)
    bench.air(smoke=True)
    assert bench.turn() == {("fan", "level"): (2.0, "smoke_or_co")}


def test_what_nothing_is_known_of_may_be_opened_fully_and_what_is_open_may_stay_so() -> None:
    bench = Bench(FAN, OPENER)
    bench.air(smoke=True)
    assert bench.rule("fan", "level", 1.0, "resident") is GateRule.SMOKE_OR_CO
    assert bench.written("fan", "level", 2.0, "resident") == 2.0
    assert bench.rule("opener", "open", 0.99, "resident") is GateRule.SMOKE_OR_CO
    assert bench.written("opener", "open", 1.0, "resident") == 1.0
    bench = Bench(FAN)
    bench.says("fan", level=1.0)
    bench.air(smoke=True)
    assert bench.rule("fan", "level", 1.0, "resident") is GateRule.NONE


def test_a_fan_that_its_owner_has_closed_is_left_alone() -> None:
    bench = Bench(device("fan", "exhaust_fan", limits={"level": (2.0, 1.0)}))
    bench.air(smoke=True)
    assert bench.turn() == {}
    bench = Bench(device("fan", "exhaust_fan", limits={"level": (2.0, 1.0)}))
    bench.says("fan", level=0.0)
    assert bench.turn() == {}
