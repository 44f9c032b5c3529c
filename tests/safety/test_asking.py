"""Who may ask, when, and for what: everything that is refused before a number is looked at."""

import math
from typing import Any

import pytest
from msgspec.structs import replace

from sumika.clock import Instant
from sumika.safety import Gate
from sumika.schema import GateRule, Origin, Ruling
from tests.safety.bench import FAN, HEATER, START, Bench, ModeName, device, house_of

LOCK = device("door", "lock", limits={"on": (0.0, 1.0)})


def test_what_is_within_limits_passes_as_asked() -> None:
    bench = Bench()
    verdict, write = bench.ask("heater", "setpoint_c", 22.0, why="two people come at six")
    assert write is not None
    assert (write.device, write.action, write.value, write.sequence) == ("heater", "setpoint_c", 22.0, 1)
    assert (verdict.device, verdict.action, verdict.asked, verdict.written) == ("heater", "setpoint_c", 22.0, 22.0)
    assert (verdict.ruling, verdict.rule, verdict.asked_by) == (Ruling.PASSED, GateRule.NONE, "plan")
    assert (verdict.why, verdict.stamp, verdict.origin) == ("two people come at six", bench.now, Origin.LIVE)
    assert bench.gate.refused == {}


def test_writes_are_counted() -> None:
    bench = Bench()
    numbers = [bench.ask("heater", "setpoint_c", value, "resident").write for value in (20.0, 21.0, 22.0)]
    assert [each.sequence for each in numbers if each is not None] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "action", "value", "asker", "rule"),
    [
        ("nobody", "mode", 1.0, "plan", GateRule.UNKNOWN_DEVICE),
        ("", "mode", 1.0, "plan", GateRule.UNKNOWN_DEVICE),
        (7, "mode", 1.0, "plan", GateRule.UNKNOWN_DEVICE),
        (["heater"], "mode", 1.0, "plan", GateRule.UNKNOWN_DEVICE),
        ("heater", "setpoint_f", 72.0, "plan", GateRule.UNKNOWN_SETTING),
        ("heater", "level", 1.0, "resident", GateRule.UNKNOWN_SETTING),
        ("heater", None, 1.0, "plan", GateRule.UNKNOWN_SETTING),
        ("heater", {"mode": 1}, 1.0, "plan", GateRule.UNKNOWN_SETTING),
        ("heater", "mode", 1.0, "limit", GateRule.UNKNOWN_ASKER),
        ("heater", "mode", 1.0, "somebody", GateRule.UNKNOWN_ASKER),
        ("heater", "mode", 1.0, 3, GateRule.UNKNOWN_ASKER),
        ("heater", "setpoint_c", math.nan, "plan", GateRule.NOT_A_NUMBER),
        ("heater", "setpoint_c", math.inf, "plan", GateRule.NOT_A_NUMBER),
        ("heater", "setpoint_c", -math.inf, "resident", GateRule.NOT_A_NUMBER),
        ("heater", "setpoint_c", 10**400, "plan", GateRule.NOT_A_NUMBER),
        ("heater", "setpoint_c", "22", "plan", GateRule.NOT_A_NUMBER),
        ("heater", "setpoint_c", None, "plan", GateRule.NOT_A_NUMBER),
        ("heater", "mode", True, "plan", GateRule.NOT_A_NUMBER),
        ("door", "on", 1.0, "plan", GateRule.NEVER_BY_PLAN),
        ("door", "on", 1.0, "policy", GateRule.NEVER_BY_PLAN),
        ("door", "on", 1.0, "rules", GateRule.NEVER_BY_PLAN),
    ],
)
def test_what_is_unknown_or_no_number_is_refused_and_counted(
    name: Any, action: Any, value: Any, asker: Any, rule: GateRule
) -> None:
    bench = Bench(HEATER, LOCK)
    for count in (1, 2):
        verdict, write = bench.ask(name, action, value, asker)
        assert write is None
        assert (verdict.ruling, verdict.rule, verdict.written) == (Ruling.VETOED, rule, None)
        assert bench.gate.refused == {rule: count}


