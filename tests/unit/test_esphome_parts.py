"""A node with parts (sub-devices) whose entities have the same names: each is an entity of its own."""

from typing import Any

from aioesphomeapi.model import BinarySensorInfo, EntityInfo, SensorInfo

from sumika.links.esphome._client import named_entities


def sensor(part: int, key: int = 7, kind: type[EntityInfo] = SensorInfo) -> EntityInfo:
    about: dict[str, Any] = {"object_id": "temperature", "key": key, "name": "Temperature", "device_id": part}
    return kind(**about)


def names(*entities: EntityInfo, **parts: int) -> dict[str, int]:
    """Return to which part the entity of each name belongs."""
    found = named_entities(entities, {number: name for name, number in parts.items()})
    return {name: entity.info.device_id for name, entity in found.items()}


def test_each_part_of_a_node_has_entities_of_its_own() -> None:
    assert names(sensor(1), sensor(2), Bath=1, Freezer=2) == {
        "sensor.temperature": 1,
        "sensor.freezer_temperature": 2,
    }
    assert names(sensor(1), sensor(0), Bath=1) == {"sensor.temperature": 0, "sensor.bath_temperature": 1}
    assert names(sensor(0), sensor(5), sensor(6)) == {
        "sensor.temperature": 0,
        "sensor.5_temperature": 5,
        "sensor.6_temperature": 6,
    }
    assert names(sensor(0), sensor(1), sensor(2), **{"a b": 1, "a-b": 2}) == {
        "sensor.temperature": 0,
        "sensor.a_b_temperature": 1,
        "sensor.2_temperature": 2,
    }


def test_what_is_of_another_kind_keeps_its_name() -> None:
    assert names(sensor(1), sensor(2, kind=BinarySensorInfo), Bath=1, Freezer=2) == {
        "sensor.temperature": 1,
        "binary_sensor.temperature": 2,
    }
