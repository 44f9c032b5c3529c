"""Plan, policy, rules, nobody: who is obeyed, and what happens when all are silent."""

from itertools import pairwise
from typing import Any

import pytest

from sumika.safety import Gate
from sumika.schema import Asker, GateRule, Mode, Ruling
from tests.safety.bench import FAN, HEATER, START, Bench, ModeName, device


def test_a_plan_that_holds_stands_above_policy_and_rules() -> None:
    bench = Bench(plan=False)
    bench.beat("plan", 100.0)
    assert bench.rule("heater", "mode", 1.0, "policy") is GateRule.OUTRANKED
    assert bench.rule("heater", "mode", 1.0, "rules") is GateRule.OUTRANKED
    bench.later(99.999999999)
    assert bench.rule("heater", "mode", 1.0, "policy") is GateRule.OUTRANKED
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0, "policy") == 1.0
    assert bench.rule("heater", "fan_level", 1.0, "rules") is GateRule.OUTRANKED


def test_no_plan_holds_longer_than_a_quarter_of_an_hour() -> None:
    bench = Bench(plan=False)
    bench.beat("plan", 10**6)
    bench.later(899.999999999)
    assert bench.rule("heater", "mode", 1.0, "rules") is GateRule.OUTRANKED
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0, "rules") == 1.0


def test_a_planner_without_a_plan_leaves_it_to_the_others_and_may_still_ask() -> None:
    bench = Bench(plan=False)
    bench.beat("plan", -1.0)
    assert bench.written("heater", "mode", 1.0, "rules") == 1.0
    verdict, _ = bench.gate.decide(bench.command("heater", "fan_level", 1.0, "plan"), bench.now.monotonic_ns)
    assert verdict.ruling is Ruling.PASSED


@pytest.mark.parametrize("asker", ["plan", "policy", "rules"])
def test_a_controller_that_missed_ten_beats_is_not_heard(asker: str) -> None:
    bench = Bench(plan=False)
    bench.beat(asker)
    bench.later(9.999999999)
    assert bench.gate.decide(bench.command("heater", "mode", 1.0, asker), bench.now.monotonic_ns).write is not None
    bench.later(0.000000001)
    verdict, _ = bench.gate.decide(bench.command("heater", "setpoint_c", 21.0, asker), bench.now.monotonic_ns)
    assert verdict.rule is GateRule.NOT_YET


def test_a_policy_that_is_dead_leaves_it_to_the_rules() -> None:
    bench = Bench(plan=False)
    bench.beat("policy")
    bench.later(9.999999999)
    assert bench.rule("heater", "mode", 1.0, "rules") is GateRule.OUTRANKED
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0, "rules") == 1.0


def test_only_controllers_beat() -> None:
    bench = Bench(plan=False)
    for asker in ("resident", "limit", "PLAN", ""):
        assert bench.beat(asker, 900.0) == ()
    verdict, _ = bench.gate.decide(bench.command("heater", "mode", 1.0, "plan"), bench.now.monotonic_ns)
    assert verdict.rule is GateRule.NOT_YET


SAFE = {("heater", "mode"): (0.0, "fail_safe"), ("fan", "level"): (1.0, "fail_safe")}


def test_all_silent_for_a_minute_from_the_start_is_fail_safe() -> None:
    bench = Bench(plan=False)
    bench.later(59.999999999)
    assert bench.turn() == {}
    assert bench.conditions() == set()
    bench.later(0.000000001)
    assert bench.conditions() == {("gate", "nobody_controls")}
    assert bench.turn() == SAFE


@pytest.mark.parametrize(
    ("asker", "holds_s", "ends_s"), [("plan", 100.0, 100.0), ("policy", 0.0, 10.0), ("rules", 0.0, 10.0)]
)
def test_a_minute_after_the_last_controller_is_fail_safe(asker: str, holds_s: float, ends_s: float) -> None:
    bench = Bench(plan=False)
    bench.later(50.0)
    bench.beat(asker, holds_s)
    bench.later(ends_s + 59.999999999)
    assert bench.turn() == {}
    bench.later(0.000000001)
    assert bench.turn() == SAFE
    bench.beat("rules")
    assert bench.turn() == {}
    assert bench.conditions() == set()


