"""What is published so that Home Assistant knows of the house, and so that it forgets what the house has no more.

Two ways: a device at a time, since Home Assistant 2024.12 (https://www.home-assistant.io/integrations/mqtt/, "Device
discovery payload"), or an entity at a time, which every version knows. What was published is remembered: the broker
keeps it for ever, and what is not there any more is taken back also where the house was off when it went.

From one way to the other Home Assistant is led as its page says ("Migration from single component to device-based
discovery"): it lets go of what it was told the old way, keeps name, area and history, and takes all of it up again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sumika.bridge.entity import HomeDevice, full_config
from sumika.bridge.places import Places

URL = "https://sumika.readthedocs.io"

DEVICE = "device"
"""Stands in a topic of discovery in place of a platform."""

LET_GO = '{"migrate_discovery":true}'
"""Makes Home Assistant let go of an entity and keep what it knows of it, until it is told of it in the other way."""

Parts = dict[str, str]
"""Entities that a device's message told of: key to platform; empty for a message about one entity."""


class Retained(msgspec.Struct, frozen=True):
    """Something that the broker keeps for who comes later.

    Attributes:
        topic: Where.
        payload: What; empty: no more.
    """

    topic: str
    payload: str


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """What was published, as it is remembered.

    Attributes:
        configs: Topics of discovery, each with the entities that its message told of.
        states: Topics of states.
    """

    configs: dict[str, Parts] = {}
    states: tuple[str, ...] = ()

    def with_all_of(self, other: "Announced") -> "Announced":
        """Return everything of both: what may be on the broker while one is replaced by the other."""
        configs = {topic: dict(parts) for topic, parts in self.configs.items()}
        for topic, parts in other.configs.items():
            configs[topic] = {**configs.get(topic, {}), **parts}
        return Announced(configs=configs, states=tuple(sorted({*self.states, *other.states})))


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What to publish, in this order, and what will have been published then.

    Attributes:
        letting_go: What makes Home Assistant let go of what it will be told of in the other way. The rest follows once
            it has: of what it still holds it would not hear in two ways.
        messages: What there is, and what is not any more; all retained.
        later: Those to publish once Home Assistant has let go of what it was told to forget: it would read an empty
            state, and complain.
        announced: To be remembered after all of them; both together meanwhile.
    """

    letting_go: tuple[Retained, ...] = ()
    messages: tuple[Retained, ...]
    later: tuple[Retained, ...]
    announced: Announced


class Discovery:
    """Says what a house is made of."""

    def __init__(self, places: Places, *, version: str, language: str) -> None:
        """Know a house.

        Args:
            places: Of it.
            version: Of Sumika.
            language: Of names.
        """
        self._places, self._version, self._language = places, version, language

    def announcement(self, devices: Iterable[HomeDevice], before: Announced) -> Announcement:
        """Return what to publish so that exactly these devices are known.

        Args:
            devices: That there are; none: the house goes.
            before: What may have been published already.
        """
        configs: dict[str, str] = {}
        parts: dict[str, Parts] = {}
        states: set[str] = set()
        for device in devices:
            states |= {self._places.state(entity.subject) for entity in device.entities}
            for topic, payload, entities in self._messages(device):
                configs[topic], parts[topic] = _json(payload), entities
        gone = [topic for topic in before.configs if topic not in configs]
        moving = [topic for topic in gone if self._told_otherwise(topic, before.configs[topic], parts)]
        # Home Assistant forgets an entity of a device that it is told of by its platform alone.
        lost = [
            Retained(
                topic, _json({**msgspec.json.decode(configs[topic]), "components": {**_kept(configs[topic]), **old}})
            )
            for topic in configs
            if (old := _stubs(before.configs.get(topic, {}), parts[topic]))
        ]
        messages = (
            *(Retained(topic, "") for topic in gone),
            *lost,
            *(Retained(topic, payload) for topic, payload in configs.items()),
        )
        later = tuple(Retained(topic, "") for topic in before.states if topic not in states)
        announced = Announced(configs=parts, states=tuple(sorted(states)))
        letting_go = tuple(Retained(topic, LET_GO) for topic in moving)
        return Announcement(letting_go=letting_go, messages=messages, later=later, announced=announced)

    def _told_otherwise(self, topic: str, old: Parts, new: Mapping[str, Parts]) -> bool:
        """Return whether what a message told of, and nothing else, is told of in the other way now.

        Args:
            topic: Of the old message.
            old: Entities that it told of; none: the one that its topic names.
            new: All messages that there are now, by topic.
        """
        prefix = self._places.settings.discovery_prefix
        inside = topic.removeprefix(f"{prefix}/").split("/")
        if old:
            name = inside[1]
            return all(f"{prefix}/{platform}/{name}/{key}/config" in new for key, platform in old.items())
        platform, name, key = inside[:3]
        return new.get(f"{prefix}/{DEVICE}/{name}/config", {}).get(key) == platform

    def _messages(self, device: HomeDevice) -> Iterable[tuple[str, dict[str, Any], Parts]]:
        """Yield topic, payload and entities of each message about a device."""
        prefix, name = self._places.settings.discovery_prefix, self._places.name(device.id)
        about = {"device": self._device(device, name), "origin": self._origin()}
        entities = {
            entity.key: (entity.platform, full_config(entity, self._places, language=self._language))
            for entity in device.entities
        }
        if self._places.settings.discovery == "device":
            components = {key: {"platform": platform, **config} for key, (platform, config) in entities.items()}
            payload = {**about, "components": components}
            yield f"{prefix}/{DEVICE}/{name}/config", payload, {key: one for key, (one, _) in entities.items()}
            return
        for key, (platform, config) in entities.items():
            yield f"{prefix}/{platform}/{name}/{key}/config", {**about, **config}, {}

    def _device(self, device: HomeDevice, name: str) -> dict[str, Any]:
        about: dict[str, Any] = {
            "identifiers": [name],
            "name": device.name,
            "manufacturer": "Sumika",
            "model": device.model,
            "sw_version": self._version,
        }
        if device.area:
            about["suggested_area"] = device.area
        return about

    def _origin(self) -> dict[str, str]:
        return {"name": "Sumika", "sw_version": self._version, "support_url": URL}


def _stubs(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"platform": platform} for key, platform in before.items() if now.get(key) != platform}


def _kept(payload: str) -> dict[str, Any]:
    components: dict[str, Any] = msgspec.json.decode(payload)["components"]
    return components


def _json(document: object) -> str:
    return msgspec.json.encode(document).decode()
