"""What devices of Zigbee2MQTT and Tasmota can be told, without a broker: what played devices do not have."""

from typing import Any

import msgspec
import pytest

from sumika.actuate.base import CannotError
from sumika.actuate.mqtt.device import MqttDevice
from sumika.actuate.mqtt.fields import Sent
from sumika.actuate.mqtt.scanning import found_in
from sumika.actuate.mqtt.values import tasmota_fields, zigbee_fields
from sumika.clock import Instant
from sumika.links.mqtt import BrokerSettings, TopicMessage
from sumika.links.mqtt.zigbee import zigbee_devices
from sumika.schema import DEVICE_KINDS, UsageError
from sumika.schema.house import Device

BROKER = BrokerSettings(name="b", host="h", port=1)
NOW = Instant(0, 0, "boot")


def exposes(*features: dict[str, Any], group: str = "") -> bytes:
    told = [{"type": group, "features": list(features)}] if group else list(features)
    return msgspec.json.encode([{"friendly_name": "d", "type": "Router", "definition": {"exposes": told}}])


def feature(kind: str, name: str, access: int = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "property": name, "access": access, **more}


def sent(kind: str, setting: str, value: float, payload: bytes) -> str:
    device = zigbee_devices(payload).devices["d"]
    return zigbee_fields(device, "z/d", DEVICE_KINDS[kind].settings)[setting].send(value).payload


@pytest.mark.parametrize(
    ("kind", "setting", "value", "told", "payload"),
    [
        ("blind", "closed", 0.25, feature("numeric", "position"), '{"position":75}'),
        ("blind", "slat", 0.5, feature("numeric", "tilt"), '{"tilt":50}'),
        ("window_opener", "open", 0.1, feature("numeric", "position"), '{"position":10}'),
        ("radiator", "valve", 0.4, feature("numeric", "valve_position", value_step=5), '{"valve_position":40}'),
        ("air_purifier", "level", 2, feature("numeric", "speed", value_max=9), '{"speed":6}'),
        ("exhaust_fan", "level", 1, feature("enum", "fan_mode", values=["off", "low", "high"]), '{"fan_mode":"low"}'),
        ("floor_heating", "on", 1, feature("enum", "system_mode", values=["off", "auto"]), '{"system_mode":"auto"}'),
        ("appliance", "on", 0, feature("binary", "state", value_on=True, value_off=False), '{"state":false}'),
        ("room_air_conditioner", "mode", 3, feature("enum", "system_mode", values=["dry"]), '{"system_mode":"dry"}'),
        ("humidifier", "humidity_setpoint", 0.5, feature("numeric", "target_humidity"), '{"target_humidity":50}'),
    ],
)  # fmt: skip
def test_settings_become_what_a_device_exposes(
    kind: str, setting: str, value: float, told: dict[str, Any], payload: str
) -> None:
    assert sent(kind, setting, value, exposes(told, group="x")) == payload
    assert sent(kind, setting, value, exposes(told)) == payload


def test_the_fastest_speed_of_a_fan_is_our_highest_level() -> None:
    told = exposes(feature("enum", "fan_mode", values=["off", *"123456789", "auto"]))
    assert sent("air_purifier", "level", 3, told) == '{"fan_mode":"9"}'
    device = zigbee_devices(told).devices["d"]
    field = zigbee_fields(device, "z/d", DEVICE_KINDS["air_purifier"].settings)["level"]
    said = [field.read({"z/d": {"fan_mode": word}}) for word in ("off", "1", "4", "9", "auto", None)]
    assert said == [0.0, 1.0, 2.0, 3.0, None, None]


def test_a_name_that_no_device_has_is_not_offline() -> None:
    group = MqttDevice(Device(id="d", room="r", kind="light", address="zigbee2mqtt/all lights"), BROKER)
    group.take(TopicMessage("zigbee2mqtt/bridge/state", b'{"state":"online"}'))
    group.take(TopicMessage("zigbee2mqtt/bridge/devices", exposes()))
    group.take(TopicMessage("zigbee2mqtt/all lights", b'{"state":"ON"}'))
    why = "Zigbee2MQTT lists no device called all lights; a group is none"
    assert (group.state(NOW).available, group.state(NOW).why) == (False, why)
    with pytest.raises(CannotError, match=why):
        group.send("level", 1.0)
    group.forget()
    assert "not said anything" in group.state(NOW).why


