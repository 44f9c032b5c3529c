"""Several orders in one sentence: "turn off the lights and close the blinds", 電気とエアコンを消して."""

import re
from collections.abc import Iterator

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.patterns import Patterns
from sumika.assistant.sentences_heard import Heard, heard_of
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import Reader, longest
from sumika.assistant.understanding_reasons import without_reason
from sumika.assistant.understanding_reasons_en import PRONOUN, there_too

MOST_PARTS = 4
_JOINT = Patterns(
    en=re.compile(r",?\s+(?:and then|and also|and|then|plus)\s+|\s*[,;]\s*(?:and\s+|then\s+)*|\.\s+", re.IGNORECASE),
    ja=re.compile(
        r"[、。,，]\s*(?:それから|あと|それと|ついでに|そして)?|(?<=[てでし])(?:から|、)?(?:それから|あと|ついでに|そして)?(?!$)|(?:から|ので)、?"
    ),
)
_BETWEEN = frozenset(
    {
        "and",
        "andthe",
        "andmy",
        "andin",
        "andinthe",
        "andinmy",
        "andon",
        "andonthe",
        "andalso",
        "andalsothe",
        "aswellas",
        "aswellasthe",
        "plusthe",
        "plus",
    }
) | frozenset({"と", "や", "とか", "および", "それと", "とあと", "も", "に"})
_ARTICLES = frozenset({"", "the", "my", "our"})
_BARE_JOINT_TOOLS = frozenset(
    {"power", "level", "cover", "mode", "temperature", "humidity", "colour", "machine", "hot_water"}
)
"""What a bare て may join: "エアコンつけて寒くない？" is one question and no order."""

_TOLD = re.compile(
    r"\b(?:is|are|it's|i'm|we're|feels?|(?:i|we) (?:can't|cannot|can hardly|can barely))\b"
    r"|(?:い|すぎる|すぎ|すぎます|い(?:よ|な|ね|わ|です|のう)|いんだけど|してる|まっくら|真っ暗|カラカラ|からから|むしむし"
    r"|しとる|(?:暗|寒|暑|まぶし|明る)か(?:ばい|ねえ|けん)?)[\u3002!\uff01 ]*$",
    re.IGNORECASE,
)
"""Tells how something is, and asks for nothing by itself where an order stands beside it."""


def several(sentence: str, lists: Lists, read: Reader) -> tuple[Call, ...]:
    """Return the calls of a sentence with several orders; () unless every part of it is understood.

    Args:
        sentence: As it was said.
        lists: Of the house.
        read: Understands one order.
    """
    alone = without_reason(sentence, lists, read)
    if alone is not None:
        return (alone,)
    return _coordinated(sentence, lists, read) or _joined(sentence, lists, read, MOST_PARTS)


def _joined(sentence: str, lists: Lists, read: Reader, most: int) -> tuple[Call, ...]:
    """Return the calls of parts that stand one after the other; () unless each of them is understood."""
    japanese = is_japanese(sentence)
    for joint in _JOINT.of(sentence).finditer(sentence):
        first, rest = sentence[: joint.start()], sentence[joint.end() :]
        if not first.strip() or not rest.strip() or most < 2:
            continue
        one = read(first)
        # "The lights and the TV" are two already, before what comes behind them.
        ones = (one,) if one is not None else () if japanese else _coordinated(first, lists, read)
        if not ones:
            continue
        other = there_too(first, rest, read(rest), lists)
        others = (other,) if other is not None else _joined(rest, lists, read, most - 1)
        bare = japanese and not re.search(r"[、。,，]|から|ので", joint[0])
        if one is not None and other is not None and _is_the_same(one, other, rest):
            return (one,)
        if others and _go_together((*ones, *others), bare=bare):
            return _without_what_is_told((*ones, *others), len(ones), first, rest)
    return ()


