"""The link of a Modbus connection: registers polled at one pace, writes in between, each read back."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from functools import partial
from pathlib import Path

from sumika.actuate.base import FoundDevice
from sumika.actuate.modbus.values import DRAWN, Driven, driven
from sumika.actuate.watching import Watching, silent, state_of, wait_or
from sumika.clock import Clock
from sumika.links.base import LinkError, SensorReader
from sumika.links.modbus import OPTIONS, ModbusRefusedError, Register, Unit, WordOrder, client_of, read_register
from sumika.links.options import Options
from sumika.schema import DeviceState, Message, Write
from sumika.schema.house import Connection, House

_POLL_S = 5.0
_USUAL_UNITS = (1, 2, 3, 255)
"""Units that makers deliver their devices as (typical); Modbus knows no discovery."""


class ModbusLink:
    """Devices and sensors in registers."""

    def __init__(self, connection: Connection, house: House, clock: Clock, sensors: SensorReader[Unit]) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            UsageError: if an address, a register or an option cannot be read.
        """
        options = Options(connection, OPTIONS)
        numbering = options.text("numbering", "table")
        self._client = client_of(connection, options)
        self._poll_s = options.number("poll_s", _POLL_S, least=0.01)
        self._connection, self._clock, self._sensors = connection, clock, sensors
        self._driven = {
            device.id: driven(device, numbering) for device in house.devices if device.connection == connection.id
        }
        self._wanted = _wanted(self._driven.values(), sensors, connection, numbering)
        self._watching = Watching()
        self._wake = asyncio.Event()

    async def open(self) -> None:
        """Connect, and begin to poll.

        Raises:
            LinkError: if nothing listens there.
        """
        await self._client.open()
        self._watching.start(self._poll(), f"{self._connection.id} {self._client.where}")

    async def write(self, write: Write) -> str:
        """Write a register; return why that could not be done, empty if it was and is kept."""
        device = self._driven.get(write.device)
        if device is None:
            return f"connection {self._connection.id} has no device {write.device}"
        register = device.settings.get(write.action)
        if register is None:
            return f"the mapping of {write.device} names no register for {write.action}"
        device.rounding.ask(write.action, write.value)
        refusal = ""
        try:
            await self._client.write(device.unit, register, write.value)
        except ModbusRefusedError as refused:
            refusal = f"unit {device.unit}: {refused}"
        except LinkError as error:
            refusal = str(error)
        if refusal:
            device.rounding.refused(write.action)
        self._wake.set()
        return refusal

    def reports(self) -> AsyncIterator[Message]:
        """Yield states and readings as they come."""
        return self._watching.reports()

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Ask the usual units what they are. What their registers mean, only their maker's table says.

        Raises:
            LinkError: if nothing answers.
        """
        found = []
        for unit in sorted({*_USUAL_UNITS, *self._wanted}):
            try:
                maker = await self._client.identify(unit)
            except LinkError:
                await self._client.open()
                continue
            if maker is not None:
                found.append(FoundDevice(address=str(unit), kind="", name=f"Modbus unit {unit}", maker=maker))
        return tuple(found)

    async def close(self) -> None:
        """Stop polling, and let go of the connection."""
        await self._watching.end()
        self._client.close()

    async def _poll(self) -> None:
        while True:
            for unit, registers in self._wanted.items():
                try:
                    report = await self._client.read(unit, registers)
                except LinkError as error:
                    self._lost(unit, str(error))
                else:
                    self._told(report)
            await wait_or(self._wake, self._poll_s)

    def _told(self, report: Unit) -> None:
        for device in self._driven.values():
            if device.unit == report.number:
                self._watching.put(_state(device, report, self._clock, self._client.order))
        self._watching.put(*self._sensors.read(report, self._clock.now()))

    def _lost(self, unit: int, why: str) -> None:
        now = self._clock.now()
        for device in self._driven.values():
            if device.unit == unit:
                self._watching.put(silent(device.device, now, why))
        self._watching.put(*self._sensors.read(Unit(unit, {}), now))


def _state(device: Driven, report: Unit, clock: Clock, order: WordOrder) -> DeviceState:
    registers = {**device.measures, **device.settings}
    values = {name: round(report.values[one], 9) for name, one in registers.items() if one in report.values}
    for name, register in device.settings.items():
        if name in values:
            told = partial(_told, register, order)
            values[name] = device.rounding.as_asked(name, values[name], register.step, told)
    refused = [f"{name}: {report.refused[one]}" for name, one in registers.items() if one in report.refused]
    power_w = values.pop(DRAWN, values.get("power_w") if "power_w" in device.measures else None)
    if not values and power_w is None:
        return silent(device.device, clock.now(), "; ".join(refused))
    return state_of(device.device, clock.now(), values, power_w=power_w, why="; ".join(refused))


def _told(register: Register, order: WordOrder, value: float) -> tuple[int, ...] | None:
    words = register.theirs(value, order)
    return None if isinstance(words, str) else tuple(words)


def _wanted(
    devices: Iterable[Driven], sensors: SensorReader[Unit], connection: Connection, numbering: str
) -> dict[int, set[Register]]:
    wanted: dict[int, set[Register]] = defaultdict(set)
    for device in devices:
        wanted[device.unit] |= {*device.settings.values(), *device.measures.values()}
    for text in sensors.addresses():
        unit, _, register = text.partition("/")
        wanted[int(unit)].add(read_register(register, f"house.yaml: connection {connection.id}", numbering=numbering))
    return dict(wanted)


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[Unit]
) -> ModbusLink:
    """Return the link of a connection of type modbus, not yet open.

    Args:
        connection: Its `address` is host or host:port. Options: `poll_s`, `timeout_s`, `tries`, `word_order`,
            `numbering`.
        house: Its devices and sensors name the unit as their address (empty: 1), and registers in `mapping`.
        clock: Stamps what comes.
        folder: Not needed: there is no secret.
        sensors: Reads the sensors.
    """
    return ModbusLink(connection, house, clock, sensors)
