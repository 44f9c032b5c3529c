"""Entities of Home Assistant as settings and readings, without one: what demo devices do not have."""

import asyncio
from typing import Any, cast

import pytest

from sumika.actuate.base import CannotError
from sumika.actuate.home_assistant.handles import ServiceCall
from sumika.actuate.home_assistant.parts import DeviceParts
from sumika.actuate.home_assistant.scanning import found_devices, kind_of
from sumika.clock import Instant
from sumika.links.home_assistant import EntityState, Session, measured_by, said
from sumika.schema import AirSample, DeviceState, Presence, UsageError, WeatherSample
from sumika.schema.house import Device, Sensor
from sumika.sensors.air.home_assistant.reader import HomeAssistantSensors

NOW = Instant(0, 0, "boot")


def entity(entity_id: str, state: str = "on", degrees: str = "°C", **attributes: Any) -> EntityState:
    return EntityState(entity_id=entity_id, state=state, attributes=attributes, degrees=degrees)


def parts(kind: str, address: str, **mapping: str) -> DeviceParts:
    return DeviceParts.of(Device(id="d", room="r", kind=kind, address=address, mapping=mapping))


def call(device: DeviceParts, setting: str, value: float, *entities: EntityState) -> ServiceCall | None:
    return device.call(setting, value, {one.entity_id: one for one in entities})[1]


def state(device: DeviceParts, *entities: EntityState) -> DeviceState:
    return device.state({one.entity_id: one for one in entities}, NOW)


BOTH = entity(
    "climate.a", "heat_cool", hvac_modes=["off", "heat_cool", "heat", "cool"], hvac_action="cooling",
    temperature=None, target_temp_low=20, target_temp_high=24, min_temp=7, max_temp=35,
)  # fmt: skip


def test_a_climate_between_two_temperatures_is_moved_as_a_whole() -> None:
    aircon = parts("room_air_conditioner", "climate.a")
    assert call(aircon, "setpoint_c", 23.0, BOTH) == (
        "climate.set_temperature",
        {"target_temp_low": 21.0, "target_temp_high": 25.0},
    )
    said = state(aircon, BOTH)
    assert (said.values["setpoint_c"], said.values["mode"], said.values["runs"]) == (22.0, 2.0, 1.0)
    for mode in (3, 4, 1.5):
        with pytest.raises(CannotError, match="no mode"):
            call(aircon, "mode", mode, BOTH)
    assert call(aircon, "mode", 1, BOTH) == ("climate.set_hvac_mode", {"hvac_mode": "heat"})


def test_what_a_device_does_not_reach_is_brought_to_what_it_does() -> None:
    heating = entity("climate.h", "heat", temperature=20, min_temp=15, max_temp=25, hvac_modes=["off", "heat"])
    radiator = parts("radiator", "climate.h")
    assert call(radiator, "setpoint_c", 30.0, heating) == ("climate.set_temperature", {"temperature": 25.0})
    plain_fan = entity("fan.f", "on", supported_features=0)
    ventilation = parts("balanced_ventilation", "fan.f")
    assert call(ventilation, "level", 2, plain_fan) == ("fan.turn_on", {})
    assert call(ventilation, "level", 0, plain_fan) == ("fan.turn_off", {})
    assert state(ventilation, plain_fan).values == {"level": 1.0}


def test_a_plain_fan_that_is_told_a_boost_is_at_it_while_it_is_on() -> None:
    on, off = (entity("fan.f", word, supported_features=48) for word in ("on", "off"))
    fan = parts("exhaust_fan", "fan.f")
    fan.rounding.ask("level", 2.0)
    assert state(fan, off).values == {"level": 0.0}
    assert state(fan, on).values == {"level": 2.0}
    assert state(fan, off).values == {"level": 0.0}  # a hand
    assert state(fan, on).values == {"level": 1.0}


def test_the_fastest_speed_of_a_select_is_our_highest_level() -> None:
    purifier = parts("air_purifier", "select.speed")
    nine = ["off", *"123456789", "auto"]
    fast = entity("select.speed", "4", options=nine)
    assert call(purifier, "level", 3, fast) == ("select.select_option", {"option": "9"})
    assert state(purifier, fast).values == {"level": 2.0}
    assert state(purifier, entity("select.speed", "auto", options=nine)).values == {}


def test_a_boiler_is_switched_by_its_climate() -> None:
    boiler = parts("boiler", "climate.b")
    heats = entity("climate.b", "heat", hvac_modes=["off", "heat"], temperature=55, min_temp=30, max_temp=75)
    assert call(boiler, "on", 0, heats) == ("climate.set_hvac_mode", {"hvac_mode": "off"})
    assert call(boiler, "supply_temp_c", 60, heats) == ("climate.set_temperature", {"temperature": 60})
    assert state(boiler, heats).values == {"on": 1.0, "supply_temp_c": 55.0}
    with pytest.raises(CannotError, match="cannot be switched to 1"):
        call(boiler, "on", 1, entity("climate.b", "cool", hvac_modes=["off", "cool"]))


