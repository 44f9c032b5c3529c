"""Laws of heat pumps: lift, load, cold, frost, least times; and that room units hold a room in steps of any length."""

from dataclasses import replace

import numpy as np
import pytest

from sumika.physics.psychrometrics import saturation_pressure_pa
from sumika.world.devices.air_conditioners import RoomAirConditioner
from sumika.world.devices.coil import saturated_ratio, sensible_and_water
from sumika.world.devices.floor_heating import FloorHeating
from sumika.world.devices.heat_pump import HeatPump
from sumika.world.exchange import Outside
from tests.world_device_helpers import SUMMER, WINTER, Driven, driven, heat_of, one, rooms_at

PUMP = HeatPump(rated_w=3600.0, rated_cop=4.6, rated_hot_c=20.0, rated_cold_c=7.0, outdoor_rated_c=7.0, per_k=0.02)


def test_at_its_rating_point_it_does_what_its_plate_says() -> None:
    assert PUMP.cop(20.0, 7.0, 1.0) == pytest.approx(4.6)
    duty = PUMP.duty(3600.0, 20.0, 7.0, 7.0)
    assert (duty.heat_w, duty.electric_w) == pytest.approx((3600.0, 3600.0 / 4.6))


def test_efficiency_falls_with_lift_and_stays_below_carnot() -> None:
    cops = [PUMP.cop(20.0, outdoor_c, 0.5) for outdoor_c in np.arange(10.0, -21.0, -1.0)]
    assert all(np.diff(cops) < 0)
    for outdoor_c, cop in zip(np.arange(10.0, -21.0, -1.0), cops, strict=True):
        assert cop < 293.15 / (20.0 - outdoor_c)
    assert PUMP.cop(45.0, 2.0, 0.5) < PUMP.cop(35.0, 2.0, 0.5)


def test_efficiency_is_best_at_part_load_and_falls_at_both_ends() -> None:
    loads = np.linspace(0.05, 1.25, 60)
    cops = np.array([PUMP.cop(20.0, 2.0, load) for load in loads])
    best = loads[cops.argmax()]
    assert 0.25 < best < 0.75
    assert cops[0] < 0.8 * cops.max()
    assert cops[-1] < 0.9 * cops.max()


def test_capacity_falls_in_the_cold() -> None:
    capacities = [PUMP.capacity_w(outdoor_c) for outdoor_c in (10.0, 7.0, 0.0, -10.0, -20.0)]
    assert all(np.diff(capacities) < 0)


def test_below_the_least_load_switching_costs() -> None:
    small, least = PUMP.duty(200.0, 20.0, 7.0, 7.0), PUMP.duty(720.0, 20.0, 7.0, 7.0)
    assert small.heat_w == pytest.approx(200.0)
    assert small.heat_w / small.electric_w < least.heat_w / least.electric_w


@pytest.mark.parametrize(
    ("outdoor_c", "ratio", "frosts"),
    [(0.0, 0.0036, True), (2.0, 0.0042, True), (12.0, 0.008, False), (0.0, 0.0004, False)],
    ids=["cold and damp", "just above zero", "mild", "cold and dry"],
)
def test_frost_comes_only_in_cold_damp_air(outdoor_c: float, ratio: float, frosts: bool) -> None:
    house = driven(one("room_air_conditioner"))
    house.set(mode=1.0, setpoint_c=24.0)
    house.outside = Outside(temperature_c=outdoor_c, humidity_ratio=ratio)
    thawed = [house.step().states["x"]["defrosting"] for _ in range(4 * 60)]
    assert any(thawed) == frosts


def test_while_it_thaws_the_room_gets_no_heat_and_it_takes_no_change_of_mode() -> None:
    house = driven(one("room_air_conditioner"))
    house.set(mode=1.0, setpoint_c=24.0)
    while not house.step().states["x"]["defrosting"]:
        assert house.now_s < 4 * 3600.0
    assert "defrosting" in house.tell("mode", 0.0)
    step = house.step()
    assert heat_of(step) == pytest.approx(1.0)  # what its electronics give
    assert step.electric_w > 100.0


def test_a_thaw_ends_though_an_order_to_stop_arrived_as_it_began() -> None:
    def on() -> Driven:
        house = driven(one("room_air_conditioner"), seconds=5.0)
        house.set(mode=1.0, setpoint_c=24.0)
        return house

    first = on()
    while not first.step().states["x"]["defrosting"]:
        assert first.now_s < 4 * 3600.0
    house = on()
    while house.now_s < first.now_s - 5.0:
        house.step()
    house.the(RoomAirConditioner).panel.take("mode", 0.0, house.now_s + 2.0)  # it arrives with the next step but one
    stopped = house.step(count=2)
    assert (stopped.states["x"]["mode"], stopped.states["x"]["defrosting"]) == (0.0, 1.0)
    assert "defrosting" in house.tell("mode", 1.0)
    assert house.step(count=80).states["x"]["defrosting"] == 0.0
    house.set(mode=1.0)


