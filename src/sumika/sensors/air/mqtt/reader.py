"""Messages of an MQTT broker as readings of the sensors in `house.yaml`."""

from collections.abc import Iterable
from typing import Any, Protocol

from sumika.clock import Instant
from sumika.links.measures import to_ours
from sumika.links.mqtt import TopicMessage, decoded, inside, tasmota, zigbee
from sumika.links.mqtt.payload import number_of, word_of
from sumika.links.place import Place, read_place
from sumika.schema import Message, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import PRESENCE_WORDS, Gathered, gathered_of

Values = dict[str, float | None]

_ALARM = "smoke"
_STATES = frozenset({"window_open", _ALARM}) | PRESENCE_WORDS
"""They hold until they change, so that a retained one is as good as a fresh one; a reading of the air is not."""


class _Convention(Protocol):
    def topics(self) -> tuple[str, ...]: ...

    def values(self, topic: str, document: Any) -> Values | None:
        """Return what a message says; None where it says that nothing is known any more."""
        ...


class _Plain:
    """Each value has a topic of its own in the mapping."""

    def __init__(self, places: dict[str, Place]) -> None:
        self._places = places

    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((place.read or place.write).name for place in self._places.values()))

    def values(self, topic: str, document: Any) -> Values:
        return {
            name: _value(name, place, document)
            for name, place in self._places.items()
            if (place.read or place.write).name == topic
        }


class _Zigbee:
    """A device of Zigbee2MQTT."""

    def __init__(self, topic: str, base: str, gathered: Gathered) -> None:
        self._topic, self._bridge, self._gathered = topic, f"{base}/bridge/state", gathered

    def topics(self) -> tuple[str, ...]:
        return (self._bridge, f"{self._topic}/availability", self._topic)

    def values(self, topic: str, document: Any) -> Values | None:
        if topic != self._topic:
            return None if zigbee.is_online(document) is False else {}
        found: Values = {}
        for theirs, ours in zigbee.MEASURED.items():
            if isinstance(document, dict) and theirs in document:
                number = number_of(document[theirs])
                value = None if number is None else to_ours(ours, number, zigbee.UNITS.get(theirs, ""))
                # Their contact is closed where it is true.
                if theirs == "contact" and value is not None:
                    value = 1.0 - value
                if ours == _ALARM:
                    # Smoke and carbon monoxide: that there is none of one is no word against the other.
                    value = max((one for one in (value, found.get(ours)) if one is not None), default=None)
                found |= self._gathered.own(ours, value)
        return found


class _Tasmota:
    """A device with Tasmota's firmware."""

    def __init__(self, topic: str, gathered: Gathered) -> None:
        self._topic, self._gathered = topic, gathered

    def topics(self) -> tuple[str, ...]:
        return (f"tele/{self._topic}/SENSOR", f"stat/{self._topic}/STATUS10", tasmota.availability_of(self._topic))

    def values(self, topic: str, document: Any) -> Values | None:
        if topic == tasmota.availability_of(self._topic):
            return None if document == "Offline" else {}
        found: Values = {}
        for ours, number, unit in tasmota.measured(tasmota.told(document)):
            found |= self._gathered.own(ours, to_ours(ours, number, unit))
        return found


class _Sensor:
    """One sensor: how it speaks, and what is known of it."""

    def __init__(self, sensor: Sensor, base: str) -> None:
        where = f"house.yaml, sensor {sensor.id}"
        self.gathered = gathered_of(sensor)
        places = {name: read_place(text, where) for name, text in sensor.mapping.items() if name != "currency"}
        self._mapped = frozenset(places)
        self._lines = _Plain(places) if places else None
        self.speaks: list[_Convention] = [self._lines] if self._lines is not None else []
        address = read_place(sensor.address, where) if sensor.address else None
        if address is not None:
            name = address.write.name
            prefix, _, rest = name.partition("/")
            if name.startswith(f"{base}/"):
                self.speaks.append(_Zigbee(name, base, self.gathered))
            elif prefix == "tasmota" and rest:
                self.speaks.append(_Tasmota(rest, self.gathered))
            else:
                raise UsageError(
                    f"{sensor.address!r} is a topic of no known convention",
                    where=where,
                    remedy=f"Write {base}/<name>, tasmota/<topic>, or a mapping with the topic of each value",
                )
        if not self.speaks:
            raise UsageError("names no topic", where=where, remedy="Write address: zigbee2mqtt/<name>, or a mapping")

    def read(self, report: TopicMessage, document: Any, stamp: Instant) -> tuple[Message, ...]:
        told: list[Message] = []
        values: Values = {}
        for one in self.speaks:
            found = one.values(report.topic, document) if report.topic in one.topics() else {}
            if found is None:
                told += self.gathered.forget(stamp)
            else:
                # Lines of the mapping come first, whatever the device says of the same by its convention.
                mine = one is self._lines
                values |= {name: value for name, value in found.items() if mine or self._ours(name) not in self._mapped}
        if report.retained:
            # Nobody knows how old it is.
            values = {name: value for name, value in values.items() if name in _STATES}
        return (*told, *self.gathered.tell(values, stamp))

    def _ours(self, name: str) -> str:
        return self.gathered.ours(name) or name


class MqttSensors:
    """Reads the sensors of one connection; see `sumika.links.base.SensorReader`."""

    def __init__(self, sensors: Iterable[Sensor], base: str = "zigbee2mqtt") -> None:
        """Read their lines.

        Args:
            sensors: Those of the connection.
            base: Base topic of Zigbee2MQTT.

        Raises:
            UsageError: if one names no topic, or a value that its kind does not have.
        """
        self._all = [_Sensor(sensor, base) for sensor in sensors]
        self._by_topic: dict[str, list[_Sensor]] = {}
        for sensor in self._all:
            for topic in dict.fromkeys(topic for one in sensor.speaks for topic in one.topics()):
                self._by_topic.setdefault(topic, []).append(sensor)

    def addresses(self) -> tuple[str, ...]:
        """Return the topics."""
        return tuple(self._by_topic)

    def read(self, report: TopicMessage, stamp: Instant) -> Iterable[Message]:
        """Return what a message says."""
        sensors = self._by_topic.get(report.topic)
        if not sensors:
            return ()
        document = decoded(report.payload)
        return [message for sensor in sensors for message in sensor.read(report, document, stamp)]

    def lost(self, stamp: Instant) -> Iterable[Message]:
        """Return that nothing is known of any sensor."""
        return [message for sensor in self._all for message in sensor.gathered.forget(stamp)]


def _value(name: str, place: Place, document: Any) -> float | None:
    said = inside(document, (place.read or place.write).part)
    if place.names:
        return place.named(word_of(said))
    number = number_of(said)
    here = None if number is None else to_ours("" if place.ends else name, number, place.unit)
    return None if here is None else place.ours(here)


def open_sensors(connection: Connection, house: House) -> MqttSensors:
    """Return the reader of a connection's sensors; see `sumika.sensors.air.open_sensors`."""
    base = str(connection.options.get("zigbee2mqtt", "zigbee2mqtt"))
    return MqttSensors((sensor for sensor in house.sensors if sensor.connection == connection.id), base)
