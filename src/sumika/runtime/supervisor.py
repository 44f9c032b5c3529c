"""Starts the nodes, watches them, starts again what died or hangs. Nothing that a node does can take it along."""

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait

from sumika.bus import Board, Publisher, RuntimeFolder, Subscriber
from sumika.clock import Clock
from sumika.runtime.conditions import Occupancy, after_hearing
from sumika.runtime.house_ear import is_simulated
from sumika.runtime.managed import ManagedNode
from sumika.runtime.node import LOG, Launch, Node
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.service_manager import ServiceManager
from sumika.runtime.spawn import Spawn, fork_server
from sumika.schema import (
    Event,
    Message,
    NodeHealth,
    NodeState,
    Origin,
    Presence,
    Reason,
    Severity,
    Tick,
    is_news,
)
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

NAME = "supervisor"
TURN_S = 0.125
"""Length of one turn of the supervisor's loop; every second turn publishes a tick."""

STALLS_COUNT_S = 10.0
FIRST_FRAME_S = 8
"""A radar that has not spoken so long after the start is silent."""
FIRST_SIMULATED_S = 60
"""A simulated one speaks when its world has been built, which a busy machine may take long for."""

TURNS_PER_S = round(1 / TURN_S)
FIRST_NODES_TIMEOUT_S = 5.0
FIRST_NODES_LONGEST_S = 30.0
"""After so long a house counts as up without what must not miss anything: it may never come."""
STOP_TIMEOUT_S = 0.9
STOP_TIMEOUT_FIRST_S = 0.6
HAND_BACK_TIMEOUT_S = 5.0
"""So long a node has that sets devices to their fail-safe before it ends."""

