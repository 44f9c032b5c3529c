"""The link of an ECHONET Lite connection: one socket, a task for each host, and what its objects say by themselves."""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sumika.actuate.base import FoundDevice
from sumika.actuate.echonet_lite.codes import SettingCode
from sumika.actuate.echonet_lite.scan import scan
from sumika.actuate.echonet_lite.values import CLASSES, measured_of, properties_of, settings_of
from sumika.actuate.rounding import Rounding
from sumika.actuate.watching import Watching, silent, state_of, wait_or
from sumika.clock import Clock
from sumika.links.base import LinkError, SensorReader
from sumika.links.echonet_lite import OPTIONS, EchonetAddress, Notice, PropertyMaps, client_of, property_name
from sumika.links.options import Options
from sumika.schema import DeviceState, Message, Write
from sumika.schema.house import Connection, House

_POLL_S = 30.0
"""How often everything is asked; what changes is told at once by most objects (typical)."""


@dataclass(slots=True, eq=False)
class _Target:
    """An object that is asked: a device's, or one whose properties are a sensor's.

    Attributes:
        address: Where it is.
        properties: What is asked of it.
        device: The device; empty for a sensor's.
        settings: How the device is told.
        maps: What it lets others do; None until it answered.
        now: The properties last read.
        told: What was set since and not yet read back.
        wishes: What was last written, by setting.
        rounding: Tells a device's own rounding from a hand.
    """

    address: EchonetAddress
    properties: frozenset[int]
    device: str = ""
    settings: dict[str, SettingCode] = field(default_factory=dict)
    maps: PropertyMaps | None = None
    now: dict[int, bytes] = field(default_factory=dict)
    told: dict[int, bytes] = field(default_factory=dict)
    wishes: dict[str, float] = field(default_factory=dict)
    rounding: Rounding = field(default_factory=Rounding)

    def state(self, clock: Clock) -> DeviceState:
        """Return what is known of the device."""
        code = self.address.eoj.class_code
        values = {name: self._set_to(name, setting) for name, setting in self.settings.items()}
        values |= {name: read(self.now) for name, read in measured_of(code).items()}
        power = CLASSES[code].power if code in CLASSES else None
        watts = None if power is None or power.epc not in self.now else power.reading(self.now[power.epc])
        if "pv_w" in values and values["pv_w"] is not None:
            watts = -values["pv_w"]
        known = {name: value for name, value in values.items() if value is not None}
        # What the object has no property for is no news; what it has and does not say is.
        readable = frozenset() if self.maps is None else self.maps.get
        unknown = [
            name for name, code in self.settings.items() if values[name] is None and readable.issuperset(code.reads)
        ]
        why = f"it does not say how {', '.join(unknown)} is set" if unknown else ""
        return state_of(self.device, clock.now(), known, power_w=watts, why=why)

    def encoded(self, setting: str, value: float) -> tuple[tuple[int, bytes], ...] | str:
        """Return what would be set for a value, or why nothing is."""
        told = self.settings[setting].encode(value, self.wishes, {**self.now, **self.told})
        return told if isinstance(told, str) else tuple(told)

    def _set_to(self, name: str, setting: SettingCode) -> float | None:
        said = setting.decode(self.now, self.wishes)

        def told(value: float) -> tuple[tuple[int, bytes], ...] | None:
            found = self.encoded(name, value)
            return None if isinstance(found, str) or not found else found

        return None if said is None else self.rounding.as_asked(name, said, setting.step, told)


