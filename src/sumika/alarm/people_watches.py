"""What a carer wants to know of each day: who is not back in bed or long in the bathroom, whether anybody is up."""

from datetime import datetime, timedelta

from sumika.alarm.book import Finding, Seen
from sumika.alarm.memory import WatchMemory
from sumika.alarm.moments import within_hours
from sumika.alarm.rooms import RoomsHeard
from sumika.clock import Instant
from sumika.schema import AlarmCause, Origin
from sumika.schema.alarm_settings import WatchBath, WatchBed, WatchMorning
from sumika.units import SECONDS_PER_MINUTE

SLIP_S = 60.0
"""A room that seems empty, or full, for less is a slip of the radar."""

_SECONDS_PER_HOUR, _HOURS_PER_DAY = 3600.0, 24.0
_LONGEST_TURN_S = 10.0
NOBODY_SEEN = "nobody_seen"


def hour_of(local: datetime) -> float:
    """Return the hour of the day with its fraction, 0 to 24."""
    return local.hour + local.minute / 60.0 + local.second / _SECONDS_PER_HOUR


def night_of(local: datetime, from_h: float, to_h: float) -> str:
    """Return the date on which a night began, as ISO 8601; empty where there is no end to it.

    Args:
        local: A moment of it, on the house's clock.
        from_h: Hour at which nights begin, 0 to 24.
        to_h: Hour at which they end, which may be of the next day.
    """
    if to_h - from_h >= _HOURS_PER_DAY:
        return ""
    began = local if hour_of(local) >= from_h else local - timedelta(days=1)
    return began.date().isoformat()


class BedWatch:
    """Somebody who left a bedroom at night and is not back."""

    def __init__(self, settings: WatchBed, memory: WatchMemory) -> None:
        """Know what is watched.

        Args:
            settings: As described.
            memory: What it remembers.
        """
        self._settings, self._memory = settings, memory

    def look(self, rooms: RoomsHeard, now: Instant, local: datetime) -> Seen:
        """Return what it knows now."""
        night = within_hours(hour_of(local), self._settings.from_h, self._settings.to_h)
        if night:
            self._begin(night_of(local, self._settings.from_h, self._settings.to_h))
        going_on: list[Finding] = []
        over: set[tuple[AlarmCause, str]] = set()
        for room in self._settings.rooms:
            count = rooms.people(room, now)
            if count is not None and count >= max(1, self._memory.settled.get(room, 0)):
                over.add((AlarmCause.NOT_BACK_IN_BED, room))
            if not night:
                self._rise(room)
            elif self._is_missing(room, count, now):
                going_on.append(self._finding(room, rooms.origin(now)))
        return Seen(going_on=tuple(going_on), over=frozenset(over))

    def _begin(self, night: str) -> None:
        """Let nobody be in bed yet on a night that is another one: of its day nothing may have been heard."""
        if self._memory.night != night:
            self.rest()
            self._memory.night = night

    def rest(self) -> None:
        """Forget who went to bed and who is up: nobody is watched now."""
        for room in self._settings.rooms:
            self._rise(room)

    def _rise(self, room: str) -> None:
        """Begin anew the next night."""
        self._memory.settled.pop(room, None)
        for name in ("more", "fewer"):
            self._memory.forget(f"bed.{name}.{room}")

    def _is_missing(self, room: str, count: int | None, now: Instant) -> bool:
        settled = self._memory.settled.get(room, 0)
        more = self._memory.look(f"bed.more.{room}", None if count is None else count > settled, now, SLIP_S)
        if more.for_s(now) >= SECONDS_PER_MINUTE * self._settings.settled_min and count is not None and count > settled:
            self._memory.settled[room] = count
            self._memory.forget(f"bed.more.{room}")
            return False
        fewer = self._memory.look(f"bed.fewer.{room}", None if count is None else count < settled, now, 0.0)
        return fewer.for_s(now) >= SECONDS_PER_MINUTE * self._settings.away_min

    def _finding(self, room: str, origin: Origin) -> Finding:
        return Finding(
            cause=AlarmCause.NOT_BACK_IN_BED,
            subject=room,
            room=room,
            origin=origin,
            cancel_s=self._settings.cancel_s,
        )


class BathWatch:
    """Somebody who is long in a bathroom."""

    def __init__(self, settings: WatchBath, memory: WatchMemory) -> None:
        """Know what is watched; arguments as for `BedWatch`."""
        self._settings, self._memory = settings, memory

    def rest(self) -> None:
        """Forget who is there: nobody sees them leave."""
        for room in self._settings.rooms:
            self._memory.forget(f"bath.{room}")

    def look(self, rooms: RoomsHeard, now: Instant, local: datetime) -> Seen:
        """Return what it knows now."""
        going_on: list[Finding] = []
        over: set[tuple[AlarmCause, str]] = set()
        for room in self._settings.rooms:
            count = rooms.people(room, now)
            stay = self._memory.look(f"bath.{room}", None if count is None else count > 0, now, SLIP_S)
            if stay.is_over(now, SLIP_S):
                over.add((AlarmCause.LONG_IN_BATHROOM, room))
            elif stay.for_s(now) >= SECONDS_PER_MINUTE * self._settings.longest_min:
                going_on.append(
                    Finding(
                        cause=AlarmCause.LONG_IN_BATHROOM,
                        subject=room,
                        room=room,
                        origin=rooms.origin(now),
                        cancel_s=self._settings.cancel_s,
                    )
                )
        return Seen(going_on=tuple(going_on), over=frozenset(over))


class MorningWatch:
    """A morning on which nobody moves."""

    def __init__(self, settings: WatchMorning, memory: WatchMemory) -> None:
        """Know what is watched; arguments as for `BedWatch`."""
        self._settings, self._memory = settings, memory
        self._before: Instant | None = None

    def rest(self) -> None:
        """Forget how long this morning was heard: who moves now is not seen to."""
        self._memory.heard_s, self._before = 0.0, None

    def look(self, rooms: RoomsHeard, now: Instant, local: datetime) -> Seen:
        """Return what it knows now. Whoever moves later in the day ends the alarm too."""
        hour, today, memory = hour_of(local), local.date().isoformat(), self._memory
        if memory.heard_on != today:
            memory.heard_on, memory.heard_s = today, 0.0
        anybody = rooms.anybody(now)
        if hour >= self._settings.from_h:
            if anybody:
                memory.seen_on = today
            if rooms.moves(now):
                memory.moved_on = today
            self._listen(now, heard=anybody is not None and hour < self._settings.by_h)
        # A house that was not listened to for half of the morning cannot say that nobody moved.
        half_s = 0.5 * _SECONDS_PER_HOUR * max(0.0, self._settings.by_h - self._settings.from_h)
        if memory.moved_on == today:
            return Seen(over=frozenset({(AlarmCause.NO_MOVEMENT, "")}))
        if hour < self._settings.by_h or memory.heard_s < half_s:
            return Seen()
        finding = Finding(
            cause=AlarmCause.NO_MOVEMENT,
            detail="" if memory.seen_on == today else NOBODY_SEEN,
            origin=rooms.origin(now),
            cancel_s=self._settings.cancel_s,
        )
        return Seen(going_on=(finding,))

    def _listen(self, now: Instant, *, heard: bool) -> None:
        """Count for how long rooms were heard while it mattered."""
        if heard and self._before is not None:
            passed_s = (now.monotonic_ns - self._before.monotonic_ns) / 1e9
            self._memory.heard_s += min(_LONGEST_TURN_S, max(0.0, passed_s))
        self._before = now
