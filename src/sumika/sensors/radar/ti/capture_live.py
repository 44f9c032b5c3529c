"""Reads converter samples live from a DCA1000 capture card over Ethernet."""

import logging
import os
import select
import socket
from collections import Counter, deque
from collections.abc import Mapping
from pathlib import Path

import sumika.sensors.radar.ti.wire_capture as wire_capture
from sumika.clock import Clock, Instant
from sumika.schema import AdcFrame, Frame, FrameKind, FrameNotice, Origin, RadarDescription
from sumika.sensors._stamps import FrameStamps
from sumika.sensors.base import POLL_S
from sumika.sensors.radar.ti.capture_card import CaptureCard
from sumika.sensors.radar.ti.command_line import CommandLine
from sumika.sensors.radar.ti.reassembly import Assembled, FrameAssembler
from sumika.sensors.radar.ti.values import ChirpDescription
from sumika.sensors.radar.ti.wire import decode_frame
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

_logger = logging.getLogger(__name__)
_SPARE_PACKETS = 256
"""In one call so many more packets are read than a frame has: a call comes to an end whatever arrives."""
_OVERDUE_NS = seconds_to_ns(0.01)
"""A packet that others have overtaken comes after some microseconds, or not at all."""
_UDP_TABLE = Path("/proc/net/udp")