class EchonetLink:
    """Devices and sensors that speak ECHONET Lite."""

    def __init__(self, connection: Connection, house: House, clock: Clock, sensors: SensorReader[Notice]) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            UsageError: if an address or a mapping cannot be read, or an object can be no such device.
        """
        options = Options(connection, OPTIONS)
        self._poll_s = options.number("poll_s", _POLL_S, least=0.01)
        self._client = client_of(options, self._heard)
        self._connection, self._clock, self._sensors = connection, clock, sensors
        self._watching = Watching()
        self._wakes: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._targets = [*_devices(connection, house), *_sensed(connection, sensors)]
        self._by_device = {target.device: target for target in self._targets if target.device}

    async def open(self) -> None:
        """Bind the socket and begin to ask; objects that do not answer are told to be silent.

        Raises:
            LinkError: if another program has the port.
        """
        await self._client.open()
        for host in sorted({target.address.host for target in self._targets}):
            self._watching.start(self._watch(host), f"{self._connection.id} {host}")

    async def write(self, write: Write) -> str:
        """Set a property or some; return why that could not be done, empty if it was."""
        target = self._by_device.get(write.device)
        if target is None:
            return f"connection {self._connection.id} has no device {write.device}"
        if write.action not in target.settings:
            return f"ECHONET Lite object {target.address} has no {write.action}"
        if not math.isfinite(write.value):
            return f"{write.action} cannot be set to {write.value}: that is no number"
        told = target.encoded(write.action, write.value)
        if isinstance(told, str):
            return told
        target.rounding.ask(write.action, write.value)
        refusal = await self._set(target, told)
        if refusal:
            target.rounding.refused(write.action)
        else:
            target.wishes[write.action] = write.value
            target.told.update(told)
        self._wakes[target.address.host].set()
        return refusal

    def reports(self) -> AsyncIterator[Message]:
        """Yield states and readings as they come."""
        return self._watching.reports()

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Ask the hosts of the connection's address which objects they have, and these what they can.

        Raises:
            LinkError: if nothing answers.
        """
        return await scan(self._client, self._connection.address)

    async def close(self) -> None:
        """Stop asking, and let go of the socket."""
        await self._watching.end()
        await self._client.close()

    async def _set(self, target: _Target, told: tuple[tuple[int, bytes], ...]) -> str:
        eoj = target.address.eoj
        missing = [epc for epc, _ in told if target.maps is not None and epc not in target.maps.set]
        if missing:
            return (
                f"{target.address} does not let itself be set: {', '.join(property_name(eoj, epc) for epc in missing)}"
            )
        if not told:
            return ""
        try:
            refused = await self._client.set(target.address.host, eoj, told)
        except (TimeoutError, LinkError) as error:
            return str(error)
        return f"{target.address} refused: {', '.join(property_name(eoj, epc) for epc in refused)}" if refused else ""

    async def _watch(self, host: str) -> None:
        while True:
            for target in self._targets:
                if target.address.host == host:
                    await self._ask(target)
            await wait_or(self._wakes[host], self._poll_s)

    async def _ask(self, target: _Target) -> None:
        host, eoj = target.address
        try:
            if target.maps is None:
                target.maps = await self._client.property_maps(host, eoj)
            answer = await self._client.get(host, eoj, target.properties & target.maps.get)
        except TimeoutError as error:
            self._lost(target, str(error))
            return
        if not answer.values:
            self._lost(target, f"{target.address} answers, but tells nothing of itself")
            return
        # A sensor's value that is not told any more is none; what a device is set to it may only not tell in this mode.
        refused = {} if target.device else dict.fromkeys(answer.refused, b"")
        self._take(target, Notice(host, eoj, {**refused, **answer.values}))

    def _lost(self, target: _Target, why: str) -> None:
        # Another object may be there when the host is heard again: an air conditioner behind a new adapter.
        target.maps = None
        target.now.clear()
        target.told.clear()
        now = self._clock.now()
        if target.device:
            self._watching.put(silent(target.device, now, why))
        else:
            self._watching.put(*self._sensors.read(Notice(target.address.host, target.address.eoj, {}), now))

    def _take(self, target: _Target, notice: Notice) -> None:
        target.now.update(notice.values)
        for epc in notice.values:
            target.told.pop(epc, None)
        if target.device:
            self._watching.put(target.state(self._clock))
        else:
            self._watching.put(*self._sensors.read(notice, self._clock.now()))

    def _heard(self, notice: Notice) -> None:
        for target in self._targets:
            if (target.address.host, target.address.eoj) == (notice.host, notice.eoj) and target.now:
                self._take(target, notice)


def _devices(connection: Connection, house: House) -> list[_Target]:
    found = []
    for device in house.devices:
        if device.connection == connection.id:
            where = f"house.yaml: device {device.id}"
            address = EchonetAddress.parse(device.address, where)
            code = address.eoj.class_code
            settings = settings_of(device.kind, code, device.mapping, where)
            found.append(_Target(address, properties_of(code, settings), device.id, settings))
    return found


def _sensed(connection: Connection, sensors: SensorReader[Any]) -> list[_Target]:
    found: dict[EchonetAddress, frozenset[int]] = {}
    for text in sensors.addresses():
        place, _, properties = text.rpartition("/")
        address = EchonetAddress.parse(place, f"house.yaml: connection {connection.id}: sensors")
        found[address] = found.get(address, frozenset()) | {int(epc, 16) for epc in properties.split(",")}
    return [_Target(address, properties) for address, properties in found.items()]


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[Notice]
) -> EchonetLink:
    """Return the link of a connection of type echonet_lite, not yet open.

    Args:
        connection: Its `address` is what a scan asks: a host, hosts with commas between, a network such as
            192.168.1.0/24, or 224.0.23.0 for everything on the network. Options: `listen` (this machine's address),
            `poll_s`, `timeout_s`, `port`.
        house: Its devices and sensors name host/object as their address.
        clock: Stamps what comes.
        folder: Not needed: there is no secret.
        sensors: Reads the sensors.
    """
    return EchonetLink(connection, house, clock, sensors)
