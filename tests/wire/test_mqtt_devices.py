"""Devices of Zigbee2MQTT, of Tasmota and of plain topics, played over a real broker: driven, read, scanned, lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
import pytest_socket

from sumika.actuate.mqtt.driver import MqttLink
from sumika.clock import WallClock
from sumika.links.base import LinkError
from sumika.schema import AirSample, Presence
from sumika.schema.house import Connection, Device, House, Sensor
from sumika.sensors.air import open_sensors
from tests.link_helpers import FakePause, Listener, free_port, house_with, listening
from tests.mqtt_helpers import Acts, Broker, Played, broker_in, playing

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


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


def test_zigbee_devices_are_driven_and_read_back(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker) as bridge:
            devices = tuple(device(name.replace("/", "_"), kind, f"zigbee2mqtt/{name}") for name, kind in KINDS.items())
            async with listening(link_of(house_of(broker, devices), tmp_path)) as house:
                for one in devices:
                    await available(house, one.id)
                assert await house.set("living_lamp", "colour_temperature_k", 4000) == ""
                await house.sets("living_lamp", "level", 0.5)
                await bridge.was_asked("zigbee2mqtt/living/lamp/set", '{"color_temp":250}')
                await house.sets("living_lamp", "colour_temperature_k", 2700)
                await house.sets("living_lamp", "level", 0)
                await house.sets("blind", "closed", 0.7)
                await bridge.was_asked("zigbee2mqtt/blind/set", '{"position":30}')
                await house.sets("valve", "setpoint_c", 21.5)
                said = await house.device("valve", lambda said: "room_temperature_c" in said.values)
                assert said.values["room_temperature_c"] == 19.5
                for level, word in ((3, "high"), (1, "low"), (0, "off")):
                    await house.sets("purifier", "level", level)
                    await bridge.was_asked("zigbee2mqtt/purifier/set", f'{{"fan_mode":"{word}"}}')
                await house.sets("plug", "on", 1)
                after = len(house.told)
                await bridge.says("zigbee2mqtt/plug", {"state": "OFF", "power": 77.5})
                by_hand = await house.device("plug", lambda said: said.power_w == 77.5, after=after)
                assert by_hand.values["on"] == 0.0

    asyncio.run(live())


def test_availability_is_believed(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker:
            plug = device("plug", "appliance", "zigbee2mqtt/plug")
            gone = device("gone", "appliance", "zigbee2mqtt/nobody")
            locked = device("door", "lock", "zigbee2mqtt/door")
            async with listening(link_of(house_of(broker, (plug, gone, locked)), tmp_path)) as house:
                await house.device("plug", lambda said: not said.available and "not said anything" in said.why)
                async with zigbee2mqtt(broker) as bridge:
                    await available(house, "plug")
                    await bridge.says("zigbee2mqtt/bridge/devices", DEVICES[:-1], retain=True)
                    await house.device("gone", lambda said: not said.available and "offline" in said.why)
                    assert "offline" in await house.set("gone", "on", 1)
                    assert "no state that can be set" in await house.set("door", "state", 0)
                    await bridge.says("zigbee2mqtt/plug/availability", "offline", retain=True)
                    await house.device("plug", lambda said: "offline" in said.why)
                    assert "offline" in await house.set("plug", "on", 1)
                    await bridge.says("zigbee2mqtt/plug/availability", {"state": "online"}, retain=True)
                    after = len(house.told)
                    await house.device("plug", lambda said: said.available, after=after - 1)
                    after = len(house.told)
                    await bridge.says("zigbee2mqtt/bridge/state", {"state": "offline"}, retain=True)
                    await house.device("plug", lambda said: not said.available, after=after)

    asyncio.run(live())


def test_tasmota_devices_are_driven_and_read_back(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, tasmota(broker) as played:
            lamp = device("lamp", "light", "tasmota/plug1")
            relay = device("relay", "appliance", "tasmota/plug1#POWER")
            fan = device("fan", "air_purifier", "tasmota/plug1")
            air = sensor("air", "air", "tasmota/plug1")
            async with listening(link_of(house_of(broker, (lamp, relay, fan), (air,)), tmp_path)) as house:
                await available(house, "lamp")
                await house.sets("lamp", "level", 0.42)
                await house.sets("lamp", "colour_temperature_k", 3000)
                await house.sets("lamp", "level", 0)
                await house.sets("relay", "on", 1)
                await house.sets("fan", "level", 3)
                watts = await house.device("relay", lambda said: said.power_w is not None)
                assert watts.power_w == 41.0
                sample = await house.until(AirSample, lambda said: said.co2_ppm is not None)
                assert sample.co2_ppm == 812.0
                assert sample.temperature_c == pytest.approx(20.0)
                assert sample.relative_humidity == pytest.approx(0.44)
                await played.says("tele/plug1/LWT", "Offline", retain=True)
                await house.device("lamp", lambda said: not said.available)
                await house.until(AirSample, lambda said: said.co2_ppm is None)

    asyncio.run(live())


def test_plain_topics_with_a_mapping(tmp_path: Path) -> None:
    boiler = device(
        "boiler",
        "boiler",
        on="boiler/state#burner > boiler/set/burner | no, yes",
        supply_temp_c="boiler/state#flow > boiler/set/flow [°F]",
        power_w="boiler/state#pump [kW]",
        available="boiler/lwt | gone, here",
    )
    lamp = device("lamp", "light", level="lamp/level > lamp/level/set [0..255]", on="x")

    def acts(played: Played) -> Acts:
        async def act(topic: str, payload: bytes) -> None:
            if topic == "lamp/level/set":
                await played.says("lamp/level", payload)
            elif topic == "boiler/set/flow":
                await played.says("boiler/state", {"burner": "yes", "flow": float(payload), "pump": 0.06})

        return act

    async def live() -> None:
        async with broker_in(tmp_path) as broker:
            house_file = house_of(broker, (boiler, lamp), (sensor("air", "air", temperature_c="room/t [°F]"),))
            async with (
                playing(broker, "plain", ("boiler/set/#", "lamp/level/set"), acts) as played,
                listening(link_of(house_file, tmp_path)) as house,
            ):
                await played.says("boiler/lwt", "here")
                said = await house.sets("boiler", "supply_temp_c", 45)
                assert said.power_w == 60.0
                assert said.values["on"] == 1.0
                await played.was_asked("boiler/set/flow", "113")
                assert await house.set("boiler", "on", 0) == ""
                await played.was_asked("boiler/set/burner", "no")
                await house.sets("lamp", "level", 0.2)
                await played.was_asked("lamp/level/set", "51")
                await played.says("room/t", "70.7")
                await house.until(AirSample, lambda said: abs((said.temperature_c or 0) - 21.5) < 1e-6)
                await played.says("boiler/lwt", "gone")
                await house.device("boiler", lambda said: not said.available)

    asyncio.run(live())


def test_sensors_of_zigbee2mqtt(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker) as bridge:
            # Kept by the broker since nobody knows when: of a contact it still holds, of the air it does not.
            await bridge.says("zigbee2mqtt/air", {"temperature": 35.0}, retain=True)
            await bridge.says("zigbee2mqtt/contact", {"contact": False, "battery": 90}, retain=True)
            sensors = (
                sensor("air", "air", "zigbee2mqtt/air"),
                sensor("window", "contact", "zigbee2mqtt/contact"),
                sensor("pir", "pir", "zigbee2mqtt/pir"),
                sensor("radar", "presence", "zigbee2mqtt/radar"),
            )
            async with listening(link_of(house_of(broker, (), sensors), tmp_path)) as house:
                window = await house.until(AirSample, lambda said: said.sensor == "window")
                assert window.window_open == 1.0
                await bridge.says("zigbee2mqtt/air", {"temperature": 21.4, "humidity": 48, "co2": 900})
                air = await house.until(AirSample, lambda said: said.sensor == "air")
                assert (air.temperature_c, air.co2_ppm) == (21.4, 900.0)
                assert air.relative_humidity == pytest.approx(0.48)
                for payload, probability in (({"occupancy": True}, 1.0), ({"occupancy": False}, None)):
                    after = len(house.told)
                    await bridge.says("zigbee2mqtt/pir", payload)
                    seen = await house.until(Presence, lambda said: True, after=after)
                    assert seen.probability == probability
                after = len(house.told)
                await bridge.says("zigbee2mqtt/radar", {"presence": False})
                assert (await house.until(Presence, lambda said: True, after=after)).probability == 0.0
                after = len(house.told)
                await bridge.says("zigbee2mqtt/air/availability", {"state": "offline"})
                lost = await house.until(AirSample, lambda said: said.sensor == "air", after=after)
                assert lost.temperature_c is None

    asyncio.run(live())


def test_a_broker_that_dies_for_a_minute(tmp_path: Path) -> None:
    async def live() -> None:
        pause = FakePause()
        async with broker_in(tmp_path) as broker:
            plug, air = device("plug", "appliance", "zigbee2mqtt/plug"), sensor("air", "air", "zigbee2mqtt/air")
            async with listening(link_of(house_of(broker, (plug,), (air,)), tmp_path, pause)) as house:
                async with zigbee2mqtt(broker) as bridge:
                    await available(house, "plug")
                    await bridge.says("zigbee2mqtt/air", {"co2": 600})
                    await house.until(AirSample, lambda said: said.co2_ppm == 600.0)
                    broker.kill()
                    await house.device("plug", lambda said: not said.available and "MQTT broker" in said.why)
                    await house.until(AirSample, lambda said: said.co2_ppm is None)
                    assert "not connected" in await house.set("plug", "on", 1)
                    for count in range(1, 7):
                        await pause.asked(count)
                        pause.go.release()
                    await pause.asked(7)
                    assert sum(pause.seconds[:6]) >= 60.0
                await broker.start()
                after = len(house.told)
                async with zigbee2mqtt(broker):
                    pause.go.release()
                    await house.device("plug", lambda said: said.available and bool(said.values), after=after)
                    await house.sets("plug", "on", 1)

    asyncio.run(live())


HOSTILE: tuple[bytes, ...] = (
    b"",
    b"\xff\xfe\x00",
    b"NaN",
    b'{"state": NaN, "power": Infinity}',
    b'{"power": 1e999}',
    b'{"state": {"state": "ON"}, "power": [1, 2]}',
    b'"state"',
    b"[" * 50_000,
    b'{"power":' + b'{"power":' * 5_000 + b"1" + b"}" * 5_001,
    b'{"state": "ON", "filler": "' + b"x" * 70_000 + b'"}',
    b'{"power": "\\u0000\\u001b[2J"}',
)


def test_hostile_messages_change_nothing(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker) as bridge:
            plug, air = device("plug", "appliance", "zigbee2mqtt/plug"), sensor("air", "air", "zigbee2mqtt/air")
            async with listening(link_of(house_of(broker, (plug,), (air,)), tmp_path)) as house:
                await available(house, "plug")
                for payload in HOSTILE:
                    await bridge.says("zigbee2mqtt/plug", payload)
                    await bridge.says("zigbee2mqtt/air", payload)
                    await bridge.says("zigbee2mqtt/bridge/state", payload)
                    await bridge.says("zigbee2mqtt/plug/availability", payload)
                for payload in (b"[1, {}, null]", b'[{"friendly_name": 5}]'):
                    await bridge.says("zigbee2mqtt/bridge/devices", payload)
                await bridge.says("zigbee2mqtt/bridge/devices", DEVICES)
                after = len(house.told)
                await bridge.says("zigbee2mqtt/plug", {"state": "ON", "power": 12})
                said = await house.device("plug", lambda said: said.power_w == 12.0, after=after - 1)
                assert said.values["on"] == 1.0
                assert all(
                    message.power_w is None or message.power_w in (0.5, 12.0)
                    for message in house.told
                    if not isinstance(message, AirSample | Presence) and hasattr(message, "power_w")
                )
                assert not [one for one in house.told if isinstance(one, AirSample) and one.co2_ppm is not None]
                # Longer than anything may be: the broker does not even send it.
                await bridge.says("zigbee2mqtt/plug", b'{"state": "' + b"x" * 5_000_000 + b'"}')
                await house.sets("plug", "on", 0)

    asyncio.run(live())


def test_a_scan_finds_what_tells_of_itself(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker), tasmota(broker):
            found = {one.address: one for one in await link_of(house_of(broker), tmp_path).scan()}
            kinds = {f"zigbee2mqtt/{name}": kind for name, kind in KINDS.items()}
            assert {name: found[name].kind for name in kinds} == kinds
            lamp = found["zigbee2mqtt/living/lamp"]
            assert lamp.settings["colour_temperature_k"].low == pytest.approx(1e6 / 454)
            assert lamp.maker == "IKEA LIVING/LAMP"
            assert found["zigbee2mqtt/door"].settings == {}
            assert found["zigbee2mqtt/air"].measures == ("temperature_c", "relative_humidity", "co2_ppm")
            assert "zigbee2mqtt/broken" not in found
            desk = found["tasmota/plug1"]
            assert (desk.kind, desk.name) == ("light", "Desk lamp")
            assert "co2_ppm" in desk.measures

    asyncio.run(live())


def test_others_hear_whether_we_run(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker:

            def acts(played: Played) -> Acts:
                async def act(topic: str, payload: bytes) -> None:
                    return None

                return act

            plug = house_of(broker, (device("plug", "appliance", "tasmota/plug1"),))
            async with playing(broker, "other", ("sumika/broker/status",), acts) as other:
                async with listening(link_of(plug, tmp_path)):
                    await other.was_asked("sumika/broker/status", "online")
                    # Another that tries a device by hand, and leaves: we are still there, and say so.
                    async with listening(link_of(plug, tmp_path)):
                        pass
                    other.asked.clear()
                    await other.says("sumika/broker/status", "offline", retain=True)
                    await other.was_asked("sumika/broker/status", "online")
                    await link_of(house_of(broker), tmp_path).scan()
                    other.asked.clear()
                await other.was_asked("sumika/broker/status", "offline")
                assert [payload for _, payload in other.asked] == ["offline"]

    asyncio.run(live())


def test_a_broker_that_is_absent_or_refuses_is_named(tmp_path: Path) -> None:
    async def live() -> None:
        nobody = Connection(id="broker", type="mqtt", address=f"127.0.0.1:{free_port()}")
        link = link_of(house_with(nobody), tmp_path)
        with pytest.raises(LinkError, match="cannot be used"):
            await link.open()
        with pytest.raises(LinkError, match="cannot be used"):
            await link.scan()

    asyncio.run(live())
