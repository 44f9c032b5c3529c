"""What every node's process does first and last: signals, death with the parent, heartbeat, statistics."""

import ctypes
import fcntl
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from types import FrameType, TracebackType
from typing import Protocol, Self

from sumika.bus import Board, Publisher, RuntimeFolder
from sumika.clock import Clock, WallClock
from sumika.runtime.node import Launch, Node
from sumika.schema import NodeStatistics, Origin
from sumika.units import NANOSECONDS_PER_SECOND

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


def _ask_kernel(option: int, argument: int | bytes) -> None:
    """Call prctl; systems without it go on without."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


HAND_BACK_S = 6.0
"""A process that owns devices may outlive the supervisor by so much, to set them to their fail-safe."""


def _end_with(parent: BaseProcess | None, ending: signal.Signals) -> None:
    """Have the kernel end this process when the supervisor is gone, by a signal that also reaches who hangs.

    The pipe to the supervisor closes with it; a pipe can be asked to send a signal when that happens. (The parent that
    the kernel knows is the server that forked us, and that one lives as long as any of its children.)
    """
    if parent is None:
        return
    if sys.platform == "linux":
        descriptor = parent.sentinel
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, ending)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():
        sys.exit(1)


class NodeProcess:
    """The frame around a node's loop.

    Use as a context manager; `turn()` once per loop turn keeps the watchdog quiet and the statistics going.
    """

    def __init__(self, node: Node, launch: Launch, clock: Clock | None = None) -> None:
        self.node = node
        self.launch = launch
        self.clock = clock or WallClock()
        self.stopping = False
        self.taken = 0
        self.refused: dict[str, int] = {}
        self._step_ns = 0
        self._steps = 0
        self._outputs = 0
        self._told_ns = 0
        # Ctrl-C goes to every process of the terminal; only the supervisor decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._on_term)
        # Who owns devices is asked to end, and hands them back first; everybody else is no loss.
        ending = signal.SIGTERM if node.hands_back else signal.SIGKILL
        _ask_kernel(_PR_SET_PDEATHSIG, ending)
        self._parent = multiprocessing.parent_process()
        _end_with(self._parent, ending)
        _ask_kernel(_PR_SET_NAME, f"sumika:{node.name}".encode()[:15])
        self.folder = RuntimeFolder.open(launch.folder)
        self._board = Board.open(self.folder.board, node.name)
        self.publisher: Publisher | None = None
        if node.publishes:
            self.publisher = Publisher(self.folder, node.name, launch.incarnation, listeners=node.heard_by)

    def _on_term(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self.node.hands_back:
            signal.setitimer(signal.ITIMER_REAL, HAND_BACK_S)  # nobody may be left who would kill us if we hang

    def __enter__(self) -> Self:
        """Return itself. The first sign of life is the loop's to give, once it is ready: others may wait for that."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the publisher; what was sent is still delivered."""
        if self.publisher is not None:
            self.publisher.close()

    def beat(self) -> None:
        """Show the supervisor that the work loop goes round."""
        self._board.beat(self.clock.now().monotonic_ns, self._outputs)

    def worked(self, step_ns: int, outputs: int) -> None:
        """Count one step."""
        self._step_ns += step_ns
        self._steps += 1
        self._outputs += outputs

    def refuse(self, reason: str) -> None:
        """Count an input that was not fit for use."""
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def tell(self, lost: Mapping[str, int]) -> None:
        """Publish statistics, once a second."""
        now = self.clock.now()
        if self.publisher is None or now.monotonic_ns - self._told_ns < NANOSECONDS_PER_SECOND:
            return
        self._told_ns = now.monotonic_ns
        if self._parent is not None and not self._parent.is_alive():
            self.stopping = True
        mean_ms = self._step_ns / self._steps / 1e6 if self._steps else None
        self._step_ns = self._steps = 0
        self.publisher.publish(
            NodeStatistics(
                stamp=now,
                origin=Origin.LIVE,
                node=self.node.name,
                taken=self.taken,
                published=self._outputs,
                lost=dict(lost),
                refused=dict(self.refused),
                step_ms=mean_ms,
            )
        )


class Turning(Protocol):
    """A node's work, turn by turn."""

    def turn(self) -> None:
        """Do what there is to do, wait a moment at most, and show a sign of life."""

    def close(self) -> None:
        """End properly."""


def run_turns(node: Node, launch: Launch, begin: Callable[[NodeProcess], Turning]) -> None:
    """Be a node whose work goes turn by turn, until told to stop.

    Args:
        node: Which.
        launch: What its process is told.
        begin: Makes its work; the first sign of life comes when that is done.
    """
    with NodeProcess(node, launch) as process:
        loop = begin(process)
        process.beat()
        try:
            while not process.stopping:
                loop.turn()
        finally:
            loop.close()
