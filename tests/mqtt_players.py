"""Devices of Zigbee2MQTT and of Tasmota, played over a real broker as their makers document what they say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec

from sumika.actuate.mqtt.driver import MqttLink
from sumika.clock import WallClock
from sumika.schema.house import Connection, Device, House, Sensor
from sumika.sensors.air import open_sensors
from tests.link_helpers import Listener, house_with
from tests.mqtt_helpers import Acts, Broker, Played, playing


def number(name: str, access: int = 7, **more: Any) -> dict[str, Any]:
    return {"type": "numeric", "name": name, "property": name, "access": access, **more}


SWITCH = {"type": "binary", "name": "state", "property": "state", "access": 7, "value_on": "ON", "value_off": "OFF"}
EXPOSES: dict[str, list[dict[str, Any]]] = {
    "living/lamp": [
        {
            "type": "light",
            "features": [
                SWITCH,
                number("brightness", value_min=0, value_max=254),
                number("color_temp", value_min=153, value_max=454, unit="mired"),
            ],
        }
    ],
    "blind": [{"type": "cover", "features": [number("position", value_min=0, value_max=100, unit="%")]}],
    "valve": [
        {
            "type": "climate",
            "features": [
                number("occupied_heating_setpoint", value_min=5, value_max=30, value_step=0.5, unit="°C"),
                number("local_temperature", access=5, unit="°C"),
                {
                    "type": "enum",
                    "name": "system_mode",
                    "property": "system_mode",
                    "access": 7,
                    "values": ["off", "heat"],
                },
            ],
        },
        number("pi_heating_demand", access=1, unit="%"),
    ],
    "purifier": [
        {
            "type": "fan",
            "features": [
                {
                    "type": "enum",
                    "name": "mode",
                    "property": "fan_mode",
                    "access": 7,
                    "values": ["off", "auto", "low", "medium", "high"],
                }
            ],
        },
        number("pm25", access=1, unit="µg/m³"),
    ],
    "plug": [{"type": "switch", "features": [SWITCH]}, number("power", access=1, unit="W")],
    "door": [{"type": "lock", "features": [SWITCH]}],
    "air": [
        number("temperature", access=1, unit="°C"),
        number("humidity", access=1, unit="%"),
        number("co2", access=1),
    ],
    "contact": [{"type": "binary", "name": "contact", "property": "contact", "access": 1}],
}
DEVICES = [
    {"friendly_name": "Coordinator", "type": "Coordinator", "definition": None},
    *(
        {
            "friendly_name": name,
            "type": "Router",
            "definition": {"vendor": "IKEA", "model": name.upper(), "exposes": exposes},
        }
        for name, exposes in EXPOSES.items()
    ),
    {"friendly_name": "broken", "type": "Router", "definition": {"exposes": "many"}},
]
STATES: dict[str, dict[str, Any]] = {
    "living/lamp": {"state": "OFF", "brightness": 120, "color_temp": 300},
    "blind": {"position": 100},
    "valve": {"occupied_heating_setpoint": 18, "local_temperature": 19.5, "system_mode": "heat"},
    "purifier": {"fan_mode": "auto", "pm25": 7},
    "plug": {"state": "OFF", "power": 0.5},
    "door": {"state": "ON"},
}
KINDS = {"living/lamp": "light", "blind": "blind", "valve": "radiator", "purifier": "air_purifier", "plug": "appliance"}


@asynccontextmanager
async def zigbee2mqtt(broker: Broker) -> AsyncIterator[Played]:
    """Play Zigbee2MQTT 2.x: a retained list of devices, availability, /set and /get."""
    states = {name: dict(state) for name, state in STATES.items()}

    def acts(played: Played) -> Acts:
        async def act(topic: str, payload: bytes) -> None:
            name, _, verb = topic.removeprefix("zigbee2mqtt/").rpartition("/")
            if verb == "set":
                states[name] |= msgspec.json.decode(payload)
            # A get is answered like a change: the whole state is published.
            await played.says(f"zigbee2mqtt/{name}", states[name])

        return act

    will = aiomqtt.Will("zigbee2mqtt/bridge/state", '{"state":"offline"}', qos=1, retain=True)
    topics = ("zigbee2mqtt/+/set", "zigbee2mqtt/+/get", "zigbee2mqtt/living/+/set", "zigbee2mqtt/living/+/get")
    async with playing(broker, "zigbee2mqtt", topics, acts, will=will) as bridge:
        await bridge.says("zigbee2mqtt/bridge/state", {"state": "online"}, retain=True)
        await bridge.says("zigbee2mqtt/bridge/devices", DEVICES, retain=True)
        for name in states:
            await bridge.says(f"zigbee2mqtt/{name}/availability", {"state": "online"}, retain=True)
        yield bridge


@asynccontextmanager
async def tasmota(broker: Broker, topic: str = "plug1") -> AsyncIterator[Played]:
    """Play a Tasmota dimmer that also measures: discovery, LWT, cmnd, stat and tele."""
    state: dict[str, Any] = {"POWER": "OFF", "Dimmer": 30, "CT": 300, "FanSpeed": 1}
    sensors = {"Time": "2026-11-28T12:00:00", "ENERGY": {"Total": 3.2, "Power": 41}, "SCD40": SCD40, "TempUnit": "F"}

    def acts(played: Played) -> Acts:
        async def act(asked: str, payload: bytes) -> None:
            command, text = asked.rsplit("/", maxsplit=1)[-1], payload.decode()
            if command == "STATE":
                await played.says(f"stat/{topic}/RESULT", state)
            elif command == "STATUS":
                await played.says(f"stat/{topic}/STATUS10", {"StatusSNS": sensors})
            else:
                said: Any = text if command.startswith("POWER") else int(text)
                state[command] = said
                changed = {command: said}
                if command == "Dimmer":
                    state["POWER"] = changed["POWER"] = "ON" if said else "OFF"
                await played.says(f"stat/{topic}/RESULT", changed)

        return act

    will = aiomqtt.Will(f"tele/{topic}/LWT", "Offline", qos=1, retain=True)
    about = {"ip": "10.0.0.2", "dn": "Desk lamp", "fn": ["Desk lamp", None], "t": topic, "ft": "%prefix%/%topic%/",
             "tp": ["cmnd", "stat", "tele"], "rl": [2, 0, 0], "md": "Generic", "if": 0, "ofln": "Offline"}  # fmt: skip
    async with playing(broker, topic, (f"cmnd/{topic}/#",), acts, will=will) as played:
        await played.says("tasmota/discovery/AABBCC/config", about, retain=True)
        await played.says("tasmota/discovery/AABBCC/sensors", {"sn": sensors, "ver": 1}, retain=True)
        await played.says(f"tele/{topic}/LWT", "Online", retain=True)
        yield played


SCD40 = {"CarbonDioxide": 812, "Temperature": 68.0, "Humidity": 44.0, "DewPoint": 45.0}


def house_of(broker: Broker, devices: tuple[Device, ...] = (), sensors: tuple[Sensor, ...] = ()) -> House:
    return house_with(Connection(id="broker", type="mqtt", address=f"127.0.0.1:{broker.port}"), devices, sensors)


def link_of(house: House, folder: Path, pause: Any = asyncio.sleep) -> MqttLink:
    connection = house.connections[0]
    return MqttLink(connection, house, WallClock(), folder, open_sensors(connection, house), pause)


def device(name: str, kind: str, address: str = "", **mapping: str) -> Device:
    return Device(id=name, room="living", kind=kind, connection="broker", address=address, mapping=mapping)


def sensor(name: str, kind: str, address: str = "", **mapping: str) -> Sensor:
    return Sensor(id=name, room="living", kind=kind, connection="broker", address=address, mapping=mapping)


async def available(listener: Listener, name: str) -> None:
    await listener.device(name, lambda said: said.available and bool(said.values))
