"""What every way to real devices looks like to the process that owns it.

One process owns each connection of `house.yaml`. It opens the link, follows `reports` for as long as it runs, and
hands every `Write` of the safety gate to `write`, meanwhile, in the same event loop::

    link = open_link(connection, house, clock, folder, open_sensors(connection, house))
    await link.open()
    async for message in link.reports():
        ...                             # DeviceState, and what the sensors of this connection say
    refusal = await link.write(write)   # from another task
    await link.close()

**Devices and sensors.** A connection brings both, over one wire. Reports in the protocol's own words are types of
`sumika.links.<protocol>`. The driver here turns those about devices into `DeviceState`; those about sensors are read by
a `SensorReader` of `sumika.sensors.air.<protocol>`, which the driver is handed and knows only by its protocol.

**Broken connections.** `reports` never ends and never raises because of them: it says of every device that it is not
available (`available` false, `why` in words), lets the reader say that its sensors are unknown, and connects again
after growing pauses. `write` says why it could not; it never waits for a connection to come back, since a command that
arrives late is worse than none.
"""

from collections.abc import AsyncIterator, Container, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from sumika.clock import Clock
from sumika.links.base import LinkError, NoSensors, SensorReader, load_protocol
from sumika.schema import DEVICE_KINDS, Message, Setting, Write
from sumika.schema.house import Connection, House

DRIVERS = {
    "home_assistant": "sumika.actuate.home_assistant.driver",
    "mqtt": "sumika.actuate.mqtt.driver",
    "echonet_lite": "sumika.actuate.echonet_lite.driver",
    "esphome": "sumika.actuate.esphome.driver",
    "modbus": "sumika.actuate.modbus.driver",
    "ocpp": "sumika.actuate.ocpp.driver",
}
"""Where the driver of each `Connection.type` is; every one has an `open_link` of the signature of `open_link` here."""


class CannotError(Exception):
    """A setting cannot be set so on what `house.yaml` names; its text says why."""


_SPEEDS = ("level", "fan_level")


def clipped(setting: str, value: float, limits: Setting | None) -> float:
    """Return the nearest value that a device reaches; itself where its limits are not known, and of modes.

    A mode that a device does not have is no other mode.
    """
    return value if limits is None or setting == "mode" else min(max(value, limits.low), limits.high)


def reached(setting: str, value: float, limits: Setting | None) -> float:
    """Return what a device says that was told a value: of a speed the nearest that it has, of all else the value.

    A fan that knows no speeds and is on is at the highest of them, and nobody's hand was there. A tank that stops at
    60 °C is not at the 65 that it was told.
    """
    return clipped(setting, value, limits) if setting in _SPEEDS else value


class FoundDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a scan found, told so that it can be written into `house.yaml`.

    Attributes:
        address: What to write as `address`: an entity, a topic, an object, a register.
        kind: The kind of device that fits best, one of `DEVICE_KINDS`; empty for a sensor, and where none fits.
        name: What it calls itself.
        room: The room that it says it is in; empty where it says none.
        maker: Who made it, and which model; empty where it does not say.
        settings: What it can be told, in our words, with the limits that it gives itself.
        measures: What it measures, in our words (`co2_ppm`, `power_w`, `presence`); `door_open` of a door, which is no
            window.
        fail_safe: What it would be set to when nobody controls it.
        mapping: What to write as `mapping`, where the address alone does not say enough.
    """

    address: str
    kind: str
    name: str
    room: str = ""
    maker: str = ""
    settings: dict[str, Setting] = {}
    measures: tuple[str, ...] = ()
    fail_safe: dict[str, float] = {}
    mapping: dict[str, str] = {}


def drawn_w(kind: str, values: dict[str, float], settings: Container[str]) -> float | None:
    """Take the electric power that a device draws out of its values; negative: gives. None where it does not say.

    Args:
        kind: Of device.
        values: What the device says. A `power_w` that can be set is what it is to do and stays among them; of a roof
            (`pv_w`) the power is what it gives.
        settings: What it can be told.
    """
    if "power_w" in values and "power_w" not in settings:
        return values.pop("power_w")
    return -values["pv_w"] if kind == "pv" and "pv_w" in values else None


_DOORS = ("door", "garage_door")


def measured_as(name: str, device_class: str = "") -> str:
    """Return in which value of a message what something measures is told; `door_open` is told in none.

    Args:
        name: What it measures: a value of ours, or `motion`, `at_home`, `open`.
        device_class: Home Assistant's word for what it is; empty: none.
    """
    if name == "open" and device_class in _DOORS:
        return "door_open"
    return {"motion": "presence", "at_home": "presence", "open": "window_open"}.get(name, name)


def fail_safe_of(kind: str, settings: Mapping[str, Setting]) -> dict[str, float]:
    """Return what a device that was found would be set to when nobody controls it, as far as it reaches.

    Args:
        kind: Of device.
        settings: What it can be told, with its own limits.
    """
    known = DEVICE_KINDS[kind].fail_safe if kind in DEVICE_KINDS else {}
    return {name: clipped(name, value, settings[name]) for name, value in known.items() if name in settings}


class DeviceLink(Protocol):
    """A way to the real devices of one connection."""

    async def open(self) -> None:
        """Connect, and check that what `house.yaml` names there is there.

        A device that is absent is no fault of the link: it is reported as not available.

        Raises:
            LinkError: if nothing answers, or it refuses who we are.
            UsageError: if `house.yaml` asks for what the protocol cannot do.
        """
        ...

    async def write(self, write: Write) -> str:
        """Send one write of the gate.

        Returns:
            Why it was refused or could not be sent, in words; empty where the device's side took it. Whether the device
            then does it, its `DeviceState` says.
        """
        ...

    def reports(self) -> AsyncIterator[Message]:
        """Yield the state of devices and the readings of sensors as they come; first everything that is known now."""
        ...

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Return what there is to be driven or read, whether `house.yaml` names it or not.

        Raises:
            LinkError: if nothing answers.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection. May be called again; `reports` ends."""
        ...


class _Driver(Protocol):
    def open_link(
        self, connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[Any]
    ) -> DeviceLink: ...


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[Any] | None = None
) -> DeviceLink:
    """Return the link of a connection, not yet open; only the protocol that it speaks is imported.

    Args:
        connection: As in `house.yaml`.
        house: The whole house; the link serves the devices that name this connection.
        clock: Stamps what comes.
        folder: Where `house.yaml` lies: relative paths start here.
        sensors: Reads the connection's sensors; None: there are none.

    Raises:
        UsageError: if the protocol's package is not installed, or `house.yaml` asks for what it cannot do.
    """
    module = load_protocol(DRIVERS, connection)
    return cast("_Driver", module).open_link(connection, house, clock, folder, sensors or NoSensors())


__all__ = [
    "DRIVERS",
    "CannotError",
    "DeviceLink",
    "FoundDevice",
    "LinkError",
    "SensorReader",
    "clipped",
    "drawn_w",
    "fail_safe_of",
    "measured_as",
    "open_link",
]
