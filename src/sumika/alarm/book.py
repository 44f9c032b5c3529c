"""All alarms of a house: one for each cause that goes on, however often it is told of, until somebody answers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from sumika.alarm.kept import KeptAlarm, Order, Outcome
from sumika.alarm.moments import elapsed_s
from sumika.alarm.passed_over import gathered
from sumika.alarm.staging import Rules, closed, settled, turned, woken
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, Origin

KEEPS_CLOSED = 200
"""Closed alarms that are shown; their events lie in the records for years."""

FORGETS_AFTER_S = 600.0
"""A cause that nobody has told of for so long is over, as far as it is known; an alarm that is open stays open."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that goes on.

    Attributes:
        cause: What.
        subject: The room, radar or node.
        room: The room, where there is one.
        detail: What a person needs beyond the words of the cause.
        origin: Of what it was seen in.
        cancel_s: So long it can be cancelled before anybody else is told.
        suspicion: Of what may be told of several times in a room: which it is; else empty.
    """

    cause: AlarmCause
    subject: str = ""
    room: str = ""
    detail: str = ""
    origin: Origin = Origin.LIVE
    cancel_s: float = 0.0
    suspicion: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a watch knows now. What is in neither is not known, and changes nothing.

    Attributes:
        going_on: Causes that go on.
        over: Causes that do not, each with its subject.
        cleared: Suspicions that are none any more.
    """

    going_on: tuple[Finding, ...] = ()
    over: frozenset[tuple[AlarmCause, str]] = frozenset()
    cleared: frozenset[str] = frozenset()


class AlarmBook:
    """Keeps alarms; it knows no bus, no clock and no file.

    Attributes:
        alarms: By id, the oldest first.
    """

    def __init__(self, rules: Rules, kept: Iterable[KeptAlarm], now: Instant) -> None:
        """Go on where it was left.

        Args:
            rules: How contacts are told.
            kept: What was kept, the oldest first.
            now: The present moment.
        """
        self.rules = rules
        self.alarms = {alarm.id: woken(alarm, now) for alarm in kept}

    def take(self, seen: Seen, now: Instant, local: datetime) -> tuple[KeptAlarm, ...]:
        """Raise alarms for what has begun, end those whose cause is over; return those that are new.

        Args:
            seen: What a watch knows.
            now: The present moment.
            local: The same on the house's clock, for ids that people read.
        """
        new = [alarm for finding in seen.going_on if (alarm := self._raise(finding, now, local)) is not None]
        for alarm in tuple(self.alarms.values()):
            if not alarm.test and alarm.goes_on:
                self.alarms[alarm.id] = _without_what_is_over(alarm, seen, now)
        return tuple(new)

    def try_out(self, finding: Finding, now: Instant, local: datetime) -> KeptAlarm:
        """Return the alarm that tries the way as if a cause had begun; the one that is open, where there is one.

        Args:
            finding: As which it goes.
            now: The present moment.
            local: The same on the house's clock.
        """
        key = (finding.cause, finding.subject, True)
        for alarm in self.alarms.values():
            if alarm.key == key and alarm.is_open:
                return alarm
        return self._open(finding, now, local, test=True)

    def turn(self, now: Instant, hour: float) -> tuple[Order, ...]:
        """Return what is to be sent now.

        Args:
            now: The present moment.
            hour: Of the day, in the house, 0 to 24.
        """
        orders: list[Order] = []
        for changed in gathered(tuple(self.alarms.values())):
            self.alarms[changed.id] = changed
        for alarm in tuple(self.alarms.values()):
            after, ordered = turned(self._lapsed(alarm, now), self.rules, now, hour)
            self.alarms[alarm.id] = after
            orders += ordered
        self._prune()
        return tuple(orders)

    def settle(self, outcome: Outcome, now: Instant) -> None:
        """Take what became of an order.

        Args:
            outcome: What became of it.
            now: The present moment.
        """
        alarm = self.alarms.get(outcome.order.alarm)
        if alarm is not None:
            self.alarms[alarm.id] = settled(alarm, outcome, now)

    def answer(self, name: str, stage: AlarmStage, by: str, now: Instant) -> KeptAlarm | None:
        """Take somebody's word for an alarm; return it as it stands then, None where there is none of that id.

        Args:
            name: Its id.
            stage: ACKNOWLEDGED or CANCELLED.
            by: Who.
            now: The present moment.
        """
        alarm = self.alarms.get(name)
        if alarm is None:
            return None
        self.alarms[name] = closed(alarm, stage, by, now)
        return self.alarms[name]

    def note(self, name: str, change: Callable[[KeptAlarm], KeptAlarm]) -> None:
        """Change one alarm.

        Args:
            name: Its id.
            change: What it becomes.
        """
        self.alarms[name] = change(self.alarms[name])

    def _raise(self, finding: Finding, now: Instant, local: datetime) -> KeptAlarm | None:
        key = (finding.cause, finding.subject, False)
        same = [alarm for alarm in self.alarms.values() if alarm.key == key and _is_same(alarm, finding, now)]
        if not same:
            return self._open(finding, now, local)
        # Who is told of by one alarm does not join another one of the room.
        alarm = next((one for one in same if finding.suspicion in one.suspicions), same[0])
        self.alarms[alarm.id] = _told_of_again(alarm, finding, now)
        return None

    def _open(self, finding: Finding, now: Instant, local: datetime, *, test: bool = False) -> KeptAlarm:
        alarm = KeptAlarm(
            id=_new_id(finding, local, self.alarms, test=test),
            cause=finding.cause,
            subject=finding.subject,
            room=finding.room,
            origin=finding.origin,
            test=test,
            raised=now,
            seen=now,
            cancel_s=finding.cancel_s,
            detail=finding.detail,
            suspicions=(finding.suspicion,) if finding.suspicion else (),
        )
        self.alarms[alarm.id] = alarm
        return alarm

    def _lapsed(self, alarm: KeptAlarm, now: Instant) -> KeptAlarm:
        """Let go of a cause that nobody tells of any more."""
        if alarm.is_open or not alarm.goes_on or elapsed_s(alarm.seen, now) < FORGETS_AFTER_S:
            return alarm
        return msgspec.structs.replace(alarm, goes_on=False)

    def _prune(self) -> None:
        shut = [alarm.id for alarm in self.alarms.values() if not alarm.is_open and not alarm.goes_on]
        for name in shut[: max(0, len(shut) - KEEPS_CLOSED)]:
            del self.alarms[name]


