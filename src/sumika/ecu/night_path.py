"""Who is up between bed and morning, and the way they need to see: their room, and the rooms to the toilet.

A night begins when everybody who is at home is in a bedroom for a while, and ends in the morning, or when somebody
stays up so long that they are up for good. Where no sensor looks into a room, somebody who left the bedroom is taken
to be on that way until they are back, or for some minutes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sumika.belief.nights import Night
from sumika.ecu.moments import is_before, later, passed
from sumika.schema.building import OUTSIDE
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind

SETTLES = timedelta(minutes=10)
"""Everybody is in bed when they have been in bedrooms for so long."""

EARLIER = timedelta(hours=2)
"""So long before the usual bedtime a night may begin."""

LINGERS = timedelta(minutes=3)
"""The way stays lit for so long after they are back."""

AWAY_AT_MOST = timedelta(minutes=20)
"""Who left the bedroom and is seen nowhere is on the way for so long; then they are somewhere else."""

UP_FOR_GOOD = timedelta(minutes=45)
BELIEVED = timedelta(minutes=1)
"""One sleeper more is believed after so long: a radar sees double now and then."""

SOMEBODY = 0.5


class NightPath:
    """Follows a household through its nights.

    Attributes:
        settled: Whether everybody has gone to bed.
    """

    def __init__(self, house: House) -> None:
        """Know bedrooms, toilets and the doors between rooms."""
        self._beds = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.BED)
        toilets = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.TOILET)
        self._toilets = toilets or frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.BATH)
        self._doors: dict[str, set[str]] = {room.id: set() for room in house.rooms}
        for door in house.building.doors if house.building is not None else ():
            first, second = door.rooms
            if OUTSIDE not in door.rooms and first in self._doors and second in self._doors:
                self._doors[first].add(second)
                self._doors[second].add(first)
        self.settled = False
        self._in_bed_since: datetime | None = None
        self._up_since: datetime | None = None
        self._left_at: datetime | None = None
        self._sleepers: dict[str, float] = {}
        self._more_since: dict[str, datetime] = {}
        self._until: datetime | None = None
        self._way: frozenset[str] = frozenset()

    def see(
        self, at: datetime, night: Night, people: Mapping[str, float | None], does: Mapping[str, str]
    ) -> frozenset[str]:
        """Return the rooms that are to be lit for somebody who is up.

        Args:
            at: Now, in local time.
            night: The one before or after it.
            people: By room: how many are there; None: unknown.
            does: By room: "sleep", "awake" or "active"; absent: unknown.
        """
        there = {room for room, count in people.items() if count is not None and count >= SOMEBODY}
        if not night.bed - EARLIER <= at < night.up:
            self._end()
            return frozenset()
        up = {room for room in there if room not in self._beds or does.get(room) in ("awake", "active")}
        if not self.settled:
            self._settle(at, people, there, up)
            return frozenset()
        return self._lit(at, up, up | self._missing_from(at, people))

    def _settle(self, at: datetime, people: Mapping[str, float | None], there: set[str], up: set[str]) -> None:
        if up or not there:
            self._in_bed_since = None
            return
        self._in_bed_since = self._in_bed_since or at
        self.settled = passed(self._in_bed_since, at) >= SETTLES
        if self.settled:
            self._sleepers = self._in_bedrooms(people)

    def _in_bedrooms(self, people: Mapping[str, float | None]) -> dict[str, float]:
        return {room: round(count) for room, count in people.items() if room in self._beds and count is not None}

    def _missing_from(self, at: datetime, people: Mapping[str, float | None]) -> set[str]:
        """Return the bedrooms that somebody has left who is not back yet."""
        now = self._in_bedrooms(people)
        missing = {room for room, count in self._sleepers.items() if now.get(room, count) < count}
        for room, count in now.items():
            self._take_more(at, room, count)
        if not missing:
            self._left_at = None
            return set()
        self._left_at = self._left_at or at
        if passed(self._left_at, at) < AWAY_AT_MOST:
            return missing
        self._sleepers = now
        return set()

    def _take_more(self, at: datetime, room: str, count: float) -> None:
        if count <= self._sleepers.get(room, 0.0):
            self._more_since.pop(room, None)
        elif passed(self._more_since.setdefault(room, at), at) >= BELIEVED:
            self._sleepers[room] = count

    def _lit(self, at: datetime, seen: set[str], from_where: set[str]) -> frozenset[str]:
        if from_where:
            self._up_since = self._up_since or at
            self._until = later(at, LINGERS)
            self._way = frozenset().union(seen, *(self._to_toilet(room) for room in from_where))
            if passed(self._up_since, at) >= UP_FOR_GOOD:
                self._end()
                return frozenset()
        elif self._until is not None and not is_before(at, self._until):
            self._up_since = self._until = None
            self._way = frozenset()
        return self._way

    def _end(self) -> None:
        self.settled = False
        self._in_bed_since = self._up_since = self._until = self._left_at = None
        self._sleepers, self._more_since, self._way = {}, {}, frozenset()

    def _to_toilet(self, start: str) -> frozenset[str]:
        """Return the rooms on the shortest way to a toilet, without the bedroom that it begins in or leads through."""
        before: dict[str, str] = {start: ""}
        waiting = [start]
        for room in waiting:
            if room in self._toilets:
                return self._back(room, before)
            for following in sorted(self._doors.get(room, ())):
                if following not in before:
                    before[following] = room
                    waiting.append(following)
        return frozenset(self._toilets)

    def _back(self, room: str, before: Mapping[str, str]) -> frozenset[str]:
        way = set()
        while room:
            way.add(room)
            room = before[room]
        return frozenset(way - self._beds)
