"""An entity and a device as Home Assistant is told of them, whichever way of discovery is spoken.

Keys and their meaning: https://www.home-assistant.io/integrations/mqtt/ and the page of each platform below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sumika.bridge.places import Places

HEARTBEAT_S = 60.0
"""Everything is said again as often, changed or not."""

EXPIRE_S = 4 * 60
"""A sensor that heard nothing for so long is unavailable, even where the broker still takes us for alive."""

_EXPIRES = frozenset({"sensor", "binary_sensor"})
"""Platforms that know `expire_after`."""

QOS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity.

    Attributes:
        key: Its name within its device, for ever.
        platform: Of Home Assistant.
        name: For people.
        subject: Whose state tells of it.
        needs: Field of that state without which it is unavailable; empty: it is there while the bridge is.
        config: What else its platform wants to know.
    """

    key: str
    platform: str
    name: str
    subject: str
    needs: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDevice:
    """One device in Home Assistant: a room, a radar, the ECU.

    Attributes:
        id: Its subject.
        name: For people.
        model: What it is, for people.
        area: Where Home Assistant may put it; empty: nowhere.
        entities: What belongs to it.
    """

    id: str
    name: str
    model: str
    area: str = ""
    entities: tuple[Entity, ...] = ()


def told(name: str, within: str = "value_json") -> str:
    """Return the template that reads a field of a subject's state."""
    return f"{{{{ {within}.{name} }}}}"


def full_config(entity: Entity, places: Places, *, language: str) -> dict[str, Any]:
    """Return all that Home Assistant needs of an entity, without device and origin.

    Args:
        entity: Which.
        places: Of this house.
        language: Of its name: from Japanese names no entity ids are made.
    """
    config: dict[str, Any] = {
        "name": entity.name,
        "unique_id": places.name(f"{entity.subject}_{entity.key}"),
        "qos": QOS,
        "availability": _availability(entity, places),
        "availability_mode": "all",
        **entity.config,
    }
    if language == "ja":
        config["default_entity_id"] = f"{entity.platform}.{entity.subject}_{entity.key}"
    if entity.platform in _EXPIRES:
        config["expire_after"] = EXPIRE_S
    return config


def _availability(entity: Entity, places: Places) -> list[dict[str, str]]:
    lives = {"topic": places.status}
    if not entity.needs:
        return [lives]
    known = f"{{{{ 'offline' if value_json.{entity.needs} is none else 'online' }}}}"
    return [lives, {"topic": places.state(entity.subject), "value_template": known}]
