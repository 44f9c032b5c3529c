"""What the page's server keeps on the disk goes through here; who runs it hands in how small files are written."""

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
