"""What windows are known to stand open, and of which nobody knows any more."""

from dataclasses import dataclass

from sumika.units import seconds_to_ns

WINDOW_OPEN = 0.02
WINDOW_OPEN_NS = seconds_to_ns(120.0)
"""Heating that runs is stopped when a window has been open for so long; none is begun while one is open."""

LOST_NS = seconds_to_ns(15 * 60.0)
"""So long a window that stood open when its contact fell silent may be open still: connections come back meanwhile."""


@dataclass(slots=True)
class _Open:
    """A window that stood open when it was last told of.

    Attributes:
        since_ns: Since when.
        lost_ns: Since when nobody knows of it any more; None while somebody does.
    """

    since_ns: int
    lost_ns: int | None = None


class Windows:
    """What contacts and motors say of the windows of all rooms.

    A contact whose battery dies while its window is open must not keep the room cold for ever. When it says that it
    knows nothing any more, or its motor is not there, the window may be open: then a person's word goes, and nobody
    else's. After `LOST_NS` it is forgotten: the room is like one without a contact.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._open: dict[str, dict[str, _Open]] = {}

    def hear(self, room: str, teller: str, share: float, now_ns: int) -> None:
        """Take how far a window is open, from its contact or its motor."""
        before = self._told(room, now_ns).get(teller)
        tellers = self._open.setdefault(room, {})
        if not share <= WINDOW_OPEN:  # no number is no proof that it is shut
            tellers[teller] = _Open(now_ns if before is None else before.since_ns)
        else:
            tellers.pop(teller, None)

    def lose(self, room: str, teller: str, now_ns: int) -> None:
        """Take note that a contact or a motor says nothing of its window any more."""
        found = self._open.get(room, {}).get(teller)
        if found is not None and found.lost_ns is None:
            found.lost_ns = now_ns

    def is_open(self, room: str) -> bool:
        """Return whether a window of a room is known to be open."""
        return any(each.lost_ns is None for each in self._open.get(room, {}).values())

    def may_be_open(self, room: str, now_ns: int) -> tuple[str, ...]:
        """Return who tells of an open window of a room, or told of one until just now."""
        return tuple(sorted(self._told(room, now_ns)))

    def long_open(self, room: str, now_ns: int) -> bool:
        """Return whether one is known to be open, and has been for so long that heating is waste."""
        tellers = self._open.get(room, {}).values()
        return any(each.lost_ns is None and now_ns - each.since_ns >= WINDOW_OPEN_NS for each in tellers)

    def _told(self, room: str, now_ns: int) -> dict[str, _Open]:
        tellers = self._open.get(room, {})
        return {
            teller: each for teller, each in tellers.items() if each.lost_ns is None or now_ns - each.lost_ns <= LOST_NS
        }
