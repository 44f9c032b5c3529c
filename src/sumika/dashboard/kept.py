"""What the page's server keeps on the disk goes through here; who runs it hands in how small files are written."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

Kept = TypeVar("Kept")


class SmallFiles(Protocol):
    """Small files that are written whole or not at all, and that only their owner may read."""

    def read(self, path: Path, kind: type[Kept], otherwise: Kept) -> Kept:
        """Return what a file says; `otherwise` where there is none.

        Raises:
            Exception: if it cannot be read or is damaged.
        """
        ...

    def write(self, path: Path, said: object) -> str:
        """Put something on the disk; return why it cannot be, empty where it could."""
        ...


@contextmanager
def held_by_one(path: Path) -> Iterator[None]:
    """Hold a lock file; other processes wait for it.

    Args:
        path: The file; it is made where it is not there, and stays.

    Raises:
        OSError: if it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the file is closed, also by a process that is killed
        yield
