"""A sentence made ready for matching: without blanks, punctuation, case and width; each letter knows where it stood.

Templates are compared without blanks in both languages: Japanese has none, and in English "living-room", "livingroom"
and "living room" are one. That words begin and end where they should is looked at for whatever is copied out.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sumika.assistant.readings import without_long_marks

_KEPT = frozenset("%°.:,/")
"""Signs that mean something beside digits; elsewhere they are dropped as any other punctuation."""

_SMALL_VOWELS = frozenset("ぁぃぅぇぉっ")
_VOICING = frozenset("\uff9e\uff9f")

MOST_REMEMBERED = 256
"""So many sentences and parts of them are kept as they were made ready: one sentence is looked at many times over."""


class Heard:
    """A sentence for matching.

    Attributes:
        said: As it was said.
        spaced: NFKC, small letters, blanks between words, without punctuation.
        letters: The same without blanks, hyphens and apostrophes: what templates are compared with.
    """

    def __init__(self, said: str) -> None:
        self.said = said
        spaced: list[str] = []
        self._spaced_at: list[int] = []
        clusters = list(_clusters(said))
        for at, _, text in clusters:
            for letter in text:
                if not letter.isspace():
                    spaced.append(letter)
                    self._spaced_at.append(at)
                elif spaced and spaced[-1] != " ":
                    spaced.append(" ")
                    self._spaced_at.append(at)
        self.spaced = "".join(spaced)
        kept = [at for at, letter in enumerate(self.spaced) if letter not in " '-_"]
        self.letters = "".join(self.spaced[at] for at in kept)
        self._letters_at = kept
        self._letter_of = {at: number for number, at in enumerate(kept)}
        self._ends = {at: end for at, end, _ in clusters}

    def piece(self, begin: int, end: int) -> str:
        """Return what stood there, letter for letter.

        Args:
            begin: In `letters`.
            end: Not included.
        """
        first = self._spaced_at[self._letters_at[begin]]
        last = self._spaced_at[self._letters_at[end - 1]]
        return self.said[first : self._ends[last]]

    def place(self, number: int) -> int:
        """Return where in the sentence a letter stands; its length for the end."""
        return self._spaced_at[self._letters_at[number]] if number < len(self.letters) else len(self.said)

    def is_pause(self, number: int) -> bool:
        """Tell whether a comma or the like stands before a letter."""
        if not 0 < number < len(self.letters):
            return False
        before = self._ends[self._spaced_at[self._letters_at[number - 1]]]
        return any(letter in ",、，・;" for letter in self.said[before : self.place(number)])

    def letters_of(self, begin: int, end: int) -> tuple[int, int] | None:
        """Return where in `letters` a stretch of `spaced` lies; None if it holds no letter."""
        inside = [self._letter_of[at] for at in range(begin, end) if at in self._letter_of]
        return (inside[0], inside[-1] + 1) if inside else None

    def is_word(self, begin: int, end: int) -> bool:
        """Tell whether a stretch of `letters` begins and ends where words do; within Japanese it may begin anywhere."""
        return self._is_edge(begin) and self._is_edge(end)

    def _is_edge(self, number: int) -> bool:
        if number in (0, len(self.letters)):
            return True
        before, after = self._letters_at[number - 1], self._letters_at[number]
        if after - before > 1:  # a blank, a hyphen, an apostrophe
            return True
        one, other = self.spaced[before], self.spaced[after]
        if one.isdigit() or other.isdigit():
            return not (one.isdigit() and other.isdigit())
        return not (one.isalpha() and other.isalpha() and one < "\u2fff" and other < "\u2fff")


@lru_cache(MOST_REMEMBERED)
def heard_of(said: str) -> Heard:
    """Return a sentence made ready for matching; what was looked at lately is not made ready again.

    Args:
        said: As it was said.
    """
    return Heard(said)


def _clusters(said: str) -> Iterator[tuple[int, int, str]]:
    """Yield (begin, end, letters) of what belongs together; half-width kana and their voicing are one."""
    at, before = 0, ""
    while at < len(said):
        end = at + 1
        while end < len(said) and said[end] in _VOICING:
            end += 1
        text = unicodedata.normalize("NFKC", said[at:end]).casefold().replace("\u2019", "'")
        kept = "".join(_letter(text, number, before, said[end : end + 1]) for number in range(len(text)))
        if kept:
            yield at, end, kept
            before = kept[-1] if kept.strip() else before
        at = end


def _letter(text: str, number: int, before: str, after: str) -> str:
    letter = text[number]
    if letter.isalnum() and letter not in "ー":
        # つけてぇ and つけてっ: only the voice.
        lonely = letter in _SMALL_VOWELS and _is_hiragana(before) and not _goes_on(after)
        return "" if lonely and (letter != "っ" or not after.strip()) else letter
    if letter == "ー":
        return "" if _is_hiragana(before) else letter
    if letter in _KEPT:
        return letter if letter in "%°" or (before.isdigit() and after.isdigit()) else " "
    if letter in "'-_" or unicodedata.category(letter) == "Mn":
        return letter
    return " "


def _is_hiragana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u309f"


def _goes_on(after: str) -> bool:
    return bool(after) and after.isalnum() and after not in "ー"


def template_letters(text: str) -> str:
    """Return a piece of a template as `Heard.letters` has what people say; but blanks and marks nothing is dropped."""
    plain = text.casefold() if text.isascii() else without_long_marks(unicodedata.normalize("NFKC", text).casefold())
    if plain.isalnum() and "." not in plain:
        return plain
    # PM2.5 keeps its point, as it does in `Heard`.
    pointed = re.sub(r"(?<![0-9])[.]|[.](?![0-9])", "", plain)
    return "".join(letter for letter in pointed if letter.isalnum() or letter in "ー%°.")
