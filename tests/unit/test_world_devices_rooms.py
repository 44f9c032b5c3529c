"""Devices that move, light, filter, wet and dry: what they do to rooms, and that their energy is all somewhere."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from sumika.schema.house import Device, WorldSettings
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.devices import Demands, Devices, DevicesStep
from sumika.world.devices.indoor_machines import Appliance
from sumika.world.devices.ventilators import BalancedVentilation
from sumika.world.exchange import Acting, Outside
from tests.world_device_helpers import START, Driven, driven, heat_of, house_with, one, rooms_at


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("humidifier", {"on": 1.0, "humidity_setpoint": 0.7}),
        ("air_purifier", {"level": 3.0}),
        ("light", {"level": 0.8}),
        ("tv", {"on": 1.0}),
        ("appliance", {"on": 1.0}),
        ("blind", {"closed": 1.0}),
        ("window_opener", {"open": 1.0}),
    ],
)
def test_what_stands_in_a_room_leaves_all_its_electricity_there_as_heat(kind: str, settings: dict[str, float]) -> None:
    house = driven(one(kind, window="w"), seconds=7.0)
    house.set(**settings)
    for _ in range(10):
        step = house.step()
        assert step.electric_w > 0.0
        assert heat_of(step) == pytest.approx(step.electric_w, abs=1e-9)


def test_a_dehumidifier_gives_its_electricity_and_the_vapour_becomes_heat() -> None:
    house = driven(one("dehumidifier"))
    house.rooms = rooms_at(air_c=27.0, ratio=0.0134, relative=0.65)
    house.set(on=1.0, humidity_setpoint=0.5)
    step = house.step()
    (acting,) = step.acting
    assert heat_of(step) == pytest.approx(240.0)
    assert acting.vapour_kg_s * 3.6e6 == pytest.approx(-350.0)
    assert acting.convective_w > 240.0


def test_a_humidifier_runs_dry_and_says_so_until_it_is_filled() -> None:
    house = driven(one("humidifier", tank_l=0.5), seconds=300.0)
    house.set(on=1.0, humidity_setpoint=0.7)
    evaporated = sum(300.0 * house.step().acting[0].vapour_kg_s for _ in range(5))
    left = house.step(count=30).states["x"]["water_l"]
    assert left == 0.0
    assert 0.1 < evaporated <= 0.5 + 1e-9
    assert house.step().electric_w == 0.0
    assert house.tell("on", 1.0) == "the tank is empty"
    house.devices.tend("x")
    house.set(on=1.0)
    assert house.step(count=2).electric_w > 0.0


def test_a_dehumidifier_fills_up_and_stops() -> None:
    house = driven(one("dehumidifier", tank_l=0.2), seconds=300.0)
    house.rooms = rooms_at(air_c=27.0, ratio=0.0134, relative=0.65)
    house.set(on=1.0)
    dried = sum(-300.0 * sum(a.vapour_kg_s for a in house.step().acting) for _ in range(30))
    assert dried == pytest.approx(0.2)
    assert house.tell("on", 1.0) == "the tank is full"


def test_dead_band_keeps_a_humidifier_from_chattering() -> None:
    house = driven(one("humidifier"))
    house.set(on=1.0, humidity_setpoint=0.5)
    runs = []
    for relative in (0.4, 0.49, 0.50, 0.51, 0.58, 0.51, 0.50, 0.49, 0.4):
        house.rooms = rooms_at(relative=relative)
        runs.append(house.step().states["x"]["runs"])
    assert sum(a != b for a, b in pairwise(runs)) == 2


def test_a_filter_clogs_with_hours() -> None:
    house = driven(one("air_purifier", filter_h=200.0), seconds=3600.0)
    house.set(level=3.0)
    first = house.step(count=2).acting[0].clean_air_m3_s
    late = house.step(count=200).acting[0].clean_air_m3_s
    assert late < 0.55 * first
    house.devices.tend("x")
    assert house.step().acting[0].clean_air_m3_s > first * 0.99


def test_a_blind_takes_its_time_and_covers_its_window() -> None:
    house = driven(one("blind", window="south"), seconds=5.0)
    house.set(closed=1.0)
    course = [house.step().blinds_closed["south"] for _ in range(12)]
    assert course[0] < course[2] < 1.0 == course[-1]
    assert house.step().blinds_transmit["south"] == 0.25
    house.set(slat=1.0)
    assert 0.25 < house.step(count=2).blinds_transmit["south"] < 1.0


def test_a_long_step_gives_the_mean_of_the_way() -> None:
    house = driven(one("window_opener", window="south"), seconds=60.0)
    house.set(open=1.0)
    assert house.step().windows_open["south"] == pytest.approx(0.75)


def test_in_an_outage_a_window_stays_as_it_is() -> None:
    house = driven(one("window_opener", window="south"), seconds=60.0)
    house.set(open=1.0)
    house.step(count=2)
    house.devices.cut_power(house.now_s)
    assert house.step().windows_open["south"] == 1.0


def test_light_by_lumens_and_colour() -> None:
    house = driven(one("light"), seconds=10.0)
    house.set(level=1.0, colour_temperature_k=2700.0)
    (warm,) = house.step(count=2).acting
    assert warm.light_lux == pytest.approx(4000.0 * 0.6 / 20.0)
    house.set(colour_temperature_k=6500.0)
    (cold,) = house.step(count=2).acting
    assert cold.light_lux == warm.light_lux
    assert cold.light_melanopic_lux > 1.8 * warm.light_melanopic_lux


def test_an_appliance_stops_by_itself_after_its_programme() -> None:
    house = driven(one("appliance", run_s=1800.0, standby_w=0.0), seconds=300.0)
    house.set(on=1.0)
    used_j = sum(300.0 * house.step().electric_w for _ in range(12))
    assert used_j == pytest.approx(500.0 * 1800.0)
    assert house.step().states["x"]["on"] == 0.0


def test_an_appliance_says_that_it_waits_only_where_its_start_is_left_to_the_house() -> None:
    for waits in (False, True):
        described = msgspec.structs.replace(house_with(one("appliance")), world=WorldSettings(machines_wait=waits))
        house = Driven(Devices.of(described, 1, START), seconds=300.0)
        house.the(Appliance).loaded = True
        assert house.step().states["x"].get("waiting") == (1.0 if waits else None)
        house.set(on=1.0)
        assert house.step(count=2).states["x"].get("waiting") == (0.0 if waits else None)


def _ventilated(outside: Outside, air_c: float = 20.0, **settings: float) -> tuple[Driven, DevicesStep, Acting]:
    house = driven(one("balanced_ventilation"))
    house.set(**settings)
    house.outside, house.rooms = outside, rooms_at(air_c=air_c)
    step = house.step()
    supply = next(one for one in step.acting if one.supply_m3_s > 0.0)
    return house, step, supply


def test_balanced_ventilation_recovers_heat_and_moisture() -> None:
    house, step, supply = _ventilated(Outside(temperature_c=2.0, humidity_ratio=0.003))
    flow = sum(one.supply_m3_s for one in step.acting)
    assert flow == pytest.approx(150.0 / 3600.0)
    assert sum(one.extract_m3_s for one in step.acting) == pytest.approx(flow)
    assert supply.supply_temperature_c is not None
    gained_w = 1206.0 * flow * (supply.supply_temperature_c - 2.0)
    recovered_w = house.the(BalancedVentilation).recovered_w
    assert gained_w == pytest.approx(recovered_w + 0.5 * step.electric_w)
    assert recovered_w == pytest.approx(1206.0 * flow * 0.8 * 18.0)
    assert supply.supply_humidity_ratio == pytest.approx(0.003 + 0.6 * 0.003)


def test_frost_protection_holds_back_recovery_in_deep_cold() -> None:
    _, step, supply = _ventilated(Outside(temperature_c=-15.0, humidity_ratio=0.001))
    assert step.states["x"]["frost_protection"] == 1.0
    assert supply.supply_temperature_c is not None
    assert supply.supply_temperature_c < 0.8 * 35.0 - 15.0


@pytest.mark.parametrize(("ratings", "settings"), [({"heat_recovery": 0.0}, {}), ({}, {"bypass": 1.0})])
def test_what_recovers_nothing_has_no_frost_to_fear_in_a_freezing_house(
    ratings: dict[str, float], settings: dict[str, float]
) -> None:
    house = driven(Device(id="x", room="living", kind="balanced_ventilation", ratings=ratings))
    house.set(**settings)
    house.outside, house.rooms = Outside(temperature_c=-15.0, humidity_ratio=0.001), rooms_at(air_c=-5.0)
    step = house.step()
    assert step.states["x"]["frost_protection"] == 0.0
    supply = next(one for one in step.acting if one.supply_m3_s > 0.0)
    assert supply.supply_temperature_c == pytest.approx(-15.0, abs=0.6)


def test_it_bypasses_on_a_summer_night_or_when_told() -> None:
    for outside_c, air_c, settings in ((20.0, 27.0, {}), (2.0, 20.0, {"bypass": 1.0})):
        _, step, supply = _ventilated(Outside(temperature_c=outside_c, humidity_ratio=0.01), air_c, **settings)
        assert step.states["x"]["bypassed"] == 1.0
        assert supply.supply_temperature_c == pytest.approx(outside_c, abs=0.6)


def test_exhaust_fans_boost() -> None:
    house = driven(one("exhaust_fan"))
    (still,) = house.step().acting
    house.set(level=2.0)
    (boost,) = house.step(count=2).acting
    assert still.extract_m3_s == pytest.approx(60.0 / 3600.0)
    assert boost.extract_m3_s == pytest.approx(400.0 / 3600.0)
    assert boost.sound_dba > still.sound_dba
    house.set(level=0.0)
    assert house.step(count=2).acting == ()


def test_gas_for_cooking_brings_vapour_and_carbon_dioxide_and_electricity_does_not() -> None:
    house = driven(one("light"))
    base_w = house.step().electric_w
    gas = house.step(Demands(cooking_w={"living": 2000.0}, cooking_gas=True))
    assert gas.gas_w == pytest.approx(2000.0)
    assert gas.electric_w == pytest.approx(base_w)
    assert sum(one.co2_kg_s for one in gas.acting) * 3600.0 == pytest.approx(0.396)
    electric = house.step(Demands(cooking_w={"living": 2000.0}, plug_w={"living": 50.0}))
    assert electric.electric_w == pytest.approx(base_w + 2050.0)
    assert sum(one.co2_kg_s for one in electric.acting) == 0.0
    assert heat_of(electric) == pytest.approx(electric.electric_w)


def test_furniture_says_where_air_is_drawn() -> None:
    house = house_with(one("balanced_ventilation"))
    assert Driven(Devices.of(house, 0, START)).step().acting
    wet = Furniture(kind=FurnitureKind.TOILET, room="living", at_m=(1, 1))
    only_wet = type(house)(rooms=house.rooms, devices=house.devices, furniture=(wet,))
    step = Driven(Devices.of(only_wet, 0, START)).step()
    assert sum(one.supply_m3_s for one in step.acting) == pytest.approx(sum(one.extract_m3_s for one in step.acting))


def test_devices_of_one_kind_differ_by_their_own_noise() -> None:
    house = driven(*(Device(id=f"a{n}", room="living", kind="room_air_conditioner") for n in range(8)))
    house.rooms = rooms_at(air_c=20.25)
    shown = {state["room_temperature_c"] for state in house.step().states.values()}
    assert shown <= {19.5, 20.0, 20.5, 21.0}
    assert len(shown) > 1


def test_what_a_device_measures_drifts_with_the_years() -> None:
    house = driven(*(Device(id=f"a{n}", room="living", kind="room_air_conditioner") for n in range(100)))
    units = [house.devices.device(f"a{n}") for n in range(100)]
    house.step()

    def spread(seconds: float, count: int) -> float:
        house.seconds = seconds
        house.step(count=count)
        return float(np.std([unit.measured(20.0, offset=0.0, noise=0.0, step=0.001) for unit in units]))

    assert spread(60.0, 1) < 0.002
    assert spread(365.0 * 86_400.0 / 50, 50) == pytest.approx(0.05, rel=0.3)
