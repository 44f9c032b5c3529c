"""Takes frames from an Acconeer A121 through the maker's own package, `acconeer-exptool`.

Names and calls are those of `acconeer.exptool.a121` (`Client`, `SessionConfig`, `SensorConfig`), version 7.
"""

import importlib
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sumika.clock import Clock
from sumika.schema import FrameKind, FrameNotice, Origin, RadarDescription, RangeFrame, SumikaError, UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors._files import parse_json, read_text
from sumika.sensors._maker_package import asked
from sumika.sensors._paths import resolve_path
from sumika.sensors._stamps import FrameStamps
from sumika.sensors.radar.acconeer.values import (
    A121Sensor,
    A121Session,
    even_grid,
    range_description,
    room_settings,
)

_COMPLEX64 = np.dtype("<c8")
_SLOWEST_HZ = 1.0
"""Slower, and the package's wait for a frame would be longer than a node may be silent."""


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> "A121Device":
    """Open a sensor, set it and let it run.

    Its settings are `config` (a session_config in JSON, as recordings hold it), else a room of 5 m at 20 Hz.

    Args:
        radar: An `a121`, with a `PortSource`: a serial port, `usb`, or `udp` with the `address` of one on the network.
        house_file: Relative paths start from where it lies.
        clock: Stamps the frames.
        environ: For `$SUMIKA_DATA` in paths.

    Raises:
        UsageError: if the package is not installed, or the settings are of no use.
        SumikaError: if there is no such device, it is busy, or it refuses the settings.
    """
    source, where = radar.source, str(house_file)
    if not isinstance(source, PortSource):
        raise UsageError(f"radar {radar.id} is not read from a port", where=where, remedy="Write type: port")
    try:  # here and not above: it is no dependency, and slow to load
        package = importlib.import_module("acconeer.exptool.a121")
    except ImportError as error:
        raise UsageError(
            f"radar {radar.id} needs the maker's package acconeer-exptool, which is not installed",
            where=where,
            remedy="docs/how-to/connect-a-radar.md says how to install it",
        ) from error
    text, settings = _settings(source, house_file, environ)
    at = f"radar {radar.id}: {source.address or source.device}"
    client = asked(at, "the radar cannot be opened", lambda: package.Client.open(**_place(source)))
    try:
        config = asked(at, "the settings are refused", lambda: package.SessionConfig.from_json(text))
        return A121Device(client, config, settings, radar, clock)
    except SumikaError:
        _release(client)
        raise


def require_settings(radar: Radar, house_file: Path, environ: Mapping[str, str]) -> None:
    """Check the file of settings, if there is one; no device is opened.

    Raises:
        UsageError: if the path of the settings is wrong, or the settings are of no use.
        SumikaError: if they cannot be read.
    """
    if isinstance(radar.source, PortSource):
        _settings(radar.source, house_file, environ)


def _settings(source: PortSource, house_file: Path, environ: Mapping[str, str]) -> tuple[str, A121Sensor]:
    """Return the session in JSON, and what it says of its one sensor."""
    path = resolve_path(source.config, house_file, environ) if source.config else None
    text = read_text(path, "the radar's settings") if path else room_settings()
    return text, _sensor_settings(text, str(path or house_file))


def _place(source: PortSource) -> dict[str, Any]:
    """Return the arguments of `Client.open` that tell where the sensor is."""
    baud = {"override_baudrate": source.baud} if source.baud else {}
    if source.address:
        host, _, port = source.address.partition(":")
        return {"ip_address": host, **({"tcp_port": int(port)} if port.isdecimal() else {})}
    return {"usb_device": True} if source.device == "usb" else {"serial_port": source.device, **baud}


def _sensor_settings(text: str, where: str) -> A121Sensor:
    """Return the settings of the one sensor of a session.

    Raises:
        SumikaError: if it is no such JSON, has several sensors, or no frame rate.
    """
    groups = parse_json(text, "the radar's settings", where, A121Session).groups
    if len(groups) != 1 or len(groups[0]) != 1:
        raise UsageError("the settings are of several sensors", where=where, remedy="Leave one sensor in them")
    (sensor,) = groups[0].values()
    if sensor.frame_rate is None or sensor.frame_rate < _SLOWEST_HZ:
        raise UsageError(
            f"the settings have the frame rate {sensor.frame_rate}",
            where=where,
            remedy=f"Set frame_rate to {_SLOWEST_HZ:g} or more: without one, no rate can be told from the frames",
        )
    return sensor


