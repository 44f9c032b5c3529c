"""Interlocks: what may not be done as the house is, and what the gate does by itself."""

import math
from typing import Any

import pytest

from sumika.safety import fail_safe_of, hoods_of
from sumika.safety.surroundings import Surroundings
from sumika.schema import AirSample, GateRule, Origin, Presence, Reason
from tests.safety.bench import FAN, HEATER, ROOMS, START, STOVE, Bench, device, holding

RADIATOR = device("radiator", "radiator")
BOILER = device("boiler", "boiler", "bedroom")
WHOLE = device("whole", "whole_house_air_conditioner")
FLOOR = device("floor", "floor_heating")
VENT = device("vent", "balanced_ventilation")
OPENER = device("opener", "window_opener")


# --- frost and heat


def test_frost_turns_every_heater_of_the_room_on() -> None:
    bench = Bench(HEATER, RADIATOR, FLOOR, BOILER, WHOLE, device("other", "room_air_conditioner", "bedroom"))
    bench.air(temperature_c=5.0)
    assert bench.turn() == {}
    bench.air(temperature_c=4.99)
    assert bench.conditions() == {("living", "frost")}
    assert bench.turn() == {
        ("heater", "mode"): (1.0, "frost"),
        ("heater", "setpoint_c"): (16.0, "frost"),
        ("radiator", "setpoint_c"): (10.0, "frost"),
        ("floor", "on"): (1.0, "frost"),
        ("boiler", "on"): (1.0, "frost"),
        ("whole", "mode"): (1.0, "frost"),
        ("whole", "setpoint_c"): (16.0, "frost"),
    }


def test_frost_is_over_when_it_is_well_above() -> None:
    bench = Bench()
    bench.air(temperature_c=4.0)
    assert bench.rule("heater", "mode", 0.0, "resident") is GateRule.FROST
    bench.air(temperature_c=7.99)
    assert bench.rule("heater", "mode", 2.0) is GateRule.FROST
    bench.air(temperature_c=8.0)
    assert bench.conditions() == set()
    assert bench.written("heater", "mode", 2.0) == 2.0


def test_frost_goes_over_open_windows_holds_and_least_times() -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0, "resident")
    bench.later(200.0)
    bench.written("heater", "mode", 0.0, "resident")
    bench.air(temperature_c=2.0, window_open=1.0)
    assert bench.turn() == {("heater", "mode"): (1.0, "frost"), ("heater", "setpoint_c"): (16.0, "frost")}
    bench.later(300.0)
    bench.air(temperature_c=2.0, window_open=1.0)
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0
    bench.later(300.0)
    bench.says("heater", mode=1.0, setpoint_c=16.0)
    bench.air(temperature_c=2.0, window_open=1.0)
    assert bench.turn() == {}


def test_what_is_too_hot_is_stopped_whoever_holds_it_and_however_short_it_ran() -> None:
    bench = Bench()
    bench.written("heater", "mode", 1.0, "resident")
    bench.air(temperature_c=35.0)
    assert bench.turn() == {("heater", "mode"): (0.0, "overheating")}


def test_the_coldest_of_a_rooms_sensors_counts_for_frost_and_all_for_heat() -> None:
    bench = Bench()
    bench.air(sensor="a", temperature_c=20.0)
    bench.air(sensor="b", temperature_c=3.0)
    assert bench.conditions() == {("living", "frost")}
    bench = Bench()
    bench.air(sensor="a", temperature_c=20.0)
    bench.air(sensor="b", temperature_c=40.0)
    assert bench.rule("heater", "mode", 1.0) is GateRule.OVERHEATING


def test_sensors_that_contradict_each_other_stop_and_start_nothing() -> None:
    bench = Bench()
    bench.air(sensor="a", temperature_c=3.0)
    bench.air(sensor="b", temperature_c=40.0)
    assert bench.turn() == {}
    assert bench.written("heater", "mode", 1.0) == 1.0
    bench.later(1000.0)
    bench.beat("plan", 900.0)
    bench.air(sensor="a", temperature_c=3.0)
    bench.air(sensor="b", temperature_c=40.0)
    assert bench.written("heater", "mode", 0.0) == 0.0


