"""ECHONET Lite: a virtual node in another process, on an address of its own of this machine."""

import socket
from collections.abc import Iterator

import pytest

from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.echonet_device import EchonetDevice
from tests.wire.loopback_links import device, free_port, house_with, linked, loopback, run

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

HERE, THERE = "127.0.0.1", "127.0.0.2"
AIR_CONDITIONER = {"80": "31", "b0": "42", "b3": "18", "a0": "41", "bb": "13", "ba": "2f", "be": "7e", "84": "0000"}


@pytest.fixture
def node() -> Iterator[EchonetDevice]:
    found = EchonetDevice(THERE, free_port(socket.SOCK_DGRAM))
    yield found
    found.close()


def connection(node: EchonetDevice, **options: float) -> Connection:
    given: dict[str, str | float] = {"listen": HERE, "port": node.port, "poll_s": 0.2, "timeout_s": 1.0, **options}
    return Connection(id="appliances", type="echonet_lite", address=node.host, options=given)


def house_of(node: EchonetDevice, *devices: Device, sensors: tuple[Sensor, ...] = (), **options: float) -> House:
    return house_with(connection(node, **options), devices, sensors)


def test_an_air_conditioner_is_told_and_read_back(node: EchonetDevice) -> None:
    node.tell(objects={"013001": AIR_CONDITIONER}, settable={"013001": ["80", "b0", "b3", "a0"]})
    house = house_of(node, device("ac", "room_air_conditioner", f"{THERE}/013001"))

    async def live() -> None:
        async with linked(house) as heard:
            first = await heard.state("ac", mode=0, setpoint_c=24)
            assert first.values == {
                "mode": 0.0,
                "setpoint_c": 24.0,
                "fan_level": 0.0,
                "room_temperature_c": 19.0,
                "relative_humidity": 0.47,
            }
            assert first.power_w == 0.0
            assert "humidity_setpoint" in first.why  # it has none, and says so
            for setting, value in {"setpoint_c": 21.0, "fan_level": 3.0, "mode": 1.0}.items():
                assert await heard.told("ac", setting, value) == ""
            await heard.state("ac", mode=1, setpoint_c=21, fan_level=3)

    run(live())
    assert node.properties("013001") == {**AIR_CONDITIONER, "80": "30", "b0": "43", "b3": "15", "a0": "35"}
