"""A sentence as numbers: its places, and what stands around each of them; the same in every language.

A character has four codes into one table: the character, the pair that ends there, the triple around it, and the word
that it stands in (of a script without spaces: the run of one kind of letters, in hiragana the four letters around it).
A word that is read as one place has, in the place of its character, whether it is titled; no pair; its first three
letters; itself; the two words that end there; and its other triples of letters. What occurs often has a code of its
own; all rarer pairs, triples and words share one, so that a name that nobody has heard looks like any other such name.
Digits are alike, and so are wide and narrow, great and small letters: what a number is, is read elsewhere.
"""

import zlib
from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.sentence_places import HIRAGANA, KINDS, LATIN, Place, Units, places_of

Codes = NDArray[np.int32]
CHANNELS = 4
"""Character, pair, triple, word."""
MORE_TRIPLES = 6
"""Of a word, beside its first."""
WORD_CHANNELS = CHANNELS + 1 + MORE_TRIPLES
"""Also the two words that end there, and more triples."""
CHARACTER, PAIR, TRIPLE, WORD, PHRASE = range(5)
PADDING = 0
_OUTSIDE = "\x02"
_SMALL, _TITLED = "\x03", "\x04"
_TAIL = 3
"""Of a long word's triples the last so many are read, and of the others those at its beginning."""


class Coding(msgspec.Struct, frozen=True, kw_only=True):
    """How sentences become codes.

    Attributes:
        alphabet: Characters that have a code of their own, as they are after folding; rarer ones share `rare`.
        pairs: Pairs of folded characters that have one.
        triples: Triples that have one.
        words: Words that have one.
        phrases: Two words in a row that have one, with a space between them.
        rare: Codes for all other characters.
        longest: Characters that are read; what comes after them is not.
        units: What a place is.
    """

    alphabet: str
    pairs: tuple[str, ...] = ()
    triples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    rare: int = 128
    longest: int = 96
    units: Units = "characters"

    @property
    def channels(self) -> int:
        """Codes of each place; 0 where it has none of a kind."""
        return CHANNELS if self.units == "characters" else WORD_CHANNELS

    @property
    def size(self) -> int:
        """Rows of the table: one for padding, then those of each channel, each after those of what is rare in it."""
        known = sum(len(one) for one in (self.alphabet, self.pairs, self.triples, self.words, self.phrases))
        return 1 + self.rare + 1 + 1 + len(KINDS) + 1 + known


def parts_of(sentence: str, units: Units) -> tuple[list[Place], list[list[str]]]:
    """Return the places of a sentence, and of each what its codes stand for, by channel; "" where it has none."""
    places = places_of(sentence, units)
    text = [_OUTSIDE, _OUTSIDE, *(place.text for place in places), _OUTSIDE, _OUTSIDE]
    words = _words(places, text)
    found = []
    for at, place in enumerate(places):
        if units == "words" and place.kind == LATIN:
            found.append(_parts_of_word(place, text[at + 1]))
            continue
        parts = [place.text[:1], text[at + 1] + place.text, "".join(text[at + 1 : at + 4]), words[at]]
        found.append(parts if units == "characters" else parts + [""] * (WORD_CHANNELS - CHANNELS))
    return places, found


def _parts_of_word(place: Place, before: str) -> list[str]:
    word = f"{_OUTSIDE}{place.text}{_OUTSIDE}"
    triples = [word[at : at + 3] for at in range(len(place.text))]
    if len(triples) > MORE_TRIPLES + 1:
        triples = triples[: MORE_TRIPLES + 1 - _TAIL] + triples[-_TAIL:]
    first, *more = triples
    kind = _TITLED if place.titled else _SMALL
    phrase = f"{before} {place.text}"
    return [kind, "", first, place.text, phrase, *more, *[""] * (MORE_TRIPLES - len(more))]


