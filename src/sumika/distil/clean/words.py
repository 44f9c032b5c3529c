"""Texts as words: the form in which duplicates and contamination are looked for.

Japanese and Chinese are written without blanks. There each kana or Han sign stands for half a word, which is what the
words of Japanese prose take on the average; runs may begin at any sign, so that nothing hangs on where words are cut.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

SIGNS = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana, signs that repeat
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
MARKS = ".,;:!?、。・…‥〜「」『』【】〈〉《》"
SIGN = re.compile(f"[{SIGNS}]")
WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{SIGNS}]|[^\W{SIGNS}]+|[^\w\s{MARKS}\"'`()\[\]{{}}]")
BESIDE_SIGNS = re.compile(rf"(?<=[{SIGNS}]) | (?=[{SIGNS}])")
WORD_RULES = 2
"""Of what a word is; one more where that changes, so that no store gives what was cleaned by other rules."""

RECKONED = re.compile(r"\d+(?:[.,]\d+)*|[-+*/^=<>%×÷]|[(\[](?=\s*[-\d(\[])|(?<=[\d)\]])\s*[)\]]")


def normalised(text: str) -> str:
    """Return the text in compatibility form (NFKC), lower case, white space folded, without a mark at its end.

    Signs and brackets stay: `(2 + 3) * 4` and `2 + (3 * 4)` are two problems.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).rstrip(" .?!:;,、。")


def words(text: str) -> list[str]:
    """Return the words, numbers and operators of a text in lower case, kana and Han signs each by itself.

    Marks, quotes and brackets are left out.
    """
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def count(of: Sequence[str]) -> float:
    """Return how many words these are."""
    return sum(map(_halves, of)) / 2


def numbers(text: str) -> tuple[str, ...]:
    """Return the numbers of a text in their order, with the signs of sums and brackets beside numbers."""
    return tuple(sign.strip() for sign in RECKONED.findall(unicodedata.normalize("NFKC", text)))


def runs(of: Sequence[str], length: int) -> Iterator[str]:
    """Yield every run of `length` words; nothing if there are fewer."""
    halves = end = 0
    for start, word in enumerate(of):
        while halves < 2 * length and end < len(of):
            halves += _halves(of[end])
            end += 1
        if halves < 2 * length:
            return
        yield " ".join(of[start:end])
        halves -= _halves(word)


def readable(run: str) -> str:
    """Return a run as a person writes it."""
    return BESIDE_SIGNS.sub("", run)


def _halves(word: str) -> int:
    return 1 if SIGN.match(word) else 2
