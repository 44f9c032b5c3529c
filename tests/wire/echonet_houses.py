"""Houses whose only connection is a virtual node of ECHONET Lite on an address of its own of this machine."""

import socket
from collections.abc import Iterator

import pytest

from sumika.evaluate.free_port import free_port
from sumika.schema.house import Connection, Device, House, Sensor
from tests.wire.echonet_device import EchonetDevice
from tests.wire.loopback_links import house_with

HERE, THERE = "127.0.0.1", "127.0.0.2"
AIR_CONDITIONER = {"80": "31", "b0": "42", "b3": "18", "a0": "41", "bb": "13", "ba": "2f", "be": "7e", "84": "0000"}


@pytest.fixture
def node() -> Iterator[EchonetDevice]:
    """Return a node without objects."""
    found = EchonetDevice(THERE, free_port(socket.SOCK_DGRAM))
    yield found
    found.close()


def house_of(node: EchonetDevice, *devices: Device, sensors: tuple[Sensor, ...] = (), **options: float) -> House:
    """Return a house that is connected to the node."""
    given: dict[str, str | float] = {"listen": HERE, "port": node.port, "poll_s": 0.2, "timeout_s": 1.0, **options}
    connection = Connection(id="appliances", type="echonet_lite", address=node.host, options=given)
    return house_with(connection, devices, sensors)
