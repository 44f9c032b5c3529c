"""In which rooms somebody still is, for who must know that a room is empty: unknown is not empty."""

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from sumika.schema import Message, Presence, Track, Tracks
from sumika.units import seconds_to_ns

_FRESH_S = 5.0
"""What was said longer ago says nothing of now."""

_LIKELY = 0.5
_WALK_S, _WALK_M = 10.0, 1.2
"""Who comes so far within so long walks; a fan swings and a curtain blows less far."""

Place = tuple[float, float]


@dataclass(slots=True)
class WhoIsLeft:
    """Hears of people, and tells where they are.

    Attributes:
        rooms: That matter.
        walkers_only: Whether only who walks is taken for somebody: where a fan is taken for one who keeps still.
    """

    rooms: Collection[str]
    walkers_only: bool = False
    _tracks: Tracks | None = None
    _presence: dict[str, Presence] = field(default_factory=dict)
    _ways: dict[int, deque[tuple[int, Place]]] = field(default_factory=dict)

    def hear(self, message: Message) -> None:
        """Take a message in; others than of people are left alone."""
        if isinstance(message, Presence):
            self._presence[message.room] = message
        elif isinstance(message, Tracks) and not message.reason:
            self._tracks = message
            self._follow(message)

    def _follow(self, tracks: Tracks) -> None:
        now_ns = tracks.stamp.monotonic_ns
        for track in tracks.tracks:
            self._ways.setdefault(track.id, deque()).append((now_ns, (track.position_m[0], track.position_m[1])))
        for number, way in tuple(self._ways.items()):
            while way and now_ns - way[0][0] > seconds_to_ns(_WALK_S):
                way.popleft()
            if not way:
                del self._ways[number]

    def knows(self, now_ns: int) -> bool:
        """Return whether anybody says who is where, of every room that matters."""
        tracks = self._told(now_ns)
        return tracks is not None and set(self.rooms).isdisjoint(tracks.blind)

    def _told(self, now_ns: int) -> Tracks | None:
        return self._tracks if self._tracks is not None and _is_fresh(self._tracks, now_ns) else None

    def somebody(self, now_ns: int) -> tuple[str, ...]:
        """Return the rooms in which somebody is, of those that matter."""
        told = self._told(now_ns)
        tracks = told.tracks if told is not None else ()
        found = {track.room for track in tracks if self._counts(track)}
        if not self.walkers_only:
            found |= {room for room, one in self._presence.items() if _is_fresh(one, now_ns) and _is_likely(one)}
        return tuple(room for room in self.rooms if room in found)

    def _counts(self, track: Track) -> bool:
        if self.walkers_only:
            return _extent_m(self._ways[track.id]) >= _WALK_M
        return track.existence >= _LIKELY


def _is_likely(presence: Presence) -> bool:
    return presence.valid and presence.probability is not None and presence.probability >= _LIKELY


def _is_fresh(message: Message, now_ns: int) -> bool:
    return now_ns - message.stamp.monotonic_ns <= seconds_to_ns(_FRESH_S)


def _extent_m(way: Collection[tuple[int, Place]]) -> float:
    """Return the diagonal of what a way lies in."""
    across = [[place[axis] for _, place in way] for axis in range(2)]
    return math.hypot(*(max(one) - min(one) for one in across))
