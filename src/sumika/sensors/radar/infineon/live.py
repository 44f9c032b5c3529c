"""Takes frames from an Infineon radar through the maker's own package, `ifxradarsdk`.

The package is Infineon's Radar Development Kit for Python; it is not on the package index. Names and calls are those of
its `ifxradarsdk.fmcw` (`DeviceFmcw`, `FmcwSimpleSequenceConfig`, `FmcwSequenceChirp`), version 3.3 and later.
"""

import importlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Clock
from sumika.schema import AdcFrame, FrameKind, FrameNotice, Origin, RadarDescription, SumikaError, UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors._maker_package import asked, broken
from sumika.sensors._paths import resolve_path
from sumika.sensors._stamps import FrameStamps
from sumika.sensors.base import POLL_S
from sumika.sensors.radar.infineon.values import (
    AVIAN_FULL_SCALE,
    AvianShape,
    avian_description,
    room_settings,
)
from sumika.sensors.radar.infineon.wire import read_avian_config

_POLL_MS = round(POLL_S * 1000)
_DTYPE = np.dtype("<i2")


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> "AvianDevice":
    """Open a radar, set it and let it run.

    Its settings are `config` (a config.json as Infineon's tools write it), else those of `schema.RADAR_MODELS`.

    Args:
        radar: A `bgt60...`, with a `PortSource`; device `usb` takes the first that the package finds.
        house_file: Relative paths start from where it lies.
        clock: Stamps the frames.
        environ: For `$SUMIKA_DATA` in paths.

    Raises:
        UsageError: if the package is not installed, or the path of the settings is wrong.
        SumikaError: if there is no such device, it is busy, or it refuses the settings.
    """
    source = radar.source
    if not isinstance(source, PortSource):
        raise UsageError(f"radar {radar.id} is not read from a port", where=str(house_file), remedy="Write type: port")
    package = _Package(radar.id, str(house_file))
    shape = _settings(source, house_file, environ) or room_settings(radar.model)
    where = f"radar {radar.id}: {source.device}"
    port = {} if source.device == "usb" else {"port": source.device}
    device = asked(where, "the radar cannot be opened", lambda: package.fmcw.DeviceFmcw(**port))
    try:
        return AvianDevice(device, package, shape, radar, clock)
    except SumikaError:
        _release(device)
        raise


def require_settings(radar: Radar, house_file: Path, environ: Mapping[str, str]) -> None:
    """Check the file of settings, if there is one; no device is opened.

    Raises:
        UsageError: if the path of the settings is wrong.
        SumikaError: if they cannot be read.
    """
    if isinstance(radar.source, PortSource):
        _settings(radar.source, house_file, environ)


def _settings(source: PortSource, house_file: Path, environ: Mapping[str, str]) -> AvianShape | None:
    if not source.config:
        return None
    return read_avian_config(resolve_path(source.config, house_file, environ), "the radar's settings")


class _Package:
    """The parts of `ifxradarsdk` that are used."""

    def __init__(self, radar: str, where: str) -> None:
        try:  # here and not above: it is no dependency, and loads the maker's libraries
            self.fmcw: Any = importlib.import_module("ifxradarsdk.fmcw")
            self.types: Any = importlib.import_module("ifxradarsdk.fmcw.types")
            errors: Any = importlib.import_module("ifxradarsdk.common.exceptions")
        except ImportError as error:
            raise UsageError(
                f"radar {radar} needs the maker's package ifxradarsdk, which is not installed",
                where=where,
                remedy="Get Infineon's Radar Development Kit and install the wheel in its sdk/py folder with pip",
            ) from error
        self.timeout: type[Exception] = errors.ErrorTimeout
        self.overflow: type[Exception] = errors.ErrorFifoOverflow


