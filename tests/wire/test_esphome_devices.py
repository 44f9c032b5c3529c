"""ESPHome: a node that speaks the native API over a real socket, plain and encrypted."""

import base64
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aioesphomeapi import api_pb2

from sumika.evaluate.free_port import free_port
from sumika.links.base import LinkError
from sumika.schema import AirSample, DeviceState, Presence, UsageError
from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.esphome_node import EsphomeNode
from tests.wire.loopback_links import device, house_with, linked, loopback, run, sensor

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

API: Any = api_pb2
KEY = base64.b64encode(bytes(range(32))).decode()
AC = device("ac", "room_air_conditioner", "climate.ac", {"drawn_w": "sensor.power"})


@pytest.fixture
def node() -> Iterator[EsphomeNode]:
    found = EsphomeNode(free_port())
    yield found
    found.close()


def house_of(
    node: EsphomeNode, *devices: Device, sensors: tuple[Sensor, ...] = (), secret: str = "", **more: float
) -> House:
    options: dict[str, str | float] = {"again_s": 0.05, "timeout_s": 10.0, **more}
    connection = Connection(
        id="node", type="esphome", address=f"127.0.0.1:{node.port}", options=options, secret_file=secret
    )
    return house_with(connection, devices, sensors)


def test_a_climate_is_told_and_read_back(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC)) as heard:
            first = await heard.state("ac", mode=0, setpoint_c=21, fan_level=0, room_temperature_c=19.5)
            assert "humidity_setpoint" not in first.values
            measured = await heard.until(DeviceState, lambda state: state.power_w is not None)
            assert measured.power_w == pytest.approx(350.0)
            for setting, value in {"setpoint_c": 23.5, "fan_level": 5.0, "mode": 1.0}.items():
                assert await heard.told("ac", setting, value) == ""
            await heard.state("ac", mode=1, setpoint_c=23.5, fan_level=5)
            # What lies beyond the node's own range becomes its nearest, and is no hand at the device.
            assert await heard.told("ac", "setpoint_c", 31) == ""
            await heard.state("ac", setpoint_c=31)

    run(live())
    assert node.commands[-1].target_temperature == 30


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("mode", 3.5, "has no 3.5"),
        ("setpoint_c", math.inf, "no number"),
        ("humidity_setpoint", 0.5, "no humidity_setpoint"),
    ],
)
def test_what_a_climate_cannot_do_is_refused_in_words(node: EsphomeNode, setting: str, value: float, why: str) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC)) as heard:
            assert why in await heard.told("ac", setting, value)
            assert "no device stove" in await heard.told("stove", "on", 1)

    run(live())
    assert node.commands == []


def test_fans_lights_covers_plugs_numbers_and_selects_are_driven(node: EsphomeNode) -> None:
    devices = (
        device("fan", "exhaust_fan", "fan.fan"),
        device("lamp", "light", "light.lamp"),
        device("blind", "blind", "cover.blind"),
        device("tv", "tv", "switch.plug"),
        device("floor", "floor_heating", "", {"on": "switch.plug", "supply_temp_c": "number.supply"}),
        device("store", "battery", "", {"mode": "select.battery | Off, Auto, Forced"}),
    )

    async def live() -> None:
        async with linked(house_of(node, *devices)) as heard:
            await heard.state("fan", level=0)
            await heard.state("lamp", level=0.5, colour_temperature_k=4000)
            await heard.state("tv", on=1)
            await heard.state("floor", supply_temp_c=35)
            await heard.state("blind", closed=0, slat=0.25)
            await heard.state("store", mode=1)
            told = {
                ("fan", "level"): 1.0,
                ("lamp", "colour_temperature_k"): 2900.0,
                ("lamp", "level"): 0.0,
                ("blind", "closed"): 0.75,
                ("tv", "on"): 0.0,
                ("floor", "supply_temp_c"): 40.0,
                ("store", "mode"): 2.0,
            }
            for (name, setting), value in told.items():
                assert await heard.told(name, setting, value) == ""
            await heard.state("store", mode=2)
            assert "no choice for 7" in await heard.told("store", "mode", 7)

    run(live())
    said = {(type(one).__name__, one.key): one for one in node.states.values()}
    assert (said["FanStateResponse", 2].state, said["FanStateResponse", 2].speed_level) == (True, 50)
    assert said["LightStateResponse", 3].state is False
    assert said["LightStateResponse", 3].color_temperature == pytest.approx(1e6 / 2900)
    assert said["CoverStateResponse", 6].position == pytest.approx(0.25)
    assert said["NumberStateResponse", 5].state == pytest.approx(104)  # 40 °C in the node's own unit
    assert said["SelectStateResponse", 9].state == "Forced"


def test_sensors_are_read_and_what_is_missing_is_unknown(node: EsphomeNode) -> None:
    sensors = (sensor("air", "air", "sensor.co2"), sensor("pir", "presence", "binary_sensor.pir"))

    async def live() -> None:
        async with linked(house_of(node, sensors=sensors)) as heard:
            assert (await heard.until(AirSample)).co2_ppm == 612
            assert (await heard.until(Presence)).probability == 1.0
            node.change(API.SensorStateResponse(key=7, state=math.nan))
            assert (await heard.until(AirSample)).co2_ppm is None
            node.change(API.SensorStateResponse(key=7, state=700))
            assert (await heard.until(AirSample)).co2_ppm == 700
            node.change(API.SensorStateResponse(key=7, missing_state=True))
            assert (await heard.until(AirSample)).co2_ppm is None

    run(live())