def test_numbers_keep_their_units_and_limits() -> None:
    car = parts("ev_charger", "switch.car", power_w="number.car_kw", mode="select.car | Stop, Night, Now")
    power = entity("number.car_kw", "3.5", unit_of_measurement="kW", min=0, max=7, step=0.1)
    mode = entity("select.car", "Night", options=["Stop", "Night", "Now"])
    switch = entity("switch.car")
    assert call(car, "power_w", 4200, power, switch) == ("number.set_value", {"value": 4.2})
    assert call(car, "power_w", -3000, power, switch) == ("number.set_value", {"value": 0.0})
    said = state(car, power, mode, switch)
    assert said.values == {"power_w": 3500.0, "mode": 1.0}
    wrong = entity("number.car_kw", "3.5", unit_of_measurement="kWh", min=0, max=7)
    with pytest.raises(CannotError, match="does not measure"):
        call(car, "power_w", 4200, wrong, switch)
    assert "power_w" not in state(car, wrong, switch).values


def test_power_is_drawn_or_given_or_to_be_set() -> None:
    roof = state(parts("pv", "sensor.roof"), entity("sensor.roof", "2.5", unit_of_measurement="kW"))
    assert (roof.power_w, roof.values) == (-2500.0, {"pv_w": 2500.0})
    tv = state(
        parts("tv", "media_player.tv", power_w="sensor.tv"),
        entity("media_player.tv", "standby"),
        entity("sensor.tv", "12", unit_of_measurement="W"),
    )
    assert (tv.power_w, tv.values) == (12.0, {"on": 0.0})


def test_a_machine_that_waits_to_be_started_says_so() -> None:
    washer = parts(
        "appliance",
        "switch.washer",
        waiting="sensor.washer | Idle, Waiting to start",
        done_by_h="input_number.washer_done_by",
    )
    switch, hour = (
        entity("switch.washer", "off"),
        entity("input_number.washer_done_by", "17.5", unit_of_measurement="h"),
    )
    loaded, idle = entity("sensor.washer", "Waiting to start"), entity("sensor.washer", "Idle")
    assert state(washer, switch, loaded, hour).values == {"on": 0.0, "waiting": 1.0, "done_by_h": 17.5}
    assert state(washer, switch, idle, hour).values["waiting"] == 0.0
    assert call(washer, "on", 1.0, switch, loaded, hour) == ("switch.turn_on", {})
    dryer = parts("appliance", "switch.dryer", waiting="binary_sensor.dryer_remote_start")
    remote = entity("binary_sensor.dryer_remote_start", "on")
    assert state(dryer, entity("switch.dryer", "off"), remote).values == {"on": 0.0, "waiting": 1.0}


def test_valves_and_tilts() -> None:
    valve = entity("valve.v", "open", current_position=40, supported_features=7)
    radiator = parts("radiator", "climate.r", valve="valve.v")
    assert call(radiator, "valve", 0.25, valve) == ("valve.set_valve_position", {"position": 25})
    blind = parts("blind", "cover.c")
    no_tilt = entity("cover.c", "open", current_position=100, supported_features=7)
    with pytest.raises(CannotError, match="tilt"):
        call(blind, "slat", 0.5, no_tilt)
    assert call(blind, "closed", 0.25, no_tilt) == ("cover.set_cover_position", {"position": 75})
    assert state(blind, no_tilt).values == {"closed": 0.0}


def test_an_unknown_state_is_no_value_and_no_fault() -> None:
    lamp = parts("light", "light.l")
    unknown = state(lamp, entity("light.l", "unknown"))
    assert (unknown.available, unknown.values) == (True, {})
    gone = state(lamp, entity("light.l", "unavailable"))
    assert (gone.available, gone.values) == (False, {})
    with pytest.raises(CannotError, match="does not reach"):
        call(lamp, "level", 1, entity("light.l", "unavailable"))


@pytest.mark.parametrize(
    ("kind", "address", "mapping", "match"),
    [
        ("light", "", {}, "names no entity"),
        ("light", "lamp", {}, "names no entity"),
        ("boiler", "switch.b", {"supply_temp_c": "sensor.flow"}, "cannot be set on sensor.flow"),
        ("light", "light.l", {"level": "| a"}, "names no place"),
    ],
)
def test_lines_that_cannot_be_are_named(kind: str, address: str, mapping: dict[str, str], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        parts(kind, address, **mapping)


def test_locks_and_alarms_are_never_told_anything() -> None:
    for kind, address in (("lock", "lock.front"), ("appliance", "lock.front"), ("light", "alarm_control_panel.a")):
        device = parts(kind, address)
        assert device.settings == {}
        with pytest.raises(CannotError, match="no on that can be set"):
            call(device, "on", 1, entity(address))


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (entity("climate.a", hvac_modes=["heat"]), "radiator"),
        (entity("climate.a", hvac_modes=["heat", "cool"]), "room_air_conditioner"),
        (entity("cover.a", device_class="garage"), ""),
        (entity("cover.a", device_class="window"), "window_opener"),
        (entity("fan.a", friendly_name="空気清浄機"), "air_purifier"),
        (entity("fan.a", friendly_name="HRV"), "balanced_ventilation"),
        (entity("media_player.a", device_class="speaker"), ""),
        (entity("vacuum.a"), ""),
    ],
)
def test_kinds_are_guessed_and_doors_are_nobodys_business(one: EntityState, kind: str) -> None:
    assert kind_of(one) == kind


