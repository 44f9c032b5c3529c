"""What a device's address means: a topic of Zigbee2MQTT, of Tasmota, or only the topics that its mapping names."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from sumika.actuate.mqtt.fields import Field, PlaceField, Sent, read_place_in
from sumika.actuate.mqtt.values import tasmota_fields, zigbee_fields
from sumika.links.mqtt import BrokerSettings, TopicMessage, decoded, tasmota, zigbee
from sumika.links.mqtt.payload import merged
from sumika.links.place import Place, Spot, read_place
from sumika.schema import DEVICE_KINDS, Setting, UsageError
from sumika.schema.house import Device

AVAILABLE = "available"
"""The line of a mapping that says where a device tells whether it is there."""


class Convention(Protocol):
    """How one device speaks.

    Attributes:
        documents: What it said.
        fields: Its settings.
        measured: What else it tells: our name to where.
        online: Whether it says that it is there; None: it did not say.
        unknown: Why nothing of its name is there, for people; empty: nobody says so.
    """

    documents: dict[str, Any]
    fields: dict[str, Field]
    measured: dict[str, Place]
    online: bool | None
    unknown: str

    def topics(self) -> tuple[str, ...]:
        """Return what is to be listened to."""
        ...

    def take(self, message: TopicMessage) -> bool:
        """Take in a message and return whether it was about this device."""
        ...

    def ask(self) -> tuple[Sent, ...]:
        """Return what makes the device say how it is, once after each `forget`."""
        ...

    def forget(self) -> None:
        """Forget what it said: the connection broke."""
        ...


class PlainTopics:
    """A device whose topics stand in its mapping, one by one."""

    def __init__(self, lines: Mapping[str, Place], settings: Mapping[str, Setting]) -> None:
        """Take over the lines of the mapping."""
        self.documents: dict[str, Any] = {}
        self.online: bool | None = None
        self.unknown = ""
        self._available = lines.get(AVAILABLE)
        self.fields: dict[str, Field] = {
            name: PlaceField(name, settings[name], place) for name, place in lines.items() if name in settings
        }
        self.measured = {name: place for name, place in lines.items() if name not in settings and name != AVAILABLE}
        spots = [place.read for place in lines.values() if place.read is not None]
        self._topics = tuple(dict.fromkeys(spot.name for spot in spots))

    def topics(self) -> tuple[str, ...]:
        """Return the topics that are read."""
        return self._topics

    def take(self, message: TopicMessage) -> bool:
        """Keep what was published."""
        if message.topic not in self._topics:
            return False
        self.documents[message.topic] = decoded(message.payload)
        if self._available is not None and self._available.read is not None:
            self.online = _says_online(self._available, self.documents)
        return True

    def ask(self) -> tuple[Sent, ...]:
        """Return nothing: only retained messages tell how it is."""
        return ()

    def forget(self) -> None:
        """Forget what it said."""
        self.documents.clear()
        self.online = None


class Zigbee:
    """A device of Zigbee2MQTT. What it can be told is known once the bridge has listed its devices."""

    def __init__(self, base: str, name: str, settings: Mapping[str, Setting]) -> None:
        """Prepare to listen.

        Args:
            base: Base topic of the bridge.
            name: The device's friendly name.
            settings: Those of its kind.
        """
        self.documents: dict[str, Any] = {}
        self.fields: dict[str, Field] = {}
        self.measured: dict[str, Place] = {}
        self.online: bool | None = None
        self.unknown = ""
        self._topic, self._name, self._settings = f"{base}/{name}", name, settings
        self._bridge, self._devices = f"{base}/bridge/state", f"{base}/bridge/devices"
        self._says: bool | None = None
        self._bridge_says: bool | None = None
        self._to_ask: tuple[str, ...] = ()

    def topics(self) -> tuple[str, ...]:
        """Return its own topics and those of the bridge."""
        return (self._devices, self._bridge, f"{self._topic}/availability", self._topic)

    def take(self, message: TopicMessage) -> bool:
        """Keep what it says of itself and what the bridge says of it."""
        if message.topic == self._devices:
            self._learn(message.payload)
        elif message.topic == self._topic:
            news = decoded(message.payload)
            if not isinstance(news, dict):
                return False
            self.documents[self._topic] = merged(self.documents.get(self._topic), news)
        elif message.topic == self._bridge:
            self._bridge_says = zigbee.is_online(decoded(message.payload))
        elif message.topic == f"{self._topic}/availability":
            self._says = zigbee.is_online(decoded(message.payload))
        else:
            return False
        self.online = False if self._bridge_says is False else self._says
        return True

    def ask(self) -> tuple[Sent, ...]:
        """Ask it for all that it lets itself be asked for, once the bridge has told what that is."""
        wanted, self._to_ask = self._to_ask, ()
        if not wanted:
            return ()
        return (Sent(f"{self._topic}/get", msgspec.json.encode(dict.fromkeys(wanted, "")).decode()),)

    def forget(self) -> None:
        """Forget what it said."""
        self.documents.clear()
        self.online = None
        self._says = self._bridge_says = None
        self.unknown = ""

    def _learn(self, payload: bytes) -> None:
        listed = zigbee.zigbee_devices(payload)
        device = listed.devices.get(self._name)
        # A whole list names every device: who is not in it was taken out of the network, or never was a device.
        absent = device is None and listed.whole
        self.unknown = f"Zigbee2MQTT lists no device called {self._name}; a group is none" if absent else ""
        if device is None:
            return
        self.fields = zigbee_fields(device, self._topic, self._settings)
        self._to_ask = tuple(name for name, one in device.exposed.items() if one.can_be_set and one.can_be_asked)
        self.measured = {
            ours: Place(
                read=Spot(self._topic, theirs), write=Spot(self._topic, theirs), unit=zigbee.UNITS.get(theirs, "")
            )
            for theirs, ours in zigbee.MEASURED.items()
            if theirs in device.exposed and ours not in ("window_open",)
        }


class Tasmota:
    """A device with Tasmota's firmware, with its topics made up as by default."""

    def __init__(self, topic: str, relay: str, settings: Mapping[str, Setting]) -> None:
        """Prepare to listen.

        Args:
            topic: The device's own part of its topics.
            relay: Which of its relays, `POWER2`; empty: its only one.
            settings: Those of its kind.
        """
        self.documents: dict[str, Any] = {}
        self.online: bool | None = None
        self.unknown = ""
        self._topic = topic
        self._was_asked = False
        self.fields = tasmota_fields(topic, relay, settings)
        self.measured = {
            "power_w": Place(read=Spot(topic, "ENERGY.Power"), write=Spot(topic)),
        }

    def topics(self) -> tuple[str, ...]:
        """Return on which topics it says how it is."""
        return (*tasmota.reports_of(self._topic), tasmota.availability_of(self._topic))

    def take(self, message: TopicMessage) -> bool:
        """Keep what it says of itself, from whichever of its topics."""
        if message.topic == tasmota.availability_of(self._topic):
            said = decoded(message.payload)
            self.online = {"Online": True, "Offline": False}.get(said) if isinstance(said, str) else None
            return True
        if message.topic not in tasmota.reports_of(self._topic):
            return False
        news = tasmota.told(decoded(message.payload))
        if not isinstance(news, dict):
            return False
        self.documents[self._topic] = merged(self.documents.get(self._topic), news)
        return True

    def ask(self) -> tuple[Sent, ...]:
        """Ask for its state and its sensors."""
        if self._was_asked:
            return ()
        self._was_asked = True
        return (Sent(f"cmnd/{self._topic}/STATE", ""), Sent(f"cmnd/{self._topic}/STATUS", "10"))

    def forget(self) -> None:
        """Forget what it said."""
        self.documents.clear()
        self.online = None
        self._was_asked = False


