"""Tells what perception would tell of where people really are, second by second."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

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
from sumika.schema.house import House
from sumika.world.perception_level.error_model import POSTURES, ErrorModel, Errors, Manner

_WALKING_M_S = 0.15
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
    """

    track: int
    room: str = ""
    error_m: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = field(default_factory=lambda: np.zeros(2))
    lingers_s: float = 0.0
    place_m: tuple[float, float, float] = (0.0, 0.0, 1.0)
    told: PostureKind = PostureKind.UNKNOWN


class PerceptionLevel:
    """Perception of a house without samples. The same seed and the same truth give the same messages."""

    def __init__(self, house: House, model: ErrorModel, seed: int) -> None:
        """Begin with nobody seen.

        Args:
            house: Only rooms with a radar are told of.
            model: How perception errs.
            seed: Of its errors.
        """
        self._rooms = tuple(dict.fromkeys(radar.room for radar in house.radars))
        self._model = model
        self._random = np.random.Generator(np.random.SFC64((seed, 31)))
        self._seen: dict[str, _Seen] = {}
        self._false: dict[str, float] = dict.fromkeys(self._rooms, 0.0)
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
        for name in {*people, *self._seen}:
            self._follow(name, people.get(name), seconds)
        self._imagine(seconds)
        tracks = [self._track(name, seen) for name, seen in self._seen.items() if seen.room]
        tracks += [self._phantom(number, room) for number, room in enumerate(self._rooms) if self._false[room] > 0]
        told: list[Message] = [Tracks(stamp=stamp, origin=Origin.SIMULATED, source="house", tracks=tuple(tracks))]
        told += [self._posture(stamp, seen) for seen in self._seen.values() if seen.room]
        told += [self._presence(stamp, room, tracks) for room in self._rooms]
        return tuple(told)

    def _follow(self, name: str, body: TrueBody | None, seconds: float) -> None:
        seen = self._seen.setdefault(name, _Seen(track=0))
        here = body is not None and body.room in self._rooms and body.position_m is not None
        if body is None or body.position_m is None or not here:
            if seen.room:
                seen.lingers_s -= seconds
                if seen.lingers_s <= 0:
                    seen.room = ""
            return
        manner = manner_of(body)
        errors = self._model.manners[manner]
        self._find_or_lose(seen, errors, seconds)
        if seen.room:
            seen.room, seen.place_m = body.room, body.position_m
            seen.lingers_s = float(self._random.exponential(self._model.lingers_s))
            self._err(seen, errors, seconds)

    def _find_or_lose(self, seen: _Seen, errors: Errors, seconds: float) -> None:
        chance = float(self._random.uniform())
        if seen.room:
            if chance < within(errors.lost_per_s, seconds):
                seen.room = ""
        elif chance < within(errors.found_per_s, seconds):
            seen.room, seen.track = "?", self._next_track
            self._next_track += 1
            seen.error_m = self._random.normal(0.0, errors.position_sigma_m, 2)

    def _err(self, seen: _Seen, errors: Errors, seconds: float) -> None:
        kept = math.exp(-seconds / errors.position_lasts_s)
        fresh = errors.position_sigma_m * math.sqrt(1.0 - kept**2)
        seen.error_m = kept * seen.error_m + self._random.normal(0.0, fresh, 2)
        # A posture is told anew about as often as a position errs anew.
        if self._random.uniform() > kept or seen.told is PostureKind.UNKNOWN:
            shares = np.array(errors.posture)
            seen.told = PostureKind(POSTURES[int(self._random.choice(4, p=shares / shares.sum()))])

    def _imagine(self, seconds: float) -> None:
        for room in self._rooms:
            self._false[room] = max(0.0, self._false[room] - seconds)
            if self._random.uniform() < within(self._model.false_per_h / 3600.0, seconds):
                self._false[room] = float(self._random.exponential(self._model.false_lasts_s))

    def _track(self, name: str, seen: _Seen) -> Track:
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
            position_m=(0.0, 0.0, 1.0),
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

    def _presence(self, stamp: Instant, room: str, tracks: Sequence[Track]) -> Presence:
        someone = any(track.room == room for track in tracks)
        return Presence(
            stamp=stamp,
            origin=Origin.SIMULATED,
            room=room,
            valid=True,
            reason=Reason.MEASURED if someone else Reason.NO_PERSON,
            probability=_SURE if someone else _GONE,
        )


def manner_of(body: TrueBody) -> Manner:
    """Return in which manner a body is."""
    speed = math.hypot(*body.velocity_m_s[:2]) if body.velocity_m_s is not None else 0.0
    if speed > _WALKING_M_S:
        return Manner.WALKING
    return Manner.LYING if body.posture == "lying" else Manner.UPRIGHT


def within(per_s: float, seconds: float) -> float:
    """Return how likely something that comes so often per second comes within a time."""
    return 1.0 - math.exp(-per_s * seconds)
