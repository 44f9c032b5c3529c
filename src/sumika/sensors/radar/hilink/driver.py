"""Reads Hi-Link's LD2410 (presence and distance) and LD2450 (up to three targets) over a serial port."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import sumika.sensors.radar.hilink.values as values
import sumika.sensors.radar.hilink.wire as wire
from sumika.clock import Clock, Instant
from sumika.schema import Claim, Origin, PointCloud, Reason, UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors._frozen import Repetition
from sumika.sensors._serial_port import SerialPort
from sumika.sensors.base import Answer
from sumika.sensors.radar.hilink.values import MODELS
from sumika.sensors.radar.hilink.wire import Packet

__all__ = ["MODELS", "open_live"]

_logger = logging.getLogger(__name__)
_ANSWER_POLLS = 4
"""A command is answered within some tens of milliseconds; reports come between."""
_TRIES = 2


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> "HiLinkModule":
    """Open the module that a radar in house.yaml hangs on, and put it into the mode that tells most.

    Where it hears no commands (its RX is not wired) it is read as it is, with a warning.

    Args:
        radar: One of `MODELS`, with a `PortSource`.
        house_file: For errors.
        clock: Stamps what comes.
        environ: Not used; nothing is read from files.

    Raises:
        UsageError: if the radar's source is no port.
        SumikaError: if the port is absent, busy or forbidden.
    """
    del environ
    if not isinstance(radar.source, PortSource):
        raise UsageError(f"radar {radar.id} is not read from a port", where=str(house_file), remedy="Write type: port")
    port = SerialPort(radar.source.device, radar.source.baud or values.BAUD, radar.id)
    reader = _PresenceReader(radar) if radar.model == "ld2410" else _TargetReader(radar)
    module = HiLinkModule(port, reader, clock, session=radar.model)
    module.command_mode(wire.ENGINEERING_MODE if radar.model == "ld2410" else wire.MULTIPLE_TARGETS)
    return module


class _Reader(Protocol):
    """Makes messages of one model's packets."""

    def read(self, packet: Packet, stamp: Instant, session: str) -> tuple[Answer, ...] | None:
        """Return what a packet says; None if it says nothing that this model can say."""
        ...


class HiLinkModule:
    """A module on a serial port: its answers as messages."""

    def __init__(self, port: SerialPort, reader: _Reader, clock: Clock, session: str) -> None:
        """Read a module from a port.

        Args:
            port: Opened; closed with this.
            reader: Makes messages of packets.
            clock: Stamps them: the module tells no time.
            session: Begins the name of the session.
        """
        self._port = port
        self._reader = reader
        self._clock = clock
        self._session = f"{session}#{clock.now().wall_ns}"
        self._cutter = wire.packet_cutter()

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something was dropped, by cause."""
        return self._cutter.refused

    def next_messages(self) -> tuple[Answer, ...]:
        """Return what has come since the last call; empty where nothing came within `POLL_S`."""
        data = self._port.read()
        stamp = self._clock.now()
        packets = map(wire.packet_of, self._cutter.feed(data))
        return tuple(message for packet in packets for message in self._said(packet, stamp))

    def close(self) -> None:
        """Close the port; may be called again."""
        self._port.close()

    def command_mode(self, word: int) -> bool:
        """Switch the module into a mode, and return whether it did so; it reports on in either case.

        Raises:
            SumikaError: if it was unplugged meanwhile.
        """
        enabled = self._ask(wire.ENABLE_CONFIGURATION, b"\x01\x00")
        done = enabled and self._ask(word)
        # Asked in any case: a module that is left in its configuration mode reports nothing any more.
        self._ask(wire.END_CONFIGURATION)
        if not done:
            _logger.warning("%s: takes no commands (is its RX wired?) and is read as it is", self._port.where)
        return done

    def _ask(self, word: int, value: bytes = b"") -> bool:
        for _ in range(_TRIES):
            self._port.write(wire.command(word, value))
            for _ in range(_ANSWER_POLLS):
                packets = map(wire.packet_of, self._cutter.feed(self._port.read()))
                answers = [wire.answered(packet, word) for packet in packets]
                done = next((answer for answer in answers if answer is not None), None)
                if done is not None:
                    return done
        return False

    def _said(self, packet: Packet, stamp: Instant) -> tuple[Answer, ...]:
        if packet.head == wire.ANSWER_HEAD:  # a late answer to a command
            return ()
        said = self._reader.read(packet, stamp, self._session)
        if said is None:
            self._cutter.refused["content"] += 1
            return ()
        return said


class _PresenceReader:
    """An LD2410's reports as claims."""

    def __init__(self, radar: Radar) -> None:
        self._radar = radar
        self._engineering = Repetition(values.FROZEN_S)
        self._basic = Repetition(values.FROZEN_BASIC_S)

    def read(self, packet: Packet, stamp: Instant, session: str) -> tuple[Answer, ...] | None:
        report = wire.read_report(packet.payload) if packet.head == wire.REPORT_HEAD else None
        if report is None:
            return None
        frozen = self._frozen(report, packet.payload, stamp)
        told = (
            ("presence", values.presence(report), values.PRESENCE_SIGMA),
            ("range_m", values.range_m(report), values.RANGE_SIGMA_M),
            ("motion", values.motion(report), values.MOTION_SIGMA),
        )
        return tuple(
            Claim(
                stamp=stamp,
                origin=Origin.LIVE,
                session=session,
                radar=self._radar.id,
                room=self._radar.room,
                quantity=quantity,
                value=None if frozen else value,
                sigma=sigma,
                made_by="hilink ld2410",
            )
            for quantity, value, sigma in told
        )

    def _frozen(self, report: wire.Report, payload: bytes, stamp: Instant) -> bool:
        if report.moving_gates:
            return self._engineering.frozen("report", payload, stamp.monotonic_ns)
        # An empty room may well look the same for hours to a module that tells no more than two energies.
        return self._basic.frozen("report", payload, stamp.monotonic_ns) and report.state != 0


class _TargetReader:
    """An LD2450's targets as points."""

    def __init__(self, radar: Radar) -> None:
        self._radar = radar
        self._repetition = Repetition(values.FROZEN_S)
        self._index = -1

    def read(self, packet: Packet, stamp: Instant, session: str) -> tuple[Answer, ...] | None:
        if packet.head != wire.TARGETS_HEAD:
            return None
        targets = wire.read_targets(packet.payload)
        if not all(values.is_ahead(target) for target in targets):
            return None
        self._index += 1
        frozen = self._repetition.frozen("targets", packet.payload, stamp.monotonic_ns) and bool(targets)
        cloud = PointCloud(
            stamp=stamp,
            origin=Origin.LIVE,
            session=session,
            radar=self._radar.id,
            room=self._radar.room,
            index=self._index,
            frame_interval_s=values.FRAME_INTERVAL_S,
            usable=not frozen,
            reason=Reason.FROZEN.value if frozen else "",
            made_by="hilink ld2450",
        )
        return (cloud if frozen else cloud.with_points(values.points(targets)),)
