"""From the bytes of Infineon recordings to arrays."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.sensors._files import SampleFile, read_json, require_file, require_sane_size
from sumika.sensors._npy import NpyHeader, read_npy_header
from sumika.sensors.radar.infineon.values import AVIAN_FULL_SCALE, AvianConfig, AvianShape

_MAX_CW_BYTES = 256 * 2**20
_IQ = "iq.npy"


def read_avian_shape(folder: Path) -> AvianShape:
    """Return the settings of an Avian recording.

    Raises:
        SumikaError: if config.json is absent, a field is missing or wrong, or the mode is not one we read.
    """
    return read_avian_config(folder / "config.json", "the recording's config.json")


def read_avian_config(path: Path, what: str) -> AvianShape:
    """Return the settings in a file as Infineon's recording tool writes it.

    Args:
        path: The file.
        what: What it is, for errors.

    Raises:
        SumikaError: if it is absent, a field is missing or wrong, or the mode is not one we read.
    """
    shape = read_json(path, what, AvianConfig).device_config.fmcw_single_shape
    if shape.mimo_mode.lower() != "off" or len(shape.transmitters) != 1:
        raise SumikaError(
            f"mimo_mode is {shape.mimo_mode!r} with {len(shape.transmitters)} transmitters; "
            "only 'off' with one transmitter is read",
            where=str(path),
        )
    if shape.end_frequency_hz <= shape.start_frequency_hz:
        raise SumikaError("end_frequency_Hz does not lie above start_frequency_Hz", where=str(path))
    if shape.samples / shape.sample_rate_hz * shape.chirps > shape.frame_interval_s:
        raise SumikaError("the chirps take longer than frame_repetition_time_s", where=str(path))
    return shape


class AvianFile:
    """radar.npy: uint16 (frame, rx, chirp, sample) of 12-bit samples."""

    def __init__(self, path: Path, shape: AvianShape) -> None:
        """Open the file and check it against the settings.

        Raises:
            SumikaError: if it is no such array, or shape, size or element type do not fit.
        """
        self._where = str(path)
        size = require_file(path, "an Avian recording's radar.npy")
        with path.open("rb") as file:
            header = read_npy_header(file, path)
        _require_avian_array(header, shape, size, self._where)
        self.frames = header.shape[0]
        self._array_shape = header.shape[1:]
        self._dtype = header.dtype
        frame_bytes = header.data_bytes // self.frames
        require_sane_size(self.frames, frame_bytes, self._where)
        self._samples = SampleFile(path, offset=header.offset, frame_bytes=frame_bytes)
        self.close = self._samples.close

    def read(self, frame: int) -> NDArray[Any]:
        """Return one frame, uint16 (chirp, rx, sample).

        Raises:
            SumikaError: if a sample has more than 12 bits, or the file cannot be read any more.
        """
        stored = np.frombuffer(self._samples.read(frame), self._dtype).reshape(self._array_shape)
        largest = int(stored.max())
        if largest > AVIAN_FULL_SCALE:
            raise SumikaError(
                f"frame {frame} holds the sample {largest}; at most {AVIAN_FULL_SCALE:.0f} was expected (12 bits)",
                where=self._where,
                remedy="Its bytes are probably in the wrong order, or this is no raw recording",
            )
        return np.ascontiguousarray(stored.transpose(1, 0, 2), dtype="<u2")


def _require_avian_array(header: NpyHeader, shape: AvianShape, size: int, where: str) -> None:
    expected = (len(shape.receivers), shape.chirps, shape.samples)
    if header.dtype.kind != "u" or header.dtype.itemsize != 2:
        raise SumikaError(f"the samples are {header.dtype}; uint16 was expected", where=where)
    if len(header.shape) != 4 or header.shape[1:] != expected:
        raise SumikaError(
            f"the array has the shape {header.shape}; config.json says (frames, rx, chirp, sample) = "
            f"(any, {', '.join(map(str, expected))})",
            where=where,
            remedy="Put the config.json of this very recording beside it",
        )
    if header.shape[0] == 0:
        raise SumikaError("the recording holds no frame", where=where, remedy="Record it again")
    if size != header.offset + header.data_bytes:
        raise SumikaError(
            f"the file has {size} bytes; the shape {header.shape} takes {header.offset + header.data_bytes}",
            where=where,
            remedy="It was cut or added to; copy or record it again",
        )


def read_cw_iq(path: Path) -> NDArray[np.complex64]:
    """Return the I/Q samples of a continuous-wave recording, complex64 (frame, sample), in counts of the converter.

    Raises:
        SumikaError: if the file is no .npz, has no array iq of uint16 (frame, sample, 2), or is damaged.
    """
    where = str(path)
    require_file(path, "a Sense2GoL recording")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_IQ) as member:
            header = read_npy_header(member, f"{where}:{_IQ}")
            _require_cw_array(header, where)
            data = member.read(header.data_bytes + 1)
    except KeyError as error:
        raise SumikaError("it holds no array named iq", where=where, remedy="Save it with numpy.savez") from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise SumikaError(
            f"this is no readable .npz file: {error}", where=where, remedy="Copy or record it again"
        ) from error
    if len(data) != header.data_bytes:
        raise SumikaError(f"iq has {len(data)} bytes; {header.data_bytes} were expected", where=where)
    counts = np.frombuffer(data, header.dtype).reshape(header.shape)
    if int(counts.max()) > AVIAN_FULL_SCALE:
        raise SumikaError(
            f"iq holds {int(counts.max())}; at most {AVIAN_FULL_SCALE:.0f} was expected (12 bits)",
            where=where,
            remedy="Its bytes are probably in the wrong order",
        )
    return (counts[..., 0] + 1j * counts[..., 1]).astype("<c8")


def _require_cw_array(header: NpyHeader, where: str) -> None:
    if header.dtype.kind != "u" or header.dtype.itemsize != 2 or len(header.shape) != 3 or header.shape[2] != 2:
        raise SumikaError(
            f"iq is {header.dtype} {header.shape}; uint16 (frame, sample, 2) was expected",
            where=where,
            remedy="Save I and Q as counts of the converter",
        )
    if 0 in header.shape:
        raise SumikaError("the recording holds no frame", where=where, remedy="Record it again")
    if header.data_bytes > _MAX_CW_BYTES:
        raise SumikaError(f"iq would take {header.data_bytes} bytes; at most {_MAX_CW_BYTES} are read", where=where)
    require_sane_size(header.shape[0], header.data_bytes // header.shape[0], where)