def test_it_stays_on_for_its_least_time() -> None:
    house = driven(one("room_air_conditioner"), seconds=10.0)
    house.set(mode=1.0, setpoint_c=24.0)
    assert house.step(count=3).states["x"]["compressor_on"] == 1.0
    assert "minimum on-time" in house.tell("mode", 0.0)
    house.rooms = rooms_at(air_c=28.0)  # far too warm, yet it runs on
    ran = [house.step().states["x"]["compressor_on"] for _ in range(30)]
    on_s = 10.0 * sum(ran)
    assert 180.0 - 30.0 <= on_s <= 200.0
    house.set(mode=0.0)


@pytest.mark.parametrize("seconds", [10.0, 60.0, 300.0, 900.0])
def test_a_room_unit_holds_a_room_in_steps_of_any_length(seconds: float) -> None:
    house = driven(one("room_air_conditioner"), seconds=seconds)
    house.set(mode=1.0, setpoint_c=21.0)
    house.outside = Outside(temperature_c=8.0, humidity_ratio=0.003)
    air_c = wall_c = 12.0
    course = []
    for _ in range(int(10 * 3600 / seconds)):
        house.rooms = rooms_at(air_c=air_c)
        heat_w = heat_of(house.step())
        matrix = np.array([[180e3 / seconds + 510.0, -450.0], [-450.0, 3e6 / seconds + 450.0]])
        air_c, wall_c = np.linalg.solve(matrix, [180e3 / seconds * air_c + 60.0 * 8.0 + heat_w, 3e6 / seconds * wall_c])
        course.append(air_c)
    late = course[len(course) // 2 :]
    assert np.mean(late) == pytest.approx(21.0, abs=0.8)
    assert max(late) - min(late) < 2.0


@pytest.mark.parametrize("mode", [1.0, 2.0, 3.0, 4.0, 0.0])
@pytest.mark.parametrize("kind", ["room_air_conditioner", "whole_house_air_conditioner"])
def test_heat_in_the_room_is_electricity_and_heat_from_outside(kind: str, mode: float) -> None:
    house = driven(one(kind), seconds=300.0)
    house.set(mode=mode, setpoint_c=27.0 if mode == 1.0 else 22.0)
    house.outside = WINTER if mode == 1.0 else SUMMER
    house.rooms = rooms_at(air_c=20.0 if mode == 1.0 else 28.0, ratio=0.014, relative=0.7)
    for _ in range(30):
        step = house.step()
        source_w = house.the(RoomAirConditioner).source_w
        assert heat_of(step) == pytest.approx(step.electric_w + source_w, abs=1e-6)


def test_cold_air_is_dried_by_the_coil_and_the_split_closes() -> None:
    sensible, water = sensible_and_water(2000.0, 27.0, 0.012, 0.15, 0.15)
    assert sensible + 2.5e6 * water == pytest.approx(2000.0, rel=1e-4)
    assert water > 0.0
    dry_sensible, dry_water = sensible_and_water(2000.0, 27.0, 0.004, 0.15, 0.15)
    assert dry_water == 0.0
    assert dry_sensible == pytest.approx(2000.0, rel=1e-4)


def test_less_air_dries_more() -> None:
    def latent(flow_kg_s: float) -> float:
        sensible, water = sensible_and_water(900.0, 26.0, 0.013, flow_kg_s, 0.15)
        return 2.5e6 * water / (sensible + 2.5e6 * water)

    assert latent(0.06) > latent(0.1) > latent(0.2)


def test_drying_takes_a_greater_share_of_water_than_cooling() -> None:
    def latent(mode: float) -> float:
        house = driven(one("room_air_conditioner"), seconds=60.0)
        house.set(mode=mode, setpoint_c=26.0)
        house.outside = SUMMER
        house.rooms = rooms_at(air_c=27.0, ratio=0.016, relative=0.7)
        (acting,) = house.step(count=20).acting
        return -2.5e6 * acting.vapour_kg_s / (-2.5e6 * acting.vapour_kg_s - acting.convective_w)

    assert latent(3.0) > latent(2.0) > 0.0


def test_louder_fans_blow_more_and_drying_is_quiet() -> None:
    house = driven(one("room_air_conditioner"))
    house.set(mode=4.0)
    levels = []
    for level in range(1, 6):
        house.set(fan_level=float(level))
        levels.append(house.step(count=2).acting[0].sound_dba)
    assert levels == sorted(levels)
    assert levels[0] < 25.0 < 40.0 < levels[-1]


def test_saturation_is_that_of_physics() -> None:
    for celsius in (-20.0, -5.0, 0.0, 12.0, 35.0):
        vapour = saturation_pressure_pa(celsius)
        assert saturated_ratio(celsius) == pytest.approx(0.62194 * vapour / (101_325.0 - vapour), rel=1e-4)


def test_floor_heating_warms_the_floor_with_what_the_heat_pump_gives() -> None:
    house = driven(one("floor_heating"), seconds=300.0)
    house.set(on=1.0)
    device = house.the(FloorHeating)
    given = stored = 0.0
    for _ in range(50):
        step = house.step()
        assert heat_of(step) + device.stored_w == pytest.approx(step.electric_w + device.source_w, abs=1e-6)
        given, stored = given + heat_of(step), stored + device.stored_w
    assert given > 10 * abs(stored)
    house.rooms = replace(house.rooms, floor_temperature_c=np.array([29.5]))
    assert house.step(count=20).electric_w < 50.0  # the pump alone: the floor is as warm as it may be
