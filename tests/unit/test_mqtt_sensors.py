"""What messages of an MQTT broker say of sensors."""

import json
from typing import Any

import pytest

from sumika.clock import Instant
from sumika.links.mqtt import TopicMessage
from sumika.schema import AirSample, Presence
from sumika.schema.house import Sensor
from sumika.sensors.air.mqtt.reader import MqttSensors

NOW = Instant(monotonic_ns=1, wall_ns=1, boot_id="b")


@pytest.mark.parametrize(
    ("said", "smoke"),
    [
        ({"smoke": True, "carbon_monoxide": False}, True),
        ({"smoke": False, "carbon_monoxide": True}, True),
        ({"smoke": False, "carbon_monoxide": False}, False),
        ({"smoke": None, "carbon_monoxide": False}, False),
        ({"carbon_monoxide": True, "gas": False}, True),
        ({"gas": True}, True),
        ({"gas": False}, False),
        ({"smoke": None}, None),
    ],
)
def test_an_alarm_of_several_senses_tells_of_any_of_them(said: dict[str, Any], smoke: bool | None) -> None:
    sensors = MqttSensors([Sensor(id="s", room="kitchen", kind="air", address="zigbee2mqtt/alarm")])
    (told,) = sensors.read(TopicMessage("zigbee2mqtt/alarm", json.dumps(said).encode()), NOW)
    assert isinstance(told, AirSample)
    assert told.smoke is smoke


@pytest.mark.parametrize(
    ("address", "topic", "mapping", "said", "values"),
    [
        (
            "tasmota/x",
            "tele/x/SENSOR",
            {"temperature_c": "tele/x/SENSOR#DS18B20-1.Temperature"},
            {"DS18B20-1": {"Temperature": 20.1}, "DS18B20-2": {"Temperature": 55.0}, "SCD40": {"CarbonDioxide": 700}},
            (20.1, 700.0, None),
        ),
        (
            "zigbee2mqtt/a",
            "zigbee2mqtt/a",
            {"temperature_c": "zigbee2mqtt/a#outer"},
            {"temperature": 31.0, "outer": 20.5, "co2": 800},
            (20.5, 800.0, None),
        ),
        (
            "zigbee2mqtt/a",
            "zigbee2mqtt/a",
            {"window_open": "zigbee2mqtt/a#tilt | shut, open"},
            {"contact": True, "tilt": "open"},
            (None, None, 1.0),
        ),
    ],
)
def test_a_line_of_the_mapping_comes_before_what_the_address_says(
    address: str, topic: str, mapping: dict[str, str], said: dict[str, Any], values: tuple[float | None, ...]
) -> None:
    sensors = MqttSensors([Sensor(id="s", room="kitchen", kind="air", address=address, mapping=mapping)])
    (told,) = sensors.read(TopicMessage(topic, json.dumps(said).encode()), NOW)
    assert isinstance(told, AirSample)
    assert (told.temperature_c, told.co2_ppm, told.window_open) == values


def test_presence_by_the_mapping_comes_before_presence_by_the_address() -> None:
    mapping = {"probability": "zigbee2mqtt/a#sure"}
    sensors = MqttSensors([Sensor(id="s", room="hall", kind="presence", address="zigbee2mqtt/a", mapping=mapping)])
    (told,) = sensors.read(TopicMessage("zigbee2mqtt/a", b'{"presence": true, "sure": 0.2}'), NOW)
    assert isinstance(told, Presence)
    assert told.probability == 0.2
