"""Names of things, rooms and people, put together of open lists: a share of every list is kept back for scoring."""

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from ruamel.yaml import YAML

from sumika.assistant.lexicon import (
    ALL_WORDS,
    APPLIANCE_WORDS,
    COLOUR_WORDS,
    DEVICE_WORDS,
    EVERYTHING,
    HERE,
    HUE_WORDS,
    KIN_WORDS,
    ROOM_WORDS,
    WHOLE_HOUSE,
    Words,
)

FOLDER = Path(__file__).parent
HELD_SHARE = 6
"""One in so many words of each list is kept back."""
_KATAKANA = tuple("アイウエオカキクコサシスソタチテトナニネノハヒフホマミムメモヤユヨラリルレロワ")
_ENDS = ("ン", "ッタ", "ーラ", "ータ", "ーン", "リン", "ッポ", "ーノ", "ル", "ス", "ット", "ィ", "ーク", "ア", "ッキー")
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeio")
_CODAS = ("", "n", "r", "x", "l", "s", "ck", "sh", "ta", "zo")
_HIRAGANA_SHIFT = ord("ア") - ord("あ")
Language = str
Option = TypeVar("Option")


@cache
def lists(language: Language) -> dict[str, tuple[str, ...]]:
    """Return the open lists of a language ("ja", "en"), by name; "_" stands for a blank within a name."""
    found = YAML(typ="safe", pure=True).load((FOLDER / "names.yaml").read_text(encoding="utf-8"))[language]
    return {name: tuple(word.replace("_", " ") for word in words.split()) for name, words in found.items()}


def is_held(word: str) -> bool:
    """Return whether a word of an open list is kept back."""
    return zlib.crc32(word.encode()) % HELD_SHARE == 0


@cache
def parts_of(language: Language, name: str, *, held: bool) -> tuple[str, ...]:
    """Return the words of a list that are learnt from, or those that are kept back."""
    return tuple(word for word in lists(language)[name] if is_held(word) == held)


@cache
def usual(language: Language, *kinds: str) -> tuple[str, ...]:
    """Return the usual words for some kinds of devices, machines or rooms."""
    tables = (DEVICE_WORDS, APPLIANCE_WORDS, ROOM_WORDS)
    found = [in_language(table[kind], language) for kind in kinds for table in tables if kind in table]
    return tuple(word for words in found for word in words)


def in_language(words: Words, language: Language) -> tuple[str, ...]:
    """Return the words of one language."""
    return words.ja if language == "ja" else words.en


def spread(tables: Iterable[Words], language: Language) -> tuple[str, ...]:
    """Return all words of one language."""
    return tuple(word for words in tables for word in in_language(words, language))


KIN = {language: spread(KIN_WORDS.values(), language) for language in ("ja", "en")}
COLOURS = {language: spread((*COLOUR_WORDS.values(), HUE_WORDS), language) for language in ("ja", "en")}
EVERY = {language: in_language(EVERYTHING, language) for language in ("ja", "en")}
ALL = {language: in_language(ALL_WORDS, language) for language in ("ja", "en")}
HERE_WORDS = {language: in_language(HERE, language) for language in ("ja", "en")}
WHOLE = {language: in_language(WHOLE_HOUSE, language) for language in ("ja", "en")}
NOT_A_DEVICE = (
    "暖房",
    "冷房",
    "heating",
    "cooling",
    "冷暖房",
    "お湯",
    "給湯",
    "hot water",
    "充電",
    "洗濯",
    "お洗濯",
    "laundry",
)
"""Words of the lexicon that mean more what is done than a thing that does it."""


class Draw:
    """Draws names of one language.

    Attributes:
        language: "ja" or "en".
        random: Source of every draw.
        held: Whether all names are of words that nobody learns from.
        kind: Of the device that was named last; "" before any was.
    """

    def __init__(self, language: Language, random: np.random.Generator, *, held: bool) -> None:
        self.language, self.random, self.held = language, random, held
        self.kind = ""

    def one(self, options: Sequence[Option]) -> Option:
        """Return one of some words or pairs of words."""
        return options[int(self.random.integers(len(options)))]

    def maybe(self, share: float) -> bool:
        """Return whether something that happens this often happens."""
        return bool(self.random.random() < share)

    def part(self, name: str) -> str:
        """Return a word of an open list; where none of a short list is kept back, any of it."""
        return self.one(parts_of(self.language, name, held=self.held) or lists(self.language)[name])

    def invented(self) -> str:
        """Return a name that means nothing."""
        while True:
            word = self._katakana() if self.language == "ja" else self._latin()
            if is_held(word) == self.held:
                return word

    def _katakana(self) -> str:
        word = "".join(self.one(_KATAKANA) for _ in range(int(self.random.integers(1, 4)))) + self.one(tuple(_ENDS))
        if self.maybe(0.25):
            word = "".join(chr(ord(one) - _HIRAGANA_SHIFT) if "ァ" <= one <= "ン" else one for one in word)
        return word

    def _latin(self) -> str:
        count = int(self.random.integers(1, 4))
        return ("".join(self.one(_SYLLABLES) for _ in range(count)) + self.one(_CODAS)).capitalize()

    def number(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both among them."""
        return int(self.random.integers(low, high + 1))
