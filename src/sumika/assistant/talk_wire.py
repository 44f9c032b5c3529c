"""Answers as they travel on the bus."""

from sumika.assistant.saying import Sentence, Voice, cleaned
from sumika.facts import Row
from sumika.schema.house import Device, House, Resident, Room
from sumika.schema.talk import MOST_ROWS, TalkAnswer, TalkRequest, TalkRow, TalkSentence


def refusal(voice: Voice, request: TalkRequest, why: str, **values: int) -> TalkAnswer:
    """Return that nothing is answered or done, and why."""
    words = TalkSentence(text=voice.say(f"talk.refused.{why}", **values))
    return TalkAnswer(sentences=(words,), language=voice.language, conversation=request.conversation, refused=why)


def shown(sentence: Sentence) -> TalkSentence:
    """Return a sentence with as many of its rows as travel."""
    rows = tuple(_row(one, sentence.origin) for one in sentence.rows[:MOST_ROWS])
    return TalkSentence(text=sentence.text, rows=rows, more_rows=max(0, len(sentence.rows) - MOST_ROWS))


def _row(row: Row, origin: str) -> TalkRow:
    return TalkRow(
        id=row.id,
        source=row.source,
        subject=row.subject,
        begin_unix_s=row.begin_unix_s,
        end_unix_s=row.end_unix_s,
        value=row.value,
        unit=row.unit,
        text=cleaned(row.text, 300),
        count=row.count,
        origin=origin,
    )


def names_with_digits(house: House) -> tuple[str, ...]:
    """Return names of a house in which digits stand: they are no numbers.

    Args:
        house: As described.
    """
    named: tuple[Room | Device | Resident, ...] = (*house.rooms, *house.devices, *house.residents)
    names = [name for one in named for name in (one.id, one.name, *one.called)]
    return tuple(name for name in names if any(letter.isdigit() for letter in name))
