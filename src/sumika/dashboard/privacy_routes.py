"""Pause sensing, tell of guests, consent, and be forgotten."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.dashboard.consent import Consent
from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.past_routes import LATEST_S, Moment
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import Right, Role
from sumika.schema import DeleteLogsAnswer, DeleteLogsRequest, ForgetAnswer, ForgetRequest

FOR_GOOD_S = LATEST_S
"""Until somebody says otherwise."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class PrivacyShown(msgspec.Struct, frozen=True, kw_only=True):
    """What holds now.

    Attributes:
        paused: Whether all sensing rests.
        guests: Whether somebody is here who was not asked.
        paused_until: Unix time; null: it does not rest.
        guests_until: Unix time; null: there are none.
    """

    paused: bool
    guests: bool
    paused_until: float | None
    guests_until: float | None


class PauseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when sensing rests, Unix time; null: it goes on."""

    paused_until: Moment | None


class GuestBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when guests stay, Unix time; null: they have gone."""

    until: Moment | None


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a resident agrees to.

    Attributes:
        resident: Who; residents speak for themselves, the owner writes down for others.
        carers: Accounts of carers who may see breath, heart and posture.
        wellbeing: Whether nights and trends of theirs are shown.
    """

    resident: Id
    carers: Annotated[tuple[Id, ...], Meta(max_length=50)] = ()
    wellbeing: bool = False


class LogsBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"begin": "from", "end": "to"}
):
    """Of which time the log is to be deleted.

    Attributes:
        begin: Unix time; null: from the beginning.
        end: Unix time; null: until now.
    """

    begin: Moment | None = None
    end: Moment | None = None


class ConsentList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody's consent that one may see."""

    consents: list[Consent]


class _Privacy:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(self, call: Call) -> PrivacyShown:
        told = self._parts.privacy.now()
        now_s = told.stamp.wall_ns / 1e9
        return PrivacyShown(
            paused=told.paused,
            guests=told.guests,
            paused_until=None if told.pause_left_s is None else now_s + told.pause_left_s,
            guests_until=None if told.guests_left_s is None else now_s + told.guests_left_s,
        )

    def pause(self, call: Call) -> PrivacyShown:
        self._parts.privacy.pause(call.body.paused_until)
        return self.show(call)

    def guests(self, call: Call) -> PrivacyShown:
        self._parts.privacy.guests(call.body.until)
        return self.show(call)

    def consents(self, call: Call) -> ConsentList:
        everybody = call.who.role is Role.OWNER
        found = self._parts.consents.all()
        return ConsentList(consents=[one for one in found if everybody or one.resident in call.who.residents])

    def consent(self, call: Call) -> Consent:
        body: ConsentBody = call.body
        self._check_own(call, body.resident)
        carers = {user.name for user in self._parts.accounts.users if user.role is Role.CARER}
        for name in body.carers:
            if name not in carers:
                raise refused(422, "no_carer", where="carers", name=name)
        return self._parts.consents.write(
            Consent(
                resident=body.resident,
                carers=body.carers,
                wellbeing=body.wellbeing,
                changed_unix_s=self._parts.clock.now().wall_ns / 1e9,
                changed_by=call.who.name,
            )
        )

    def forget(self, call: Call) -> ForgetAnswer:
        resident = call.path["id"]
        self._check_own(call, resident)
        if resident not in {one.id for one in self._parts.house.residents}:
            raise refused(404, "no_resident", where=resident[:60], name=resident[:60])
        answer: ForgetAnswer = self._parts.asked("forget", ForgetRequest(resident=resident))
        self._parts.consents.forget(resident)
        return answer

    def delete_logs(self, call: Call) -> DeleteLogsAnswer:
        body: LogsBody = call.body
        if body.begin is not None and body.end is not None and body.end <= body.begin:
            raise refused(400, "body", where="to", why="to must lie after from")
        answer: DeleteLogsAnswer = self._parts.asked(
            "delete_logs", DeleteLogsRequest(from_unix_s=body.begin, to_unix_s=body.end)
        )
        return answer

    def _check_own(self, call: Call, resident: str) -> None:
        if call.who.role is not Role.OWNER and resident not in call.who.residents:
            raise refused(403, "not_you", where=resident[:60])


def privacy_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Privacy(parts)
    privacy = Right.PRIVACY
    return (
        get("/api/sensing", do.show, "Whether sensing rests, and whether guests are here.", PrivacyShown, Right.HOUSE),
        post("/api/sensing", do.pause, "Let all sensing rest for a while.", PrivacyShown, privacy, PauseBody),
        get("/api/guest", do.show, "The same.", PrivacyShown, Right.HOUSE),
        post("/api/guest", do.guests, "Say that guests are here.", PrivacyShown, privacy, GuestBody),
        get("/api/consent", do.consents, "What residents agreed to.", ConsentList, privacy),
        post("/api/consent", do.consent, "Agree, or take it back.", Consent, privacy, ConsentBody),
        post("/api/residents/{id}/forget", do.forget, "Be forgotten, for ever.", ForgetAnswer, privacy),
        post("/api/logs/delete", do.delete_logs, "Delete the log of a time.", DeleteLogsAnswer, privacy, LogsBody),
    )
