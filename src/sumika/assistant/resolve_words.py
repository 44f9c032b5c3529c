"""Words of a sentence made bare for looking them up, and words that are similar to names."""

import difflib
import re
from collections.abc import Mapping

from sumika.assistant.lexicon import ALL_WORDS, is_japanese, kinds_of_word, plain

ALIKE = 0.75
"""How alike a word must be to a name for the house to ask whether it was meant (difflib's ratio, 0 to 1)."""

_ARTICLES = re.compile(r"^(?:(?:the|a|an|my|our|your|this|that|these|those|in|on|at|of) )+", re.IGNORECASE)
_PARTICLES = re.compile(r"(?:を|は|が|の|に|で|も|って|とやら|(?<=[一-龠々ァ-ヶーん])ば|(?<=でんき)ば)$")
_POINTING = re.compile(r"^(?:うちの|家の|あの|その|この|例の|ここの|こごの|そこの|そごの)(?=.)")
_ALL_EN = re.compile(
    rf"^(?:{'|'.join(sorted(ALL_WORDS.en, key=len, reverse=True))}) (?:(?:of )?(?:the|my|our) )?", re.IGNORECASE
)
_KANA = re.compile("[ぁ-ゖー]+")
_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_ALL_JA = "|".join(sorted(ALL_WORDS.ja, key=len, reverse=True))
_ALL_JA_AT = re.compile(rf"^(?:{_ALL_JA})の?(?=.)|(?<=.)(?:を|は|の)?(?:{_ALL_JA})$")


def bare(said: str) -> str:
    """Return a word for looking it up: without articles, particles and pointing words, after `plain`."""
    text = _ARTICLES.sub("", said.strip())
    text = text if not is_japanese(text) else _POINTING.sub("", _PARTICLES.sub("", text))
    # くーらー is クーラー; without its marks it were くら.
    katakana = text.translate(_KATAKANA) if "ー" in text and _KANA.fullmatch(text) else ""
    return plain(katakana if kinds_of_word(katakana) else text)


def without_all(said: str) -> tuple[str, bool]:
    """Return what is said without "all the" or 全部の, and whether that was said."""
    text = said.strip()
    rest = _ALL_EN.sub("", _ARTICLES.sub("", text)) if not is_japanese(text) else _ALL_JA_AT.sub("", text)
    changed = rest != (_ARTICLES.sub("", text) if not is_japanese(text) else text)
    return (rest, True) if rest and changed else (text, False)


def alike(key: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return ids of what a word is similar to, the most similar first; for asking back, never for acting.

    Args:
        key: After `bare`.
        names: Ids by names.
    """
    close = difflib.get_close_matches(key, names, n=3, cutoff=ALIKE)
    return tuple(dict.fromkeys(identifier for name in close for identifier in names[name]))[:3]
