"""The devices of a house: how each is reached, what it may be set to, and what it is set to when nobody controls it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sumika.cli._devices_words import labelled, number, shortened, value_words
from sumika.cli._houses import load
from sumika.safety import DeviceLimits, hoods_of, limits_of
from sumika.schema.house import Control, Device, House
from sumika.text import language_of, say


def list_all(path: Path | None, echo: Callable[[str], None], *, as_json: bool) -> None:
    """Print every device of a house.

    Args:
        path: Of house.yaml; None for the demo house.
        echo: Prints a line.
        as_json: Whether to print one JSON object instead.
    """
    house = load(path).house
    hoods = hoods_of(house)
    if as_json:
        found = [_described(device, is_hood=device.id in hoods) for device in house.devices]
        echo(json.dumps({"house": house.name, "mode": _mode(house), "devices": found}, ensure_ascii=False))
        return
    language = house.language or language_of(os.environ)
    if not house.devices:
        echo(say("devices.none", language))
        return
    echo(say("devices.list_title", language, house=house.name, count=len(house.devices), mode=_mode(house)))
    for device in house.devices:
        for line in _lines(device, language, is_hood=device.id in hoods):
            echo(line)


def _lines(device: Device, language: str, *, is_hood: bool) -> list[str]:
    limits = limits_of(device, is_hood=is_hood)
    reached = f"{device.connection} {device.address}".strip() or say("devices.simulated", language)
    lines = ["", shortened(f"{device.id}  {device.kind}, {device.room}  [{reached}]")]
    settings = _bounds(limits) or say("devices.nothing_to_set", language)
    lines += labelled(say("devices.can", language), settings)
    if limits.settings:
        kept = value_words(limits.fail_safe) or say("devices.stays", language)
        lines += labelled(say("devices.fail_safe", language), kept)
    if limits.settings and not limits.unattended:
        lines += labelled("", say("devices.person_only", language))
    return lines


def _bounds(limits: DeviceLimits) -> str:
    return ", ".join(f"{name} {number(row.low)}..{number(row.high)}" for name, row in limits.settings.items())


def _described(device: Device, *, is_hood: bool) -> dict[str, Any]:
    limits = limits_of(device, is_hood=is_hood)
    return {
        "id": device.id,
        "kind": device.kind,
        "room": device.room,
        "connection": device.connection,
        "address": device.address,
        "limits": {name: [row.low, row.high] for name, row in limits.settings.items()},
        "fail_safe": dict(limits.fail_safe),
        "unattended": limits.unattended,
    }


def _mode(house: House) -> str:
    return (house.control or Control()).mode
