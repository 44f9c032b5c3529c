"""Whatever bytes come over MQTT: no reader raises, and no number that is told is not finite."""

import json
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.actuate.mqtt.device import MqttDevice
from sumika.clock import Instant
from sumika.links.mqtt import BrokerSettings, TopicMessage
from sumika.links.mqtt.tasmota import tasmota_device
from sumika.links.mqtt.zigbee import zigbee_devices
from sumika.schema import AirSample
from sumika.schema.house import Device, Sensor
from sumika.sensors.air.mqtt.reader import MqttSensors

NOW = Instant(0, 0, "boot")
BROKER = BrokerSettings(name="b", host="h", port=1)
FIELDS = ["state", "brightness", "co2", "temperature", "contact", "ENERGY", "SCD40", "TempUnit", "POWER", "Dimmer",
          "CarbonDioxide", "friendly_name", "definition", "exposes",
          "features", "property", "type", "access", "t", "rl"]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**30)])
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(FIELDS)
)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
)
PAYLOADS = st.binary(max_size=64) | DOCUMENTS.map(lambda document: json.dumps(document).encode())
TOPICS = [
    "zigbee2mqtt/lamp", "zigbee2mqtt/lamp/availability", "zigbee2mqtt/bridge/state", "zigbee2mqtt/bridge/devices",
    "tele/plug/SENSOR", "stat/plug/STATUS10", "stat/plug/RESULT", "tele/plug/LWT", "plain/value",
]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=75, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TOPICS), PAYLOADS, st.booleans()), max_size=12))
def test_nothing_raises_and_every_number_is_finite(messages: list[tuple[str, bytes, bool]]) -> None:
    devices = [
        MqttDevice(Device(id="lamp", room="r", kind="light", address="zigbee2mqtt/lamp"), BROKER),
        MqttDevice(Device(id="plug", room="r", kind="light", address="tasmota/plug"), BROKER),
        MqttDevice(Device(id="tv", room="r", kind="tv", mapping={"on": "plain/value#POWER | off, on"}), BROKER),
    ]
    sensors = MqttSensors(
        Sensor(id=name, room="r", kind="air", address=address, mapping=mapping)
        for name, address, mapping in (
            ("a", "zigbee2mqtt/lamp", {}),
            ("b", "tasmota/plug", {}),
            ("c", "", {"co2_ppm": "plain/value#co2"}),
        )
    )
    for topic, payload, retained in messages:
        report = TopicMessage(topic, payload, retained)
        for device in devices:
            device.take(report)
            said = device.state(NOW)
            assert all(math.isfinite(value) for value in said.values.values())
            assert said.power_w is None or math.isfinite(said.power_w)
            device.asks()
        for told in sensors.read(report, NOW):
            assert isinstance(told, AirSample)
            assert all(
                math.isfinite(value) for value in msgspec.structs.asdict(told).values() if isinstance(value, float)
            )
        zigbee_devices(payload)
        tasmota_device(payload)