class A121Device:
    """A running A121: its frames as complex amplitude per distance.

    The package waits for a frame for two seconds at most and then gives the connection up; a silent sensor therefore
    ends as an error, and not as None for ever.
    """

    def __init__(self, client: Any, config: Any, settings: A121Sensor, radar: Radar, clock: Clock) -> None:
        """Set a connected sensor and let it run.

        Args:
            client: A `Client`; closed with this.
            config: The `SessionConfig` to set.
            settings: The same, as read here.
            radar: As in house.yaml.
            clock: Stamps the frames.

        Raises:
            SumikaError: if the sensor refuses the settings.
        """
        self._client = client
        self._config = config
        self._settings = settings
        self._radar = radar
        self._clock = clock
        self._where = f"radar {radar.id}: {radar.model}"
        self._refused: Counter[str] = Counter()
        self._passes = 0
        self._closed = False
        self._begin()

    @property
    def description(self) -> RadarDescription:
        """The radar as it is set."""
        return self._description

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def max_frame_bytes(self) -> int:
        """Size of every frame."""
        return math.prod(self._shape) * _COMPLEX64.itemsize

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something was amiss with a frame, by cause."""
        return self._refused

    def next_frame(self) -> RangeFrame | None:
        """Return the next frame; None if the sensor is calibrated anew, which begins a session, and after `close`.

        Raises:
            SumikaError: if the sensor is gone or silent.
        """
        if self._closed:
            return None
        result = asked(self._where, "the radar gives no frames any more", lambda: _only(self._client.get_next()))
        for cause in ("data_saturated", "frame_delayed"):
            self._refused[cause] += bool(getattr(result, cause))
        frame = self._frame(result)
        if result.calibration_needed:
            self._refused["calibration_needed"] += 1
            asked(self._where, "the radar cannot be calibrated", self._client.stop_session)
            self._begin()
        return frame

    def close(self) -> None:
        """Stop the sensor and let go of it; may be called again."""
        if not self._closed:
            self._closed = True
            _release(self._client)

    def _begin(self) -> None:
        def start() -> float:
            self._client.setup_session(self._config)
            (group,) = self._client.extended_metadata
            (metadata,) = group.values()
            self._client.start_session()
            return float(metadata.base_step_length_m)

        base_step_m = asked(self._where, "the radar refuses its settings", start)
        rate_hz = self._settings.frame_rate or _SLOWEST_HZ
        self._points, grid = even_grid(self._settings, base_step_m)
        self._description = range_description(self._radar.model, 1.0 / rate_hz, grid)
        self._shape = (self._settings.sweeps_per_frame, 1, grid.bins)
        self._passes += 1
        self._session = f"{self._radar.model}#{self._clock.now().wall_ns}.{self._passes}"
        self._stamps = FrameStamps(1.0 / rate_hz)
        self._taken_s: float | None = None
        self._index = 0

    def _frame(self, result: Any) -> RangeFrame | None:
        arrived, taken_s = self._clock.now(), float(result.tick_time)
        elapsed_s = None if self._taken_s is None else taken_s - self._taken_s
        if elapsed_s is not None:
            self._index += max(1, round(elapsed_s / self._description.frame_interval_s))
        self._taken_s = taken_s
        stamp = self._stamps.stamp(arrived, elapsed_s)
        sweeps = np.asarray(result.frame)
        if sweeps.ndim != 2 or sweeps.shape[0] != self._shape[0] or sweeps.shape[1] < self._points.stop:
            self._refused["shape"] += 1
            return None
        notice = FrameNotice(
            stamp=stamp,
            origin=Origin.LIVE,
            session=self._session,
            radar=self._radar.id,
            kind=FrameKind.RANGE,
            index=self._index,
            shape=self._shape,
            dtype=_COMPLEX64.str,
            position=0,
            description=self._description,
        )
        iq = np.ascontiguousarray(sweeps[:, np.newaxis, self._points], dtype=_COMPLEX64)
        return RangeFrame(notice, iq)


def _only(results: Any) -> Any:
    """Return the result of the only sensor: sessions of one may still give results by group and number."""
    return next(iter(results[0].values())) if isinstance(results, list) else results


def _release(client: Any) -> None:
    """Close a client; one whose sensor is gone may complain, and then has closed all the same."""
    try:
        client.close()
    except Exception:
        return
