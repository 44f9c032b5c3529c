"""One node as the supervisor sees it: its process, its state, its failures."""

import contextlib
import dataclasses
import os
import signal
import sys
import traceback
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from sumika.bus import Board
from sumika.runtime.node import Launch, Node
from sumika.runtime.resources import ProcessMeter
from sumika.runtime.restart import RestartPolicy
from sumika.schema import NodeState, SumikaError
from sumika.units import seconds_to_ns

STARTING_WATCHDOG_S = 15.0
"""A process that only begins may have to read a slow disk."""


def _fault_file(launch: Launch, node: Node) -> Path:
    return launch.folder / f"{node.name}.fault"


def _run_node(node: Node, launch: Launch) -> None:
    """Body of a node's process: run the loop; leave the reason of a failure where the supervisor finds it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        node.loop(node, launch)
    except Exception as error:  # the last line of defence of a process: whatever it is, say it and end
        line = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            _fault_file(launch, node).write_text(line.replace("\n", " ")[:500], encoding="utf-8")
        if os.environ.get("SUMIKA_DEBUG"):
            traceback.print_exc()
        sys.exit(1)


class ManagedNode:
    """A node's life: waiting, starting, running, backing off, degraded, stopped."""

    def __init__(self, node: Node, launch: Launch, board: Board, context: ForkServerContext) -> None:
        self.node = node
        self.state = NodeState.WAITING
        self.restarts = 0
        self.fault = ""
        self.fault_open = ""  # code of the fault that was told and has not been ended
        self.degraded_told = False
        self.meter: ProcessMeter | None = None
        self._launch = launch
        self._board = board
        self._context = context
        self._process: ForkServerProcess | None = None
        self._policy = RestartPolicy()
        self._starts = 0
        self._started_ns = 0
        self._start_at_ns = 0

    @property
    def pid(self) -> int | None:
        """Process id, or None."""
        return self._process.pid if self._process else None

    @property
    def sentinel(self) -> int | None:
        """File descriptor that becomes readable when the process ends, or None."""
        return self._process.sentinel if self._process else None

    def beat_age_s(self, now_ns: int) -> float | None:
        """Time since the last sign of life of this process; None before the first."""
        beat_ns = self._board.read(self.node.name)
        if beat_ns is None or beat_ns < self._started_ns or self._process is None:
            return None
        return max(0, now_ns - beat_ns) / 1e9

    def start(self, now_ns: int) -> None:
        """Start the process."""
        launch = dataclasses.replace(self._launch, incarnation=self._starts)
        _fault_file(launch, self.node).unlink(missing_ok=True)
        self._process = self._context.Process(
            target=_run_node, args=(self.node, launch), name=self.node.name, daemon=True
        )
        self._process.start()
        self._starts += 1
        self._started_ns = now_ns
        self.state = NodeState.STARTING
        self.meter = ProcessMeter(self._process.pid or 0, now_ns)

    def came_alive(self, now_ns: int) -> bool:
        """Turn STARTING into RUNNING at the first sign of life; tell whether that happened now."""
        if self.state is NodeState.STARTING and self.beat_age_s(now_ns) is not None:
            self.state = NodeState.RUNNING
            return True
        return False

    def failure(self, now_ns: int, allowed_s: float = 0.0) -> str:
        """Return the code of what went wrong just now, "" if nothing; a hung process is killed.

        Args:
            now_ns: Present monotonic time.
            allowed_s: Silence beyond the watchdog's that is not the node's fault.
        """
        process = self._process
        if process is None:
            return ""
        if process.exitcode is not None:
            code = process.exitcode
            self.fault = self._read_fault() or (f"killed by signal {-code}" if code < 0 else f"ended with code {code}")
            return "node_died"
        age_s = self.beat_age_s(now_ns)
        silent_s = age_s if age_s is not None else (now_ns - self._started_ns) / 1e9
        limit_s = self.node.watchdog_s if age_s is not None else max(STARTING_WATCHDOG_S, self.node.watchdog_s)
        if silent_s <= limit_s + allowed_s:
            return ""
        self.fault = f"no sign of life for {silent_s:.1f} s"
        process.kill()
        process.join(1.0)
        return "node_hung"

    def _read_fault(self) -> str:
        try:
            return _fault_file(self._launch, self.node).read_text(encoding="utf-8")[:500]
        except OSError:
            return ""

    def after_failure(self, now_ns: int) -> None:
        """Close the dead process and plan the next start."""
        self._drop_process()
        self._policy.failed(now_ns)
        self.restarts += 1
        self.state = NodeState.DEGRADED if self._policy.degraded(now_ns) else NodeState.BACKING_OFF
        self._start_at_ns = now_ns + seconds_to_ns(self._policy.delay_s(now_ns))

    def due(self, now_ns: int) -> bool:
        """Tell whether it has no process and may be started now."""
        return self._process is None and self.state is not NodeState.STOPPED and now_ns >= self._start_at_ns

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None:
            self._process.terminate()

    def finish(self, timeout_s: float, state: NodeState) -> None:
        """Wait for the end of a process that was asked to stop; kill it after `timeout_s`."""
        if self._process is not None:
            self._process.join(timeout_s)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join(1.0)
        self._drop_process()
        self.state = state

    def _drop_process(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ValueError):
                self._process.close()
        self._process = None
        self.meter = None
