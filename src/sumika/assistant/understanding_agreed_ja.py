"""Two readers of a Japanese sentence that agree: frames with letters left over, and what the student takes it for.

Whoever speaks in a way that nobody wrote down says one word that no frame knows, and then no frame fits from end to end.
Frames are tried again with letters left over (`SentenceBook.loosely`). What they come to that way is believed where the
student reads the same, however unsure it is by itself; a question is also answered on its frame alone, where nothing but
a few kana are left over and the student is not sure of something else. Nothing that asks, counts, compares or denies
may be left over.
"""

import re
from collections.abc import Sequence

import msgspec

from sumika.assistant.calls import STATISTICS, TOOLS, Call
from sumika.assistant.sentences_book import Read
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import pieces, spans_of

MOST_ALONE, MOST_OF_AN_ORDER, MOST_OF_A_QUESTION = 4, 4, 8
"""So many letters may be left over of a question that no student confirms, of an order and of a question that one does."""

SURE_OF_ANOTHER = 0.6
"""So sure of something else a student contradicts a frame that stands alone."""

LEAST_FOR_AN_ORDER = 0.4
"""So probable an order must be to the student, for two readers to be two."""

BEST = 3
"""So many of the likeliest frames are looked at."""

_NAMES = re.compile("[一-龠々ァ-ヶーa-zA-Z0-9０-９]")
_MEANS_SOMETHING = re.compile(
    "何|なん(?!か|と)|いくら|いくつ|なんぼ|いつ(?!も)|いづ|誰|だれ|どなた|どこ|どご|どれ|どの|どん[なだくぐ]|どち|どっち|どう|どげ|どない"
    "|どっか|どこか|(?:誰|だれ|何|なに|なん)か|なぜ|なして|一番|いちばん|いっちゃん|最[高低大小多少]|平均|より|比べ|まで|以外|だけ(?!ど)|ほか|らしい|って(?:言|いう|聞)"
    "|ない|なく|なか[っろ]|へん|ねえ|ねぇ|んで|んと|たら|れば|なら|もし|のに|ても|でも"
)
"""What may not be left over: it asks, counts, compares, denies, or says when or that somebody else said so."""
_TURNS_IT = re.compile(
    "(?<=[一-龠ぁ-ん])より(?!も?[、。]?$)|比べ|くらべ|(?:たら|れば|[るくすつむう]と)(?:すぐ|、)?(?:に)?(?:教え|知らせ|呼[んび]|言っ)"
)
"""A sentence with a comparison, or to be told something once it is so, has a frame of its own or none."""


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence is taken for.

    Attributes:
        call: With every piece that its tool takes and that stands in the sentence.
        probability: The student's; that of a frame alone is 1.
    """

    call: Call
    probability: float


def asked_alike(
    sentence: str, reads: Sequence[Read], student: tuple[Call, float] | None, lists: Lists
) -> Agreed | None:
    """Return the question that frame and student agree on, or that a frame has nearly whole; None if there is none.

    Args:
        sentence: As it was said.
        reads: Of the frames with letters left over, the likeliest first.
        student: What it reads and how surely; None: nothing.
        lists: Of the house.
    """
    for place, read in enumerate(reads[:BEST]):
        call = _completed(read.call, sentence, lists)
        if TOOLS[call.tool].acts or _loses(call, sentence, lists) or not _is_passed_over(read.left, call, sentence):
            continue
        if student is not None and _is_same(call, student[0]) and _letters(read.left) <= MOST_OF_A_QUESTION:
            return Agreed(call=_with_statistic(call, student[0]), probability=max(student[1], SURE_OF_ANOTHER))
        alone = place == 0 and _letters(read.left) <= MOST_ALONE and not _NAMES.search("".join(read.left))
        if alone and (student is None or student[1] < SURE_OF_ANOTHER or TOOLS[student[0].tool].acts):
            return Agreed(call=call, probability=1.0)
    return None


def ordered_alike(sentence: str, reads: Sequence[Read], student: tuple[Call, float] | None) -> Agreed | None:
    """Return the order that frame and student agree on; None if there is none.

    Args:
        sentence: As it was said.
        reads: As for `asked_alike`.
        student: As there.
    """
    if student is None or not reads or student[1] < LEAST_FOR_AN_ORDER:
        return None
    read = reads[0]
    left = "".join(read.left)
    if not TOOLS[read.call.tool].acts or not _is_same(read.call, student[0]) or len(left) > MOST_OF_AN_ORDER:
        return None
    if _NAMES.search(left) or not _is_passed_over(read.left, read.call, sentence) or sentence.rstrip().endswith(("?", "\uff1f")):
        return None
    return Agreed(call=read.call, probability=student[1])


def _is_same(first: Call, second: Call) -> bool:
    return (first.tool, first.what) == (second.tool, second.what)


def _letters(left: Sequence[str]) -> int:
    return sum(map(len, left))


def _is_passed_over(left: Sequence[str], call: Call, sentence: str) -> bool:
    """Tell whether all that is left over says nothing: no question word, no owner, no other half of a name.

    しゃわーのお湯 is no hot water, 湯加減 is no 湯, and まま's pulse is that of somebody.
    """
    said = "".join(call.spans.values())
    if _TURNS_IT.search(sentence):
        return False
    for one in left:
        if one in said:
            continue
        if _MEANS_SOMETHING.search(one) or re.search(f"{re.escape(one)}[ぁ-んー]{{0,2}}の(?![はがもをにでかん])", sentence):
            return False
        if _NAMES.match(one) and any(piece + one in sentence for piece in call.spans.values()):
            return False
        if _NAMES.match(one[-1:]) and any(one + piece in sentence for piece in call.spans.values()):
            return False
    return True


def _completed(call: Call, sentence: str, lists: Lists) -> Call:
    """Return a question with every period, person, room and thing that stands in the sentence and that its tool takes."""
    spans = spans_of(call.tool, sentence, lists) | call.spans
    if call.what in ("solar", "saved"):
        spans.pop("device", "")  # the roof itself, and no device of its own
    for name, longer in spans_of(call.tool, sentence, lists).items():
        if name in spans and spans[name] in longer:
            spans[name] = longer
    if "device" in spans and "room" in spans and spans["room"] in spans["device"]:
        del spans["room"]
    return msgspec.structs.replace(call, spans=spans)


def _loses(call: Call, sentence: str, lists: Lists) -> bool:
    """Tell whether somebody, a time or a thing is named that the call has no place for."""
    said = "".join(call.spans.values())
    named = [one.text for name in ("resident", "period") for one in pieces(sentence, lists, name)]
    return any(one not in said for one in named)


def _with_statistic(call: Call, other: Call) -> Call:
    """Return a call with the student's highest, lowest or mean, where the frame has none."""
    takes = call.statistic == "now" and other.statistic in STATISTICS and TOOLS[call.tool].statistic
    return msgspec.structs.replace(call, statistic=other.statistic) if takes else call
