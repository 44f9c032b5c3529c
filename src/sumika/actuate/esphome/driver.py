"""The link of an ESPHome connection: one node, whose entities say what changes."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

from sumika.actuate.base import FoundDevice
from sumika.actuate.esphome.parts import DeviceParts
from sumika.actuate.esphome.scan import found_at
from sumika.actuate.watching import Watching, silent
from sumika.clock import Clock
from sumika.links.base import LinkError, SensorReader
from sumika.links.esphome import OPTIONS, EntityReport, client_of
from sumika.links.options import Options
from sumika.schema import Message, UsageError, Write
from sumika.schema.house import Connection, House


class EsphomeLink:
    """Devices and sensors of one node."""

    def __init__(
        self, connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[EntityReport]
    ) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            UsageError: if an address, a mapping, the secret or an option cannot be read.
        """
        self._client = client_of(
            connection, Options(connection, OPTIONS), folder, on_report=self._heard, on_lost=self._lost
        )
        self._connection, self._clock, self._sensors = connection, clock, sensors
        self._parts = {
            device.id: DeviceParts.of(device) for device in house.devices if device.connection == connection.id
        }
        self._watching = Watching()

    async def open(self) -> None:
        """Connect, and tell which devices the node does not have.

        Raises:
            LinkError: if nothing answers, or the node refuses who we are.
            UsageError: if an entity cannot be what `house.yaml` says.
        """
        await self._client.open()
        try:
            self._learn()
        except UsageError:
            await self.close()
            raise
        self._watching.start(self._keep(), f"{self._connection.id} {self._connection.address}")

    async def write(self, write: Write) -> str:
        """Tell an entity; return why that could not be done, empty if it was sent."""
        parts = self._parts.get(write.device)
        if parts is None:
            return f"connection {self._connection.id} has no device {write.device}"
        if not math.isfinite(write.value):
            return f"{write.action} cannot be set to {write.value}: that is no number"
        try:
            told = parts.command(write.action, write.value)
            if isinstance(told, str):
                return told
            self._client.tell(*told)
        except LinkError as error:
            parts.rounding.refused(write.action)
            return str(error)
        return ""

    def reports(self) -> AsyncIterator[Message]:
        """Yield states and readings as they come."""
        return self._watching.reports()

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Return the entities of the node.

        Raises:
            LinkError: if nothing answers.
        """
        return found_at(self._client)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._watching.end()
        await self._client.close()

    async def _keep(self) -> None:
        await self._client.keep()

    def _learn(self) -> None:
        for parts in self._parts.values():
            missing = parts.learn(self._client.entities)
            if missing:
                self._watching.put(silent(parts.device.id, self._clock.now(), f"the node has no {missing}"))

    def _heard(self, report: EntityReport) -> None:
        now = self._clock.now()
        for parts in self._parts.values():
            if parts.hear(report):
                self._watching.put(parts.state(now))
        self._watching.put(*self._sensors.read(report, now))

    def _lost(self, why: str) -> None:
        now = self._clock.now()
        for parts in self._parts.values():
            parts.forget()
            self._watching.put(silent(parts.device.id, now, why))
        self._watching.put(*self._sensors.lost(now))


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[EntityReport]
) -> EsphomeLink:
    """Return the link of a connection of type esphome, not yet open.

    Args:
        connection: Its `address` is host or host:port; its `secret_file` holds the encryption key or the password.
            Options: `timeout_s`, `again_s`, `keepalive_s`.
        house: Its devices and sensors name entities: `climate.living`, `number.fan_speed`, `sensor.co2`.
        clock: Stamps what comes.
        folder: Where `house.yaml` lies.
        sensors: Reads the sensors.
    """
    return EsphomeLink(connection, house, clock, folder, sensors)
