"""All that is watched in one house, as it is described: nothing is on that is not."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from sumika.alarm.book import Finding, Seen
from sumika.alarm.house_watches import FallWatch, FaultWatch
from sumika.alarm.memory import WatchMemory
from sumika.alarm.people_watches import BathWatch, BedWatch, MorningWatch
from sumika.alarm.rooms import RoomsHeard
from sumika.alarm.smoke_watch import SmokeWatch
from sumika.clock import Instant
from sumika.schema import Message, Origin, worst
from sumika.schema.alarm_settings import Alarms


class Watches:
    """Hears everything and says what goes on.

    Attributes:
        memory: What outlives restarts.
    """

    def __init__(self, alarms: Alarms, memory: WatchMemory, origin: Origin) -> None:
        """Watch what is described.

        Args:
            alarms: As described.
            memory: What was remembered.
            origin: Of what happens in this house, at best.
        """
        self.memory = memory
        self._origin = origin
        self._rooms = RoomsHeard()
        bed, bath, morning = alarms.not_back_in_bed, alarms.long_in_bathroom, alarms.no_movement
        self._people: list[BedWatch | BathWatch | MorningWatch] = [
            *([BedWatch(bed, memory)] if bed else []),
            *([BathWatch(bath, memory)] if bath else []),
            *([MorningWatch(morning, memory)] if morning else []),
        ]
        self._falls = FallWatch(alarms.suspected_fall) if alarms.suspected_fall else None
        self._faults = FaultWatch(alarms.faults, memory) if alarms.faults else None
        self._smoke = SmokeWatch(memory) if alarms.smoke_or_co else None

    def hear(self, message: Message) -> None:
        """Take a message."""
        self._rooms.hear(message)
        for watch in (self._falls, self._faults, self._smoke):
            if watch is not None:
                watch.hear(message)

    def rest(self) -> None:
        """Forget who is where: residents want nothing of them sensed or kept now."""
        self._rooms = RoomsHeard()
        for watch in (*self._people, self._faults, self._falls):
            if watch is not None:
                watch.rest()

    def look(self, now: Instant, local: datetime, *, resting: bool = False) -> Seen:
        """Return what goes on, and what does not.

        Args:
            now: The present moment.
            local: The same on the house's clock.
            resting: Whether residents want nothing of them sensed or kept: then nobody is watched.
        """
        seen = tuple(self._each(now, local, resting=resting))
        going_on = tuple(self._honest(finding) for each in seen for finding in each.going_on)
        return Seen(
            going_on=going_on,
            over=frozenset().union(*(each.over for each in seen)),
            cleared=frozenset().union(*(each.cleared for each in seen)),
        )

    def _each(self, now: Instant, local: datetime, *, resting: bool) -> Iterator[Seen]:
        for watch in () if resting else self._people:
            yield watch.look(self._rooms, now, local)
        for other in (self._falls, self._faults, self._smoke):
            if other is not None:
                yield other.look(now)

    def _honest(self, finding: Finding) -> Finding:
        """Return a finding that is no more live than the house is."""
        return msgspec.structs.replace(finding, origin=worst((finding.origin, self._origin)))
