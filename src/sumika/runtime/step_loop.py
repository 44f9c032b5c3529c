"""The loop around a pure step: take inputs from the bus, run the step, publish what it says."""

import time
from collections.abc import Iterator

from sumika.bus import Received, RingReader, Subscriber
from sumika.runtime.found_students import StudentWatch
from sumika.runtime.node import Input, Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.runtime.step_runner import StepRunner
from sumika.schema import Consumed, FrameNotice, Message, SumikaError, frame_from_bytes

RECEIVE_TIMEOUT_S = 0.25
"""Longest wait for an input; the loop shows a sign of life at least so often."""


class FrameFetcher:
    """Turns notices into frames: copies the samples out of the radars' rings."""

    def __init__(self, process: NodeProcess) -> None:
        self._process = process
        self._rings: dict[str, RingReader] = {}

    def fetch(self, notice: FrameNotice) -> Input | None:
        """Return the frame, or None (counted) if the ring has gone on or the bytes do not fit the notice."""
        try:
            ring = self._rings.get(notice.radar)
            if ring is None:
                ring = self._rings[notice.radar] = RingReader(self._process.folder.ring(notice.radar))
            data = ring.read(notice.position)
            if data is None:
                self._process.refuse("ring_overrun")
                return None
            return frame_from_bytes(notice, data)
        except (SumikaError, ValueError):
            self._process.refuse("frame_misfit")
            return None

    def close(self) -> None:
        """Unmap all rings."""
        for ring in self._rings.values():
            ring.close()


class _StepLoop:
    def __init__(self, process: NodeProcess) -> None:
        task = process.node.step
        if task is None:
            raise ValueError(f"node {process.node.name} has no step")
        self.process = process
        self.may_be_silent = task.may_be_silent
        self.runner = StepRunner(task, process.launch.house)
        self.students = StudentWatch(process)
        self.frames = FrameFetcher(process)
        self.subscriber = Subscriber(
            process.folder, nodes=process.launch.nodes, topics=task.inputs, clock=process.clock
        )

    def resolve(self, received: Received) -> Input | None:
        if isinstance(received.message, FrameNotice):
            return self.frames.fetch(received.message)
        return received.message

    def outputs_of(self, received: Received) -> Iterator[tuple[Message, tuple[Consumed, ...]]]:
        envelope = received.envelope
        keys = self.runner.routed(envelope.topic, envelope.key)
        value = self.resolve(received) if keys else None
        if value is None:
            return
        reference = (envelope.topic, envelope.key, envelope.incarnation, envelope.sequence)
        for key in keys:
            yield from self.runner.take(key, reference, value)

    def turn(self) -> None:
        process, publisher = self.process, self.process.publisher
        arrived = self.subscriber.receive(RECEIVE_TIMEOUT_S)
        outputs = 0
        for received in arrived:
            began_ns = time.perf_counter_ns()
            sent = 0
            for message, consumed in self.outputs_of(received):
                if publisher is not None:
                    publisher.publish(message, consumed)
                sent += 1
            process.worked(time.perf_counter_ns() - began_ns, sent)
            outputs += sent
        process.taken += len(arrived)
        # A step that takes inputs and says nothing is as good as hung, unless nobody is there to speak of; one without
        # inputs is merely idle.
        if outputs or not arrived or self.may_be_silent:
            process.beat()
        process.tell(self.subscriber.lost)
        self.students.turn()

    def close(self) -> None:
        self.frames.close()
        self.subscriber.close()


def run_step(node: Node, launch: Launch) -> None:
    """Run a step node until it is told to stop."""
    with NodeProcess(node, launch) as process:
        loop = _StepLoop(process)
        try:
            while not process.stopping:
                loop.turn()
        finally:
            loop.close()