class AvianDevice:
    """A running radar of the Avian family: its frames as the converter gave them."""

    def __init__(self, device: Any, package: _Package, shape: AvianShape, radar: Radar, clock: Clock) -> None:
        """Set an opened device and let it run.

        Args:
            device: A `DeviceFmcw`; released with this.
            package: Of the device.
            shape: The settings asked for; the description tells those that the device took.
            radar: As in house.yaml.
            clock: Stamps the frames.

        Raises:
            SumikaError: if the device refuses the settings.
        """
        self._device = device
        self._package = package
        self._radar = radar
        self._clock = clock
        self._where = f"radar {radar.id}: {radar.model}"
        self._refused: Counter[str] = Counter()
        self._passes = 0
        self._closed = False
        config = _sequence_config(package.types, shape)
        self._shape = asked(self._where, "the radar refuses its settings", lambda: _taken(device, config, shape))
        self._description = avian_description(radar.model, self._shape)
        self._begin()

    @property
    def description(self) -> RadarDescription:
        """The radar as it has set itself."""
        return self._description

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def max_frame_bytes(self) -> int:
        """Size of every frame."""
        return int(np.prod(self._frame_shape)) * _DTYPE.itemsize

    @property
    def refused(self) -> Mapping[str, int]:
        """How often frames were lost, by cause."""
        return self._refused

    def next_frame(self) -> AdcFrame | None:
        """Return the next frame; None if none came within `POLL_S`, and after `close`.

        After an overflow, for which the device stops, it is started again, with a new session.

        Raises:
            SumikaError: if the device is gone.
        """
        if self._closed:
            return None
        try:
            cubes = self._device.get_next_frame(_POLL_MS)
        except self._package.timeout:
            return None
        except self._package.overflow:
            self._refused["overflow"] += 1
            self._begin()
            return None
        except Exception as error:
            raise broken(self._where, "the radar gives no frames any more", error) from error
        return self._frame(cubes)

    def close(self) -> None:
        """Stop the device and let go of it; may be called again."""
        if not self._closed:
            self._closed = True
            _release(self._device)

    @property
    def _frame_shape(self) -> tuple[int, int, int]:
        return (self._shape.chirps, len(self._shape.receivers), self._shape.samples)

    def _begin(self) -> None:
        def restart() -> None:
            self._device.stop_acquisition()
            self._device.start_acquisition()

        asked(self._where, "the radar does not start", restart)
        self._passes += 1
        self._index = -1
        self._stamps = FrameStamps(self._description.frame_interval_s)
        self._session = f"{self._radar.model}#{self._clock.now().wall_ns}.{self._passes}"

    def _frame(self, cubes: Any) -> AdcFrame | None:
        arrived = self._clock.now()
        samples = _counts(cubes[0]) if len(cubes) == 1 else None
        self._index += 1
        stamp = self._stamps.stamp(arrived)
        if samples is None or samples.shape != self._frame_shape:
            self._refused["shape"] += 1
            return None
        notice = FrameNotice(
            stamp=stamp,
            origin=Origin.LIVE,
            session=self._session,
            radar=self._radar.id,
            kind=FrameKind.ADC,
            index=self._index,
            shape=self._frame_shape,
            dtype=_DTYPE.str,
            position=0,
            description=self._description,
        )
        return AdcFrame(notice, samples)


def _sequence_config(types: Any, shape: AvianShape) -> Any:
    return types.FmcwSimpleSequenceConfig(
        frame_repetition_time_s=shape.frame_interval_s,
        chirp_repetition_time_s=shape.chirp_interval_s,
        num_chirps=shape.chirps,
        tdm_mimo=False,
        chirp=types.FmcwSequenceChirp(
            start_frequency_Hz=shape.start_frequency_hz,
            end_frequency_Hz=shape.end_frequency_hz,
            sample_rate_Hz=shape.sample_rate_hz,
            num_samples=shape.samples,
            rx_mask=sum(1 << (receiver - 1) for receiver in shape.receivers),
            tx_mask=sum(1 << (transmitter - 1) for transmitter in shape.transmitters),
            tx_power_level=shape.transmit_power_level,
            lp_cutoff_Hz=shape.low_pass_hz,
            hp_cutoff_Hz=shape.high_pass_hz,
            if_gain_dB=shape.gain_db,
        ),
    )


def _taken(device: Any, config: Any, asked: AvianShape) -> AvianShape:
    """Set the device, and return the settings that it took: it rounds times and sweeps more than it samples."""
    device.set_acquisition_sequence(device.create_simple_sequence(config))
    frames = device.get_acquisition_sequence()
    chirps = frames.loop.sub_sequence.contents
    chirp = chirps.loop.sub_sequence.contents.chirp
    center_hz = device.get_chirp_sampling_center_frequency(chirp)
    bandwidth_hz = device.get_chirp_sampling_bandwidth(chirp)
    return msgspec.structs.replace(
        asked,
        start_frequency_hz=float(center_hz - bandwidth_hz / 2),
        end_frequency_hz=float(center_hz + bandwidth_hz / 2),
        sample_rate_hz=float(chirp.sample_rate_Hz),
        samples=int(chirp.num_samples),
        chirps=int(chirps.loop.num_repetitions),
        chirp_interval_s=_single(chirps.loop.repetition_time_s),
        frame_interval_s=_single(frames.loop.repetition_time_s),
    )


def _single(time_s: Any) -> float:
    """Return a time without the digits that a 32-bit float, as which the package keeps it, does not have."""
    return float(f"{float(time_s):.7g}")


def _counts(cube: NDArray[Any]) -> NDArray[np.int16] | None:
    """Return the converter's counts, (chirp, receiver, sample), of (receiver, chirp, sample) scaled to full scale 1."""
    scaled = np.asarray(cube, dtype=np.float64)
    if scaled.ndim != 3 or not np.isfinite(scaled).all() or np.abs(scaled).max(initial=0.0) > 1.0:
        return None
    return np.ascontiguousarray(np.rint(scaled.transpose(1, 0, 2) * AVIAN_FULL_SCALE), dtype=_DTYPE)


def _release(device: Any) -> None:
    """Let go of a device the only way its package knows: as a context that ends. One that is gone may complain."""
    try:
        device.stop_acquisition()
    except Exception:
        pass
    finally:
        device.__exit__(None, None, None)
