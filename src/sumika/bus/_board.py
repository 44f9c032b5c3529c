"""The heartbeat board: each node writes the time at which its work loop last went round. No message, no lock."""

import mmap
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sumika.schema import SumikaError

SLOT_BYTES = 64
"""One cache line a node, so that no two write to the same."""

_NAME_BYTES = 48
_BEAT = struct.Struct("<q")
_BEAT_AT = _NAME_BYTES
_COUNT_AT = _NAME_BYTES + _BEAT.size


class Board:
    """A small file that every node maps.

    An aligned 8-byte store is one instruction on every machine we run on: a reader sees the old time or the new one.
    """

    def __init__(self, memory: mmap.mmap, places: dict[str, int], name: str = "") -> None:
        self._memory = memory
        self._places = places
        self._own = places[name] if name else None

    @classmethod
    def create(cls, path: Path, names: Sequence[str]) -> Self:
        """Make the board with a slot for every node.

        Raises:
            ValueError: if a name is longer than 48 bytes.
        """
        content = bytearray(SLOT_BYTES * len(names))
        for place, name in enumerate(names):
            encoded = name.encode()
            if len(encoded) > _NAME_BYTES:
                raise ValueError(f"node name too long for the board: {name}")
            content[place * SLOT_BYTES : place * SLOT_BYTES + len(encoded)] = encoded
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, content)
            memory = mmap.mmap(descriptor, len(content))
        finally:
            os.close(descriptor)
        return cls(memory, {name: place * SLOT_BYTES for place, name in enumerate(names)})

    @classmethod
    def open(cls, path: Path, name: str) -> Self:
        """Open the board to write one node's slot.

        Raises:
            SumikaError: if there is no board, or no slot of that name.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise SumikaError(f"no heartbeat board ({error.strerror})", where=str(path)) from error
        try:
            memory = mmap.mmap(descriptor, 0)
        finally:
            os.close(descriptor)
        places = {
            bytes(memory[place : place + _NAME_BYTES]).rstrip(b"\0").decode(): place
            for place in range(0, len(memory), SLOT_BYTES)
        }
        if name not in places:
            raise SumikaError(f"the heartbeat board has no slot for {name}", where=str(path))
        return cls(memory, places, name)

    def beat(self, monotonic_ns: int, count: int = 0) -> None:
        """Write this node's time, and how much it has put out so far."""
        if self._own is None:
            raise ValueError("this board was opened to read")
        _BEAT.pack_into(self._memory, self._own + _COUNT_AT, count)
        _BEAT.pack_into(self._memory, self._own + _BEAT_AT, monotonic_ns)

    def read(self, name: str) -> int | None:
        """Return a node's latest time; None if it never wrote one."""
        (beat_ns,) = _BEAT.unpack_from(self._memory, self._places[name] + _BEAT_AT)
        return int(beat_ns) or None

    def count(self, name: str) -> int:
        """Return how much a node had put out at its latest beat."""
        return int(_BEAT.unpack_from(self._memory, self._places[name] + _COUNT_AT)[0])

    def close(self) -> None:
        """Unmap."""
        self._memory.close()
