"""A supervisor among fakes: processes that are only told of, time that moves only when told to, a real bus."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sumika.bus import Board, Publisher, RuntimeFolder, Subscriber
from sumika.clock import Instant, SimulatedClock
from sumika.runtime import supervisor as supervisor_module
from sumika.runtime.node import Launch, Node
from sumika.runtime.supervisor import NAME, TURN_S, Supervisor
from sumika.schema import ConfigChange, Event, Message, NodeHealth, Origin, Tick
from sumika.schema.house import House, Radar
from sumika.units import seconds_to_ns
from tests.bus_helpers import opened, runtime_folder, wait_until

START = Instant(seconds_to_ns(1000), 1_790_000_000_000_000_000, "boot-of-tests")


class FakeProcess:
    """A process that does what a test says."""

    def __init__(self, pid: int) -> None:
        self.pid: int | None = pid
        self.sentinel = -1
        self.exitcode: int | None = None
        self.obeys = True
        self.mortal = True
        self.signals: list[str] = []
        self.closed = False

    def terminate(self) -> None:
        self.signals.append("term")
        if self.obeys:
            self.exitcode = 0

    def kill(self) -> None:
        self.signals.append("kill")
        if self.mortal:
            self.exitcode = -9

    def join(self, timeout: float | None = None) -> None:
        return None

    def close(self) -> None:
        if self.exitcode is None:
            raise ValueError("still running")
        self.closed = True


class FakeHouse:
    """Nodes of which the test decides whether they beat, die, hang or cannot be started."""

    def __init__(self, folder: RuntimeFolder, nodes: tuple[Node, ...], radars: tuple[Radar, ...] = ()) -> None:
        self.clock = SimulatedClock(START)
        self.folder = folder
        self.processes: dict[str, list[FakeProcess]] = {node.name: [] for node in nodes}
        self.incarnations: dict[str, list[int]] = {node.name: [] for node in nodes}
        self.beating = {node.name for node in nodes}
        self.refusal: Exception | None = None
        config = ConfigChange(stamp=START, origin=Origin.LIVE, file="house.yaml", hash="", text="")
        self.launch = launch = Launch(
            folder=folder.path,
            data=folder.path,
            run_id="run",
            house=House(rooms=(), radars=radars),
            house_file=Path("house.yaml"),
            config=config,
            nodes=(NAME, *(node.name for node in nodes)),
            incarnation=0,
        )
        self.said: list[Event] = []
        self.supervisor = Supervisor(nodes, launch, folder, self.clock, self.spawn, voice=self.said.append)
        self.boards = {node.name: Board.open(folder.board, node.name) for node in nodes}
        self.ear = opened(Subscriber(folder, [NAME], ["event", "node_health", "tick"], self.clock, name="log"))
        self.heard: list[Message] = []

    def spawn(self, node: Node, launch: Launch) -> FakeProcess:
        if self.refusal is not None:
            raise self.refusal
        process = FakeProcess(10_000_000 + len(self.processes[node.name]))
        self.processes[node.name].append(process)
        self.incarnations[node.name].append(launch.incarnation)
        return process

    def process(self, name: str) -> FakeProcess:
        return self.processes[name][-1]

    def turn(self, seconds: float = TURN_S, *, listen: bool = True) -> None:
        """Let so much time pass, turn by turn; who lives and beats does so before each turn."""
        for _ in range(max(1, round(seconds / TURN_S))):
            for name in self.beating:
                if self.processes[name] and self.process(name).exitcode is None:
                    self.boards[name].beat(self.clock.now().monotonic_ns)
            self.supervisor.turn()
            if listen:
                self.heard += [received.message for received in self.ear.receive(0.0)]

    def connected(self) -> bool:
        """Tell whether we hear the supervisor."""
        self.supervisor.publish(Tick(stamp=START, origin=Origin.LIVE))
        return bool(self.ear.receive(0.0))

    def settle(self) -> None:
        """Take in what is still on its way."""
        while arrived := self.ear.receive(0.05):
            self.heard += [received.message for received in arrived]

    def told(self) -> list[tuple[str, str, bool]]:
        """Return what was told, as (subject, code, recovered)."""
        self.settle()
        return [
            (message.subject, message.code, message.recovered) for message in self.heard if isinstance(message, Event)
        ]

    def health(self, name: str) -> NodeHealth:
        """Return the last health of a node."""
        self.settle()
        return [message for message in self.heard if isinstance(message, NodeHealth) and message.node == name][-1]


def idle(node: Node, launch: Launch) -> None:
    """A loop that is never run: its process is a fake."""


def node_named(name: str, **fields: object) -> Node:
    return dataclasses.replace(Node(name, idle, watchdog_s=3.0), **fields)  # type: ignore[arg-type]  # any field


@contextmanager
def fake_house(monkeypatch: pytest.MonkeyPatch, *nodes: Node, radars: tuple[Radar, ...] = ()) -> Iterator[FakeHouse]:
    """A house of these nodes; its supervisor waits in simulated time."""
    with runtime_folder() as folder:
        house = FakeHouse(folder, nodes, radars)

        def wait(sentinels: list[int], timeout: float) -> list[int]:
            house.clock.sleep_until(house.clock.now().monotonic_ns + seconds_to_ns(timeout))
            return []

        monkeypatch.setattr(supervisor_module, "wait", wait)
        assert wait_until(house.connected)
        try:
            yield house
        finally:
            house.supervisor.stop()


def publisher(house: FakeHouse, name: str) -> Publisher:
    """Return a node's voice."""
    return opened(Publisher(house.folder, name, incarnation=0))
