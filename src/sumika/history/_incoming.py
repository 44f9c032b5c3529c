"""Samples on their way to the disk: taken in without ever failing, bounded, and kept until they are committed."""

import math
import re
from array import array
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.schema import TOPICS, Origin, Signal

NANOSECONDS_PER_MS = 1_000_000

_ROOM = re.compile(r"[\w-]{1,64}")  # It becomes part of a file's name in the archive.


def kept_signals() -> dict[str, Signal]:
    """Return what the table of topics says to keep, as "topic.field"."""
    return {f"{topic}.{signal.field}": signal for topic, row in TOPICS.items() for signal in row.keep}


class Place(NamedTuple):
    """What a run of samples is about."""

    room: str
    signal: str
    origin: Origin
    session: str


class Batch(NamedTuple):
    """Samples in the order in which they came."""

    place: Place
    stamps_ms: NDArray[np.int64]
    values: NDArray[np.float64]


class _Buffer(NamedTuple):
    stamps_ns: "array[int]"
    values: "array[float]"


class Incoming:
    """Buffers by place.

    Attributes:
        count: Samples waiting.
        dropped: Samples that found no room since the start.
        refused: What could not be taken, by reason, since the start.
    """

    def __init__(self, signals: Mapping[str, Signal], limit: int) -> None:
        """Make empty buffers for these signals, for at most `limit` samples."""
        self._signals = signals
        self._limit = limit
        self._buffers: dict[Place | tuple[str, str, Origin, str], _Buffer] = {}
        self.count = 0
        self.dropped = 0
        self.refused: dict[str, int] = {}

    @property
    def full(self) -> bool:
        """Whether the next sample finds no room."""
        return self.count >= self._limit

    @property
    def space(self) -> int:
        """How many more find room."""
        return max(0, self._limit - self.count)

    def refuse(self, reason: str, samples: int = 1) -> None:
        """Count samples that cannot be kept."""
        self.refused[reason] = self.refused.get(reason, 0) + samples

    def _buffer(self, place: tuple[str, str, Origin, str]) -> _Buffer | None:
        buffer = self._buffers.get(place)
        if buffer is None:
            if place[1] not in self._signals:
                self.refuse(f"unknown signal {place[1]}"[:120])
                return None
            if not _ROOM.fullmatch(place[0]):
                self.refuse("not a room's name")
                return None
            buffer = self._buffers[place] = _Buffer(array("q"), array("d"))
        return buffer

    def add(self, place: tuple[str, str, Origin, str], wall_ns: int, value: float | None) -> None:
        """Take one sample; what cannot be taken is counted, nothing is raised."""
        buffer = self._buffers.get(place) or self._buffer(place)
        if buffer is None:
            return
        if self.count >= self._limit:
            self.dropped += 1
            return
        try:
            number = math.nan if value is None else float(value)
            buffer.stamps_ns.append(wall_ns)
        except (TypeError, ValueError, OverflowError):
            self.refuse("not a number")
            return
        buffer.values.append(number)
        self.count += 1

    def add_many(
        self, place: tuple[str, str, Origin, str], stamps_ns: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        """Take arrays; what finds no room is dropped and counted."""
        buffer = self._buffer(place)
        if buffer is None:
            return
        taken = max(0, min(len(stamps_ns), self._limit - self.count))
        buffer.stamps_ns.frombytes(np.ascontiguousarray(stamps_ns[:taken], np.int64).tobytes())
        buffer.values.frombytes(np.ascontiguousarray(values[:taken], np.float64).tobytes())
        self.count += taken
        self.dropped += len(stamps_ns) - taken

    def batches(self) -> list[Batch]:
        """Return everything that waits; it keeps waiting until `clear`."""
        return [
            Batch(
                Place(*place),
                np.array(buffer.stamps_ns, np.int64) // NANOSECONDS_PER_MS,
                np.array(buffer.values, np.float64),
            )
            for place, buffer in self._buffers.items()
            if len(buffer.stamps_ns)
        ]

    def clear(self) -> None:
        """Forget everything: it is committed."""
        self._buffers.clear()
        self.count = 0

    def forget(self, is_theirs: Callable[[str], bool]) -> None:
        """Drop what waits of personal signals in rooms that are somebody's."""
        for place in [each for each in self._buffers if is_theirs(each[0]) and self._signals[each[1]].personal]:
            self.count -= len(self._buffers.pop(place).stamps_ns)
