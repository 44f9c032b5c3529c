"""Held-out phrasings that the student has not met by chance: short ones are said alike by whoever writes sentences.

The generator's writers have not read what is held out, and nobody who holds out has read theirs. But among thousands of
sentences that were written by hand to learn from, some are those of the held-out ones, word for word.
"""

import re
import unicodedata
from collections.abc import Iterable

from sumika.evaluate.assistant.phrasings import Phrasing
from sumika.training.house_language.grammar import templates

_PIECE = re.compile(r"\(?\{\w+=([^}]*)\}(?:(?:\|\{\w+\})+\))?")
"""A piece of a sentence by hand as it was said, and the slots of others of its kind that may stand there instead."""


def never_taught(spoken: Iterable[Phrasing], language: str) -> tuple[Phrasing, ...]:
    """Return those that are not, word for word, among the sentences that were written by hand to learn from.

    Args:
        spoken: What is held out.
        language: "ja" or "en".
    """
    taught = {bare(as_said(one.text)) for one in templates(language, 0.0) if one.said}
    return tuple(one for one in spoken if bare(one.text) not in taught)


def as_said(line: str) -> str:
    """Return the sentence that a line was made of."""
    return _PIECE.sub(lambda found: found[1], line)


def bare(text: str) -> str:
    """Return the letters and figures of a text, in one form of each."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()
