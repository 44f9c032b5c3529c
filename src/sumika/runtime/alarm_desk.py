"""Answers questions about alarms, and tells all how they stand."""

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from sumika.alarm import AlarmBook, ContactAnswer, Finding, KeptAlarm, KeptDelivery, Writer, elapsed_s, way_name
from sumika.assistant.room_names import room_called
from sumika.clock import Instant
from sumika.runtime.alarm_store import AlarmStore
from sumika.runtime.refusal import Refusal, refusal
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AlarmAnswer,
    AlarmBeforeAnswer,
    AlarmBeforeRequest,
    AlarmCause,
    AlarmDelivery,
    AlarmsAnswer,
    AlarmsRequest,
    AlarmStage,
    AlarmState,
    CancelAlarmRequest,
    Origin,
    TryAlarmRequest,
)
from sumika.schema.alarm_settings import Contact
from sumika.schema.house import House
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds

LETTERS = 64
TESTS_OF_A_CAUSE_AN_HOUR, TESTS_AN_HOUR, TESTS_WITHIN_S = 6, 12, 3600.0
"""A test goes to every contact, telephones and all."""

MOST_TOLD = 200


class AlarmDesk:
    """Takes people's words about alarms; what it says yes to is on the disk before."""

    def __init__(self, house: House, book: AlarmBook, store: AlarmStore, origin: Origin) -> None:
        """Know the alarms.

        Args:
            house: As described.
            book: The alarms.
            store: Where they lie.
            origin: Of what happens in this house.
        """
        self._house, self._book, self._store, self._origin = house, book, store, origin
        self._writer = Writer(house, room_called)
        self._language = house.language

    def view(self, alarm: KeptAlarm, now: Instant) -> AlarmState:
        """Return an alarm as all may see it.

        Args:
            alarm: Which.
            now: The present moment.
        """
        left_s = alarm.cancel_s - elapsed_s(alarm.raised, now)
        return AlarmState(
            stamp=now,
            origin=alarm.origin,
            id=alarm.id,
            cause=alarm.cause,
            subject=alarm.subject,
            room=alarm.room,
            stage=alarm.stage,
            since_unix_s=ns_to_seconds(alarm.raised.wall_ns),
            test=alarm.test,
            cancel_left_s=max(0.0, left_s) if alarm.stage is AlarmStage.PROMPT else None,
            deliveries=tuple(map(_told, alarm.deliveries)),
            acknowledged_by=alarm.answered_by,
            closed_unix_s=None if alarm.closed is None else ns_to_seconds(alarm.closed.wall_ns),
            words=self._writer.words(alarm, "en"),
            words_ja=self._writer.words(alarm, "ja"),
            detail=alarm.detail,
            has_before=alarm.has_before and self._store.has_before(alarm.id),
        )

    def alarms(self, question: AlarmsRequest, now: Instant, *, resting: bool, dead_man: str) -> AlarmsAnswer:
        """Say which alarms there are.

        Args:
            question: Which are wanted.
            now: The present moment.
            resting: Whether nothing of people is watched now.
            dead_man: What became of the newest sign of life.
        """
        wanted = [alarm for alarm in self._book.alarms.values() if question.closed or alarm.is_open]
        contacts = self._book.rules.contacts
        return AlarmsAnswer(
            alarms=tuple(self.view(alarm, now) for alarm in reversed(wanted[-MOST_TOLD:])),
            watched=watched(self._house),
            resting=resting,
            contacts=tuple((each.id, each.name or each.id, way_name(each)) for each in contacts),
            dead_man=dead_man,
            language=self._language,
        )

    def acknowledge(self, question: AcknowledgeAlarmRequest, now: Instant) -> AlarmAnswer:
        """Take somebody's word that they take care of an alarm."""
        return self._answer(question.alarm, AlarmStage.ACKNOWLEDGED, question.by, now)

    def cancel(self, question: CancelAlarmRequest, now: Instant) -> AlarmAnswer:
        """Take somebody's word that all is well."""
        return self._answer(question.alarm, AlarmStage.CANCELLED, question.by, now)

    def take(self, contact: Contact, answer: ContactAnswer, now: Instant) -> AlarmAnswer:
        """Take a contact's word that came by the way on which they were told.

        Args:
            contact: Whose.
            answer: What they said.
            now: The present moment.
        """
        return self._answer(answer.alarm, answer.stage, contact.name or contact.id, now)

    def try_out(self, question: TryAlarmRequest, now: Instant, local: datetime) -> AlarmAnswer:
        """Begin an alarm that is none, to try the way.

        Args:
            question: As which it goes.
            now: The present moment.
            local: The same on the house's clock.
        """
        causes = {cause.value: cause for cause in AlarmCause}
        rooms = {room.id for room in self._house.rooms}
        if question.cause not in causes:
            return AlarmAnswer(**self._no("cause", question.cause, ", ".join(causes)))
        if question.room and question.room not in rooms:
            return AlarmAnswer(**self._no("room", question.room, ", ".join(sorted(rooms))))
        finding = Finding(
            cause=causes[question.cause],
            subject=question.room,
            room=question.room,
            origin=self._origin,
            cancel_s=cancel_s(self._house, causes[question.cause]),
        )
        wait_s = self._waits_for_tests(finding.cause, finding.subject, now)
        if wait_s > 0.0:
            minutes = math.ceil(wait_s / SECONDS_PER_MINUTE)
            return AlarmAnswer(**refusal("alarm.refused.too_often", self._language, minutes=minutes))
        alarm = self._book.try_out(finding, now, local)
        self._store.save(self._book)
        return AlarmAnswer(accepted=True, language=self._language, alarm=self.view(alarm, now))

    def _waits_for_tests(self, cause: AlarmCause, subject: str, now: Instant) -> float:
        """Return how long another test has to wait: whoever is called out too often does not come when it is none.

        The tests that were are in the book, which outlives restarts.
        """
        tests = [alarm for alarm in self._book.alarms.values() if alarm.test]
        if any(alarm.is_open and alarm.key == (cause, subject, True) for alarm in tests):
            return 0.0  # it is that one
        ages_s = sorted(elapsed_s(alarm.raised, now) for alarm in tests)
        same_s = sorted(elapsed_s(alarm.raised, now) for alarm in tests if alarm.cause is cause)
        return max(_wait_s(ages_s, TESTS_AN_HOUR), _wait_s(same_s, TESTS_OF_A_CAUSE_AN_HOUR))

    def before(self, question: AlarmBeforeRequest) -> AlarmBeforeAnswer:
        """Say what came before an alarm."""
        alarm = self._book.alarms.get(question.alarm)
        if alarm is None:
            return AlarmBeforeAnswer(**self._no("unknown", question.alarm))
        before = self._store.load_before(alarm.id) if alarm.has_before else None
        if before is None:
            return AlarmBeforeAnswer(**self._no("no_before", question.alarm))
        stamps = [message.stamp.wall_ns for message in (*before.tracks, *before.postures)]
        return AlarmBeforeAnswer(
            accepted=True,
            language=self._language,
            alarm=alarm.id,
            from_unix_s=ns_to_seconds(min(stamps, default=alarm.raised.wall_ns)),
            to_unix_s=ns_to_seconds(alarm.raised.wall_ns),
            tracks=before.tracks,
            postures=before.postures,
            points=before.points,
        )

    def _answer(self, name: str, stage: AlarmStage, by: str, now: Instant) -> AlarmAnswer:
        was = self._book.alarms.get(name)
        if was is None:
            return AlarmAnswer(**self._no("unknown", name))
        if not was.is_open:
            return AlarmAnswer(**self._no("closed", name), alarm=self.view(was, now))
        self._book.answer(name, stage, by[:LETTERS], now)
        self._store.save(self._book)
        view = self.view(self._book.alarms[name], now)
        answer = AlarmAnswer(accepted=True, language=self._language, alarm=view)
        if not self._store.problem:
            return answer
        # It holds, but somebody must know that a power cut would undo it.
        no = self._no("disk", self._store.problem)
        return msgspec.structs.replace(answer, problem=no["problem"], problem_ja=no["problem_ja"])

    def _no(self, why: str, name: str, known: str = "") -> Refusal:
        return refusal(f"alarm.refused.{why}", self._language, name=name[:LETTERS], known=known)