@pytest.mark.parametrize(("air_c", "hot"), [(32.0, False), (32.01, True), (60.0, True), (60.01, False), (400.0, False)])
def test_what_is_too_hot_is_not_heated_and_no_room_is_hotter_than_sixty(air_c: float, hot: bool) -> None:
    bench = Bench()
    bench.says("heater", mode=1.0)
    bench.air(temperature_c=air_c)
    assert bench.turn() == ({("heater", "mode"): (0.0, "overheating")} if hot else {})
    bench.later(500.0)
    bench.beat("plan", 900.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is (GateRule.OVERHEATING if hot else GateRule.NONE)
    assert bench.written("heater", "mode", 2.0, "resident") == (2.0)


@pytest.mark.parametrize(("air_c", "frost"), [(-40.0, True), (-40.01, False), (-273.0, False), (math.nan, False)])
def test_what_no_room_has_is_a_fault_of_the_sensor(air_c: float, frost: bool) -> None:
    bench = Bench()
    bench.air(temperature_c=air_c)
    assert bench.conditions() == ({("living", "frost")} if frost else set())


@pytest.mark.parametrize("air_c", [3.0, 40.0])
def test_a_temperature_is_believed_for_a_quarter_of_an_hour_from_when_it_was_seen(air_c: float) -> None:
    for seen_before_s in (0.0, 100.0):
        bench = Bench()
        bench.later(-seen_before_s)
        bench.air(temperature_c=air_c)
        bench.later(900.0)
        bench.beat("plan", 900.0)
        stopping, rule = (0.0, GateRule.FROST) if air_c < 20.0 else (1.0, GateRule.OVERHEATING)
        assert bench.rule("heater", "mode", stopping, "resident") is rule
        bench.later(0.000000001)
        assert bench.rule("heater", "mode", stopping, "resident") is GateRule.NONE


def test_a_reading_from_the_future_is_one_of_now() -> None:
    bench = Bench()
    bench.later(10_000.0)
    now, bench.now = bench.now, bench.now.later(-10_000 * 10**9)
    bench.gate.know_time(bench.now)
    air = AirSample(stamp=now, origin=Origin.LIVE, sensor="a", room="living", temperature_c=40.0)
    bench.gate.observe(air, bench.now.monotonic_ns)
    bench.later(900.0)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.OVERHEATING
    bench.later(0.000000001)
    assert bench.rule("heater", "mode", 1.0, "resident") is GateRule.NONE


def test_a_room_whose_sensor_died_in_the_frost_is_not_left_to_it_by_anybody_but_a_person() -> None:
    bench = Bench(HEATER, RADIATOR, WHOLE)
    bench.air(temperature_c=3.0)
    assert ("heater", "mode") in bench.turn()
    bench.says("heater", mode=1.0, setpoint_c=16.0)
    bench.says("radiator", setpoint_c=10.0)
    bench.says("whole", mode=1.0, setpoint_c=16.0)
    for _ in range(7):
        bench.later(86_400.0)
        for asker in ("rules", "policy", "plan"):
            assert bench.rule("heater", "mode", 0.0, asker) is GateRule.FROST
        assert bench.rule("radiator", "setpoint_c", 7.0) is GateRule.FROST
        assert bench.rule("whole", "mode", 0.0) is GateRule.FROST
        assert bench.rule("heater", "mode", 1.0) is GateRule.NONE
        assert bench.turn() == {}
        assert bench.conditions() == {("living", "frost")}
    assert bench.written("heater", "mode", 0.0, "resident") == 0.0
    assert bench.written("radiator", "setpoint_c", 7.0, "operator") == 7.0
    holding(bench, 1000.0)
    assert bench.turn() == {}  # nobody knows whether it still freezes: a person's word stands
    bench.air(temperature_c=8.0)
    assert ("living", "frost") not in bench.conditions()
    assert bench.written("whole", "mode", 0.0) == 0.0


def test_who_fails_safe_does_not_leave_a_room_to_the_frost_whose_sensor_died_in_it() -> None:
    bench = Bench(HEATER)
    bench.says("heater", mode=1.0)
    bench.air(temperature_c=3.0)
    assert bench.conditions() == {("living", "frost")}
    bench.later(2000.0)
    assert bench.turn() == {}
    bench.air(temperature_c=9.0)
    assert bench.turn() == {("heater", "mode"): (0.0, "fail_safe")}


def test_the_room_itself_may_say_by_another_sensor_that_its_frost_is_over() -> None:
    bench = Bench()
    bench.air(sensor="a", temperature_c=3.0)
    assert bench.conditions() == {("living", "frost")}
    bench.later(900.000000001)
    bench.air(sensor="b", temperature_c=7.99)
    assert bench.rule("heater", "mode", 0.0) is GateRule.FROST
    bench.air(sensor="b", temperature_c=8.0)
    assert bench.written("heater", "mode", 0.0) == 0.0


def test_a_frost_of_which_nobody_tells_any_more_opens_no_window_for_heating_and_stops_no_overheating() -> None:
    bench = Bench(HEATER, WHOLE)
    bench.says("heater", mode=0.0)
    bench.says("whole", mode=1.0)
    bench.air(temperature_c=3.0)
    assert bench.conditions() == {("living", "frost")}
    bench.later(1000.0)
    bench.air(sensor="contact", window_open=1.0)
    assert bench.rule("heater", "mode", 1.0) is GateRule.WINDOW_OPEN
    assert bench.rule("whole", "mode", 0.0) is GateRule.FROST
    bench.air("bedroom", temperature_c=33.0)
    assert bench.rule("whole", "mode", 0.0) is GateRule.NONE


def test_a_boiler_in_a_hot_closet_still_heats_a_cold_house() -> None:
    bench = Bench(BOILER)
    bench.says("boiler", on=1.0)
    bench.air("bedroom", temperature_c=40.0)
    bench.air("living", temperature_c=20.0)
    assert bench.turn() == {}
    bench.air("living", temperature_c=33.0)
    assert bench.turn() == {("boiler", "on"): (0.0, "overheating")}


@pytest.mark.parametrize("limits", [{"mode": (1.0, 4.0)}, {"mode": (0.0, 0.0)}, {"mode": (9.0, 9.0)}])
def test_what_its_owner_leaves_only_on_or_only_off_is_not_switched(limits: dict[str, tuple[float, float]]) -> None:
    for air_c, mode in ((3.0, 0.0), (40.0, 1.0)):
        bench = Bench(device("heater", "room_air_conditioner", limits=limits))
        bench.says("heater", mode=mode)
        bench.air(temperature_c=air_c)
        assert bench.turn() == {}


# --- ventilation


def test_ventilation_is_never_off_with_people_and_may_be_without() -> None:
    bench = Bench(FAN, VENT, holds_min=0.0)
    bench.presence("living", 0.0)
    bench.presence("bedroom", 0.09)
    assert bench.written("fan", "level", 0.0) == 0.0
    bench.presence("bedroom", 0.1)
    verdict, _ = bench.ask("vent", "level", 0.0, "resident")
    assert (verdict.written, verdict.ruling, verdict.rule) == (1.0, "clipped", "least_ventilation")
    assert bench.written("vent", "level", 1.0) is None
    assert bench.written("vent", "level", 2.0) == 2.0
    assert bench.turn() == {("fan", "level"): (1.0, "least_ventilation")}


@pytest.mark.parametrize(
    ("probability", "valid", "age_s", "people"),
    [
        (0.0, True, 0.0, False),
        (0.0, True, 60.0, False),
        (0.0, True, 60.000000001, True),
        (0.0, False, 0.0, True),
        (None, True, 0.0, True),
        (math.nan, True, 0.0, True),
        (1.0, True, 0.0, True),
    ],
)
def test_unknown_is_not_empty(probability: float | None, valid: bool, age_s: float, people: bool) -> None:
    bench = Bench(FAN)
    bench.presence("living", probability, valid=valid)
    bench.later(age_s)
    bench.presence("bedroom", 0.0)
    assert (bench.written("fan", "level", 0.0) == 1.0) is people


def test_a_house_without_presence_has_people() -> None:
    assert Bench(FAN).written("fan", "level", 0.0) == 1.0


def test_a_room_of_which_no_sensor_tells_may_have_people_in_it() -> None:
    bench = Bench(FAN)
    bench.presence("bedroom", 0.0)
    assert bench.rule("fan", "level", 0.0) is GateRule.LEAST_VENTILATION
    bench.presence("living", 0.0)
    assert bench.written("fan", "level", 0.0) == 0.0


def test_a_house_without_rooms_may_have_people_in_it() -> None:
    assert Surroundings(()).people(0)
    around = Surroundings(("living",))
    around.hear_presence(
        Presence(stamp=START, origin=Origin.LIVE, room="living", probability=0.0, valid=True, reason=Reason.MEASURED), 0
    )
    assert not around.people(0)


def test_what_burns_needs_air_with_and_without_people() -> None:
    stove = device("stove", "wood_stove", limits={"on": (0.0, 1.0)})
    cooker = device("cooker", "gas_cooktop")
    for burner, name in ((BOILER, "boiler"), (stove, "stove"), (cooker, "cooker")):
        said: tuple[dict[str, Any], ...] = ({"on": 1.0}, {"level": 0.5})
        for value in said:
            bench = Bench(FAN, burner)
            for room in ROOMS:
                bench.presence(room, 0.0)
            bench.says(name, **value)
            burning = name != "boiler" or "on" in value
            assert (bench.written("fan", "level", 0.0) == 1.0) is (burning or "level" in value)
        bench = Bench(FAN, burner)
        for room in ROOMS:
            bench.presence(room, 0.0)
        bench.says(name, on=0.0, level=0.0)
        assert bench.written("fan", "level", 0.0) == 0.0


def test_least_ventilation_is_not_forced_on_who_holds_the_fan() -> None:
    bench = Bench(FAN)
    bench.says("fan", level=2.0)
    bench.later(100.0)
    bench.says("fan", level=0.0)
    assert bench.turn() == {}


def test_a_ventilator_that_was_set_to_the_least_is_not_set_so_again() -> None:
    bench = Bench(FAN)
    assert bench.written("fan", "level", 1.0) == 1.0
    bench.later(100.0)
    assert bench.turn() == {}


def test_of_a_ventilator_of_which_nothing_is_known_nothing_is_done() -> None:
    assert Bench(FAN, VENT).turn() == {}


# --- the hood over a stove


def test_the_hood_over_a_stove_is_off_when_the_cook_says_so_and_other_fans_are_not() -> None:
    bath = device("bath", "exhaust_fan", "bedroom")
    bench = Bench(FAN, bath, furniture=(STOVE,), holds_min=0.0)
    for fan in ("fan", "bath"):
        bench.says(fan, level=1.0)
    assert bench.written("fan", "level", 0.0, "resident") == 0.0
    assert bench.ask("bath", "level", 0.0, "resident")[0].rule is GateRule.LEAST_VENTILATION
    for fan in ("fan", "bath"):
        bench.says(fan, level=0.0)
    assert bench.turn() == {("bath", "level"): (1.0, "least_ventilation")}


def test_smoke_turns_the_hood_on_and_nobody_controls_it_where_nobody_controls() -> None:
    bench = Bench(FAN, furniture=(STOVE,), plan=False)
    bench.says("fan", level=0.0)
    bench.later(100.0)
    assert bench.turn() == {}
    bench.weather(rain_mm_h=5.0)
    assert bench.turn() == {}
    bench.air(smoke=True)
    assert bench.turn() == {("fan", "level"): (2.0, "smoke_or_co")}
    assert bench.rule("fan", "level", 0.0, "resident") is GateRule.SMOKE_OR_CO


def test_an_owner_may_ventilate_the_house_by_the_hood() -> None:
    fan = device("fan", "exhaust_fan", fail_safe={"level": 1.0}, limits={"level": (1.0, 2.0)})
    bench = Bench(fan, furniture=(STOVE,), plan=False)
    bench.later(100.0)
    assert bench.turn() == {("fan", "level"): (1.0, "fail_safe")}
    assert hoods_of(bench.house) == {"fan"}
    assert fail_safe_of(fan, is_hood=True) == {"level": 1.0}
    assert fail_safe_of(FAN, is_hood=True) == {}


def test_limits_alone_make_a_hood_ventilate_the_house() -> None:
    fan = device("fan", "exhaust_fan", limits={"level": (1.0, 2.0)})
    bench = Bench(fan, furniture=(STOVE,), plan=False)
    bench.later(100.0)
    assert bench.turn() == {("fan", "level"): (1.0, "fail_safe")}
    planned = Bench(fan, furniture=(STOVE,), holds_min=0.0)
    planned.says("fan", level=0.0)
    assert planned.turn() == {("fan", "level"): (1.0, "least_ventilation")}
    assert fail_safe_of(fan, is_hood=True) == {"level": 1.0}
    # One of which nothing is left to set is nobody's to keep on.
    shut = device("fan", "exhaust_fan", limits={"level": (5.0, 6.0)})
    assert Bench(shut, furniture=(STOVE,), plan=False).turn() == {}


# --- weather


@pytest.mark.parametrize(
    ("weather", "bad"),
    [
        ({"rain_mm_h": 0.1}, False),
        ({"rain_mm_h": 0.11}, True),
        ({"wind_m_s": 10.0}, False),
        ({"wind_m_s": 10.1}, True),
        ({"rain_mm_h": 5.0, "wind_m_s": 0.0}, True),
        ({}, False),
    ],
)
def test_no_window_is_opened_to_rain_or_storm_unless_somebody_says_so(weather: dict[str, Any], bad: bool) -> None:
    bench = Bench(OPENER, holds_min=0.0)
    bench.says("opener", open=0.3)
    bench.later(100.0)
    bench.beat("plan", 900.0)
    bench.weather(**weather)
    assert (bench.rule("opener", "open", 0.5) is GateRule.WEATHER) is bad
    assert bench.written("opener", "open", 0.2) == 0.2
    assert bench.written("opener", "open", 0.6, "resident") == 0.6
    if bad:
        bench.later(800.0)
        holding(bench, 800.0)
        holding(bench, 800.0)
        holding(bench, 800.0)
        bench.later(400.0)
        assert bench.rule("opener", "open", 1.0) is GateRule.WEATHER
        bench.later(0.000000001)
        assert bench.written("opener", "open", 1.0) == 1.0


def test_a_window_that_stands_open_is_shut_when_rain_or_storm_begins() -> None:
    bench = Bench(OPENER, FAN)
    bench.says("opener", open=0.4)
    bench.says("fan", level=1.0)
    assert bench.turn() == {}
    bench.weather(wind_m_s=15.0)
    assert bench.turn() == {("opener", "open"): (0.0, "weather")}
    bench.says("opener", open=0.0)
    assert bench.turn() == {}


def test_a_window_that_a_person_opened_stays_open_in_the_rain_as_long_as_they_hold_it() -> None:
    bench = Bench(OPENER, holds_min=1.0)
    bench.weather(rain_mm_h=5.0)
    assert bench.written("opener", "open", 0.4, "resident") == 0.4
    bench.says("opener", open=0.4)
    assert bench.turn() == {}
    bench.later(61.0)
    assert bench.turn() == {("opener", "open"): (0.0, "weather")}


def test_in_an_alarm_a_window_stays_open_to_the_rain() -> None:
    bench = Bench(OPENER)
    bench.says("opener", open=1.0)
    bench.weather(rain_mm_h=5.0)
    bench.air(smoke=True)
    assert bench.turn() == {}


def test_a_window_of_which_nothing_is_known_counts_as_shut() -> None:
    bench = Bench(OPENER)
    bench.weather(rain_mm_h=5.0)
    assert bench.rule("opener", "open", 0.1) is GateRule.WEATHER
    assert bench.written("opener", "open", 0.0) == 0.0
    assert bench.written("opener", "open", 0.4, "resident") == 0.4
