"""What English tells beside an order, "it's hot, turn on the fan", and which thing or room the order means by it."""

import re
from collections.abc import Iterator

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_heard import heard_of
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import Reader, longest, may_take, pieces, with_piece

PRONOUN = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)
_REASON = re.compile(
    r"(?:it'?s|it is|i'?m|i am|we'?re|we are|there'?s|there is|my|our|the|because|since|as|i can|i need|someone"
    r"|everybody|everyone|too \w+|(?:heading|going|popping|nipping|setting|dashing|running|stepping) (?:out|off|to)"
    r"|off (?:to|out)|gonna|leaving|time (?:to|for)|bed ?time)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?!(?:is|are|was|were|did|do|does|what|who|whose|why|how|when|where|which|should|shall|suppose|imagine|maybe|perhaps|let"
    r"|whatever|whether)\b)[^,]*\b(?:is|are|am|was|were|can|can't|need|want|have|has|got|feels?|looks?|came|comes?|went|forgot)\b"
    r"|[^,]*\w'(?:s|re|m|ve)\b",
    re.IGNORECASE,
)
"""A clause that tells something: "people can see in, close the shutters"."""

_REASON_AFTER = re.compile(
    r",?\s+(?:because|since|as|so that|so) (?:it'?s|it is|i|i'?m|we|we'?re|the|my|there)\b.*$"
    r"|,\s+(?:it'?s|it is|i'?m|i am|we'?re)\b.*$"
    r"|,?\s+(?:i'?m|i am|we'?re|i wanna|i want to|i need to|i have to|i can'?t|it'?s|it is|there'?s)\s.*$"
    r"|,\s+(?:i|we|they|she|he)(?:'\w+)? (?!mean|meant|think|thought|guess|wonder|suppose|asked|didn|don)\w+.*$"
    r"|,\s+(?:let (?:the|in|some)\b.*\bin|(?:the )?\w+'s \w+ing)\b.*$"
    r"|,?\s+(?:to (?:let|get|keep|stop|save|help|air)|my \w+ (?:is|are))\s.*$"
    r"|,?\s+my (?!\w+ room)\w+ (?:hurts?|aches?|itch\w*|feels?|looks?|keeps?)\b.*$"
    r"|,?\s+i (?:forgot|left|always|keep|won't|don't)\b.*$"
    r"|,?\s+for (?:my|the|our|his|her|some) [a-z]+[.! ]*$"
    r"|,?\s+so (?:that )?(?:nobody|no one|people|they|she|he|everyone|everybody|you|it)\b.*$"
    r"|,\s+(?:it (?:gets|looks|feels|has|will)|people|everybody|everyone|the \w+ (?:is|are|can|has|have))\s.*$",
    re.IGNORECASE,
)


def told_beside(sentence: str) -> list[tuple[str, str]]:
    """Return (what is told, the order beside it) for every way in which a sentence may part so.

    Args:
        sentence: As it was said.
    """
    joints = re.finditer(r",\s*(?:so )?", sentence)
    found = [(sentence[: joint.start()], sentence[joint.end() :]) for joint in joints]
    found += _unpunctuated(sentence)
    found = [(why, order) for why, order in found if _REASON.match(why.strip()) or _TOLD.match(why.strip())]
    if after := _REASON_AFTER.search(sentence):
        found.append((after[0], sentence[: after.start()]))
    return found


