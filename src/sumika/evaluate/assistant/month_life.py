"""Who is where, minute by minute, in a made-up month; what they cook, when they bathe, sleep and have guests."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.assistant.month_time import MonthTime
from sumika.schema.house import House, Resident
from sumika.schema.living import FurnitureKind, Life, Routine

OUT = -1
_GUESTS = {"alone": ((1, 10.0, 1.0, 1), (4, 10.0, 1.0, 1), (6, 14.0, 2.5, 2))}
"""By household: (weekday, hour, hours, how many), of which three in four come: a helper twice a week, a daughter."""

_WEEKEND_GUESTS = ((5, 15.0, 3.0, 2),)


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that went on, in minutes of the month.

    Attributes:
        kind: cooking, bath, smoke, window or visit.
        room: Where; empty: at home.
        first: Its first minute.
        last: One behind its last.
        people: Of a visit: how many came.
    """

    kind: str
    room: str
    first: int
    last: int
    people: int = 0


@dataclass(slots=True)
class Lived:
    """What happened in a month.

    Attributes:
        rooms: Ids, in the order of `where`.
        where: (resident, minute) index of the room; `OUT`: not at home.
        guests: (minute,) how many are there, in the living room.
        living: Index of the living room.
        spells: What went on.
        slept: By resident: (evening, first minute, one behind the last, times up), may begin before the month.
    """

    rooms: tuple[str, ...]
    where: NDArray[np.int8]
    guests: NDArray[np.int8]
    living: int
    spells: list[Spell] = field(default_factory=list)
    slept: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)

    def people(self, room: str) -> NDArray[np.int64]:
        """Return (minute,) how many are in a room."""
        index = self.rooms.index(room)
        there = np.asarray((self.where == index).sum(axis=0), np.int64)
        return there + self.guests if index == self.living else there


def rooms_with(house: House, kind: FurnitureKind) -> tuple[str, ...]:
    """Return the rooms with such a piece of furniture."""
    return tuple(dict.fromkeys(one.room for one in house.furniture if one.kind is kind))


