"""One node as the supervisor sees it: its process, its state, its failures."""

import contextlib
import dataclasses

from sumika.bus import Board
from sumika.runtime.node import Launch, Node
from sumika.runtime.resources import ProcessMeter
from sumika.runtime.restart import LONGEST_DELAY_S, RestartPolicy
from sumika.runtime.spawn import FAULT_LETTERS, Process, Spawn, fault_file
from sumika.schema import NodeState
from sumika.units import seconds_to_ns

KILLED_WITHIN_S = 1.0


class ManagedNode:
    """A node's life: waiting, starting, running, backing off, degraded, stopped."""

    def __init__(self, node: Node, launch: Launch, board: Board, spawn: Spawn) -> None:
        self.node = node
        self.state = NodeState.WAITING
        self.restarts = 0
        self.fault = ""
        self.fault_open = ""  # code of the fault that was told and has not been ended
        self.degraded_told = False
        self.meter: ProcessMeter | None = None
        self._launch = launch
        self._board = board
        self._spawn = spawn
        self._process: Process | None = None
        self._policy = RestartPolicy()
        self._starts = 0
        self._started_ns = 0
        self._start_at_ns = 0
        self._kill_at_ns: int | None = None

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

    @property
    def leaving(self) -> bool:
        """Whether its process was asked to stop and has not been seen off."""
        return self._kill_at_ns is not None

    def start(self, now_ns: int) -> None:
        """Start the process.

        Raises:
            OSError: if the system has no room for it, or the server that forks is gone.
        """
        with contextlib.suppress(OSError):
            fault_file(self._launch, self.node).unlink(missing_ok=True)
        launch = dataclasses.replace(self._launch, incarnation=self._starts)
        self._starts += 1  # counted even if it fails: what may have begun must not share its number with the next
        self._started_ns = now_ns
        self._process = self._spawn(self.node, launch)
        self.state = NodeState.STARTING
        self.meter = ProcessMeter(self._process.pid or 0, now_ns)

    def note_beat(self, now_ns: int) -> None:
        """Turn STARTING into RUNNING at the first sign of life."""
        if self.state is NodeState.STARTING and self.beat_age_s(now_ns) is not None:
            self.state = NodeState.RUNNING

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
        limit_s = self._may_be_silent_s(now_ns)
        if silent_s <= limit_s + allowed_s:
            return ""
        self.fault = f"no sign of life for {silent_s:.1f} s"
        process.kill()
        process.join(KILLED_WITHIN_S)
        return "node_hung"

    def _may_be_silent_s(self, now_ns: int) -> float:
        """Return for how long it may be silent now.

        Loops are compiled when they are first called, which may be after the first sign of life, and on a new machine
        several processes do so at once.
        """
        beats = self.beat_age_s(now_ns) is not None
        starts = now_ns - self._started_ns < seconds_to_ns(self.node.starts_within_s)
        if not beats or (self.node.compiles and starts):
            return max(self.node.starts_within_s, self.node.watchdog_s)
        return self.node.watchdog_s

    def _read_fault(self) -> str:
        try:
            with fault_file(self._launch, self.node).open(encoding="utf-8", errors="replace") as file:
                return file.read(FAULT_LETTERS)
        except OSError:
            return ""

    def steady(self, now_ns: int) -> bool:
        """Tell whether it runs and its faults are over; after many of them it has to run for a while first."""
        if self.state is not NodeState.RUNNING:
            return False
        ran_ns = now_ns - self._started_ns
        return not self.degraded_told or (
            ran_ns >= seconds_to_ns(LONGEST_DELAY_S) and not self._policy.degraded(now_ns)
        )

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

    def ask_to_stop(self, now_ns: int, patience_s: float) -> None:
        """Send SIGTERM; `see_off` kills what is still there after `patience_s`."""
        if self._process is not None and not self.leaving:
            self._kill_at_ns = now_ns + seconds_to_ns(patience_s)
            self._process.terminate()

    def see_off(self, now_ns: int) -> None:
        """Without waiting: close a process that was asked to stop and has ended; kill it if its time is up."""
        if self._process is None or self._kill_at_ns is None:
            return
        if self._process.exitcode is not None:
            self._drop_process()
            self.state = NodeState.WAITING
        elif now_ns >= self._kill_at_ns:
            self._process.kill()

    def finish(self, timeout_s: float) -> None:
        """Wait for the end of a process that was asked to stop for good; kill it after `timeout_s`."""
        self.state = NodeState.STOPPED
        if self._process is not None:
            self._process.join(timeout_s)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join(KILLED_WITHIN_S)
        self._drop_process()

    def _drop_process(self) -> None:
        process, self._process, self._kill_at_ns, self.meter = self._process, None, None, None
        if process is not None:
            with contextlib.suppress(ValueError):  # not even a kill ended it: it waits for a device, in the kernel
                process.close()
