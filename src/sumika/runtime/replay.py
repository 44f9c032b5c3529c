"""Replay: run the steps again, in one process, in the order in which the recorded outputs consumed their inputs.

A log holds, with every output, which inputs went into it. That order is all that a step depends on, so feeding the
same steps the same inputs in that order gives the same bytes. Nothing here asks a clock.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sumika.log import Logged
from sumika.runtime.node import Input, Node
from sumika.runtime.step_runner import StepRunner
from sumika.schema import TOPIC_OF, Consumed, Envelope, Message, RawFrame, frame_from_bytes, key_of
from sumika.schema.house import House

Reference = tuple[str, str, int, int]
"""(topic, key, incarnation, sequence)."""

FRAMES_HELD = 256
MESSAGES_HELD = 20_000
"""How far back an input may lie; a step takes what is at most a few hundred messages old."""


LOOK_AHEAD = 1_000
"""Messages read before the first is replayed, to learn the numbers with which a log begins."""


@dataclass
class ReplayReport:
    """What a replay did.

    Attributes:
        replayed: Outputs made again, by topic.
        copied: Messages taken over from the log, by topic.
        missing: Inputs that were consumed but are not in the log, by topic; what hangs on them cannot be compared.
        begin_ns: Stamp of the first message.
        end_ns: Stamp of the last.
        from_frames: Whether the radar's own step was replayed too, from whole frames.
    """

    replayed: dict[str, int] = field(default_factory=dict)
    copied: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    begin_ns: int = 0
    end_ns: int = 0
    from_frames: bool = False

    @property
    def duration_s(self) -> float:
        """Time that the log spans."""
        return (self.end_ns - self.begin_ns) / 1e9


class _Store:
    """The latest messages of every topic and key, by their reference."""

    def __init__(self) -> None:
        self._values: dict[Reference, Input] = {}
        self._order: dict[tuple[str, str], deque[Reference]] = {}

    def put(self, reference: Reference, value: Input) -> None:
        self._values[reference] = value
        order = self._order.setdefault(reference[:2], deque())
        order.append(reference)
        if len(order) > (FRAMES_HELD if reference[0] == "frame" else MESSAGES_HELD):
            self._values.pop(order.popleft(), None)

    def get(self, reference: Reference) -> Input | None:
        return self._values.get(reference)


class _ReplayedNode:
    """One step node: its runner, and the recorded outputs that wait for their inputs."""

    def __init__(self, node: Node, house: House) -> None:
        self.node = node
        self._house = house
        self._incarnation = -1
        self._runner: StepRunner | None = None
        self._sequences: dict[tuple[str, str], int] = {}
        self._firsts: dict[tuple[str, str, int], int] = {}
        self.waiting: deque[Logged] = deque()

    def runner_for(self, envelope: Envelope) -> StepRunner:
        """Return the runner of this incarnation; a restarted node began with fresh states."""
        if self._runner is None or envelope.incarnation != self._incarnation:
            if self.node.step is None:
                raise ValueError(f"node {self.node.name} has no step")
            self._runner = StepRunner(self.node.step, self._house)
            self._incarnation = envelope.incarnation
            self._sequences.clear()
        return self._runner

    def announce(self, envelope: Envelope) -> None:
        """Learn with which number a topic begins: a log that begins in the middle of a run begins with what it has."""
        self._firsts.setdefault((envelope.topic, envelope.key, envelope.incarnation), envelope.sequence)

    def number(self, topic: str, key: str) -> int:
        """Return the next sequence number of a topic and key."""
        first = self._firsts.get((topic, key, self._incarnation), 0)
        sequence = self._sequences.get((topic, key), first)
        self._sequences[topic, key] = sequence + 1
        return sequence


def references(consumed: Iterable[Consumed]) -> Iterator[Reference]:
    """Yield every single input of the runs, in order."""
    for run in consumed:
        for sequence in range(run.first, run.last + 1):
            yield run.topic, run.key, run.incarnation, sequence


class Replay:
    """Feeds a log's inputs to the steps again.

    Args:
        nodes: The table of nodes; those with a step are replayed.
        house: The house of the log.
        emit: Takes every message of the replay, made again or copied, with its envelope.
        from_frames: Replay the radars' front ends too; needs whole frames in the log.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        house: House,
        emit: Callable[[Envelope, Message], None],
        *,
        from_frames: bool,
    ) -> None:
        stepped = [node for node in nodes if node.step is not None]
        if not from_frames:
            stepped = [node for node in stepped if not node.name.startswith("radar.")]
        self._nodes = {node.name: _ReplayedNode(node, house) for node in stepped}
        self._emit = emit
        self._store = _Store()
        self.report = ReplayReport(from_frames=from_frames)

    def run(self, logged: Iterable[Logged]) -> ReplayReport:
        """Replay a whole log."""
        ahead: deque[Logged] = deque()
        for entry in logged:
            if node := self._nodes.get(entry.envelope.node):
                node.announce(entry.envelope)
            ahead.append(entry)
            if len(ahead) > LOOK_AHEAD:
                self._take(ahead.popleft())
        while ahead:
            self._take(ahead.popleft())
        self._give_up_waiting()
        return self.report

    def _take(self, entry: Logged) -> None:
        stamp_ns = entry.message.stamp.monotonic_ns
        self.report.begin_ns = self.report.begin_ns or stamp_ns
        self.report.end_ns = max(self.report.end_ns, stamp_ns)
        node = self._nodes.get(entry.envelope.node)
        if node is not None and entry.envelope.topic not in ("node_statistics", "raw_frame"):
            node.waiting.append(entry)
            self._advance()
            return
        envelope = entry.envelope
        self.report.copied[envelope.topic] = self.report.copied.get(envelope.topic, 0) + 1
        self._store.put((envelope.topic, envelope.key, envelope.incarnation, envelope.sequence), entry.message)
        if isinstance(entry.message, RawFrame):
            frame = frame_from_bytes(entry.message.notice, entry.message.samples)
            self._store.put(("frame", envelope.key, envelope.incarnation, envelope.sequence), frame)
        self._emit(envelope, entry.message)
        self._advance()

    def _advance(self) -> None:
        """Run every node as far as its inputs are there; one node's outputs are another's inputs."""
        progressed = True
        while progressed:
            progressed = False
            for node in self._nodes.values():
                while node.waiting and self._ready(node.waiting[0]):
                    self._run(node, node.waiting.popleft())
                    progressed = True

    def _ready(self, entry: Logged) -> bool:
        return all(self._store.get(reference) is not None for reference in references(entry.envelope.consumed))

    def _run(self, node: _ReplayedNode, entry: Logged) -> None:
        """Give the state of this output what the output consumed, and emit what the step says."""
        runner = node.runner_for(entry.envelope)
        for reference in references(entry.envelope.consumed):
            value = self._store.get(reference)
            if value is None:
                self.report.missing[reference[0]] = self.report.missing.get(reference[0], 0) + 1
                continue
            for message, consumed in runner.take(entry.envelope.key, reference, value):
                self._publish(node, entry.envelope, message, consumed)

    def _publish(
        self, node: _ReplayedNode, recorded: Envelope, message: Message, consumed: tuple[Consumed, ...]
    ) -> None:
        topic, key = TOPIC_OF[type(message)], key_of(message)
        sequence = node.number(topic, key)
        envelope = Envelope(
            topic=topic,
            key=key,
            node=node.node.name,
            incarnation=recorded.incarnation,
            sequence=sequence,
            consumed=consumed,
            message=recorded.message,
        )
        self.report.replayed[topic] = self.report.replayed.get(topic, 0) + 1
        self._store.put((topic, key, recorded.incarnation, sequence), message)
        self._emit(envelope, message)

    def _give_up_waiting(self) -> None:
        """At the end of the log, run what waits for inputs that the log does not have; they are counted as missing."""
        for node in self._nodes.values():
            while node.waiting:
                self._run(node, node.waiting.popleft())
                self._advance()
