"""Takes everything private out of what is shown to helpers: names, addresses, secrets, places, habits.

A description is rebuilt from what is known to be harmless: numbers, yes and no, and words out of closed lists. Free
text, which may say anything, loses every word that the house has for its people, places and machines.
"""

import re
import socket
import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sumika.schema import DEVICE_KINDS, RADAR_MODELS
from sumika.schema.house import House

HARMLESS = frozenset({"type", "mode", "security", "language", "weather_from", "light", "of"})
"""Keys whose words the checks of a description let through only out of closed lists."""

_KNOWN: Mapping[str, Collection[str]] = {
    "kind": DEVICE_KINDS,
    "model": RADAR_MODELS,
    "timezone": zoneinfo.available_timezones(),
}
"""Keys that may hold anything, but mostly hold one of these."""

_LISTED = ("rooms", "radars", "sensors", "devices", "residents", "connections", "furniture", "known_movers", "contacts")
_ROUNDED_DEG = {"latitude_deg": 0, "longitude_deg": 0}
"""Whole degrees: some hundred kilometres, enough for the sun, too little for a visit."""

_DROPPED = frozenset({"life", "options", "mapping", "altitude_m", "north_deg"})
"""How residents live; what else connections need, which may hold anything; where exactly the building stands."""

_PATTERNS = (
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "<mail>"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>)]+", re.I), "<address>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "<ip>"),
    (re.compile(r"\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b", re.I), "<ip>"),
    (re.compile(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", re.I), "<mac>"),
    (re.compile(r"(?<![\w<])(?:/[\w.@ -]+){2,}"), "<path>"),
    (re.compile(r"\b[A-Za-z0-9_\-+/=.]{32,}\b"), "<token>"),
)
_SHORTEST = 2


class Redactor:
    """Knows what a house calls its own."""

    def __init__(self, house: House, secrets: Iterable[str] = ()) -> None:
        """Collect every word of a description that is not out of a closed list.

        Args:
            house: As described.
            secrets: What stands in its files with secrets.
        """
        self._ids: dict[str, str] = {}
        self._words: dict[str, str] = {}
        plain = msgspec.to_builtins(house)
        self._name_listed(plain)
        self._collect(plain, "")
        for secret in secrets:
            self._learn(secret, "<secret>")
        self._learn(socket.gethostname(), "<host>")
        self._learn(Path.home().name, "<user>")

    def description(self, house: House) -> Any:
        """Return a description without anything private, as plain values."""
        return self._clean(msgspec.to_builtins(house), "")

    def text(self, said: str) -> str:
        """Return free text without the house's own words, addresses and tokens."""
        for word in sorted(self._words, key=len, reverse=True):
            said = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", self._words[word], said, flags=re.I)
        for word in sorted((word for word in self._words if not word.isascii()), key=len, reverse=True):
            said = said.replace(word, self._words[word])  # Japanese has no spaces to end a word at
        for pattern, instead in _PATTERNS:
            said = pattern.sub(instead, said)
        return said

    def _name_listed(self, part: Any) -> None:
        """Give rooms, residents and the like numbers instead of names, the same everywhere."""
        if not isinstance(part, dict):
            return
        for key, value in part.items():
            if key in _LISTED and isinstance(value, list | tuple):
                for place, item in enumerate(value, 1):
                    name = item.get("id") if isinstance(item, dict) else None
                    if isinstance(name, str):
                        self._ids.setdefault(name, f"{key.rstrip('s')}_{place}")
                        self._learn(name, self._ids[name])
            self._name_listed(value)

    def _collect(self, part: Any, key: str) -> None:
        if isinstance(part, Mapping):
            for name, value in part.items():
                self._collect(value, str(name))
                if key in ("options", "mapping"):
                    self._learn(str(name), "<word>")
        elif isinstance(part, list | tuple):
            for each in part:
                self._collect(each, key)
        elif isinstance(part, str) and not _is_harmless(key, part):
            self._learn(part, self._ids.get(part, f"<{key}>"))
            for piece in re.split(r"[\s/:@,.;#>\[\]]+", part):
                if len(piece) > 3:  # a host, a user, a street within something longer
                    self._learn(piece, self._ids.get(piece, f"<{key}>"))

    def _learn(self, word: str, instead: str) -> None:
        if len(word) >= _SHORTEST:
            self._words.setdefault(word, instead)

    def _clean(self, part: Any, key: str) -> Any:
        if isinstance(part, Mapping):
            return {name: self._clean(value, name) for name, value in part.items() if name not in _DROPPED}
        if isinstance(part, list | tuple):
            return [self._clean(each, key) for each in part]
        if isinstance(part, float) and key in _ROUNDED_DEG:
            return round(part, _ROUNDED_DEG[key])
        if not isinstance(part, str) or not part or _is_harmless(key, part):
            return part
        return self._ids.get(part, f"<{key}>")


def _is_harmless(key: str, word: str) -> bool:
    return key in HARMLESS or word in _KNOWN.get(key, ())
