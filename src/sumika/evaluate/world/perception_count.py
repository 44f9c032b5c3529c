"""Who is told of where nobody is, who is not told of, how far off: counted by the second, and made an error model."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from sumika.evaluate.world.perception_runs import Run, Second
from sumika.schema import NO_PEOPLE, Track, TrueBody
from sumika.world.perception_level import (
    POSTURES,
    Coming,
    ErrorModel,
    Errors,
    FittedOn,
    Manner,
    has_beside,
    manner_of,
    plainest,
)

MATCH_M = 1.0
"""A track no farther than this from somebody, across the floor, is that somebody's."""

SETTLED_S = 30.0
"""Before that a run counts for nothing: perception begins without knowing who is there, as it does once in a life."""

_LONGEST_S, _SHORTEST_S = 600.0, 0.2
"""Between these an error lasts; longer than a run cannot be told apart from for ever."""


class Sighting:
    """One second of a run: who is told of by which track, and what is told of nobody.

    Attributes:
        second: What is told and what is so.
        people: Everybody in a place, by name.
        tracks: The track of each of those who are told of.
        others: Tracks of nobody who is there now.
    """

    def __init__(self, second: Second, before: dict[str, int]) -> None:
        """Find whose track is whose: each keeps the one it had as long as that is near, the rest by distance.

        Args:
            second: What is told and what is so.
            before: Whose track was whose a second ago.
        """
        self.second = second
        self.people = {body.body: body for body in second.bodies if body.kind == "person" and body.position_m}
        persons = [track for track in second.tracks if not is_animal(track)]
        pairs = sorted(
            (before.get(name) != track.id, apart_m(body, track), name, number)
            for name, body in self.people.items()
            for number, track in enumerate(persons)
            if apart_m(body, track) < MATCH_M
        )
        self.tracks: dict[str, Track] = {}
        taken = set[int]()
        for _, _, name, number in pairs:
            if name not in self.tracks and number not in taken:
                taken.add(number)
                self.tracks[name] = persons[number]
        self.others = [track for number, track in enumerate(persons) if number not in taken]

    @property
    def seen(self) -> frozenset[str]:
        """The names of those who are told of."""
        return frozenset(self.tracks)


def sightings(run: Run) -> list[Sighting]:
    """Return a run's seconds, but for those in which perception begins."""
    found: list[Sighting] = []
    before: dict[str, int] = {}
    for second in run.seconds:
        sighting = Sighting(second, before)
        before |= {name: track.id for name, track in sighting.tracks.items()}
        if second.at_s >= SETTLED_S:
            found.append(sighting)
    return found


def is_animal(track: Track) -> bool:
    """Return whether perception takes a track for a pet or a robot."""
    return track.kind in NO_PEOPLE and track.kind_probability > 0.5


def apart_m(body: TrueBody, track: Track) -> float:
    """Return how far a track is from a body across the floor; infinitely far from who is not there."""
    return math.dist(body.position_m[:2], track.position_m[:2]) if body.position_m is not None else math.inf


def is_present(probability: float | None) -> bool:
    """Return whether a room is told of as occupied."""
    return probability is not None and probability > 0.5


def fit(runs: Sequence[Run]) -> ErrorModel:
    """Return the error model that was counted in runs through the samples.

    Args:
        runs: Of seeds that no test uses.
    """
    people, rooms, leaving = _People(), _Rooms(), _Leaving()
    for run in runs:
        for one, following in pairwise(sightings(run)):
            people.take(run, one, following)
            leaving.take(run, one, following)
            rooms.take(run, one, following, frozenset(leaving.followed.values()))
        leaving.followed.clear()
    return ErrorModel(
        manners={manner: people.errors(manner, rooms.coming(manner)) for manner in Manner},
        beside=people.coming("beside"),
        present_without=rooms.coming(None),
        lingers_s=round(1.0 / hazard_per_s(leaving.ended, leaving.lingered_s), 3),
        false_per_h=round(3600.0 * rooms.false_begun / max(1, rooms.empty_s), 3),
        false_lasts_s=round(rooms.false_s / rooms.false_begun, 3) if rooms.false_begun else 1.0,
        fitted_on=FittedOn(
            seeds=tuple(run.seed for run in runs),
            starts=tuple(run.start for run in runs),
            minutes=round(sum(len(run.seconds) for run in runs) / 60.0, 1),
        ),
    )


