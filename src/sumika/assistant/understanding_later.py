"""Orders that are to wait: "dim the light in ten minutes" is the order without its delay, carried out after it.

Not every tool of the table takes a delay, and a sentence with one is like a sentence with a duration. What is to wait
is never done at once.
"""

import re
from collections.abc import Callable

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_networks import Understood
from sumika.assistant.understanding_pieces import Piece, pieces, with_piece

_NEVER_PUT_OFF = frozenset({"feel", "answer", "undo", "house_mode"})
"""How somebody feels, and what was asked, is so now."""

_BEFORE = r"\b(?:in|after|within)(?: (?:about|around|roughly|another|maybe|like|just))? "
_BEHIND = (
    r"(?:(?:'s)? time\b| (?:from now|later|hence)\b"
    "|(?:ほど|くらい|ぐらい)?(?:後|あと|のち|したら|経ったら|たったら|してから))"
)
_ENDS_A_CLAUSE = re.compile(
    r"[,.;!?、。！？]\s*|(?:から|ので|けど|けん|けえ|さかい)(?!の)[、。 ]*|\s(?:so|because|and|then|but|since|as)\s",
    re.IGNORECASE,
)
_LOOSE = " 、,に"


def put_off(sentence: str, found: Understood, lists: Lists, understand: Callable[[str], Understood]) -> Understood:
    """Return what was understood of a sentence, with the delay that it says; asked back where that is not clear.

    Args:
        sentence: As it was said.
        found: What was understood of it.
        lists: Of the house.
        understand: Understands what is left of it without the delay, and asks no larger model: that has read the whole,
            and may be slow.
    """
    acts = any(TOOLS[call.tool].acts for call in found.calls)
    if found.calls and not acts:
        return found
    waits = [one for one in pieces(sentence, lists, "delay") if not _is_taken(one, found.calls)]
    if len(waits) == 1 and (now := _beside(sentence, waits[0], understand)) is not None:
        in_it = any(call.spans.get("duration", "\0") in waits[0].text for call in found.calls)
        return now if in_it or not acts else found
    if len(waits) == 1 and (late := _later(sentence, waits[0], found, understand)) is not None:
        return late if acts or late.by == "sentences" else found
    if acts and (waits or any(_is_delay(call.spans.get("duration", ""), sentence) for call in found.calls)):
        return Understood(by=found.by, probability=found.probability, ask_back="ask_back.again")
    return found


def _is_taken(piece: Piece, calls: tuple[Call, ...]) -> bool:
    """Tell whether a delay is in what was read."""
    taken = [call.spans["delay"] for call in calls if "delay" in call.spans]
    return any(one in piece.text or piece.text in one for one in taken)


def _is_delay(duration: str, sentence: str) -> bool:
    """Tell whether what was taken for how long is rather in how long: "in about ten minutes"."""
    said, text = re.escape(duration.casefold()), sentence.casefold()
    return bool(duration) and re.search(f"{_BEFORE}{said}|{said}{_BEHIND}", text) is not None


def _acts(found: Understood) -> bool:
    return not found.ask_back and any(TOOLS[call.tool].acts for call in found.calls)


def _beside(sentence: str, piece: Piece, understand: Callable[[str], Understood]) -> Understood | None:
    """Return the order beside which a delay is told: "guests come in an hour, so ..."; None where it is the order's."""
    inside, rest = _clauses(sentence, piece)
    if not inside or not rest:
        return None
    found = understand(rest)
    return found if _acts(found) and not _acts(understand(inside)) else None


def _clauses(sentence: str, piece: Piece) -> tuple[str, str]:
    """Return what else is said in the clause of a delay, and what beside it; either may be empty."""
    marks = list(_ENDS_A_CLAUSE.finditer(sentence))
    begin = max((one.end() for one in marks if one.end() <= piece.begin), default=0)
    # 10分したら、寝るから is one clause.
    marks_behind = re.match("に?[、 ]*" if is_japanese(sentence) else "", sentence[piece.end :])
    behind = piece.end + (marks_behind.end() if marks_behind is not None else 0)
    after = next((one for one in marks if one.start() >= behind), None)
    inside = sentence[begin : piece.begin] + sentence[behind : len(sentence) if after is None else after.start()]
    rest = sentence[:begin] + ("" if after is None else sentence[after.end() :])
    return inside.strip(_LOOSE), rest.strip(_LOOSE)


def _later(
    sentence: str, piece: Piece, whole: Understood, understand: Callable[[str], Understood]
) -> Understood | None:
    """Return the one order that a sentence is without its delay; None where it is none."""
    before, behind = sentence[: piece.begin].rstrip(), sentence[piece.end :].lstrip(_LOOSE)
    rest = f"{before} {behind}".strip() if before.isascii() and behind.isascii() else before + behind
    found = understand(rest)
    if whole.by == "model" and not _acts(found) and "" in _clauses(sentence, piece):
        # The model's order has no other clause to stand in; but it may have taken the delay for something else.
        spans = [one for call in whole.calls for one in call.spans.values()]
        found = Understood() if any(one in piece.text or piece.text in one for one in spans) else whole
    if len(found.calls) != 1 or not _acts(found):
        return None
    call = found.calls[0]
    if call.tool in _NEVER_PUT_OFF or not all(one in sentence for one in call.spans.values()):
        return None
    if "delay" in TOOLS[call.tool].spans:
        return msgspec.structs.replace(found, calls=(with_piece(call, "delay", piece.text),))
    return msgspec.structs.replace(found, delay=piece.text)
