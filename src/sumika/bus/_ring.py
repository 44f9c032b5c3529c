"""Radar frames between processes: a ring of slots in a file that both sides map.

One process writes, any number read. A seqlock guards each slot: the writer stores the frame's position as `begin`
before it touches the slot and as `end` after it has filled it. A reader finds `end` to be its position, copies, and
then finds `begin` still to be it: so nobody began to overwrite the slot before the copy was complete. A reader never
waits and never holds up the writer; what the writer has overtaken is lost to it, counted, and never half of one frame
and half of another.

Positions count frames from the microsecond at which the writer began. A writer that is started again therefore goes on
above everything its predecessor wrote, and a reader can tell from a position alone which of the two files it means.
"""

import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sumika.bus._mapped import CACHE_LINE_BYTES, PAGE_BYTES, Mapped, barrier, create_mapped, foreign, open_regular
from sumika.schema import SumikaError

Buffer = bytes | bytearray | memoryview | NDArray[Any]

_MAGIC = b"SumikaR1"
_HEADER = struct.Struct("<8sQQQ")  # magic, slots, bytes of a slot, position of the first frame
_WORD_BYTES = 8
_LATEST_WORD = CACHE_LINE_BYTES // _WORD_BYTES  # a cache line of its own: it is written with every frame
_FIRST_SLOT_WORD = 2 * CACHE_LINE_BYTES // _WORD_BYTES
_SLOT_WORDS = CACHE_LINE_BYTES // _WORD_BYTES
_BEGIN, _END, _SIZE = 0, 1, 2

MAX_SLOTS = 60  # so that the slots' words fit the first page
MAX_SLOT_BYTES = 2**30


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