_log = logging.getLogger(__name__)


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
        spawn: Starts a node's process; by default a server that forks.
        voice: Is told of every event, the supervisor's own and the nodes'; must not wait.

    Attributes:
        nodes: The nodes by name.
        rooms: What is known of who is where, by room.
    """

    def __init__(
        self,
        nodes: tuple[Node, ...],
        launch: Launch,
        folder: RuntimeFolder,
        clock: Clock,
        spawn: Spawn | None = None,
        voice: Callable[[Event], None] | None = None,
    ) -> None:
        self._clock = clock
        self._folder = folder
        self._config = launch.config
        listeners = [LOG] if any(node.name == LOG for node in nodes) else []
        self._publisher = Publisher(folder, NAME, incarnation=0, listeners=listeners)
        self._voice = voice
        topics = ["presence"] if voice is None else ["presence", "event"]
        self._subscriber = Subscriber(folder, nodes=[n.name for n in nodes], topics=topics, clock=clock)
        spawn = spawn or fork_server(folder, nodes)
        board = Board.create(folder.board, [node.name for node in nodes])
        self.nodes = {node.name: ManagedNode(node, launch, board, spawn) for node in nodes}
        self.rooms: dict[str, Occupancy] = {}
        self._silent: set[str] = set()
        self._heard: set[str] = set()
        self._house = launch.house
        self._privacy = PrivacyWatch(launch.data, NAME)
        self._paused = False
        first_s = FIRST_SIMULATED_S if is_simulated(launch.house) else FIRST_FRAME_S
        self._speaks_from_turn = first_s * TURNS_PER_S
        self._turns = 0
        self._due_ns = clock.now().monotonic_ns
        self._stalls = _Stalls()
        self._service_manager = ServiceManager()
        self._memory_turn = 0
        self._mishaps: set[str] = set()
        self._began_ns = clock.now().monotonic_ns

    @property
    def is_up(self) -> bool:
        """Whether what must not miss anything listens, or has had long enough to begin."""
        now_ns = self._clock.now().monotonic_ns
        first = [managed for managed in self.nodes.values() if managed.node.first]
        listens = all(managed.beat_age_s(now_ns) is not None for managed in first)
        return listens or now_ns - self._began_ns >= seconds_to_ns(FIRST_NODES_LONGEST_S)

    def run(self, until: Callable[[], bool]) -> None:
        """Run until `until()` holds, then end every process."""
        try:
            self._start_first_nodes(until)
            self._due_ns = self._clock.now().monotonic_ns
            self._service_manager.notify("READY=1")
            while not until():
                self.turn()
        finally:
            self.stop()

    @contextlib.contextmanager
    def _surviving(self, doing: str) -> Iterator[None]:
        """Whatever goes wrong meanwhile, the other nodes still need us: say it once and go on."""
        try:
            yield
        except Exception as error:
            if doing not in self._mishaps:
                self._mishaps.add(doing)
                _log.warning("supervisor: %s: %s: %s", doing, type(error).__name__, error)

    def _start_first_nodes(self, until: Callable[[], bool]) -> None:
        """Start what must not miss anything, and wait until it listens."""
        first = [managed for managed in self.nodes.values() if managed.node.first]
        for managed in first:
            self._start(managed)
        deadline_ns = self._clock.now().monotonic_ns + seconds_to_ns(FIRST_NODES_TIMEOUT_S)
        while not until() and self._clock.now().monotonic_ns < deadline_ns:
            now_ns = self._clock.now().monotonic_ns
            if all(managed.beat_age_s(now_ns) is not None for managed in first):
                break
            self._clock.sleep_until(now_ns + seconds_to_ns(0.01))

    def turn(self) -> None:
        """One turn: hear, look after every node, tell the time and the nodes' health, wait."""
        now = self._clock.now()
        self._service_manager.notify("WATCHDOG=1")
        self._stalls.note(now.monotonic_ns, (now.monotonic_ns - self._due_ns) / NANOSECONDS_PER_SECOND)
        with self._surviving("looking whether sensing rests"):
            self._look_at_privacy()
        with self._surviving("hearing who is where"):
            for received in self._subscriber.receive(0.0):
                if isinstance(received.message, Presence) and is_news(received.message):
                    self.hear(received.message)
                elif isinstance(received.message, Event):
                    self._say(received.message)
        for managed in self.nodes.values():
            with self._surviving(f"looking after {managed.node.name}"):
                self._look_after(managed)
        if self._turns % 2 == 0:
            self.publish(Tick(stamp=now, origin=Origin.LIVE))
        if self._turns % TURNS_PER_S == 0:
            with self._surviving("telling the nodes' health"):
                self._tell_health()
        if self._turns == TURNS_PER_S:  # by now whoever listens is connected
            self.publish(self._config)
        self._turns += 1
        self._due_ns = now.monotonic_ns + seconds_to_ns(TURN_S)
        self._wait_for_next_turn(self._due_ns)

    def _look_at_privacy(self) -> None:
        """Let what senses rest while residents want that; afterwards radars have a moment to speak again."""
        self._paused = self._privacy.now(self._clock.now()).paused
        if self._paused:
            self._heard.clear()
            self._speaks_from_turn = self._turns + FIRST_FRAME_S * TURNS_PER_S

    def hear(self, presence: Presence) -> None:
        """Remember who is where; say once that a room's radar is silent, and once that it speaks again."""
        self.rooms[presence.room] = after_hearing(self.rooms.get(presence.room), presence)
        if presence.sensor:
            return  # of no radar
        silent = presence.reason is Reason.NO_SIGNAL
        if not silent:
            self._heard.add(presence.room)
        # A radar that has yet to speak for the first time is given a moment; after that its silence is a fault.
        young = presence.room not in self._heard and self._turns < self._speaks_from_turn
        if young or silent == (presence.room in self._silent):
            return
        if silent:
            self._silent.add(presence.room)
        else:
            self._silent.remove(presence.room)
        severity = Severity.WARNING if silent else Severity.INFO
        radars = ", ".join(radar.id for radar in self._house.radars if radar.room == presence.room)
        self._tell(
            radars or presence.radar or presence.room, "radar_silent", severity, presence.room, recovered=not silent
        )

    def _wait_for_next_turn(self, due_ns: int) -> None:
        """Wait, but wake at once when a process ends."""
        remaining_s = (due_ns - self._clock.now().monotonic_ns) / NANOSECONDS_PER_SECOND
        sentinels = [managed.sentinel for managed in self.nodes.values() if managed.sentinel is not None]
        with self._surviving("waiting"):
            if remaining_s > 0 and not wait(sentinels, timeout=remaining_s):
                return
        self._clock.sleep_until(min(due_ns, self._clock.now().monotonic_ns + seconds_to_ns(0.01)))

    def _look_after(self, managed: ManagedNode) -> None:
        now_ns = self._clock.now().monotonic_ns
        wanted = managed.node.when(self.rooms, now_ns) and not (managed.node.senses and self._paused)
        if managed.leaving:
            managed.see_off(now_ns)
        elif managed.pid is None:
            if wanted and managed.due(now_ns):
                self._start(managed)
        elif code := managed.failure(now_ns, allowed_s=self._stalls.recent_s(now_ns)):
            self._failed(managed, code)
        else:
            managed.note_beat(now_ns)
            self._tell_recovery(managed)
            if not wanted:
                managed.ask_to_stop(now_ns, _patience_s(managed.node))

    def _start(self, managed: ManagedNode) -> None:
        try:
            managed.start(self._clock.now().monotonic_ns)
        except Exception as error:  # no memory, no descriptors, the server that forks has died: later there may be
            managed.fault = f"cannot be started ({error})"
            self._failed(managed, "node_died")

    def _failed(self, managed: ManagedNode, code: str) -> None:
        managed.after_failure(self._clock.now().monotonic_ns)
        if not managed.fault_open:
            managed.fault_open = code
            self._tell(managed.node.name, code, Severity.WARNING, managed.fault)
        if managed.state is NodeState.DEGRADED and not managed.degraded_told:
            managed.degraded_told = True
            self._tell(managed.node.name, "node_degraded", Severity.ALARM, managed.fault)

    def _tell_recovery(self, managed: ManagedNode) -> None:
        """Say once that a node runs again; one that fails again and again has not recovered between two failures."""
        if not managed.fault_open or not managed.steady(self._clock.now().monotonic_ns):
            return
        self._tell(managed.node.name, managed.fault_open, Severity.INFO, "", recovered=True)
        if managed.degraded_told:
            self._tell(managed.node.name, "node_degraded", Severity.INFO, "", recovered=True)
        managed.fault_open = ""
        managed.degraded_told = False

    def publish(self, message: Message) -> None:
        """Publish a message; a failure of it is survived."""
        with self._surviving("publishing"):
            self._publisher.publish(message)

    def _tell(self, subject: str, code: str, severity: Severity, detail: str, *, recovered: bool = False) -> None:
        event = Event(
            stamp=self._clock.now(),
            origin=Origin.LIVE,
            subject=subject,
            code=code,
            severity=severity,
            recovered=recovered,
            detail=detail,
        )
        self.publish(event)
        self._say(event)

    def _say(self, event: Event) -> None:
        if self._voice is not None:
            with self._surviving("saying what happened"):
                self._voice(event)

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
            self.publish(
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
        """End every process, those that others wait for last, and leave nothing behind.

        Takes at most 2 s; up to 5 s longer where devices are handed back.
        """
        self._service_manager.notify("STOPPING=1")
        began_ns = self._clock.now().monotonic_ns
        for first in (False, True):
            ending = [managed for managed in self.nodes.values() if managed.node.first is first]
            now_ns = self._clock.now().monotonic_ns
            if first:
                began_ns = max(began_ns, now_ns - seconds_to_ns(STOP_TIMEOUT_S))
            for managed in ending:
                with self._surviving(f"asking {managed.node.name} to stop"):
                    managed.ask_to_stop(now_ns, _patience_s(managed.node))
            # Who hands devices back is waited for last, so that no other node that hangs has the benefit of it.
            for managed in sorted(ending, key=lambda each: each.node.hands_back):
                patience_s = _patience_s(managed.node) + (STOP_TIMEOUT_FIRST_S if first else 0.0)
                deadline_ns = began_ns + seconds_to_ns(patience_s)
                remaining_s = (deadline_ns - self._clock.now().monotonic_ns) / NANOSECONDS_PER_SECOND
                with self._surviving(f"ending {managed.node.name}"):
                    managed.finish(max(0.0, remaining_s))
        self._subscriber.close()
        self._publisher.close(deliver=False)
        self._service_manager.close()


def _patience_s(node: Node) -> float:
    """Return how long a node may take to end."""
    return HAND_BACK_TIMEOUT_S if node.hands_back else STOP_TIMEOUT_S
