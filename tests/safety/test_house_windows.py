"""Interlocks of open windows: heating waits for them, and for no contact that has died."""

import math

import pytest

from sumika.schema import GateRule
from tests.safety.bench import HEATER, Bench, device, holding

RADIATOR = device("radiator", "radiator")
BOILER = device("boiler", "boiler", "bedroom")
WHOLE = device("whole", "whole_house_air_conditioner")
FLOOR = device("floor", "floor_heating")
OPENER = device("opener", "window_opener")


@pytest.mark.parametrize(
    ("kind", "setting", "heats", "does_not"),
    [
        ("room_air_conditioner", "mode", 1.0, 2.0),
        ("floor_heating", "on", 1.0, 0.0),
        ("radiator", "setpoint_c", 7.1, 7.0),
    ],
)
def test_nothing_heats_with_the_window_open(kind: str, setting: str, heats: float, does_not: float) -> None:
    bench = Bench(device("heater", kind), device("other", kind, "bedroom"))
    bench.air(window_open=1.0)
    for asker in ("plan", "rules", "operator", "resident"):
        assert bench.written("heater", setting, heats, asker) is None
    assert bench.rule("heater", setting, heats, "resident") is GateRule.WINDOW_OPEN
    assert bench.written("other", setting, heats) == heats
    assert bench.written("heater", setting, does_not) == does_not
    bench.air(window_open=0.0)
    bench.later(1000.0)
    assert bench.written("heater", setting, heats) == heats


@pytest.mark.parametrize(("share", "is_open"), [(0.0, False), (0.02, False), (0.021, True), (math.nan, True)])
def test_a_contact_that_says_no_number_proves_no_shut_window(share: float, is_open: bool) -> None:
    bench = Bench()
    bench.air(window_open=share)
    assert (bench.written("heater", "mode", 1.0) is None) is is_open


def test_each_window_of_a_room_counts() -> None:
    bench = Bench(HEATER, OPENER)
    bench.air(sensor="left", window_open=1.0)
    bench.says("opener", open=0.5)
    bench.air(sensor="left", window_open=0.0)
    assert bench.rule("heater", "mode", 1.0) is GateRule.WINDOW_OPEN
    bench.later(100.0)
    bench.says("opener", open=0.0)
    assert bench.written("heater", "mode", 1.0) == 1.0


def test_heating_that_runs_is_stopped_when_a_window_has_been_open_for_two_minutes() -> None:
    bench = Bench(HEATER, RADIATOR, FLOOR)
    bench.says("heater", mode=1.0)
    bench.says("radiator", setpoint_c=21.0)
    bench.says("floor", on=0.0)
    bench.air(window_open=1.0)
    bench.later(60.0)
    bench.air(window_open=0.9)  # the same opening goes on
    bench.later(59.999999999)
    assert bench.turn() == {}
    bench.later(0.000000001)
    assert bench.turn() == {
        ("heater", "mode"): (0.0, "window_open"),
        ("radiator", "setpoint_c"): (7.0, "window_open"),
    }


def test_whoever_holds_a_heater_may_air_while_it_heats() -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0, "resident")
    bench.air(window_open=1.0)
    bench.later(300.0)
    assert bench.turn() == {}


def test_what_heats_the_whole_house_minds_no_single_window() -> None:
    bench = Bench(WHOLE, BOILER)
    bench.air("living", window_open=1.0)
    bench.air("bedroom", window_open=1.0)
    assert bench.written("whole", "mode", 1.0) == 1.0
    assert bench.written("boiler", "on", 1.0) == 1.0
    bench.later(300.0)
    assert bench.turn() == {}


@pytest.mark.parametrize("asker", ["resident", "operator"])
def test_a_contact_that_died_with_its_window_open_holds_no_persons_heating(asker: str) -> None:
    bench = Bench(HEATER, FLOOR, plan=False)
    bench.air(sensor="contact", window_open=1.0)
    assert bench.rule("heater", "mode", 1.0, asker) is GateRule.WINDOW_OPEN
    bench.air(sensor="contact", window_open=None)
    for other in ("rules", "policy", "plan"):
        assert bench.rule("floor", "on", 1.0, other) is GateRule.WINDOW_OPEN
    assert bench.written("heater", "mode", 1.0, asker) == 1.0


def test_a_contact_that_died_with_its_window_open_is_forgotten_after_a_quarter_of_an_hour() -> None:
    bench = Bench()
    bench.air(sensor="contact", window_open=1.0)
    holding(bench, 900.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN
    bench.air(sensor="contact", window_open=None)
    for _ in range(2):
        holding(bench, 450.0)
        bench.air(sensor="contact", window_open=None)
        assert bench.rule("heater", "mode", 1.0) is GateRule.WINDOW_OPEN
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0) == 1.0


