"""Hot water and radiators: tanks close their balance and run out, radiators follow EN 442."""

from dataclasses import replace

import numpy as np
import pytest

from sumika.schema.house import Device
from sumika.world.devices import Demands
from sumika.world.devices.boiler import Boiler, radiator_w
from sumika.world.devices.water_heater import HeatPumpWaterHeater, Tank, co2_cop
from tests.world_device_helpers import driven, heat_of, one, rooms_at


def test_a_tank_closes_its_balance_through_days_of_use() -> None:
    house = driven(one("heat_pump_water_heater"), seconds=300.0)
    device = house.the(HeatPumpWaterHeater)
    begin_j, flows_j = device.tank.heat_j(), 0.0
    rng = np.random.default_rng(3)
    for _ in range(3 * 288):
        step = house.step(Demands(hot_water_l={"living": 40.0 * (rng.random() < 0.05)}))
        heat_w = step.power_w["x"] - 5.0 + device.source_w
        flows_j += 300.0 * (heat_w - device.drawn_w - device.loss_w)
        assert 0.0 <= device.tank.hot_l <= device.tank.litres
    moved_j = 3.6e6 * 10.0
    assert device.tank.heat_j() - begin_j == pytest.approx(flows_j, abs=1e-6 * moved_j)


def test_mixing_moves_heat_but_loses_none() -> None:
    tank = Tank(370.0, 65.0, 12.0, 0.5)
    before = tank.heat_j()
    assert tank.cool(0.0, 10.0, 86_400.0) == pytest.approx(0.0)
    assert tank.heat_j() == pytest.approx(before)
    assert tank.hot_c < 65.0
    assert tank.cold_c > 12.0


def test_it_heats_at_night_and_is_ready_in_the_morning() -> None:
    house = driven(one("heat_pump_water_heater"), seconds=300.0)
    heated_h, ready = [], 0.0
    for number in range(96 * 12):
        hour = (18.0 + number / 12.0) % 24.0
        evening = 19.0 <= hour < 21.0
        step = house.step(Demands(hot_water_l={"living": 6.0 if evening else 0.0}))
        if step.power_w["x"] > 100.0:
            heated_h.append(hour)
        if hour == 7.0:
            ready = step.states["x"]["hot_water_l"]
    assert heated_h
    assert all(hour >= 23.0 or hour < 7.0 for hour in heated_h)
    assert ready > 120.0  # two evenings of 72 litres of hot water nearly


def test_two_heaters_share_what_is_drawn() -> None:
    kind = "heat_pump_water_heater"

    def drawn_w(*heaters: Device) -> float:
        house = driven(*heaters)
        house.step(Demands(hot_water_l={"living": 20.0}))
        devices = [house.devices.device(heater.id) for heater in heaters]
        return sum(device.drawn_w for device in devices if isinstance(device, HeatPumpWaterHeater))

    assert drawn_w(one(kind), Device(id="second", room="living", kind=kind)) == pytest.approx(drawn_w(one(kind)))


def test_it_can_run_out_and_heats_by_day_then() -> None:
    house = driven(one("heat_pump_water_heater"), seconds=300.0)
    missing = [house.step(Demands(hot_water_l={"living": 60.0})).states["x"]["missing_l"] for _ in range(12)]
    assert missing[0] == 0.0
    assert missing[-1] > 10.0
    assert house.step().power_w["x"] > 500.0  # at seven in the evening


def test_efficiency_falls_in_the_cold_with_warm_inlet_and_with_hot_outlet() -> None:
    assert co2_cop(16.0, 17.0, 65.0, 3.7) == pytest.approx(3.7)
    assert co2_cop(2.0, 9.0, 65.0, 3.7) < 3.7
    assert co2_cop(16.0, 45.0, 65.0, 3.7) < 3.7
    assert co2_cop(16.0, 17.0, 90.0, 3.7) < 3.7


def test_a_radiator_follows_its_exponent() -> None:
    rated = radiator_w(1200.0, 1.3, 70.0, 20.0)
    assert rated == pytest.approx(1200.0)
    assert radiator_w(1200.0, 1.3, 45.0, 20.0) == pytest.approx(1200.0 * 0.5**1.3)
    assert radiator_w(1200.0, 1.3, 19.0, 20.0) == 0.0


def test_radiators_give_what_the_boiler_burns_less_the_flue() -> None:
    house = driven(one("boiler"), Device(id="r", room="living", kind="radiator"), seconds=300.0)
    house.set(on=1.0)
    house.rooms = rooms_at(air_c=17.0)
    step = house.step(count=20)
    boiler = house.the(Boiler)
    assert step.gas_w > 500.0
    assert heat_of(step) == pytest.approx(step.gas_w + step.electric_w - boiler.flue_w)
    assert 0.0 <= boiler.flue_w < 0.2 * step.gas_w
    assert house.tell("valve", 0.0, device="r") == ""
    assert house.step(count=2).gas_w == 0.0


def test_radiators_share_what_a_small_boiler_has() -> None:
    many = [Device(id=f"r{n}", room="living", kind="radiator") for n in range(6)]
    house = driven(one("boiler", heating_w=3000.0), *many, seconds=300.0)
    house.set(on=1.0, supply_temp_c=75.0)
    house.rooms = rooms_at(air_c=10.0)
    house.step(count=20)
    assert house.the(Boiler).heat_w == pytest.approx(3000.0)


def test_a_condensing_boiler_gains_from_cool_water() -> None:
    boiler = driven(one("boiler")).the(Boiler)
    assert boiler.efficiency(30.0, 1.0) > boiler.efficiency(60.0, 1.0)
    assert boiler.efficiency(30.0, 0.1) < boiler.efficiency(30.0, 1.0)


def test_valves_close_as_the_room_warms_up() -> None:
    house = driven(one("boiler"), Device(id="r", room="living", kind="radiator"), seconds=300.0)
    house.set(on=1.0)
    heats = []
    for air_c in (18.0, 20.0, 22.0):
        house.rooms = replace(house.rooms, air_temperature_c=np.array([air_c]))
        house.step(count=30)
        heats.append(house.the(Boiler).heat_w)
    assert heats[0] > heats[1] > heats[2] == pytest.approx(0.0, abs=1.0)