def _wait_s(ages_s: Sequence[float], most: int) -> float:
    """Return after how long fewer than so many lie within the last hour.

    Args:
        ages_s: How long ago each was, the newest first.
        most: So many.
    """
    return TESTS_WITHIN_S - ages_s[most - 1] if len(ages_s) >= most else 0.0


def watched(house: House) -> tuple[str, ...]:
    """Return which causes are watched, as a house is described."""
    alarms = house.alarms
    if alarms is None:
        return ()
    described = {
        AlarmCause.SUSPECTED_FALL: alarms.suspected_fall,
        AlarmCause.NOT_BACK_IN_BED: alarms.not_back_in_bed,
        AlarmCause.LONG_IN_BATHROOM: alarms.long_in_bathroom,
        AlarmCause.NO_MOVEMENT: alarms.no_movement,
        AlarmCause.SMOKE_OR_CO: alarms.smoke_or_co,
        AlarmCause.RADAR_BLIND: alarms.faults,
        AlarmCause.NODE_DEGRADED: alarms.faults,
    }
    return tuple(cause.value for cause, settings in described.items() if settings is not None)


def cancel_s(house: House, cause: AlarmCause) -> float:
    """Return how long an alarm of a cause can be cancelled before anybody else is told."""
    settings = getattr(house.alarms, cause.value, None)
    return float(getattr(settings, "cancel_s", 0.0))


def _told(delivery: KeptDelivery) -> AlarmDelivery:
    return AlarmDelivery(
        contact=delivery.contact,
        how=delivery.how,
        state=delivery.state,
        at_unix_s=ns_to_seconds(delivery.at.wall_ns),
        tries=delivery.tries,
        round=delivery.round,
        problem=delivery.problem,
        receipt=delivery.receipt,
        closing=delivery.closing,
    )
