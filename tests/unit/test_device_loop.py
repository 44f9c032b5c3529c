"""What the process of a connection does with its link: order, refusals, hand-back, and a gate that begins anew."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from sumika.actuate import FoundDevice, LinkError
from sumika.bus import Board
from sumika.clock import WallClock
from sumika.runtime import device_loop as device_loop_module
from sumika.runtime import held_words as held_words_module
from sumika.runtime import process as process_module
from sumika.runtime.device_loop import DeviceLoop, fail_safe_writes
from sumika.runtime.gate_loop import run_gate
from sumika.runtime.gate_socket import GateVoice
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import AirSample, ConfigChange, DeviceState, Event, Message, Origin, Write
from sumika.schema.house import Control, House
from tests.bus_helpers import runtime_folder
from tests.gate_helpers import NAMES, OWNER, small_house

pytestmark = pytest.mark.slow

CLOCK = WallClock()
SAFE = [("heater", "mode", 0.0), ("fan", "level", 1.0)]


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node's process asks the kernel for things that this one must not have."""
    monkeypatch.setattr(process_module, "_ask_kernel", lambda *arguments: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Link:
    """Devices that do as the test says."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, float]] = []
        self.refusals: dict[str, str] = {}
        self.reported: asyncio.Queue[Message | None] = asyncio.Queue()
        self.gate = asyncio.Event()
        self.gate.set()
        self.broken: Exception | None = None
        self.closed = False

    async def open(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def write(self, write: Write) -> str:
        await self.gate.wait()
        if self.broken is not None:
            raise self.broken
        self.told.append((write.device, write.action, write.value))
        return self.refusals.get(write.device, "")

    async def reports(self) -> AsyncIterator[Message]:
        while (message := await self.reported.get()) is not None:
            yield message

    async def scan(self) -> tuple[FoundDevice, ...]:
        return ()

    async def close(self) -> None:
        self.closed = True


class Running:
    """A loop that runs beside the test."""

    def __init__(self, process: NodeProcess, link: Link, said: list[Message]) -> None:
        self.process, self.link, self.said = process, link, said
        control = process.launch.house.control
        self.drives = control is not None and control.mode == "drive"
        self.voice = GateVoice(process.folder, 0)
        self.voice.drives = self.drives
        self.number = 0

    async def until(self, holds: Callable[[], bool]) -> None:
        """Give the loop time until something is so."""
        async with asyncio.timeout(10.0):
            while not holds():
                self.voice.beat(CLOCK.now().monotonic_ns)
                await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))], timeout=0.01)

    async def connected(self) -> None:
        """Wait until the loop hears the gate."""
        await self.until(lambda: self.voice.listens(OWNER))

    def send(self, device: str, value: float) -> None:
        """Pass a write on, as the gate does."""
        self.number += 1
        action = "mode" if device == "heater" else "level"
        write = Write(device=device, action=action, value=value, sequence=self.number)
        self.voice.send(OWNER, write, CLOCK.now().monotonic_ns)

    def begin_anew(self) -> None:
        """Let the gate die and be started again."""
        self.voice.close()
        self.voice = GateVoice(self.process.folder, 1)
        self.voice.drives = self.drives


@contextmanager
def process_of(
    data: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[NodeProcess, list[Message]]]:
    """Yield the frame of the process, and all that it publishes."""
    said: list[Message] = []
    with runtime_folder() as folder:
        Board.create(folder.board, NAMES)
        config = ConfigChange(stamp=CLOCK.now(), origin=Origin.LIVE, file="house.yaml", hash="0", text="")
        launch = Launch(folder.path, data, "run", house, data / "house.yaml", config, NAMES, 0)
        with NodeProcess(Node(OWNER, run_gate, subject="fake", heard_by=()), launch) as process:
            monkeypatch.setattr(process.publisher, "publish", said.append)
            yield process, said


def live(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    life: Callable[[Running], Awaitable[None]],
    house: House | None = None,
) -> Running:
    """Run a loop beside what a test does with it; then stop it and let it hand back."""
    with process_of(data, house or small_house(), monkeypatch) as (process, said):

        async def both() -> Running:
            running = Running(process, Link(), said)
            task = asyncio.ensure_future(DeviceLoop(process, running.link).run())
            try:
                await running.connected()
                await life(running)
            finally:
                process.stopping = True
                await task
                running.voice.close()
            return running

        return asyncio.run(both())


def told(running: Running) -> list[tuple[str, str, float]]:
    """Return what devices were told before they were handed back."""
    return running.link.told[: -len(SAFE)]


def test_writes_reach_devices_and_refusals_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def life(running: Running) -> None:
        running.link.refusals["fan"] = "its filter is missing"
        running.send("heater", 1.0)
        running.send("fan", 2.0)
        await running.until(lambda: any(isinstance(each, DeviceState) for each in running.said))

    running = live(tmp_path, monkeypatch, life)
    assert told(running) == [("heater", "mode", 1.0), ("fan", "level", 2.0)]
    (state, *_) = [each for each in running.said if isinstance(each, DeviceState)]
    assert (state.device, state.values, state.why) == ("fan", {}, "its filter is missing")
    assert running.process.refused["by the device"] >= 1
    assert running.link.told[-2:] == SAFE
    assert running.link.closed


def test_of_writes_that_wait_for_one_device_only_the_newest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def life(running: Running) -> None:
        running.link.gate.clear()
        for value in (1.0, 2.0, 3.0, 4.0):
            running.send("heater", value)
        running.send("fan", 2.0)
        turns = itertools.count()
        await running.until(lambda: next(turns) > 30)
        running.link.gate.set()
        await running.until(lambda: len(running.link.told) >= 2)

    running = live(tmp_path, monkeypatch, life)
    done = [value for device, _, value in told(running) if device == "heater"]
    assert done[-1] == 4.0
    assert len(done) <= 2


def test_a_write_that_hangs_or_breaks_is_refused_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_loop_module, "WRITE_TIMEOUT_S", 0.05)

    async def life(running: Running) -> None:
        running.link.gate.clear()
        running.send("heater", 1.0)
        await running.until(lambda: any(isinstance(each, DeviceState) for each in running.said))
        running.link.gate.set()
        running.link.broken = LinkError("the cable is out")
        running.send("heater", 2.0)
        await running.until(lambda: sum(isinstance(each, DeviceState) for each in running.said) >= 2)
        running.link.broken = None
        running.send("heater", 3.0)
        await running.until(lambda: len(running.link.told) >= 1)

    running = live(tmp_path, monkeypatch, life)
    why = [each.why for each in running.said if isinstance(each, DeviceState)]
    assert "no answer within" in why[0]
    assert "the cable is out" in why[1]
    assert told(running) == [("heater", "mode", 3.0)]


def test_a_gate_that_begins_anew_is_told_what_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = DeviceState(stamp=CLOCK.now(), origin=Origin.LIVE, device="heater", values={"mode": 1.0})
    air = AirSample(stamp=CLOCK.now(), origin=Origin.LIVE, sensor="contact", room="living", window_open=1.0)

    async def life(running: Running) -> None:
        running.link.reported.put_nowait(state)
        running.link.reported.put_nowait(air)
        await running.until(lambda: air in running.said)
        running.begin_anew()
        await running.until(lambda: running.said.count(state) >= 2 and running.said.count(air) >= 2)

    running = live(tmp_path, monkeypatch, life)
    assert (running.said.count(state), running.said.count(air)) == (2, 2)


def test_what_holds_is_told_again_until_the_device_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_words_module, "AGAIN_S", 0.02)
    state = DeviceState(stamp=CLOCK.now(), origin=Origin.LIVE, device="heater", values={"mode": 1.0})
    gone = DeviceState(stamp=CLOCK.now(), origin=Origin.LIVE, device="heater", values={}, available=False)

    async def life(running: Running) -> None:
        running.link.reported.put_nowait(state)
        await running.until(lambda: sum(isinstance(each, DeviceState) for each in running.said) >= 3)
        running.link.reported.put_nowait(gone)
        await running.until(lambda: gone in running.said)
        turns = itertools.count()
        await running.until(lambda: next(turns) > 30)

    running = live(tmp_path, monkeypatch, life)
    said = [each for each in running.said if isinstance(each, DeviceState)]
    assert said[0] == state
    # On a busy machine the gate may seem to have begun anew: then it is told the newest words as they were said.
    again = [each for each in said[: said.index(gone)] if each != state]
    assert again
    assert all(each.values == state.values and each.held_s > 0.0 and each.stamp != state.stamp for each in again)
    assert said[-1] == gone


def test_a_silent_gate_leaves_devices_in_their_fail_safe_once_and_again_where_they_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_loop_module, "WRITE_AGAIN_S", 0.02)

    async def life(running: Running) -> None:
        running.link.refusals["fan"] = "busy"
        silent = [True]
        monkeypatch.setattr("sumika.runtime.gate_socket.GateEar.silent", lambda ear, now_ns: silent[0])
        await running.until(lambda: running.link.told.count(SAFE[1]) >= 3)
        running.link.refusals.clear()
        silent[0] = False
        await running.until(lambda: any(isinstance(each, Event) and each.recovered for each in running.said))
        running.said.append(DeviceState(stamp=CLOCK.now(), origin=Origin.LIVE, device="mark", values={}))

    running = live(tmp_path, monkeypatch, life)
    assert told(running).count(SAFE[0]) == 1
    events = [(each.code, each.severity, each.recovered) for each in running.said if isinstance(each, Event)]
    assert events == [("gate_silent", "alarm", False), ("gate_silent", "info", True)]


def test_what_was_only_watched_is_not_touched_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = msgspec.structs.replace(small_house(), control=Control(mode="shadow"))

    async def life(running: Running) -> None:
        running.send("fan", 2.0)  # a resident asked for it
        await running.until(lambda: bool(running.link.told))

    running = live(tmp_path, monkeypatch, life, house)
    assert running.link.told == [("fan", "level", 2.0), ("fan", "level", 1.0)]


def test_a_link_that_cannot_be_opened_ends_the_process_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Link
    with process_of(tmp_path, small_house(), monkeypatch) as (process, _):

        async def run() -> None:
            broken = link()
            broken.broken = LinkError("nobody answers")
            try:
                await DeviceLoop(process, broken).run()
            finally:
                assert broken.closed

        with pytest.raises(LinkError, match="nobody answers"):
            asyncio.run(run())


def test_fail_safes_are_those_of_one_connection() -> None:
    writes = [(write.device, write.action, write.value) for write in fail_safe_writes(small_house(), "fake")]
    assert writes == SAFE
    assert fail_safe_writes(small_house(), "") == ()


def test_a_house_that_is_only_watched_gets_back_what_was_touched_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def life(running: Running) -> None:
        running.voice.drives = False
        running.send("heater", 1.0)
        await running.until(lambda: len(running.link.told) >= 1)

    running = live(tmp_path, monkeypatch, life)
    assert {device for device, _, _ in running.link.told} == {"heater"}
    assert len(running.link.told) == 2
