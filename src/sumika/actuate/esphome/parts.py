"""A device of house.yaml as the entities that it consists of on its node."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sumika.actuate.base import clipped
from sumika.actuate.esphome.handles import Command, Fields, Handle, number_in, placed
from sumika.actuate.esphome.values import MEASURES, handles_of
from sumika.actuate.rounding import Rounding
from sumika.actuate.watching import silent, state_of
from sumika.clock import Instant
from sumika.links.esphome import Entity, EntityReport
from sumika.links.measures import to_ours
from sumika.links.place import Place, read_place
from sumika.schema import DEVICE_KINDS, DeviceState, UsageError
from sumika.schema.house import Device

_DRAWN = "drawn_w"


@dataclass(slots=True)
class DeviceParts:
    """One device.

    Attributes:
        device: As in `house.yaml`.
        main: Its main entity; empty where everything is in its mapping.
        places: What its mapping says.
        handles: How it is told; known once the node has told its entities.
        entities: By name.
        said: What each entity said last.
        rounding: Tells the device's own rounding from a hand.
    """

    device: Device
    main: str
    places: dict[str, Place]
    handles: dict[str, Handle] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    said: dict[str, Fields] = field(default_factory=dict)
    rounding: Rounding = field(default_factory=Rounding)

    @classmethod
    def of(cls, device: Device) -> "DeviceParts":
        """Read a device's lines.

        Raises:
            UsageError: if they name no entity.
        """
        where = f"house.yaml: device {device.id}"
        places = {name: read_place(text, f"{where}: mapping: {name}") for name, text in device.mapping.items()}
        if not device.address and not places:
            raise UsageError("names no entity", where=where, remedy="Write address: climate.living")
        return cls(device, device.address, places)

    @property
    def names(self) -> frozenset[str]:
        """Names of all entities that it consists of."""
        spots = [spot for place in self.places.values() for spot in (place.read, place.write) if spot is not None]
        return frozenset({*([self.main] if self.main else []), *(spot.name for spot in spots)})

    def learn(self, entities: Mapping[str, Entity]) -> str:
        """Take the node's entities; return the names of those that it does not have.

        Raises:
            UsageError: if an entity cannot be what the mapping says.
        """
        self.entities = entities
        self.handles = handles_of(self.device.kind, entities[self.main]) if self.main in entities else {}
        known = DEVICE_KINDS[self.device.kind].settings if self.device.kind in DEVICE_KINDS else {}
        for name, place in self.places.items():
            entity = entities.get(place.write.name)
            if name in known and entity is not None:
                handle = placed(entity, name, place)
                if isinstance(handle, str):
                    raise UsageError(
                        f"{name}: {handle}",
                        where=f"house.yaml: device {self.device.id}: mapping",
                        remedy="Name a number, a select, a switch or a climate; `sumika devices scan` lists them",
                    )
                self.handles[name] = handle
        return ", ".join(sorted(self.names - entities.keys()))

    def command(self, setting: str, value: float) -> tuple[Entity, Command] | str:
        """Return which entity is told what; or why not."""
        handle = self.handles.get(setting)
        if handle is None:
            return f"{self.main or self.device.id} has no {setting} that can be set"
        told = handle.encode(clipped(setting, value, handle.limits))
        if isinstance(told, str):
            return told
        self.rounding.ask(setting, value)
        return self.entities[handle.entity], told

    def hear(self, report: EntityReport) -> bool:
        """Take what an entity says; return whether it is one of this device's."""
        if report.entity.name not in self.names:
            return False
        self.said[report.entity.name] = report.fields
        return True

    def forget(self) -> None:
        """Forget what was said."""
        self.said.clear()

    def state(self, stamp: Instant) -> DeviceState:
        """Return what is known of it; where its main entity says nothing, the device is not there."""
        quiet = sorted(self.names - {name for name, fields in self.said.items() if fields})
        why = f"{', '.join(quiet)} says nothing" if quiet else ""
        if self.main in quiet or len(quiet) == len(self.names):
            return silent(self.device.id, stamp, why)
        found = {name: self._set_to(name, handle) for name, handle in self.handles.items()}
        main = self.entities.get(self.main)
        if main is not None:
            told = self.said.get(self.main, {})
            for name, part in MEASURES.get(main.domain, {}).items():
                value = number_in(told, part)
                found[name] = None if value is None else _measured(name, value)
        for name, place in self.places.items():
            if name not in self.handles:
                found[name] = self._read(name, place)
        values = {name: value for name, value in found.items() if value is not None}
        power_w = values.pop(_DRAWN, values.get("power_w") if "power_w" not in self.handles else None)
        return state_of(self.device.id, stamp, values, power_w=power_w, why=why)

    def _set_to(self, name: str, handle: Handle) -> float | None:
        said = handle.decode(self.said.get(handle.entity, {}))

        def told(value: float) -> tuple[tuple[str, object], ...] | None:
            command = handle.encode(clipped(name, value, handle.limits))
            return None if isinstance(command, str) else tuple(sorted(command.items()))

        step = 0.0 if handle.limits is None else handle.limits.step
        return None if said is None else self.rounding.as_asked(name, said, step, told)

    def _read(self, name: str, place: Place) -> float | None:
        spot = place.read or place.write
        value = self.said.get(spot.name, {}).get(spot.part or "state")
        if isinstance(value, str):
            return place.named(value)
        if value is None:
            return None
        entity = self.entities.get(spot.name)
        unit = place.unit or ("" if entity is None else entity.word("unit_of_measurement"))
        ours = to_ours("" if place.ends else "power_w" if name == _DRAWN else name, float(value), unit)
        return None if ours is None else round(place.ours(ours), 6)


def _measured(name: str, value: float) -> float | None:
    if name == "relative_humidity":
        return round(value / 100.0, 4) if value > 0 else None
    return float(value > 0) if name == "moving" else value
