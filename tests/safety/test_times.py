"""Least times on and off, and what of them outlives a restart."""

import pytest

from sumika.safety import Timer
from sumika.schema import GateRule
from tests.safety.bench import FAN, HEATER, Bench, device

FLOOR = device("floor", "floor_heating")


def test_a_compressor_runs_and_rests_for_three_minutes() -> None:
    bench = Bench()
    assert bench.written("heater", "mode", 1.0) == 1.0
    bench.later(179.999999999)
    for asker in ("plan", "resident"):
        assert bench.rule("heater", "mode", 0.0, asker) is GateRule.LEAST_ON_TIME
        assert bench.rule("heater", "mode", 2.0, asker) is GateRule.LEAST_ON_TIME
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 0.0) == 0.0
    bench.later(179.999999999)
    assert bench.rule("heater", "mode", 1.0) is GateRule.LEAST_OFF_TIME
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0) == 1.0


def test_writing_it_once_more_and_other_settings_do_not_begin_a_time_anew() -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0)
    bench.later(100.0)
    assert bench.written("heater", "mode", 1.0) == 1.0
    assert bench.written("heater", "fan_level", 0.0) == 0.0
    bench.later(80.0)
    assert bench.written("heater", "mode", 0.0) == 0.0


def test_running_and_resting_may_differ() -> None:
    bench = Bench(FLOOR)
    bench.written("floor", "on", 1.0)
    bench.later(599.0)
    assert bench.rule("floor", "on", 0.0) is GateRule.LEAST_ON_TIME
    bench.later(1.0)
    assert bench.written("floor", "on", 0.0) == 0.0
    bench.later(300.0)
    assert bench.written("floor", "on", 1.0) == 1.0


def test_what_a_device_is_when_first_heard_of_it_has_long_been() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0)
    assert bench.written("heater", "mode", 0.0) == 0.0
    assert bench.rule("heater", "mode", 1.0) is GateRule.LEAST_OFF_TIME


def test_a_hand_on_the_device_counts_as_switching_it() -> None:
    bench = Bench(holds_min=0.0)
    bench.says("heater", mode=0.0)
    bench.later(1000.0)
    bench.says("heater", mode=2.0)
    assert bench.rule("heater", "mode", 0.0) is GateRule.LEAST_ON_TIME
    bench.later(180.0)
    assert bench.written("heater", "mode", 0.0) == 0.0


def test_what_has_no_least_times_is_switched_at_will() -> None:
    bench = Bench()
    assert [bench.written("fan", "level", value) for value in (2.0, 1.0, 2.0, 1.0)] == [2.0, 1.0, 2.0, 1.0]


@pytest.mark.parametrize("reboot", [False, True])
def test_a_rest_outlives_a_restart(reboot: bool) -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0)
    bench.later(500.0)
    bench.written("heater", "mode", 0.0)
    bench.later(60.0)
    bench.restart(60.0, reboot=reboot)
    bench.later(59.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.LEAST_OFF_TIME
    bench.later(1.0)
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0


@pytest.mark.parametrize("wall_s", [-3600.0, -1.0, 0.0])
def test_a_clock_that_was_set_back_shortens_no_rest(wall_s: float) -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0)
    bench.later(500.0)
    bench.written("heater", "mode", 0.0)
    bench.restart(100.0, reboot=True, wall_s=wall_s)
    bench.later(179.999999999)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.LEAST_OFF_TIME
    bench.later(0.000000001)
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0


def test_within_one_boot_the_wall_clock_says_nothing() -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0)
    bench.restart(10.0, wall_s=1e6)
    bench.later(169.0)
    assert bench.rule("heater", "mode", 0.0, "resident") is GateRule.LEAST_ON_TIME
    bench.later(1.0)
    assert bench.written("heater", "mode", 0.0, "resident") == 0.0


def test_a_moment_of_this_boot_that_is_still_to_come_counts_as_now() -> None:
    bench = Bench()
    bench.gate = type(bench.gate).of(
        bench.house, bench.now, (Timer(device="heater", state=0.0, since=bench.now.later(10**12)),)
    )
    bench.gate.self_test()
    bench.later(179.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.LEAST_OFF_TIME
    bench.later(1.0)
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0


def test_one_row_is_remembered_for_each_device() -> None:
    bench = Bench(HEATER, FAN, FLOOR)
    bench.written("heater", "mode", 1.0)
    bench.written("heater", "setpoint_c", 21.0)
    bench.ask("fan", "level", 2.0, "resident")
    heater, fan, floor = bench.gate.timers()
    assert (heater.device, heater.state, heater.since, heater.held_by) == ("heater", 1.0, bench.now, "")
    assert (heater.values, fan.values) == ({"setpoint_c": 21.0}, {})
    assert (fan.state, fan.since, fan.held_by) == (None, None, "resident")
    assert fan.held_until == bench.now.later(7200 * 10**9)
    assert floor == Timer(device="floor")


def test_steps_outlive_a_restart() -> None:
    bench = Bench()
    bench.written("heater", "setpoint_c", 20.0)
    bench.restart(1.0)
    assert bench.written("heater", "setpoint_c", 30.0) == 23.0
    bench.restart(1.0)
    bench.says("heater", setpoint_c=18.0)  # newer than what was remembered
    assert bench.written("heater", "setpoint_c", 30.0) == 21.0


@pytest.mark.parametrize("reboot", [False, True])
def test_a_residents_hold_outlives_a_restart(reboot: bool) -> None:
    bench = Bench(holds_min=10.0)
    bench.written("fan", "level", 2.0, "resident")
    bench.later(100.0)
    bench.restart(200.0, reboot=reboot)
    bench.later(299.0)
    assert bench.rule("fan", "level", 1.0) is GateRule.RESIDENT_HOLDS
    assert bench.rule("fan", "level", 1.0, "operator") is GateRule.RESIDENT_HOLDS
    bench.later(1.0)
    assert bench.written("fan", "level", 1.0) == 1.0


def test_no_hold_is_longer_than_holds_are_nor_shorter_than_nothing() -> None:
    bench = Bench(holds_min=10.0)
    bench.written("fan", "level", 2.0, "resident")
    bench.restart(0.0, reboot=True, wall_s=-3600.0)
    assert list(bench.held().values()) == [bench.now.monotonic_ns + 600 * 10**9]
    bench.restart(0.0, reboot=True, wall_s=3600.0)
    assert bench.held() == {}


def test_nonsense_from_before_is_forgotten() -> None:
    bench = Bench()
    until = bench.now.later(10**10)
    timers = (
        Timer(device="nobody", state=1.0, since=bench.now, held_by="resident", held_until=until, values={"a": 1.0}),
        Timer(device="fan", state=1.0, since=bench.now, held_by="plan", held_until=until, values={"level": 1.0}),
        Timer(device="heater", state=1.0, held_by="resident", values={"setpoint_c": float("nan"), "rumour": 2.0}),
        Timer(device="heater", since=bench.now, held_by="nobody", held_until=until),
    )
    bench.gate = type(bench.gate).of(bench.house, bench.now, timers)
    bench.gate.self_test()
    assert bench.held() == {}
    assert bench.written("heater", "mode", 0.0, "resident") == 0.0
    assert bench.written("heater", "setpoint_c", 30.0, "resident") == 30.0