def test_an_audit_row_can_always_be_written_whatever_was_asked() -> None:
    bench = Bench()
    verdict = bench.ask("x" * 1000, "y" * 1000, math.nan, "z" * 1000).verdict
    assert (len(verdict.device), len(verdict.action), len(verdict.asked_by)) == (64, 64, 64)
    assert verdict.asked is None
    assert bench.ask("heater", "mode", True).verdict.asked is None
    assert bench.ask("heater", "setpoint_c", 22).verdict.asked == 22.0


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("lock", "a"),
        ("door_lock", "a"),
        ("stove", "a"),
        ("gas_cooktop", "a"),
        ("oven", "a"),
        ("gas_valve", "a"),
        ("Garage_Door", "a"),
        ("appliance", "front-door-lock"),
        ("appliance", "kitchen_STOVE"),
    ],
)
def test_locks_and_stoves_are_for_people_alone(kind: str, name: str) -> None:
    bench = Bench(device(name, kind, limits={"on": (0.0, 1.0)}), FAN)
    for asker in ("plan", "policy", "rules"):
        assert bench.rule(name, "on", 1.0, asker) is GateRule.NEVER_BY_PLAN
    assert bench.written(name, "on", 1.0, "operator") == 1.0
    assert bench.written(name, "on", 0.0, "resident") == 0.0


def test_a_kind_of_ones_own_is_for_people_and_within_what_its_owner_says() -> None:
    bench = Bench(device("tank", "fish_tank", limits={"water_c": (22.0, 28.0)}))
    assert bench.rule("tank", "water_c", 25.0, "plan") is GateRule.NEVER_BY_PLAN
    assert bench.written("tank", "water_c", 25.0, "resident") == 25.0
    assert bench.written("tank", "water_c", 28.05, "resident") == 28.0
    assert bench.rule("tank", "water_c", 30.0, "resident") is GateRule.ABSOLUTE_LIMIT
    assert bench.rule("tank", "light", 1.0, "resident") is GateRule.UNKNOWN_SETTING


def test_an_appliance_without_a_dangerous_name_may_be_run_by_a_plan() -> None:
    assert Bench(device("dish_washer", "appliance")).written("dish_washer", "on", 1.0) == 1.0