def test_a_contact_that_only_falls_silent_is_forgotten_after_a_quarter_of_an_hour_too() -> None:
    bench = Bench(HEATER, RADIATOR)
    bench.says("radiator", setpoint_c=21.0)
    bench.air(sensor="contact", window_open=1.0)
    for _ in range(20):
        holding(bench, 900.0)
        assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN
        bench.air(sensor="contact", window_open=1.0)
    holding(bench, 900.000000001)
    assert bench.turn() == {}
    assert bench.written("heater", "mode", 1.0) == 1.0


def test_a_contact_that_says_nothing_of_its_window_says_nothing_of_another() -> None:
    bench = Bench()
    bench.air(sensor="left", window_open=1.0)
    bench.air(sensor="right", window_open=1.0)
    bench.air(sensor="right", window_open=None)
    bench.air(sensor="thermometer", temperature_c=20.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN
    bench.air(sensor="left", window_open=0.0)
    assert bench.rule("heater", "mode", 1.0) is GateRule.WINDOW_OPEN
    bench.air(sensor="right", window_open=0.0)
    assert bench.written("heater", "mode", 1.0) == 1.0


def test_a_window_that_is_heard_of_again_holds_everybody_again_and_has_been_open_since_it_was() -> None:
    bench = Bench(HEATER, RADIATOR)
    bench.says("radiator", setpoint_c=21.0)
    bench.air(sensor="contact", window_open=1.0)
    bench.later(60.0)
    bench.air(sensor="contact", window_open=None)
    bench.later(60.0)
    assert bench.turn() == {}  # nobody knows
    bench.air(sensor="contact", window_open=1.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN
    assert bench.turn() == {("radiator", "setpoint_c"): (7.0, "window_open")}


@pytest.mark.parametrize("gone_s", [900.0, 900.000000001])
def test_a_window_that_was_forgotten_begins_anew(gone_s: float) -> None:
    bench = Bench(RADIATOR)
    bench.says("radiator", setpoint_c=21.0)
    bench.air(sensor="contact", window_open=1.0)
    bench.air(sensor="contact", window_open=None)
    holding(bench, gone_s)
    bench.air(sensor="contact", window_open=1.0)
    if gone_s > 900.0:
        bench.later(119.999999999)
        assert bench.turn() == {}
        bench.later(0.000000001)
    assert bench.turn() == {("radiator", "setpoint_c"): (7.0, "window_open")}


def test_a_motor_tells_of_its_window_while_it_is_there() -> None:
    bench = Bench(HEATER, OPENER)
    bench.says("opener", open=0.5)
    bench.later(100_000.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN
    bench.says("heater", available=False)
    bench.says("opener", available=False)
    assert bench.rule("heater", "mode", 1.0) is GateRule.WINDOW_OPEN
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0
    bench.says("opener", open=0.5)
    bench.says("heater", mode=0.0)
    bench.later(1000.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.WINDOW_OPEN


def test_heating_that_was_asked_for_and_is_held_by_a_window_is_told_with_who_says_so() -> None:
    bench = Bench(HEATER, OPENER, device("other", "room_air_conditioner", "bedroom"), holds_min=0.0)
    bench.air("bedroom", sensor="b", window_open=1.0)
    bench.air(sensor="b", window_open=1.0)
    bench.says("opener", open=1.0)
    assert bench.conditions() == set()  # nobody wants to heat
    bench.ask("heater", "mode", 1.0)

    def told() -> list[tuple[str, str, str]]:
        every = bench.gate.conditions(bench.now.monotonic_ns)
        return [(each.subject, each.detail, each.severity) for each in every if each.code == "heating_held_by_window"]

    assert told() == [("living", "b, opener", "warning")]
    bench.ask("other", "mode", 1.0, "resident")
    assert told() == [("bedroom", "b", "warning"), ("living", "b, opener", "warning")]
    bench.air("bedroom", sensor="b", window_open=0.0)
    bench.air(sensor="b", window_open=None)
    assert told() == [("living", "b, opener", "warning")]
    bench.says("opener", open=0.0)
    assert told() == [("living", "b", "warning")]
    bench.later(900.0)
    assert told() == [("living", "b", "warning")]
    bench.later(0.000000001)
    assert told() == []
    bench.air(sensor="b", window_open=1.0)
    assert told() == []  # that is another opening, and nobody has asked again
