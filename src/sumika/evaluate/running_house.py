"""A house that really runs, in processes of its own, to be measured and mistreated."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from sumika.bus import Received, RuntimeFolder, Subscriber
from sumika.clock import WallClock
from sumika.config import LoadedHouse
from sumika.evaluate.free_port import likely_port
from sumika.runtime.supervisor import NAME as SUPERVISOR
from sumika.runtime.table import nodes_of
from sumika.schema import NodeHealth, NodeState, SumikaError

TOPICS_HEARD = ("node_health", "event", "presence", "respiration", "chest_motion", "heart_rate", "claim")


_PAGE = re.compile(r"^page: \{\}", re.MULTILINE)


def lives(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that has ended and only waits to be collected does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class RunningHouse:
    """Starts `sumika run` on a house, listens to its bus, and ends it.

    Args:
        loaded: The house.
        arguments: Further arguments of `sumika run`; without any: headless.
        topics: What is listened to.

    Use as a context manager.
    """

    def __init__(
        self,
        loaded: LoadedHouse,
        arguments: Sequence[str] = ("--headless",),
        topics: tuple[str, ...] = TOPICS_HEARD,
    ) -> None:
        self.loaded, self._topics = loaded, topics
        # Short, because a socket's path may have 107 characters only.
        self.scratch = Path(tempfile.mkdtemp(prefix="smk"))
        house_file = self.scratch / "house.yaml"
        house_file.write_text(_PAGE.sub(f"page: {{ port: {likely_port()} }}", loaded.text), encoding="utf-8")
        self.environ = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(self.scratch),
            "SUMIKA_HOME": str(self.scratch / "data"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.output = (self.scratch / "output").open("w+b")
        self.began_s = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sumika", "run", "--house", str(house_file), *arguments],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.health: dict[str, NodeHealth] = {}
        self.received: list[Received] = []
        self._subscriber: Subscriber | None = None
        self._idle = threading.Event()

    def __enter__(self) -> Self:
        """Connect to its bus.

        Raises:
            SumikaError: if it ended instead.
        """
        try:
            self._connect()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and remove what it wrote."""
        self.close()

    def _connect(self) -> None:
        nodes = [node.name for node in nodes_of(self.loaded.house)]
        deadline_s = time.monotonic() + 15
        while time.monotonic() < deadline_s and self.process.poll() is None:
            folder = self.runtime_folder()
            if folder is not None:
                self._subscriber = Subscriber(
                    RuntimeFolder.open(folder),
                    nodes=[SUPERVISOR, *nodes],
                    topics=self._topics,
                    clock=WallClock(),
                    high_water_mark=50_000,
                )
                return
            self._idle.wait(0.02)
        raise SumikaError(f"the house did not start: {self.text()[-800:]}", where="running house")

    def runtime_folder(self) -> Path | None:
        """Return the folder with its sockets, once it is there."""
        found = sorted(self.scratch.glob("sumika*/**/supervisor*"))
        return found[0].parent if found else None

    def text(self) -> str:
        """Return what it printed."""
        with contextlib.suppress(OSError):
            return (self.scratch / "output").read_text(encoding="utf-8", errors="replace")
        return ""

    def listen(self, seconds: float) -> list[Received]:
        """Take in what comes for so long."""
        return self.until(lambda received: False, seconds, must=False)

    def until(self, holds: Callable[[Received], bool], timeout_s: float, *, must: bool = True) -> list[Received]:
        """Take in messages until one fulfils `holds`; return all of them.

        Raises:
            TimeoutError: if none did in time and it `must`.
        """
        assert_connected = self._subscriber
        if assert_connected is None:
            raise SumikaError("not connected", where="running house")
        arrived: list[Received] = []
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            for received in assert_connected.receive(min(0.1, max(0.0, deadline_s - time.monotonic()))):
                arrived.append(received)
                if isinstance(received.message, NodeHealth):
                    self.health[received.message.node] = received.message
                if holds(received):
                    return arrived
        if must:
            raise TimeoutError(f"not within {timeout_s:g} s; it printed: {self.text()[-800:]}")
        return arrived

    def wait_until_running(self, timeout_s: float = 60.0) -> None:
        """Wait until every node runs."""
        nodes = {node.name for node in nodes_of(self.loaded.house)}

        def all_run(received: Received) -> bool:
            running = {name for name, health in self.health.items() if health.state is NodeState.RUNNING}
            return nodes <= running

        self.until(all_run, timeout_s)

    def processes(self) -> list[psutil.Process]:
        """Return the house's processes: the supervisor and everything below it."""
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def interrupt(self) -> float:
        """Press Ctrl-C; return how long it took until every process was gone."""
        processes = self.processes()
        began_s = time.monotonic()
        # As a terminal does it: every process of the group gets the signal.
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(10)
        while any(lives(process) for process in processes) and time.monotonic() - began_s < 10:
            self._idle.wait(0.01)
        return time.monotonic() - began_s

    def close(self) -> None:
        """End whatever is left, and remove the files."""
        if self._subscriber is not None:
            self._subscriber.close()
            self._subscriber = None
        processes = self.processes()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(5)
        self.output.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
