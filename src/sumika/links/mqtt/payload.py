"""What devices write into their messages; nothing of it is trusted."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

MOST_BYTES = 64 * 1024
"""Of one device's message; longer ones are dropped unread."""

_DEEPEST = 16


def decoded(payload: bytes) -> Any:
    """Return a payload as JSON, or as text where it is none; None where it is too long or neither.

    JSON has no NaN and no infinity: a payload with one of them is text, and no number is found in it.
    """
    if len(payload) > MOST_BYTES:
        return None
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def inside(document: Any, path: str) -> Any:
    """Return what a path of fields joined by dots leads to; None where it leads nowhere.

    A field whose own name has dots (`PM2.5`) is found too; a number is the place in a list.
    """
    if not path:
        return document
    names = path.split(".")
    if isinstance(document, Mapping):
        for length in range(len(names), 0, -1):
            name = ".".join(names[:length])
            if name in document:
                return inside(document[name], ".".join(names[length:]))
    if isinstance(document, list) and names[0].isdecimal() and int(names[0]) < len(document):
        return inside(document[int(names[0])], ".".join(names[1:]))
    return None


def number_of(said: Any) -> float | None:
    """Return a finite number for what a device wrote; on and off, true and false are 1 and 0."""
    if isinstance(said, str) and said.casefold() in _WORDS:
        return _WORDS[said.casefold()]
    if not isinstance(said, str | int | float):
        return None
    try:
        number = float(said)
    except (ValueError, OverflowError):  # a whole number may have more digits than any float
        return None
    return number if math.isfinite(number) else None


_WORDS = {"on": 1.0, "off": 0.0, "true": 1.0, "false": 0.0, "open": 1.0, "closed": 0.0, "online": 1.0, "offline": 0.0}


def word_of(said: Any) -> str:
    """Return what a device wrote as a word; empty for what is none."""
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, int | float):
        number = number_of(said)
        return "" if number is None else format(number, "g")
    return said if isinstance(said, str) else ""


def merged(known: Any, news: Any) -> Any:
    """Return a document with what is new in it: devices may tell only what changed.

    What would be longer than any message may be is forgotten, and only the news are kept: whoever makes up new fields
    in every message fills no memory.
    """
    found = _merged(known, news, 0)
    return found if len(msgspec.json.encode(found)) <= MOST_BYTES else news


def _merged(known: Any, news: Any, deep: int) -> Any:
    if not isinstance(known, dict) or not isinstance(news, dict) or deep >= _DEEPEST:
        return news
    return {**known, **{name: _merged(known.get(name), value, deep + 1) for name, value in news.items()}}
