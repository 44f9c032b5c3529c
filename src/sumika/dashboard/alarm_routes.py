"""Alarms: which there are, who takes care of them, what was before, and trying the way."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AlarmAnswer,
    AlarmBeforeAnswer,
    AlarmBeforeRequest,
    AlarmsAnswer,
    AlarmsRequest,
    CancelAlarmRequest,
    TryAlarmRequest,
)


class AlarmsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whether closed alarms are wanted too."""

    closed: bool = False


class TryAlarmBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alarm that is none: it goes all the way, and says everywhere that it is a test."""

    cause: Annotated[str, Meta(max_length=40)] = "suspected_fall"
    room: Annotated[str, Meta(max_length=64)] = ""


class _Alarms:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(self, call: Call) -> AlarmsAnswer:
        answer: AlarmsAnswer = self._parts.asked("alarms", AlarmsRequest(closed=call.query.closed))
        return answer

    def acknowledge(self, call: Call) -> AlarmAnswer:
        question = AcknowledgeAlarmRequest(alarm=call.path["id"][:64], by=call.who.name)
        answer: AlarmAnswer = self._parts.asked("alarm_acknowledge", question)
        return answer

    def cancel(self, call: Call) -> AlarmAnswer:
        question = CancelAlarmRequest(alarm=call.path["id"][:64], by=call.who.name)
        answer: AlarmAnswer = self._parts.asked("alarm_cancel", question)
        return answer

    def attempt(self, call: Call) -> AlarmAnswer:
        question = TryAlarmRequest(cause=call.body.cause, room=call.body.room, by=call.who.name)
        answer: AlarmAnswer = self._parts.asked("alarm_test", question)
        return answer

    def before(self, call: Call) -> AlarmBeforeAnswer:
        question = AlarmBeforeRequest(alarm=call.path["id"][:64])
        answer: AlarmBeforeAnswer = self._parts.asked("alarm_before", question)
        return answer


def alarm_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Alarms(parts)
    falls = Right.FALLS
    return (
        get("/api/alarms", do.show, "Alarms, and who would be told.", AlarmsAnswer, falls, AlarmsQuery),
        post("/api/alarms/test", do.attempt, "Try the way of an alarm.", AlarmAnswer, falls, TryAlarmBody),
        get("/api/alarms/{id}/before", do.before, "The half minute before one.", AlarmBeforeAnswer, falls),
        post("/api/alarms/{id}/acknowledge", do.acknowledge, "Take care of one.", AlarmAnswer, falls),
        post("/api/alarms/{id}/cancel", do.cancel, "Say that all is well.", AlarmAnswer, falls),
    )
