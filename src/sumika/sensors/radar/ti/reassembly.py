"""From data packets of a capture card to frames: put in order, what is missing filled with zeros and counted.

A packet says how many bytes came before its own since recording began; so a frame's bounds are known wherever the
stream is joined, and whatever was lost.
"""

from collections import Counter
from typing import NamedTuple

_HALF = 1 << 31
WINDOW = 32
"""So many packets may overtake one before it counts as lost."""
_STRAYS = 3
"""So many packets in a row from long ago are a recording begun anew."""


class Assembled(NamedTuple):
    """One frame.

    Attributes:
        number: Counted from the beginning of the recording; a gap is a frame of which nothing came.
        data: Its bytes; a copy.
        lost_bytes: How many of them are zeros in the place of what did not come.
    """

    number: int
    data: bytes
    lost_bytes: int


class FrameAssembler:
    """Puts the payloads of packets together.

    Attributes:
        counts: How often, by cause, something was not as it should be.
        restarts: How often the recording was begun anew.
    """

    def __init__(self, frame_bytes: int, largest_payload: int) -> None:
        """Begin with nothing; the first frame given is the first whose beginning is seen.

        Args:
            frame_bytes: Size of a frame.
            largest_payload: No packet carries more.
        """
        self.counts: Counter[str] = Counter()
        self.restarts = 0
        self._frame_bytes = frame_bytes
        self._largest_payload = largest_payload
        self._buffer = memoryview(bytearray(frame_bytes))
        self._zeros = bytes(frame_bytes)
        self._expected = -1  # place in the recording of the next byte; below 0 before any packet
        self._last = (0, 0)  # sequence number and place of the latest sound packet
        self._frame = 0  # index of the frame in the buffer
        self._filled = 0  # how much of it; below 0 until a frame's beginning is reached
        self._lost = 0  # how much of that is zeros
        self._held: dict[int, bytes] = {}
        self._strays = 0
        self._ready: list[Assembled] = []

    @property
    def between_frames(self) -> bool:
        """Whether nothing of the next frame has come."""
        return self._filled == 0

    @property
    def waiting(self) -> int:
        """How many packets are held until those before them come; `WINDOW` at most."""
        return len(self._held)

    def add(self, sequence: int, place: int, payload: memoryview) -> list[Assembled]:
        """Return the frames that a packet completes.

        Args:
            sequence: Of the packet, from 1.
            place: How many bytes came before it in the recording.
            payload: Not kept.
        """
        if place == self._expected and not self._held:  # nearly always
            self._last = sequence, place
            self._strays = 0
            self._append(payload)
        else:
            self._add_out_of_order(sequence, place, payload)
        if not self._ready:
            return []
        ready, self._ready = self._ready, []
        return ready

    def give_up(self) -> list[Assembled]:
        """Return the frames that are completed when what is missing counts as lost, for it is long overdue."""
        while self._held:
            self._skip()
        ready, self._ready = self._ready, []
        return ready

    def _add_out_of_order(self, sequence: int, place: int, payload: memoryview) -> None:
        if self._expected < 0:
            self._join(place)
        elif sequence == 1 and place == 0 and self._expected > WINDOW * self._largest_payload:
            self._begin_anew(place)
        elif not self._follows(sequence, place):
            self._strays += 1
            if self._strays < _STRAYS:
                self.counts["packets_astray"] += 1
                return
            self._begin_anew(place)
        self._strays = 0
        self._last = sequence, place
        if place < self._expected or place in self._held:
            self.counts["packets_twice"] += 1  # or later than was waited for
            return
        if place > self._expected:
            self.counts["packets_early"] += 1
        self._held[place] = bytes(payload)
        self._release()
        while len(self._held) > WINDOW:
            self._skip()

    def _follows(self, sequence: int, place: int) -> bool:
        """Return whether so many packets can have carried so many bytes, and whether it is not from long ago."""
        steps = (sequence - self._last[0] + _HALF) % (2 * _HALF) - _HALF
        carried = place - self._last[1]
        if place < self._expected - WINDOW * self._largest_payload:
            return False
        return abs(carried) <= abs(steps) * self._largest_payload and carried * steps >= 0

    def _begin_anew(self, place: int) -> None:
        self.restarts += 1
        self._held.clear()
        self._join(place)

    def _join(self, place: int) -> None:
        """Begin in the middle of a recording: what is left of the frame there is of no use."""
        self._expected = place
        self._frame = -(-place // self._frame_bytes)
        self._filled = place - self._frame * self._frame_bytes
        self._lost = 0

    def _release(self) -> None:
        """Append what had to wait and is next now."""
        while (payload := self._held.pop(self._expected, None)) is not None:
            self._append(memoryview(payload))
        for place in [place for place in self._held if place < self._expected]:
            del self._held[place]  # packets that overlap; no card sends them

    def _append(self, payload: memoryview) -> None:
        size, taken = len(payload), 0
        self._expected += size
        while taken < size:
            step = min(self._room(), size - taken)
            if self._filled >= 0:
                self._buffer[self._filled : self._filled + step] = payload[taken : taken + step]
            taken += step
            self._advance(step)

    def _skip(self) -> None:
        """Put zeros where nothing came; frames of which nothing came at all are left out."""
        place = min(self._held)
        gap = place - self._expected
        self.counts["gaps"] += 1
        self.counts["bytes_lost"] += gap
        self._expected = place
        self._blank(min(self._room(), gap))
        whole, rest = divmod(place - self._frame * self._frame_bytes - self._filled, self._frame_bytes)
        self._frame += whole
        self.counts["frames_lost"] += whole
        self._blank(rest)
        self._release()

    def _blank(self, step: int) -> None:
        if self._filled >= 0:
            self._buffer[self._filled : self._filled + step] = self._zeros[:step]
            self._lost += step
        self._advance(step)

    def _room(self) -> int:
        """Return how many bytes there are to the end of the frame in the buffer, or to the first one's beginning."""
        return self._frame_bytes - self._filled if self._filled >= 0 else -self._filled

    def _advance(self, step: int) -> None:
        self._filled += step
        if self._filled < self._frame_bytes:
            return
        if self._lost < self._frame_bytes:
            self._ready.append(Assembled(self._frame, bytes(self._buffer), self._lost))
        else:
            self.counts["frames_lost"] += 1
        self._frame += 1
        self._filled = self._lost = 0
