"""The I/O process of one radar: reads its frames, lays them into the ring and tells the bus where they are."""

import os
import time

import msgspec
import numpy as np

from sumika.bus import RingWriter
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import AdcFrame, Frame
from sumika.sensors import FrameSource, open_source
from sumika.units import seconds_to_ns

_LONGEST_SLEEP_NS = seconds_to_ns(0.1)


def _wait_until(process: NodeProcess, due_ns: int) -> None:
    """Wait for a recorded frame's moment; a live frame's has passed already."""
    while not process.stopping:
        now_ns = process.clock.now().monotonic_ns
        if now_ns >= due_ns:
            return
        process.clock.sleep_until(min(due_ns, now_ns + _LONGEST_SLEEP_NS))
        process.beat()


class _RadarIo:
    def __init__(self, process: NodeProcess, source: FrameSource) -> None:
        self.process = process
        self.source = source
        self.ring: RingWriter | None = None

    def turn(self) -> None:
        frame = self.source.next_frame()
        if frame is None:  # the recording is over: the room is unknown from here on, not empty
            _wait_until(self.process, self.process.clock.now().monotonic_ns + _LONGEST_SLEEP_NS)
        else:
            _wait_until(self.process, frame.notice.stamp.monotonic_ns)
            self.hand_over(frame)
        self.process.beat()
        self.process.tell({})

    def hand_over(self, frame: Frame) -> None:
        if self.process.publisher is None or self.process.stopping:
            return
        began_ns = time.perf_counter_ns()
        samples = np.ascontiguousarray(frame.samples if isinstance(frame, AdcFrame) else frame.iq)
        if self.ring is None:
            self.ring = RingWriter(self.process.folder.ring(frame.notice.radar), slot_bytes=self.source.max_frame_bytes)
        position = self.ring.write(samples)
        self.process.publisher.publish(msgspec.structs.replace(frame.notice, position=position))
        self.process.taken += 1
        self.process.worked(time.perf_counter_ns() - began_ns, 1)

    def close(self) -> None:
        self.source.close()
        if self.ring is not None:
            self.ring.close()


def run_sensor(node: Node, launch: Launch) -> None:
    """Play or read one radar until told to stop."""
    with NodeProcess(node, launch) as process:
        radar = launch.house.radar(node.subject)
        io = _RadarIo(process, open_source(radar, launch.house_file, process.clock, os.environ))
        try:
            while not process.stopping:
                io.turn()
        finally:
            io.close()
