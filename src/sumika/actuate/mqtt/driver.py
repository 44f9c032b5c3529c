"""The link to the devices behind one MQTT broker."""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from sumika.actuate.base import CannotError, FoundDevice
from sumika.actuate.mqtt.device import MqttDevice
from sumika.actuate.mqtt.scanning import found_devices
from sumika.clock import Clock
from sumika.links.again import Again
from sumika.links.base import LinkError, Pause, SensorReader
from sumika.links.mqtt import BrokerSession, TopicMessage, broker_settings
from sumika.schema import Event, Message, Origin, Severity, Write
from sumika.schema.house import Connection, House


class MqttLink:
    """The devices behind one broker; see `sumika.actuate.base.DeviceLink`."""

    def __init__(
        self,
        connection: Connection,
        house: House,
        clock: Clock,
        folder: Path,
        sensors: SensorReader[TopicMessage],
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Read what `house.yaml` says; nothing is connected yet.

        Raises:
            UsageError: if the address, a topic or the secret cannot be used.
        """
        self._settings = broker_settings(connection, folder)
        self._clock, self._sensors, self._pause = clock, sensors, pause
        self._devices = {
            device.id: MqttDevice(device, self._settings)
            for device in house.devices
            if device.connection == connection.id
        }
        self._session: BrokerSession | None = None
        self._closed = False
        self._told_refused = ""

    async def open(self) -> None:
        """Connect and listen.

        Raises:
            LinkError: if the broker does not answer or refuses us, or all topics.
        """
        if self._session is not None and not self._session.ended:
            return
        for device in self._devices.values():
            device.forget()
        topics = [topic for device in self._devices.values() for topic in device.topics()]
        topics += self._sensors.addresses()
        session = BrokerSession(self._settings, announced=bool(topics))
        await session.open(topics)
        self._session = session
        for device in self._devices.values():
            for sent in device.asks():
                await session.publish(sent.topic, sent.payload)

    async def write(self, write: Write) -> str:
        """Send one write of the gate; see `DeviceLink`."""
        device, session = self._devices.get(write.device), self._session
        if device is None:
            return f"this broker has no device {write.device}"
        if session is None or session.ended:
            return "the MQTT broker is not connected"
        if not math.isfinite(write.value):
            return f"{write.value} is no number"
        try:
            messages = device.send(write.action, write.value)
        except CannotError as error:
            return str(error)
        device.rounding.ask(write.action, write.value)
        for sent in messages:
            if refusal := await session.publish(sent.topic, sent.payload):
                device.rounding.refused(write.action)
                return refusal
        return ""

    async def reports(self) -> AsyncGenerator[Message, None]:
        """Yield what devices and sensors say, through broken connections; see `DeviceLink`."""
        again = Again()
        while not self._ended():
            try:
                await self.open()
                again.held()
                for event in self._refusals():
                    yield event
                for device in self._devices.values():
                    yield device.state(self._clock.now())
                async with contextlib.aclosing(self._follow()) as follow:
                    async for message in follow:
                        yield message
            except LinkError as error:
                for message in self._lost(str(error)) if not self._ended() else ():
                    yield message
                if not self._ended():
                    await self._pause(again.next_s())

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Return what Zigbee2MQTT and Tasmota devices there are; see `DeviceLink`."""
        return await found_devices(self._settings)

    async def close(self) -> None:
        """Say that we go, and let go of the connection."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _follow(self) -> AsyncGenerator[Message, None]:
        """Yield what comes until the connection breaks, which raises LinkError."""
        session = self._session
        if session is None:
            return
        async with contextlib.aclosing(session.messages()) as messages:
            async for report in messages:
                now = self._clock.now()
                for device in self._devices.values():
                    if device.take(report):
                        yield device.state(now)
                        for sent in device.asks():
                            await session.publish(sent.topic, sent.payload)
                for message in self._sensors.read(report, now):
                    yield message

    def _refusals(self) -> Iterator[Event]:
        """Yield which topics we may not hear, once: nobody would know why a sensor is silent for ever."""
        refused = ", ".join(self._session.refused) if self._session is not None else ""
        if refused != self._told_refused:
            self._told_refused = refused
            yield Event(
                stamp=self._clock.now(),
                origin=Origin.LIVE,
                subject=self._settings.name,
                code="topics_refused",
                severity=Severity.WARNING if refused else Severity.INFO,
                recovered=not refused,
                detail=refused,
            )

    def _ended(self) -> bool:
        return self._closed

    def _lost(self, why: str) -> list[Message]:
        now = self._clock.now()
        return [*(device.lost(now, why) for device in self._devices.values()), *self._sensors.lost(now)]


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[TopicMessage]
) -> MqttLink:
    """Return the link of a connection; see `sumika.actuate.open_link`."""
    return MqttLink(connection, house, clock, folder, sensors)