def _without_what_is_told(calls: tuple[Call, ...], begin: int, first: str, rest: str) -> tuple[Call, ...]:
    """Return the calls of two parts; of "the fan is too loud, turn on the light", what is told is why.

    Args:
        calls: Of both.
        begin: Where those of the second part begin.
        first: Part.
        rest: Of the sentence.
    """
    told = _TOLD.search(first) is not None, begin + 1 == len(calls) and _TOLD.search(rest) is not None
    if begin == 1 and all(TOOLS[call.tool].acts for call in calls) and told[0] != told[1]:
        return calls[1:] if told[0] else calls[:1]
    return _once_each(calls)


def _is_the_same(one: Call, other: Call, rest: str) -> bool:
    """Tell whether an order says again what a complaint asked for: "that light is too blue, warm it up"."""
    more = {"warmer": ("up", "warmer"), "colder": ("down", "colder")}.get(one.what, ()) if one.tool == "colour" else ()
    says_more = other.tool in ("temperature", "colour") and other.what in more and not other.spans
    return says_more and PRONOUN.search(rest) is not None


def _once_each(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Return calls without those that another one says more exactly: "the air is dry, raise the humidity" is one."""
    kept: list[Call] = []
    said = {(call.tool, call.what) for call in calls}
    if any({(tool, "up"), (tool, "down")} <= said for tool in ("humidity", "temperature", "level")):
        return ()  # both more and less: one of them was no order
    for call in calls:
        same = next((one for one in kept if (one.tool, one.what) == (call.tool, call.what) and _alike(one, call)), None)
        if same is None:
            kept.append(call)
        elif len(call.spans) >= len(same.spans):
            kept[kept.index(same)] = call
    orders = [call for call in kept if call.tool not in ("feel", "answer")]
    if any((call.tool, call.what) == ("machine", "start") for call in orders):
        # "I have put the washing in. Start the machine": it is one order.
        orders = [call for call in orders if (call.tool, call.what) != ("machine", "loaded") or "time" in call.spans]
    return tuple(orders or kept)


def _alike(one: Call, other: Call) -> bool:
    less, more = sorted((one.spans, other.spans), key=len)
    return one.tool in _ONCE or less.items() <= more.items()


_ONCE = frozenset({"hot_water", "house_mode", "undo"})
"""What there is one of, whatever it is called the second time."""


def _go_together(calls: tuple[Call, ...], *, bare: bool) -> bool:
    if bare:
        return all(call.tool in _BARE_JOINT_TOOLS for call in calls)
    # A question beside an order is two turns of a conversation, and mostly a condition: "is it cold, then close it".
    return len({TOOLS[call.tool].acts for call in calls}) == 1 and all(call.tool != "answer" for call in calls)


def _coordinated(sentence: str, lists: Lists, read: Reader) -> tuple[Call, ...]:
    """Return a call for each of "the lamp and the fan": the sentence is read with either alone."""
    heard = heard_of(sentence)
    found = lists.found(heard)
    for name in ("name", "area", "resident"):
        for begin, end, next_begin, next_end in _pairs(heard, sorted(longest(found, name))):
            with_other = _without(sentence, heard, begin, next_begin)
            with_one = _without(sentence, heard, end, next_end)
            one = read(with_one)
            if one is None:
                continue
            other = read(with_other)
            others = (other,) if other is not None else _coordinated(with_other, lists, read)
            if others and all((call.tool, call.what) == (one.tool, one.what) for call in others):
                return (one, *others)[:MOST_PARTS]
    return ()


def _pairs(heard: Heard, places: list[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    for begin, end in places:
        for next_begin, next_end in places:
            between = heard.letters[end:next_begin] if next_begin >= end else None
            if between in _BETWEEN or (between in _ARTICLES and heard.is_pause(end)):
                yield begin, end, next_begin, next_end


def _without(sentence: str, heard: Heard, begin: int, end: int) -> str:
    first, last = heard.place(begin), heard.place(end)
    return (
        sentence[:first].rstrip(" ,、")
        + (" " if sentence[:first] and not is_japanese(sentence) else "")
        + sentence[last:].lstrip()
    )
