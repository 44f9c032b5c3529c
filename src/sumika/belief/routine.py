"""When people are where, and asleep: learned by the quarter of the day, apart for working days and days off.

What is seen now lasts a while, and then the usual takes over: the forecast goes from one to the other. Before there is
a week of life, an ordinary household's day stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House
from sumika.schema.living import FurnitureKind

Array = NDArray[np.float64]

QUARTERS = 96
LASTS_H, BUSY_LASTS_H = 1.2, 0.5
"""What is so now decides for about so long."""

KINDS = ("awake", "sleep", "active")
"""What people are told to do, in the order of the last axis of tables here."""

PRIOR_DAYS = 1.5
"""An ordinary household counts as so many days of one's own."""

FADES_DAYS = 28.0
_NIGHT, _MORNING, _EVENING = range(26), range(26, 36), range(68, 92)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAhead:
    """Who is expected where.

    Attributes:
        awake: (step, room) how many who are awake and sit, or do little.
        active: (step, room) how many who are busy on their feet.
        asleep: (step, room) how many who sleep.
        sure: (step, room) how sure that is, 0 to 1: a quarter of the day that is alike every day counts 1.
    """

    awake: Array
    active: Array
    asleep: Array
    sure: Array

    @property
    def everybody(self) -> Array:
        """(step, room) how many, whatever they do."""
        return self.awake + self.active + self.asleep


class Routine:
    """The household's days as they usually are."""

    def __init__(self, house: House) -> None:
        """Begin with an ordinary household's days."""
        self.rooms = tuple(room.id for room in house.rooms)
        beds = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.BED}
        sofas = {
            piece.room
            for piece in house.furniture
            if piece.kind in (FurnitureKind.SOFA, FurnitureKind.TV, FurnitureKind.TABLE, FurnitureKind.DESK)
        }
        if not beds and not sofas:
            beds, sofas = {self.rooms[-1]}, {self.rooms[0]}
        people = max(1, len(house.residents) or 2)
        self._beds = np.array([room in beds for room in self.rooms])
        usual = np.zeros((2, QUARTERS, len(self.rooms), 3))
        for place, room in enumerate(self.rooms):
            if room in beds:
                sleepers = people / max(1, len(beds))
                usual[:, list(_NIGHT), place, 1] = 0.9 * sleepers
                usual[:, 92:, place, 1] = 0.7 * sleepers
            if room in sofas:
                usual[:, list(_MORNING), place, 0] = 0.4 * people / len(sofas)
                usual[:, list(_EVENING), place, 0] = 0.6 * people / len(sofas)
                usual[1, 36:68, place, 0] = 0.4 * people / len(sofas)
        self._mean = usual
        self._square = usual**2 + 0.2
        self._weight = np.full((2, QUARTERS), PRIOR_DAYS)
        self.now = np.zeros((len(self.rooms), 3))
        self.known = np.zeros(len(self.rooms), bool)

    def look(self, when: datetime, people: Mapping[str, float | None], does: Mapping[str, str]) -> None:
        """Take who is where at this moment. Nothing is learned from it: days are learned by the quarter.

        Where nobody knows it, what was known last stands until the quarter's end: a radar that is silent for a moment
        has not seen anybody go.

        Args:
            when: In local time.
            people: By room: how many; None or absent: unknown.
            does: By room: "sleep", "awake" or "active"; absent: judged by bed and hour.
        """
        _, quarter = _slot(when)
        for place, room in enumerate(self.rooms):
            count = people.get(room)
            if count is None:
                continue
            self.known[place] = True
            what = does.get(room, "")
            if what not in KINDS:
                what = "sleep" if self._beds[place] and (quarter >= 91 or quarter < 27) else "awake"
            self.now[place] = 0.0
            self.now[place, KINDS.index(what)] = count

    def see(self, when: datetime, people: Mapping[str, float | None], does: Mapping[str, str]) -> None:
        """Learn from what perception says of a quarter of an hour.

        Args:
            when: In local time.
            people: By room: how many; None or absent: unknown.
            does: By room: "sleep", "awake" or "active"; absent: judged by bed and hour.
        """
        self.known[:] = False
        self.look(when, people, does)
        kind, quarter = _slot(when)
        weight, seen = self._weight[kind, quarter], self.known
        share = 1.0 / (weight + 1.0)
        for table, now in ((self._mean, self.now), (self._square, self.now**2)):
            table[kind, quarter, seen] += share * (now[seen] - table[kind, quarter, seen])
        if seen.any():
            self._weight[kind, quarter] = min(weight + 1.0, FADES_DAYS * (5 / 7 if kind == 0 else 2 / 7))

    def ahead(self, when: Sequence[datetime], hours: Array) -> PeopleAhead:
        """Return who is expected where.

        Args:
            when: (step,) the middle of each step, in local time.
            hours: (step,) how long each is; longer ones are means over their quarters.
        """
        usual, spread = self._usual(when, hours)
        present, _ = self._usual(when[:1], np.array([0.25]))
        lead_h = np.array([(one.timestamp() - when[0].timestamp()) / 3600.0 for one in when])
        # Housework ends sooner than an evening on the sofa.
        lasts = np.exp(-lead_h[:, None, None] / np.array([LASTS_H, BUSY_LASTS_H, LASTS_H]))
        gap = np.where(self.known[:, None], self.now - present[0], 0.0)
        expected = np.maximum(usual + lasts * gap, 0.0)
        # Who is asleep now and usual to be up later wakes as usual; nobody is in two states at once.
        sure = 1.0 / (1.0 + spread.sum(axis=2)) * (1.0 - lasts[:, :, 0]) + lasts[:, :, 0] * self.known
        return PeopleAhead(
            awake=expected[:, :, 0],
            active=expected[:, :, 2],
            asleep=expected[:, :, 1],
            sure=np.clip(sure, 0.0, 1.0),
        )

    def usually_asleep(self, when: datetime) -> float:
        """Return how many are usually asleep in the whole house in a quarter of an hour.

        Args:
            when: In local time.
        """
        return float(self._mean[(*_slot(when), slice(None), KINDS.index("sleep"))].sum())

    def _usual(self, when: Sequence[datetime], hours: Array) -> tuple[Array, Array]:
        means, spreads = [], []
        for moment, length in zip(when, hours, strict=True):
            kind, quarter = _slot(moment)
            half = max(0, round(2.0 * length) - 1)
            slots = [(quarter + offset) % QUARTERS for offset in range(-half, half + 1)] if half else [quarter]
            mean = self._mean[kind, slots].mean(axis=0)
            means.append(mean)
            spreads.append(np.maximum(self._square[kind, slots].mean(axis=0) - mean**2, 0.0))
        return np.array(means), np.array(spreads)


def _slot(when: datetime) -> tuple[int, int]:
    return int(when.weekday() >= 5), 4 * when.hour + when.minute // 15
