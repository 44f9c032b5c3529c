"""Held-out phrasings that the student has not met by chance: short ones are said alike by whoever writes sentences.

The generator's writers have not read what is held out, and nobody who holds out has read theirs. But among thousands of
sentences that were written by hand to learn from, some are those of the held-out ones, word for word.
"""

import re
import unicodedata
from collections.abc import Iterable

from sumika.evaluate.assistant.phrasings import Phrasing
from sumika.training.house_language.grammar import templates

SLOT_LETTERS = 8
"""A slot of a line stands for any name, day or amount of no more letters."""

_SLOT = re.compile(r"\{[^}]*\}")


def never_taught(spoken: Iterable[Phrasing], language: str) -> tuple[Phrasing, ...]:
    """Return those that no sentence covers which was written by hand to learn from, whatever stands in its slots.

    Args:
        spoken: What is held out.
        language: "ja" or "en".
    """
    lines = {_pattern(one.text) for one in templates(language, 0.0) if one.said}
    covers = [re.compile(line) for line in lines]
    return tuple(one for one in spoken if not any(line.fullmatch(bare(one.text)) for line in covers))


def bare(text: str) -> str:
    """Return the letters and figures of a text, in one form of each."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def _pattern(line: str) -> str:
    """Return a line as an expression; of a slot with the words that stood there, these."""
    found, last = "", 0
    for slot in _SLOT.finditer(line):
        found += re.escape(bare(line[last : slot.start()]))
        _, _, words = slot.group()[1:-1].partition("=")
        found += re.escape(bare(words)) if words else f".{{1,{SLOT_LETTERS}}}"
        last = slot.end()
    return found + re.escape(bare(line[last:]))
