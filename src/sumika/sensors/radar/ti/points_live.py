"""Reads what TI's demo firmwares make of their own samples: points, and claims of people, breath and heartbeat."""

from collections import Counter
from collections.abc import Mapping

import msgspec

import sumika.sensors.radar.ti.tlv_values as tlv_values
import sumika.sensors.radar.ti.wire_tlv as wire_tlv
from sumika.clock import Clock, Instant
from sumika.schema import Claim, Origin, PointCloud, RadarDescription, Reason
from sumika.schema.house import Radar
from sumika.sensors._frozen import Repetition
from sumika.sensors._serial_port import SerialPort
from sumika.sensors._stamps import FrameStamps
from sumika.sensors.base import Answer
from sumika.sensors.radar.ti.command_line import CommandLine
from sumika.sensors.radar.ti.wire_tlv import Packet

DATA_BAUD = 921_600
_FRAME_WRAP = 1 << 32
_LONGEST_GAP = 1000
"""A frame number further ahead than this is that of a radar that was started anew, or no frame number."""


class PointsSource:
    """A radar's data port, read packet by packet."""

    def __init__(
        self, radar: Radar, description: RadarDescription, port: SerialPort, command: CommandLine | None, clock: Clock
    ) -> None:
        """Read a radar that has been started.

        Args:
            radar: As in house.yaml.
            description: From its .cfg.
            port: Its data port; closed with this.
            command: Its command port, if it was configured through one; stopped and closed with this.
            clock: Stamps what comes: the radar's own time is that of its processor.
        """
        self._radar = radar
        self._description = description
        self._port = port
        self._command = command
        self._clock = clock
        self._cutter = wire_tlv.packet_cutter()
        self._content: Counter[str] = Counter()
        self._began_ns = clock.now().wall_ns
        self._starts = 0
        self._last_frame: int | None = None
        self._first_frame = 0
        self._stamps = FrameStamps(description.frame_interval_s)
        self._repetition = Repetition(tlv_values.FROZEN_S)

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something was dropped, by cause; points and frames are counted one by one."""
        return self._cutter.refused + self._content

    def next_messages(self) -> tuple[Answer, ...]:
        """Return what has come since the last call; empty where nothing came within `POLL_S`."""
        data = self._port.read()
        arrived = self._clock.now()
        return tuple(
            message for cut in self._cutter.feed(data) for message in self._messages(wire_tlv.packet_of(cut), arrived)
        )

    def close(self) -> None:
        """Stop the radar and close its ports; may be called again."""
        if self._command is not None:
            self._command.stop()
            self._command.close()
        self._port.close()

    def _messages(self, packet: Packet, arrived: Instant) -> list[Answer]:
        stamp = self._stamp(packet.frame, arrived)
        if stamp is None:
            self._content["frame_twice"] += 1
            return []
        cloud = self._cloud(packet, stamp)
        return [*([cloud] if cloud is not None else []), *self._tracked(packet, stamp), *self._vitals(packet, stamp)]

    def _stamp(self, frame: int, arrived: Instant) -> Instant | None:
        """Return when a frame was taken; None for one that has been told already."""
        ahead = 0 if self._last_frame is None else (frame - self._last_frame) % _FRAME_WRAP
        if self._last_frame == frame:
            return None
        if self._last_frame is None or ahead > _LONGEST_GAP:
            self._starts += 1
            self._first_frame = frame
            ahead = 1
        elif ahead > 1:
            self._content["frames_lost"] += ahead - 1
        self._last_frame = frame
        return self._stamps.stamp(arrived, ahead * self._description.frame_interval_s)

    @property
    def _session(self) -> str:
        return f"{self._radar.model}#{self._began_ns}.{self._starts}"

    def _cloud(self, packet: Packet, stamp: Instant) -> PointCloud | None:
        parts = packet.parts
        tracking = wire_tlv.COMPRESSED_POINTS in parts
        if tracking:
            points = tlv_values.compressed_points(parts[wire_tlv.COMPRESSED_POINTS])
        else:
            # No part is sent for no points.
            told = parts.get(wire_tlv.POINTS, b"")
            points = tlv_values.cartesian_points(told, parts.get(wire_tlv.SIDE_INFO))
            if packet.objects and wire_tlv.POINTS not in parts:
                self._content["points_missing"] += 1
                return None
        if points is None or (packet.objects is not None and not tracking and packet.objects != len(points)):
            self._content["points_size"] += 1
            return None
        rows, impossible = tlv_values.rows(points, self._description)
        self._content["points_impossible"] += impossible
        version = ".".join(map(str, packet.version))
        cloud = PointCloud(
            stamp=stamp,
            origin=Origin.LIVE,
            session=self._session,
            radar=self._radar.id,
            room=self._radar.room,
            index=((self._last_frame or 0) - self._first_frame) % _FRAME_WRAP,
            frame_interval_s=self._description.frame_interval_s,
            usable=True,
            made_by=f"ti {'people tracking' if tracking else 'oob'} {version}",
        )
        bits = parts.get(wire_tlv.COMPRESSED_POINTS if tracking else wire_tlv.POINTS, b"")
        if len(rows) and self._repetition.frozen("points", bits, stamp.monotonic_ns):
            return msgspec.structs.replace(cloud, usable=False, reason=Reason.FROZEN.value)
        return cloud.with_points(rows)

    def _tracked(self, packet: Packet, stamp: Instant) -> list[Answer]:
        parts, claims = packet.parts, list[Answer]()
        if wire_tlv.TARGETS in parts:
            targets = tlv_values.targets(parts[wire_tlv.TARGETS])
            if targets is None:
                self._content["targets"] += 1
            else:
                claims.append(self._claim(stamp, "people", float(len(targets)), tlv_values.PEOPLE_SIGMA))
                nearest = min(targets, key=lambda target: target.range_m, default=None)
                range_m = nearest.range_m if nearest is not None else None
                claims.append(self._claim(stamp, "range_m", range_m, tlv_values.RANGE_SIGMA_M))
                claims += self._height(parts, nearest.number if nearest is not None else None, stamp)
        if wire_tlv.PRESENCE in parts:
            present = tlv_values.presence(parts[wire_tlv.PRESENCE])
            self._content["presence"] += present is None
            if present is not None:
                claims.append(self._claim(stamp, "presence", present, tlv_values.PRESENCE_SIGMA))
        return claims

    def _height(self, parts: Mapping[int, bytes], nearest: int | None, stamp: Instant) -> list[Answer]:
        """Return how tall the nearest target is."""
        if wire_tlv.TARGET_HEIGHTS not in parts:
            return []
        told = tlv_values.heights_m(parts[wire_tlv.TARGET_HEIGHTS])
        if told is None:
            self._content["heights"] += 1
            return []
        height_m = told.get(nearest) if nearest is not None else None
        return [self._claim(stamp, "height_m", height_m, tlv_values.HEIGHT_SIGMA_M)]

    def _vitals(self, packet: Packet, stamp: Instant) -> list[Answer]:
        value = packet.parts.get(wire_tlv.VITAL_SIGNS)
        if value is None:
            return []
        told = tlv_values.vital_signs(value)
        if told is None:
            self._content["vital_signs"] += 1
            return []
        frozen = self._repetition.frozen("vitals", value, stamp.monotonic_ns)
        heart, respiration = (None, None) if frozen else told
        return [
            self._claim(stamp, "heart_bpm", heart, tlv_values.HEART_SIGMA_BPM),
            self._claim(stamp, "respiration_bpm", respiration, tlv_values.RESPIRATION_SIGMA_BPM),
        ]

    def _claim(self, stamp: Instant, quantity: str, value: float | None, sigma: float) -> Claim:
        return Claim(
            stamp=stamp,
            origin=Origin.LIVE,
            session=self._session,
            radar=self._radar.id,
            room=self._radar.room,
            quantity=quantity,
            value=value,
            sigma=sigma,
            made_by=f"ti {self._radar.model}",
        )
