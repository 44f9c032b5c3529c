"""Talking to the house on the page: what somebody says goes to the node `assistant`, with what they may do and see."""

import secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.dashboard.operations import Call, Operation, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right, Viewer
from sumika.schema.talk import LONGEST_SENTENCE, TalkAnswer, TalkCall, TalkRequest, TalkRight

_UNDO = TalkCall(tool="undo", what="last")
_RIGHTS = frozenset(TalkRight)


class TalkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said to the house.

    Attributes:
        text: The sentence; empty only with `undo`.
        language: Of the answer, en or ja; empty: as it is said.
        room: Where it is said: an id or a name of a room.
        conversation: As the last answer named it; empty: a new one.
        undo: Take back what was done last in this conversation.
    """

    text: Annotated[str, Meta(max_length=LONGEST_SENTENCE)] = ""
    language: Annotated[str, Meta(pattern=r"^(en|ja|)$(?!\n)")] = ""
    room: Annotated[str, Meta(max_length=64)] = ""
    conversation: Annotated[str, Meta(pattern=r"^[\w-]{0,32}$(?!\n)")] = ""
    undo: bool = False


def _seen_by(parts: Parts, viewer: Viewer) -> tuple[str, ...]:
    """Return the rooms and residents of whom somebody may hear personal things."""
    if parts.feed.hidden or Right.VITALS not in viewer.rights:
        return ()
    house = parts.house
    names = (*(room.id for room in house.rooms), *(one.id for one in house.residents))
    return tuple(name for name in names if parts.sees_body(viewer, name))


def talk_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""

    def talk(call: Call) -> TalkAnswer:
        viewer, body = call.who, call.body
        name = body.conversation or secrets.token_urlsafe(9)
        question = TalkRequest(
            text=body.text,
            call=_UNDO if body.undo else None,
            language=body.language,
            resident=viewer.resident,
            room=body.room,
            # Nobody goes on with what somebody else was asked back.
            conversation=f"{viewer.session or viewer.token}/{name}",
            may=tuple(sorted(right.value for right in viewer.rights if right.value in _RIGHTS)),
            sees=_seen_by(parts, viewer),
        )
        answer: TalkAnswer = parts.asked("talk", question)
        return msgspec.structs.replace(answer, conversation=name)

    return (post("/api/talk", talk, "Say something to the house.", TalkAnswer, Right.HOUSE, TalkBody),)
