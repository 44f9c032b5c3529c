"""Entities of Home Assistant as readings of the sensors in `house.yaml`."""

from collections.abc import Iterable, Mapping

from sumika.clock import Instant
from sumika.links.home_assistant import EntityState, measured_by, said
from sumika.links.place import Place, Spot, read_place
from sumika.schema import Message, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import Gathered, gathered_of

_WEATHER = {
    "temperature_c": "temperature",
    "relative_humidity": "humidity",
    "pressure_pa": "pressure",
    "wind_m_s": "wind_speed",
    "wind_from_deg": "wind_bearing",
}
"""Attributes of weather entities; their units stand beside them, as `wind_speed_unit`."""

_YES_AND_NO = ("binary_sensor", "input_boolean")


class _Sensor:
    """One sensor: the places of its values, and what is known of them."""

    def __init__(self, sensor: Sensor) -> None:
        where = f"house.yaml, sensor {sensor.id}"
        self.gathered: Gathered = gathered_of(sensor)
        self.places: dict[str, Place] = {
            name: read_place(text, where) for name, text in sensor.mapping.items() if name != "currency"
        }
        self.main = read_place(sensor.address, where) if sensor.address else None
        if self.main is not None and _spot(self.main).name.startswith("weather.") and sensor.kind != "weather":
            raise UsageError(
                f"{sensor.address} tells of the weather, and a sensor of kind {sensor.kind} of a room",
                where=where,
                remedy="Write kind: weather",
            )
        if self.main is None and not self.places:
            raise UsageError("names no entity", where=where, remedy="Write address: sensor.living_temperature")

    def entities(self) -> frozenset[str]:
        places = [*self.places.values(), *([self.main] if self.main else [])]
        return frozenset((place.read or place.write).name for place in places)

    def values(self, entity: EntityState) -> dict[str, float | None]:
        """Return what an entity says of our values; None where it says that it does not know."""
        found: dict[str, float | None] = {}
        if self.main is not None and _spot(self.main).name == entity.entity_id:
            found |= self._by_class(entity, self.main)
        for name, place in self.places.items():
            if _spot(place).name == entity.entity_id:
                found[name] = _value(entity, name, place)
        return found

    def says_nothing(self, entity: EntityState, values: Mapping[str, float | None]) -> bool:
        """Return whether an entity is there, and all that is to be had of this sensor, and none of it."""
        is_main = self.main is not None and _spot(self.main).name == entity.entity_id
        return is_main and entity.available and not values and not self.places

    def _by_class(self, entity: EntityState, place: Place) -> dict[str, float | None]:
        names = self.gathered.names
        if entity.domain == "weather":
            return {name: said(entity, name, attribute) for name, attribute in _WEATHER.items() if name in names}
        name = measured_by(entity)
        if not name and entity.domain in _YES_AND_NO and not entity.word("device_class"):
            name = self.gathered.by_kind
        return self.gathered.own(name, _value(entity, self.gathered.ours(name), place)) if name else {}


def _spot(place: Place) -> Spot:
    return place.read or place.write


def _value(entity: EntityState, name: str, place: Place) -> float | None:
    if not entity.available:
        return None
    part = _spot(place).part
    if place.names:
        return place.named(entity.word(part))
    value = said(entity, "" if place.ends else name, part, place.unit)
    return None if value is None else place.ours(value)


class HomeAssistantSensors:
    """Reads the sensors of one connection; see `sumika.links.base.SensorReader`."""

    def __init__(self, sensors: Iterable[Sensor]) -> None:
        """Read their lines.

        Raises:
            UsageError: if one names no entity, or a value that its kind does not have.
        """
        self._by_entity: dict[str, list[_Sensor]] = {}
        self._all = [_Sensor(sensor) for sensor in sensors]
        for sensor in self._all:
            for entity_id in sorted(sensor.entities()):
                self._by_entity.setdefault(entity_id, []).append(sensor)

    def addresses(self) -> tuple[str, ...]:
        """Return the entities."""
        return tuple(self._by_entity)

    def read(self, report: EntityState, stamp: Instant) -> Iterable[Message]:
        """Return what an entity says."""
        told: list[Message] = []
        for sensor in self._by_entity.get(report.entity_id, ()):
            values: Mapping[str, float | None] = sensor.values(report)
            if not report.available:
                # Which of its values an entity gave is not known while it says nothing: then none of them is.
                values = dict.fromkeys(values or sensor.gathered.known)
            if sensor.says_nothing(report, values):
                told += sensor.gathered.mute(report.entity_id, stamp)
            told += sensor.gathered.tell(values, stamp)
        return told

    def lost(self, stamp: Instant) -> Iterable[Message]:
        """Return that nothing is known of any sensor."""
        return [message for sensor in self._all for message in sensor.gathered.forget(stamp)]


def open_sensors(connection: Connection, house: House) -> HomeAssistantSensors:
    """Return the reader of a connection's sensors; see `sumika.sensors.air.open_sensors`."""
    return HomeAssistantSensors(sensor for sensor in house.sensors if sensor.connection == connection.id)
