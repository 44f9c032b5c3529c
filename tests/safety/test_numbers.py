"""From the number asked for to the number written: ranges, steps, windows of time."""

import math

import pytest

from sumika.evaluate.control.gate_numbers import CHANGES, RANGES, RUNS, STEPS, UNATTENDED_STEPS, WRITES
from sumika.safety import KIND_LIMITS, fail_safe_of, limits_of
from sumika.schema import DEVICE_KINDS, GateRule, Ruling
from tests.safety.bench import FAN, HEATER, Bench, device

LAMP = device("lamp", "light")
FLOOR = device("floor", "floor_heating")
BLIND = device("blind", "blind")


def test_the_table_says_what_the_checker_says() -> None:
    """Two tables, written apart: where they differ one of them has a slip."""
    assert set(KIND_LIMITS) == set(DEVICE_KINDS) == set(RANGES)
    for kind, settings in RANGES.items():
        limits = limits_of(device("one", kind))
        assert {name: (row.low, row.high) for name, row in limits.settings.items()} == settings
        rows = {(kind, name): row for name, row in KIND_LIMITS[kind].settings.items()}
        assert {key: row.largest_step for key, row in rows.items() if row.largest_step < math.inf} == {
            key: step for key, step in STEPS.items() if key[0] == kind
        }
        assert {key: row.unattended_step for key, row in rows.items() if row.unattended_step < math.inf} == {
            key: step for key, step in UNATTENDED_STEPS.items() if key[0] == kind
        }
        for key, row in rows.items():
            assert (row.most_change, row.window_s) == CHANGES.get(key, (row.most_change, row.window_s))
            assert (row.most_writes, row.window_s) == WRITES.get(key, (row.most_writes, row.window_s))
            stepwise = key in STEPS or key in UNATTENDED_STEPS or key in CHANGES or "humidity" in key[1]
            assert row.stepwise is (stepwise and key != ("radiator", "valve"))
        running = KIND_LIMITS[kind].running
        told = None if running is None else (running.setting, running.least_on_s, running.least_off_s)
        assert told == RUNS.get(kind)


@pytest.mark.parametrize(
    ("asked", "written", "rule"),
    [
        (16.0, 16.0, GateRule.NONE),
        (31.0, 31.0, GateRule.NONE),
        (31.1, 31.0, GateRule.ABSOLUTE_LIMIT),  # rounding: clipped
        (15.9, 16.0, GateRule.ABSOLUTE_LIMIT),
        (31.15, 31.0, GateRule.ABSOLUTE_LIMIT),
        (31.16, None, GateRule.ABSOLUTE_LIMIT),  # no such temperature: in another unit, or wild
        (15.85, 16.0, GateRule.ABSOLUTE_LIMIT),
        (15.84, None, GateRule.ABSOLUTE_LIMIT),
        (72.0, None, GateRule.ABSOLUTE_LIMIT),  # Fahrenheit
        (295.0, None, GateRule.ABSOLUTE_LIMIT),  # kelvin
        (-1e308, None, GateRule.ABSOLUTE_LIMIT),
    ],
)
def test_numbers_out_of_range_are_clipped_where_they_round_and_refused_where_they_are_wild(
    asked: float, written: float | None, rule: GateRule
) -> None:
    verdict, write = Bench().ask("heater", "setpoint_c", asked, "resident")
    assert (verdict.written, verdict.rule) == (written, rule)
    assert (None if write is None else write.value) == written
    as_asked = Ruling.PASSED if written == asked else Ruling.CLIPPED
    assert verdict.ruling is (Ruling.VETOED if written is None else as_asked)


