"""Starts the nodes, watches them, starts again what died or hangs. Nothing that a node does can take it along."""

import multiprocessing
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait

import sdnotify

from sumika.bus import Board, Publisher, RuntimeFolder, Subscriber
from sumika.clock import Clock
from sumika.runtime.managed import ManagedNode
from sumika.runtime.node import LOG, Launch, Node
from sumika.schema import (
    Event,
    NodeHealth,
    NodeState,
    Origin,
    Presence,
    Reason,
    Severity,
    Tick,
)
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

NAME = "supervisor"
TURN_S = 0.125
"""Length of one turn of the supervisor's loop; every second turn publishes a tick."""

STALLS_COUNT_S = 10.0
FIRST_FRAME_S = 8
TURNS_PER_S = round(1 / TURN_S)
FIRST_NODES_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 0.9
STOP_TIMEOUT_FIRST_S = 0.6
PRELOADED = ["sumika.runtime.preload"]


def _keep_forkserver_near(folder: RuntimeFolder) -> None:
    """Have the server that forks the nodes keep its socket beside our folder, and sweep up what a killed one left."""
    base = folder.path.parent
    if {running.path for running in RuntimeFolder.running()} <= {folder.path}:
        for left in base.glob("pymp-*"):
            shutil.rmtree(left, ignore_errors=True)
    tempfile.tempdir = str(base)


class _Stalls:
    """How long the supervisor itself did not get to run lately: a machine that is overloaded or was asleep.

    A node is not hung because nobody ran. That time is not held against the nodes.
    """

    def __init__(self) -> None:
        self._stalls: deque[tuple[int, float]] = deque()

    def note(self, now_ns: int, late_s: float) -> None:
        if late_s > TURN_S:
            self._stalls.append((now_ns, late_s))

    def recent_s(self, now_ns: int) -> float:
        while self._stalls and now_ns - self._stalls[0][0] > seconds_to_ns(STALLS_COUNT_S):
            self._stalls.popleft()
        return sum(late_s for _, late_s in self._stalls)


