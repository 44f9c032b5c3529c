"""A device of `house.yaml` as the entities that it consists of in Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sumika.actuate.base import CannotError, clipped, drawn_w, reached
from sumika.actuate.home_assistant.handles import Asked, Handle, ServiceCall
from sumika.actuate.home_assistant.values import ACTING, MEASURES, handle_of
from sumika.actuate.rounding import Rounding
from sumika.clock import Instant
from sumika.links.home_assistant import EntityState
from sumika.links.home_assistant.classes import said
from sumika.links.place import Place, Spot, read_place
from sumika.schema import DEVICE_KINDS, DeviceState, Origin, Setting, UsageError
from sumika.schema.house import Device

States = Mapping[str, EntityState]
_LEVEL = "level"


@dataclass(slots=True)
class DeviceParts:
    """One device.

    Attributes:
        device: As in `house.yaml`.
        settings: Ours that can be told to one of its entities: its handle, and where.
        measured: What else `house.yaml` says where to read.
        main: The entity without which the device is not there.
        rounding: What was last asked of each setting and taken.
        waits: What is to be said when we switch the device on.
    """

    device: Device
    settings: dict[str, tuple[Handle, Setting, Place]]
    measured: dict[str, Place]
    main: str
    rounding: Rounding = field(default_factory=Rounding)
    waits: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, device: Device) -> "DeviceParts":
        """Read a device's lines.

        Raises:
            UsageError: if they name no entity, or one that cannot be set so.
        """
        where = f"house.yaml, device {device.id}"
        places = {name: read_place(text, where) for name, text in device.mapping.items()}
        address = read_place(device.address, where) if device.address else None
        known = DEVICE_KINDS[device.kind].settings if device.kind in DEVICE_KINDS else {}
        settings = {}
        for name, setting in known.items():
            place = places.get(name, address)
            handle = None if place is None else handle_of(_domain(place.write.name), name)
            if place is not None and handle is not None:
                settings[name] = (handle, setting, place)
            elif name in places:
                raise UsageError(
                    f"{name} cannot be set on {places[name].write.name}",
                    where=where,
                    remedy="Name an entity that can be set so: a number, a select, a switch, or one of its own kind",
                )
        measured = {name: place for name, place in places.items() if name not in known}
        if device.kind == "pv" and address is not None:
            measured.setdefault("pv_w", address)
        first = address or next(iter(places.values()), None)
        if first is None or "." not in first.write.name:
            raise UsageError("names no entity of Home Assistant", where=where, remedy="Write address: climate.living")
        return cls(device, settings, measured, first.write.name)

    def entities(self) -> frozenset[str]:
        """Return the names of all entities that it consists of."""
        places = [place for _, _, place in self.settings.values()] + list(self.measured.values())
        spots = [spot for place in places for spot in (place.read, place.write) if spot is not None]
        return frozenset({self.main, *(spot.name for spot in spots)})

    def call(self, setting: str, value: float, states: States) -> tuple[str, ServiceCall | None]:
        """Return the entity and the call that set something; no call where it waits until we switch it on.

        A value that the device does not reach is brought to the nearest that it does: a fail-safe must not come to
        nothing because a tank stops at 60 °C.

        Raises:
            CannotError: if it cannot be set, or the entity is not there.
        """
        if setting not in self.settings:
            raise CannotError(f"{self.main} has no {setting} that can be set")
        handle, limits, place = self.settings[setting]
        entity = states.get(place.write.name)
        if entity is None:
            raise CannotError(f"Home Assistant has no {place.write.name}")
        if not entity.available:
            raise CannotError(f"Home Assistant does not reach {place.write.name}")
        asked = Asked(entity, limits, place, setting)
        return entity.entity_id, handle.call(asked, clipped(asked.name, value, handle.offers(asked)))

    def taken_up(self, setting: str, value: float) -> dict[str, float]:
        """Return what waited for this write: a colour goes with the level that lights its lamp."""
        if setting != _LEVEL or value <= 0.0:
            return {}
        waited, self.waits = self.waits, {}
        return waited

    def forget_what_waits(self, states: States) -> None:
        """Forget it where the device is on: that was a hand, and nothing more is said to it now."""
        main = states.get(self.main)
        if main is not None and main.word() == "on":
            self.waits.clear()

    def state(self, states: States, stamp: Instant, why: str = "") -> DeviceState:
        """Return what the device says of itself.

        Args:
            states: Every entity.
            stamp: When that was.
            why: What it says beside, where it refused.
        """
        main = states.get(self.main)
        if main is None or not main.available:
            lost = (
                f"Home Assistant has no {self.main}" if main is None else f"Home Assistant does not reach {self.main}"
            )
            return self.lost(stamp, why or lost)
        values = self._set(states) | self._measured(states, main)
        power_w = drawn_w(self.device.kind, values, self.settings)
        return DeviceState(
            device=self.device.id, values=values, power_w=power_w, why=why, stamp=stamp, origin=Origin.LIVE
        )

    def lost(self, stamp: Instant, why: str) -> DeviceState:
        """Return that it does not answer."""
        return DeviceState(device=self.device.id, values={}, available=False, why=why, stamp=stamp, origin=Origin.LIVE)

    def offers(self, states: States) -> dict[str, Setting]:
        """Return what it can be told, with the limits that it gives itself."""
        found = {}
        for name, (handle, setting, place) in self.settings.items():
            entity = states.get(place.write.name)
            offered = None if entity is None else handle.offers(Asked(entity, setting, place, name))
            if offered is not None:
                found[name] = offered
        return found

    def measures(self, states: States) -> tuple[str, ...]:
        """Return what it measures beside its settings."""
        main = states.get(self.main)
        return () if main is None else tuple(self._measured(states, main))

    def _set(self, states: States) -> dict[str, float]:
        values = {}
        for name, (handle, setting, place) in self.settings.items():
            entity = states.get((place.read or place.write).name)
            if entity is None or not entity.available:
                continue
            asked = Asked(entity, setting, place, name)
            value = handle.read(asked)
            if value is not None:
                values[name] = self._as_asked(handle, asked, value)
        return values

    def _as_asked(self, handle: Handle, asked: Asked, value: float) -> float:
        offered = handle.offers(asked)
        step = 0.0 if offered is None else offered.step
        return self.rounding.as_asked(
            asked.name, value, step, lambda one: _sent(handle, asked, reached(asked.name, one, offered))
        )

    def _measured(self, states: States, main: EntityState) -> dict[str, float]:
        found = {}
        for name, attribute in MEASURES.get(main.domain, {}).items():
            number = main.celsius(attribute) if name.endswith("_c") else main.number(attribute)
            if number is not None:
                found[name] = number if name.endswith("_c") else number / 100.0
        action = main.word("hvac_action") or main.word("action")
        if action in ACTING:
            found["runs"] = ACTING[action]
        if main.domain == "lock" and main.word() in ("locked", "unlocked"):
            found["locked"] = float(main.word() == "locked")
        for name, place in self.measured.items():
            value = read_value(name, place, states)
            if value is not None:
                found[name] = value
        return found


def read_value(name: str, place: Place, states: States) -> float | None:
    """Return what an entity, or an attribute of it, says in the unit of our name; None where it says nothing."""
    spot: Spot = place.read or place.write
    entity = states.get(spot.name)
    if entity is None or not entity.available:
        return None
    if place.names:
        return place.named(entity.word(spot.part))
    value = said(entity, "" if place.ends else name, spot.part, place.unit)
    return None if value is None else place.ours(value)


def _sent(handle: Handle, asked: Asked, value: float) -> str | None:
    try:
        call = handle.call(asked, value)
    except CannotError:
        return None
    return None if call is None else f"{call.service} {call.data}"


def _domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]
