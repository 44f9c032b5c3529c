"""What Zigbee2MQTT says of its devices.

Topics: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html; what a device exposes:
https://www.zigbee2mqtt.io/guide/usage/exposes.html.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

_MOST_DEVICES = 2000
_SETS, _ASKED = 2, 4
"""Bits of `access`."""

MEASURED: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temperature_c",
        "local_temperature": "room_temperature_c",
        "humidity": "relative_humidity",
        "co2": "co2_ppm",
        "voc": "voc_ug_m3",
        "pm25": "pm2_5_ug_m3",
        "illuminance": "illuminance_lux",
        "illuminance_lux": "illuminance_lux",
        "noise": "sound_dba",
        "power": "power_w",
        "energy": "imported_kwh",
        "pressure": "pressure_pa",
        "occupancy": "motion",
        "presence": "presence",
        "contact": "window_open",
        "smoke": "smoke",
        "carbon_monoxide": "smoke",
        "gas": "smoke",
        "co": "co_ppm",
    }
)
"""Their property to our name. Alarms of one device share a name: it burns where any of them says so."""

UNITS: Mapping[str, str] = MappingProxyType({"humidity": "%", "pressure": "hPa", "temperature": "°C"})
"""Of properties whose unit Zigbee2MQTT fixes."""


class Exposed(msgspec.Struct, frozen=True, kw_only=True, rename={"field": "property"}):
    """One thing that a device tells or can be told.

    Attributes:
        type: `numeric`, `binary`, `enum`, or a group: `light`, `switch`, `cover`, `climate`, `fan`, `lock`.
        field: Its field in the device's messages.
        access: Bits: 1 it is told, 2 it can be set, 4 it can be asked for.
        unit: As written there.
        value_min: Of a number.
        value_max: Of a number.
        value_step: Of a number.
        values: Of an enum.
        value_on: Of a binary.
        value_off: Of a binary.
        features: Of a group.
    """

    type: str = ""
    field: str = ""
    access: int = 0
    unit: str = ""
    value_min: float | None = None
    value_max: float | None = None
    value_step: float | None = None
    values: list[Any] = []
    value_on: Any = None
    value_off: Any = None
    features: list["Exposed"] = []

    @property
    def can_be_set(self) -> bool:
        """Whether it can be set."""
        return bool(self.access & _SETS)

    @property
    def can_be_asked(self) -> bool:
        """Whether it can be asked for."""
        return bool(self.access & _ASKED)


class _Definition(msgspec.Struct, frozen=True):
    vendor: str = ""
    model: str = ""
    exposes: list[Exposed] = []


class ZigbeeDevice(msgspec.Struct, frozen=True, kw_only=True):
    """One device of `bridge/devices`.

    Attributes:
        friendly_name: Its topic below the base.
        type: `Coordinator`, `Router` or `EndDevice`.
        definition: What it is; None for one that Zigbee2MQTT does not know.
        disabled: Whether it is switched off there.
    """

    friendly_name: str
    type: str = ""
    definition: _Definition | None = None
    disabled: bool = False

    @property
    def maker(self) -> str:
        """Who made it, and the model."""
        return "" if self.definition is None else f"{self.definition.vendor} {self.definition.model}".strip()

    @property
    def groups(self) -> tuple[str, ...]:
        """What it is, in Zigbee2MQTT's words: light, cover, climate ..."""
        exposes = self.definition.exposes if self.definition else []
        return tuple(exposed.type for exposed in exposes if exposed.features)

    @property
    def exposed(self) -> dict[str, Exposed]:
        """Everything that it tells or can be told, by property."""
        return {one.field: one for one in _flat(self.definition.exposes if self.definition else [])}


def _flat(exposes: list[Exposed]) -> Iterator[Exposed]:
    for one in exposes:
        if one.field and not one.features:
            yield one
        yield from _flat(one.features)


class DeviceList(msgspec.Struct, frozen=True):
    """What `bridge/devices` says.

    Attributes:
        devices: Those that are on, by name.
        whole: Whether all of it could be read, so that who is not in it is not there.
    """

    devices: dict[str, ZigbeeDevice]
    whole: bool


def zigbee_devices(payload: bytes) -> DeviceList:
    """Return the devices of `bridge/devices`; those that cannot be read are left out."""
    found: dict[str, ZigbeeDevice] = {}
    whole = True
    try:
        rows = msgspec.json.decode(payload, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return DeviceList({}, False)
    for row in rows[:_MOST_DEVICES]:
        try:
            device = msgspec.json.decode(row, type=ZigbeeDevice)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            whole = False
            continue
        if device.type != "Coordinator" and not device.disabled:
            found[device.friendly_name] = device
    return DeviceList(found, whole and len(rows) <= _MOST_DEVICES)


def is_online(said: Any) -> bool | None:
    """Return what a message of availability says, in its new form and in its old; None where it says nothing."""
    word = said.get("state") if isinstance(said, dict) else said
    return word == "online" if word in ("online", "offline") else None
