"""The I/O process of one radar: reads its frames, lays them into the ring and tells the bus where they are.

A module that gives answers of its own instead has them published as they are.
"""

import os
import time

import msgspec
import numpy as np

from sumika.bus import RingWriter
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import AdcFrame, Frame, Origin, SumikaError
from sumika.sensors import CountsRefused, FrameSource, MessageSource, SimulatedHouse, Source, open_source
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

_LONGEST_SLEEP_NS = seconds_to_ns(0.1)
_SILENT_NS = seconds_to_ns(10.0)
"""Every radar that is read live sends several times a second; the first frame may take some seconds."""


def _wait_until(process: NodeProcess, due_ns: int) -> None:
    """Wait for a recorded frame's moment; a live frame's has passed already."""
    while not process.stopping:
        now_ns = process.clock.now().monotonic_ns
        if now_ns >= due_ns:
            return
        process.clock.sleep_until(min(due_ns, now_ns + _LONGEST_SLEEP_NS))
        process.beat()


class SensorLoop:
    """What the process of one radar does, turn by turn."""

    def __init__(self, process: NodeProcess, source: Source) -> None:
        """Begin with nothing heard.

        Args:
            process: Publishes, and shows signs of life.
            source: Opened; closed with this.
        """
        self.process = process
        self.source = source
        self.ring: RingWriter | None = None
        self.heard_ns = process.clock.now().monotonic_ns

    def turn(self) -> None:
        """Take what the radar gives next, and hand it on.

        Raises:
            SumikaError: if the radar broke, or has been silent for too long while it is read live.
        """
        came = self.take_messages(self.source) if isinstance(self.source, MessageSource) else self.take(self.source)
        if self.source.origin is Origin.LIVE:
            self.listen(came)
        self.process.beat()
        if isinstance(self.source, CountsRefused):
            self.process.refused.update(self.source.refused)
        self.process.tell({})

    def take(self, source: FrameSource) -> bool:
        """Hand on the next frame when it is due; return whether there was one."""
        frame = source.next_frame()
        if frame is not None:
            _wait_until(self.process, frame.notice.stamp.monotonic_ns)
            self.hand_over(frame, source.max_frame_bytes)
        elif source.origin is not Origin.LIVE:  # the recording is over: the room is unknown from here on, not empty
            _wait_until(self.process, self.process.clock.now().monotonic_ns + _LONGEST_SLEEP_NS)
        return frame is not None

    def take_messages(self, source: MessageSource) -> bool:
        """Publish what a module says; return whether it said anything."""
        messages = source.next_messages()
        if self.process.publisher is not None and not self.process.stopping:
            began_ns = time.perf_counter_ns()
            for message in messages:
                self.process.publisher.publish(message)
            self.process.taken += len(messages)
            if messages:
                self.process.worked(time.perf_counter_ns() - began_ns, len(messages))
        return bool(messages)

    def listen(self, came: bool) -> None:
        """Give up on a device that has fallen silent: opened anew it often speaks again."""
        now_ns = self.process.clock.now().monotonic_ns
        if came:
            self.heard_ns = now_ns
        elif now_ns - self.heard_ns > _SILENT_NS:
            raise SumikaError(
                f"the radar has sent nothing for {_SILENT_NS / NANOSECONDS_PER_SECOND:g} s",
                where=self.process.node.subject,
                remedy="Check its power and its cable; sumika opens it again by itself",
            )

    def hand_over(self, frame: Frame, slot_bytes: int) -> None:
        """Lay a frame into the ring, and tell the bus where it is."""
        if self.process.publisher is None or self.process.stopping:
            return
        began_ns = time.perf_counter_ns()
        samples = np.ascontiguousarray(frame.samples if isinstance(frame, AdcFrame) else frame.iq)
        if self.ring is None:
            self.ring = RingWriter(self.process.folder.ring(frame.notice.radar), slot_bytes=slot_bytes)
        position = self.ring.write(samples)
        self.process.publisher.publish(msgspec.structs.replace(frame.notice, position=position))
        self.process.taken += 1
        self.process.worked(time.perf_counter_ns() - began_ns, 1)

    def close(self) -> None:
        """Let go of the radar and the ring."""
        self.source.close()
        if self.ring is not None:
            self.ring.close()


def run_sensor(node: Node, launch: Launch) -> None:
    """Play or read one radar until told to stop."""
    with NodeProcess(node, launch) as process:
        radar = launch.house.radar(node.subject)
        simulated = SimulatedHouse(house=launch.house, began=launch.config.stamp)
        io = SensorLoop(process, open_source(radar, launch.house_file, process.clock, os.environ, simulated))
        try:
            while not process.stopping:
                io.turn()
        finally:
            io.close()
