"""Reads Seeed's MR60BHA2 (breath, heart, distance, targets) over a serial port."""

import math
from collections.abc import Mapping
from pathlib import Path

import sumika.sensors.radar.seeed.values as values
import sumika.sensors.radar.seeed.wire as wire
from sumika.clock import Clock, Instant
from sumika.schema import Claim, Origin, PointCloud, UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors._frozen import Repetition
from sumika.sensors._serial_port import SerialPort
from sumika.sensors.base import Answer
from sumika.sensors.radar.seeed.values import MODELS
from sumika.sensors.radar.seeed.wire import Frame

__all__ = ["MODELS", "open_live"]

_MADE_BY = "seeed mr60bha2"


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> "VitalSignsModule":
    """Open the module that a radar in house.yaml hangs on; it reports by itself and needs no settings.

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
    return VitalSignsModule(SerialPort(radar.source.device, radar.source.baud or values.BAUD, radar.id), radar, clock)


class VitalSignsModule:
    """An MR60BHA2 on a serial port: what it says as claims, whom it follows as points.

    A rate is told only while the module says that somebody is there, its phases move, and the rate itself is not the
    same bits for a minute: these modules go on telling their last value after the person has left.
    """

    def __init__(self, port: SerialPort, radar: Radar, clock: Clock) -> None:
        """Read a module from a port.

        Args:
            port: Opened; closed with this.
            radar: As in house.yaml.
            clock: Stamps what comes: the module tells no time.
        """
        self._port = port
        self._radar = radar
        self._clock = clock
        self._session = f"{radar.model}#{clock.now().wall_ns}"
        self._cutter = wire.frame_cutter()
        self._rates = Repetition(values.FROZEN_S)
        self._phases = Repetition(values.FROZEN_PHASES_S)
        self._still = False
        self._somebody = True
        self._index = -1

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
        frames = map(wire.frame_of, self._cutter.feed(data))
        return tuple(message for frame in frames for message in self._said(frame, stamp))

    def close(self) -> None:
        """Close the port; may be called again."""
        self._port.close()

    def _said(self, frame: Frame, stamp: Instant) -> tuple[Answer, ...]:
        match frame.type:
            case wire.PHASES:
                # Not a displacement: the unit differs between firmwares. But that it changes shows that it measures.
                self._still = self._phases.frozen("phases", frame.data, stamp.monotonic_ns)
                return ()
            case wire.BREATH_RATE:
                return self._rate(frame, stamp, "respiration_bpm")
            case wire.HEART_RATE:
                return self._rate(frame, stamp, "heart_bpm")
            case wire.DISTANCE:
                told = wire.read_distance(frame.data)
                if told is None or not math.isfinite(told[1]):
                    return self._refuse()
                return (self._claim(stamp, "range_m", values.range_m(told), values.RANGE_SIGMA_M),)
            case wire.PRESENCE:
                return self._presence(frame, stamp)
            case wire.TARGETS:
                return self._targets(frame, stamp)
            case _:  # its own log, firmware version ...
                return ()

    def _rate(self, frame: Frame, stamp: Instant, quantity: str) -> tuple[Answer, ...]:
        number = wire.read_number(frame.data)
        if number is None or not math.isfinite(number):
            return self._refuse()
        respiration = quantity == "respiration_bpm"
        limits_bpm = values.RESPIRATION_BPM if respiration else values.HEART_BPM
        sigma = values.RESPIRATION_SIGMA_BPM if respiration else values.HEART_SIGMA_BPM
        repeated = self._rates.frozen(quantity, frame.data, stamp.monotonic_ns)
        believed = self._somebody and not self._still and not repeated
        return (self._claim(stamp, quantity, values.rate_bpm(number, limits_bpm) if believed else None, sigma),)

    def _presence(self, frame: Frame, stamp: Instant) -> tuple[Answer, ...]:
        somebody = wire.read_presence(frame.data)
        if somebody is None:
            return self._refuse()
        self._somebody = somebody
        return (self._claim(stamp, "presence", float(somebody), values.PRESENCE_SIGMA),)

    def _targets(self, frame: Frame, stamp: Instant) -> tuple[Answer, ...]:
        targets = wire.read_targets(frame.data)
        if targets is None or not values.sound(targets):
            return self._refuse()
        self._index += 1
        cloud = PointCloud(
            stamp=stamp,
            origin=Origin.LIVE,
            session=self._session,
            radar=self._radar.id,
            room=self._radar.room,
            index=self._index,
            frame_interval_s=values.TARGET_INTERVAL_S,
            usable=True,
            made_by=_MADE_BY,
        )
        return (cloud.with_points(values.points(targets)),)

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
            made_by=_MADE_BY,
        )

    def _refuse(self) -> tuple[Answer, ...]:
        self._cutter.refused["content"] += 1
        return ()