_NEXT = re.compile(
    r" (?=(?:it'?s|it is|i'?m|can you|could you|please|turn|switch|put|close|shut|open|dim|set|raise|lower|make"
    r"|draw)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"^(?:(?:i|we|he|she|they) (?:can't|cannot|can hardly|can barely)|it'?s|it is|i'?m|i am|we'?re|there'?s|there is"
    r"|(?:nobody|no one|everybody|everyone)'?s|the \w+(?: \w+)?(?:'s| is| are)|the \w+ \w+s) "
    r"(?!.*\b(?:to|you|him|her|them|he|she|they|we|and|or|not|can|will|would|should|me|who|that|when|if|is|are|i'll|didn't|won't|which|about|said)$)[^,]+$",
    re.IGNORECASE,
)
"""A clause that is whole before the next begins, as a recogniser writes it: "I can't sleep it's too bright"."""


def _unpunctuated(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield what is told before an order or a complaint without a comma between them, and that."""
    if "," in sentence:
        return
    for joint in _NEXT.finditer(sentence):
        if _CLAUSE.match(sentence[: joint.start()]):
            yield sentence[: joint.start()], sentence[joint.end() :]


_DENIED = re.compile(r"\b(?:not|isn't|aren't|wasn't|don't|doesn't|didn't|no|never|if|when|unless|said|asked|told)\b")
_OF_HUE = re.compile(r"\b(?:warm|cool)\b", re.IGNORECASE)
"""A lamp that is warmed up gets no brighter."""


def of_what_was_told(why: str, order: str, lists: Lists, read: Reader) -> Call | None:
    """Return an order about the one thing that was told of: "I've left the light on in the loo, do switch it off".

    Args:
        why: What is told.
        order: Beside it; with "it" for the thing.
        lists: Of the house.
        read: Understands one order.
    """
    things, rooms = pieces(why, lists, "name"), pieces(why, lists, "area")
    if len(things) != 1 or len(rooms) > 1 or not PRONOUN.search(order) or _DENIED.search(why.casefold()):
        return None
    if pieces(order, lists, "name") or pieces(order, lists, "area") or _OF_HUE.search(order):
        return None
    place = f" in the {rooms[0].text}" if rooms and rooms[0].text not in things[0].text else ""
    thing = re.sub("['\u2019]s$", "", things[0].text)
    call = read(PRONOUN.sub(f"the {thing}{place}", order, count=1).strip())
    return call if call is not None and call.tool in ("power", "machine", "cover", "level", "colour") else None


_NOBODY = re.compile(r"\b(?:nobody|no one|no-one|empty|isn't anyone|isn't anybody|not anyone)\b", re.IGNORECASE)


def where_nobody_is(why: str, call: Call, lists: Lists) -> Call:
    """Return an order with the room of which it was said that nobody is in it: "the study's empty, lights off".

    Args:
        why: What is told.
        call: What the order beside it was read as.
        lists: Of the house.
    """
    rooms = pieces(why, lists, "area")
    is_there = len(rooms) == 1 and _NOBODY.search(why) is not None and may_take(call, "room")
    return with_piece(call, "room", rooms[0].text) if is_there else call


def loses_what_it_is(why: str, order: str, call: Call, lists: Lists) -> bool:
    """Tell whether "it" is a thing that was told of, and the call lost it: "the lamp is too orange, make it colder".

    Args:
        why: What is told.
        order: Beside it.
        call: What the order was read as.
        lists: Of the house.
    """
    named = bool(call.spans.keys() & {"device", "room"}) or not PRONOUN.search(order)
    return not named and bool(lists.found(heard_of(why)).get("name"))


_IN_THERE = re.compile(r"\b(?:in|over|out|up|down) there\b", re.IGNORECASE)


def in_there(why: str, order: str, call: Call, lists: Lists) -> Call | None:
    """Return an order with the room that "in there" means, which was said before; None where none was.

    Args:
        why: What is told.
        order: Beside it.
        call: What the order was read as.
        lists: Of the house.
    """
    if is_japanese(order) or not may_take(call, "room") or not _IN_THERE.search(order):
        return call
    heard = heard_of(why)
    places = longest(lists.found(heard), "area")
    if not places:
        return None
    return with_piece(call, "room", heard.piece(*max(places, key=lambda place: place[1] - place[0])))


_THERE = re.compile(r"\bthere[.! ]*$", re.IGNORECASE)


def there_too(first: str, rest: str, call: Call | None, lists: Lists) -> Call | None:
    """Return an order with the room that "there" means, which the part before names; None where it names none.

    Args:
        first: What was said before.
        rest: The order.
        call: What it was read as; None: as nothing.
        lists: Of the house.
    """
    if call is None or is_japanese(rest) or not _THERE.search(rest) or "room" in call.spans:
        return call
    rooms = pieces(first, lists, "area")
    return with_piece(call, "room", rooms[0].text) if len(rooms) == 1 and may_take(call, "room") else None
