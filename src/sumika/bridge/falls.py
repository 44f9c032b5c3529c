"""Suspected falls as events: once when they are suspected, once when they are cleared; never kept by the broker."""

from collections import deque

import msgspec

from sumika.schema import FallStage, SuspectedFall
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

MOST_WAITING, LONGEST_S = 50, 3600.0
"""While the broker is away so many are kept for it, for so long."""


class FallEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What Home Assistant is told.

    Attributes:
        event_type: suspected or cleared.
        probability: That somebody lies on the floor after coming down fast.
        late_s: How long the broker was away meanwhile; 0: it was there.
    """

    event_type: str
    probability: float
    late_s: int = 0


class Falls:
    """Makes events of what the house says again and again."""

    def __init__(self) -> None:
        """Nothing is suspected."""
        self._open: dict[tuple[str, int], str] = {}
        self._waiting: deque[tuple[str, FallEvent, int]] = deque(maxlen=MOST_WAITING)
        self._taken: list[tuple[tuple[str, str], tuple[str, FallEvent, int]]] = []

    def hear(self, fall: SuspectedFall, now_ns: int, *, hidden: bool) -> None:
        """Take what the house says.

        Args:
            fall: Suspected or cleared.
            now_ns: Monotonic time.
            hidden: Whether nothing of bodies is told now.
        """
        person = (fall.source, fall.track)
        if fall.stage is FallStage.CANDIDATE or hidden:
            return
        suspected = fall.stage is FallStage.SUSPECTED
        if suspected == (person in self._open):
            return
        room = self._open.pop(person, fall.room)
        if suspected:
            self._open[person] = fall.room
        event = FallEvent(event_type=fall.stage.value, probability=round(fall.probability, 2))
        self._waiting.append((room, event, now_ns))

    def take(self, now_ns: int) -> list[tuple[str, str]]:
        """Return (room, payload) of all events that nobody was told of yet.

        Args:
            now_ns: Monotonic time.
        """
        self._taken = []
        while self._waiting:
            room, event, heard_ns = self._waiting.popleft()
            late_ns = now_ns - heard_ns
            if late_ns <= seconds_to_ns(LONGEST_S):
                late = msgspec.structs.replace(event, late_s=late_ns // NANOSECONDS_PER_SECOND)
                self._taken.append(((room, msgspec.json.encode(late).decode()), (room, event, heard_ns)))
        return [told for told, _ in self._taken]

    def take_back(self, room: str, payload: str) -> None:
        """Keep an event that was just taken and that the broker did not take.

        Args:
            room: Where.
            payload: What Home Assistant was to be told.
        """
        for place, (told, waiting) in enumerate(self._taken):
            if told == (room, payload):
                self._waiting.append(waiting)
                del self._taken[place]  # of two that are alike the other one may have arrived
                return