class Supervisor:
    """Runs the nodes of one house.

    Args:
        nodes: The table of nodes.
        launch: What every node is told; `incarnation` is filled in.
        folder: The runtime folder, owned by this process.
        clock: Time.
    """

    def __init__(self, nodes: tuple[Node, ...], launch: Launch, folder: RuntimeFolder, clock: Clock) -> None:
        self._clock = clock
        self._folder = folder
        self._config = launch.config
        listeners = [LOG] if any(node.name == LOG for node in nodes) else []
        self._publisher = Publisher(folder, NAME, incarnation=0, listeners=listeners)
        self._subscriber = Subscriber(folder, nodes=[n.name for n in nodes], topics=["presence"], clock=clock)
        _keep_forkserver_near(folder)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        board = Board.create(folder.board, [node.name for node in nodes])
        self.nodes = {node.name: ManagedNode(node, launch, board, context) for node in nodes}
        self._presence: dict[str, Presence] = {}
        self._silent: set[str] = set()
        self._heard: set[str] = set()
        self._turns = 0
        self._due_ns = clock.now().monotonic_ns
        self._stalls = _Stalls()
        self._systemd = sdnotify.SystemdNotifier()
        self._memory_turn = 0
        self.stopping = False

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Run until `stopping` is set or `until()` holds, then end every process."""
        try:
            self._start_first_nodes()
            self._due_ns = self._clock.now().monotonic_ns
            self._systemd.notify("READY=1")
            while not self.stopping and not until():
                self.turn()
        finally:
            self.stop()

    def _start_first_nodes(self) -> None:
        """Start what must not miss anything, and wait until it listens."""
        first = [managed for managed in self.nodes.values() if managed.node.first]
        for managed in first:
            managed.start(self._clock.now().monotonic_ns)
        deadline_ns = self._clock.now().monotonic_ns + seconds_to_ns(FIRST_NODES_TIMEOUT_S)
        while not self.stopping and self._clock.now().monotonic_ns < deadline_ns:
            now_ns = self._clock.now().monotonic_ns
            if all(managed.beat_age_s(now_ns) is not None for managed in first):
                break
            self._clock.sleep_until(now_ns + seconds_to_ns(0.01))

    def turn(self) -> None:
        """One turn: hear, look after every node, tell the time and the nodes' health, wait."""
        now = self._clock.now()
        self._systemd.notify("WATCHDOG=1")
        self._stalls.note(now.monotonic_ns, (now.monotonic_ns - self._due_ns) / NANOSECONDS_PER_SECOND)
        for received in self._subscriber.receive(0.0):
            if isinstance(received.message, Presence):
                self._hear(received.message)
        for managed in self.nodes.values():
            self._look_after(managed)
        if self._turns % 2 == 0:
            self._publisher.publish(Tick(stamp=now, origin=Origin.LIVE))
        if self._turns % TURNS_PER_S == 0:
            self._tell_health()
        if self._turns == TURNS_PER_S:  # by now whoever listens is connected
            self._publisher.publish(self._config)
        self._turns += 1
        self._due_ns = now.monotonic_ns + seconds_to_ns(TURN_S)
        self._wait_for_next_turn(self._due_ns)

    def _hear(self, presence: Presence) -> None:
        """Remember who is where; say once that a room's radar is silent, and once that it speaks again."""
        self._presence[presence.room] = presence
        silent = presence.reason is Reason.NO_SIGNAL
        if not silent:
            self._heard.add(presence.room)
        # A radar that has yet to speak for the first time is given a moment; after that its silence is a fault.
        young = presence.room not in self._heard and self._turns < FIRST_FRAME_S * TURNS_PER_S
        if young or silent == (presence.room in self._silent):
            return
        if silent:
            self._silent.add(presence.room)
        else:
            self._silent.remove(presence.room)
        severity = Severity.WARNING if silent else Severity.INFO
        self._tell(presence.radar or presence.room, "radar_silent", severity, presence.room, recovered=not silent)

    def _wait_for_next_turn(self, due_ns: int) -> None:
        """Wait, but wake at once when a process ends."""
        remaining_s = (due_ns - self._clock.now().monotonic_ns) / NANOSECONDS_PER_SECOND
        sentinels = [managed.sentinel for managed in self.nodes.values() if managed.sentinel is not None]
        if remaining_s > 0 and not wait(sentinels, timeout=remaining_s):
            return
        self._clock.sleep_until(min(due_ns, self._clock.now().monotonic_ns + seconds_to_ns(0.01)))

    def _look_after(self, managed: ManagedNode) -> None:
        now_ns = self._clock.now().monotonic_ns
        if managed.pid is not None:
            code = managed.failure(now_ns, allowed_s=self._stalls.recent_s(now_ns))
            if code:
                self._failed(managed, code)
            elif managed.came_alive(now_ns):
                self._came_alive(managed)
        wanted = managed.node.when(self._presence, now_ns)
        if managed.pid is None and wanted and managed.due(now_ns):
            managed.start(now_ns)
        elif managed.pid is not None and not wanted:
            managed.ask_to_stop()
            managed.finish(STOP_TIMEOUT_S, NodeState.WAITING)

    def _failed(self, managed: ManagedNode, code: str) -> None:
        first_of_streak = not managed.fault_open
        was_degraded = managed.state is NodeState.DEGRADED
        managed.after_failure(self._clock.now().monotonic_ns)
        if first_of_streak:
            managed.fault_open = code
            self._tell(managed.node.name, code, Severity.WARNING, managed.fault)
        if managed.state is NodeState.DEGRADED and not (was_degraded or managed.degraded_told):
            managed.degraded_told = True
            self._tell(managed.node.name, "node_degraded", Severity.ALARM, managed.fault)

    def _came_alive(self, managed: ManagedNode) -> None:
        if managed.fault_open:
            self._tell(managed.node.name, managed.fault_open, Severity.INFO, "", recovered=True)
            managed.fault_open = ""

    def _tell(self, subject: str, code: str, severity: Severity, detail: str, *, recovered: bool = False) -> None:
        self._publisher.publish(
            Event(
                stamp=self._clock.now(),
                origin=Origin.LIVE,
                subject=subject,
                code=code,
                severity=severity,
                recovered=recovered,
                detail=detail,
            )
        )

    def _tell_health(self) -> None:
        now = self._clock.now()
        names = list(self.nodes)
        # One process a second has its memory measured: that walks its page tables.
        measured = names[self._memory_turn % len(names)] if names else ""
        self._memory_turn += 1
        for name, managed in self.nodes.items():
            meter = managed.meter
            if meter is not None:
                meter.measure_cpu(now.monotonic_ns)
                if name == measured or meter.memory_mb is None:
                    meter.measure_memory()
            self._publisher.publish(
                NodeHealth(
                    stamp=now,
                    origin=Origin.LIVE,
                    node=name,
                    state=managed.state,
                    pid=managed.pid,
                    restarts=managed.restarts,
                    beat_age_s=managed.beat_age_s(now.monotonic_ns),
                    core_share=meter.core_share if meter else None,
                    memory_mb=meter.memory_mb if meter else None,
                    fault=managed.fault,
                )
            )

    def stop(self) -> None:
        """End every process, those that others wait for last, and leave nothing behind. Takes at most 2 s."""
        self._systemd.notify("STOPPING=1")
        deadline_ns = self._clock.now().monotonic_ns + seconds_to_ns(STOP_TIMEOUT_S)
        for first in (False, True):
            ending = [managed for managed in self.nodes.values() if managed.node.first is first]
            for managed in ending:
                managed.ask_to_stop()
            for managed in ending:
                remaining_s = (deadline_ns - self._clock.now().monotonic_ns) / NANOSECONDS_PER_SECOND
                managed.finish(max(0.0, remaining_s), NodeState.STOPPED)
            deadline_ns += seconds_to_ns(STOP_TIMEOUT_FIRST_S)
        self._subscriber.close()
        self._publisher.close(deliver=False)

    def states(self) -> Mapping[str, NodeState]:
        """Return what each node is doing."""
        return {name: managed.state for name, managed in self.nodes.items()}
