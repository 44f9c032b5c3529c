"""What residents wish of a room's warmth for a while: a band of temperature, or so much warmer than is usual there.

Who asks is there, or is about to come: for a while their room is kept as for one person, whatever radars see. After
that a wish holds whenever somebody is there, as everything that people like does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.belief.routine import PeopleAhead
from sumika.ecu.moments import is_before, later, passed
from sumika.schema import ComfortWish
from sumika.units import clamp

Array = NDArray[np.float64]

THERE_FOR = timedelta(hours=2)
MOST_OFFSET_K = 5.0
HALF_BAND_K = 0.5
"""Who names a temperature is content this far on both sides of it."""

COLDEST_C, WARMEST_C = 10.0, 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWish:
    """A wish for one room.

    Attributes:
        since: When it was said.
        until: Until when it holds; None: until it is taken back.
        offset_k: By so much warmer than is usual.
        temperature_c: The air temperature that is wished instead; None: only the offset counts.
    """

    since: datetime
    until: datetime | None = None
    offset_k: float = 0.0
    temperature_c: float | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether it holds at a time."""
        return self.until is None or is_before(at, self.until)

    def asked_lately(self, at: datetime) -> bool:
        """Return whether whoever asked is taken to be there."""
        return self.holds(at) and passed(self.since, at) < THERE_FOR


@dataclass(frozen=True, slots=True)
class RoomWishes:
    """All that is wished for; nothing at first.

    Attributes:
        rooms: By room.
    """

    rooms: Mapping[str, RoomWish] = field(default_factory=dict)

    def limit_c(self, room: str, usual_c: float, when: Iterable[datetime], *, above: bool) -> Array:
        """Return (step,) a side of what people in a room are content with.

        Args:
            room: Which.
            usual_c: That side without any wish.
            when: (step,) the middle of each step.
            above: Whether it is the warm side.
        """
        times = list(when)
        wish = self.rooms.get(room)
        if wish is None:
            return np.full(len(times), usual_c)
        wished_c = usual_c + wish.offset_k
        if wish.temperature_c is not None:
            wished_c = wish.temperature_c + (HALF_BAND_K if above else -HALF_BAND_K)
        return np.array([wished_c if wish.holds(at) else usual_c for at in times])

    def names_temperature(self, room: str) -> bool:
        """Return whether a temperature is wished for in a room, and not only warmer or cooler."""
        wish = self.rooms.get(room)
        return wish is not None and wish.temperature_c is not None

    def with_who_asked(self, people: PeopleAhead, rooms: Iterable[str], when: Iterable[datetime]) -> PeopleAhead:
        """Return who is expected, whoever asked for something lately among them.

        Args:
            people: Without them.
            rooms: (room,) names, in order.
            when: (step,) the middle of each step.
        """
        if not self.rooms:
            return people
        times = list(when)
        asked = np.array(
            [[room in self.rooms and self.rooms[room].asked_lately(at) for room in rooms] for at in times],
            float,
        )
        return replace(people, awake=np.maximum(people.awake, asked - people.active - people.asleep))

    def heard(self, wish: ComfortWish, at: datetime) -> "RoomWishes":
        """Return what is wished for after another word.

        Args:
            wish: It; neither an offset nor a temperature takes an earlier one back.
            at: When it was heard, on the house's own clock.
        """
        rooms = dict(self.rooms)
        if wish.offset_k == 0.0 and wish.temperature_c is None:
            rooms.pop(wish.room, None)
            return RoomWishes(rooms)
        rooms[wish.room] = wish_of(wish, at)
        return RoomWishes(rooms)


def wish_of(wish: ComfortWish, at: datetime) -> RoomWish:
    """Return a wish as it is planned with.

    Args:
        wish: As said.
        at: Now, on the house's own clock, which in a simulated house is not the wall's.
    """
    warm_c = None if wish.temperature_c is None else clamp(wish.temperature_c, COLDEST_C, WARMEST_C)
    return RoomWish(
        since=later(at, -timedelta(seconds=max(wish.age_s, 0.0))),
        until=None if wish.left_s is None else later(at, timedelta(seconds=wish.left_s)),
        offset_k=clamp(wish.offset_k, -MOST_OFFSET_K, MOST_OFFSET_K),
        temperature_c=warm_c,
    )