def _words(places: list[Place], text: list[str]) -> list[str]:
    """Return what stands for the word at each place; `text` has two more at each end."""
    found = [""] * len(places)
    first = 0
    for place in range(1, len(places) + 1):
        kind = places[first].kind
        if place < len(places) and places[place].kind == kind:
            continue
        word = "".join(text[first + 2 : place + 2])
        for inner in range(first, place):
            # Hiragana runs on through endings and particles: four letters say more than the whole of it.
            found[inner] = "".join(text[inner : inner + 4]) if kind == HIRAGANA else word
        first = place
    return found


class CodingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has a code of its own.

    Attributes:
        rare: Codes for all other characters.
        pairs: At most so many pairs.
        triples: At most so many triples.
        words: At most so many words.
        phrases: At most so many of two words in a row.
        longest: Characters that are read.
        least: What occurs in fewer sentences has none.
        units: What a place is: a character, or a word of scripts that write words.
    """

    rare: int = 64
    pairs: int = 3000
    triples: int = 5000
    words: int = 4000
    phrases: int = 3000
    longest: int = 96
    least: int = 20
    units: Units = "characters"


def coding_of(sentences: Iterable[str], settings: CodingSettings) -> Coding:
    """Return a coding in which what occurs most often has a code of its own.

    Args:
        sentences: To learn from.
        settings: How many codes.
    """
    kinds = PHRASE + 1
    counts: tuple[Counter[str], ...] = tuple(Counter() for _ in range(kinds))
    for sentence in sentences:
        _, parts = parts_of(sentence, settings.units)
        for channel, of_channel in enumerate(zip(*parts, strict=True)):
            counts[channel if channel < kinds else TRIPLE].update(set(of_channel))

    def usual(channel: int, most: int) -> tuple[str, ...]:
        often = [(-count, part) for part, count in counts[channel].items() if part and count >= settings.least]
        return tuple(sorted(part for _, part in sorted(often)[:most]))

    return Coding(
        alphabet="".join(usual(CHARACTER, len(counts[CHARACTER]))),
        pairs=usual(PAIR, settings.pairs),
        triples=usual(TRIPLE, settings.triples),
        words=usual(WORD, settings.words),
        phrases=usual(PHRASE, settings.phrases),
        rare=settings.rare,
        longest=settings.longest,
        units=settings.units,
    )


class Coder:
    """Makes codes of sentences.

    Attributes:
        coding: How.
    """

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        begin, first, known = 1, list[int](), list[dict[str, int]]()
        lists = (coding.alphabet, coding.pairs, coding.triples, coding.words, coding.phrases)
        for rare, parts in zip((coding.rare, 1, 1, len(KINDS), 1), lists, strict=True):
            first.append(begin)
            known.append({part: begin + rare + place for place, part in enumerate(parts)})
            begin += rare + len(parts)
        kinds = [channel if channel <= PHRASE else TRIPLE for channel in range(coding.channels)]
        self._first, self._known = [first[kind] for kind in kinds], [known[kind] for kind in kinds]

    def rare_of(self, sentence: str) -> Codes:
        """Return the codes (place, channel) that a sentence would have if all of it were rare."""
        return self.codes_and_rare_of(sentence)[1]

    def codes_of(self, sentence: str) -> Codes:
        """Return the codes (place, channel) of a sentence; characters beyond `coding.longest` are left out.

        Args:
            sentence: As it was said.
        """
        return self.codes_and_rare_of(sentence)[0]

    def codes_and_rare_of(self, sentence: str) -> tuple[Codes, Codes]:
        """Return `codes_of` and `rare_of`."""
        places, parts = parts_of(sentence[: self.coding.longest], self.coding.units)
        codes = np.zeros((len(places), self.coding.channels), np.int32)
        rare = np.zeros_like(codes)
        for at, (place, of_place) in enumerate(zip(places, parts, strict=True)):
            for channel, part in enumerate(of_place):
                if not part:
                    continue
                unknown = self._first[channel]
                rare[at, channel] = unknown + (KINDS.index(place.kind) if channel == WORD else 0)
                if channel == CHARACTER:
                    unknown += _hash(part) % self.coding.rare
                elif channel == WORD:
                    unknown = int(rare[at, channel])
                codes[at, channel] = self._known[channel].get(part, unknown)
        return codes, rare


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
