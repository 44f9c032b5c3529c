"""Files that several processes map: made in one piece, checked before they are mapped, accessed word by word."""

import contextlib
import mmap
import os
import secrets
import stat
import threading
from pathlib import Path

from sumika.schema import SumikaError

PAGE_BYTES = 4096
CACHE_LINE_BYTES = 64

_fence = threading.Lock()


def barrier() -> None:
    """Let no memory access before this call be seen by others after one that follows it.

    On x86 stores are seen in program order and so are loads (TSO), and a string copy, though unordered in itself, is
    ordered against other stores (Intel SDM 3A, 9.2.4): a seqlock would need nothing here. ARM promises neither. Python
    has no fence, but a lock's release is a store-release and its acquisition a load-acquire. What comes before the
    first release stays before it; what follows the second acquisition stays after it; and that acquisition reads what
    the release wrote, so it comes later. One acquire-release pair alone would let both sides slip in between the two.
    """
    _fence.acquire()
    _fence.release()
    _fence.acquire()
    _fence.release()


class Mapped:
    """A mapped file.

    Attributes:
        data: All bytes.
        words: The same as unsigned 64-bit words. CPython copies an aligned one with a single move: never half of it.
        identity: (device, inode), which tells a file from another of the same name; no other file can get this one's
            inode while it is mapped.
    """

    def __init__(self, descriptor: int, size: int, *, writable: bool) -> None:
        access = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
        self._map = mmap.mmap(descriptor, size, mmap.MAP_SHARED, access)
        found = os.fstat(descriptor)
        self.identity = (found.st_dev, found.st_ino)
        self.data = memoryview(self._map)
        self.words = self.data.cast("Q")

    def close(self) -> None:
        """Unmap; harmless when done twice. Where a view of it is still held, its memory goes with the last view."""
        self.words.release()
        with contextlib.suppress(BufferError):
            self.data.release()
            self._map.close()


def create_mapped(path: Path, size: int, beginning: bytes) -> Mapped:
    """Make a file of `size` bytes, mode 0600, beginning with `beginning`, and put it in place in one piece.

    A file of that name is replaced; who has mapped it keeps it.

    Raises:
        SumikaError: if it cannot be made, for instance for lack of memory.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            # Reserved now: a mapped page for which there is no memory later would end the process with SIGBUS.
            os.posix_fallocate(descriptor, 0, size)
            os.pwrite(descriptor, beginning, 0)
            mapped = Mapped(descriptor, size, writable=True)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SumikaError(
            f"cannot make a shared file of {size / 1e6:.1f} MB ({error.strerror})",
            where=str(path),
            remedy="Free some memory, or set XDG_RUNTIME_DIR to a folder with more room.",
        ) from error
    return mapped


def open_regular(path: Path, *, writable: bool) -> int:
    """Return a file descriptor of a regular file that is no link.

    Raises:
        SumikaError: if there is none.
    """
    flags = (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise SumikaError(
            f"cannot open the shared file ({error.strerror})",
            where=str(path),
            remedy="It is there while its node runs; sumika doctor says which nodes are well.",
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SumikaError("this is no file", where=str(path), remedy="Stop the house and start it again.")
    return descriptor


def foreign(path: Path, problem: str) -> SumikaError:
    """Return the error for a file that is not what its name says."""
    return SumikaError(problem, where=str(path), remedy="Stop the house and start it again: the file is made anew.")
