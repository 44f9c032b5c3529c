"""What windows are known to stand open, and of which nobody knows any more."""

from dataclasses import dataclass

from sumika.units import seconds_to_ns

WINDOW_OPEN = 0.02
WINDOW_OPEN_NS = seconds_to_ns(120.0)
"""Heating that runs is stopped when a window has been open for so long; none is begun while one is open."""

LOST_NS = seconds_to_ns(15 * 60.0)
"""So long a window that stood open when its contact fell silent may be open still: connections come back meanwhile, and
as long as they hold, what a contact said last is told again."""


@dataclass(slots=True)
class _Open:
    """A window that stood open when it was last told of.

    Attributes:
        since_ns: Since when.
        told_ns: When that was last said, or was lost; None for a motor's word, which lasts until it is.
        known: Whether it is known still.
    """

    since_ns: int
    told_ns: int | None
    known: bool = True


class Windows:
    """What contacts and motors say of the windows of all rooms.

    A contact whose battery dies while its window is open must not keep the room cold for ever. When it says that it
    knows nothing any more, or its motor is not there, the window may be open: then a person's word goes, and nobody
    else's. After `LOST_NS`, and when a contact was silent for so long, it is forgotten: the room is like one without.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._open: dict[str, dict[str, _Open]] = {}

    def hear(self, room: str, teller: str, share: float, now_ns: int, *, lasts: bool) -> None:
        """Take how far a window is open.

        Args:
            room: Whose.
            teller: A contact or a motor.
            share: So far.
            now_ns: Present monotonic time.
            lasts: Whether that holds until it is lost, as a motor's word does, however long it is silent.
        """
        before = self._told(room, now_ns).get(teller)
        tellers = self._open.setdefault(room, {})
        if not share <= WINDOW_OPEN:  # no number is no proof that it is shut
            tellers[teller] = _Open(now_ns if before is None else before.since_ns, None if lasts else now_ns)
        else:
            tellers.pop(teller, None)

    def lose(self, room: str, teller: str, now_ns: int) -> None:
        """Take note that a contact or a motor says nothing of its window any more."""
        found = self._open.get(room, {}).get(teller)
        if found is not None and found.known:
            found.known, found.told_ns = False, now_ns

    def is_open(self, room: str, now_ns: int) -> bool:
        """Return whether a window of a room is known to be open."""
        return any(each.known for each in self._told(room, now_ns).values())

    def may_be_open(self, room: str, now_ns: int) -> tuple[str, ...]:
        """Return who tells of an open window of a room, or told of one until just now."""
        return tuple(sorted(self._told(room, now_ns)))

    def long_open(self, room: str, now_ns: int) -> bool:
        """Return whether one is known to be open, and has been for so long that heating is waste."""
        told = self._told(room, now_ns).values()
        return any(each.known and now_ns - each.since_ns >= WINDOW_OPEN_NS for each in told)

    def _told(self, room: str, now_ns: int) -> dict[str, _Open]:
        tellers = self._open.get(room, {})
        return {
            teller: each for teller, each in tellers.items() if each.told_ns is None or now_ns - each.told_ns <= LOST_NS
        }