def hazard_per_s(events: float, exposed_s: float) -> float:
    """Return how often something happens, from how often it did in so many seconds in which it could have.

    The share of those seconds is estimated with Jeffreys' prior, half an event for either outcome: what was never seen
    to happen is rare, not impossible.
    """
    return round(-math.log1p(-(events + 0.5) / (exposed_s + 1.0)), 6)


def lasts_s(kept: float) -> float:
    """Return how long something lasts, of which this share is kept from second to second."""
    return round(min(_LONGEST_S, max(_SHORTEST_S, -1.0 / math.log(min(max(kept, 1e-9), 1.0 - 1e-9)))), 3)


class _People:
    """What is told of people in rooms that a radar looks into."""

    def __init__(self) -> None:
        self._exposed: Counter[tuple[str, bool]] = Counter()  # (manner or beside, seen)
        self._turned: Counter[tuple[str, bool]] = Counter()
        self._errors_m: dict[Manner, list[tuple[float, float]]] = defaultdict(list)
        self._pairs_m2: dict[Manner, list[tuple[float, float]]] = defaultdict(list)
        self._postures: dict[Manner, Counter[str]] = defaultdict(Counter)
        self._kept_posture: dict[Manner, list[bool]] = defaultdict(list)

    def take(self, run: Run, one: Sighting, following: Sighting) -> None:
        for name, body in following.people.items():
            if name in one.people and {body.room, one.people[name].room} <= set(run.rooms):
                manner = manner_of(body)
                state = "beside" if has_beside(body, following.people, one.seen) else manner.value
                seen = name in one.tracks
                self._exposed[state, seen] += 1
                self._turned[state, seen] += (name in following.tracks) != seen
                if name in following.tracks:
                    self._place(manner, name, one, following)
                    self._posture(manner, name, one, following)

    def _place(self, manner: Manner, name: str, one: Sighting, following: Sighting) -> None:
        error = _error_m(following, name)
        self._errors_m[manner].append(error)
        if name in one.tracks and one.tracks[name].id == following.tracks[name].id:
            before = _error_m(one, name)
            together = error[0] * before[0] + error[1] * before[1]
            self._pairs_m2[manner].append((together, before[0] ** 2 + before[1] ** 2))

    def _posture(self, manner: Manner, name: str, one: Sighting, following: Sighting) -> None:
        now = following.second.postures.get(following.tracks[name].id)
        if now is None:
            return
        self._postures[manner][now.value] += 1
        if name in one.tracks and manner_of(one.people[name]) is manner:
            before = one.second.postures.get(one.tracks[name].id)
            if before is not None:
                self._kept_posture[manner].append(now is before)

    def coming(self, state: str) -> Coming:
        return Coming(
            begins_per_s=hazard_per_s(self._turned[state, False], self._exposed[state, False]),
            ends_per_s=hazard_per_s(self._turned[state, True], self._exposed[state, True]),
        )

    def errors(self, manner: Manner, present: Coming) -> Errors:
        errors_m = np.array(self._errors_m[manner] or [(0.2, 0.2)])
        together, square = np.array(self._pairs_m2[manner] or [(0.5, 1.0)]).sum(axis=0)
        told = np.array([self._postures[manner][posture] + 0.5 for posture in POSTURES])
        shares = told / told.sum()
        kept = float(np.mean(self._kept_posture[manner] or [True]))
        # Told anew it may be what it was: only changes show.
        anew = (1.0 - kept) / max(1e-9, 1.0 - float((shares**2).sum()))
        standing, sitting, lying, unknown = (round(float(share), 4) for share in shares)
        return Errors(
            seen=self.coming(manner.value),
            present=present,
            position_sigma_m=round(float(np.sqrt((errors_m**2).mean())), 4),
            position_lasts_s=lasts_s(float(together / square) if square > 0 else 0.5),
            posture=(standing, sitting, lying, unknown),
            posture_lasts_s=lasts_s(1.0 - min(1.0, anew)),
        )


def _error_m(sighting: Sighting, name: str) -> tuple[float, float]:
    place_m, true_m = sighting.tracks[name].position_m, sighting.people[name].position_m or (0.0, 0.0, 0.0)
    return place_m[0] - true_m[0], place_m[1] - true_m[1]