def test_what_can_only_be_read_is_no_setting() -> None:
    read_only = exposes(feature("numeric", "position", access=1), feature("enum", "fan_mode", values=[5, None]))
    device = zigbee_devices(read_only).devices["d"]
    for kind in ("blind", "air_purifier", "room_air_conditioner"):
        assert zigbee_fields(device, "z/d", DEVICE_KINDS[kind].settings) == {}
    locked = zigbee_devices(exposes(feature("binary", "state", value_on="LOCK", value_off="UNLOCK"), group="lock"))
    assert zigbee_fields(locked.devices["d"], "z/d", DEVICE_KINDS["appliance"].settings) == {}


def test_a_mode_without_a_word_is_refused() -> None:
    told = exposes(feature("enum", "system_mode", values=["off", "heat"]))
    assert sent("room_air_conditioner", "mode", 1, told) == '{"system_mode":"heat"}'
    for mode in (2, 4, 0.5):
        with pytest.raises(CannotError, match="no word"):
            sent("room_air_conditioner", "mode", mode, told)


def test_tasmota_shutters_are_open_at_a_hundred() -> None:
    fields = tasmota_fields("t", "", DEVICE_KINDS["blind"].settings)
    assert fields["closed"].send(0.3) == Sent("cmnd/t/ShutterPosition1", "70")
    assert fields["closed"].read({"t": {"Shutter1": {"Position": 70}}}) == pytest.approx(0.3)
    opener = tasmota_fields("t", "", DEVICE_KINDS["window_opener"].settings)
    assert opener["open"].send(0.3) == Sent("cmnd/t/ShutterPosition1", "30")


@pytest.mark.parametrize(
    ("address", "mapping", "match"),
    [
        ("", {}, "names no topic"),
        ("somewhere/else", {}, "no known convention"),
        ("zigbee2mqtt/", {}, "no known convention"),
        ("tasmota", {}, "no known convention"),
        ("", {"level": "a [x]"}, "no unit"),
    ],
)
def test_lines_that_cannot_be_are_named(address: str, mapping: dict[str, str], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        MqttDevice(Device(id="d", room="r", kind="light", address=address, mapping=mapping), BROKER)


def test_a_line_of_the_mapping_comes_before_the_address() -> None:
    lines = {"level": "own/level [0..10]"}
    lamp = MqttDevice(Device(id="d", room="r", kind="light", address="tasmota/t", mapping=lines), BROKER)
    assert lamp.send("level", 0.5) == (Sent("own/level", "5"),)
    assert lamp.take(TopicMessage("stat/t/RESULT", b'{"POWER": "ON", "Dimmer": 90, "CT": 200}'))
    assert lamp.take(TopicMessage("own/level", b"2"))
    assert lamp.state(NOW).values == {"level": 0.2, "colour_temperature_k": 5000.0}
    assert not lamp.take(TopicMessage("own/other", b"2"))
    lamp.forget()
    assert not lamp.state(NOW).available


def test_relays_and_shutters_that_tell_of_themselves() -> None:
    def config(mac: str, **about: Any) -> TopicMessage:
        return TopicMessage(f"tasmota/discovery/{mac}/config", msgspec.json.encode(about), retained=True)

    reports = [
        config("A", t="relays", rl=[1, 1, 0]),
        config("B", t="shutter", rl=[3, 3]),
        config("C", t="hood", rl=[1], **{"if": 1}),
        config("D", t="odd", rl=[1], ft="%topic%/%prefix%/"),
        config("E", t="air", rl=[0]),
        TopicMessage("tasmota/discovery/E/sensors", b'{"sn": {"SCD40": {"CarbonDioxide": 500}}}', retained=True),
        TopicMessage("tasmota/discovery/F/config", b"[1]", retained=True),
    ]
    found = {one.address: one for one in found_in(reports, BROKER)}
    assert {name: one.kind for name, one in found.items()} == {
        "tasmota/relays#POWER1": "appliance",
        "tasmota/relays#POWER2": "appliance",
        "tasmota/shutter": "blind",
        "tasmota/hood": "exhaust_fan",
        "tasmota/odd": "",
        "tasmota/air": "",
    }
    assert found["tasmota/air"].measures == ("co2_ppm",)
    assert found["tasmota/odd"].settings == {}


def test_a_plug_that_is_told_a_boost_is_at_it_while_it_is_on() -> None:
    fan = MqttDevice(Device(id="d", room="r", kind="exhaust_fan", address="tasmota/plug#POWER"), BROKER)
    fan.rounding.ask("level", 2.0)
    for said, level in (("ON", 2.0), ("OFF", 0.0), ("ON", 1.0)):
        assert fan.take(TopicMessage("stat/plug/RESULT", f'{{"POWER": "{said}"}}'.encode()))
        assert fan.state(NOW).values == {"level": level}