def test_the_gate_says_who_is_obeyed_and_that_nobody_is() -> None:
    bench = Bench(plan=False)
    assert bench.gate.in_force(bench.now.monotonic_ns) is None
    bench.beat("rules")
    assert bench.gate.in_force(bench.now.monotonic_ns) is Asker.RULES
    bench.beat("plan", 100.0)
    assert bench.gate.in_force(bench.now.monotonic_ns) is Asker.PLAN
    bench.later(100.0)
    assert bench.gate.in_force(bench.now.monotonic_ns) is None


def test_a_controller_that_lives_keeps_the_house_for_ever() -> None:
    bench = Bench(plan=False)
    for _ in range(20):
        bench.beat("rules")
        bench.later(9.0)
        assert bench.turn() == {}


def test_fail_safe_is_audited_and_done_once_where_the_device_says_so() -> None:
    bench = Bench(plan=False)
    bench.says("heater", mode=1.0)
    bench.says("fan", level=1.0)
    bench.later(500.0)
    (ruled,) = bench.gate.turn(bench.now.monotonic_ns)
    verdict, write = ruled
    assert write is not None
    assert (write.device, write.action, write.value, write.sequence) == ("heater", "mode", 0.0, 1)
    assert (verdict.asked, verdict.written, verdict.asked_by) == (0.0, 0.0, "limit")
    assert (verdict.ruling, verdict.rule, verdict.stamp) == (Ruling.PASSED, GateRule.FAIL_SAFE, bench.now)
    bench.later(1.0)
    assert bench.says("heater", mode=0.0) == ()
    bench.later(5000.0)
    assert bench.turn() == {}


def test_what_does_not_obey_is_tried_ever_more_rarely() -> None:
    bench = Bench(device("purifier", "air_purifier"), plan=False)
    bench.says("purifier", level=3.0)
    bench.later(100.0)
    tries = []
    for second in range(4000):
        bench.later(1.0)
        bench.says("purifier", level=3.0)
        if bench.turn():
            tries.append(second)
    assert [later - earlier for earlier, later in pairwise(tries)] == [30, 60, 120, 240, 480, 960, 960, 960]


def test_a_new_cause_is_acted_upon_at_once() -> None:
    bench = Bench(HEATER, plan=False)
    bench.later(100.0)
    assert bench.turn() == {("heater", "mode"): (0.0, "fail_safe")}
    bench.beat("rules")
    assert bench.turn() == {}
    bench.later(75.0)
    assert bench.turn() == {("heater", "mode"): (0.0, "fail_safe")}


def test_a_held_device_is_left_to_its_resident_until_the_hold_ends() -> None:
    bench = Bench(holds_min=10.0, plan=False)
    bench.written("heater", "mode", 1.0, "resident")
    bench.later(400.0)
    assert bench.turn() == {("fan", "level"): (1.0, "fail_safe")}
    bench.later(199.999999999)
    assert ("heater", "mode") not in bench.turn()
    bench.later(0.000000001)
    assert bench.turn() == {("heater", "mode"): (0.0, "fail_safe")}


def test_a_fail_safe_waits_for_least_times_and_interlocks() -> None:
    boiler, radiator = device("boiler", "boiler"), device("radiator", "radiator")
    bench = Bench(boiler, radiator)
    bench.written("boiler", "on", 1.0)
    bench.later(200.0)
    bench.written("boiler", "on", 0.0)
    bench.air(window_open=1.0)
    bench.gate = Gate.of(bench.house, bench.now, bench.gate.timers())
    bench.gate.self_test()
    bench.air(window_open=1.0)
    bench.later(100.0)
    assert bench.turn() == {("boiler", "supply_temp_c"): (55.0, "fail_safe")}
    bench.air(window_open=0.0)
    bench.later(79.999999999)
    assert bench.turn() == {
        ("radiator", "setpoint_c"): (20.0, "fail_safe"),
        ("boiler", "supply_temp_c"): (55.0, "fail_safe"),  # which the boiler has never confirmed
    }
    bench.later(0.000000001)
    assert bench.turn() == {("boiler", "on"): (1.0, "fail_safe")}


