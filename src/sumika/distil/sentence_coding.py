"""A sentence as numbers: its characters, and hashes of what stands around each of them; the same in every language.

Every place has four codes into one table: the character, the pair that ends there, the triple around it, and the word
that it stands in (of a script without spaces: the run of one kind of letters, in hiragana the four letters around it).
Digits are alike, and so are wide and narrow, great and small letters: what a number is, is read elsewhere. A
character is never changed into several, so that places in the codes are places in the sentence.
"""

import unicodedata
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache

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


class Coding(msgspec.Struct, frozen=True, kw_only=True):
    """How sentences become codes.

    Attributes:
        alphabet: Characters that have a code of their own, as they are after folding; rarer ones share `rare`.
        rare: Codes for all other characters.
        pairs: Codes for pairs.
        triples: Codes for triples.
        words: Codes for words.
        longest: Characters that are read; what comes after them is not.
    """

    alphabet: str
    rare: int = 128
    pairs: int = 4096
    triples: int = 4096
    words: int = 4096
    longest: int = 96

    @property
    def size(self) -> int:
        """Rows of the table."""
        return 1 + len(self.alphabet) + self.rare + self.pairs + self.triples + self.words


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


def alphabet_of(sentences: Iterable[str], least: int = 3) -> str:
    """Return the characters that occur often enough to have a code of their own."""
    counts: dict[str, int] = {}
    for sentence in sentences:
        for character in sentence:
            counts[character] = counts.get(character, 0) + 1
    together: dict[str, int] = {}
    for character, count in counts.items():
        one = folded(character)
        together[one] = together.get(one, 0) + count
    return "".join(sorted(one for one, count in together.items() if count >= least))


def codes_of(sentence: str, coding: Coding) -> Codes:
    """Return the codes (place, channel) of a sentence; places beyond `coding.longest` are left out.

    Args:
        sentence: As it was said.
        coding: How.
    """
    text = [folded(character) for character in sentence[: coding.longest]]
    if not text:
        return np.zeros((0, CHANNELS), np.int64)
    kinds = [script(character) for character in text]
    found = np.empty((len(text), CHANNELS), np.int64)
    padded = [_OUTSIDE, _OUTSIDE, *text, _OUTSIDE, _OUTSIDE]
    place_of = _places(coding.alphabet)
    pairs_at = 1 + len(coding.alphabet) + coding.rare
    triples_at, words_at = pairs_at + coding.pairs, pairs_at + coding.pairs + coding.triples
    words = _words(text, kinds, padded)
    for place, character in enumerate(text):
        known = place_of.get(character)
        rare = 1 + len(coding.alphabet) + _hash(character) % coding.rare
        found[place, 0] = rare if known is None else known
        found[place, 1] = pairs_at + _hash(padded[place + 1] + character) % coding.pairs
        found[place, 2] = triples_at + _hash("".join(padded[place + 1 : place + 4])) % coding.triples
        found[place, 3] = words_at + _hash(words[place]) % coding.words
    return found


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


@lru_cache(maxsize=8)
def _places(alphabet: str) -> dict[str, int]:
    return {character: place + 1 for place, character in enumerate(alphabet)}


@lru_cache(maxsize=65536)
def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def latin_joints(sentence: str) -> NDArray[np.bool_]:
    """Return where (place,) a Latin word goes on: no piece may begin or end before such a place."""
    latin = [script(folded(character)) == _LATIN for character in sentence]
    return np.array([place > 0 and latin[place] and latin[place - 1] for place in range(len(latin))], bool)


def spaces_of(sentence: str) -> NDArray[np.bool_]:
    """Return where (place,) nothing but space stands."""
    return np.array([character.isspace() for character in sentence], bool)
