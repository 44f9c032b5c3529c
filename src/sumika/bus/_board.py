"""Heartbeats without messages: every node has a line in one mapped file, which the supervisor reads."""

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import msgspec

from sumika.bus._mapped import CACHE_LINE_BYTES, Mapped, create_mapped, foreign, open_regular
from sumika.schema import SumikaError

_MAGIC = b"SumikaB1"
_HEADER = struct.Struct("<8sQ")  # magic, bytes of the names (MessagePack) that follow
_NAMES = msgspec.msgpack.Decoder(tuple[str, ...])
_WORD_BYTES = 8
_LINE_WORDS = CACHE_LINE_BYTES // _WORD_BYTES
_BEAT, _OUTPUTS = 0, 1
_MAX_NAMES_BYTES = 2**20


def _lines_start(names_bytes: int) -> int:
    """Return where the nodes' lines begin: at the first cache line after the names."""
    return -(-(_HEADER.size + names_bytes) // CACHE_LINE_BYTES) * CACHE_LINE_BYTES


def _read_names(descriptor: int, path: Path) -> tuple[tuple[str, ...], int]:
    """Return the nodes' names and where their lines begin, once the file is known to hold all of them."""
    header = os.pread(descriptor, _HEADER.size, 0)
    magic, names_bytes = _HEADER.unpack(header) if len(header) == _HEADER.size else (b"", 0)
    if magic != _MAGIC or names_bytes > _MAX_NAMES_BYTES:
        raise foreign(path, "not a heartbeat board of this version")
    try:
        names = _NAMES.decode(os.pread(descriptor, names_bytes, _HEADER.size))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise foreign(path, f"the heartbeat board is damaged ({error})") from error
    start, size = _lines_start(names_bytes), os.fstat(descriptor).st_size
    if size != start + len(names) * CACHE_LINE_BYTES:
        raise foreign(path, f"the heartbeat board is damaged: it has {size} bytes")
    return names, start


class Board:
    """The heartbeats of a house's nodes. A line has one writer, and each of its two words is written in one move.

    Made with `create` by the supervisor, with `open` by each node.
    """

    def __init__(self, mapped: Mapped, names: tuple[str, ...], start: int, own: str | None) -> None:
        self.names = names
        self._mapped = mapped
        self._own = own
        self._words = {name: start // _WORD_BYTES + index * _LINE_WORDS for index, name in enumerate(names)}

    @classmethod
    def create(cls, path: Path, names: Iterable[str]) -> Self:
        """Make the board of these nodes; none has beaten yet.

        Raises:
            SumikaError: if the file cannot be made.
            ValueError: if two nodes have the same name.
        """
        every = tuple(names)
        if len(set(every)) != len(every):
            raise ValueError(f"two nodes have the same name: {', '.join(every)}")
        encoded = msgspec.msgpack.encode(every)
        start = _lines_start(len(encoded))
        size = start + len(every) * CACHE_LINE_BYTES
        mapped = create_mapped(path, size, _HEADER.pack(_MAGIC, len(encoded)) + encoded)
        return cls(mapped, every, start, None)

    @classmethod
    def open(cls, path: Path, name: str | None = None) -> Self:
        """Open the board; with a node's name, to write its line.

        Raises:
            SumikaError: if there is no board, it is damaged, or has no line for this node.
        """
        descriptor = open_regular(path, writable=True)
        try:
            names, start = _read_names(descriptor, path)
            if name is not None and name not in names:
                raise SumikaError(
                    f"the heartbeat board has no line for node '{name}'",
                    where=str(path),
                    remedy=f"It has: {', '.join(names)}.",
                )
            mapped = Mapped(descriptor, os.fstat(descriptor).st_size, writable=True)
        finally:
            os.close(descriptor)
        return cls(mapped, names, start, name)

    def beat(self, now_monotonic_ns: int, outputs_count: int = 0) -> None:
        """Show that the work loop goes round.

        Args:
            now_monotonic_ns: Time of the beat.
            outputs_count: How many valid outputs the node has made so far.

        Raises:
            ValueError: if the board was not opened for a node.
        """
        if self._own is None:
            raise ValueError("this board was opened to read")
        words, line = self._mapped.words, self._words[self._own]
        words[line + _OUTPUTS] = outputs_count
        words[line + _BEAT] = now_monotonic_ns + 1  # 0 stands for "never"

    def read(self, name: str) -> int | None:
        """Return the monotonic time of a node's last beat in ns; None before the first.

        Raises:
            KeyError: if the board has no such node.
        """
        stored = self._mapped.words[self._words[name] + _BEAT]
        return stored - 1 if stored else None

    def outputs(self, name: str) -> int:
        """Return how many valid outputs a node had made at its last beat.

        Raises:
            KeyError: if the board has no such node.
        """
        return self._mapped.words[self._words[name] + _OUTPUTS]

    def close(self) -> None:
        """Unmap the file."""
        self._mapped.close()
