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
SHARED = ("light_adjectives", "cover_adjectives", "room_adjectives", "titles", "honorifics", "things", "acts", "states")
"""Lists of words that everybody uses, for other things too: nothing of them is kept back, and no new name rests on
them alone."""
ANYWHERE = ("brands", "family", "given", "light_words", "other_words", "cover_words")
"""Lists whose words stand in names of other things too; rooms do not: a lamp of the kitchen is no "kitchen lamp"."""
WIDE_SHARE, WIDE_ROOM_SHARE = 0.25, 0.5
"""Of the things, and of the new rooms, that are learnt from in Japanese: how many are named by any words.

In English, where words stand apart, such names have cost more than they brought."""
HELD_SHARE = 6
"""One in so many words of each list is kept back."""
_KATAKANA = tuple("アイウエオカキクコサシスソタチテトナニネノハヒフホマミムメモヤユヨラリルレロワ")
_ENDS = ("ン", "ッタ", "ーラ", "ータ", "ーン", "リン", "ッポ", "ーノ", "ル", "ス", "ット", "ィ", "ーク", "ア", "ッキー")
_MORE = (
    "信仁智礼文武美麗優愛恵希望夢真実心音歌声色赤青白黒緑紫鳥鶴亀龍虎馬鹿犬猫魚貝米麦豆茶酒味香形長短高低深広新古明清静"
)
_KANJI = tuple(
    f"一三五大小中上下左右東西南北春夏秋冬山川海空森林花草木竹石金銀玉星月日光風雲雪雨水火土田村町里道橋門家宮寺神福吉幸喜楽安平和正直義{_MORE}"
)
_CLUSTERS = (
    "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sh sk sl sm sp st str t th tr tw v w y z"
)
_ONSETS = tuple(_CLUSTERS.split(" "))
_VOWELS = ("a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "ee", "ie", "oa", "oo", "ou", "ow")
_CODAS = (*("", "n", "r", "l", "t", "s", "ck", "ng", "nt", "st", "rd", "th", "sh", "ss", "ll", "nd", "ne", "y"), "er")
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
        widely: Whether names of any words of any list are drawn too, which are only learnt from: what is scored is
            drawn without, so that it stays what it was.
    """

    widely: bool = False

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
        """Return a word of an open list."""
        if name in SHARED:
            return self.one(lists(self.language)[name])
        return self.one(parts_of(self.language, name, held=self.held) or lists(self.language)[name])

    def invented(self) -> str:
        """Return a name that means nothing."""
        while True:
            word = self._of_kana_or_kanji() if self.language == "ja" else self._latin()
            if is_held(word) == self.held:
                return word

    def _of_kana_or_kanji(self) -> str:
        if self.maybe(0.3):
            return "".join(self.one(_KANJI) for _ in range(self.number(1, 3)))
        word = "".join(self.one(_KATAKANA) for _ in range(self.number(1, 4))) + self.one(_ENDS)
        if self.maybe(0.35):
            word = "".join(chr(ord(one) - _HIRAGANA_SHIFT) if "ァ" <= one <= "ン" else one for one in word)
        return word

    def _latin(self) -> str:
        syllables = (self.one(_ONSETS) + self.one(_VOWELS) for _ in range(self.number(1, 3)))
        return ("".join(syllables) + self.one(_CODAS)).capitalize()

    def modifier(self) -> str:
        """Return what may stand before a name: a word, or one that means nothing."""
        return self.invented().lower() if self.maybe(0.35) else self.part("modifiers")

    def any_word(self) -> str:
        """Return a word that may stand in a name, whatever it means otherwise: of any open list, or invented."""
        luck = self.random.random()
        if luck < 0.4:
            return self.invented()
        if luck < 0.75:
            return self.part("modifiers")
        return self.part(self.one(ANYWHERE))

    def given(self) -> str:
        """Return somebody's own name: a usual one, or one that nobody has."""
        return self.invented() if self.maybe(0.4) else self.part("given")

    def number(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both among them."""
        return int(self.random.integers(low, high + 1))
