"""What a controller is told of where people are: all, nothing, what motion sensors see, or what perception sees."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.world.exchange import Doing
from sumika.world.perception_level.error_model import POSTURES, Coming, Manner, fitted_model
from sumika.world.residents import ACTIVITIES
from sumika.world.residents.activities import MET_W_M2

HOLDS_S = 900.0
"""So long a motion sensor says that somebody is there after it saw them last; typical of those that switch heating."""

BUSY_MET = 1.6
"""From this metabolic rate on somebody is busy: housework, cooking, playing (ISO 8996)."""

_WALKS_IN_H = 720.0
"""Who stands and walks about moves so often that a motion sensor sees them within seconds."""
_TURNS_PER_H = 2.0
"""Sleepers turn over two or three times an hour (J. De Koninck et al., Sleep 6, 1983); not all of it is seen."""
_LOOKS_S = 10.0
_SURE, _GONE = 0.98, 0.02
"""Of an occupied and of an empty room, as `sumika.world.perception_level` tells them."""
_LYING, _STANDING = POSTURES.index("lying"), POSTURES.index("standing")
"""Who is told to lie is taken to sleep: the error model knows postures, not stages of sleep."""
_SLEEPS = ("n1", "n2", "n3", "rem")


class PresenceSource(StrEnum):
    """Where presence comes from."""

    TRUTH = "truth"
    NONE = "none"
    PIR = "pir"
    PERCEPTION = "perception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who is told to be where.

    Attributes:
        presence: By room: how likely somebody is there (None: nobody knows), and how many are expected there.
        activities: By room in which somebody is told to be: "sleep" where all of them sleep, "active" where most
            of the others are on their feet and busy, else "awake".
    """

    presence: Mapping[str, tuple[float | None, int]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)


class Watcher:
    """Tells who is where, step by step. The same seed and the same truth give the same."""

    def __init__(self, house: House, source: PresenceSource, seed: int) -> None:
        """Begin with nobody seen.

        Args:
            house: With its rooms and radars.
            source: What is known.
            seed: Of what is missed.
        """
        self._rooms = tuple(room.id for room in house.rooms)
        self._source = source
        self._random = np.random.Generator(np.random.SFC64((seed, 6101)))
        self._baths = {piece.room for piece in house.furniture if piece.kind is FurnitureKind.BATH}
        self._radars = frozenset(radar.room for radar in house.radars)
        self._moved_s: dict[str, float] = {}
        self._was_in: dict[str, str] = {}
        self._told: dict[str, bool] = {}

    def see(self, at_s: float, seconds: float, doing: Mapping[str, Doing]) -> Seen:
        """Return what is told at the end of a step.

        Args:
            at_s: Since the world began.
            seconds: Since the last step.
            doing: What each resident does.
        """
        match self._source:
            case PresenceSource.TRUTH:
                return self._truth(doing)
            case PresenceSource.NONE:
                return Seen(presence=dict.fromkeys(self._rooms, (None, 0)))
            case PresenceSource.PIR:
                return self._motion(at_s, seconds, doing)
            case PresenceSource.PERCEPTION:
                return self._perception(seconds, doing)

    def _truth(self, doing: Mapping[str, Doing]) -> Seen:
        here = _by_room(doing)
        return Seen(
            presence={room: (float(room in here), len(here.get(room, ()))) for room in self._rooms},
            activities={room: _activity(several) for room, several in here.items()},
        )

    def _motion(self, at_s: float, seconds: float, doing: Mapping[str, Doing]) -> Seen:
        """See whoever comes in, walks about or fidgets; nobody else, after the hold time."""
        for name, one in doing.items():
            comes = bool(one.room) and self._was_in.get(name) != one.room
            missed = math.exp(-_motions_per_h(one) * seconds / 3600.0)
            if one.room and (comes or self._random.uniform() > missed):
                self._moved_s[one.room] = at_s
            self._was_in[name] = one.room
        seen = {room: at_s - self._moved_s.get(room, -math.inf) < HOLDS_S for room in self._rooms}
        return Seen(presence={room: (float(there), int(there)) for room, there in seen.items()})

    def _perception(self, seconds: float, doing: Mapping[str, Doing]) -> Seen:
        """Err as perception was counted to err (`sumika.world.perception_level`), room by room and body by body."""
        model, here = fitted_model(), _by_room(doing)
        presence: dict[str, tuple[float | None, int]] = dict.fromkeys(self._rooms, (None, 0))
        activities: dict[str, str] = {}
        for room in sorted(self._radars):
            manners = {name: self._manner(one) for name, one in doing.items() if one.room == room}
            plainest = next((manner for manner in Manner if manner in manners.values()), None)
            coming = model.present_without if plainest is None else model.manners[plainest].present
            share = self._share(f"{room}/", coming, seconds)
            count = sum(
                self._share(f"{room}/{name}", model.manners[manner].seen, seconds) >= 0.5
                for name, manner in manners.items()
            )
            there = share >= 0.5
            presence[room] = (_GONE + (_SURE - _GONE) * share, max(count, int(there)))
            if there and room in here:
                activities[room] = self._seen_doing(manners.values())
        return Seen(presence=presence, activities=activities)

    def _seen_doing(self, manners: Iterable[Manner]) -> str:
        """Return what is told of a room's people by the postures that are seen of them."""
        postures = [fitted_model().manners[manner].posture for manner in manners]
        draws = self._random.random(len(postures))
        lie = [draw < posture[_LYING] for draw, posture in zip(draws, postures, strict=True)]
        stand = [draw > 1.0 - posture[_STANDING] for draw, posture in zip(draws, postures, strict=True)]
        return "sleep" if all(lie) else "active" if 2 * sum(stand) > len(stand) else "awake"

    def _share(self, key: str, coming: Coming, seconds: float) -> float:
        """Return for which share of a time something that comes and goes is told; it is looked at every ten seconds."""
        both, looks = coming.begins_per_s + coming.ends_per_s, max(1, round(seconds / _LOOKS_S))
        now = self._told.get(key, False)
        settled = coming.begins_per_s / both if both > 0.0 else float(now)
        kept = math.exp(-both * seconds / looks)
        told = 0
        for draw in self._random.random(looks):
            now = bool(draw < settled + (now - settled) * kept)
            told += now
        self._told[key] = now
        return told / looks

    def _manner(self, one: Doing) -> Manner:
        activity = ACTIVITIES[one.activity]
        if one.activity == "bathing" and one.room in self._baths:
            return Manner.BATHING
        if activity.lying:
            return Manner.LYING
        return Manner.SITTING if activity.seated else Manner.STANDING


def _motions_per_h(one: Doing) -> float:
    if one.sleep_stage in _SLEEPS:
        return _TURNS_PER_H
    activity = ACTIVITIES[one.activity]
    return activity.fidgets if activity.lying or activity.seated else max(_WALKS_IN_H, activity.fidgets)


def _by_room(doing: Mapping[str, Doing]) -> dict[str, list[Doing]]:
    here: dict[str, list[Doing]] = {}
    for one in doing.values():
        if one.room:
            here.setdefault(one.room, []).append(one)
    return here


def _activity(several: list[Doing]) -> str:
    up = [one for one in several if one.sleep_stage not in _SLEEPS]
    busy = [one for one in up if one.metabolic_w_m2 >= BUSY_MET * MET_W_M2]
    return "sleep" if not up else "active" if 2 * len(busy) > len(up) else "awake"
