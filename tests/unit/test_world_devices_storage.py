"""Roof, battery and car: pvlib's numbers, round trips, limits, and a car that is away."""

from dataclasses import replace
from datetime import datetime, timedelta

import pvlib
import pytest

from sumika.schema.house import Device
from sumika.world.devices import Demands
from sumika.world.devices.storage import Store
from sumika.world.exchange import Outside
from tests.world_device_helpers import START, driven, one

NOON = Outside(
    temperature_c=10.0,
    humidity_ratio=0.004,
    sun_elevation_deg=35.0,
    sun_azimuth_deg=180.0,
    direct_normal_w_m2=800.0,
    diffuse_horizontal_w_m2=90.0,
    global_horizontal_w_m2=548.9,
)


def test_the_roof_gives_what_pvlib_says() -> None:
    house = driven(one("pv"))
    house.outside = NOON
    plane = pvlib.irradiance.get_total_irradiance(25, 180, 55, 180, 800, 548.9, 90, albedo=0.2)["poa_global"]
    cell_c = pvlib.temperature.faiman(plane, 10.0, 0.0)
    direct_w = pvlib.pvsystem.pvwatts_dc(plane, cell_c, 4000, -0.0035) * 0.89
    expected = pvlib.inverter.pvwatts(direct_w, 4000 / 0.96, 0.96)
    step = house.step()
    assert step.pv_w == pytest.approx(expected)
    assert 2500.0 < step.pv_w < 4000.0
    assert step.grid_w == pytest.approx(-step.pv_w)


def test_nothing_at_night_and_less_on_a_wrong_roof() -> None:
    house = driven(one("pv"))
    assert house.step().pv_w == 0.0
    house.outside = NOON
    north = driven(one("pv", azimuth_deg=0.0))
    north.outside = NOON
    assert 0.0 < north.step().pv_w < 0.7 * house.step().pv_w


def test_heat_costs_the_roof_power() -> None:
    house = driven(one("pv"))
    house.outside = NOON
    cool = house.step().pv_w
    house.outside = replace(NOON, temperature_c=35.0)
    assert 0.88 * cool < house.step().pv_w < 0.95 * cool


def test_a_round_trip_costs_its_share() -> None:
    store = Store(1000.0, 0.9, 0.0, 0.0)
    taken = sum(store.run(10.0, 1.0) for _ in range(50))
    given = -sum(store.run(-10.0, 1.0) for _ in range(100))
    assert given == pytest.approx(0.9 * taken)


def test_a_battery_holds_its_limits() -> None:
    house = driven(one("battery"), seconds=600.0)
    house.set(mode=2.0, power_w=4000.0)
    assert house.step(count=20).states["x"]["charge"] == 1.0
    assert house.step().battery_w == pytest.approx(0.0, abs=1e-6)
    assert house.tell("power_w", 1000.0) == "full"
    house.set(power_w=-4000.0)
    assert house.step(count=20).states["x"]["charge"] == pytest.approx(0.1)
    assert house.step().battery_w == pytest.approx(0.0, abs=1e-6)
    assert house.tell("power_w", -1000.0) == "empty"
    assert "at most 4000" in house.tell("power_w", 9000.0)


def test_a_battery_keeps_the_roofs_power_for_the_house() -> None:
    house = driven(one("battery"), Device(id="pv", room="living", kind="pv"), seconds=300.0)
    house.outside = NOON
    day = house.step()
    assert day.battery_w == pytest.approx(day.pv_w)
    assert day.grid_w == pytest.approx(0.0)
    house.outside = Outside(temperature_c=5.0, humidity_ratio=0.004)
    night = house.step(Demands(plug_w={"living": 700.0}))
    assert night.battery_w == pytest.approx(-700.0)
    assert night.grid_w == pytest.approx(0.0)


def test_the_car_is_away_on_working_days_and_comes_home_emptier() -> None:
    house = driven(one("ev_charger"), seconds=600.0)
    house.set(mode=2.0)
    house.step()
    charge, away_h = [], []
    for _ in range(5 * 144):
        at = START + timedelta(seconds=house.now_s)
        step = house.step()
        charge.append(step.states["x"]["charge"])
        if not step.states["x"]["at_home"]:
            away_h.append((at.weekday(), at.hour))
            assert step.car_w == 0.0
            assert "away" in house.tell("power_w", 3000.0)
    assert {hour for day, hour in away_h if day < 5} >= {9, 12, 17}
    assert all(7 <= hour <= 20 for _, hour in away_h)
    assert charge[-1] < charge[0]


def test_the_car_charges_at_night_by_itself_and_gives_back_when_told() -> None:
    house = driven(one("ev_charger"), seconds=600.0)
    charged_h = set()
    for _ in range(2 * 144):
        at: datetime = START + timedelta(seconds=house.now_s)
        if house.step().car_w > 0.0:
            charged_h.add(at.hour)
    assert charged_h
    assert all(hour >= 23 or hour < 7 for hour in charged_h)
    house = driven(one("ev_charger"))
    assert "away" in house.tell("power_w", -3000.0)  # at six in the evening it is not home yet
    house.step(count=150)
    house.set(mode=2.0, power_w=-3000.0)
    assert house.step().car_w == pytest.approx(-3000.0)
    assert "less than" in house.tell("power_w", 500.0)
    assert driven(one("ev_charger", both_ways=0.0)).tell("power_w", -3000.0) == "it cannot give power back"
