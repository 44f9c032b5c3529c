"""The bridge's real process beside a house that is played."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

import msgspec

from sumika.bus import Board, RuntimeFolder, Subscriber
from sumika.clock import WallClock
from sumika.runtime.bridge_loop import run_bridge
from sumika.runtime.node import Launch, Node
from sumika.schema import ConfigChange, Event, Origin
from sumika.schema.house import House
from tests.bridge_helpers import EAR, HOUSE_NODE, PlayedHouse
from tests.bus_helpers import runtime_folder


class RunningBridge:
    """A house that is played, and the bridge's process.

    Attributes:
        house: As described; another may be set before the bridge starts again.
        played: What says and answers everything.
        data: The house's data folder.
        ear: Hears what the bridge says of itself.
    """

    def __init__(self, folder: RuntimeFolder, data: Path, house: House) -> None:
        """Begin to play; the bridge does not run yet."""
        self._folder, self.data, self.house = folder, data, house
        self.clock = WallClock()
        self._board = Board.create(folder.board, ["bridge"])
        self.played = PlayedHouse(folder, self.clock)
        # Whatever the bridge says first is not said before this one listens.
        self.ear = Subscriber(folder, ["bridge"], ["event"], self.clock, name=EAR)
        self._process: BaseProcess | None = None
        self._starts = 0

    def start(self) -> None:
        """Start the bridge's process."""
        config = ConfigChange(stamp=self.clock.now(), origin=Origin.LIVE, file="", hash="", text="")
        launch = Launch(
            folder=self._folder.path,
            data=self.data,
            run_id="test",
            house=self.house,
            house_file=self.data / "house.yaml",
            config=config,
            nodes=(HOUSE_NODE,),
            incarnation=self._starts,
        )
        self._starts += 1
        node = Node("bridge", run_bridge, heard_by=(EAR,))
        self._process = multiprocessing.get_context("spawn").Process(target=run_bridge, args=(node, launch))
        self._process.start()

    def encrypt(self, broker: str) -> None:
        """Let the next start reach the broker elsewhere."""
        assert self.house.bridge is not None
        self.house = msgspec.structs.replace(
            self.house, bridge=msgspec.structs.replace(self.house.bridge, broker=broker)
        )

    def tell_by(self, discovery: Literal["device", "component"]) -> None:
        """Let the next start tell Home Assistant in this way what there is."""
        assert self.house.bridge is not None
        bridge = msgspec.structs.replace(self.house.bridge, discovery=discovery)
        self.house = msgspec.structs.replace(self.house, bridge=bridge)

    def switch_off(self) -> None:
        """Let the next start take everything back."""
        assert self.house.bridge is not None
        self.house = msgspec.structs.replace(
            self.house, bridge=msgspec.structs.replace(self.house.bridge, enabled=False)
        )

    def without_device(self, name: str) -> None:
        """Let the next start know a house without something that could be set."""
        devices = tuple(device for device in self.house.devices if device.id != name)
        self.house = msgspec.structs.replace(self.house, devices=devices)

    def without_room(self, name: str) -> None:
        """Let the next start know a house without a room and its radars."""
        self.house = msgspec.structs.replace(
            self.house,
            rooms=tuple(room for room in self.house.rooms if room.id != name),
            radars=tuple(radar for radar in self.house.radars if radar.room != name),
        )

    def kill(self) -> None:
        """Let it die without a word."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None or process.pid is None:
            return
        os.kill(process.pid, number)
        process.join(20.0)
        if process.is_alive():
            process.kill()
            process.join()
            raise AssertionError("the bridge did not end")
        process.close()
        self._process = None

    def close(self) -> None:
        """End everything."""
        self.kill()
        self.played.close()
        self.ear.close()


@contextmanager
def running_bridge(data: Path, house: House) -> Iterator[RunningBridge]:
    """Play a house beside the bridge's process until the block ends.

    Args:
        data: The house's data folder.
        house: As described.
    """
    with runtime_folder() as folder:
        running = RunningBridge(folder, data, house)
        try:
            running.start()
            yield running
        finally:
            running.close()


def awaited(ear: Subscriber, wanted: Callable[[Event], bool], deadline_s: float = 30.0) -> Event:
    """Return the first event that is wanted.

    Args:
        ear: `RunningBridge.ear`.
        wanted: Whether this is it.
        deadline_s: How long to wait.
    """
    until_s = time.monotonic() + deadline_s
    heard: list[Event] = []
    while time.monotonic() < until_s:
        for received in ear.receive(0.2):
            if isinstance(received.message, Event):
                heard.append(received.message)
                if wanted(received.message):
                    return received.message
    raise AssertionError(f"only {heard}")
