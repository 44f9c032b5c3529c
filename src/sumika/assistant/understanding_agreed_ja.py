"""Two readers of a Japanese sentence that agree: frames with letters left over, and what the student takes it for.

Whoever speaks in a way that nobody wrote down says one word that no frame knows, and then none fits from end to end.
Frames are tried again with letters left over (`SentenceBook.loosely`). What they come to that way is believed where
the student reads the same, however unsure it is by itself; a question is also answered on its frame alone, where
nothing but a few letters is left over that ask, count, compare or deny nothing, and the student is sure of nothing
else.
"""

import re
from collections.abc import Sequence

import msgspec

from sumika.assistant.calls import STATISTICS, TOOLS, Call
from sumika.assistant.sentences_book import Read
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import pieces, spans_of, stands_alone

MOST_ALONE, MOST_OF_AN_ORDER, MOST_OF_A_QUESTION = 4, 4, 12
"""So many letters may be left over of a question that no student confirms, of an order, and of one that it does."""

SURE_OF_ANOTHER = 0.6
"""So sure of something else a student contradicts a frame that stands alone."""

LEAST_FOR_AN_ORDER = 0.4
"""So probable an order must be to the student, for two readers to be two."""

SURE_TO_UNDO = 0.9
"""So sure both must be that something is to be taken back, whatever else is said of it."""

BEST = 3
"""So many of the likeliest frames are looked at."""

_NAMES = re.compile("[一-龠々ァ-ヶーa-zA-Z0-9\uff10-\uff19]")
_ASKS_OR_DENIES = re.compile(
    "何|なん(?!か|と)|いくら|いくつ|なんぼ|いつ(?!も)|いづ|誰|だれ|どなた|どこ|どご|どれ|どの|どん[なだくぐ]|どち|どっち|どう|どげ|どない"
    "|どっか|どこか|(?:誰|だれ|何|なに|なん)か|なぜ|なして|一番|いちばん|いっちゃん|最[高低大小多少]|平均|より|比べ|まで|以外|だけ(?!ど)|ほか|らしい|って(?:言|いう|聞)"
    "|ない|なく|なか[っろ]|へん|ねえ|ねぇ|んで|んと|たら|れば|なら|もし|のに|ても|でも"
)
"""What may not be left over where nobody else reads the same: it asks, counts, compares, denies or sets a condition."""
_OTHERWISE = re.compile("以外|だけ(?!ど)|ほか|より|比べ|らしい|って(?:言|いう|聞)|たら|れば|なら|もし|のに")
"""What may be left over in no case: it excepts, compares, sets a condition, or is what somebody else said."""
_OF_ONESELF = re.compile("目|鼻|喉|耳|首|肩|腰|頭|顔|肌|唇|手|足|膝|背中|体")
_WISHES = re.compile(
    "[てでとど](?:くれ|くん|おく|け[ろれ]|もら|ほし|いただ)|ないで|んといて|んとって|[ねな][ーえぇあぁ]*[。.!！]*$"
)
"""Asked for it is, and not about it: 風呂をたててくれんか."""
_EXTREME = re.compile("(?:[くぐ]らい)?まで|一番|いちばん|いっちゃん|最[高低大小多少]|平均")
_VERB = re.compile("[ただるうくすつむぶぐいん]$")
_OWNS = re.compile("[ぁ-んー]{0,2}の(?![はがもをにでかん、。]|$)")
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
    sentence: str, reads: Sequence[Read], student: tuple[Call, float] | None, lists: Lists, *, asks: bool
) -> Agreed | None:
    """Return the question that frame and student agree on, or that a frame has nearly whole; None if there is none.

    Args:
        sentence: That the frames were tried on.
        reads: Of the frames with letters left over, the likeliest first.
        student: What it reads and how surely; None: nothing.
        lists: Of the house.
        asks: Whether it is a question by its form; of no other a frame stands alone.
    """
    for place, read in enumerate(reads[:BEST]):
        call = _completed(read.call, sentence, lists)
        if TOOLS[call.tool].acts or _loses(call, sentence, lists):
            continue
        agrees = student is not None and _is_same(call, student[0])
        if student is not None and "resident" in student[0].spans.keys() - call.spans.keys():
            continue  # somebody is named whom the house does not know by that name
        if student is not None and agrees:
            call = _with_statistic(call, student[0])
        if not _is_passed_over(read, call, sentence, _OTHERWISE if agrees else _ASKS_OR_DENIES):
            continue
        if student is not None and agrees and _letters(read, sentence) <= MOST_OF_A_QUESTION:
            return Agreed(call=call, probability=max(student[1], SURE_OF_ANOTHER))
        alone = asks and place == 0 and _letters(read, sentence) <= MOST_ALONE and not _WISHES.search(sentence)
        alone = alone and not any(_NAMES.search(sentence[begin:end]) for begin, end in read.unknown)
        if alone and (student is None or student[1] < SURE_OF_ANOTHER or _is_asked_plainly(student[0], read, sentence)):
            return Agreed(call=call, probability=1.0)
    return None


