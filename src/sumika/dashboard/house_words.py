"""What is wrong with a house's description, in the reader's language: `sumika.config` says it in English alone."""

import functools
import re

from sumika.text import LANGUAGES, say

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_BOUNDS = ("low", "high")


@functools.cache
def _templates(prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return known sentences as patterns; those that begin with most words of their own come first."""
    known = [(key, text) for key, text in LANGUAGES["en"].items() if key.startswith(prefix)]
    patterns = [(key, re.compile(_PLACE.sub(_value, re.escape(text)), re.DOTALL)) for key, text in known]
    return tuple(sorted(patterns, key=lambda pair: -len(pair[1].pattern)))


def _value(place: re.Match[str]) -> str:
    return f"(?P<{place[1]}>{'[^ ,]+(?: m)?' if place[1] in _BOUNDS else '.*?'})"


def in_japanese(text: str, prefix: str) -> str:
    """Return an English sentence of `sumika.config` in Japanese; one that is not known stays as it is.

    Args:
        text: The sentence.
        prefix: Of the keys under which it may be found in `sumika.text`.
    """
    for key, pattern in _templates(prefix):
        match = pattern.fullmatch(text)
        if match:
            return say(key, "ja", **match.groupdict())
    return text
