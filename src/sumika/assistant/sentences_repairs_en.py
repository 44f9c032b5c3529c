"""Slips that are put right in the middle of an order: "turn on the kitchen, no, the hall light".

Names and numbers stay letter for letter: what is copied out of a sentence that was said again stood in what was said.
"""

import re
from collections.abc import Iterator

from sumika.assistant.numbers import EN_NUMBER
from sumika.assistant.sentences_courtesy_en import pattern_of
from sumika.assistant.sentences_lists import NUMBER_LISTS, Lists
from sumika.assistant.understanding_pieces import Piece, pieces

_AND_MORE = r"(?:,? (?:no|wait|sorry|i mean|i meant|actually|make (?:that|it)))*"
_REPAIR = pattern_of(
    r"(?P<mark>(?:[,.;]? (?:no,? (?:wait|sorry|i mean|i meant|not that(?: one)?|hang on)|i mean(?:t)?|or rather"
    r"|scratch that|correction|sorry|oops|no)"
    rf"|, (?:rather|actually|wait|hang on|make (?:it|that)(?= (?:{EN_NUMBER})\b))){_AND_MORE})[,.]? ",
)
_SURE = pattern_of(r"\b(?:i mean|i meant|sorry|wait|scratch|correction|oops|rather|make that|not that)\b")
_NO_MARK = pattern_of(r"\bno (?:more|less|longer|need|one|later|light|air|heat|good|idea)\b|there(?:'s| is) no\b")
_LEADING = pattern_of(r"^(?:(?:the|a|an|my|our|to|in|at|for) )+")
_PARTICLES = (
    ("on", "off"),
    ("up", "down"),
    ("open", "closed", "shut", "close"),
    ("brighter", "dimmer", "darker"),
    ("warmer", "cooler", "colder", "hotter"),
    ("higher", "lower"),
)
_LISTS = ("name", "area", "resident", "colour", "duration", *NUMBER_LISTS)
_NOT_THIS = pattern_of(
    r"^(?:no,? )?not (?P<not>(?:the |my |our |in the )?[^,]+?), ?(?:but )?(?P<this>.+)$"
    r"|^(?P<this_first>.+), not (?P<not_last>(?:the |my |in the )?[^,]+)$",
)


def is_repaired(sentence: str, lists: Lists) -> bool:
    """Tell whether somebody takes back in the middle of a sentence what they have just said.

    Args:
        sentence: As it was said.
        lists: Of the house.
    """
    return any(sure for _, _, sure in _halves(sentence)) or bool(_denied(sentence, lists))


def repairs(sentence: str, lists: Lists) -> Iterator[str]:
    """Yield what a sentence may come to, once a slip in it is put right: "turn on the kitchen, no, the hall light".

    Args:
        sentence: As it was said.
        lists: Of the house.
    """
    if denied := _denied(sentence, lists):
        yield from _instead(*denied, lists)
    for first, said_then, sure in _halves(sentence):
        wanted = _denied(said_then, lists)
        rest = wanted[0] if wanted else said_then
        yield from _particles(first, rest)
        yield from _in_place(first, rest, lists)
        if sure:
            yield from _pronoun(first, rest, lists)
            yield rest


def _denied(sentence: str, lists: Lists) -> tuple[str, str] | None:
    """Return what is wanted and what is not in "not the kitchen light, the hall one off"; None where nothing is so."""
    found = _NOT_THIS.match(sentence)
    if found is None:
        return None
    this, other = found["this"] or found["this_first"], found["not"] or found["not_last"]
    named = any(pieces(part, lists, name) for part in (this, other) for name in ("name", "area"))
    return (this, other) if named and any(pieces(other, lists, name) for name in ("name", "area")) else None


def _halves(sentence: str) -> Iterator[tuple[str, str, bool]]:
    """Yield what was said before and after each word that takes it back, and whether it surely does; the last first."""
    found = []
    for mark in _REPAIR.finditer(sentence):
        first, rest = sentence[: mark.start()], sentence[mark.end() :]
        sure = _SURE.search(mark["mark"]) is not None
        told = sure or not _NO_MARK.match(sentence[mark.start() :].lstrip(" ,.;"))
        if len(first.split()) > 1 and rest.strip() and told:
            found.append((first, rest.rstrip(" .!"), sure))
    yield from reversed(found)


def _particles(first: str, rest: str) -> Iterator[str]:
    """Yield "turn the light off" for "turn the light on, no, off"."""
    word = rest.casefold().strip()
    for group in _PARTICLES:
        if word not in group:
            continue
        there = [match for one in group for match in re.finditer(rf"\b{one}\b", first, re.IGNORECASE)]
        if there:
            last = max(there, key=lambda match: match.start())
            yield first[: last.start()] + word + first[last.end() :]


def _in_place(first: str, rest: str, lists: Lists) -> Iterator[str]:
    """Yield what was said first with its last piece of a kind replaced by what stands in the place of it."""
    bare = re.sub(r" ones?$", "", _LEADING.sub("", rest), flags=re.IGNORECASE)
    for name in _LISTS:
        there = pieces(first, lists, name)
        instead = next((one for one in pieces(bare, lists, name) if one.begin == 0), None)
        if not there or instead is None:
            continue
        last: Piece = there[-1]
        if instead.end == len(bare):
            yield first[: last.begin] + bare + first[last.end :]
        yield first[: last.begin] + bare
        yield first[: last.begin] + bare + first[last.end :]
        if name == "area":
            # "The bedroom light on, no, the kitchen": what is copied has to stand in one piece in what was said.
            yield f"{first[: last.begin].rstrip()} {first[last.end :].strip()} in {bare}"


def _pronoun(first: str, rest: str, lists: Lists) -> Iterator[str]:
    """Yield "open the blinds" for "close the blinds, I mean open them"."""
    there = pieces(first, lists, "name")
    if there and re.search(r"\b(?:it|them)\b", rest, re.IGNORECASE):
        yield re.sub(r"\b(?:it|them)\b", "the " + there[-1].text, rest, count=1, flags=re.IGNORECASE)


def _instead(this: str, other: str, lists: Lists) -> Iterator[str]:
    """Yield "the hall light off" for "not the kitchen light, the hall one off"."""
    things = pieces(other, lists, "name")
    one = re.search(r"\bones?\b", this, re.IGNORECASE)
    if things and one is not None:
        thing = things[-1].text
        rooms, wanted = pieces(thing, lists, "area"), pieces(this, lists, "area")
        thing = thing[rooms[-1].end :].strip() if rooms else thing
        if wanted and wanted[-1].end <= one.start():
            yield f"{this[: wanted[-1].begin]}{thing}{this[one.end() :]} in {wanted[-1].text}"
        yield this[: one.start()] + thing + this[one.end() :]
    yield this
