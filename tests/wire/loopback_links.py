"""What tests of links to real devices share: a house with one connection, and reports waited for with a time limit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import pytest_socket

from sumika.actuate import DeviceLink, open_link
from sumika.clock import WallClock
from sumika.schema import DeviceState, Message, Write
from sumika.schema.house import Connection, Device, House, Sensor
from sumika.sensors.air import open_sensors

PATIENCE_S = 20.0
"""Longer than anything takes on a busy machine; a test that waits so long has failed."""

Told = TypeVar("Told", bound=Message)


@pytest.fixture
def loopback() -> Iterator[None]:
    """Let a test use this machine's own network."""
    pytest_socket.enable_socket()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


def house_with(connection: Connection, devices: tuple[Device, ...] = (), sensors: tuple[Sensor, ...] = ()) -> House:
    """Return a house of one room with a connection and what is reached by it."""
    document = {"rooms": [{"id": "living", "floor_m": [[0, 0], [4, 0], [4, 4], [0, 4]]}]}
    house = msgspec.convert(document, House)
    own = tuple(msgspec.structs.replace(device, room="living", connection=connection.id) for device in devices)
    listening = tuple(msgspec.structs.replace(sensor, room="living", connection=connection.id) for sensor in sensors)
    return msgspec.structs.replace(house, connections=(connection,), devices=own, sensors=listening)


def device(name: str, kind: str, address: str, mapping: dict[str, str] | None = None) -> Device:
    """Return a device; `house_with` hangs it up."""
    return Device(id=name, room="", kind=kind, address=address, mapping=mapping or {})


def sensor(name: str, kind: str, address: str, mapping: dict[str, str] | None = None) -> Sensor:
    """Return a sensor; `house_with` hangs it up."""
    return Sensor(id=name, room="", kind=kind, address=address, mapping=mapping or {})


class Heard:
    """An open link and what it said so far."""

    def __init__(self, link: DeviceLink) -> None:
        """Take a link."""
        self.link = link
        self.messages: list[Message] = []
        self._reports = link.reports()

    async def until(self, kind: type[Told], fits: Callable[[Told], bool] = lambda message: True) -> Told:
        """Return the next message of that kind that fits."""
        async with asyncio.timeout(PATIENCE_S):
            async for message in self._reports:
                self.messages.append(message)
                if isinstance(message, kind) and fits(message):
                    return message
        raise AssertionError(f"the reports ended; heard {self.messages}")

    async def state(self, name: str, **values: float) -> DeviceState:
        """Return the next state in which a device is available and has these values."""

        def fits(state: DeviceState) -> bool:
            same = all(abs(state.values.get(setting, 1e9) - value) < 1e-6 for setting, value in values.items())
            return state.device == name and state.available and same

        return await self.until(DeviceState, fits)

    async def gone(self, name: str) -> DeviceState:
        """Return the next state in which a device is not available."""
        return await self.until(DeviceState, lambda state: state.device == name and not state.available)

    async def told(self, name: str, action: str, value: float) -> str:
        """Write; return the refusal."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.link.write(Write(device=name, action=action, value=value, sequence=1))


@asynccontextmanager
async def linked(house: House, folder: Path = Path()) -> AsyncIterator[Heard]:
    """Open the link of a house's only connection; nothing of it is left afterwards."""
    before = asyncio.all_tasks()
    connection = house.connections[0]
    link = open_link(connection, house, WallClock(), folder, open_sensors(connection, house))
    await link.open()
    try:
        yield Heard(link)
    finally:
        await link.close()
        await link.close()
    left = asyncio.all_tasks() - before
    assert not left, f"tasks are left: {left}"


def run(work: Awaitable[None], complaint: str = "") -> None:
    """Run a test's coroutine; anything that the loop complains of fails it, but for one expected complaint."""
    complaints: list[dict[str, object]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        await work

    asyncio.run(watched())
    unexpected = [one for one in complaints if not complaint or complaint not in str(one["message"])]
    assert not unexpected, unexpected
