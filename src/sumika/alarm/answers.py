"""What a contact answers by the way on which they were told: a button on a telephone, a message at the broker.

An answer names the alarm and the contact. Both are checked by who takes it: it is a stranger's word until then.
"""

import msgspec

from sumika.schema import AlarmStage

ANSWERS = {"acknowledge": AlarmStage.ACKNOWLEDGED, "cancel": AlarmStage.CANCELLED}
"""What can be answered, and what an alarm becomes by it."""

LONGEST_BYTES = 1000
_MARK = "sumika"


class ContactAnswer(msgspec.Struct, frozen=True):
    """Somebody's answer, as it came.

    Attributes:
        alarm: Which alarm it says it is about.
        contact: Whose it says it is.
        stage: What the alarm becomes by it.
    """

    alarm: str
    contact: str
    stage: AlarmStage


class _Written(msgspec.Struct, frozen=True):
    """An answer as JSON: `id` as in the letter."""

    id: str
    answer: str


def button_name(answer: str, alarm: str, contact: str) -> str:
    """Return what a button on a notification is called, so that its press tells all.

    Args:
        answer: One of ANSWERS.
        alarm: The alarm's id.
        contact: The contact's id.
    """
    return f"{_MARK}.{answer}.{contact}.{alarm}"


def pressed_button(name: str) -> ContactAnswer | None:
    """Return what a button says; None where it is not one of ours.

    Args:
        name: As it came back.
    """
    mark, *rest = name[:LONGEST_BYTES].split(".", 3)
    if mark != _MARK or len(rest) != 3 or rest[0] not in ANSWERS:
        return None
    return ContactAnswer(alarm=rest[2], contact=rest[1], stage=ANSWERS[rest[0]])


def written_answer(payload: bytes, contact: str) -> ContactAnswer | None:
    """Return what somebody wrote as JSON: {"id": "...", "answer": "acknowledge"}; None where it says no such thing.

    Args:
        payload: As it came.
        contact: At whose place it was written.
    """
    if len(payload) > LONGEST_BYTES:
        return None
    try:
        written = msgspec.json.decode(payload, type=_Written)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    stage = ANSWERS.get(written.answer)
    return None if stage is None else ContactAnswer(alarm=written.id, contact=contact, stage=stage)
