"""Papers on the page: which there are, one of them, its PDF, a yes or a no, and having one written now.

The node `desk` holds them. It is told who looks, and shows of care notes those about residents who let them. No name
that comes from a browser is ever made a path here.
"""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.problem import RefusedError, refused
from sumika.dashboard.roles import Right, Role, Viewer
from sumika.schema.papers import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_PAPERS,
    DecidePaperAnswer,
    DecidePaperRequest,
    PaperAnswer,
    PaperReader,
    PaperRequest,
    PapersAnswer,
    PapersRequest,
    PrintedPaperAnswer,
    PrintedPaperRequest,
    Which,
    WritePaperAnswer,
    WritePaperRequest,
)

_FILE_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)


class PapersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which papers.

    Attributes:
        which: All, or those that nobody has decided ("open"), approved, refused.
        skip: How many of the newest to leave out.
        most: At most so many.
    """

    which: Which = "all"
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    most: Annotated[int, Meta(ge=1, le=MOST_PAPERS)] = MOST_PAPERS


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yes or a no to a paper.

    Attributes:
        decision: approve or refuse.
        reason: What is said to it; a paper of which something is struck out is approved with one only.
        content: Hash of what was read, as the paper has it; another text is then not meant. Empty: whatever it says.
    """

    decision: Literal["approve", "refuse"]
    reason: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    content: Annotated[str, Meta(max_length=64)] = ""


class WriteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to write now.

    Attributes:
        kind: Of paper.
        day: The day, or one of the week or month, as 2026-11-28; empty: today.
        language: en or ja; empty: as the desk has it.
    """

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    day: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2}|)$(?!\n)")] = ""
    language: Literal["", "en", "ja"] = ""


def reader_of(parts: Parts, viewer: Viewer) -> PaperReader:
    """Return which papers there are for somebody.

    Args:
        parts: Of the page.
        viewer: Who looks.
    """
    shows_care = Right.VITALS in viewer.rights and not parts.feed.hidden
    residents = [one.id for one in parts.house.residents] if shows_care else []
    return PaperReader(
        sees=tuple(one for one in residents if _sees_care_of(parts, viewer, one)),
        household=Right.PLAN in viewer.rights,
    )


def _sees_care_of(parts: Parts, viewer: Viewer, resident: str) -> bool:
    """Return whether somebody may read how a resident slept: who it is, and who sees what is measured in their rooms.

    What was measured where two sleep tells of both: a carer needs the word of each, as for all that is personal.
    """
    if viewer.role is Role.OWNER or resident in viewer.residents:
        return True
    rooms = [room.id for room in parts.house.rooms if resident in room.residents]
    sees_rooms = all(parts.sees_body(viewer, room) for room in rooms)
    if viewer.role is Role.CARER:
        return not viewer.is_machine and resident in parts.consents.to(viewer.name) and sees_rooms
    return bool(rooms) and sees_rooms


class _Papers:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def _reader(self, call: Call) -> PaperReader:
        if self._parts.house.desk is None:
            raise refused(404, "no_desk", where="desk")
        return reader_of(self._parts, call.who)

    def _name(self, call: Call) -> str:
        name = call.path["id"]
        if len(name) > LONGEST_NAME:
            raise refused(404, "no_paper")
        return name

    def listed(self, call: Call) -> PapersAnswer:
        query = call.query
        question = PapersRequest(reader=self._reader(call), which=query.which, skip=query.skip, most=query.most)
        answer: PapersAnswer = self._parts.asked("papers", question)
        return answer

    def show(self, call: Call) -> PaperAnswer:
        answer: PaperAnswer = self._found("paper", PaperRequest(id=self._name(call), reader=self._reader(call)))
        return answer

    def pdf(self, call: Call) -> Response:
        question = PrintedPaperRequest(id=self._name(call), reader=self._reader(call))
        answer: PrintedPaperAnswer = self._found("printed_paper", question)
        name = answer.name if _FILE_NAME.fullmatch(answer.name) else "paper.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(answer.data, media_type="application/pdf", headers=headers)

    def _found(self, name: str, question: msgspec.Struct) -> Any:
        """Return an answer; what there is not, or not for who asks, is not found."""
        try:
            return self._parts.asked(name, question)
        except RefusedError as error:
            if error.status != 422:
                raise
            raise RefusedError(404, error.trouble) from error

    def decide(self, call: Call) -> DecidePaperAnswer:
        viewer, body = call.who, call.body
        reader = self._reader(call)
        if viewer.is_machine:
            raise refused(403, "paper_person")
        if Right.CONTROL not in viewer.rights:
            reader = msgspec.structs.replace(reader, household=False)
        question = DecidePaperRequest(
            id=self._name(call),
            reader=reader,
            what=body.decision,
            by=viewer.name,
            note=body.reason,
            content=body.content,
        )
        answer: DecidePaperAnswer = self._parts.asked("decide_paper", question)
        return answer

    def write(self, call: Call) -> WritePaperAnswer:
        self._reader(call)
        body = call.body
        question = WritePaperRequest(kind=body.kind, day=body.day, language=body.language)
        answer: WritePaperAnswer = self._parts.asked("write_paper", question)
        return answer


def paper_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Papers(parts)
    return (
        get("/api/papers", do.listed, "Papers, the newest first.", PapersAnswer, Right.VITALS, PapersQuery),
        get("/api/papers/{id}", do.show, "A paper with what it rests on.", PaperAnswer, Right.VITALS),
        get("/api/papers/{id}/pdf", do.pdf, "A paper to print.", None, Right.VITALS, media="application/pdf"),
        post("/api/papers/{id}", do.decide, "Approve or refuse.", DecidePaperAnswer, Right.VITALS, DecisionBody),
        post("/api/papers", do.write, "Have one written now.", WritePaperAnswer, Right.CONTROL, WriteBody),
    )
