"""Whether what was never recorded is not measured at all, or was only not told yet: a house begins silent."""

from collections.abc import Mapping
from types import MappingProxyType

from sumika.facts.figures import Why
from sumika.facts.shelf import Shelf
from sumika.schema.house import House, Sensor

_TOPICS: Mapping[str, str] = MappingProxyType(
    {"weather": "weather", "meter": "meter", "presence": "presence", "pir": "presence"}
)
"""On which topic a sensor speaks, by `Sensor.kind`; every other kind is of the air."""

_OF_THE_WORLD = frozenset({"weather", "meter"})
"""What a simulated house tells by itself."""


def never_told(shelf: Shelf, signal: str, room: str = "") -> Why:
    """Return why there is no such signal: nothing measures it, or what may measure it has not spoken yet.

    Args:
        shelf: The house and its records.
        signal: "topic.field".
        room: Only of this room; empty: of the house.
    """
    topic, _, field = signal.partition(".")
    sensors = [one for one in shelf.house.sensors if room in ("", one.room) and _topic_of(one) == topic]
    if any(field in one.mapping for one in sensors):
        return Why.NOT_YET
    told = shelf.of_topic(topic)
    if room:
        told &= {one.id for one in sensors}
    # What has spoken, and never of this, does not measure it.
    return Why.NOT_YET if not told and _may_tell(shelf.house, topic, sensors) else Why.NO_SUCH


def _may_tell(house: House, topic: str, sensors: list[Sensor]) -> bool:
    if topic == "device_state":
        return bool(house.devices)
    return any(not one.mapping for one in sensors) or (house.world is not None and topic in _OF_THE_WORLD)


def _topic_of(sensor: Sensor) -> str:
    return _TOPICS.get(sensor.kind, "air")
