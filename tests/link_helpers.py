"""What tests of links to devices share: who listens to a link and waits for what it says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sumika.actuate import DeviceLink
from sumika.ending import end_tasks
from sumika.schema import DeviceState, Message, Write
from sumika.schema.house import Connection, Device, House, Room, Sensor

DEADLINE_S = 10.0
Told = TypeVar("Told", bound=Message)


def house_with(connection: Connection, devices: tuple[Device, ...] = (), sensors: tuple[Sensor, ...] = ()) -> House:
    """Return a house of one room."""
    room = Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0)))
    return House(rooms=(room,), connections=(connection,), devices=devices, sensors=sensors)


class FakePause:
    """Waits as long as the test lets it, and notes for how long it was asked to.

    Attributes:
        seconds: For how long, each time.
        go: Lets it end one pause.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.go = asyncio.Semaphore(0)
        self._asked = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        self.seconds.append(seconds)
        self._asked.set()
        await self.go.acquire()

    async def asked(self, times: int) -> None:
        """Wait until it was asked for so many pauses."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.seconds) < times:
                self._asked.clear()
                await self._asked.wait()


class Listener:
    """Listens to a link.

    Attributes:
        told: Everything that it said, oldest first.
        link: Itself.
    """

    def __init__(self, link: DeviceLink) -> None:
        self.link = link
        self.told: list[Message] = []
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Listen until the link ends."""
        async for message in self.link.reports():
            self.told.append(message)
            self._news.set()

    async def until(self, kind: type[Told], wanted: Callable[[Told], bool], *, after: int = 0) -> Told:
        """Wait until the link says something and return it.

        Args:
            kind: Of message.
            wanted: Whether this is it.
            after: How many messages to pass over.
        """
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    for message in self.told[after:]:
                        if isinstance(message, kind) and wanted(message):
                            return message
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            said = [message for message in self.told[after:] if isinstance(message, kind)]
            raise AssertionError(f"it said only {said[-5:]}") from None

    async def news(self) -> None:
        """Wait until the link says anything."""
        self._news.clear()
        async with asyncio.timeout(DEADLINE_S):
            await self._news.wait()

    async def device(self, name: str, wanted: Callable[[DeviceState], bool], *, after: int = 0) -> DeviceState:
        """Wait until a device says something and return it."""
        return await self.until(DeviceState, lambda said: said.device == name and wanted(said), after=after)

    async def set(self, device: str, action: str, value: float) -> str:
        """Write one setting as the gate does."""
        return await self.link.write(Write(device=device, action=action, value=value, sequence=0))

    async def sets(self, device: str, action: str, value: float, *, reads: float | None = None) -> DeviceState:
        """Write one setting, and wait until the device says that it is so."""
        after = len(self.told)
        refused = await self.set(device, action, value)
        assert refused == ""
        wanted = value if reads is None else reads
        return await self.device(device, lambda said: abs(said.values.get(action, 1e9) - wanted) < 1e-6, after=after)


@asynccontextmanager
async def listening(link: DeviceLink) -> AsyncIterator[Listener]:
    """Open a link and listen to it until the block ends."""
    await link.open()
    listener = Listener(link)
    task = asyncio.create_task(listener.follow())
    try:
        yield listener
    finally:
        await link.close()
        await end_tasks((task,))