def convention_of(device: Device, settings: BrokerSettings) -> tuple[Convention, ...]:
    """Return how a device speaks: by its address, and by the lines of its mapping, which come first.

    Raises:
        UsageError: if neither names a topic.
    """
    where = f"house.yaml, device {device.id}"
    known = DEVICE_KINDS[device.kind].settings if device.kind in DEVICE_KINDS else {}
    lines = {name: read_place(text, where) for name, text in device.mapping.items()}
    found: list[Convention] = [PlainTopics(lines, known)] if lines else []
    if device.address:
        address = read_place(device.address, where).write
        prefix, _, rest = address.name.partition("/")
        if address.name.startswith(f"{settings.zigbee}/") and len(address.name) > len(settings.zigbee) + 1:
            found.append(Zigbee(settings.zigbee, address.name[len(settings.zigbee) + 1 :], known))
        elif prefix == "tasmota" and rest:
            found.append(Tasmota(rest, address.part, known))
        else:
            raise UsageError(
                f"{device.address!r} is a topic of no known convention",
                where=where,
                remedy=f"Write {settings.zigbee}/<name>, tasmota/<topic>, or a mapping with the topic of each setting",
            )
    if not found:
        raise UsageError("names no topic", where=where, remedy="Write address: zigbee2mqtt/<name>, or a mapping")
    return tuple(found)


def _says_online(place: Place, documents: Mapping[str, Any]) -> bool | None:
    said = read_place_in(AVAILABLE, place, documents)
    return None if said is None else said > 0.0
