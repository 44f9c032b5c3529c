"""What a Home Assistant has that could be driven or read, told so that it can be written into `house.yaml`."""

from typing import Any

import msgspec

from sumika.actuate.base import FoundDevice, fail_safe_of, measured_as
from sumika.actuate.home_assistant.parts import DeviceParts
from sumika.links.base import LinkError
from sumika.links.home_assistant import EntityState, Session
from sumika.links.home_assistant.classes import measured_by
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device

_COVERS = {"window": "window_opener", "door": "", "garage": "", "gate": ""}
"""Device classes of covers that are no blinds. Doors and gates are nobody's business."""

_PARTS = ("number", "input_number", "select", "input_select")
"""They belong to a device that another entity stands for."""


class _Area(msgspec.Struct, frozen=True):
    area_id: str
    name: str = ""


class _Device(msgspec.Struct, frozen=True):
    id: str
    area_id: str | None = None
    manufacturer: str | None = None
    model: str | None = None


class _Entry(msgspec.Struct, frozen=True):
    entity_id: str
    device_id: str | None = None
    area_id: str | None = None
    disabled_by: str | None = None
    hidden_by: str | None = None


class _Registry:
    """Where entities are and who made them."""

    def __init__(self, areas: list[_Area], devices: list[_Device], entries: list[_Entry]) -> None:
        self._areas = {area.area_id: area.name for area in areas}
        self._devices = {device.id: device for device in devices}
        self._entries = {entry.entity_id: entry for entry in entries}

    def hidden(self, entity_id: str) -> bool:
        entry = self._entries.get(entity_id)
        return entry is not None and (entry.hidden_by is not None or entry.disabled_by is not None)

    def room(self, entity_id: str) -> str:
        entry = self._entries.get(entity_id)
        device = self._device(entity_id)
        area = (entry and entry.area_id) or (device and device.area_id) or ""
        return self._areas.get(area, "")

    def maker(self, entity_id: str) -> str:
        device = self._device(entity_id)
        return "" if device is None else " ".join(word for word in (device.manufacturer, device.model) if word)

    def _device(self, entity_id: str) -> _Device | None:
        entry = self._entries.get(entity_id)
        return None if entry is None or entry.device_id is None else self._devices.get(entry.device_id)


async def found_devices(session: Session) -> tuple[FoundDevice, ...]:
    """Return what a Home Assistant has, sorted by address.

    Raises:
        LinkError: if it does not answer.
    """
    registry = _Registry(
        await _listed(session, "config/area_registry/list", list[_Area]),
        await _listed(session, "config/device_registry/list", list[_Device]),
        await _listed(session, "config/entity_registry/list", list[_Entry]),
    )
    await session.refresh()
    found = (_found(entity, session, registry) for name, entity in sorted(session.states.items()))
    return tuple(one for one in found if one is not None)


async def _listed(session: Session, kind: str, rows: Any) -> Any:
    """Return a registry; empty for a user who may not read it, as the states alone tell enough."""
    try:
        return msgspec.json.decode(await session.ask(kind), type=rows)
    except (LinkError, msgspec.DecodeError):
        return []


def _found(entity: EntityState, session: Session, registry: _Registry) -> FoundDevice | None:
    kind = kind_of(entity)
    measures = measured_as(measured_by(entity), entity.word("device_class"))
    if registry.hidden(entity.entity_id) or not (kind or measures or entity.domain in _PARTS):
        return None
    settings = {}
    measured: tuple[str, ...] = (measures,) if measures else ()
    if kind in DEVICE_KINDS:
        parts = DeviceParts.of(Device(id="found", room="found", kind=kind, address=entity.entity_id))
        settings = parts.offers(session.states)
        measured += parts.measures(session.states)
    return FoundDevice(
        address=entity.entity_id,
        kind=kind,
        name=entity.name,
        room=registry.room(entity.entity_id),
        maker=registry.maker(entity.entity_id),
        settings=settings,
        measures=measured,
        fail_safe=fail_safe_of(kind, settings),
    )


def kind_of(entity: EntityState) -> str:
    """Return which kind of device an entity is most like; empty where it is none that is driven."""
    device_class = entity.word("device_class")
    match entity.domain:
        case "climate":
            return "room_air_conditioner" if "cool" in entity.words("hvac_modes") else "radiator"
        case "cover":
            return _COVERS.get(device_class, "blind")
        case "fan":
            return _fan(entity.name.casefold())
        case "humidifier":
            return "dehumidifier" if device_class == "dehumidifier" else "humidifier"
        case "media_player":
            return "tv" if device_class == "tv" else ""
        case "valve":
            return "radiator" if device_class == "water" else ""
    return {"light": "light", "switch": "appliance", "water_heater": "heat_pump_water_heater", "lock": "lock"}.get(
        entity.domain, ""
    )


def _fan(name: str) -> str:
    if "purif" in name or "空気清浄" in name:
        return "air_purifier"
    balanced = any(word in name for word in ("hrv", "erv", "mvhr", "recovery", "全熱", "熱交換"))
    return "balanced_ventilation" if balanced else "exhaust_fan"
