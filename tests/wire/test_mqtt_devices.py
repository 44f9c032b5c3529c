"""Devices of Zigbee2MQTT, of Tasmota and of plain topics, played over a real broker: driven, read, scanned."""

import asyncio
from pathlib import Path

import pytest
import pytest_socket

from sumika.schema import AirSample, Presence
from tests.link_helpers import listening
from tests.mqtt_helpers import Acts, Played, broker_in, playing
from tests.mqtt_players import KINDS, available, device, house_of, link_of, sensor, tasmota, zigbee2mqtt

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


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
                assert await house.set("living_lamp", "colour_temperature_k", 5000) == ""
                after = len(house.told)
                await bridge.client.publish("zigbee2mqtt/living/lamp/set", '{"state": "ON", "brightness": 254}')
                await house.device("living_lamp", lambda said: said.values["level"] == 1.0, after=after)
                await house.sets("living_lamp", "level", 0.6)
                assert ("zigbee2mqtt/living/lamp/set", '{"color_temp":200}') not in bridge.asked
                await house.sets("blind", "closed", 0.7)
                await bridge.was_asked("zigbee2mqtt/blind/set", '{"position":30}')
                await house.sets("valve", "setpoint_c", 28)
                await house.sets("valve", "setpoint_c", 4, reads=5)
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


def test_tasmota_devices_are_driven_and_read_back(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, tasmota(broker) as played:
            lamp = device("lamp", "light", "tasmota/plug1")
            relay = device("relay", "appliance", "tasmota/plug1#POWER")
            fan = device("fan", "air_purifier", "tasmota/plug1")
            hood = device("hood", "exhaust_fan", "tasmota/plug1#POWER")
            air = sensor("air", "air", "tasmota/plug1")
            async with listening(link_of(house_of(broker, (lamp, relay, fan, hood), (air,)), tmp_path)) as house:
                await available(house, "lamp")
                await house.sets("lamp", "level", 0.42)
                await house.sets("lamp", "colour_temperature_k", 3000)
                await house.sets("lamp", "level", 0)
                await house.sets("relay", "on", 1)
                await house.sets("fan", "level", 3)
                await house.sets("hood", "level", 0)
                # It knows no speeds: that it is on is what it was told, and no hand.
                await house.sets("hood", "level", 2)
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


PLAIN = (
    device(
        "boiler",
        "boiler",
        on="boiler/state#burner > boiler/set/burner | no, yes",
        supply_temp_c="boiler/state#flow > boiler/set/flow [°F]",
        power_w="boiler/state#pump [kW]",
        available="boiler/lwt | gone, here",
    ),
    device("lamp", "light", level="lamp/level > lamp/level/set [0..255]", on="x"),
    device("battery", "battery", power_w="bat/p > bat/p/set [kW]"),
    device("roof", "pv", pv_w="roof/w"),
)


def plain(played: Played) -> Acts:
    async def act(topic: str, payload: bytes) -> None:
        if topic in ("lamp/level/set", "bat/p/set"):
            await played.says(topic.removesuffix("/set"), payload)
        elif topic == "boiler/set/flow":
            await played.says("boiler/state", {"burner": "yes", "flow": float(payload), "pump": 0.06})

    return act


def test_plain_topics_with_a_mapping(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker:
            house_file = house_of(broker, PLAIN, (sensor("air", "air", temperature_c="room/t [°F]"),))
            async with (
                playing(broker, "plain", ("boiler/set/#", "lamp/level/set", "bat/p/set"), plain) as played,
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
                given = await house.sets("battery", "power_w", -1500)
                assert (given.values["power_w"], given.power_w) == (-1500.0, None)
                await played.says("roof/w", "1200")
                await house.device("roof", lambda said: said.power_w == -1200.0)
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