def _told_of_again(alarm: KeptAlarm, finding: Finding, now: Instant) -> KeptAlarm:
    """Return an alarm of whose cause was told again, maybe in another one who has fallen."""
    new = finding.suspicion and finding.suspicion not in alarm.suspicions
    suspicions = (*alarm.suspicions, finding.suspicion) if new else alarm.suspicions
    return msgspec.structs.replace(alarm, seen=now, goes_on=True, suspicions=suspicions)


def _without_what_is_over(alarm: KeptAlarm, seen: Seen, now: Instant) -> KeptAlarm:
    """Return an alarm whose cause goes on after a look; closed, where that was the last of it.

    Suspicions are cleared by name: who has got up says nothing of who still lies there, nor of who lay there before
    this computer, or the part that suspects falls, began anew.
    """
    left = tuple(one for one in alarm.suspicions if one not in seen.cleared)
    if (alarm.cause, alarm.subject) in seen.over or (alarm.suspicions and not left):
        over = msgspec.structs.replace(alarm, goes_on=False, suspicions=left)
        return closed(over, AlarmStage.OVER, "", now)
    return alarm if left == alarm.suspicions else msgspec.structs.replace(alarm, suspicions=left)


def _is_same(alarm: KeptAlarm, finding: Finding, now: Instant) -> bool:
    """Return whether a cause that is told of is the one of an alarm, and not another one of its kind.

    An alarm that nobody answered is no reason to be silent the next night. Nor is one that was answered, or that
    everybody was told of, a reason to be silent of the next who falls in that room.
    """
    if alarm.is_open and alarm.stage is not AlarmStage.UNANSWERED:
        return True
    if finding.suspicion and finding.suspicion not in alarm.suspicions:
        return False
    return alarm.goes_on and elapsed_s(alarm.seen, now) < FORGETS_AFTER_S


def _new_id(finding: Finding, local: datetime, taken: Mapping[str, KeptAlarm], *, test: bool) -> str:
    parts = ("test",) if test else ()
    subject = (finding.subject,) if finding.subject else ()
    name = ".".join((*parts, finding.cause.value, *subject, local.strftime("%Y%m%dT%H%M%S")))
    names = (name, *(f"{name}-{count}" for count in range(2, len(taken) + 2)))
    return next(one for one in names if one not in taken)
