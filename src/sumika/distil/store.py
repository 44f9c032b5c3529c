"""The content-hashed store: everything a stage reads or writes, named by its SHA-256, written whole or not at all."""

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from sumika.schema import SumikaError

Record = TypeVar("Record")
LARGEST_OBJECT_BYTES = 4 << 30


class StoreError(SumikaError):
    """The store cannot be read or written."""


class DamagedError(StoreError):
    """An object is missing or not what its name says; whoever made it must make it again."""


class Store:
    """A folder of objects named by their content.

    Attributes:
        folder: Where it lies; made with mode 0700 if it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("objects", "finished", "work", "damaged"):
            _make_folder(folder / part)

    def put(self, data: bytes) -> str:
        """Write `data` and return its digest (SHA-256, hexadecimal); what is there already is not written again.

        Raises:
            StoreError: if the disk is full or cannot be written. Nothing half-written stays.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path_of(digest)
        if not path.exists():
            _make_folder(path.parent)
            write_whole(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content.

        Raises:
            DamagedError: if it is missing or its content is not that of its name; the damaged file is set aside.
        """
        path = self.path_of(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"object {digest[:12]} is missing ({error.strerror})", where=str(path)) from error
        if hashlib.sha256(data).hexdigest() != digest:
            self._set_aside(path, digest)
        return data

    def put_file(self, path: Path) -> str:
        """Move a file in, however large, and return its digest.

        Raises:
            StoreError: if the disk is full or cannot be written.
        """
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            target = self.path_of(digest)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.move(path, target)
        except OSError as error:
            raise _told(error, self.folder) from error
        return digest

    def check(self, digest: str) -> None:
        """Do as `get` does, without holding the content in memory.

        Raises:
            DamagedError: if it is missing or its content is not that of its name; the damaged file is set aside.
        """
        path = self.path_of(digest)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise DamagedError(f"object {digest[:12]} is missing ({error.strerror})", where=str(path)) from error
        if found != digest:
            self._set_aside(path, digest)

    def _set_aside(self, path: Path, digest: str) -> None:
        aside = self.folder / "damaged" / digest
        path.replace(aside)
        raise DamagedError(f"object {digest[:12]} is damaged and was set aside", where=str(aside))

    def path_of(self, digest: str) -> Path:
        """Return where an object lies or would lie."""
        return self.folder / "objects" / digest[:2] / digest

    def put_records(self, records: Iterable[msgspec.Struct]) -> str:
        """Write structs as compressed JSON lines and return the digest."""
        lines = msgspec.json.Encoder().encode_lines(list(records))
        return self.put(zstandard.ZstdCompressor(level=6).compress(lines))

    def get_records(self, digest: str, kind: type[Record]) -> list[Record]:
        """Return the structs of `put_records`."""
        lines = zstandard.ZstdDecompressor().decompress(self.get(digest), max_output_size=LARGEST_OBJECT_BYTES)
        return msgspec.json.Decoder(kind).decode_lines(lines)

    def put_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> str:
        """Write named arrays (npz, no pickle) and return the digest; equal arrays give equal digests."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})
        return self.put(buffer.getvalue())

    def get_arrays(self, digest: str) -> dict[str, NDArray[Any]]:
        """Return the arrays of `put_arrays`."""
        with np.load(io.BytesIO(self.get(digest)), allow_pickle=False) as loaded:
            return dict(loaded)

    def work_folder(self, key: str) -> Path:
        """Return the folder where the stage run `key` keeps what it has done so far (checkpoints, journals).

        Raises:
            StoreError: if it cannot be made.
        """
        folder = self.folder / "work" / key
        _make_folder(folder)
        return folder

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Keep others from working at the stage run `key`; a process that dies gives it free.

        Raises:
            StoreError: if the lock cannot be made.
        """
        path = self.folder / "work" / f"{key}.lock"
        try:
            file = path.open("w")
        except OSError as error:
            raise _told(error, path) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def drop_work(self, key: str) -> None:
        """Forget what an ended stage run had kept for going on."""
        shutil.rmtree(self.folder / "work" / key, ignore_errors=True)

    def finished_path(self, key: str) -> Path:
        """Return where the result of the stage run `key` is told."""
        return self.folder / "finished" / f"{key}.json"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is whole after a power cut, or not there at all.

    Raises:
        StoreError: if the disk is full or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _told(error, path) from error


def append_whole(handle: int, data: bytes) -> None:
    """Write to the end of an open file and sync; what a failure leaves behind is cut off again.

    Args:
        handle: Opened for appending; nobody else writes to it meanwhile.
        data: May take several writes: a disk that runs full takes a part of it without an error.

    Raises:
        OSError: if it cannot be written; then the file is as it was.
    """
    end = os.fstat(handle).st_size
    try:
        written = 0
        while written < len(data):
            written += os.write(handle, data[written:])
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, end)
        raise


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _told(error, folder) from error


def _told(error: OSError, path: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            "the disk is full",
            where=str(path),
            remedy="Free some space and call the same command again: it goes on where it stopped, nothing is lost.",
        )
    return StoreError(f"cannot be written ({error.strerror})", where=str(path), remedy="Name another one with --store.")


def key_of(*parts: Any) -> str:
    """Return a name for a stage run: the hash of everything that decides its result, 24 hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:24]
