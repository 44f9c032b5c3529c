"""Tells what perception would tell of where people really are, second by second."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from sumika.clock import Instant
from sumika.schema import (
    HeldBy,
    Message,
    Origin,
    Posture,
    PostureKind,
    Presence,
    Reason,
    Track,
    TrackKind,
    Tracks,
    TrueBody,
)
from sumika.schema.house import House, Room
from sumika.world.perception_level.error_model import (
    POSTURES,
    Coming,
    ErrorModel,
    Errors,
    Manner,
    has_beside,
    manner_of,
    plainest,
)

_SURE, _GONE = 0.98, 0.02
_UNSEEN_SIGMA_M = 1.0
_FALSE_IDS = 10_000
"""Tracks of nobody are counted from here."""


@dataclass(slots=True)
class _Seen:
    """What is kept of one body.

    Attributes:
        track: Its number; a new one whenever it was lost.
        room: Where it was told last; empty while it is not seen.
        error_m: (2,) of its position.
        lingers_s: How long it is still told of after it left.
        place_m: Where it was last.
        told: Its posture as it is told.
        manner: In which manner it was when that was told first.
    """

    track: int
    room: str = ""
    error_m: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = field(default_factory=lambda: np.zeros(2))
    lingers_s: float = 0.0
    place_m: tuple[float, float, float] = (0.0, 0.0, 1.0)
    told: PostureKind = PostureKind.UNKNOWN
    manner: Manner | None = None


class PerceptionLevel:
    """Perception of a house without samples. The same seed and the same truth give the same messages."""

    def __init__(self, house: House, model: ErrorModel, seed: int) -> None:
        """Begin with nobody seen.

        Args:
            house: Only rooms with a radar are told of.
            model: How perception errs.
            seed: Of its errors.
        """
        looked_into = {radar.room for radar in house.radars}
        self._middles_m = {room.id: _middle_m(room) for room in house.rooms if room.id in looked_into}
        self._model = model
        self._random = np.random.Generator(np.random.SFC64((seed, 31)))
        self._seen: dict[str, _Seen] = {}
        self._false_s: dict[str, float] = dict.fromkeys(self._middles_m, 0.0)
        self._present: dict[str, bool] = dict.fromkeys(self._middles_m, False)
        self._next_track = 1

    def step(self, stamp: Instant, seconds: float, bodies: Sequence[TrueBody]) -> tuple[Message, ...]:
        """Return what perception says at a moment.

        Args:
            stamp: The moment.
            seconds: Since the last step.
            bodies: Where everybody really is; pets are left out, as perception leaves them out.

        Returns:
            `Tracks` of the house, `Posture` of each track, `Presence` of each room that a radar looks into.
        """
        people = {body.body: body for body in bodies if body.kind == "person"}
        seen = frozenset(name for name, one in self._seen.items() if one.room)
        for name in sorted({*people, *self._seen}):
            body = people.get(name)
            if body is not None and body.position_m is not None and body.room in self._middles_m:
                self._follow(body, body.position_m, has_beside(body, people, seen), seconds)
            else:
                self._linger(name, seconds)
        occupied = {body.room for body in people.values()}
        self._imagine(occupied, seconds)
        tracks = [self._track(one) for one in self._seen.values() if one.room]
        tracks += [
            self._phantom(number, room) for number, room in enumerate(self._middles_m) if self._false_s[room] > 0
        ]
        told: list[Message] = [Tracks(stamp=stamp, origin=Origin.SIMULATED, source="house", tracks=tuple(tracks))]
        told += [self._posture(stamp, one) for one in self._seen.values() if one.room]
        told += [self._presence(stamp, room, plainest(bodies, room), seconds) for room in self._middles_m]
        return tuple(told)

    def _follow(self, body: TrueBody, place_m: tuple[float, float, float], beside: bool, seconds: float) -> None:
        """Find, lose or keep somebody who is in a room that a radar looks into."""
        seen = self._seen.setdefault(body.body, _Seen(track=0))
        manner = manner_of(body)
        errors = self._model.manners[manner]
        was_seen = bool(seen.room)
        if not self._comes(was_seen, self._model.beside if beside else errors.seen, seconds):
            seen.room = ""
            return
        if not was_seen:
            seen.track, seen.manner = self._next_track, None
            self._next_track += 1
            seen.error_m = self._random.normal(0.0, errors.position_sigma_m, 2)
        seen.room, seen.place_m = body.room, place_m
        seen.lingers_s = float(self._random.exponential(self._model.lingers_s))
        self._err(seen, errors, seconds)
        self._tell_posture(seen, manner, errors, seconds)

    def _linger(self, name: str, seconds: float) -> None:
        seen = self._seen.get(name)
        if seen is not None and seen.room:
            seen.lingers_s -= seconds
            if seen.lingers_s <= 0:
                seen.room = ""

    def _comes(self, now: bool, coming: Coming, seconds: float) -> bool:
        """Return whether something that comes and goes is there next."""
        chance = self._random.random()
        return chance >= within(coming.ends_per_s, seconds) if now else chance < within(coming.begins_per_s, seconds)

    def _err(self, seen: _Seen, errors: Errors, seconds: float) -> None:
        kept = math.exp(-seconds / errors.position_lasts_s)
        fresh = errors.position_sigma_m * math.sqrt(1.0 - kept**2)
        seen.error_m = kept * seen.error_m + fresh * self._random.standard_normal(2)

    def _tell_posture(self, seen: _Seen, manner: Manner, errors: Errors, seconds: float) -> None:
        """Tell a posture anew now and then, and whenever somebody holds himself or herself otherwise."""
        if seen.manner is manner and self._random.random() < math.exp(-seconds / errors.posture_lasts_s):
            return
        seen.manner = manner
        number = bisect.bisect_right(_up_to(errors.posture), self._random.random())
        seen.told = PostureKind(POSTURES[number])

    def _imagine(self, occupied: set[str], seconds: float) -> None:
        """Let people appear in empty rooms, who are not there."""
        for room in self._false_s:
            self._false_s[room] = max(0.0, self._false_s[room] - seconds)
            begins = self._random.random() < within(self._model.false_per_h / 3600.0, seconds)
            if begins and room not in occupied:
                self._false_s[room] = float(self._random.exponential(self._model.false_lasts_s))

    def _track(self, seen: _Seen) -> Track:
        x, y, z = seen.place_m
        return Track(
            id=seen.track,
            room=seen.room,
            kind=TrackKind.PERSON,
            kind_probability=0.9,
            position_m=(x + float(seen.error_m[0]), y + float(seen.error_m[1]), z),
            position_sigma_m=(0.2, 0.2, 0.3),
            existence=_SURE,
            held_by=HeldBy.POINTS,
        )

    def _phantom(self, number: int, room: str) -> Track:
        return Track(
            id=_FALSE_IDS + number,
            room=room,
            position_m=self._middles_m[room],
            position_sigma_m=(_UNSEEN_SIGMA_M, _UNSEEN_SIGMA_M, _UNSEEN_SIGMA_M),
            existence=0.6,
        )

    def _posture(self, stamp: Instant, seen: _Seen) -> Posture:
        shares = {name: 0.85 if name == seen.told else 0.05 for name in POSTURES}
        return Posture(
            stamp=stamp,
            origin=Origin.SIMULATED,
            source="house",
            track=seen.track,
            room=seen.room,
            posture=seen.told,
            standing=shares["standing"],
            sitting=shares["sitting"],
            lying=shares["lying"],
            other=shares["unknown"],
            reason=Reason.MEASURED,
        )

    def _presence(self, stamp: Instant, room: str, manner: Manner | None, seconds: float) -> Presence:
        coming = self._model.present_without if manner is None else self._model.manners[manner].present
        someone = self._present[room] = self._comes(self._present[room], coming, seconds)
        return Presence(
            stamp=stamp,
            origin=Origin.SIMULATED,
            room=room,
            valid=True,
            reason=Reason.MEASURED if someone else Reason.NO_PERSON,
            probability=_SURE if someone else _GONE,
        )


def _middle_m(room: Room) -> tuple[float, float, float]:
    """Return about the middle of a room, at a body's height."""
    x, y = np.mean(np.array(room.floor_m), axis=0)
    return float(x), float(y), 1.0


@cache
def _up_to(posture: tuple[float, ...]) -> tuple[float, ...]:
    """Return how likely each posture or one before it is told: what `Generator.choice` reckons anew each time."""
    shares = np.array(posture)
    up_to = (shares / shares.sum()).cumsum()
    return tuple(float(share) for share in up_to / up_to[-1])


def within(per_s: float, seconds: float) -> float:
    """Return how likely something that comes so often per second comes within a time."""
    return 1.0 - math.exp(-per_s * seconds)
