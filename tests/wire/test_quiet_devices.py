"""Devices and sensors that tell their state once, over each way on which they speak only when something changes."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from sumika.clock import SimulatedClock
from sumika.evaluate.free_port import free_port
from sumika.schema import AirSample, DeviceState, Message, Presence
from sumika.schema.house import Connection, Device, House
from tests.held_helpers import ELEVEN_MINUTES_S, QuietHouse
from tests.link_helpers import house_with, listening
from tests.mqtt_helpers import broker_in
from tests.mqtt_players import available, device, house_of, link_of, sensor, zigbee2mqtt
from tests.wire import test_esphome_devices as esphome
from tests.wire import test_home_assistant_faults as home_assistant
from tests.wire.esphome_node import EsphomeNode
from tests.wire.loopback_links import linked, loopback, run
from tests.wire.loopback_links import sensor as of_node

__all__ = ["loopback"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def node() -> Iterator[EsphomeNode]:
    found = EsphomeNode(free_port())
    yield found
    found.close()


def eleven_minutes_after(house: House, said: Iterable[Message]) -> QuietHouse:
    """Return what is known when nothing more has been said for eleven minutes."""
    quiet = QuietHouse(house, house.connections[0].id, SimulatedClock())
    quiet.says(*(msgspec.structs.replace(message, stamp=quiet.clock.now()) for message in said))
    quiet.passes(ELEVEN_MINUTES_S)
    return quiet


def test_zigbee_lamps_and_contacts_that_nobody_touches_stay_known(tmp_path: Path) -> None:
    async def live() -> None:
        async with broker_in(tmp_path) as broker, zigbee2mqtt(broker) as bridge:
            await bridge.says("zigbee2mqtt/contact", {"contact": False}, retain=True)
            lamp = device("lamp", "light", "zigbee2mqtt/living/lamp")
            house = house_of(broker, (lamp,), (sensor("window", "window", "zigbee2mqtt/contact"),))
            async with listening(link_of(house, tmp_path)) as listener:
                await available(listener, "lamp")
                await listener.until(AirSample, lambda said: said.window_open == 1.0)
                quiet = eleven_minutes_after(house, listener.told)
                for of_lamp, of_window in zip(quiet.device("lamp"), quiet.air("window"), strict=True):
                    assert of_lamp is not None
                    assert (of_lamp.available, of_lamp.values["level"]) == (True, 0.0)
                    assert of_window is not None
                    assert of_window.window_open == 1.0
                await bridge.says("zigbee2mqtt/bridge/state", {"state": "offline"}, retain=True)
                await listener.device("lamp", lambda said: not said.available)
                await listener.until(AirSample, lambda said: said.window_open is None)
                quiet = eleven_minutes_after(house, listener.told)
                assert quiet.told == []

    asyncio.run(live())


def test_entities_of_a_node_that_do_not_change_stay_known(node: EsphomeNode) -> None:
    house = esphome.house_of(node, esphome.AC, sensors=(of_node("pir", "presence", "binary_sensor.pir"),))

    async def live() -> None:
        async with linked(house) as heard:
            await heard.state("ac", mode=0, setpoint_c=21)
            if not any(isinstance(one, Presence) for one in heard.messages):
                await heard.until(Presence)
            quiet = eleven_minutes_after(house, heard.messages)
            for of_ac in quiet.device("ac"):
                assert of_ac is not None
                assert (of_ac.available, of_ac.values["setpoint_c"]) == (True, 21.0)
                assert "room_temperature_c" not in of_ac.values or of_ac.held_s <= 600.0
            assert quiet.presence("living") == (1.0, 1.0)

    run(live())


def test_lamps_of_a_home_assistant_that_nobody_touches_stay_known(tmp_path: Path) -> None:
    async def live() -> None:
        port = free_port()
        link = home_assistant.lamp_link(port, tmp_path)
        async with home_assistant.home(port), listening(link) as listener:
            first = await listener.device("lamp", lambda said: said.available)
            connection = Connection(id="home", type="home_assistant", address=f"127.0.0.1:{port}")
            lamp = Device(id="lamp", room="living", kind="light", connection="home", address="light.a")
            house = house_with(connection, (lamp,))
            quiet = eleven_minutes_after(house, [first])
            assert all(isinstance(one, DeviceState) and one.values["level"] == 1.0 for one in quiet.device("lamp"))

    asyncio.run(live())
