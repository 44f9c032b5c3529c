"""Where a sentence is read: at each of its characters, or at each word of scripts that write words.

Read by words, a run of Latin letters or of digits is one place and space is none, so that a piece can neither begin
within a word nor end in a space; characters of other scripts have a place each. English is read at a quarter of the
places that its letters would make.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

KATAKANA, HIRAGANA, KANJI = "k", "h", "c"
LATIN, DIGIT, SPACE, OTHER = "l", "d", " ", "."
KINDS = (KATAKANA, HIRAGANA, KANJI, LATIN, DIGIT, SPACE, OTHER)
Units = Literal["characters", "words"]


class Place(NamedTuple):
    """One place of a sentence.

    Attributes:
        text: What stands there, folded.
        kind: Of its letters, one of `KINDS`.
        first: Place of its first character in the sentence.
        last: Place after its last character.
        titled: Whether it is a word that begins with a great letter and goes on with small ones.
    """

    text: str
    kind: str
    first: int
    last: int
    titled: bool = False


@cache
def folded(character: str) -> str:
    """Return what a character counts as: narrow, small, and a digit as 0."""
    plain = unicodedata.normalize("NFKC", character)
    plain = plain if len(plain) == 1 else character
    small = plain.lower()
    small = small if len(small) == 1 else plain
    return "0" if small.isdecimal() else small


@cache
def script(character: str) -> str:
    """Return the kind of a folded character; letters of one kind in a row make a word."""
    code = ord(character)
    if character == "0":
        return DIGIT
    if character.isspace():
        return SPACE
    if 0x3040 <= code <= 0x309F:
        return HIRAGANA
    if 0x30A0 <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9F:
        return KATAKANA
    if 0x3400 <= code <= 0x9FFF or character in "々〆":
        return KANJI
    return LATIN if character.isalpha() else OTHER


def places_of(sentence: str, units: Units) -> list[Place]:
    """Return the places of a sentence, in its order.

    Args:
        sentence: As it was said.
        units: What a place is.
    """
    text = [folded(character) for character in sentence]
    kinds = [script(character) for character in text]
    if units == "characters":
        return [Place(one, kind, at, at + 1) for at, (one, kind) in enumerate(zip(text, kinds, strict=True))]
    found, first = list[Place](), 0
    for place in range(1, len(text) + 1):
        kind = kinds[first]
        if place < len(text) and kinds[place] == kind and kind in (LATIN, DIGIT):
            continue
        if kind != SPACE:
            titled = kind == LATIN and sentence[first].isupper() and sentence[place - 1].islower()
            found.append(Place("".join(text[first:place]), kind, first, place, titled))
        first = place
    return found


def torn_of(places: Sequence[Place]) -> list[bool]:
    """Return where (place,) a run of katakana goes on: few pieces begin or end within one (デスクライト)."""
    return [
        at > 0 and one.kind == KATAKANA and places[at - 1].kind == KATAKANA and places[at - 1].last == one.first
        for at, one in enumerate(places)
    ]


def joints_of(places: Sequence[Place]) -> list[bool]:
    """Return where (place,) a Latin word goes on: no piece may begin or end before such a place."""
    return [
        at > 0 and one.kind == LATIN and places[at - 1].kind == LATIN and places[at - 1].last == one.first
        for at, one in enumerate(places)
    ]