class _Geometry:
    """Where everything lies in the file."""

    def __init__(self, slots: int, slot_bytes: int, first: int) -> None:
        self.slots = slots
        self.slot_bytes = slot_bytes
        self.first = first
        self._stride = -(-slot_bytes // PAGE_BYTES) * PAGE_BYTES
        self.file_bytes = PAGE_BYTES + slots * self._stride

    def header(self) -> bytes:
        return _HEADER.pack(_MAGIC, self.slots, self.slot_bytes, self.first)

    def word(self, position: int) -> int:
        """Return the index of the first word of a position's slot."""
        return _FIRST_SLOT_WORD + (position - self.first) % self.slots * _SLOT_WORDS

    def start(self, position: int) -> int:
        """Return where a position's bytes begin."""
        return PAGE_BYTES + (position - self.first) % self.slots * self._stride


class RingWriter:
    """Writes frames into a new ring; a ring of that name is replaced, and its readers notice.

    Args:
        path: `RuntimeFolder.ring(radar)`.
        slot_bytes: Size of the largest frame.
        slots: How many frames the ring holds. A reader must copy a frame before so many further ones are written.
        start: Position of the first frame; must lie above those of all earlier writers, as the default does.

    Raises:
        SumikaError: if the file cannot be made.
        ValueError: if a size is out of range.
    """

    def __init__(
        self, path: Path, slot_bytes: int, slots: int = 8, *, start: Callable[[], int] = _monotonic_us
    ) -> None:
        if not (2 <= slots <= MAX_SLOTS and 0 < slot_bytes <= MAX_SLOT_BYTES):
            raise ValueError(f"a ring has 2 to {MAX_SLOTS} slots of up to {MAX_SLOT_BYTES} bytes")
        self.path = path
        # Above 0, which stands for "nothing yet".
        self._geometry = _Geometry(slots, slot_bytes, max(1, start()))
        self._next = self._geometry.first
        self._mapped = create_mapped(path, self._geometry.file_bytes, self._geometry.header())

    @property
    def slot_bytes(self) -> int:
        """Size of the largest frame."""
        return self._geometry.slot_bytes

    def claim(self) -> memoryview:
        """Return the next slot, to be filled in place and then committed.

        What it held is lost to readers from here on. Claiming again without a commit gives the same slot. Do not touch
        the memory after the commit.
        """
        words = self._mapped.words
        words[self._geometry.word(self._next) + _BEGIN] = self._next
        barrier()  # nobody may see new bytes under the old `begin`
        start = self._geometry.start(self._next)
        return self._mapped.data[start : start + self._geometry.slot_bytes]

    def commit(self, nbytes: int) -> int:
        """Publish the first `nbytes` bytes of the claimed slot; return their position.

        Raises:
            ValueError: if that is more than a slot holds, or no slot was claimed.
        """
        words, word, position = self._mapped.words, self._geometry.word(self._next), self._next
        if not 0 <= nbytes <= self._geometry.slot_bytes:
            raise ValueError(f"{nbytes} bytes do not fit into a slot of {self._geometry.slot_bytes}")
        if words[word + _BEGIN] != position:
            raise ValueError("commit without claim")
        words[word + _SIZE] = nbytes
        barrier()  # nobody may see the new `end` over old bytes
        words[word + _END] = position
        barrier()  # nor be told of a frame before it is there
        words[_LATEST_WORD] = position
        self._next = position + 1
        return position

    def write(self, data: Buffer) -> int:
        """Copy a frame into the ring; return its position.

        Args:
            data: C-contiguous array or buffer of at most `slot_bytes` bytes.

        Raises:
            SumikaError: if it is too large.
            ValueError: if it is not contiguous.
        """
        source = np.frombuffer(data, dtype=np.uint8)
        if source.nbytes > self._geometry.slot_bytes:
            raise SumikaError(
                f"a frame of {source.nbytes} bytes does not fit into a slot of {self._geometry.slot_bytes}",
                where=str(self.path),
                remedy="Check that the radar's description fits what it sends.",
            )
        self.claim()[: source.nbytes] = source.data
        return self.commit(source.nbytes)

    def close(self) -> None:
        """Unmap. The file stays for its readers until the runtime folder is removed or the next writer replaces it."""
        self._mapped.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()


class _Pool:
    """Buffers that are used again once nobody holds a view of them.

    Fresh memory costs a page fault per 4 KiB, as much as the copy itself; a single buffer used for every frame would
    change under a reader that kept the last one.
    """

    _KEPT = 4

    def __init__(self) -> None:
        self._buffers: list[NDArray[np.uint8]] = [np.empty(0, dtype=np.uint8)]
        self._unheld = self._references(0)

    def _references(self, index: int) -> int:
        return sys.getrefcount(self._buffers[index])

    def take(self, nbytes: int) -> memoryview:
        for index, held in enumerate([self._references(index) for index in range(len(self._buffers))]):
            # Every view of a buffer, and every array over such a view, holds it once more.
            if held == self._unheld and self._buffers[index].nbytes >= nbytes:
                return self._buffers[index].data[:nbytes]
        self._buffers = [*self._buffers[1 - self._KEPT :], np.empty(nbytes, dtype=np.uint8)]
        return self._buffers[-1].data


def _open_ring(path: Path) -> tuple[Mapped, _Geometry]:
    """Map a ring, but only once its size is known to be what its header says: a byte beyond the end is a SIGBUS."""
    descriptor = open_regular(path, writable=False)
    try:
        header = os.pread(descriptor, _HEADER.size, 0)
        if len(header) < _HEADER.size:
            raise foreign(path, f"not a ring: it has {len(header)} bytes")
        magic, slots, slot_bytes, first = _HEADER.unpack(header)
        if magic != _MAGIC or not (2 <= slots <= MAX_SLOTS and 0 < slot_bytes <= MAX_SLOT_BYTES) or first == 0:
            raise foreign(path, "not a ring of this version")
        geometry = _Geometry(slots, slot_bytes, first)
        size = os.fstat(descriptor).st_size
        if size != geometry.file_bytes:
            raise foreign(path, f"the ring is damaged: it has {size} bytes where {geometry.file_bytes} belong")
        return Mapped(descriptor, geometry.file_bytes, writable=False), geometry
    finally:
        os.close(descriptor)


class RingReader:
    """Reads frames from a ring by their position.

    Args:
        path: `RuntimeFolder.ring(radar)`.

    Attributes:
        overruns: How many reads found that the frame was not there (any more).

    Raises:
        SumikaError: if there is no ring, or the file is damaged or something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.overruns = 0
        self._mapped, self._geometry = _open_ring(path)
        self._pool = _Pool()

    def refresh(self) -> bool:
        """Turn to the ring that lies at the path by now, if a new writer has replaced it; return whether it has.

        `read` does so by itself when a position lies beyond the ring it knows.

        Raises:
            SumikaError: if the new one is damaged or something else.
        """
        try:
            found = self.path.stat()
        except OSError:
            return False  # its folder is being removed; what is mapped stays readable
        if (found.st_dev, found.st_ino) == self._mapped.identity:
            return False
        mapped, geometry = _open_ring(self.path)
        self._mapped.close()
        self._mapped, self._geometry = mapped, geometry
        return True

    @property
    def latest_position(self) -> int | None:
        """Position of the last whole frame; None before the first."""
        self.refresh()
        return self._mapped.words[_LATEST_WORD] or None

    def read(self, position: int, out: Buffer | None = None) -> memoryview | None:
        """Copy a frame.

        Args:
            position: As the writer or its notice gave it.
            out: Where to copy it to, at least as large as the frame. If None, memory of ours that stays as it is for as
                long as the result or an array over it is held.

        Returns:
            The frame's bytes, or None, counted in `overruns`, if the writer has overtaken them or never wrote them.

        Raises:
            ValueError: if `out` is too small.
            SumikaError: if a new writer's ring is damaged.
        """
        if position > self._mapped.words[_LATEST_WORD]:
            self.refresh()
        copied = self._copy(position, out) if position >= self._geometry.first else None
        if copied is None:
            self.overruns += 1
        return copied

    def _copy(self, position: int, out: Buffer | None) -> memoryview | None:
        words, word = self._mapped.words, self._geometry.word(position)
        if words[word + _END] != position:
            return None
        barrier()  # bytes and size are read after `end`
        nbytes = words[word + _SIZE]
        if nbytes > self._geometry.slot_bytes:
            return None  # a new frame's size is being written; `begin` would tell, too
        start = self._geometry.start(position)
        target = self._pool.take(nbytes) if out is None else _as_bytes(out)[:nbytes]
        if fits := target.nbytes == nbytes:
            target[:] = self._mapped.data[start : start + nbytes]
        barrier()  # and before `begin`
        if words[word + _BEGIN] != position:
            return None
        if not fits:
            raise ValueError(f"a frame of {nbytes} bytes does not fit into {target.nbytes}")
        return target

    def close(self) -> None:
        """Unmap the ring."""
        self._mapped.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()


def _as_bytes(out: Buffer) -> memoryview:
    """View a buffer as bytes; NumPy knows complex numbers, `memoryview.cast` does not."""
    view = np.frombuffer(out, dtype=np.uint8).data
    if view.readonly:
        raise ValueError("cannot copy a frame into memory that is read-only")
    return view
