"""A small file that outlives restarts: written whole or not at all, and forgotten where it is damaged."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

LARGEST_BYTES = 64_000_000
"""Far above all that is ever written: two hundred alarms, each with all that was sent, are more than a million."""

Kept = TypeVar("Kept")


class DamagedFileError(Exception):
    """A file that is there cannot be read, or says something else than it should."""


def read_small(path: Path, kind: type[Kept], otherwise: Kept) -> Kept:
    """Return what a file says.

    Args:
        path: The file.
        kind: What is in it.
        otherwise: What to return where there is no file.

    Raises:
        DamagedFileError: if it cannot be read, or is damaged.
    """
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST_BYTES), type=kind)
    except FileNotFoundError:
        return otherwise
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"{path} cannot be read ({error})") from error


def write_small(path: Path, said: object) -> str:
    """Put something on the disk, past a power cut; return why it cannot be, empty where it could.

    Args:
        path: The file; only its owner may read it.
        said: Anything that msgspec can write.
    """
    return write_whole(path, msgspec.json.encode(said))


def write_whole(path: Path, data: bytes) -> str:
    """Put bytes on the disk, past a power cut; return why they cannot be, empty where they could.

    Args:
        path: The file; only its owner may read it.
        data: All of it.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # the new name, too, outlives a power cut
        finally:
            os.close(folder)
    except OSError as error:
        return f"{path} cannot be written ({error.strerror})"
    return ""
