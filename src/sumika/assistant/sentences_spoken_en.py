"""English as it is spoken, said again as the book of sentences has it: polite conditions, open ends, slips put right.

Names and numbers stay letter for letter: what is copied out of a sentence that was said again stood in what was said.
"""

import re
from collections.abc import Iterator

from sumika.assistant.numbers import EN_NUMBER
from sumika.assistant.sentences_lists import NUMBER_LISTS, Lists
from sumika.assistant.understanding_pieces import Piece, pieces


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern in which either apostrophe stands for an apostrophe."""
    return re.compile(text.replace("'", "['\u2019]"), re.IGNORECASE)


_OPEN_END = _pattern(
    r",?\s*\b(?:un)?til+ (?:(?:i|we) (?:say|tell|ask|call|shout|give)(?: (?:you|it|to|that'?s|the word|so|stop"
    r"|otherwise|enough|when|off|different(?:ly)?|not to))*|further notice|told otherwise|i change my mind)\b",
)
"""Who says until when in no measure of time wants it now, and ends it with a word of their own."""

_KEPT = _pattern(r"\b(?:keep|leave)\b(?=.*\b(?:on|off|open|closed|shut)\b)")
_POLITE_IF = _pattern(
    r"^(?:please |oh |well |so |hey )*if (?:you|we) (?:could|would|can|might|may)(?: please| just| kindly| possibly)? ",
)
_LOVELY = _pattern(
    r",? (?:that|it|this)(?:'d| would| will|'ll) (?:really |just |also )?(?:be|help|make|do)\b[^,]*$"
    r"|,? (?:i|we)(?:'d| would) (?:really |much )?(?:be|appreciate|like)\b[^,]*$"
    r"|,? (?:much|greatly) appreciated[.! ]*$",
)
_SIGH = _pattern(
    r"^(?:(?:oh|ah|ooh|oops|blast|bother|drat|damn|gosh|blimey|crikey|goodness|well|right|ok|okay|so|now|look|listen|hey"
    r"|god|hmm|um|uh|er)(?: (?:no|dear|bother|god|me|well|right|then|gracious))?[,!]+ )+",
)
_URGED = _pattern(
    r"(?P<before>^|, )do (?=[a-z]+ )(?!(?:you|we|they|i|the|not|me|one|any|anyone|it|that|this|my|our|people|all"
    r"|some|a|an|lights?|blinds?)\b)(?!.*\?)",
)
"""Who says "do switch it off" only begs for it."""

_SEEN_TO = _pattern(
    r"^(?P<before>.*?)\b(?:make sure|see to it|ensure|be sure|see)(?: that)? "
    r"(?P<thing>(?:the|my|our|all|every|both) .+?) (?:is|are|gets?|be|stays?) (?:turned |switched |all )?"
    r"(?P<how>on|off|open|closed|shut)\b(?P<after>.*)$",
)
"""Who wants it seen to that the blinds are shut wants them shut."""

_TROUBLE = _pattern(
    r"^(?:(?:if (?:it'?s not|it isn'?t|that'?s not|it is not) (?:too much|any) (?:trouble|bother)"
    r"|(?:i'?m )?(?:so )?sorry to (?:be a (?:nuisance|pain|bother)|ask|(?:bother|trouble|disturb)(?: you)?)"
    r"|(?:i )?hate to (?:ask|bother(?: you)?|be a (?:nuisance|pain|bother))"
    r"|when you (?:have|get|'ve got) a (?:moment|minute|second)),? (?:but )?)",
)
_OPINION = _pattern(
    r"^(?:well |so |oh )*(?:i (?:think|reckon|believe|suppose|guess|feel)|i'm afraid)(?: that)?,? "
    r"(?=(?:i|we|you)(?:'d| would| should| could| can't| cannot| can hardly| can barely)\b|it'?s |it is )",
)
_TRAILING = _pattern(
    r",? (?:if (?:that'?s|it'?s|it is|that is) (?:ok|okay|alright|all right|not too much (?:trouble|bother)"
    r"|no (?:trouble|bother)|possible|fine)(?: with (?:you|everyone|everybody))?"
    r"|when you'?ve got a (?:sec|second|minute|moment|mo)|for the night|for tonight)[.!? ]*$",
)


def plainly(sentence: str) -> str:
    """Return an English sentence without what is only courtesy, opinion, or an end in nobody's measure of time.

    Args:
        sentence: As it was said.
    """
    text = _URGED.sub(r"\g<before>", _OPINION.sub("", _TROUBLE.sub("", _SIGH.sub("", sentence))))
    if _POLITE_IF.search(text) and (end := _LOVELY.search(text)) is not None:
        text = _POLITE_IF.sub("", text[: end.start()])
    text = _SEEN_TO.sub(r"\g<before>put \g<thing> \g<how>\g<after>", _TRAILING.sub("", text))
    without_end = _OPEN_END.sub("", text)
    return text if without_end == text else _KEPT.sub("put", without_end, count=1)


_AND_MORE = r"(?:,? (?:no|wait|sorry|i mean|i meant|actually|make (?:that|it)))*"
_REPAIR = _pattern(
    r"(?P<mark>(?:[,.;]? (?:no,? (?:wait|sorry|i mean|i meant|not that(?: one)?|hang on)|i mean(?:t)?|or rather"
    r"|scratch that|correction|sorry|oops|no)"
    rf"|, (?:rather|actually|wait|hang on|make (?:it|that)(?= (?:{EN_NUMBER})\b))){_AND_MORE})[,.]? ",
)
_SURE = _pattern(r"\b(?:i mean|i meant|sorry|wait|scratch|correction|oops|rather|make that|not that)\b")
_NO_MARK = _pattern(r"\bno (?:more|less|longer|need|one|later|light|air|heat|good|idea)\b|there(?:'s| is) no\b")
_LEADING = _pattern(r"^(?:(?:the|a|an|my|our|to|in|at|for) )+")
_PARTICLES = (
    ("on", "off"),
    ("up", "down"),
    ("open", "closed", "shut", "close"),
    ("brighter", "dimmer", "darker"),
    ("warmer", "cooler", "colder", "hotter"),
    ("higher", "lower"),
)
_LISTS = ("name", "area", "resident", "colour", "duration", *NUMBER_LISTS)
_NOT_THIS = _pattern(
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
    for first, rest, sure in _halves(sentence):
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
