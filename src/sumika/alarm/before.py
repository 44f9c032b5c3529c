"""The half minute before an alarm, kept so that whoever comes can see how it came about."""

from collections import deque

import msgspec

from sumika.alarm.moments import elapsed_s
from sumika.alarm.rooms import HOUSE
from sumika.clock import Instant
from sumika.schema import Message, Posture, Tracks

LENGTH_S = 30.0
LEAST_APART_S = 0.18
"""Five pictures a second show how somebody moved; twenty would only be four times the bytes."""


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen.

    Attributes:
        tracks: People on their tracks, the oldest first.
        postures: How they held themselves, the oldest first.
    """

    tracks: tuple[Tracks, ...] = ()
    postures: tuple[Posture, ...] = ()


class BeforeKeeper:
    """Holds the newest half minute in memory; nothing of it is kept where there is no alarm."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._tracks: deque[Tracks] = deque()
        self._postures: deque[Posture] = deque()

    def hear(self, message: Message) -> None:
        """Take a message; what shows nobody is left alone."""
        if isinstance(message, Tracks) and message.source == HOUSE:
            if not self._tracks or elapsed_s(self._tracks[-1].stamp, message.stamp) >= LEAST_APART_S:
                self._tracks.append(msgspec.structs.replace(message, candidates=(), ghosts=()))
                _forget(self._tracks, message.stamp)
        elif isinstance(message, Posture):
            self._postures.append(message)
            _forget(self._postures, message.stamp)

    def rest(self) -> None:
        """Forget everything: residents want nothing kept."""
        self._tracks.clear()
        self._postures.clear()

    def now(self) -> Before:
        """Return the newest half minute."""
        return Before(tracks=tuple(self._tracks), postures=tuple(self._postures))


def _forget(seen: deque[Tracks] | deque[Posture], now: Instant) -> None:
    while seen and elapsed_s(seen[0].stamp, now) > LENGTH_S:
        seen.popleft()