def test_only_a_house_that_is_driven_fails_safe() -> None:
    modes: tuple[ModeName, ...] = ("off", "shadow", "suggest")
    for mode in modes:
        bench = Bench(HEATER, mode=mode, plan=False)
        bench.later(1000.0)
        assert bench.turn() == {}
        assert bench.conditions() == set()


def test_what_is_the_gates_own_counts_towards_the_window_but_is_not_bound_by_it() -> None:
    bench = Bench(FAN, plan=False, holds_min=0.0)
    for number in range(24):
        bench.written("fan", "level", float(1 + number % 2), "resident")
    assert bench.rule("fan", "level", 1.0, "resident") is GateRule.WINDOW_LIMIT
    bench.later(100.0)
    assert bench.turn() == {("fan", "level"): (1.0, "fail_safe")}


def test_what_the_gate_does_by_itself_takes_nothing_of_what_controllers_may() -> None:
    bench = Bench(FAN, holds_min=0.0)
    for _ in range(12):
        bench.says("fan", level=0.0)
        assert bench.turn() == {("fan", "level"): (1.0, "least_ventilation")}
        bench.later(20.0)
        bench.says("fan", level=1.0)
        assert bench.turn() == {}
    assert bench.written("fan", "level", 2.0) == 2.0


def test_a_fail_safe_opens_no_window_to_the_rain() -> None:
    bench = Bench(device("opener", "window_opener", fail_safe={"open": 1.0}), plan=False)
    bench.weather(rain_mm_h=5.0)
    bench.later(100.0)
    assert bench.turn() == {}
    bench.weather(rain_mm_h=0.0)
    assert bench.turn() == {("opener", "open"): (1.0, "fail_safe")}


def test_the_demo_says_that_it_is_simulated() -> None:
    bench = Bench(HEATER, plan=False, demo=True)
    bench.later(100.0)
    assert [verdict.origin for verdict, _ in bench.gate.turn(bench.now.monotonic_ns)] == ["simulated"]
    assert START.monotonic_ns < bench.now.monotonic_ns


def test_who_no_longer_drives_hands_devices_back_once_as_they_may_rest() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0)
    bench.says("fan", level=2.0)
    bench.later(200.0)
    bench.gate.set_mode(Mode.SHADOW, bench.now.monotonic_ns)
    assert bench.gate.mode is Mode.SHADOW
    assert bench.turn() == SAFE
    assert bench.rule("heater", "mode", 1.0) is GateRule.WRONG_MODE
    bench.later(899.999999999)
    assert bench.turn() == SAFE  # they have not said that they are there


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW, Mode.SUGGEST])
def test_where_nobody_has_driven_yet_there_is_nothing_to_hand_back(mode: Mode) -> None:
    """A house that is described to drive, of which somebody chose otherwise long ago, touches nothing at its start."""
    bench = Bench()
    gate = Gate.of(bench.house, START)
    gate.set_mode(mode, START.monotonic_ns)
    assert gate.self_test() == ()
    assert gate.mode is mode
    assert gate.turn(START.monotonic_ns) == ()


def test_devices_have_a_quarter_of_an_hour_to_be_handed_back() -> None:
    for seconds, back in ((899.999999999, SAFE), (900.0, {})):
        bench = Bench()
        bench.says("heater", mode=1.0)
        bench.says("fan", level=2.0)
        bench.gate.set_mode(Mode.OFF, bench.now.monotonic_ns)
        bench.later(seconds)
        assert bench.turn() == back


