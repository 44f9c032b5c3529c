"""Who is in a room: somebody or nobody, how many, how they hold themselves, breath and heart."""

from collections.abc import Sequence
from typing import Any

from sumika.bridge.known import Known
from sumika.schema import (
    NO_PEOPLE,
    HeartRate,
    PersonVitals,
    Posture,
    PostureKind,
    Presence,
    Respiration,
    Sleep,
    Track,
    Tracks,
)
from sumika.schema.vitals import Rate

SOMEBODY, NOBODY = 0.6, 0.4
"""Between them what was last said holds: a sensor that flickers switches lamps."""

UNTOLD = "no_signal"
"""Why there is nothing, where the house's own reason is not there either."""

_MOST_ACTIVE_FIRST = (PostureKind.STANDING, PostureKind.SITTING, PostureKind.LYING, PostureKind.UNKNOWN)

POSTURES = tuple(kind.value for kind in _MOST_ACTIVE_FIRST)


class PeopleHere:
    """Reads people out of what is known; remembers what it said of each room."""

    def __init__(self, known: Known) -> None:
        """Read from there.

        Args:
            known: What was heard.
        """
        self._known = known
        self._said: dict[str, bool] = {}

    def occupancy(self, room: str) -> dict[str, Any]:
        """Return whether somebody is there; `occupancy` is None where nobody knows."""
        presence = self._known.fresh(Presence, room)
        count = self.count(room)
        probability = presence.probability if presence is not None else None
        if probability is not None:
            limit = NOBODY if self._said.get(room, False) else SOMEBODY
            self._said[room] = probability >= limit
        elif not count:
            self._said.pop(room, None)
        here = self._said.get(room) if probability is not None else None
        if count:
            here = True
        return {
            "occupancy": None if here is None else ("ON" if here else "OFF"),
            "count": count,
            "reason": presence.reason.value if presence is not None else UNTOLD,
            # In tenths: it moves all the time, and nobody needs a message for a hundredth.
            "probability": None if probability is None else round(probability, 1),
            "moving": presence.moving if presence is not None else None,
        }

    def count(self, room: str) -> int | None:
        """Return how many people are followed in a room; None where nobody can be."""
        people, blind = self._people(), self._blind()
        return None if people is None or room in blind else sum(1 for track in people if track.room == room)

    def everybody(self) -> int | None:
        """Return how many people are followed in the house; None where nobody knows whether anybody is there."""
        people = self._people()
        return None if people is None or (not people and self._blind()) else len(people)

    def _blind(self) -> tuple[str, ...]:
        """Return the rooms whose radars are silent."""
        tracks = self._known.fresh(Tracks, "house")
        return () if tracks is None else tracks.blind

    def _people(self) -> tuple[Track, ...] | None:
        """Return who is followed and taken for no animal and no machine; None where nobody can be."""
        tracks = self._known.fresh(Tracks, "house")
        if tracks is None or tracks.reason:
            return None
        return tuple(track for track in tracks.tracks if track.kind not in NO_PEOPLE)

    def bodies(self, room: str, *, hidden: bool) -> dict[str, Any]:
        """Return posture, sleep, breath and heart; None everywhere while they are nobody's business.

        Args:
            room: Where.
            hidden: Whether guests are here or sensing rests.
        """
        nothing: dict[str, Any] = {"posture": None, "postures": [], "sleep": None, "respiration": None, "heart": None}
        why = {"respiration_reason": "hidden", "heart_reason": "hidden", "respiration_sigma": None, "heart_sigma": None}
        if hidden:
            return {**nothing, **why}
        postures = self._postures(room)
        vitals = [one for one in self._known.every(PersonVitals) if one.room == room and self._is_here(one)]
        sleep = self._known.fresh(Sleep, room)
        breath = _rate([one.respiration for one in vitals], self._known.fresh(Respiration, room))
        heart = _rate([one.heart for one in vitals], self._known.fresh(HeartRate, room))
        return {
            "posture": min(postures, key=POSTURES.index) if postures else None,
            "postures": postures,
            "sleep": sleep.kind.value if sleep is not None and sleep.kind is not None else None,
            "respiration": breath[0],
            "respiration_sigma": breath[1],
            "respiration_reason": breath[2],
            "heart": heart[0],
            "heart_sigma": heart[1],
            "heart_reason": heart[2],
        }

    def _postures(self, room: str) -> list[str]:
        here = {one.track: one.posture.value for one in self._known.every(Posture) if one.room == room}
        followed = {track.id for track in self._people() or ()}
        return sorted(posture for track, posture in here.items() if track in followed)

    def _is_here(self, vitals: PersonVitals) -> bool:
        return any(track.id == vitals.track for track in self._people() or ())


def _rate(people: Sequence[Rate], room: Respiration | HeartRate | None) -> tuple[float | None, float | None, str]:
    """Return a room's rate, its standard deviation and why: of the only person measured, or of the room.

    Of two people in a room there is no one rate: then there is none, and why is said.
    """
    valid = [one for one in people if one.valid and one.value_bpm is not None]
    if len(valid) > 1:
        return None, None, "several_people"
    if valid:
        value_bpm = valid[0].value_bpm
        return _shown(value_bpm), _shown(valid[0].sigma_bpm), valid[0].reason.value
    if room is not None and room.valid and room.rate_bpm is not None:
        return _shown(room.rate_bpm), _shown(room.sigma_bpm), room.reason.value
    if people:
        return None, None, people[0].reason.value
    return None, None, room.reason.value if room is not None else UNTOLD


def _shown(value_bpm: float | None) -> float | None:
    return None if value_bpm is None else round(value_bpm, 1)