def readings(kind: str, address: str, *states: EntityState, **mapping: str) -> list[Any]:
    reader = HomeAssistantSensors([Sensor(id="s", room="r", kind=kind, address=address, mapping=mapping)])
    return [message for one in states for message in reader.read(one, NOW)]


def test_people_at_home_are_in_some_room_and_people_away_in_none() -> None:
    for words, probabilities in (
        (("home", "not_home", "work", "unavailable"), [None, 0.0, 0.0, None]),
        (("0", "2"), None),
    ):
        address = "person.anna" if probabilities else "zone.home"
        told = readings("presence", address, *(entity(address, word) for word in words))
        assert all(isinstance(message, Presence) for message in told)
        assert [message.probability for message in told] == (probabilities or [0.0, None])


class Scanned:
    """A Home Assistant that shows its entities, and none of its registries."""

    def __init__(self, states: dict[str, EntityState]) -> None:
        self.states = states

    async def ask(self, kind: str) -> bytes:
        return b"[]"

    async def refresh(self) -> None:
        pass


def test_windows_smoke_and_doors() -> None:
    (window,) = readings("window", "binary_sensor.w", entity("binary_sensor.w", device_class="window"))
    assert isinstance(window, AirSample)
    assert window.window_open == 1.0
    (smoke,) = readings("air", "binary_sensor.s", entity("binary_sensor.s", "off", device_class="smoke"))
    assert smoke.smoke is False
    assert readings("door", "binary_sensor.d", entity("binary_sensor.d", device_class="door")) == []
    (mapped,) = readings("air", "", entity("cover.x", "open"), window_open="cover.x")
    assert mapped.window_open == 1.0
    with pytest.raises(UsageError, match="kind: weather"):
        readings("air", "weather.home")


def test_a_scan_takes_no_door_for_a_window() -> None:
    classes = ("door", "garage_door", "window", "opening")
    states = {f"binary_sensor.{one}": entity(f"binary_sensor.{one}", device_class=one) for one in classes}
    session = cast("Session", Scanned(states))
    found = {one.address.partition(".")[2]: one.measures for one in asyncio.run(found_devices(session))}
    assert found == {
        "door": ("door_open",),
        "garage_door": ("door_open",),
        "window": ("window_open",),
        "opening": ("window_open",),
    }


def test_entities_say_what_they_measure_by_class_or_unit() -> None:
    assert measured_by(entity("sensor.a", "1", unit_of_measurement="°F")) == "temperature_c"
    assert measured_by(entity("sensor.a", "1", device_class="battery", unit_of_measurement="%")) == ""
    assert measured_by(entity("sensor.a", "1", device_class="pm25")) == "pm2_5_ug_m3"
    assert said(entity("sensor.a", "nan"), "co2_ppm") is None
    assert said(entity("sensor.a", "1e400"), "co2_ppm") is None
    assert said(entity("sensor.a", "twelve"), "co2_ppm") is None
    assert said(entity("sensor.a", "150", unit_of_measurement="ppb"), "voc_ug_m3") is None


def test_humidity_is_in_per_cent_and_degrees_are_the_houses_where_no_unit_stands_beside_them() -> None:
    weather = entity("weather.home", "cloudy", humidity=55, temperature=20.0, temperature_unit="°C")
    (outside,) = readings("weather", "weather.home", weather)
    assert isinstance(outside, WeatherSample)
    assert outside.relative_humidity == pytest.approx(0.55)
    assert outside.temperature_c == 20.0
    climate = entity("climate.a", "heat", degrees="°F", current_humidity=40, current_temperature=68)
    (air,) = readings(
        "air",
        "",
        climate,
        relative_humidity="climate.a#current_humidity",
        temperature_c="climate.a#current_temperature",
    )
    assert isinstance(air, AirSample)
    assert air.relative_humidity == pytest.approx(0.4)
    assert air.temperature_c == pytest.approx(20.0)
    (told,) = readings("air", "", entity("sensor.x", humidity=0.4), relative_humidity="sensor.x#humidity [1]")
    assert isinstance(told, AirSample)
    assert told.relative_humidity == pytest.approx(0.4)
