"""How a node gets a process of its own: forked from a server that has imported everything already."""

import contextlib
import multiprocessing
import multiprocessing.util
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Protocol

from sumika.bus import RuntimeFolder
from sumika.runtime.node import Launch, Node
from sumika.schema import SumikaError

PRELOADED = ["sumika.runtime.preload"]
PRELOADED_LOOPS = ["sumika.runtime.preload_loops", *PRELOADED]

LOOPS_WORTH_SHARING = 4
"""From so many nodes that call compiled loops on, one copy of what compiles them takes less memory than one each.

It costs every other process 3 MB, for the pages that are no longer shared. Measured, all processes together: the demo
house 1390 MB with it and 1600 without, the house of three recordings 397 MB with it and 334 without.
"""
FAULT_LETTERS = 500


class Process(Protocol):
    """What the supervisor needs of a node's process; `multiprocessing`'s has it."""

    @property
    def pid(self) -> int | None:
        """Process id."""
        ...

    @property
    def sentinel(self) -> int:
        """File descriptor that becomes readable when the process ends."""
        ...

    @property
    def exitcode(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        ...

    def terminate(self) -> None:
        """Send SIGTERM."""
        ...

    def kill(self) -> None:
        """Send SIGKILL."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        ...

    def close(self) -> None:
        """Give its descriptors back; ValueError if it still runs."""
        ...


Spawn = Callable[[Node, Launch], Process]
"""Starts the process of a node; raises OSError if the system has no room for one more."""


def fault_file(launch: Launch, node: Node) -> Path:
    """Return where a node's process leaves the reason of its failure."""
    return launch.folder / f"{node.name}.fault"


def run_node(node: Node, launch: Launch) -> None:
    """Body of a node's process: run the loop; leave the reason of a failure where the supervisor finds it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        node.loop(node, launch)
    except Exception as error:  # the last line of defence of a process: whatever it is, say it and end
        line = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            fault_file(launch, node).write_text(
                line.replace("\n", " ")[:FAULT_LETTERS], encoding="utf-8", errors="replace"
            )
        if os.environ.get("SUMIKA_DEBUG"):
            traceback.print_exc()
        sys.exit(1)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keep Ctrl-C for ourselves: the server that forks is started on the way, and inherits what we do not take.

    It would die of it, with a traceback, while it still imports. An interrupt that comes meanwhile reaches us after.
    """
    resource_tracker.ensure_running()  # else the server starts it, and that lets interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def preloaded_for(nodes: Iterable[Node]) -> list[str]:
    """Return the modules that the server imports before it forks these nodes."""
    loops = sum(node.compiles for node in nodes)
    return PRELOADED_LOOPS if loops >= LOOPS_WORTH_SHARING else PRELOADED


def fork_server(folder: RuntimeFolder, nodes: Iterable[Node] = ()) -> Spawn:
    """Return what forks nodes. The server's socket lies beside our folder; what a killed one left there is swept up.

    Args:
        folder: The runtime folder.
        nodes: Those that it will be asked for.
    """
    base = folder.path.parent
    if {running.path for running in RuntimeFolder.running()} <= {folder.path}:
        for left in base.glob("pymp-*"):
            shutil.rmtree(left, ignore_errors=True)
    with _temporary_files_in(base):
        multiprocessing.util.get_temp_dir()  # chosen once per process, for all that multiprocessing puts into files
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(preloaded_for(nodes))

    def spawn(node: Node, launch: Launch) -> Process:
        process = context.Process(target=run_node, args=(node, launch), name=node.name, daemon=True)
        with _without_interrupts():
            process.start()
        return process

    return spawn
