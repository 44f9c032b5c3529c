"""The process that owns one connection to real devices: writes what the gate passed, and tells what devices say.

It takes writes from the gate's private socket alone. When the gate has been silent for too long it sets each device to
its declared fail-safe by itself, once, and says so; and when it ends it hands the devices back in the same way.
"""

import asyncio
import contextlib
from collections.abc import Callable

from sumika.actuate import DeviceLink, open_link
from sumika.runtime.gate_socket import GateEar
from sumika.runtime.held_words import HeldWords
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.safety import fail_safe_of, hoods_of
from sumika.schema import DeviceState, Event, Message, Origin, Severity, SumikaError, Write
from sumika.schema.house import House
from sumika.sensors.air import open_sensors
from sumika.units import seconds_to_ns

TURN_S = 0.05
WRITE_TIMEOUT_S = 5.0
WRITE_AGAIN_S = 5.0
HAND_BACK_S = 4.0
"""So long a process that ends has for setting its devices to their fail-safe."""

LATE_NS = seconds_to_ns(10.0)
"""A write that had to wait so long behind others to the same device is not done any more."""


def fail_safe_writes(house: House, connection: str) -> tuple[Write, ...]:
    """Return what the devices of one connection are set to when nobody controls them."""
    hoods = hoods_of(house)
    return tuple(
        Write(device=device.id, action=setting, value=value, sequence=0)
        for device in house.devices
        if device.connection == connection
        for setting, value in fail_safe_of(device, is_hood=device.id in hoods).items()
    )


class DeviceLoop:
    """What the process of one connection does."""

    def __init__(self, process: NodeProcess, link: DeviceLink) -> None:
        """Know the devices.

        Args:
            process: Publishes, and shows signs of life.
            link: To the devices; opened and closed with this.
        """
        self._process, self._link = process, link
        house = process.launch.house
        drives = house.control is not None and house.control.mode == "drive"
        self._safe = fail_safe_writes(house, process.node.subject)
        self._ear = GateEar(process.folder, process.node.name, process.clock.now().monotonic_ns, drives=drives)
        self._incarnation: int | None = None
        self._locks: dict[str, asyncio.Lock] = {}
        self._newest: dict[tuple[str, str], Write] = {}
        self._touched: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._words = HeldWords(house, process.node.subject)
        self._failed_safe: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Run until told to stop; then hand the devices back.

        Raises:
            SumikaError: if nothing answers, or `house.yaml` asks for what the protocol cannot do.
        """
        opening = asyncio.ensure_future(self._link.open())
        try:
            await self._while_alive(opening)
            reports = asyncio.ensure_future(self._report())
            await self._while_alive(reports)
        finally:
            await self._leave()

    async def _while_alive(self, task: "asyncio.Future[None]") -> None:
        """Go round until a task ends, or this process is told to stop."""
        while not task.done() and not self._process.stopping:
            self._turn()
            await asyncio.wait((task,), timeout=TURN_S)
        if task.done():
            task.result()
        else:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _turn(self) -> None:
        now = self._process.clock.now()
        for write in self._ear.take(now.monotonic_ns):
            self._start(write, now.monotonic_ns)
        self._watch_gate(now.monotonic_ns)
        for message in self._words.due(now):
            self._publish(message)
        self._process.refused.update(self._ear.refused)
        self._process.beat()
        self._process.tell({"writes": self._ear.lost} if self._ear.lost else {})

    def _watch_gate(self, now_ns: int) -> None:
        """Fail safe when the gate is gone; tell a gate that began anew what is so."""
        if self._ear.silent(now_ns):
            if self._failed_safe is None:
                self._tell("gate_silent", Severity.ALARM, recovered=False)
                self._failed_safe = asyncio.ensure_future(self._hand_back(again=True))
        elif self._failed_safe is not None:
            self._failed_safe.cancel()
            self._failed_safe = None
            self._tell("gate_silent", Severity.INFO, recovered=True)
        if self._ear.incarnation != self._incarnation:
            self._incarnation = self._ear.incarnation
            for message in self._words.newest():
                self._publish(message)

    def _start(self, write: Write, now_ns: int) -> None:
        """Begin a write; those to one device go one after the other, and only the newest of each setting."""
        self._newest[write.device, write.action] = write
        self._touched.add(write.device)
        task = asyncio.ensure_future(self._in_turn(write, now_ns))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, write: Write, began_ns: int) -> None:
        async with self._locks.setdefault(write.device, asyncio.Lock()):
            newest = self._newest.get((write.device, write.action)) is write
            if newest and self._process.clock.now().monotonic_ns - began_ns <= LATE_NS:
                await self._write(write)

    async def _write(self, write: Write) -> bool:
        """Write; a refusal is told. Return whether the device's side took it."""
        try:
            refusal = await asyncio.wait_for(self._link.write(write), WRITE_TIMEOUT_S)
        except TimeoutError:
            refusal = f"no answer within {WRITE_TIMEOUT_S:g} s"
        except SumikaError as error:
            refusal = str(error)
        if refusal:
            self._process.refuse("by the device")
            stamp = self._process.clock.now()
            self._publish(DeviceState(stamp=stamp, origin=Origin.LIVE, device=write.device, values={}, why=refusal))
        return not refusal

    async def _hand_back(self, *, again: bool) -> None:
        """Set every device that we may have set to its fail-safe; what does not take it is tried again, if asked to."""
        left = [write for write in self._safe if self._ear.drives or write.device in self._touched]
        self._newest.clear()  # what the gate passed before it fell silent is not done any more
        while left:
            taken = await asyncio.gather(*(self._safely(write) for write in left))
            left = [write for write, done in zip(left, taken, strict=True) if not done]
            if not again:
                return
            await asyncio.sleep(WRITE_AGAIN_S)

    async def _safely(self, write: Write) -> bool:
        async with self._locks.setdefault(write.device, asyncio.Lock()):
            return await self._write(write)

    async def _report(self) -> None:
        """Publish what devices and sensors say."""
        async for message in self._link.reports():
            self._process.taken += 1
            self._words.hear(message, self._process.clock.now().monotonic_ns)
            self._publish(message)

    async def _leave(self) -> None:
        for task in (*self._tasks, *((self._failed_safe,) if self._failed_safe is not None else ())):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hand_back(again=False), HAND_BACK_S)
        self._ear.close()
        await self._link.close()

    def _tell(self, code: str, severity: Severity, *, recovered: bool) -> None:
        self._publish(
            Event(
                stamp=self._process.clock.now(),
                origin=Origin.LIVE,
                subject=self._process.node.name,
                code=code,
                severity=severity,
                recovered=recovered,
                detail="" if recovered else ", ".join(dict.fromkeys(write.device for write in self._safe)),
            )
        )

    def _publish(self, message: Message) -> None:
        if self._process.publisher is not None:
            self._process.publisher.publish(message)
            self._process.worked(0, 1)


def run_devices(node: Node, launch: Launch) -> None:
    """Own the connection that the node's subject names until told to stop."""
    connection = next(one for one in launch.house.connections if one.id == node.subject)
    sensors = open_sensors(connection, launch.house)
    folder = launch.house_file.parent
    own(node, launch, lambda process: open_link(connection, launch.house, process.clock, folder, sensors))


def own(node: Node, launch: Launch, link_of: Callable[[NodeProcess], DeviceLink]) -> None:
    """Own a link until told to stop."""
    with NodeProcess(node, launch) as process:
        asyncio.run(DeviceLoop(process, link_of(process)).run())
