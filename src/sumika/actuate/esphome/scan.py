"""What a node of ESPHome has, told so that it can be written into house.yaml."""

from sumika.actuate.base import FoundDevice, fail_safe_of, measured_as
from sumika.actuate.esphome.values import KINDS, MEASURES, handles_of
from sumika.links.esphome import Entity, EsphomeClient
from sumika.links.home_assistant.classes import MEASURED, SEEN
from sumika.schema import DEVICE_KINDS, Setting

_SENSED = ("sensor", "binary_sensor")


def found_at(client: EsphomeClient) -> tuple[FoundDevice, ...]:
    """Return every entity that can be driven or read."""
    found = [_found(entity, client) for entity in client.entities.values()]
    return tuple(device for device in found if device.settings or device.measures)


def _found(entity: Entity, client: EsphomeClient) -> FoundDevice:
    kind = KINDS.get(entity.domain, "")
    settings = {}
    if kind:
        known = DEVICE_KINDS[kind].settings
        settings = {name: handle.limits or known[name] for name, handle in handles_of(kind, entity).items()}
    elif entity.domain == "number":
        settings = {"value": _number(entity)}
    table = MEASURED if entity.domain == "sensor" else SEEN
    named = entity.word("device_class")
    ours = measured_as(table.get(named, ""), named) if entity.domain in _SENSED else ""
    return FoundDevice(
        address=entity.name,
        kind=kind,
        name=entity.word("name") or entity.name,
        room=client.room,
        maker=client.maker,
        settings=settings,
        measures=(ours,) if ours else tuple(MEASURES.get(entity.domain, {})),
        fail_safe=fail_safe_of(kind, settings),
    )


def _number(entity: Entity) -> Setting:
    low, high, step = (float(getattr(entity.info, field, 0.0)) for field in ("min_value", "max_value", "step"))
    return Setting(low=low, high=high, step=step)
