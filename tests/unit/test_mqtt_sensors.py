"""What messages of an MQTT broker say of sensors."""

import json
from typing import Any

import pytest

from sumika.clock import Instant
from sumika.links.mqtt import TopicMessage
from sumika.schema import AirSample
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
