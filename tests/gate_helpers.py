"""A gate and a process of devices, each a real process, with a test in the place of planner, page and supervisor."""

import asyncio
import json
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sumika.actuate import FoundDevice
from sumika.bus import Board, Publisher, Received, RuntimeFolder, Subscriber
from sumika.clock import Clock, WallClock
from sumika.runtime.device_loop import own
from sumika.runtime.gate_loop import run_gate
from sumika.runtime.history_loop import run_history
from sumika.runtime.node import Launch, Loop, Node
from sumika.runtime.process import NodeProcess
from sumika.runtime.world_loop import run_world
from sumika.schema import Command, ConfigChange, DeviceState, Heartbeat, Message, Origin, Verdict, Write
from sumika.schema.house import Connection, Control, Device, House, Room
from sumika.units import seconds_to_ns

CLOCK = WallClock()
OWNER = "devices.fake"
NAMES = ("gate", OWNER, "world", "history", "plan", "page")


def small_house(connection: str = "fake") -> House:
    """A room with heater, fan and lock, reached by one connection; without one: simulated, and without the lock."""
    lock = Device(id="door", room="living", kind="lock", connection=connection, limits={"on": (0, 1)})
    return House(
        demo=not connection,
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),),
        connections=(Connection(id=connection, type="mqtt", address="nowhere"),) if connection else (),
        devices=(
            Device(id="heater", room="living", kind="room_air_conditioner", connection=connection),
            Device(id="fan", room="living", kind="exhaust_fan", connection=connection),
            *((lock,) if connection else ()),
        ),
        control=Control(mode="drive"),
    )


class FileLink:
    """Devices that write down what they are told, in a file that the test reads, and say it back."""

    def __init__(self, clock: Clock, path: Path) -> None:
        self._clock, self._path = clock, path
        self._closed, self._pause = False, asyncio.sleep
        self._values: dict[str, dict[str, float]] = {}

    async def open(self) -> None:
        self._path.touch()

    async def write(self, write: Write) -> str:
        self._values.setdefault(write.device, {})[write.action] = write.value
        line = {"at_s": time.monotonic(), "device": write.device, "action": write.action, "value": write.value}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return ""

    async def reports(self) -> AsyncIterator[Message]:
        while not self._closed:
            for device, values in self._values.items():
                yield DeviceState(stamp=self._clock.now(), origin=Origin.LIVE, device=device, values=dict(values))
            await self._pause(0.2)

    async def scan(self) -> tuple[FoundDevice, ...]:
        return ()

    async def close(self) -> None:
        self._closed = True


def _file_link(path: Path, process: NodeProcess) -> FileLink:
    return FileLink(process.clock, path)


def launch_of(folder: Path, data: Path, connection: str, incarnation: int = 0) -> Launch:
    """Return what the processes of a small house are told."""
    config = ConfigChange(stamp=CLOCK.now(), origin=Origin.LIVE, file="house.yaml", hash="0", text="")
    house = small_house(connection)
    return Launch(folder, data, "run", house, data / "house.yaml", config, NAMES, incarnation)


@dataclass
class GateHouse:
    """What a test of the running gate holds in hand."""

    folder: RuntimeFolder
    data: Path
    ear: Subscriber
    connection: str = "fake"
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    heard: list[Received] = field(default_factory=list)

    def start(self, name: str, incarnation: int = 0) -> "subprocess.Popen[bytes]":
        """Start a process of the house: of the gate, or of the devices."""
        told = (name, str(self.folder.path), str(self.data), self.connection, str(incarnation))
        self.processes[name] = subprocess.Popen([sys.executable, __file__, *told])
        return self.processes[name]

    @property
    def written(self) -> Path:
        """The file in which the devices write down what they are told."""
        return self.data / "written.jsonl"

    def lines(self) -> list[tuple[str, str, float]]:
        """Return what the devices were told, in order."""
        if not self.written.exists():
            return []
        told = [json.loads(line) for line in self.written.read_text(encoding="utf-8").splitlines()]
        return [(line["device"], line["action"], line["value"]) for line in told]

    def last_s(self) -> float:
        """Return when the devices were last told something."""
        told = self.written.read_text(encoding="utf-8").splitlines()
        return float(json.loads(told[-1])["at_s"])

    def hear(self) -> list[Message]:
        """Return all that the gate and the process of devices have said."""
        self.heard += self.ear.receive(0.05)
        return [received.message for received in self.heard]

    def verdicts(self) -> list[Verdict]:
        """Return what the gate has said to commands."""
        return [message for message in self.hear() if isinstance(message, Verdict)]


@contextmanager
def gate_house(folder: RuntimeFolder, data: Path, connection: str = "fake") -> Iterator[GateHouse]:
    """Yield a house whose gate and devices are not started yet."""
    data.mkdir(exist_ok=True)
    Board.create(folder.board, NAMES)
    ear = Subscriber(folder, ["gate", OWNER, "world"], ["verdict", "event", "device_state"], CLOCK)
    held = GateHouse(folder, data, ear, connection)
    try:
        yield held
    finally:
        ear.close()
        for process in held.processes.values():
            process.kill()
            process.wait(5)


class Speaker:
    """A node that beats and commands."""

    def __init__(self, folder: RuntimeFolder, node: str) -> None:
        self._publisher = Publisher(folder, node, 0)
        self.node = node

    def beat(self, asker: str, holds_s: float = 0.0) -> None:
        """Say that a controller lives."""
        now = CLOCK.now()
        holds_until_ns = now.monotonic_ns + seconds_to_ns(holds_s)
        self._publisher.publish(Heartbeat(stamp=now, origin=Origin.LIVE, asker=asker, holds_until_ns=holds_until_ns))

    def ask(self, device: str, action: str, value: float, asker: str) -> None:
        """Ask for something."""
        command = Command(
            stamp=CLOCK.now(), origin=Origin.LIVE, device=device, action=action, value=value, asked_by=asker
        )
        self._publisher.publish(command)

    def close(self) -> None:
        """Fall silent."""
        self._publisher.close(deliver=False)


def until(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for something to become true, at most so long; return whether it did."""
    pause, deadline_s = threading.Event(), time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline_s:
            return False
        pause.wait(0.05)
    return True


LOOPS: dict[str, Loop] = {"gate": run_gate, "world": run_world, "history": run_history}


def main(name: str, folder: str, data: str, connection: str, incarnation: str) -> None:
    """Be one process of the small house."""
    launch = launch_of(Path(folder), Path(data), connection, int(incarnation))
    if name == "parent":  # as the supervisor is to the nodes
        multiprocessing.get_context("fork").Process(target=main, args=(OWNER, folder, data, connection, "0")).start()
        signal.pause()
    elif name in LOOPS:
        LOOPS[name](Node(name, LOOPS[name]), launch)
    else:
        node = Node(name, run_gate, subject=connection, hands_back=True)
        own(node, launch, partial(_file_link, Path(data) / "written.jsonl"))


if __name__ == "__main__":
    main(*sys.argv[1:])
