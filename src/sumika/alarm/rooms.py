"""How many people are in a room now, and whether anybody moves, as far as radars and sensors tell."""

from collections import Counter

from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant
from sumika.schema import NO_PEOPLE, Message, Origin, Presence, Reason, Tracks, worst

PRESENCE_FRESH_S, TRACKS_FRESH_S = 10.0, 5.0
SOMEBODY = 0.5
MOVES_M_S = 0.2
"""Who leaves where they were by so much within a second has moved; a sleeper's turn is less."""

_SEES = (Reason.MOVEMENT_SEEN, Reason.NOTHING_SEEN)
HOUSE = "house"


class RoomsHeard:
    """The newest word of every room."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self._presence: dict[str, Presence] = {}
        self._tracks: Tracks | None = None
        self._changed: Instant | None = None

    def hear(self, message: Message) -> None:
        """Take a message; what is about no person is left alone."""
        if isinstance(message, Presence):
            if _has_changed(self._presence.get(message.room), message):
                self._changed = message.stamp
            self._presence[message.room] = message
        elif isinstance(message, Tracks) and message.source == HOUSE:
            self._tracks = message

    def people(self, room: str, now: Instant) -> int | None:
        """Return how many people are in a room; None where nobody knows.

        Args:
            room: Its name.
            now: The present moment.
        """
        followed = self._followed(now)
        tracked = followed.get(room, 0) if followed is not None else 0
        presence = self._presence.get(room)
        if presence is None or elapsed_s(presence.stamp, now) > PRESENCE_FRESH_S or presence.probability is None:
            return tracked or None
        return max(tracked, int(presence.probability >= SOMEBODY))

    def origin(self, now: Instant) -> Origin:
        """Return the worst origin of what is fresh."""
        tracks = self._fresh_tracks(now)
        fresh = [each for each in self._presence.values() if elapsed_s(each.stamp, now) <= PRESENCE_FRESH_S]
        return worst((Origin.LIVE, *(each.origin for each in fresh), *((tracks.origin,) if tracks else ())))

    def anybody(self, now: Instant) -> int | None:
        """Return how many people are seen in the whole house; None where no room can be seen."""
        counts = [count for room in self._presence if (count := self.people(room, now)) is not None]
        return sum(counts) if counts else None

    def moves(self, now: Instant) -> bool:
        """Return whether anybody moves from their place now, or came or went as a room's sensor sees it."""
        if self._changed is not None and elapsed_s(self._changed, now) <= PRESENCE_FRESH_S:
            return True
        return bool(self.anybody(now)) and self._is_seen_moving(now)

    def _is_seen_moving(self, now: Instant) -> bool:
        tracks = self._fresh_tracks(now)
        if tracks is not None and any(
            track.kind not in NO_PEOPLE and track.going_m_s >= MOVES_M_S for track in tracks.tracks
        ):
            return True
        return any(
            presence.moving and (presence.probability or 0.0) >= SOMEBODY
            for presence in self._presence.values()
            if elapsed_s(presence.stamp, now) <= PRESENCE_FRESH_S
        )

    def _fresh_tracks(self, now: Instant) -> Tracks | None:
        tracks = self._tracks
        if tracks is None or tracks.reason or elapsed_s(tracks.stamp, now) > TRACKS_FRESH_S:
            return None
        return tracks

    def _followed(self, now: Instant) -> Counter[str] | None:
        tracks = self._fresh_tracks(now)
        if tracks is None:
            return None
        return Counter(
            track.room for track in tracks.tracks if track.kind not in NO_PEOPLE and track.existence >= SOMEBODY
        )


def _has_changed(before: Presence | None, presence: Presence) -> bool:
    """Return whether a sensor says of a room otherwise than it last did: that somebody is there, or is no more.

    It does not say how anybody moves, as a radar does; but who comes, goes, or passes a motion sensor has moved.
    That it was not heard in between, or that a telephone came home, is no movement.
    """
    if before is None or not (before.sensor and presence.sensor):
        return False
    return before.reason in _SEES and presence.reason in _SEES and before.reason is not presence.reason