def test_a_house_narrows_limits_and_never_widens_them() -> None:
    bench = Bench(device("heater", "room_air_conditioner", limits={"setpoint_c": (18.0, 26.0), "mode": (-9.0, 99.0)}))
    assert bench.written("heater", "setpoint_c", 30.0, "resident") == 26.0
    assert bench.written("heater", "setpoint_c", 16.0, "resident") == 18.0
    assert bench.rule("heater", "setpoint_c", 16.0, "resident") is GateRule.ABSOLUTE_LIMIT
    assert bench.rule("heater", "mode", 5.0, "resident") is GateRule.ABSOLUTE_LIMIT
    assert bench.written("heater", "mode", 4.0, "resident") == 4.0


@pytest.mark.parametrize("bounds", [(26.0, 18.0), (math.nan, 20.0), (18.0, math.nan), (40.0, 50.0)])
def test_limits_that_contradict_themselves_leave_nothing(bounds: tuple[float, float]) -> None:
    bench = Bench(device("heater", "room_air_conditioner", limits={"setpoint_c": bounds}))
    assert bench.rule("heater", "setpoint_c", 20.0, "resident") is GateRule.UNKNOWN_SETTING
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0
    assert bench.conditions() == {("heater", "limits_contradict"), ("heater", "held_by_hand")}


def test_limits_of_states_are_whole() -> None:
    limits = limits_of(device("heater", "room_air_conditioner", limits={"mode": (0.5, 2.5), "fan_level": (1.2, 1.8)}))
    assert (limits.settings["mode"].low, limits.settings["mode"].high) == (1.0, 2.0)
    assert limits.closed == ("fan_level",)
    assert limits_of(device("lamp", "light", limits={"level": (0.5, 0.5)})).settings["level"].high == 0.5


def test_states_have_no_between_and_zero_has_no_sign() -> None:
    bench = Bench()
    assert bench.rule("heater", "mode", 1.5, "resident") is GateRule.NO_SUCH_VALUE
    assert bench.rule("heater", "mode", 4.02, "resident") is GateRule.NO_SUCH_VALUE
    value = bench.written("heater", "mode", -0.0, "resident")
    assert value is not None
    assert math.copysign(1.0, value) == 1.0
    assert Bench(LAMP).written("lamp", "level", 0.55, "resident") == 0.55
    power_w = Bench(device("battery", "battery")).written("battery", "power_w", -0.0)
    assert power_w is not None
    assert math.copysign(1.0, power_w) == 1.0


def test_power_is_what_the_plate_says() -> None:
    battery = device("battery", "battery", ratings={"power_w": 3000.0})
    car = device("car", "ev_charger", ratings={"both_ways": 0.0})
    wide = device("wide", "battery", ratings={"power_w": 99_000.0})
    half = device("half", "ev_charger", ratings={"both_ways": 0.5})
    bench = Bench(battery, car, wide, half)
    assert bench.written("battery", "power_w", 9000.0) == 3000.0
    assert bench.written("battery", "power_w", -9000.0, "resident") == -3000.0
    assert bench.written("car", "power_w", -5000.0) == 0.0
    assert bench.written("car", "power_w", 6000.0) == 6000.0
    assert bench.written("wide", "power_w", 10_000.0) == 10_000.0
    assert bench.written("half", "power_w", -6000.0) == -6000.0
    assert limits_of(device("odd", "battery", ratings={"power_w": math.nan})).settings["power_w"].high == 10_000.0


def test_a_controller_moves_a_room_by_three_kelvin_a_person_at_once() -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=20.0)
    verdict, _ = bench.ask("heater", "setpoint_c", 28.0)
    assert (verdict.written, verdict.ruling, verdict.rule) == (23.0, Ruling.CLIPPED, GateRule.STEP_LIMIT)
    assert bench.written("heater", "setpoint_c", 26.0) == 26.0
    assert bench.written("heater", "setpoint_c", 16.0) == 23.0
    assert bench.written("heater", "setpoint_c", 30.0, "resident") == 30.0


def test_a_step_of_exactly_so_much_is_no_step_too_far() -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=20.0)
    assert bench.ask("heater", "setpoint_c", 23.0).verdict.ruling is Ruling.PASSED


