"""A whole house in one process and without waiting: recordings through every step, as fast as the machine can.

The same steps, the same routes and the same bookkeeping as live; only the time between a message and its reader is nil.
For benchmarks, scores and tests, and to make a log of a recording without sitting through it.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge

import msgspec

from sumika.clock import Instant
from sumika.runtime.node import Input, Node
from sumika.runtime.step_runner import StepRunner
from sumika.schema import (
    TOPIC_OF,
    AdcFrame,
    Consumed,
    Envelope,
    Frame,
    Message,
    Origin,
    RawFrame,
    Tick,
    key_of,
)
from sumika.schema.house import House
from sumika.sensors import FrameSource
from sumika.units import NANOSECONDS_PER_SECOND

TICK_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4

NOT_ENCODED = msgspec.Raw(b"")
"""Nothing travels here, so nothing is encoded."""

Emit = Callable[[Envelope, Message], None]


def frames_of(source: FrameSource, until_ns: int | None = None) -> Iterator[Frame]:
    """Yield a source's frames to its end, or to a moment."""
    while (frame := source.next_frame()) is not None:
        if until_ns is not None and frame.notice.stamp.monotonic_ns >= until_ns:
            return
        yield frame


class OfflineHouse:
    """Runs the step nodes of a house on frames given in order of time.

    Args:
        nodes: The table of nodes; only those with a step run.
        house: The house.
        emit: Takes every message with its envelope, as the log would.
        raw: Whether whole frames are emitted too, so that the log can be replayed from them.
    """

    def __init__(self, nodes: Iterable[Node], house: House, emit: Emit, *, raw: bool = False) -> None:
        self._runners = {node.name: StepRunner(node.step, house) for node in nodes if node.step is not None}
        self._takers: dict[str, list[str]] = {}
        for node in nodes:
            for topic in node.step.inputs if node.step is not None else ():
                self._takers.setdefault(topic.partition("/")[0], []).append(node.name)
        self._emit = emit
        self._raw = raw
        self._sequences: dict[tuple[str, str, str], int] = {}
        self._tick_ns: int | None = None

    def run(self, sources: Iterable[Iterable[Frame]]) -> None:
        """Take the frames of all sources in order of their stamps, with a tick every quarter of a second between."""
        for frame in merge(*sources, key=lambda frame: frame.notice.stamp.monotonic_ns):
            self._tick_until(frame.notice.stamp)
            self.take_frame(frame)

    def _tick_until(self, stamp: Instant) -> None:
        if self._tick_ns is None:
            self._tick_ns = stamp.monotonic_ns
        while self._tick_ns <= stamp.monotonic_ns:
            self.take(Tick(stamp=stamp.later(self._tick_ns - stamp.monotonic_ns), origin=Origin.LIVE), "supervisor")
            self._tick_ns += TICK_INTERVAL_NS

    def take_frame(self, frame: Frame) -> None:
        """Give one frame to the radar's front end, and everything that follows from it to whom it concerns."""
        notice = frame.notice
        node = f"sensor.{notice.radar}"
        envelope = self._envelope(notice, node, ())
        if self._raw:
            samples = frame.samples if isinstance(frame, AdcFrame) else frame.iq
            raw = RawFrame(
                stamp=notice.stamp,
                origin=notice.origin,
                session=notice.session,
                notice=notice,
                samples=samples.tobytes(),
            )
            self._emit(msgspec.structs.replace(envelope, topic="raw_frame"), raw)
        self._hand_on(envelope, frame)

    def take(self, message: Message, node: str, consumed: tuple[Consumed, ...] = ()) -> None:
        """Publish a message: emit it and give it to every step that takes it."""
        envelope = self._envelope(message, node, consumed)
        self._emit(envelope, message)
        self._hand_on(envelope, message)

    def _envelope(self, message: Message, node: str, consumed: tuple[Consumed, ...]) -> Envelope:
        topic, key = TOPIC_OF[type(message)], key_of(message)
        place = (node, topic, key)
        sequence = self._sequences[place] = self._sequences.get(place, -1) + 1
        return Envelope(
            topic=topic,
            key=key,
            node=node,
            incarnation=0,
            sequence=sequence,
            consumed=consumed,
            message=NOT_ENCODED,
        )

    def _hand_on(self, envelope: Envelope, value: Input) -> None:
        reference = (envelope.topic, envelope.key, envelope.incarnation, envelope.sequence)
        for name in self._takers.get(envelope.topic, ()):
            runner = self._runners[name]
            for key in runner.routed(envelope.topic, envelope.key):
                for output, consumed in list(runner.take(key, reference, value)):
                    self.take(output, name, consumed)


__all__ = ["Emit", "OfflineHouse", "frames_of"]
