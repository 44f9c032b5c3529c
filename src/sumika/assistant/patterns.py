"""A pattern in both languages, as one: which of the two a text is looked through with, its script says."""

import re

import msgspec

from sumika.assistant.lexicon import is_japanese


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for.

    Attributes:
        en: In English.
        ja: In Japanese.
    """

    en: re.Pattern[str]
    ja: re.Pattern[str]

    def of(self, text: str) -> re.Pattern[str]:
        """Return the pattern of a text's language."""
        return self.ja if is_japanese(text) else self.en

    def search(self, text: str) -> re.Match[str] | None:
        """Return where a text has it; None where it has not."""
        return self.of(text).search(text)