def test_of_two_limits_that_are_alike_the_step_is_named() -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=18.0)
    for value in (21.0, 18.0, 21.0):
        bench.written("heater", "setpoint_c", value)
    verdict, _ = bench.ask("heater", "setpoint_c", 30.0)  # 9 K are used up, 3 K left, and 3 K a step
    assert (verdict.written, verdict.rule) == (24.0, GateRule.STEP_LIMIT)


def test_where_nothing_is_known_there_is_no_step() -> None:
    assert Bench().written("heater", "setpoint_c", 30.0) == 30.0


@pytest.mark.parametrize("between_s", [0.0, 100.0])
def test_what_was_written_counts_until_the_device_says_otherwise(between_s: float) -> None:
    bench = Bench(holds_min=0.0)
    bench.says("heater", setpoint_c=20.0)
    bench.later(between_s)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 26.0) == 25.0
    bench.later(100.0)
    bench.says("heater", setpoint_c=21.0)
    assert bench.written("heater", "setpoint_c", 26.0) == 24.0


def test_what_was_written_counts_where_the_device_never_says_anything() -> None:
    bench = Bench()
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 26.0) == 25.0


def test_some_steps_bind_everybody() -> None:
    bench = Bench(FLOOR)
    bench.says("floor", supply_temp_c=30.0)
    verdict, _ = bench.ask("floor", "supply_temp_c", 45.0, "resident")
    assert (verdict.written, verdict.rule) == (40.0, GateRule.STEP_LIMIT)


def test_a_device_out_of_range_is_brought_back_from_the_edge() -> None:
    bench = Bench(device("heater", "room_air_conditioner", limits={"setpoint_c": (18.0, 26.0)}))
    bench.says("heater", setpoint_c=1000.0)  # it lies, or a hand was on it before us
    assert bench.written("heater", "setpoint_c", 20.0) == 23.0
    bench = Bench(device("heater", "room_air_conditioner", limits={"setpoint_c": (18.0, 26.0)}))
    bench.says("heater", setpoint_c=-1000.0)
    assert bench.written("heater", "setpoint_c", 26.0) == 21.0


def test_a_controller_changes_only_so_much_within_the_window() -> None:
    bench = Bench(holds_min=0.0)
    bench.says("heater", setpoint_c=18.0)
    for value in (21.0, 18.0, 21.0):
        assert bench.written("heater", "setpoint_c", value) == value
    bench.later(1.0)
    assert bench.written("heater", "setpoint_c", 23.0) == 23.0  # 11 K so far
    verdict, _ = bench.ask("heater", "setpoint_c", 20.0)
    assert (verdict.written, verdict.rule) == (22.0, GateRule.WINDOW_LIMIT)
    assert bench.rule("heater", "setpoint_c", 20.0) is GateRule.WINDOW_LIMIT
    assert bench.written("heater", "setpoint_c", 20.0) is None
    assert bench.written("heater", "setpoint_c", 30.0, "resident") == 30.0  # a person may
    bench.later(3598.999999998)
    assert bench.written("heater", "setpoint_c", 29.0) is None
    bench.later(0.000000002)  # the first three are an hour old now: 9 K are free again
    bench.says("heater", setpoint_c=30.0)
    assert bench.written("heater", "setpoint_c", 16.0) == 27.0


def test_what_changes_from_the_unknown_is_not_counted() -> None:
    bench = Bench()
    assert [bench.written("heater", "setpoint_c", value) for value in (30.0, 27.0, 24.0, 21.0, 18.0)] == [
        30.0,
        27.0,
        24.0,
        21.0,
        18.0,
    ]
    assert bench.rule("heater", "setpoint_c", 17.0) is GateRule.WINDOW_LIMIT


