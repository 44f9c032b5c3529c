"""Suspected falls as events: once when they are suspected, once when they are cleared; never kept by the broker."""

from collections import deque

import msgspec

from sumika.schema import FallStage, SuspectedFall
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

MOST_WAITING, LONGEST_S = 50, 3600.0
"""While the broker is away so many are kept for it, for so long."""


LAPSES_S = 10.0
"""A suspicion is repeated every second: one that was not heard for so long is over, whoever failed to say so."""

SAME_MOMENT_S = 2.0
"""Of one suspicion the moment of coming down stays the same, also through a gap of seconds; no other has the same."""


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


class _Suspicion(msgspec.Struct, frozen=True):
    """A suspicion that was told and not cleared.

    Attributes:
        room: Where.
        began_ns: When somebody came down.
        heard_ns: When it was last heard of.
    """

    room: str
    began_ns: int
    heard_ns: int

    def goes_on(self, began_ns: int, now_ns: int) -> bool:
        """Return whether what is heard now, of the same number, is this one and not another fall."""
        heard = now_ns - self.heard_ns <= seconds_to_ns(LAPSES_S)
        return heard or abs(began_ns - self.began_ns) <= seconds_to_ns(SAME_MOMENT_S)


class Falls:
    """Makes events of what the house says again and again."""

    def __init__(self) -> None:
        """Nothing is suspected."""
        self._open: dict[tuple[str, int], _Suspicion] = {}
        self._waiting: deque[tuple[str, FallEvent, int]] = deque(maxlen=MOST_WAITING)
        self._taken: list[tuple[tuple[str, str], tuple[str, FallEvent, int]]] = []

    def hear(self, fall: SuspectedFall, now_ns: int, *, hidden: bool) -> None:
        """Take what the house says.

        Args:
            fall: Suspected or cleared.
            now_ns: Monotonic time.
            hidden: Whether nothing of bodies is told now.
        """
        if fall.stage is FallStage.CANDIDATE:
            return
        person, suspected = (fall.source, fall.track), fall.stage is FallStage.SUSPECTED
        began_ns = fall.stamp.monotonic_ns - seconds_to_ns(fall.since_s)
        before = self._open.pop(person, None)
        known = before if before is not None and before.goes_on(began_ns, now_ns) else None
        if suspected and (known is not None or not hidden):
            room = fall.room if known is None else known.room
            self._open[person] = _Suspicion(room, began_ns, now_ns)
        # Whoever was told of one hears that it is over; what ends while it is nobody's business is over without a word.
        if not hidden and suspected is (known is None):
            event = FallEvent(event_type=fall.stage.value, probability=round(fall.probability, 2))
            self._waiting.append((fall.room if known is None else known.room, event, now_ns))

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