class _Days:
    """Makes up a month of one household."""

    def __init__(self, name: str, house: House, time: MonthTime, rng: np.random.Generator) -> None:
        self.name, self.house, self.time, self.rng = name, house, time, rng
        self.rooms = tuple(room.id for room in house.rooms)
        self.living = self._room(FurnitureKind.SOFA)
        self.kitchen, self.bath = self._room(FurnitureKind.KITCHEN), self._room(FurnitureKind.BATH)
        self.toilet = self._room(FurnitureKind.TOILET)
        desks = rooms_with(house, FurnitureKind.DESK)
        self.desk = self.rooms.index(desks[0]) if desks else None
        where = np.full((len(house.residents), time.minutes), self.living, np.int8)
        self.lived = Lived(self.rooms, where, np.zeros(time.minutes, np.int8), self.living)

    def _room(self, kind: FurnitureKind) -> int:
        return self.rooms.index(rooms_with(self.house, kind)[0])

    def all(self) -> Lived:
        for row, resident in enumerate(self.house.residents):
            self._goes_out(row, resident.life or Life())
            self._sleeps(row, resident)
        for day in range(len(self.time.dates)):
            self._meals(day)
            self._baths(day)
            self._airs(day)
            self._guests(day)
        self.lived.spells.sort(key=lambda one: one.first)
        return self.lived

    def _put(self, row: int, first: int, last: int, room: int) -> None:
        self.lived.where[row, max(0, first) : max(0, last)] = room

    def _around(self, hour: float, spread_h: float) -> float:
        return float(hour + self.rng.normal() * spread_h)

    def _goes_out(self, row: int, life: Life) -> None:
        for day, date in enumerate(self.time.dates):
            is_work = date.weekday() < 5
            out = {
                Routine.OFFICE: (8.2, 18.2) if is_work else None,
                Routine.PUPIL: (7.6, 15.6) if is_work else None,
                Routine.RETIRED: (10.2, 11.7) if date.weekday() in (0, 2, 5) and self.rng.random() < 0.7 else None,
            }.get(life.routine, (12.2, 13.4) if self.rng.random() < 0.4 else None)
            if life.routine is Routine.HOME_OFFICE and is_work and self.desk is not None:
                self._put(row, self.time.minute(day, 9.5), self.time.minute(day, self._around(17.3, 0.3)), self.desk)
            if out is not None:
                first, last = (self.time.minute(day, self._around(hour, 0.2)) for hour in out)
                self._put(row, first, last, OUT)

    def _sleeps(self, row: int, resident: Resident) -> None:
        life = resident.life or Life()
        room = self.rooms.index(life.bedroom)
        slept: list[tuple[int, int, int, int]] = []
        for day in range(-1, len(self.time.dates)):
            first = self.time.minute(day, self._around(life.sleeps_at_h, 0.35))
            last = self.time.minute(day + 1, self._around(life.wakes_at_h, 0.3))
            self._put(row, first, last, room)
            ups = min(4, int(self.rng.poisson(life.night_toilets)))
            for at in sorted(self.rng.integers(first + 60, last - 60, ups)):
                self._put(row, int(at), int(at + self.rng.integers(4, 8)), self.toilet)
            slept.append((day, first, last, ups))
        self.lived.slept[resident.id] = slept

    def _meals(self, day: int) -> None:
        lives = [one.life or Life() for one in self.house.residents]
        wakes_at_h = max(one.wakes_at_h for one in lives[:2])
        meals = [(wakes_at_h + 0.5, 12, 20), (18.3, 30, 50)]
        at_noon = self.time.dates[day].weekday() >= 5 or lives[0].routine is not Routine.OFFICE
        meals += [(11.9, 12, 30)] if at_noon else []
        for hour, shortest, longest in sorted(meals):
            first = self.time.minute(day, self._around(hour, 0.2))
            last = first + int(self.rng.integers(shortest, longest))
            at_home = self.lived.where[0, min(first, self.time.minutes - 1)] == self.living
            if at_home and last < self.time.minutes and self.rng.random() < 0.93:
                self._put(0, first, last, self.kitchen)
                self.lived.spells.append(Spell("cooking", self.rooms[self.kitchen], first, last))

    def _baths(self, day: int) -> None:
        bedtime_h = min((one.life or Life()).sleeps_at_h for one in self.house.residents)
        for row in range(min(2, len(self.house.residents))):
            first = self.time.minute(day, self._around(bedtime_h - 1.5 + 1.3 * row, 0.1))
            last = first + int(self.rng.integers(18, 34))
            there = self.lived.where[row, first:last]
            if last < self.time.minutes and (there == self.living).all() and self.rng.random() < 0.85:
                self._put(row, first, last, self.bath)
                self.lived.spells.append(Spell("bath", self.rooms[self.bath], first, last))

    def _airs(self, day: int) -> None:
        if self.rng.random() < 0.6:
            room = self.rooms[self.living] if self.rng.random() < 0.5 else self.house.watched_bedrooms[0]
            first = self.time.minute(day, self._around(9.2, 0.5))
            self.lived.spells.append(Spell("window", room, first, first + int(self.rng.integers(8, 26))))

    def _guests(self, day: int) -> None:
        for weekday, hour, hours, people in _GUESTS.get(self.name, _WEEKEND_GUESTS):
            if self.time.dates[day].weekday() != weekday or self.rng.random() > 0.75:
                continue
            first = self.time.minute(day, self._around(hour, 0.15))
            last = first + int(60 * hours * self.rng.uniform(0.8, 1.1))
            # Everybody stays at home for guests: the number at home tells of them.
            away = self.lived.where[:, first:last]
            away[away == OUT] = self.living
            self.lived.guests[first:last] = people
            self.lived.spells.append(Spell("visit", "", first, last, people))


def live(name: str, house: House, time: MonthTime, rng: np.random.Generator) -> Lived:
    """Make up a month.

    Args:
        name: Of the household.
        house: With furniture and with the lives of its residents.
        time: The month.
        rng: Of everything random.
    """
    return _Days(name, house, time, rng).all()
