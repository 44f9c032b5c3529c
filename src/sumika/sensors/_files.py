"""Reading files that may be truncated, hostile or something else altogether, with errors that a person can act on."""

import os
import weakref
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.sensors.base import Recording, Stretch

MAX_FRAME_BYTES = 64 * 2**20
"""No radar that we know comes near: 128 chirps x 12 antennas x 256 samples x 8 bytes is 3 MiB."""
MAX_FRAMES = 5_000_000
"""Almost three days at 20 frames a second."""
_MAX_TEXT_BYTES = 2**20
_MAX_PROBED_BYTES = 64 * 2**20
_PROBED_FRAMES = 256

T = TypeVar("T")


def require_file(path: Path, what: str) -> int:
    """Return the size of a file.

    Raises:
        SumikaError: if it is absent, is no plain file, is empty or may not be read.
    """
    require_present(path, what)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no plain file"
        raise SumikaError(f"this is {found}, but {what} is a file", where=str(path), remedy="Give the file's own path")
    if not os.access(path, os.R_OK):
        raise SumikaError(f"{what} may not be read", where=str(path), remedy="Check the file's permissions")
    size = path.stat().st_size
    if size == 0:
        raise SumikaError(f"the file is empty; {what} was expected", where=str(path), remedy="Copy or record it again")
    return size


def require_folder(path: Path, what: str) -> None:
    """Check that a folder exists.

    Raises:
        SumikaError: if it is absent or is a file.
    """
    require_present(path, what)
    if not path.is_dir():
        raise SumikaError(f"this is a file, but {what} is a folder", where=str(path), remedy="Give the folder's path")


def require_present(path: Path, what: str) -> None:
    """Check that something lies at `path`.

    Raises:
        SumikaError: if nothing does.
    """
    try:
        present = path.exists()
    except (OSError, ValueError) as error:
        raise SumikaError(f"{what} cannot be looked for: {error}", where=str(path)) from error
    if not present:
        raise SumikaError(f"{what} is not there", where=str(path), remedy="Check the path in house.yaml")


def read_text(path: Path, what: str) -> str:
    """Return the text of a small file.

    Raises:
        SumikaError: if it is absent, too large or no UTF-8.
    """
    size = require_file(path, what)
    if size > _MAX_TEXT_BYTES:
        raise SumikaError(
            f"{what} has {size} bytes; at most {_MAX_TEXT_BYTES} were expected",
            where=str(path),
            remedy="This is probably another file",
        )
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SumikaError(f"{what} is no readable text: {error}", where=str(path)) from error


def read_json(path: Path, what: str, kind: type[T]) -> T:
    """Return the content of a small JSON file as `kind`.

    Raises:
        SumikaError: if it is absent, no JSON, or a field is missing or out of range.
    """
    return parse_json(read_text(path, what), what, str(path), kind)


def parse_json(text: str | bytes, what: str, where: str, kind: type[T]) -> T:
    """Return JSON text as `kind`.

    Raises:
        SumikaError: if it is too long, no JSON, or a field is missing or out of range.
    """
    if len(text) > _MAX_TEXT_BYTES:
        raise SumikaError(f"{what} is {len(text)} long; at most {_MAX_TEXT_BYTES} was expected", where=where)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SumikaError(f"{what} is not as expected: {error}", where=where) from error


class SampleFile:
    """Frames of equal size one behind another in a plain file, read one at a time.

    Plain reads rather than a memory map: a file that is cut while it is mapped kills the process.
    """

    def __init__(self, path: Path, *, offset: int, frame_bytes: int) -> None:
        self._path = path
        self._offset = offset
        self._frame_bytes = frame_bytes
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SumikaError(f"the file cannot be opened: {error}", where=str(path)) from error
        self._descriptor = descriptor
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    def read(self, frame: int) -> bytes:
        """Return the bytes of a frame.

        Raises:
            SumikaError: if the file has become shorter, is closed, or cannot be read.
        """
        if not self._finalizer.alive:
            raise SumikaError("the recording is closed", where=str(self._path))
        try:
            data = os.pread(self._descriptor, self._frame_bytes, self._offset + frame * self._frame_bytes)
        except OSError as error:
            raise SumikaError(f"frame {frame} cannot be read: {error}", where=str(self._path)) from error
        if len(data) != self._frame_bytes:
            raise SumikaError(
                f"frame {frame} has {len(data)} bytes left of {self._frame_bytes}",
                where=str(self._path),
                remedy="The file has become shorter since it was opened; copy or record it again",
            )
        return data

    def close(self) -> None:
        """Close the file; may be called again."""
        self._finalizer()


def probe(recording: Recording, where: str) -> None:
    """Look through a recording for what no radar gives: every frame of a small one, a fair choice of a large one.

    Raises:
        SumikaError: if every sample is zero, any is not finite, or a frame cannot be read; the recording is then
            closed.
    """
    try:
        anything = [_anything_in(stretch, where) for stretch in recording.stretches]
        if not any(anything):
            raise SumikaError(
                "every sample of every frame is zero",
                where=where,
                remedy="The radar was not running when this was recorded; record it again",
            )
    except SumikaError:
        recording.release()
        raise


def _anything_in(stretch: Stretch, where: str) -> bool:
    anything = False
    for frame in probed_frames(stretch.frames, stretch.frame_bytes):
        samples = stretch.read(frame)
        require_finite(samples, frame, where)
        anything = anything or bool(samples.any())
    return anything


def probed_frames(frames: int, frame_bytes: int) -> list[int]:
    """Return which frames to look through before playing: all of a small recording, evenly spread ones of a large."""
    if frames * frame_bytes <= _MAX_PROBED_BYTES:
        return list(range(frames))
    count = max(2, min(_PROBED_FRAMES, frames, _MAX_PROBED_BYTES // frame_bytes))
    return sorted({int(frame) for frame in np.linspace(0, frames - 1, count)})


def require_finite(samples: NDArray[Any], frame: int, where: str) -> None:
    """Check floating-point samples.

    Raises:
        SumikaError: if one is NaN or infinite.
    """
    if samples.dtype.kind in "fc" and not np.isfinite(samples).all():
        count = int(np.count_nonzero(~np.isfinite(samples)))
        raise SumikaError(
            f"frame {frame} holds {count} values that are NaN or infinite",
            where=where,
            remedy="The recording is damaged; copy or record it again",
        )


def require_sane_size(frames: int, frame_bytes: int, where: str) -> None:
    """Check that a recording is of a size that a radar can have made.

    Raises:
        SumikaError: if a frame or the number of frames is beyond reason.
    """
    if frame_bytes > MAX_FRAME_BYTES:
        raise SumikaError(f"one frame would have {frame_bytes} bytes; at most {MAX_FRAME_BYTES} are read", where=where)
    if frames > MAX_FRAMES:
        raise SumikaError(f"it claims {frames} frames; at most {MAX_FRAMES} are read", where=where)