def test_a_hand_at_the_device_is_told_at_once(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC)) as heard:
            await heard.state("ac", mode=0)
            node.change(API.ClimateStateResponse(key=1, mode=2, target_temperature=26, fan_mode=3))
            await heard.state("ac", mode=2, setpoint_c=26)

    run(live())


def test_a_node_that_vanishes_is_told_and_found_again(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC, sensors=(sensor("air", "air", "sensor.co2"),))) as heard:
            await heard.state("ac", mode=0)
            node.leave()
            gone = await heard.gone("ac")
            assert gone.values == {}
            assert "ESPHome node" in gone.why
            assert (await heard.until(AirSample)).co2_ppm is None
            assert "not connected" in await heard.told("ac", "mode", 1)
            node.come_back()
            await heard.state("ac", mode=0)
            assert await heard.told("ac", "mode", 1) == ""
            await heard.state("ac", mode=1)

    run(live())


def test_a_node_that_is_connected_but_gives_no_sign_of_life_counts_as_gone(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC, keepalive_s=0.1)) as heard:
            await heard.state("ac", mode=0)
            node.deaf = True
            await heard.gone("ac")
            node.deaf = False
            await heard.state("ac", mode=0)

    run(live())


@pytest.mark.parametrize("junk", [b"\xff" * 4096, b"\x00\xff\xff\xff\x7f\x19", b"\x00\x05\x19junk!"])
def test_junk_from_the_node_breaks_the_connection_and_no_more(node: EsphomeNode, junk: bytes) -> None:
    async def live() -> None:
        async with linked(house_of(node, AC)) as heard:
            await heard.state("ac", mode=0)
            node.send_bytes(junk)
            node.leave()
            await heard.gone("ac")
            node.come_back()
            await heard.state("ac", mode=0)

    # aioesphomeapi lets the loop hear of what it cannot parse, and ends the connection.
    run(live(), complaint="data_received() call failed")


def test_an_entity_that_the_node_does_not_have_is_named(node: EsphomeNode) -> None:
    async def live() -> None:
        absent = device("heater", "radiator", "climate.attic")
        async with linked(house_of(node, absent)) as heard:
            assert (await heard.gone("heater")).why == "the node has no climate.attic"
            assert "no setpoint_c" in await heard.told("heater", "setpoint_c", 20)

    run(live())


def test_a_setting_that_lies_where_nothing_can_be_set_is_refused(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node, device("tv", "tv", "", {"on": "binary_sensor.pir"}))):
            raise AssertionError("it was taken")

    with pytest.raises(UsageError, match="can only be read"):
        run(live())


def test_a_scan_says_what_each_entity_can(node: EsphomeNode) -> None:
    async def live() -> None:
        async with linked(house_of(node)) as heard:
            found = {one.address: one for one in await heard.link.scan()}
            climate = found["climate.ac"]
            assert (climate.kind, climate.maker) == ("room_air_conditioner", "Maker M1")
            assert (climate.settings["setpoint_c"].low, climate.settings["setpoint_c"].high) == (16, 30)
            assert climate.fail_safe == {"mode": 0}
            assert found["sensor.co2"].measures == ("co2_ppm",)
            assert found["binary_sensor.pir"].measures == ("presence",)
            assert found["fan.fan"].settings["level"].high == 2

    run(live())


def test_an_encrypted_node_wants_its_key(tmp_path: Path) -> None:
    node = EsphomeNode(free_port(), key=KEY)
    secret = tmp_path / "key"
    try:
        secret.write_text(KEY)
        secret.chmod(0o600)

        async def live() -> None:
            async with linked(house_of(node, AC, secret="key"), tmp_path) as heard:
                await heard.state("ac", mode=0)
                assert await heard.told("ac", "mode", 1) == ""
                await heard.state("ac", mode=1)

        async def refused() -> None:
            async with linked(house_of(node, AC, secret="key" if secret.exists() else ""), tmp_path):
                raise AssertionError("it was let in")

        run(live())
        secret.write_text(base64.b64encode(bytes(32)).decode())
        with pytest.raises(LinkError, match="the node's"):
            run(refused())
        secret.unlink()
        with pytest.raises(LinkError, match="let us in"):
            run(refused())
    finally:
        node.close()


def test_a_wrong_password_and_an_empty_port_say_what_to_do(tmp_path: Path) -> None:
    node = EsphomeNode(free_port(), password="right")
    secret = tmp_path / "password"
    secret.write_text("wrong")
    secret.chmod(0o600)

    async def refused() -> None:
        async with linked(house_of(node, AC, secret="password"), tmp_path):
            raise AssertionError("it was let in")

    try:
        with pytest.raises(LinkError, match="password"):
            run(refused())
        node.leave()
        with pytest.raises(LinkError, match="Check the address"):
            run(refused())
    finally:
        node.close()
