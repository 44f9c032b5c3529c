"""A sentence as numbers: its characters, and what stands around each of them; the same in every language.

Every place has four codes into one table: the character, the pair that ends there, the triple around it, and the word
that it stands in (of a script without spaces: the run of one kind of letters, in hiragana the four letters around it).
What occurs often has a code of its own; all rarer pairs, triples and words share one, so that a name that nobody has
heard looks like any other such name. Digits are alike, and so are wide and narrow, great and small letters: what a
number is, is read elsewhere. A character is never changed into several, so that places in the codes are places in the
sentence.
"""

import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
CHANNELS = 4
"""Character, pair, triple, word."""
PADDING = 0
_OUTSIDE = "\x02"
_KATAKANA, _HIRAGANA, _KANJI = "k", "h", "c"
_LATIN, _DIGIT, _SPACE, _OTHER = "l", "d", " ", "."
_KINDS = (_KATAKANA, _HIRAGANA, _KANJI, _LATIN, _DIGIT, _SPACE, _OTHER)


class Coding(msgspec.Struct, frozen=True, kw_only=True):
    """How sentences become codes.

    Attributes:
        alphabet: Characters that have a code of their own, as they are after folding; rarer ones share `rare`.
        pairs: Pairs of folded characters that have one.
        triples: Triples that have one.
        words: Words that have one.
        rare: Codes for all other characters.
        longest: Characters that are read; what comes after them is not.
    """

    alphabet: str
    pairs: tuple[str, ...] = ()
    triples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rare: int = 128
    longest: int = 96

    @property
    def size(self) -> int:
        """Rows of the table: one for padding, then those of each channel, each after those of what is rare in it."""
        known = len(self.alphabet) + len(self.pairs) + len(self.triples) + len(self.words)
        return 1 + self.rare + 1 + 1 + len(_KINDS) + known


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
        return _DIGIT
    if character.isspace():
        return _SPACE
    if 0x3040 <= code <= 0x309F:
        return _HIRAGANA
    if 0x30A0 <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9F:
        return _KATAKANA
    if 0x3400 <= code <= 0x9FFF or character in "々〆":
        return _KANJI
    return _LATIN if character.isalpha() else _OTHER


def parts_of(sentence: str) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
    """Return of each place of a sentence its folded character, pair, triple, word, and kind of letter."""
    text = [folded(character) for character in sentence]
    kinds = [script(character) for character in text]
    padded = [_OUTSIDE, _OUTSIDE, *text, _OUTSIDE, _OUTSIDE]
    pairs = ["".join(padded[place + 1 : place + 3]) for place in range(len(text))]
    triples = ["".join(padded[place + 1 : place + 4]) for place in range(len(text))]
    return text, pairs, triples, _words(text, kinds, padded), kinds


def _words(text: list[str], kinds: list[str], padded: list[str]) -> list[str]:
    """Return what stands for the word at each place."""
    found = [""] * len(text)
    first = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and kinds[place] == kinds[first]:
            continue
        word = "".join(text[first:place])
        for inner in range(first, place):
            # Hiragana runs on through endings and particles: four letters say more than the whole of it.
            found[inner] = "".join(padded[inner : inner + 4]) if kinds[first] == _HIRAGANA else word
        first = place
    return found


class CodingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has a code of its own.

    Attributes:
        rare: Codes for all other characters.
        pairs: At most so many pairs.
        triples: At most so many triples.
        words: At most so many words.
        longest: Characters that are read.
        least: What occurs in fewer sentences has none.
    """

    rare: int = 64
    pairs: int = 3000
    triples: int = 5000
    words: int = 4000
    longest: int = 96
    least: int = 20


def coding_of(sentences: Iterable[str], settings: CodingSettings) -> Coding:
    """Return a coding in which what occurs most often has a code of its own.

    Args:
        sentences: To learn from.
        settings: How many codes.
    """
    counts: tuple[Counter[str], ...] = tuple(Counter() for _ in range(CHANNELS))
    for sentence in sentences:
        for count, parts in zip(counts, parts_of(sentence)[:CHANNELS], strict=True):
            count.update(set(parts))

    def usual(channel: int, most: int) -> tuple[str, ...]:
        often = [(-count, part) for part, count in counts[channel].items() if count >= settings.least]
        return tuple(sorted(part for _, part in sorted(often)[:most]))

    return Coding(
        alphabet="".join(usual(0, len(counts[0]))),
        pairs=usual(1, settings.pairs),
        triples=usual(2, settings.triples),
        words=usual(3, settings.words),
        rare=settings.rare,
        longest=settings.longest,
    )


class Coder:
    """Makes codes of sentences.

    Attributes:
        coding: How.
    """

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        begin, self._first, self._known = 1, list[int](), list[dict[str, int]]()
        channels = (coding.alphabet, coding.pairs, coding.triples, coding.words)
        for rare, known in zip((coding.rare, 1, 1, len(_KINDS)), channels, strict=True):
            self._first.append(begin)
            self._known.append({part: begin + rare + place for place, part in enumerate(known)})
            begin += rare + len(known)

    def rare_of(self, sentence: str) -> Codes:
        """Return the codes (place, channel) that a sentence would have if all of it were rare."""
        kinds = [script(folded(character)) for character in sentence[: self.coding.longest]]
        found = np.empty((len(kinds), CHANNELS), np.int64)
        found[:] = self._first
        found[:, 3] += np.array([_KINDS.index(kind) for kind in kinds], np.int64)
        return found

    def codes_of(self, sentence: str) -> Codes:
        """Return the codes (place, channel) of a sentence; places beyond `coding.longest` are left out.

        Args:
            sentence: As it was said.
        """
        text, pairs, triples, words, kinds = parts_of(sentence[: self.coding.longest])
        found = np.empty((len(text), CHANNELS), np.int64)
        characters, of_pairs, of_triples, of_words = self._known
        for place, character in enumerate(text):
            known = characters.get(character)
            found[place, 0] = self._first[0] + _hash(character) % self.coding.rare if known is None else known
            found[place, 1] = of_pairs.get(pairs[place], self._first[1])
            found[place, 2] = of_triples.get(triples[place], self._first[2])
            found[place, 3] = of_words.get(words[place], self._first[3] + _KINDS.index(kinds[place]))
        return found


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def latin_joints(sentence: str) -> NDArray[np.bool_]:
    """Return where (place,) a Latin word goes on: no piece may begin or end before such a place."""
    latin = [script(folded(character)) == _LATIN for character in sentence]
    return np.array([place > 0 and latin[place] and latin[place - 1] for place in range(len(latin))], bool)


def spaces_of(sentence: str) -> NDArray[np.bool_]:
    """Return where (place,) nothing but space stands."""
    return np.array([character.isspace() for character in sentence], bool)
