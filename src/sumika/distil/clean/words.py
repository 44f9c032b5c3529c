"""Texts as words: the form in which duplicates and contamination are looked for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+|[^\w\s.,;:!?\"'`()\[\]{}]")
RECKONED = re.compile(r"\d+(?:[.,]\d+)*|[-+*/^=<>%×÷]|[(\[](?=\s*[-\d(\[])|(?<=[\d)\]])\s*[)\]]")


def normalised(text: str) -> str:
    """Return the text in compatibility form (NFKC), lower case, white space folded, without a mark at its end.

    Signs and brackets stay: `(2 + 3) * 4` and `2 + (3 * 4)` are two problems.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).rstrip(" .?!:;,")


def words(text: str) -> list[str]:
    """Return the words, numbers and operators of a text in lower case; marks, quotes and brackets are left out."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def numbers(text: str) -> tuple[str, ...]:
    """Return the numbers of a text in their order, with the signs of sums and brackets beside numbers."""
    return tuple(sign.strip() for sign in RECKONED.findall(unicodedata.normalize("NFKC", text)))


def runs(of: Sequence[str], length: int) -> Iterator[str]:
    """Yield every run of `length` words; nothing if there are fewer."""
    for start in range(len(of) - length + 1):
        yield " ".join(of[start : start + length])
