"""A resident's hand wins at once and holds; what our own writes bring about is no hand."""

import math

import pytest

from sumika.schema import GateRule, Origin, Ruling
from tests.safety.bench import HEATER, Bench, device

BLIND = device("blind", "blind")


def test_a_change_that_no_write_explains_is_a_hand_and_holds_the_device_as_long_as_the_house_says() -> None:
    bench = Bench(holds_min=10.0)
    assert bench.says("heater", mode=0.0, setpoint_c=20.0) == ()
    bench.later(40.0)
    (ruled,) = bench.says("heater", origin=Origin.RECORDED, mode=0.0, setpoint_c=24.0)
    verdict, write = ruled
    assert write is None
    assert (verdict.device, verdict.action, verdict.asked, verdict.written) == ("heater", "setpoint_c", 24.0, None)
    assert (verdict.asked_by, verdict.ruling, verdict.why) == ("resident", Ruling.PASSED, "set at the device")
    assert (verdict.origin, verdict.stamp) == (Origin.RECORDED, bench.now)
    assert bench.conditions() == {("heater", "held_by_hand")}
    assert bench.held() == {"heater": bench.now.monotonic_ns + 600 * 10**9}
    assert bench.rule("heater", "fan_level", 3.0) is GateRule.RESIDENT_HOLDS
    assert bench.rule("heater", "fan_level", 3.0, "operator") is GateRule.RESIDENT_HOLDS
    assert bench.written("fan", "level", 2.0) == 2.0
    bench.later(599.999999999)
    assert bench.rule("heater", "fan_level", 3.0) is GateRule.RESIDENT_HOLDS
    bench.later(0.000000001)
    assert bench.conditions() == set()
    assert bench.written("heater", "fan_level", 3.0) == 3.0


def test_a_resident_may_change_their_mind_at_any_time() -> None:
    bench = Bench()
    assert bench.written("heater", "setpoint_c", 22.0, "resident") == 22.0
    assert bench.written("heater", "setpoint_c", 25.0, "resident") == 25.0


def test_an_operator_holds_against_plans_but_not_against_residents() -> None:
    bench = Bench(holds_min=10.0)
    bench.written("heater", "setpoint_c", 22.0, "operator")
    for asker in ("plan", "policy", "rules"):
        assert bench.written("heater", "setpoint_c", 20.0, asker) is None
    assert bench.rule("heater", "setpoint_c", 20.0) is GateRule.RESIDENT_HOLDS
    assert bench.written("heater", "setpoint_c", 23.0, "operator") == 23.0
    assert bench.written("heater", "setpoint_c", 24.0, "resident") == 24.0
    assert bench.rule("heater", "setpoint_c", 23.0, "operator") is GateRule.RESIDENT_HOLDS


def test_a_refused_wish_holds_nothing_and_one_that_is_so_already_does() -> None:
    bench = Bench()
    bench.ask("heater", "setpoint_c", 99.0, "resident")
    assert bench.held() == {}
    bench.says("fan", level=2.0)
    bench.ask("fan", "level", 2.0, "resident")
    assert list(bench.held()) == ["fan"]


def test_wishes_are_commands_of_residents() -> None:
    bench = Bench()
    (ruled,) = bench.wish("heater", "setpoint_c", 23.0)
    assert ruled.write is not None
    assert (ruled.verdict.asked_by, ruled.verdict.written, ruled.verdict.why) == ("resident", 23.0, "aoi")
    (ruled,) = bench.wish("heater", "setpoint_c", 24.0, why="yes to bcdf")
    assert (ruled.verdict.asked_by, ruled.verdict.why) == ("resident", "yes to bcdf")
    (ruled,) = bench.wish("heater", "setpoint_c", 230.0)
    assert (ruled.write, ruled.verdict.rule) == (None, GateRule.ABSOLUTE_LIMIT)
    (ruled,) = bench.wish("nobody", "mode", 1.0)
    assert ruled.verdict.rule is GateRule.UNKNOWN_DEVICE


