"""Replay: run the steps again, in one process, in the order in which the recorded outputs consumed their inputs.

A log holds, with every output, which inputs went into it. That order is all that a step depends on, so feeding the
same steps the same inputs in that order gives the same bytes. Nothing here asks a clock.
"""

import contextlib
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

PATIENCE = 5_000
"""So many messages later an input that an output waits for is taken to be missing, at the latest."""

Course = tuple[str, str, int]
"""(topic, key, incarnation): the messages that are numbered together."""


@dataclass
class ReplayReport:
    """What a replay did.

    Attributes:
        replayed: Outputs made again, by topic.
        copied: Messages taken over from the log, by topic.
        missing: Inputs that were consumed but are not in the log, by topic.
        unsure: Outputs of a state that took in what is not in the log, by topic. Where such a one comes out otherwise,
            that is no difference of the replay.
        unsure_from: For every course that has such outputs, the number from which on they are.
        begins_in_the_middle: Whether the log lacks the beginning of the run.
        begin_ns: Stamp of the first message.
        end_ns: Stamp of the last.
        from_frames: Whether the radar's own step was replayed too, from whole frames.
    """

    replayed: dict[str, int] = field(default_factory=dict)
    copied: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    unsure: dict[str, int] = field(default_factory=dict)
    unsure_from: dict[Course, int] = field(default_factory=dict)
    begins_in_the_middle: bool = False
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
        self._latest: dict[tuple[str, str], tuple[int, int]] = {}

    def put(self, reference: Reference, value: Input) -> None:
        self._values[reference] = value
        order = self._order.setdefault(reference[:2], deque())
        order.append(reference)
        if len(order) > (FRAMES_HELD if reference[0] == "frame" else MESSAGES_HELD):
            self._values.pop(order.popleft(), None)
        self._latest[reference[:2]] = max(reference[2:], self._latest.get(reference[:2], (0, -1)))

    def settled(self, reference: Reference) -> bool:
        """Tell whether a message is there, or will never come: what one node says is logged in order."""
        return reference in self._values or self._latest.get(reference[:2], (0, -1)) >= reference[2:]

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
        self._recorded: dict[tuple[str, str], int] = {}
        self.waiting: deque[tuple[int, Logged]] = deque()
        self.unsure: dict[str, list[Message]] = {}
        """Key of a state that took in what is not in the log -> what its last step said, less what was matched."""
        self.last_said: dict[str, list[Message]] = {}
        """Key of a state -> what it said at the inputs of its last recorded output."""

    def begins_anew(self, envelope: Envelope) -> bool:
        """Tell whether this is the first output of another life of the node."""
        return envelope.incarnation != self._incarnation

    def runner_for(self, envelope: Envelope) -> StepRunner:
        """Return the runner of this incarnation; a restarted node began with fresh states."""
        if self._runner is None or self.begins_anew(envelope):
            if self.node.step is None:
                raise ValueError(f"node {self.node.name} has no step")
            self._runner = StepRunner(self.node.step, self._house)
            self._incarnation = envelope.incarnation
            self._sequences.clear()
            self._recorded.clear()
            self.unsure.clear()
            self.last_said.clear()
        return self._runner

    def skipped(self, envelope: Envelope) -> int:
        """Return how many outputs before this one the log lacks; what these took in is not known."""
        place = (envelope.topic, envelope.key)
        expected = self._recorded.get(place, 0)
        self._recorded[place] = envelope.sequence + 1
        return envelope.sequence - expected

    def cut_off(self) -> Iterator[tuple[Course, int]]:
        """Yield what the last steps said beyond what was recorded: there a node was killed or a log cut in mid-step."""
        for (topic, key), following in self._sequences.items():
            recorded = self._recorded.get((topic, key), 0)
            said = [message for message in self.last_said.get(key, ()) if TOPIC_OF[type(message)] == topic]
            if 0 < following - recorded < len(said) + (recorded == 0):
                yield (topic, key, self._incarnation), recorded

    def number(self, topic: str, key: str) -> int:
        """Return the next sequence number of a topic and key."""
        sequence = self._sequences.get((topic, key), 0)
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
        self._read = 0
        self.report = ReplayReport(from_frames=from_frames)

    def run(self, logged: Iterable[Logged]) -> ReplayReport:
        """Replay a whole log."""
        for entry in logged:
            self._take(entry)
        self._give_up_waiting(0)
        for node in self._nodes.values():
            self._note_cut_off(node)
        return self.report

    def _take(self, entry: Logged) -> None:
        stamp_ns = entry.message.stamp.monotonic_ns
        self.report.begin_ns = self.report.begin_ns or stamp_ns
        self.report.end_ns = max(self.report.end_ns, stamp_ns)
        self._read += 1
        node = self._nodes.get(entry.envelope.node)
        if node is not None and entry.envelope.topic not in ("node_statistics", "raw_frame"):
            node.waiting.append((self._read, entry))
        else:
            self._copy(entry)
        self._advance()
        self._give_up_waiting(PATIENCE)

    def _copy(self, entry: Logged) -> None:
        envelope = entry.envelope
        self.report.copied[envelope.topic] = self.report.copied.get(envelope.topic, 0) + 1
        if not isinstance(entry.message, RawFrame):
            self._store.put((envelope.topic, envelope.key, envelope.incarnation, envelope.sequence), entry.message)
        elif self.report.from_frames:
            # A step takes the frame; as a message it would be held twice, and as long as small ones are: gigabytes.
            with contextlib.suppress(ValueError):  # one that does not fit its notice is as good as missing
                frame = frame_from_bytes(entry.message.notice, entry.message.samples)
                self._store.put(("frame", envelope.key, envelope.incarnation, envelope.sequence), frame)
        self._emit(envelope, entry.message)

    def _advance(self) -> None:
        """Run every node as far as its inputs are there; one node's outputs are another's inputs."""
        progressed = True
        while progressed:
            progressed = False
            for node in self._nodes.values():
                while node.waiting and self._ready(node.waiting[0][1]):
                    self._run(node, node.waiting.popleft()[1])
                    progressed = True

    def _ready(self, entry: Logged) -> bool:
        return all(self._store.settled(reference) for reference in references(entry.envelope.consumed))

    def _run(self, node: _ReplayedNode, entry: Logged) -> None:
        """Give the state of this output what the output consumed, and emit what the step says."""
        envelope = entry.envelope
        if node.begins_anew(envelope):
            self._note_cut_off(node)
        runner = node.runner_for(envelope)
        if envelope.key not in runner.keys:  # of a room or radar that this house does not have
            self._copy(entry)
            return
        inputs = [(reference, self._store.get(reference)) for reference in references(envelope.consumed)]
        lacking = [reference[0] for reference, value in inputs if value is None]
        for topic in lacking:
            self.report.missing[topic] = self.report.missing.get(topic, 0) + 1
        if self._skips_outputs(node, envelope) or lacking:
            node.unsure.setdefault(envelope.key, [])
        if envelope.key in node.unsure:
            self._run_unsure(node, runner, entry, inputs)
        else:
            self._run_sure(node, runner, envelope, inputs)

    def _run_sure(
        self,
        node: _ReplayedNode,
        runner: StepRunner,
        envelope: Envelope,
        inputs: list[tuple[Reference, Input | None]],
    ) -> None:
        if inputs:
            node.last_said[envelope.key] = []
        for reference, value in inputs:
            if value is not None:
                for message, consumed in runner.take(envelope.key, reference, value):
                    self._publish(node, envelope, message, consumed)
                    node.last_said[envelope.key].append(message)

    def _note_cut_off(self, node: _ReplayedNode) -> None:
        for course, first in node.cut_off():
            self.report.unsure_from.setdefault(course, first)

    def _skips_outputs(self, node: _ReplayedNode, envelope: Envelope) -> bool:
        """Tell whether the log lacks outputs before this one; what is made for these has no counterpart."""
        skipped = node.skipped(envelope)
        if skipped:
            course = (envelope.topic, envelope.key, envelope.incarnation)
            self.report.unsure_from.setdefault(course, envelope.sequence - skipped)
            self.report.begins_in_the_middle |= skipped == envelope.sequence
        return skipped != 0

    def _run_unsure(
        self,
        node: _ReplayedNode,
        runner: StepRunner,
        entry: Logged,
        inputs: list[tuple[Reference, Input | None]],
    ) -> None:
        """Run a state that lacks inputs beside the recorded one, until it may have forgotten them.

        It may speak more or less often than the recorded one did. So its outputs are matched with those recorded at the
        same input, and what follows takes the recorded ones: these are what it took.
        """
        envelope = entry.envelope
        for reference, value in inputs:
            if value is not None:
                node.unsure[envelope.key] = [message for message, _ in runner.take(envelope.key, reference, value)]
        said = node.unsure[envelope.key]
        made = next((message for message in said if TOPIC_OF[type(message)] == envelope.topic), None)
        course = (envelope.topic, envelope.key, envelope.incarnation)
        self.report.unsure_from.setdefault(course, envelope.sequence)
        self.report.unsure[envelope.topic] = self.report.unsure.get(envelope.topic, 0) + 1
        self._store.put((*course, envelope.sequence), entry.message)
        if made is not None:
            said.remove(made)
            self.report.replayed[envelope.topic] = self.report.replayed.get(envelope.topic, 0) + 1
            self._emit(envelope, made)

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

    def _give_up_waiting(self, patience: int) -> None:
        """Run what waits too long for inputs that the log does not have; they are counted as missing."""
        for node in self._nodes.values():
            while node.waiting and self._read - node.waiting[0][0] >= patience:
                self._run(node, node.waiting.popleft()[1])
                self._advance()