class CaptureSource:
    """A radar whose samples a capture card sends."""

    def __init__(
        self, radar: str, model: str, chirp: ChirpDescription, card: CaptureCard, command: CommandLine, clock: Clock
    ) -> None:
        """Read a card that records.

        Args:
            radar: Id in house.yaml.
            model: Of the radar.
            chirp: What it was told to send.
            card: Recording; stopped and closed with this.
            command: The radar's command port; the radar is stopped, and the port closed, with this.
            clock: Tells when a frame begins to arrive.
        """
        self._radar = radar
        self._chirp = chirp
        self._card = card
        self._command = command
        self._clock = clock
        self._description = chirp.radar_description(model)
        self._assembler = FrameAssembler(chirp.frame_bytes, wire_capture.LARGEST_PAYLOAD)
        self._counts: Counter[str] = Counter()
        self._datagram = memoryview(bytearray(wire_capture.LARGEST_DATAGRAM + 1))
        self._most_packets = chirp.frame_bytes // 1024 + _SPARE_PACKETS
        self._ready: deque[tuple[Assembled, Instant]] = deque()
        self._began: Instant | None = None
        self._waiting_since_ns: int | None = None
        self._stamps = FrameStamps(chirp.frame_interval_s)
        self._last_index = -1
        self._restarts = 0
        self._began_ns = clock.now().wall_ns
        self._gaps = 0
        self._kernel_dropped = 0

    @property
    def description(self) -> RadarDescription:
        """The radar as its .cfg set it."""
        return self._description

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def max_frame_bytes(self) -> int:
        """Size of each frame's samples."""
        chirps, antennas, samples = self._chirp.shape
        return chirps * antennas * samples * (8 if self._chirp.complex_samples else 2)

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something was lost or dropped, by cause."""
        return self._assembler.counts + self._counts

    def next_frame(self) -> Frame | None:
        """Return the next frame; None where no whole one came within `POLL_S`."""
        if not self._ready and self._card.data.fileno() >= 0:
            self._receive()
            self._look_for_faults()
        return self._frame(*self._ready.popleft()) if self._ready else None

    def close(self) -> None:
        """Stop the radar and the card, and close ports; may be called again."""
        self._command.stop()
        self._command.close()
        self._card.close()
        self._ready.clear()

    def _receive(self) -> None:
        """Read packets until there is a frame, or the time is over."""
        until_ns = self._clock.now().monotonic_ns + seconds_to_ns(POLL_S)
        receive, data = self._card.data.recvfrom_into, self._card.data
        for _ in range(self._most_packets):
            try:
                size, sender = receive(self._datagram)
            except BlockingIOError:
                if not self._wait(data, until_ns):
                    return
                continue
            if sender[0] != self._card.address:
                self._counts["packets_of_others"] += 1
            else:
                self._take(size)
                if self._ready:
                    return

    def _wait(self, data: socket.socket, until_ns: int) -> bool:
        """Return whether more may be read now: False once the time is over, or what was overdue completed a frame."""
        now_ns = self._clock.now().monotonic_ns
        due_ns = until_ns if self._waiting_since_ns is None else self._waiting_since_ns + _OVERDUE_NS
        left_s = (min(due_ns, until_ns) - now_ns) / NANOSECONDS_PER_SECOND
        if left_s > 0 and select.select([data], [], [], left_s)[0]:
            return True
        if self._waiting_since_ns is None:
            return False
        self._hand_over(self._assembler.give_up())
        return not self._ready

    def _take(self, size: int) -> None:
        if not wire_capture.DATA_HEAD.size < size <= wire_capture.LARGEST_DATAGRAM:
            self._counts["packet_size"] += 1
            return
        if self._began is None:
            self._began = self._clock.now()
        sequence, low, high = wire_capture.DATA_HEAD.unpack_from(self._datagram)
        payload = self._datagram[wire_capture.DATA_HEAD.size : size]
        frames = self._assembler.add(sequence, low | high << 32, payload)
        if frames or self._assembler.waiting or self._waiting_since_ns is not None:
            self._hand_over(frames)

    def _hand_over(self, frames: list[Assembled]) -> None:
        now = self._clock.now()
        began = self._began or now
        self._ready += [(frame, began) for frame in frames]
        if frames:
            self._began = None if self._assembler.between_frames else now
        if not self._assembler.waiting:
            self._waiting_since_ns = None
        elif self._waiting_since_ns is None:
            self._waiting_since_ns = now.monotonic_ns

    def _frame(self, assembled: Assembled, began: Instant) -> Frame:
        if self._restarts != self._assembler.restarts:
            self._restarts = self._assembler.restarts
            self._last_index = -1
        frames = assembled.number - self._last_index if self._last_index >= 0 else 1
        self._last_index = assembled.number
        samples = decode_frame(assembled.data, self._chirp)
        notice = FrameNotice(
            stamp=self._stamps.stamp(began, frames * self._chirp.frame_interval_s),
            origin=Origin.LIVE,
            session=f"{self._description.model}#{self._began_ns}.{self._restarts}",
            radar=self._radar,
            kind=FrameKind.ADC,
            index=assembled.number,
            shape=self._chirp.shape,
            dtype=samples.dtype.str,
            position=0,
            description=self._description,
            lost_bytes=assembled.lost_bytes,
        )
        return AdcFrame(notice, samples)

    def _look_for_faults(self) -> None:
        """Tell of what the card says of itself, and of what the kernel dropped, the first time it happens."""
        for fault in self._card.faults():
            if fault not in wire_capture.HARMLESS:
                if not self._counts[f"card_{fault}"]:
                    _logger.warning("%s: says %s", self._card.where, fault)
                self._counts[f"card_{fault}"] += 1
        if self._assembler.counts["gaps"] == self._gaps:
            return
        self._gaps = self._assembler.counts["gaps"]
        dropped = _kernel_drops(self._card.data)
        if dropped > self._kernel_dropped == 0:
            _logger.warning(
                "%s: the kernel dropped %d packets because they were not read in time; lighten the computer, or allow "
                "a larger buffer: sudo sysctl -w net.core.rmem_max=33554432",
                self._card.where,
                dropped,
            )
        self._counts["kernel_dropped"] += dropped - self._kernel_dropped
        self._kernel_dropped = dropped


def _kernel_drops(opened: socket.socket) -> int:
    """Return how many packets the kernel had no room for; 0 where it does not tell."""
    try:
        inode = str(os.fstat(opened.fileno()).st_ino)
        table = [line.split() for line in _UDP_TABLE.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return 0
    return next((int(row[12]) for row in table if len(row) > 12 and row[9] == inode), 0)