def test_a_wish_that_was_done_at_the_device_only_holds_it() -> None:
    bench = Bench()
    (ruled,) = bench.wish("heater", "setpoint_c", math.inf, at_device=True)
    assert ruled.write is None
    assert (ruled.verdict.asked, ruled.verdict.asked_by) == (None, "resident")
    assert list(bench.held()) == ["heater"]
    assert bench.wish("nobody", "mode", 1.0, at_device=True) == ()
    assert bench.wish("fan", "rumours", 1.0, at_device=True) == ()
    assert list(bench.held()) == ["heater"]


def test_our_own_write_is_no_hand_whenever_it_arrives() -> None:
    bench = Bench()
    bench.says("heater", mode=0.0, setpoint_c=20.0)
    bench.written("heater", "mode", 1.0)
    bench.later(600.0)
    assert bench.says("heater", mode=1.0, setpoint_c=20.0) == ()


@pytest.mark.parametrize(
    ("after_s", "said", "by_hand"),
    [
        (1.0, 20.0, False),  # not yet
        (1.0, 21.0, False),  # on its way
        (1.0, 22.0, False),  # there
        (1.0, 22.75, False),  # as near as its own steps come
        (1.0, 22.76, True),
        (15.0, 21.0, False),
        (15.000000001, 21.0, True),  # too late to be the way there
        (1.0, 24.5, True),
        (1.0, 19.0, True),
        (15.000000001, 22.4, True),
        (15.000000001, 22.25, False),
    ],
)
def test_what_a_write_explains(after_s: float, said: float, by_hand: bool) -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=20.0)
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    assert bench.says("heater", setpoint_c=20.0) == ()
    bench.later(after_s)
    assert bool(bench.says("heater", setpoint_c=said)) is by_hand
    assert bool(bench.held()) is by_hand


@pytest.mark.parametrize(
    ("said", "by_hand"), [(20.0, False), (21.0, False), (22.75, False), (22.76, True), (19.0, True)]
)
def test_the_first_report_of_a_device_that_is_asked_rarely_may_come_late(said: float, by_hand: bool) -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=20.0)
    bench.later(100.0)
    bench.written("heater", "setpoint_c", 22.0)
    bench.later(300.0)
    assert bool(bench.says("heater", setpoint_c=said)) is by_hand


def test_a_switched_device_that_is_asked_rarely_shows_its_other_settings_late() -> None:
    bench = Bench()
    bench.says("heater", mode=0.0, setpoint_c=20.0)
    bench.later(100.0)
    bench.written("heater", "mode", 1.0)
    bench.later(300.0)
    assert bench.says("heater", mode=1.0) == ()
    assert bench.says("heater", setpoint_c=26.0) == ()
    assert bench.says("heater", setpoint_c=24.0) != ()


@pytest.mark.parametrize(("said", "by_hand"), [(40.0, True), (19.0, True), (24.9, False), (20.1, False)])
def test_it_is_the_same_downwards(said: float, by_hand: bool) -> None:
    bench = Bench(device("heater", "room_air_conditioner"))
    bench.says("heater", setpoint_c=25.0)
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    bench.later(1.0)
    assert bool(bench.says("heater", setpoint_c=said)) is (said in (40.0, 19.0, 20.1) or by_hand)


@pytest.mark.parametrize(("before", "between", "asked"), [(20.0, 21.0, 22.0), (25.0, 23.5, 22.0)])
def test_what_was_so_before_may_be_said_again(before: float, between: float, asked: float) -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=before)
    bench.later(100.0)
    bench.written("heater", "setpoint_c", asked)
    bench.later(1.0)
    assert bench.says("heater", setpoint_c=between) == ()
    assert bench.says("heater", setpoint_c=before) == ()


