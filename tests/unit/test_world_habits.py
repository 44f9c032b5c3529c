"""What residents do with their devices when nobody clever drives them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from sumika.schema.house import Device, House, Room, WorldSettings
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.devices import Devices, Habits
from sumika.world.devices.habits import TRIES_AGAIN_S
from sumika.world.devices.indoor_machines import Appliance
from sumika.world.devices.moisture import Humidifier
from sumika.world.exchange import Doing, Outside, RoomsNow
from tests.world_device_helpers import START, rooms_at

KINDS = {
    "aircon": "room_air_conditioner",
    "lamp": "light",
    "hood": "exhaust_fan",
    "shade": "blind",
    "purifier": "air_purifier",
    "moist": "humidifier",
    "dry": "dehumidifier",
    "screen": "tv",
    "opener": "window_opener",
    "burner": "boiler",
    "floor": "floor_heating",
    "whole": "whole_house_air_conditioner",
}
NIGHT = Outside(temperature_c=2.0, humidity_ratio=0.004)


def a_house() -> House:
    rooms = (
        Room(id="living", floor_m=((0, 0), (5, 0), (5, 4), (0, 4))),
        Room(id="bathroom", floor_m=((5, 0), (7, 0), (7, 2), (5, 2))),
    )
    devices = [Device(id=name, room="living", kind=kind, window="south") for name, kind in KINDS.items()]
    devices.append(Device(id="bath_fan", room="bathroom", kind="exhaust_fan"))
    furniture = (
        Furniture(kind=FurnitureKind.KITCHEN, room="living", at_m=(1, 1)),
        Furniture(kind=FurnitureKind.BATH, room="bathroom", at_m=(6, 1)),
    )
    return House(rooms=rooms, devices=tuple(devices), furniture=furniture)


def orders(
    habits: Habits,
    activity: str = "",
    room: str = "living",
    *,
    at: datetime = START,
    outside: Outside | None = NIGHT,
    rooms: RoomsNow | None = None,
) -> dict[tuple[str, str], float]:
    doing = {"aoi": Doing(start_s=0.0, activity=activity, room=room)} if activity else {}
    where = {"aoi": room} if activity else {}
    told = habits.commands(at, rooms or rooms_at(2, air_c=15.0), where, doing, outside)
    return {(device, setting): value for device, setting, value in told}


def test_somebody_cold_in_the_dark_heats_and_lights() -> None:
    told = orders(Habits.of(a_house()), "watching_tv", rooms=replace(rooms_at(2, air_c=15.0)))
    assert told["aircon", "mode"] == 1.0
    assert told["aircon", "setpoint_c"] == 21.0
    assert told["lamp", "level"] > 0.0
    assert told["shade", "closed"] == 1.0
    assert told["screen", "on"] == 1.0


def test_nobody_in_the_room_no_light_no_heat() -> None:
    told = orders(Habits.of(a_house()))
    assert told["aircon", "mode"] == 0.0
    assert told["lamp", "level"] == 0.0


def test_heating_goes_on_for_a_while_after_they_left() -> None:
    habits = Habits.of(a_house())
    orders(habits, "reading")
    assert ("aircon", "mode") not in orders(habits, at=START + timedelta(minutes=5))
    assert orders(habits, at=START + timedelta(minutes=20))["aircon", "mode"] == 0.0


def test_sleepers_have_it_dark() -> None:
    assert orders(Habits.of(a_house()), "sleeping")["lamp", "level"] == 0.0


def test_light_goes_where_it_is_wanted() -> None:
    doing, where = {"aoi": Doing(start_s=0.0, activity="reading", room="living")}, {"aoi": "living"}
    for wanted, level in ((("living",), 0.9), ((), 0.0)):
        told = Habits.of(a_house()).commands(START, rooms_at(2), where, doing, NIGHT, wants_light=wanted)
        assert ("lamp", "level", level) in told


def test_who_finds_a_way_lit_at_night_reaches_for_no_switch() -> None:
    at = START.replace(hour=2)
    dim = replace(rooms_at(2), illuminance_lux=np.array([5.0, 0.0]))
    habits = Habits.of(a_house())
    habits.lit_by_house = {"lamp"}
    assert ("lamp", "level") not in orders(habits, "toilet", at=at, rooms=dim)
    in_the_dark = Habits.of(a_house())
    in_the_dark.lit_by_house = {"lamp"}
    dark = replace(rooms_at(2), illuminance_lux=np.zeros(2))
    assert orders(in_the_dark, "toilet", at=at, rooms=dark)["lamp", "level"] > 0.0
    assert orders(Habits.of(a_house()), "toilet", at=at, rooms=dim)["lamp", "level"] > 0.0


def test_heat_waves_are_cooled() -> None:
    summer = Outside(temperature_c=33.0, humidity_ratio=0.018, sun_elevation_deg=60.0, direct_normal_w_m2=700.0)
    told = orders(Habits.of(a_house()), "reading", outside=summer, rooms=rooms_at(2, air_c=30.0))
    assert told["aircon", "mode"] == told["whole", "mode"] == 2.0
    assert told["shade", "closed"] == 0.7
    assert told["burner", "on"] == 0.0


def test_cooking_runs_the_hood_and_bathing_the_bath_fan_long_after() -> None:
    habits = Habits.of(a_house())
    assert orders(habits, "cooking")["hood", "level"] == 2.0
    assert orders(habits, "bathing", "bathroom", at=START + timedelta(minutes=30))["bath_fan", "level"] == 2.0
    later = orders(habits, at=START + timedelta(minutes=90))
    assert later["bath_fan", "level"] == 2.0
    assert later["hood", "level"] == 1.0
    assert orders(habits, at=START + timedelta(minutes=240))["bath_fan", "level"] == 1.0


def test_windows_open_on_a_mild_evening_and_not_in_rain() -> None:
    mild = Outside(temperature_c=20.0, humidity_ratio=0.01)
    warm = rooms_at(2, air_c=26.0)
    assert orders(Habits.of(a_house()), "reading", outside=mild, rooms=warm)["opener", "open"] > 0.0
    wet = replace(mild, rain_mm_h=2.0)
    assert orders(Habits.of(a_house()), "reading", outside=wet, rooms=warm)["opener", "open"] == 0.0
    assert orders(Habits.of(a_house()), "reading", outside=None, rooms=warm)["opener", "open"] == 0.0


def test_smoke_turns_the_purifier_up() -> None:
    smoke = replace(rooms_at(2), pm2_5_ug_m3=np.array([90.0, 10.0]))
    assert orders(Habits.of(a_house()), "cooking", rooms=smoke)["purifier", "level"] == 3.0


def test_the_colder_it_is_the_warmer_is_the_boilers_water() -> None:
    def supply(outside_c: float) -> float:
        return orders(Habits.of(a_house()), outside=replace(NIGHT, temperature_c=outside_c))["burner", "supply_temp_c"]

    assert supply(-10.0) > supply(0.0) > supply(10.0)


def test_only_news_is_told_and_what_was_refused_is_asked_again() -> None:
    habits = Habits.of(a_house())
    first = orders(habits, "reading")
    assert first
    assert not orders(habits, "reading", at=START + timedelta(minutes=5))
    assert orders(habits, "reading", at=START + timedelta(seconds=TRIES_AGAIN_S + 60)) == first


def test_a_device_can_be_left_to_somebody_else() -> None:
    habits = Habits.of(a_house())
    habits.off.add("aircon")
    told = orders(habits, "reading")
    assert not any(device == "aircon" for device, _ in told)
    assert any(device == "lamp" for device, _ in told)


@dataclass
class _Wish:
    device_kind: str = "room_air_conditioner"
    room: str = "living"
    setting: str = "setpoint_c"
    change: float = 1.5


def test_a_wish_shifts_the_usual_and_wears_off() -> None:
    habits = Habits.of(a_house())
    assert orders(habits, "reading")["aircon", "setpoint_c"] == 21.0
    habits.hear(_Wish())
    assert orders(habits, "reading", at=START + timedelta(minutes=1))["aircon", "setpoint_c"] == 22.5
    assert orders(habits, "reading", at=START + timedelta(hours=5))["aircon", "setpoint_c"] == 21.0
    habits.hear(_Wish(room="attic"))
    habits.hear(_Wish(setting="magic"))
    habits.hear(_Wish(change=100.0))
    assert orders(habits, "reading", at=START + timedelta(hours=5.1))["aircon", "setpoint_c"] == 31.0


def test_whoever_is_up_fills_the_tanks_in_the_morning() -> None:
    house = a_house()
    habits, devices = Habits.of(house), Devices.of(house, 0, START)
    tank = devices.device("moist")
    assert isinstance(tank, Humidifier)
    tank.water_kg = 0.0
    morning: datetime = START.replace(hour=8)
    habits.tend(devices, morning, {"aoi": Doing(start_s=0.0, activity="sleeping", room="living")})
    assert tank.water_kg == 0.0
    habits.tend(devices, morning, {"aoi": Doing(start_s=0.0, activity="breakfast", room="living")})
    assert tank.water_kg == 4.0


def a_house_with_a_dishwasher(*, machines_wait: bool = True) -> tuple[Habits, Devices]:
    dishwasher = Device(id="dishwasher", room="living", kind="appliance", ratings={"run_s": 3600.0, "done_by_h": 7.0})
    house = a_house()
    house = msgspec.structs.replace(
        house, devices=(*house.devices, dishwasher), world=WorldSettings(machines_wait=machines_wait)
    )
    return Habits.of(house), Devices.of(house, 0, START)


def doing(activity: str) -> dict[str, Doing]:
    return {"aoi": Doing(start_s=0.0, activity=activity, room="living")}


def dishwasher(devices: Devices) -> Appliance:
    machine = devices.device("dishwasher")
    assert isinstance(machine, Appliance)
    return machine


def test_who_does_the_dishes_loads_the_machine_once_a_day_and_leaves_its_start_to_the_house() -> None:
    habits, devices = a_house_with_a_dishwasher()
    told = []
    for hours, activity in ((-9, "dishes"), (0, "reading"), (0, "dishes"), (1, "dishes"), (24, "dishes")):
        habits.load(devices, START + timedelta(hours=hours), doing(activity))
        told.append(dishwasher(devices).loaded)
        dishwasher(devices).loaded = False
    assert told == [False, False, True, False, True]
    assert dishwasher(devices).setting("on") == 0.0


def test_what_the_house_has_not_started_in_time_is_started_by_hand() -> None:
    habits, devices = a_house_with_a_dishwasher()
    habits.load(devices, START, doing("dishes"))
    for hours, activity, on in ((12.9, "dressing", 0.0), (13.2, "sleeping", 0.0), (13.2, "dressing", 1.0)):
        habits.load(devices, START + timedelta(hours=hours), doing(activity))
        assert dishwasher(devices).setting("on") == on


def test_nobody_loads_anything_where_it_is_not_left_to_the_house() -> None:
    habits, devices = a_house_with_a_dishwasher(machines_wait=False)
    habits.load(devices, START, doing("dishes"))
    assert not dishwasher(devices).loaded


@pytest.mark.parametrize("activity", ["reading", "sleeping", "cooking", "away", ""])
def test_all_that_is_told_is_taken(activity: str) -> None:
    house = a_house()
    habits, devices = Habits.of(house), Devices.of(house, 0, START)
    for hours in range(48):
        at = START + timedelta(hours=hours)
        for air_c in (10.0, 20.0, 32.0):
            told = orders(habits, activity, at=at, rooms=rooms_at(2, air_c=air_c, relative=0.5))
            for (device, setting), value in told.items():
                assert devices.device(device).panel.check(setting, value) == ""
