"""Cutting packets out of a stream of bytes that may lose or garble any of them."""

from collections import Counter
from collections.abc import Callable

Begin = Callable[[bytes, int], int]
"""(pending bytes, place) -> where, from that place on, the next packet begins or may begin; the end if nowhere."""

End = Callable[[bytes, int], int | str | None]
"""(pending bytes, where a packet begins) -> where it ends; why it is none after all; None if more bytes must come."""


class PacketCutter:
    """Cuts packets out of a stream; what lies between them, or is none after all, is counted and dropped.

    A false beginning costs one byte only: the search goes on right behind it, so that a sound packet inside of what a
    damaged one claimed to be is found all the same. At most one unfinished packet is kept.

    Attributes:
        refused: How often something was dropped, by cause; `stray_bytes` lay outside of any packet.
    """

    def __init__(self, begin: Begin, end: End) -> None:
        """Begin with nothing pending.

        Args:
            begin: Finds where a packet may begin.
            end: Finds where it ends; whatever comes, it must not ask for more than a bounded number of bytes.
        """
        self.refused: Counter[str] = Counter()
        self._begin = begin
        self._end = end
        self._pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the packets that are whole once these bytes have come, in their order."""
        pending, found, place = self._pending + data, list[bytes](), 0
        while True:
            begin = self._begin(pending, place)
            if begin > place:
                self.refused["stray_bytes"] += begin - place
            end = self._end(pending, begin) if begin < len(pending) else None
            if end is None:
                self._pending = pending[begin:]
                return found
            if isinstance(end, str):
                self.refused[end] += 1
                place = begin + 1
            else:
                found.append(pending[begin:end])
                place = end