def test_between_two_states_there_is_no_way() -> None:
    bench = Bench()
    bench.says("fan", level=0.0)
    bench.later(100.0)
    bench.written("fan", "level", 2.0)
    bench.later(1.0)
    assert bench.says("fan", level=0.0) == ()
    assert bench.says("fan", level=1.0) != ()


def test_where_nothing_was_known_before_a_number_may_come_from_anywhere() -> None:
    bench = Bench()
    bench.written("heater", "setpoint_c", 22.0)
    bench.written("heater", "fan_level", 2.0)
    bench.later(1.0)
    bench.says("heater", setpoint_c=30.0, fan_level=0.0)
    assert bench.says("heater", setpoint_c=28.0) == ()
    assert bench.says("heater", fan_level=1.0) == ()  # a state may have been any, too


def test_a_device_that_is_switched_may_show_other_settings() -> None:
    bench = Bench()
    bench.says("heater", mode=0.0, setpoint_c=20.0, fan_level=1.0)
    bench.later(100.0)
    bench.written("heater", "mode", 1.0)
    bench.later(1.0)
    assert bench.says("heater", mode=1.0, setpoint_c=20.0) == ()
    bench.later(14.0)
    assert bench.says("heater", mode=1.0, setpoint_c=26.0) == ()
    bench.later(0.000000001)
    assert bench.says("heater", mode=1.0, setpoint_c=24.0) != ()


def test_a_device_that_is_switched_shows_no_other_state_for_that() -> None:
    bench = Bench()
    bench.says("heater", mode=0.0, fan_level=1.0)
    bench.later(100.0)
    bench.written("heater", "mode", 1.0)
    assert bench.says("heater", mode=1.0, fan_level=4.0) != ()


def test_a_hand_during_our_write_wins_and_what_we_wrote_is_over() -> None:
    bench = Bench(holds_min=0.0)
    bench.says("heater", setpoint_c=20.0)
    bench.later(100.0)
    bench.written("heater", "setpoint_c", 22.0)
    bench.later(1.0)
    assert bench.says("heater", setpoint_c=27.0) != ()
    assert bench.written("heater", "setpoint_c", 22.0) == 24.0  # a step from what it is now


def test_rounding_is_no_hand_and_neither_is_what_moves_by_itself() -> None:
    bench = Bench(HEATER, device("valve", "radiator"), device("washer", "appliance"), device("battery", "battery"))
    bench.says("heater", setpoint_c=20.0)
    bench.says("valve", valve=0.2)
    bench.says("battery", power_w=100.0)
    bench.says("washer", on=1.0)
    bench.later(100.0)
    assert bench.says("heater", setpoint_c=20.25) == ()
    assert bench.says("valve", valve=0.9) == ()
    assert bench.says("battery", power_w=-900.0) == ()
    assert bench.says("washer", on=0.0) == ()  # its programme is over
    assert bench.says("washer", on=1.0) != ()


def test_a_blind_travels() -> None:
    bench = Bench(BLIND)
    bench.says("blind", closed=0.0)
    bench.later(100.0)
    bench.written("blind", "closed", 1.0)
    bench.later(60.0)
    assert bench.says("blind", closed=0.5) == ()
    bench.later(0.000000001)
    assert bench.says("blind", closed=0.6) != ()


def test_a_device_that_comes_back_with_other_settings_was_without_power() -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=20.0)
    bench.later(100.0)
    bench.says("heater", available=False, setpoint_c=0.0)
    bench.later(100.0)
    assert bench.says("heater", setpoint_c=24.0) == ()
    assert bench.says("heater", setpoint_c=26.0) != ()


def test_a_refusal_is_no_return_of_a_device() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=22.0)
    bench.later(400.0)
    bench.says("heater", available=False)
    assert bench.written("heater", "setpoint_c", 21.0) == 21.0
    assert bench.says("heater") == ()  # "Home Assistant does not reach climate.ac"
    bench.later(400.0)
    assert bench.says("heater", mode=0.0, setpoint_c=25.0) == ()
    assert bench.held() == {}
    bench.later(400.0)
    assert bench.says("heater", mode=0.0, setpoint_c=22.0) != ()


