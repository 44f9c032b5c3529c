"""What sensors of an ESPHome connection say, out of entities of its node."""

from collections.abc import Iterator
from dataclasses import dataclass

from sumika.clock import Instant
from sumika.links.esphome import Entity, EntityReport
from sumika.links.home_assistant.classes import MEASURED, SEEN
from sumika.links.measures import to_ours
from sumika.links.place import Place, read_place
from sumika.schema import Message, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import Gathered, gathered_of


@dataclass(frozen=True, slots=True)
class _Sensed:
    gathered: Gathered
    main: Place | None
    places: dict[str, Place]

    @property
    def all_places(self) -> list[Place]:
        return [*self.places.values(), *([self.main] if self.main is not None else [])]

    def values(self, report: EntityReport) -> dict[str, float | None]:
        entity = report.entity
        found: dict[str, float | None] = {}
        if self.main is not None and _name(self.main) == entity.name:
            theirs = self._measures(entity)
            name = self.gathered.ours(theirs)
            if name:
                found |= self.gathered.own(theirs, _value(name, self.main, report))
        for name, place in self.places.items():
            if _name(place) == entity.name:
                found[name] = _value(name, place, report)
        return found

    def _measures(self, entity: Entity) -> str:
        named = entity.word("device_class")
        if entity.domain == "binary_sensor":
            return SEEN.get(named, "") if named else self.gathered.by_kind
        return MEASURED.get(named, "")

    def tell(self, report: EntityReport, stamp: Instant) -> tuple[Message, ...]:
        """Return what a report says of this sensor."""
        values = self.values(report)
        if not values and self.main is not None and not self.places and _name(self.main) == report.entity.name:
            return self.gathered.mute(report.entity.name, stamp)
        return self.gathered.tell(values, stamp)


class EsphomeSensors:
    """The sensors of one connection."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out which entities are to be heard.

        Raises:
            UsageError: if an address or a mapping cannot be read.
        """
        self._sensors = [_sensed(one) for one in house.sensors if one.connection == connection.id]

    def addresses(self) -> tuple[str, ...]:
        """Return the entities."""
        return tuple(dict.fromkeys(_name(place) for one in self._sensors for place in one.all_places))

    def read(self, report: EntityReport, stamp: Instant) -> Iterator[Message]:
        """Yield what the sensors of that entity say."""
        for one in self._sensors:
            yield from one.tell(report, stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for one in self._sensors:
            yield from one.gathered.forget(stamp)


def open_sensors(connection: Connection, house: House) -> EsphomeSensors:
    """Return what reads the sensors of a connection of type esphome."""
    return EsphomeSensors(connection, house)


def _sensed(sensor: Sensor) -> _Sensed:
    where = f"house.yaml: sensor {sensor.id}"
    places = {name: read_place(text, where) for name, text in sensor.mapping.items() if name != "currency"}
    main = read_place(sensor.address, where) if sensor.address else None
    if main is None and not places:
        raise UsageError("names no entity", where=where, remedy="Write address: sensor.living_co2")
    return _Sensed(gathered_of(sensor), main, places)


def _name(place: Place) -> str:
    return (place.read or place.write).name


def _value(name: str, place: Place, report: EntityReport) -> float | None:
    said = report.fields.get((place.read or place.write).part or "state")
    if isinstance(said, str):
        return place.named(said)
    if said is None:
        return None
    unit = place.unit or report.entity.word("unit_of_measurement")
    ours = to_ours("" if place.ends else name, float(said), unit)
    return None if ours is None else place.ours(ours)
