"""A ring of radar frames in a memory-mapped file: one writer, any number of readers, nobody waits for anybody.

Every slot carries its frame's sequence number twice: the writer takes the slot's first number away, copies the frame,
and sets the second and then the first. A reader copies between two looks at both. If they did not say the wanted number
before and after, the writer was at work, and the copy is thrown away and counted: a torn frame is never handed out.

File layout, little-endian: a page with the header (magic, version, slots, slot bytes, epoch, latest position), then per
slot 64 bytes (number before, number after, length) and the frame, padded to whole pages.
"""

import contextlib
import mmap
import os
import secrets
import struct
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError

SLOTS = 8
LARGEST_SLOT_BYTES = 256 * 2**20
_MAGIC = b"SMKRING1"
_HEADER = struct.Struct("<8sIIQQq")
_LATEST_AT = 32
_SLOT_HEADER_BYTES = 64
_BEFORE, _AFTER, _LENGTH = 0, 1, 2
_PAGE = mmap.PAGESIZE
_EPOCH_SHIFT = 32
"""A position is (epoch << 32) + count: a ring made anew has another epoch, so its positions are never mistaken."""


class _Barrier:
    """Orders memory accesses of this thread.

    x86 keeps stores in order by itself. ARM does not; releasing and taking a lock contains the release and acquire
    instructions that make everything written before visible before anything written after. Costs 0.1 µs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def __call__(self) -> None:
        self._lock.release()
        self._lock.acquire()


def _stride(slot_bytes: int) -> int:
    return -(-(_SLOT_HEADER_BYTES + slot_bytes) // _PAGE) * _PAGE


class RingWriter:
    """Makes a ring and writes frames into it.

    Args:
        path: The file; one that is there already (of a writer that died) is replaced, and its readers will notice.
        slot_bytes: The largest frame.
        slots: How many frames a reader may lag behind.

    Raises:
        SumikaError: if the memory for it is not to be had.
    """

    def __init__(self, path: Path, slot_bytes: int, slots: int = SLOTS) -> None:
        if not 0 < slot_bytes <= LARGEST_SLOT_BYTES:
            raise SumikaError(f"a frame of {slot_bytes} bytes does not fit a ring", where=str(path))
        self.path = path
        self._slot_bytes = slot_bytes
        self._slots = slots
        self._stride = _stride(slot_bytes)
        epoch = secrets.randbits(30) + 1
        self._next = (epoch << _EPOCH_SHIFT) + 1
        size = _PAGE + slots * self._stride
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                # Allocated, not only sized: a full /dev/shm must be an error here and not a SIGBUS later.
                os.posix_fallocate(descriptor, 0, size)
                os.pwrite(descriptor, _HEADER.pack(_MAGIC, 1, slots, slot_bytes, epoch, 0), 0)
                self._memory = mmap.mmap(descriptor, size)
            finally:
                os.close(descriptor)
            temporary.rename(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise SumikaError(
                f"no ring of {size / 1e6:.1f} MB ({error.strerror})", where=str(path), remedy="Make room there."
            ) from error
        self._latest = np.frombuffer(self._memory, dtype="<i8", count=1, offset=_LATEST_AT)
        self._heads = [
            np.frombuffer(self._memory, dtype="<i8", count=3, offset=_PAGE + slot * self._stride)
            for slot in range(slots)
        ]
        self._frames = [
            np.frombuffer(
                self._memory,
                dtype=np.uint8,
                count=slot_bytes,
                offset=_PAGE + slot * self._stride + _SLOT_HEADER_BYTES,
            )
            for slot in range(slots)
        ]
        self._barrier = _Barrier()

    def claim(self) -> NDArray[np.uint8]:
        """Return the next slot to be written into directly; `commit` then makes it a frame."""
        slot = self._next % self._slots
        self._heads[slot][_BEFORE] = 0
        self._barrier()
        return self._frames[slot]

    def commit(self, nbytes: int) -> int:
        """Publish the claimed slot.

        Returns:
            The frame's position, to be told to readers.

        Raises:
            ValueError: if that many bytes do not fit.
        """
        if not 0 <= nbytes <= self._slot_bytes:
            raise ValueError(f"{nbytes} bytes in a slot of {self._slot_bytes}")
        position = self._next
        head = self._heads[position % self._slots]
        head[_LENGTH] = nbytes
        head[_AFTER] = position
        self._barrier()
        head[_BEFORE] = position
        self._latest[0] = position
        self._next += 1
        return position

    def write(self, data: bytes | memoryview | NDArray[Any]) -> int:
        """Copy a frame into the ring and publish it; return its position.

        Raises:
            ValueError: if it is larger than a slot.
        """
        source = data.reshape(-1).view(np.uint8) if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
        if source.size > self._slot_bytes:
            raise ValueError(f"a frame of {source.size} bytes for a slot of {self._slot_bytes}")
        self.claim()[: source.size] = source
        return self.commit(source.size)

    def close(self) -> None:
        """Let go of the memory and remove the file. Readers keep what they have mapped."""
        self._heads, self._frames = [], []
        self._latest = np.zeros(1, dtype="<i8")
        # Whoever still holds a claimed slot keeps the map until they let go of it.
        with contextlib.suppress(BufferError):
            self._memory.close()
        self.path.unlink(missing_ok=True)


class RingReader:
    """Reads frames out of a ring. A writer that was started again has made a new file; it is found by itself.

    Args:
        path: The file.

    Raises:
        SumikaError: if there is no ring, or the file is no ring of ours.

    Attributes:
        overruns: Frames that were overwritten before or while they were read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.overruns = 0
        self._barrier = _Barrier()
        self._memory: mmap.mmap | None = None
        self._map()

    def _map(self) -> None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SumikaError(
                f"no ring ({error.strerror})", where=str(self.path), remedy="Is its radar's node running?"
            ) from error
        try:
            # Mapping beyond a file's end gives SIGBUS at the first look, so the size is checked before.
            size = os.fstat(descriptor).st_size
            header = os.pread(descriptor, _HEADER.size, 0)
            if len(header) < _HEADER.size or header[:8] != _MAGIC:
                raise SumikaError("not a ring", where=str(self.path), remedy="Remove it.")
            _, version, slots, slot_bytes, epoch, _ = _HEADER.unpack(header)
            if version != 1 or not 0 < slots <= 1024 or not 0 < slot_bytes <= LARGEST_SLOT_BYTES:
                raise SumikaError("a ring of another version, or a damaged one", where=str(self.path))
            if size != _PAGE + slots * _stride(slot_bytes):
                raise SumikaError(f"a ring cut short ({size} bytes)", where=str(self.path), remedy="Remove it.")
            memory = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
        finally:
            os.close(descriptor)
        self._memory, self._slots, self._slot_bytes, self._epoch = memory, slots, slot_bytes, epoch
        stride = _stride(slot_bytes)
        self._latest = np.frombuffer(memory, dtype="<i8", count=1, offset=_LATEST_AT)
        offsets = [_PAGE + slot * stride for slot in range(slots)]
        self._heads = [np.frombuffer(memory, dtype="<i8", count=3, offset=offset) for offset in offsets]
        self._frames = [
            np.frombuffer(memory, dtype=np.uint8, count=slot_bytes, offset=offset + _SLOT_HEADER_BYTES)
            for offset in offsets
        ]

    @property
    def latest_position(self) -> int | None:
        """Position of the newest frame; None before the first."""
        return int(self._latest[0]) or None

    def read(self, position: int, out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8] | None:
        """Copy a frame out of the ring.

        Args:
            position: As the writer told it.
            out: Where to; must be large enough. Without it, memory of its own.

        Returns:
            The frame's bytes, or None (counted in `overruns`) if the ring has gone on.

        Raises:
            SumikaError: if the position is of a ring made anew that cannot be opened.
        """
        if position >> _EPOCH_SHIFT != self._epoch:
            self._reopen()
        slot = position % self._slots
        head = self._heads[slot]
        if head[_BEFORE] != position or head[_AFTER] != position:
            self.overruns += 1
            return None
        self._barrier()
        length = int(head[_LENGTH])
        if not 0 <= length <= self._slot_bytes:
            self.overruns += 1
            return None
        copy = np.empty(length, np.uint8) if out is None else out[:length]
        copy[:] = self._frames[slot][:length]
        self._barrier()
        if head[_BEFORE] != position or head[_AFTER] != position:
            self.overruns += 1
            return None
        return copy

    def _reopen(self) -> None:
        self.close()
        self._map()

    def wait_for(self, position: int, timeout_s: float) -> bool:
        """Wait until the ring has come to a position; for tests and tools that have no notices."""
        deadline_s = time.monotonic() + timeout_s
        pause = threading.Event()
        while int(self._latest[0]) < position:
            if time.monotonic() > deadline_s:
                return False
            pause.wait(0.0005)
        return True

    def close(self) -> None:
        """Unmap."""
        self._heads, self._frames = [], []
        self._latest = np.zeros(1, dtype="<i8")
        if self._memory is not None:
            self._memory.close()
            self._memory = None