def ordered_alike(sentence: str, reads: Sequence[Read], student: tuple[Call, float] | None) -> Agreed | None:
    """Return the order that frame and student agree on; None if there is none.

    Args:
        sentence: As for `asked_alike`.
        reads: As there.
        student: As there.
    """
    if student is None or not reads or student[1] < LEAST_FOR_AN_ORDER:
        return None
    read = reads[0]
    left = _OF_ONESELF.sub("", "".join(sentence[begin:end] for begin, end in read.left))
    if read.call.tool == "undo" and _is_same(read.call, student[0]) and student[1] >= SURE_TO_UNDO:
        return Agreed(call=read.call, probability=student[1])
    if not TOOLS[read.call.tool].acts or not _is_same(read.call, student[0]) or len(left) > MOST_OF_AN_ORDER:
        return None
    if (
        read.left != read.unknown
        or _NAMES.search(left)
        or not _is_passed_over(read, read.call, sentence, _ASKS_OR_DENIES)
    ):
        return None
    if sentence.rstrip().endswith(("?", "\uff1f")):
        return None
    return Agreed(call=read.call, probability=student[1])


def _is_same(first: Call, second: Call) -> bool:
    """Tell whether two calls are of one tool and word; whether somebody is there is where they are."""
    if first.tool == second.tool == "presence" and "resident" in first.spans:
        return "resident" in second.spans
    return (first.tool, first.what) == (second.tool, second.what)


def _letters(read: Read, sentence: str) -> int:
    return sum(len(_NO_LETTERS.sub("", sentence[begin:end])) for begin, end in read.left)


_NO_LETTERS = re.compile(r"[\W_]")


def _is_asked_plainly(other: Call, read: Read, sentence: str) -> bool:
    """Tell whether a question with its mark was taken for an order, and has nothing but kana left over."""
    named = any(_NAMES.search(sentence[begin:end]) for begin, end in read.left)
    return TOOLS[other.tool].acts and not named and sentence.rstrip().endswith(("?", "\uff1f"))


def _is_passed_over(read: Read, call: Call, sentence: str, says: re.Pattern[str]) -> bool:
    """Tell whether all that is left over says nothing: no question word, no owner, no other half of a name.

    しゃわーのお湯 is no hot water, 湯加減 is no 湯, and まま's pulse is that of somebody.
    """
    if _TURNS_IT.search(sentence):
        return False
    said = "".join(call.spans.values())
    at = [(sentence.find(piece), sentence.find(piece) + len(piece)) for piece in call.spans.values()]
    for begin, end in read.left:
        one, after = sentence[begin:end], sentence[end:]
        if one in said and len(one) > 1:
            continue
        extreme = call.statistic != "now" and _EXTREME.fullmatch(one)
        if (says.search(one) and not extreme) or (_OWNS.match(after) and not _VERB.search(one)):
            return False
        if _NAMES.match(one) and any(begin == last for _, last in at):
            return False
        if _NAMES.match(one[-1:]) and any(end == first for first, _ in at):
            return False
    return True


def _completed(call: Call, sentence: str, lists: Lists) -> Call:
    """Return a question with each time, person, room and thing that stands in the sentence and that its tool takes."""
    there = spans_of(call.tool, sentence, lists)
    there = {name: piece for name, piece in there.items() if stands_alone(piece, sentence)}
    spans = there | call.spans
    for name, longer in there.items():
        if spans[name] in longer:
            spans[name] = longer
    if call.what in ("solar", "saved"):
        spans.pop("device", "")  # the roof itself, and no device of its own
    if spans.get("room", "\0") in spans.get("device", ""):
        del spans["room"]
    return msgspec.structs.replace(call, spans=spans)


def _loses(call: Call, sentence: str, lists: Lists) -> bool:
    """Tell whether somebody, a time or a thing is named that the call has no place for."""
    said = "".join(call.spans.values())
    kinds = ("resident", "period", "name") if call.tool in _OF_NO_THING else ("resident", "period")
    named = [one.text for name in kinds for one in pieces(sentence, lists, name) if stands_alone(one.text, sentence)]
    return any(one not in said for one in named)


_OF_NO_THING = frozenset({"presence", "sleep", "vitals", "known", "changes"})


def _with_statistic(call: Call, other: Call) -> Call:
    """Return a call with the student's highest, lowest or mean, where the frame has none."""
    takes = call.statistic == "now" and other.statistic in STATISTICS and TOOLS[call.tool].statistic
    return msgspec.structs.replace(call, statistic=other.statistic) if takes else call
