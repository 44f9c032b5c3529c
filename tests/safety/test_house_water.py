"""Interlocks of hot water: what scalds is heated no more, for as long as it may be so."""

from typing import Any

import pytest

from sumika.schema import GateRule
from sumika.schema.house import Device
from tests.safety.bench import FAN, ROOMS, Bench, device

BOILER = device("boiler", "boiler", "bedroom")
FLOOR = device("floor", "floor_heating")
TANK = device("tank", "heat_pump_water_heater")


def water(name: str, water_c: float) -> dict[str, Any]:
    """Return what a device says of its water."""
    return {name: water_c}


@pytest.mark.parametrize(
    ("described", "name", "hottest_c", "setting", "value", "off"),
    [
        (FLOOR, "water_c", 55.0, "on", 1.0, {("floor", "on"): (0.0, "scald")}),
        (BOILER, "supply_c", 85.0, "on", 1.0, {("boiler", "on"): (0.0, "scald")}),
        (
            TANK,
            "tank_c",
            95.0,
            "mode",
            1.0,
            {("tank", "mode"): (0.0, "scald"), ("tank", "tank_setpoint_c"): (55.0, "scald")},
        ),
        (
            TANK,
            "tap_c",
            60.0,
            "tank_setpoint_c",
            56.0,
            {("tank", "mode"): (0.0, "scald"), ("tank", "tank_setpoint_c"): (55.0, "scald")},
        ),
    ],
)
def test_water_that_is_too_hot_is_heated_no_more(
    described: Device, name: str, hottest_c: float, setting: str, value: float, off: dict[tuple[str, str], object]
) -> None:
    bench = Bench(described)
    bench.says(described.id, **water(name, hottest_c))
    assert bench.turn() == {}
    assert bench.conditions() == set()
    bench.says(described.id, **water(name, hottest_c + 0.1))
    assert bench.conditions() == {(described.id, "water_too_hot")}
    assert bench.rule(described.id, setting, value, "resident") is GateRule.SCALD
    assert bench.turn() == off
    bench.says(described.id, **water(name, 40.0))
    bench.later(1000.0)
    bench.beat("plan", 900.0)
    assert bench.written(described.id, setting, value, "resident") == value


@pytest.mark.parametrize(
    ("described", "name", "hot_c", "setting", "hours"),
    [(FLOOR, "water_c", 56.0, "on", 1.0), (BOILER, "supply_c", 86.0, "on", 1.0), (TANK, "tank_c", 96.0, "mode", 24.0)],
)
def test_water_of_which_nobody_tells_any_more_is_too_hot_for_as_long_as_it_takes_to_cool(
    described: Device, name: str, hot_c: float, setting: str, hours: float
) -> None:
    bench = Bench(described)
    bench.says(described.id, **water(name, hot_c), **water(setting, 0.0))
    bench.later(hours * 3600.0)
    bench.says(described.id, **water(setting, 0.0))
    assert bench.rule(described.id, setting, 1.0, "resident") is GateRule.SCALD
    assert (described.id, "water_too_hot") in bench.conditions()
    bench.later(0.000000001)
    assert (described.id, "water_too_hot") not in bench.conditions()
    assert bench.written(described.id, setting, 1.0, "resident") == 1.0


def test_a_water_sensor_that_died_does_not_leave_the_floor_to_the_frost() -> None:
    bench = Bench(FLOOR)
    bench.says("floor", on=0.0, **water("water_c", 56.0))
    bench.later(3600.0)
    bench.air(temperature_c=2.0)
    bench.beat("plan", 900.0)
    assert bench.turn() == {}
    bench.later(0.000000001)
    assert bench.turn() == {("floor", "on"): (1.0, "frost")}


def test_what_burnt_when_it_was_last_heard_of_may_burn_still() -> None:
    bench = Bench(FAN, device("cooker", "gas_cooktop"))
    bench.says("cooker", level=0.5)
    bench.later(10 * 86_400.0)
    for room in ROOMS:
        bench.presence(room, 0.0)
    assert bench.written("fan", "level", 0.0) == 1.0


def test_hot_water_stops_frost_from_heating_it_and_a_narrowed_tank_goes_as_low_as_it_may() -> None:
    tank = device("tank", "heat_pump_water_heater", limits={"tank_setpoint_c": (60.0, 90.0), "mode": (1.0, 2.0)})
    bench = Bench(FLOOR, tank)
    bench.says("floor", water_c=70.0, on=1.0)
    bench.says("tank", tank_c=99.0)
    bench.air(temperature_c=2.0)
    assert bench.turn() == {("floor", "on"): (0.0, "scald"), ("tank", "tank_setpoint_c"): (60.0, "scald")}
    assert bench.rule("floor", "supply_temp_c", 30.0) is GateRule.NONE


def test_other_devices_may_say_what_they_like_of_water() -> None:
    bench = Bench(FAN)
    bench.says("fan", water_c=99.0, tank_c=1000.0)
    assert bench.conditions() == set()