def test_a_refusal_opens_no_window_whose_motor_is_away() -> None:
    bench = Bench(HEATER, device("opener", "window_opener"))
    bench.says("opener", open=1.0)
    bench.says("opener", available=False)
    bench.says("opener")
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0


@pytest.mark.parametrize("no_number", [math.nan, math.inf])
def test_what_a_device_does_not_say_when_it_comes_back_is_written_again(no_number: float) -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=20.0)
    bench.later(100.0)
    assert bench.written("heater", "fan_level", 2.0) == 2.0
    assert bench.says("heater", fan_level=2.0) == ()
    bench.later(100.0)
    for setting, value in (("mode", 1.0), ("setpoint_c", 20.0), ("fan_level", 2.0)):
        assert bench.written("heater", setting, value) is None  # it is so
    bench.says("heater", available=False)
    assert bench.written("heater", "setpoint_c", 20.0) is None  # nothing newer is known yet
    bench.says("heater", mode=1.0, setpoint_c=no_number)
    assert bench.written("heater", "mode", 1.0) is None
    assert bench.written("heater", "setpoint_c", 20.0) == 20.0
    assert bench.written("heater", "fan_level", 2.0) == 2.0
    assert bench.says("heater", mode=1.0, setpoint_c=20.0, fan_level=2.0) == ()


def test_a_write_that_was_on_its_way_when_the_device_went_is_done_again() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=20.0)
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0
    bench.says("heater", available=False)
    assert bench.written("heater", "setpoint_c", 22.0) is None
    bench.says("heater", mode=1.0)
    assert bench.written("heater", "setpoint_c", 22.0) == 22.0


def test_what_is_only_not_said_is_still_so() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=20.0)
    bench.says("heater", available=False)
    bench.says("heater", setpoint_c=20.0)
    bench.says("heater", mode=1.0)
    bench.says("heater", mode=1.0)  # away it was once, and has come back since
    bench.later(100.0)
    assert bench.written("heater", "setpoint_c", 20.0) is None


def test_where_a_device_stood_before_it_went_its_steps_begin() -> None:
    bench = Bench(device("floor", "floor_heating"))
    bench.says("floor", on=1.0, supply_temp_c=30.0)
    bench.says("floor", available=False)
    bench.says("floor", on=1.0)
    assert bench.written("floor", "supply_temp_c", 50.0) == 40.0


def test_what_a_device_says_late_after_it_came_back_is_no_hand() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, setpoint_c=20.0)
    bench.says("heater", available=False)
    bench.says("heater", mode=1.0)
    bench.later(100.0)
    assert bench.says("heater", setpoint_c=24.0) == ()
    assert bench.says("heater", setpoint_c=26.0) != ()


def test_numbers_that_are_none_are_not_heard() -> None:
    bench = Bench()
    bench.says("heater", setpoint_c=20.0)
    assert bench.says("heater", setpoint_c=math.nan, mode=math.inf) == ()
    assert bench.written("heater", "setpoint_c", 30.0) == 23.0


@pytest.mark.parametrize(("after_s", "by_hand"), [(30.0, False), (30.000000001, True)])
def test_a_device_that_failed_safe_while_the_gate_was_away_is_no_hand(after_s: float, by_hand: bool) -> None:
    for away in (False, True):
        bench = Bench()
        bench.says("heater", mode=1.0)
        if away:
            bench.later(1000.0)
            bench.gate.was_away(bench.now.monotonic_ns)
        bench.later(after_s)
        assert bool(bench.says("heater", mode=0.0)) is by_hand


def test_other_values_and_settings_without_a_fail_safe_have_no_excuse() -> None:
    bench = Bench()
    bench.says("heater", mode=1.0, fan_level=1.0)
    assert bench.says("heater", mode=2.0) != ()
    assert bench.says("heater", fan_level=0.0) != ()
