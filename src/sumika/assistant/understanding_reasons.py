"""An order that is said with why: "it's hot, turn on the fan", 暗いのでカーテン開けて."""

import re

from sumika.assistant import understanding_reasons_en as english
from sumika.assistant import understanding_reasons_ja as japanese
from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_heard import heard_of
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import OF_AN_ORDER, Reader

_NO_REASON = re.compile(
    r"\b(?:if|when|unless|don'?t|do not|not|never|until|said|told)\b|ないで|たら|なら|れば|とき"
    r"|って(?:言|いう|いっ|ゆ|聞|頼)",
    re.IGNORECASE,
)
"""A condition, a denial and what somebody else said are no reasons."""

_FOR_WHAT = re.compile(r",?\s+for ", re.IGNORECASE)


def without_reason(sentence: str, lists: Lists, read: Reader, depth: int = 1) -> Call | None:
    """Return the order of a sentence that says why; None where it says no reason, or orders nothing beside it.

    Args:
        sentence: As it was said.
        lists: Of the house.
        read: Understands one order.
        depth: So many more reasons may stand within the order.
    """
    found = japanese.told_beside(sentence, lists, read) if is_japanese(sentence) else english.told_beside(sentence)
    for why, order in found:
        call = _ordered(why, order, lists, read, depth)
        if call is not None:
            return call
    return None


def _ordered(why: str, order: str, lists: Lists, read: Reader, depth: int) -> Call | None:
    """Return what is ordered beside what is told, with the room and the thing that are named there alone."""
    if not order.strip() or (_FOR_WHAT.match(why) and lists.found(heard_of(why)).keys() & OF_AN_ORDER):
        return None  # for the kitchen, or for an hour: it is no reason
    call = _read_beside(why, order, lists, read, depth)
    if call is None or not _is_an_order_beside(why, order, call, lists):
        return None
    call = japanese.in_that_room(why, call, lists)
    return None if english.loses_what_it_is(why, order, call, lists) else english.in_there(why, order, call, lists)


def _read_beside(why: str, order: str, lists: Lists, read: Reader, depth: int) -> Call | None:
    is_no_reason = _NO_REASON.search(why) is not None
    call = None if is_no_reason else read(order)
    if not is_japanese(order):
        if call is None:
            return english.of_what_was_told(why, order, lists, read)
        return english.where_nobody_is(why, call, lists)
    if call is None and not is_no_reason:
        call = japanese.of_what_was_told(why, order, lists, read)
        if call is None and depth:
            call = without_reason(order, lists, read, depth - 1)
    return call


def _is_an_order_beside(why: str, order: str, call: Call, lists: Lists) -> bool:
    """Tell whether something is to be done for a reason: no complaint of a thing that the reason names."""
    is_order = TOOLS[call.tool].acts and call.tool not in ("feel", "answer", "undo")
    return is_order and not japanese.follows_from_a_thing(why, order, call, lists)