class _Rooms:
    """What is told of rooms, occupied and empty."""

    def __init__(self) -> None:
        self._exposed: Counter[tuple[Manner | None, bool]] = Counter()  # (of the plainest, told)
        self._turned: Counter[tuple[Manner | None, bool]] = Counter()
        self.empty_s = self.false_begun = self.false_s = 0

    def take(self, run: Run, one: Sighting, following: Sighting, of_leavers: frozenset[int]) -> None:
        for room in run.rooms:
            before, now = (is_present(sighting.second.presence.get(room)) for sighting in (one, following))
            manner = plainest(following.people.values(), room)
            self._exposed[manner, before] += 1
            self._turned[manner, before] += now != before
            if manner is None:
                known = {track.id for track in (*one.others, *one.tracks.values())}
                false = {track.id for track in following.others if track.room == room} - of_leavers
                self.empty_s += 1
                self.false_begun += len(false - known)
                self.false_s += len(false)

    def coming(self, manner: Manner | None) -> Coming:
        return Coming(
            begins_per_s=hazard_per_s(self._turned[manner, False], self._exposed[manner, False]),
            ends_per_s=hazard_per_s(self._turned[manner, True], self._exposed[manner, True]),
        )


class _Leaving:
    """How long tracks stay of people who left all rooms that a radar looks into."""

    def __init__(self) -> None:
        self.ended, self.lingered_s = 0, 0.0
        self.followed: dict[str, int] = {}

    def take(self, run: Run, one: Sighting, following: Sighting) -> None:
        """Follow the tracks of those who left; who comes back is not counted as ended."""
        for name, body in one.people.items():
            gone = name not in following.people or following.people[name].room not in run.rooms
            if gone and body.room in run.rooms and name in one.tracks:
                self.followed[name] = one.tracks[name].id
        told = {track.id for track in following.second.tracks if track.room in run.rooms}
        for name, number in tuple(self.followed.items()):
            back = name in following.people and following.people[name].room in run.rooms
            if back or number not in told:
                del self.followed[name]
                self.ended += not back
            self.lingered_s += not back


def shares_of(runs: Iterable[Run]) -> dict[str, float]:
    """Return what a user would see of runs, as shares of seconds, and the error of positions.

    Args:
        runs: Through the samples, or told by the model.

    Returns:
        `presence_told`, of seconds in occupied rooms; `presence_false`, of seconds in empty ones; `person_seen`, of
        people's seconds; `person_false`, of seconds in empty rooms; `posture_agrees`, of those that are told;
        `position_rms_m`, across the floor.
    """
    counted: Counter[str] = Counter()
    squares_m2: list[float] = []
    for run in runs:
        for sighting in sightings(run):
            _count_rooms(run, sighting, counted)
            _count_people(run, sighting, counted, squares_m2)
    pairs = {
        "presence_told": ("told", "occupied"),
        "presence_false": ("told_empty", "empty"),
        "person_seen": ("seen", "people"),
        "person_false": ("false", "empty"),
        "posture_agrees": ("agrees", "postures"),
    }
    shares = {name: counted[part] / max(1, counted[whole]) for name, (part, whole) in pairs.items()}
    return shares | {"position_rms_m": math.sqrt(float(np.mean(squares_m2))) if squares_m2 else 0.0}


def _count_rooms(run: Run, sighting: Sighting, counted: Counter[str]) -> None:
    occupied = {body.room for body in sighting.people.values()}
    for room in run.rooms:
        present = is_present(sighting.second.presence.get(room))
        counted["occupied" if room in occupied else "empty"] += 1
        counted["told" if room in occupied else "told_empty"] += present
        counted["false"] += room not in occupied and any(track.room == room for track in sighting.second.tracks)


def _count_people(run: Run, sighting: Sighting, counted: Counter[str], squares_m2: list[float]) -> None:
    for name, body in sighting.people.items():
        if body.room not in run.rooms:
            continue
        counted["people"] += 1
        if name in sighting.tracks:
            track = sighting.tracks[name]
            counted["seen"] += 1
            squares_m2.append(apart_m(body, track) ** 2)
            told = sighting.second.postures.get(track.id)
            counted["postures"] += told is not None
            counted["agrees"] += told is not None and told.value == body.posture
