"""A file that never fails under a library that does not survive it: HDF5 crashes if the disk is full when it closes."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class UnfailingFile(io.RawIOBase):
    """A new file, for reading and writing, that remembers the first failure and keeps in memory what comes after.

    Whoever writes looks at `failure` after every piece and gives up there; so little comes after.

    Args:
        path: The file.

    Attributes:
        failure: The first that went wrong with writing; None: nothing yet.

    Raises:
        OSError: if it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.failure: OSError | None = None
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._at = 0
        self._length = 0
        self._after: list[tuple[int, bytes]] = []

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place, and return it."""
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        return self._at

    def tell(self) -> int:
        """Return where it is."""
        return self._at

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write everything, or remember why not."""
        held = bytes(data)
        begins, self._at = self._at, self._at + len(held)
        self._length = max(self._length, self._at)
        done = 0
        try:
            while self.failure is None and done < len(held):
                done += os.pwrite(self._descriptor, held[done:], begins + done)
        except OSError as error:
            self.failure = error
        if done < len(held):
            self._after.append((begins, held))
        return len(held)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read what was written, wherever it is."""
        view = memoryview(buffer).cast("B")
        begins, count = self._at, max(0, min(len(view), self._length - self._at))
        read = bytearray(os.pread(self._descriptor, count, begins).ljust(count, b"\0"))
        for place, held in self._after:
            first, last = max(place, begins), min(place + len(held), begins + count)
            if first < last:
                read[first - begins : last - begins] = held[first - place : last - place]
        view[:count] = read
        self._at += count
        return count

    def truncate(self, size: int | None = None, /) -> int:
        """Cut or lengthen it, or remember why not."""
        self._length = self._at if size is None else size
        if self.failure is None:
            try:
                os.ftruncate(self._descriptor, self._length)
            except OSError as error:
                self.failure = error
        return self._length

    def close(self) -> None:
        """Close it; may be called again."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()