def test_nothing_passes_before_the_self_test() -> None:
    bench = Bench()
    bench.gate = Gate.of(bench.house, START)
    bench.beat("plan", 900.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.NOT_YET
    assert bench.rule("heater", "mode", 1.0, "plan") is GateRule.NOT_YET
    bench.air(smoke=True)
    assert bench.turn() == {}
    assert bench.gate.self_test() == ()
    assert bench.turn() != {}
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0


def test_no_controller_is_heard_before_its_first_beat_but_people_are() -> None:
    bench = Bench(plan=False)
    for asker in ("plan", "policy", "rules"):
        verdict, _ = bench.gate.decide(bench.command("heater", "mode", 1.0, asker), bench.now.monotonic_ns)
        assert verdict.rule is GateRule.NOT_YET
    assert bench.written("heater", "mode", 1.0, "operator") == 1.0


def test_modes_that_do_not_drive_pass_nothing_of_a_controller() -> None:
    modes: tuple[ModeName, ...] = ("off", "shadow", "suggest")
    for mode in modes:
        bench = Bench(mode=mode)
        for asker in ("plan", "policy", "rules"):
            assert bench.rule("heater", "mode", 1.0, asker) is GateRule.WRONG_MODE
        assert bench.written("heater", "mode", 1.0, "resident") == 1.0
        assert bench.written("heater", "setpoint_c", 21.0, "operator") is None  # a resident holds it
        assert bench.written("fan", "level", 2.0, "operator") == 2.0


def test_a_house_that_says_nothing_of_control_is_only_watched() -> None:
    gate = Gate.of(replace(house_of(), control=None), START)
    assert gate.self_test() == ()
    bench = Bench()
    bench.gate = gate
    assert bench.rule("heater", "mode", 1.0) is GateRule.WRONG_MODE


@pytest.mark.parametrize(
    ("age_ns", "expires_in_ns", "rule"),
    [
        (0, None, GateRule.NONE),
        (5_000_000_000, None, GateRule.NONE),
        (5_000_000_001, None, GateRule.EXPIRED),
        (-1_000_000_000, None, GateRule.NONE),
        (-1_000_000_001, None, GateRule.FROM_THE_FUTURE),
        (100, 0, GateRule.NONE),
        (100, -1, GateRule.EXPIRED),
        (60_000_000_000, 1_000, GateRule.NONE),
        (900_000_000_000, 10**15, GateRule.NONE),
        (900_000_000_001, 10**15, GateRule.EXPIRED),
    ],
)
def test_commands_expire(age_ns: int, expires_in_ns: int | None, rule: GateRule) -> None:
    bench = Bench()
    expires_ns = 0 if expires_in_ns is None else bench.now.monotonic_ns + expires_in_ns
    assert bench.rule("heater", "mode", 1.0, "plan", stamp=bench.now.later(-age_ns), expires_ns=expires_ns) is rule


@pytest.mark.parametrize("origin", [Origin.SIMULATED, Origin.RECORDED])
def test_what_is_not_live_moves_no_real_device(origin: Origin) -> None:
    real = device("heater", "room_air_conditioner", connection="gateway")
    bench = Bench(real, FAN)
    assert bench.rule("heater", "mode", 1.0, "plan", origin=origin) is GateRule.NOT_LIVE
    assert bench.rule("heater", "mode", 1.0, "resident", origin=origin) is GateRule.NOT_LIVE
    assert bench.written("fan", "level", 2.0, "plan", origin=origin) == 2.0
    assert bench.written("heater", "mode", 1.0, "plan") == 1.0
    assert Bench(real, demo=True).written("heater", "mode", 1.0, "plan", origin=origin) == 1.0


def test_what_cannot_be_reached_is_not_written_and_not_held() -> None:
    bench = Bench()
    bench.gate.unreachable = frozenset({"heater"})
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.UNREACHABLE
    assert bench.held() == {}
    bench.air(smoke=True)
    bench.air(temperature_c=2.0)
    assert bench.turn() == {("fan", "level"): (2.0, "smoke_or_co")}
    bench.gate.unreachable = frozenset()
    assert ("heater", "mode") in bench.turn()


def test_time_never_runs_backwards() -> None:
    bench = Bench()
    later_ns = bench.now.monotonic_ns + 10_000_000_000
    bench.gate.turn(later_ns)
    verdict, _ = bench.gate.decide(bench.command("heater", "mode", 1.0), bench.now.monotonic_ns)
    assert (verdict.rule, verdict.stamp.monotonic_ns) == (GateRule.EXPIRED, later_ns)


def test_verdicts_carry_the_wall_clock_that_the_gate_was_told() -> None:
    bench = Bench()
    told = Instant(START.monotonic_ns + 5, START.wall_ns - 10**15, START.boot_id)
    bench.gate.know_time(told)
    verdict, _ = bench.gate.decide(bench.command("heater", "mode", 1.0), START.monotonic_ns + 7)
    assert verdict.stamp == told.later(2)


def test_what_does_not_concern_the_gate_is_left_alone() -> None:
    bench = Bench()
    command = bench.command("heater", "mode", 1.0)
    assert bench.gate.observe(command, bench.now.monotonic_ns) == ()
    bench.air("cellar", temperature_c=1.0, smoke=True)
    bench.presence("cellar", 1.0)
    assert bench.conditions() == set()
    assert bench.says("nobody", on=1.0) == ()