def test_a_flood_is_held_back_and_half_is_kept_for_people() -> None:
    bench = Bench(BLIND)
    passed = [bench.written("blind", "closed", 0.02 * number) for number in range(12)]
    assert [value is not None for value in passed] == [True] * 6 + [False] * 6
    assert bench.rule("blind", "closed", 0.9) is GateRule.WINDOW_LIMIT
    by_people = [bench.written("blind", "closed", 0.5 + 0.02 * number, "resident") for number in range(12)]
    assert [value is not None for value in by_people] == [True] * 6 + [False] * 6
    assert bench.rule("blind", "closed", 0.9, "resident") is GateRule.WINDOW_LIMIT
    assert bench.written("blind", "slat", 0.9, "resident") == 0.9  # each setting has its own
    bench.later(899.999999999)
    assert bench.written("blind", "closed", 0.9, "resident") is None
    bench.later(0.000000001)
    assert bench.written("blind", "closed", 0.9, "resident") == 0.9


def test_what_is_so_already_is_passed_and_not_written_again() -> None:
    bench = Bench()
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    for _ in range(100):
        verdict, write = bench.ask("heater", "setpoint_c", 22.0)
        assert (verdict.ruling, verdict.written, write) == (Ruling.PASSED, None, None)
    bench.later(15.0)
    assert bench.written("heater", "setpoint_c", 22.0) is None  # may still be on its way
    bench.later(0.000000001)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0  # never confirmed
    bench.says("heater", setpoint_c=22.25)  # it rounds to halves
    bench.later(16.0)
    bench.says("heater", setpoint_c=22.25)
    assert bench.written("heater", "setpoint_c", 22.0) is None
    assert bench.written("heater", "setpoint_c", 22.4) is None
    assert bench.written("heater", "setpoint_c", 22.6) == 22.6


def test_a_device_with_coarser_steps_is_not_written_to_again_and_again() -> None:
    bench = Bench(holds_min=0.0)
    assert bench.written("heater", "setpoint_c", 22.5) == 22.5
    bench.later(16.0)
    bench.says("heater", setpoint_c=22.0)
    assert bench.written("heater", "setpoint_c", 22.5) is None
    assert bench.written("heater", "setpoint_c", 23.5) == 23.5
    bench.later(16.0)
    bench.says("heater", setpoint_c=24.5)  # that is not its rounding: it does not obey
    assert bench.written("heater", "setpoint_c", 23.5) == 23.5


def test_a_state_that_is_not_the_one_asked_for_is_written() -> None:
    bench = Bench()
    bench.says("fan", level=1.0)
    assert bench.written("fan", "level", 1.0) is None
    assert bench.written("fan", "level", 2.0) == 2.0
    bench.later(16.0)
    bench.says("fan", level=1.0)
    assert bench.written("fan", "level", 2.0) == 2.0


def test_fail_safes_are_declared_and_within_limits() -> None:
    assert fail_safe_of(HEATER) == {"mode": 0.0}
    assert fail_safe_of(device("r", "radiator", limits={"setpoint_c": (5.0, 18.0)})) == {"setpoint_c": 18.0}
    assert fail_safe_of(device("r", "radiator", limits={"setpoint_c": (21.0, 28.0)})) == {"setpoint_c": 21.0}
    assert fail_safe_of(device("r", "radiator", fail_safe={"setpoint_c": 17.0, "rumours": 3.0})) == {"setpoint_c": 17.0}
    assert fail_safe_of(device("r", "radiator", fail_safe={"setpoint_c": math.nan})) == {}
    # No state out of its limits becomes another state: off may not turn into heating.
    assert fail_safe_of(device("h", "room_air_conditioner", limits={"mode": (1.0, 4.0)})) == {}
    assert fail_safe_of(device("own", "fish_tank", limits={"water_c": (22, 28)}, fail_safe={"water_c": 24})) == {
        "water_c": 24.0
    }
    assert fail_safe_of(FAN) == {"level": 1.0}
