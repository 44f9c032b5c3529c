"""How devices take orders: late, rounded, refused with a reason, and never lost."""

import math

import pytest

from sumika.schema import SumikaError
from sumika.schema.house import Device
from sumika.world.devices import Devices
from sumika.world.devices.conduct import Radio
from tests.world_device_helpers import START, driven, house_with, one


def test_an_order_takes_effect_a_little_later() -> None:
    house = driven(one("light"), seconds=0.1)
    house.set(level=0.7)
    assert house.step().states["x"]["level"] == 0.0
    assert house.step(count=40).states["x"]["level"] == 0.7


def test_values_are_rounded_to_steps_of_the_setting() -> None:
    house = driven(one("room_air_conditioner"))
    house.set(setpoint_c=21.7)
    assert house.step().states["x"]["setpoint_c"] == 21.5


@pytest.mark.parametrize("value", [15.0, 40.0, -1e9, math.inf])
def test_what_is_out_of_range_is_refused_with_the_reason(value: float) -> None:
    house = driven(one("room_air_conditioner"))
    assert house.tell("setpoint_c", value)
    assert house.step().states["x"]["setpoint_c"] == 24
    assert house.step().refused["x"]


def test_nan_is_refused() -> None:
    assert "number" in driven(one("light")).tell("level", math.nan)


def test_unknown_devices_and_settings_say_what_there_is() -> None:
    house = driven(one("light"))
    with pytest.raises(SumikaError, match="there is no device 'y'") as unknown:
        house.tell("level", 1.0, device="y")
    assert "x" in (unknown.value.remedy or "")
    with pytest.raises(SumikaError, match="no setting 'speed'") as setting:
        house.tell("speed", 1.0)
    assert "colour_temperature_k" in (setting.value.remedy or "")


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(SumikaError, match="kind 'toaster'"):
        Devices.of(house_with(Device(id="t", room="living", kind="toaster")), 0, START)


def test_a_device_that_is_cut_off_does_not_answer_until_it_is_mended() -> None:
    house = driven(one("light"))
    house.devices.cut_off("x", True)
    assert house.tell("level", 1.0) == "does not answer"
    assert house.step().silent == {"x"}
    house.devices.cut_off("x", False)
    house.set(level=1.0)
    assert house.step(count=2).states["x"]["level"] == 1.0


def test_radios_fail_now_and_then_but_seldom() -> None:
    radios = [Radio(1, number) for number in range(20)]
    moments_s = range(0, 20 * 86_400, 300)
    silent = sum(not radio.answers(float(moment_s)) for radio in radios for moment_s in moments_s)
    share = silent / len(moments_s) / len(radios)
    assert 0.00005 < share < 0.001  # one hour in 500, for 7.5 minutes on average: 0.00025


def test_no_order_is_lost_however_fast_they_come() -> None:
    house = driven(one("light"), seconds=0.5)
    taken = None
    for number in range(50):
        level = (number * 37 % 100) / 100
        if house.tell("level", level) == "":
            taken = level
        house.step()
    assert taken is not None
    assert house.step(count=10).states["x"]["level"] == pytest.approx(taken)


def test_without_power_nothing_draws_and_orders_are_refused() -> None:
    house = driven(one("tv"), seconds=60.0)
    house.set(on=1.0)
    assert house.step().grid_w == pytest.approx(120.0)
    house.devices.cut_power(house.now_s)
    dark = house.step()
    assert dark.grid_w == 0.0
    assert house.tell("on", 0.0) == "does not answer"
    house.devices.restore_power(house.now_s)
    assert house.step().grid_w == pytest.approx(120.0)


def test_the_same_seed_gives_the_same_steps() -> None:
    first, second = driven(one("room_air_conditioner")), driven(one("room_air_conditioner"))
    for house in (first, second):
        house.set(mode=1.0)
    assert [first.step() for _ in range(50)] == [second.step() for _ in range(50)]
