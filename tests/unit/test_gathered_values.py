"""Values of one sensor that come one by one: none of them is told as new because another one came."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aioesphomeapi.model import BinarySensorInfo

from sumika.clock import Instant
from sumika.links.echonet_lite import Eoj, Notice
from sumika.links.esphome import Entity, EntityReport
from sumika.links.home_assistant import EntityState
from sumika.links.mqtt import TopicMessage
from sumika.schema import AirSample, Event, MeterSample, Presence, WeatherSample
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.echonet_lite.reader import EchonetSensors
from sumika.sensors.air.esphome.reader import EsphomeSensors
from sumika.sensors.air.gather import AIR_S, METER_S, WEATHER_S, gathered_of
from sumika.sensors.air.home_assistant.reader import HomeAssistantSensors
from sumika.sensors.air.mqtt.reader import MqttSensors

DAY_S = 86400.0


def at(time_s: float) -> Instant:
    return Instant(monotonic_ns=int(time_s * 1e9), wall_ns=0, boot_id="b")


def test_a_reading_whose_half_of_a_sensor_is_dead_is_forgotten_after_a_quarter_of_an_hour() -> None:
    mapping = {"temperature_c": "hall/t", "co2_ppm": "hall/air#co2"}
    sensors = MqttSensors([Sensor(id="s", room="hall", kind="air", mapping=mapping)])
    assert list(sensors.read(TopicMessage("hall/air", b'{"co2":1900}'), at(0)))
    told = []
    for time_s in (AIR_S - 1, AIR_S + 1):
        (air,) = sensors.read(TopicMessage("hall/t", b"21"), at(time_s))
        assert isinstance(air, AirSample)
        told.append((air.temperature_c, air.co2_ppm))
    assert told == [(21.0, 1900.0), (21.0, None)]
    (again,) = sensors.read(TopicMessage("hall/air", b'{"co2":800}'), at(2 * AIR_S))
    assert isinstance(again, AirSample)
    assert (again.temperature_c, again.co2_ppm) == (21.0, 800.0)


def test_an_outdoor_thermometer_that_speaks_each_quarter_of_an_hour_is_known_beside_the_wind() -> None:
    station = gathered_of(Sensor(id="w", room="hall", kind="weather"))
    station.tell({"temperature_c": 3.0}, at(0))
    told = []
    for time_s in (900.0, WEATHER_S, WEATHER_S + 1):
        (weather,) = station.tell({"wind_m_s": 2.0}, at(time_s))
        assert isinstance(weather, WeatherSample)
        told.append((weather.temperature_c, weather.wind_m_s))
    assert told == [(3.0, 2.0), (3.0, 2.0), (None, 2.0)]


def test_what_holds_until_it_changes_is_told_beside_newer_readings() -> None:
    window = gathered_of(Sensor(id="w", room="hall", kind="window"))
    window.tell({"window_open": 1.0, "smoke": 0.0}, at(0))
    (air,) = window.tell({"temperature_c": 20.0}, at(3 * DAY_S))
    assert isinstance(air, AirSample)
    assert (air.window_open, air.smoke) == (1.0, False)
    presence = gathered_of(Sensor(id="p", room="hall", kind="presence"))
    presence.tell({"presence": 1.0}, at(0))
    (somebody,) = presence.tell({"motion": 0.0}, at(3 * DAY_S))
    assert isinstance(somebody, Presence)
    assert somebody.probability == 1.0


def test_a_price_holds_and_a_count_for_a_day_and_a_power_for_ten_minutes() -> None:
    meter = gathered_of(Sensor(id="m", room="hall", kind="meter"))
    meter.tell({"price_per_kwh": 30.0, "exported_kwh": 5.0, "pv_w": 0.0}, at(0))
    told = []
    for time_s in (METER_S, 0.5 * DAY_S, 2 * DAY_S):
        (sample,) = meter.tell({"power_w": 400.0}, at(time_s))
        assert isinstance(sample, MeterSample)
        told.append((sample.price_per_kwh, sample.exported_kwh, sample.pv_w))
    assert told == [(30.0, 5.0, 0.0), (30.0, 5.0, None), (30.0, None, None)]


POWER, COUNT, UNIT, COEFFICIENT = 0xE7, 0xE0, 0xE1, 0xD3


def _meter() -> tuple[EchonetSensors, Eoj]:
    sensor = Sensor(id="m", room="hall", kind="meter", connection="c", address="192.168.1.9/028801")
    house = cast("House", SimpleNamespace(sensors=(sensor,)))
    return EchonetSensors(Connection(id="c", type="echonet_lite", address="192.168.1.9"), house), Eoj(2, 0x88, 1)


def _said(sensors: EchonetSensors, eoj: Eoj, values: dict[int, bytes], time_s: float) -> Any:
    (sample,) = sensors.read(Notice("192.168.1.9", eoj, values), at(time_s))
    return sample


def test_what_an_echonet_meter_refuses_is_not_known_and_what_it_counts_in_is() -> None:
    sensors, eoj = _meter()
    whole = {
        POWER: (3200).to_bytes(4, "big"),
        COUNT: (1000).to_bytes(4, "big"),
        UNIT: b"\x01",
        COEFFICIENT: (10).to_bytes(4, "big"),
    }
    sample = _said(sensors, eoj, whole, 0)
    assert (sample.power_w, sample.imported_kwh) == (3200.0, 1000.0)
    refused = {POWER: b"", COUNT: (1010).to_bytes(4, "big"), UNIT: b"", COEFFICIENT: b""}
    sample = _said(sensors, eoj, refused, 30)
    assert (sample.power_w, sample.imported_kwh) == (None, 1010.0)


def test_news_of_one_property_makes_no_news_of_another() -> None:
    sensors, eoj = _meter()
    _said(sensors, eoj, {COUNT: (1000).to_bytes(4, "big"), UNIT: b"\x01"}, 0)
    _said(sensors, eoj, {POWER: (3200).to_bytes(4, "big")}, 10)
    sample = _said(sensors, eoj, {COUNT: (1001).to_bytes(4, "big")}, 10 + METER_S + 1)
    assert sample.power_w is None


def without_class(kind: str, connection: str, name: str = "binary_sensor.front") -> list[Any]:
    """Return what the readers of ESPHome and Home Assistant make of an input that has no class."""
    house = cast(
        "House",
        SimpleNamespace(sensors=(Sensor(id="s", room="hall", kind=kind, connection="c", address=name),)),
    )
    if connection == "home_assistant":
        told = EntityState(entity_id=name, state="on")
        return list(HomeAssistantSensors(house.sensors).read(told, at(0)))
    told_of_itself: dict[str, Any] = {"object_id": "front", "key": 1, "name": "front"}
    entity = Entity(name, BinarySensorInfo(**told_of_itself))
    sensors = EsphomeSensors(Connection(id="c", type="esphome", address="x"), house)
    return list(sensors.read(EntityReport(entity, {"state": True}), at(0)))


@pytest.mark.parametrize("connection", ["esphome", "home_assistant"])
def test_an_input_without_a_class_means_what_its_kind_says(connection: str) -> None:
    for kind in ("window", "contact"):
        (said,) = without_class(kind, connection)
        assert isinstance(said, AirSample)
        assert said.window_open == 1.0
    for kind in ("pir", "presence"):
        (said,) = without_class(kind, connection)
        assert isinstance(said, Presence)
        assert said.probability == 1.0
    assert without_class("door", connection) == []


@pytest.mark.parametrize("connection", ["esphome", "home_assistant"])
def test_what_says_nothing_of_its_kind_is_told_of(connection: str) -> None:
    (said,) = without_class("air", connection)
    assert isinstance(said, Event)
    assert (said.code, said.subject, said.detail) == ("says_nothing_of_its_kind", "s", "binary_sensor.front")


def test_that_it_says_nothing_is_told_once_and_that_it_speaks_again_too() -> None:
    sensors = HomeAssistantSensors([Sensor(id="s", room="hall", kind="air", connection="c", address="sensor.a")])
    mute = EntityState(entity_id="sensor.a", state="5")
    speaks = EntityState(entity_id="sensor.a", state="20", attributes={"device_class": "temperature"})
    gone = EntityState(entity_id="sensor.a", state="unavailable")
    told = [list(sensors.read(one, at(time_s))) for time_s, one in enumerate((gone, mute, mute, speaks, speaks))]
    assert [[type(one).__name__ for one in each] for each in told] == [
        [], ["Event"], [], ["Event", "AirSample"], ["AirSample"],
    ]  # fmt: skip
    (event, _) = told[3]
    assert isinstance(event, Event)
    assert event.recovered