def test_devices_that_took_it_are_left_alone_and_a_hand_is_not_undone() -> None:
    bench = Bench()
    bench.says("heater", mode=0.0)
    bench.says("fan", level=2.0)
    bench.later(200.0)
    bench.wish("fan", "level", 2.0)
    bench.gate.set_mode(Mode.OFF, bench.now.monotonic_ns)
    assert bench.turn() == {}


def test_a_mode_that_did_not_drive_hands_nothing_back_and_guards_follow_the_mode() -> None:
    bench = Bench(FAN, mode="suggest")
    bench.air(smoke=True)
    bench.gate.set_mode(Mode.SHADOW, bench.now.monotonic_ns)
    assert bench.turn() == {}
    bench.gate.set_mode(Mode.SUGGEST, bench.now.monotonic_ns)
    assert bench.turn() == {("fan", "level"): (2.0, "smoke_or_co")}
    bench.gate.set_mode(Mode.OFF, bench.now.monotonic_ns)
    bench.later(3600.0)
    assert bench.turn() == {}


def test_in_suggest_the_gate_does_nothing_by_itself_that_can_wait_for_a_yes() -> None:
    waits = {("heater", "mode"): (0.0, "window_open"), ("fan", "level"): (1.0, "least_ventilation")}
    cases: tuple[tuple[ModeName, object], ...] = (("drive", waits), ("suggest", {}))
    for mode, expected in cases:
        bench = Bench(mode=mode)
        bench.says("heater", mode=1.0)
        bench.says("fan", level=0.0)
        bench.air(window_open=1.0)
        bench.later(120.0)
        assert bench.turn() == expected


def test_in_suggest_the_gate_guards_life_and_the_building_without_a_yes() -> None:
    floor = device("floor", "floor_heating")
    said: tuple[tuple[dict[str, Any], dict[tuple[str, str], tuple[float, str]]], ...] = (
        ({"smoke": True}, {("fan", "level"): (2.0, "smoke_or_co")}),
        ({"co_ppm": 30.0}, {("fan", "level"): (2.0, "smoke_or_co")}),
        ({"temperature_c": 33.0}, {("heater", "mode"): (0.0, "overheating"), ("floor", "on"): (0.0, "overheating")}),
    )
    for air, expected in said:
        bench = Bench(HEATER, FAN, floor, mode="suggest")
        bench.says("heater", mode=1.0)
        bench.says("floor", on=1.0)
        bench.air(**air)
        assert bench.turn() == expected
    bench = Bench(HEATER, FAN, floor, mode="suggest")
    bench.says("heater", mode=1.0)
    bench.says("floor", on=1.0, water_c=56.0)
    assert bench.turn() == {("floor", "on"): (0.0, "scald")}
    bench = Bench(HEATER, mode="suggest")
    bench.says("heater", mode=0.0, setpoint_c=16.0)
    bench.air(temperature_c=3.0)
    assert bench.turn() == {("heater", "mode"): (1.0, "frost")}


def test_who_drives_again_ends_the_handing_back() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0)
    bench.says("fan", level=1.0)
    bench.later(200.0)
    bench.gate.set_mode(Mode.OFF, bench.now.monotonic_ns)
    bench.gate.set_mode(Mode.DRIVE, bench.now.monotonic_ns)
    bench.beat("plan", 900.0)
    assert bench.turn() == {}
    assert bench.written("fan", "level", 2.0) == 2.0


def test_a_gate_that_drives_already_is_told_so_without_handing_back() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0)
    bench.gate.set_mode(Mode.DRIVE, bench.now.monotonic_ns)
    assert bench.turn() == {}
    bench.gate.set_mode(Mode.SHADOW, bench.now.monotonic_ns - 10**12)  # time never runs backwards
    bench.later(1.0)
    assert ("fan", "level") in bench.turn()
