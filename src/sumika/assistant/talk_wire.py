"""Answers as they travel on the bus."""

from sumika.assistant.saying import Sentence, Voice, cleaned
from sumika.facts import Row
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
