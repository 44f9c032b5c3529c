"""Home Assistant's own English sentences (package home-assistant-intents), told as what our tools have."""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from sumika.schema import SumikaError

_SWITCHED = {"light", "switch", "fan", "media_player", "input_boolean", "climate"}
_NEVER = {"lock", "valve", "scene", "script", "button", "input_button", "binary_sensor", "weather"}
"""Domains that a house of ours does not have."""

_PLAIN: Mapping[str, tuple[str, str]] = {
    "HassClimateSetTemperature": ("temperature", "set"),
    "HassSetPosition": ("cover", "set"),
    "HassFanSetSpeed": ("level", "set"),
    "HassNevermind": ("answer", "no"),
    "HassGetCurrentTime": ("clock", "time"),
    "HassGetCurrentDate": ("clock", "date"),
    "HassGetWeather": ("outside", "weather"),
}
INTENTS = (*_PLAIN, "HassTurnOn", "HassTurnOff", "HassLightSet", "HassClimateGetTemperature", "HassGetState")


def english() -> Mapping[str, Any]:
    """Return the file of English sentences.

    Raises:
        SumikaError: if the package is not installed.
    """
    try:
        text = (resources.files("home_assistant_intents") / "data" / "en.json").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        raise SumikaError(
            "Home Assistant's sentences are not installed", remedy="pip install 'sumika[assistant]'"
        ) from None
    found: Mapping[str, Any] = json.loads(text)
    return found


def blocks(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (intent, block of sentences) with `metadata` that says tool and word, as our own files have it."""
    for intent in INTENTS:
        for block in document["intents"].get(intent, {}).get("data", ()):
            meant = _meant(intent, block)
            if meant is not None:
                # "The speed of the fan": these templates spell the fan out themselves.
                said = {"slots": {"domain": "fan", **block.get("slots", {})}} if intent == "HassFanSetSpeed" else {}
                yield intent, {**block, **said, "metadata": {"tool": meant[0], "what": meant[1]}}


def _meant(intent: str, block: Mapping[str, Any]) -> tuple[str, str] | None:
    domains = _domains(block)
    if domains & _NEVER and not domains & (_SWITCHED | {"cover"}):
        return None
    if intent in ("HassTurnOn", "HassTurnOff"):
        if "cover" in domains:
            return "cover", "open" if intent == "HassTurnOn" else "close"
        return "power", "on" if intent == "HassTurnOn" else "off"
    if intent == "HassLightSet":
        combination = block.get("metadata", {}).get("slot_combination", "")
        return ("level", "set") if combination.endswith(("brightness", "brightness_only")) else ("colour", "set")
    if intent == "HassClimateGetTemperature":
        named = block.get("metadata", {}).get("slot_combination") == "name_only"
        return ("state", "device") if named else ("climate", "temperature")
    if intent == "HassGetState":
        if "person" in domains:
            return _of_people(block)
        return ("state", "device")
    return _PLAIN[intent]


def _domains(block: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for source in (block.get("slots", {}), block.get("requires_context", {})):
        domain = source.get("domain", ())
        found |= {domain} if isinstance(domain, str) else set(domain)
    return found


def _of_people(block: Mapping[str, Any]) -> tuple[str, str] | None:
    answered = {"any": "anyone", "how_many": "how_many", "which": "anyone", "where": "where", "one_yesno": "where"}
    what = answered.get(block.get("response", ""))
    return None if what is None else ("presence", what)
