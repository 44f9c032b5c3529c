"""Which times in bed are one night: who is up for half an hour in it has not begun another one.

A day goes from noon to noon, and has one night: what the weeks compare is one number a day. A night is over when who
lay there long enough is up for an hour, and at noon where it was shorter; until then another time in bed goes on with
it. Of who lies down again after that, before noon, nothing more is told. What was short, and followed by hours up, was
a rest, and no part of a night.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from sumika.clock import Instant
from sumika.perception._bed_rates import Lain
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds

LEAST_NIGHT_S = 3 * 3600.0
"""A shorter time in bed is a nap."""

ENOUGH_S, UP_S = 6 * 3600.0, 3600.0
"""Who lay so long, and is up for so long, has got up for good."""

NAP_OVER_S = 2 * 3600.0
"""Who is up for so long after a nap goes to bed for the night next, and not back to it."""

_NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Night:
    """A night that is over.

    Attributes:
        parts: Times in bed, the first first; at least one.
    """

    parts: tuple[Lain, ...]

    @property
    def began(self) -> Instant:
        """When somebody lay down first."""
        return self.parts[0].began

    @property
    def ended(self) -> Instant:
        """When they got up for good."""
        return self.parts[-1].ended

    @property
    def began_s(self) -> float:
        """On the clock of the readings."""
        return self.parts[0].began_s

    @property
    def ended_s(self) -> float:
        """On the clock of the readings."""
        return self.parts[-1].ended_s

    @property
    def ups(self) -> int:
        """How often they left the room in between and came back."""
        return sum(part.ups for part in self.parts) + sum(part.came_back for part in self.parts[1:])

    @property
    def alone(self) -> float:
        """Share of the time with measured people in which there was one alone."""
        return sum(part.alone * part.seconds for part in self.parts) / max(sum(p.seconds for p in self.parts), 1e-9)

    @property
    def is_whole(self) -> bool:
        """Whether it was seen from its beginning to its end; otherwise somebody may have lain there for longer."""
        return all(part.began_seen and part.ended_seen for part in self.parts)

    @property
    def in_bed(self) -> tuple[tuple[float, float], ...]:
        """From when to when they were seen to lie, on the clock of the readings; who never left the room lay awake."""
        return tuple(self._in_bed())

    @property
    def seconds(self) -> float:
        """Time in bed, as far as it was seen."""
        return sum(end_s - begin_s for begin_s, end_s in self._in_bed())

    def _in_bed(self) -> Iterator[tuple[float, float]]:
        begin_s, end_s, seen = self.parts[0].began_s, self.parts[0].ended_s, self.parts[0].ended_seen
        for part in self.parts[1:]:
            if part.came_back or not seen or not part.began_seen:
                yield begin_s, end_s
                begin_s = part.began_s
            end_s, seen = part.ended_s, part.ended_seen
        yield begin_s, end_s


@dataclass(slots=True)
class NightParts:
    """Gathers one bedroom's times in bed into nights; changed in place.

    Attributes:
        zone: Of the house's clocks.
    """

    zone: tzinfo
    _parts: list[Lain] = field(default_factory=list)
    _told: date | None = None

    def take(self, lain: Lain | None, lies_since: Instant | None, now: Instant) -> Night | None:
        """Take in how it stands; return the night that is over by it.

        Args:
            lain: A time in bed that is over; None: there is none.
            lies_since: Since when somebody lies there now; None: nobody does.
            now: The present moment.
        """
        if self._parts and self._parts[0].began.boot_id != now.boot_id:
            self._parts.clear()
        if lain is not None and self._day(lain.began) != self._told:
            self._parts.append(lain)
        if not self._parts:
            return None
        night = Night(tuple(self._parts))
        if not self._is_over(night, lies_since or now):
            return None
        self._parts.clear()
        if night.seconds < LEAST_NIGHT_S:
            return None
        self._told = self._day(night.began)
        return night

    def _is_over(self, night: Night, up_until: Instant) -> bool:
        up_s = ns_to_seconds(up_until.monotonic_ns - night.ended.monotonic_ns)
        if night.seconds >= ENOUGH_S and up_s >= UP_S:
            return True
        if night.seconds < LEAST_NIGHT_S and up_s >= NAP_OVER_S:
            return True
        return self._day(up_until) > self._day(night.began)

    def _day(self, moment: Instant) -> date:
        """Return the day, from noon to noon, in which a moment lies."""
        return (datetime.fromtimestamp(moment.wall_ns / NANOSECONDS_PER_SECOND, self.zone) - _NOON).date()
