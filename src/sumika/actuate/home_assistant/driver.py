"""The link to the devices of one Home Assistant."""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator
from pathlib import Path

from sumika.actuate.base import CannotError, FoundDevice
from sumika.actuate.home_assistant.parts import DeviceParts
from sumika.actuate.home_assistant.scanning import found_devices
from sumika.clock import Clock
from sumika.links.again import Again
from sumika.links.base import LinkError, Pause, SensorReader
from sumika.links.home_assistant import UNAVAILABLE, EntityState, Session, web_address
from sumika.links.secret import read_secret
from sumika.schema import Message, UsageError, Write
from sumika.schema.house import Connection, House
from sumika.units import ns_to_seconds, seconds_to_ns

_REFRESH_S = 60.0
"""A sensor whose value does not change sends no event: so often everything is told anew, since it is still so."""


class HomeAssistantLink:
    """The devices of one Home Assistant; see `sumika.actuate.base.DeviceLink`."""

    def __init__(
        self,
        connection: Connection,
        house: House,
        clock: Clock,
        folder: Path,
        sensors: SensorReader[EntityState],
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Read what `house.yaml` says; nothing is connected yet.

        Raises:
            UsageError: if an address, an entity or the secret cannot be used.
        """
        self._url = web_address(connection.address)
        self._token = read_secret(connection, folder)
        if not self._token:
            raise UsageError(
                f"connection {connection.id} has no token",
                where="house.yaml",
                remedy="Write secret_file: a file with a long-lived access token of Home Assistant",
            )
        self._clock, self._sensors, self._pause = clock, sensors, pause
        self._parts = {
            device.id: DeviceParts.of(device) for device in house.devices if device.connection == connection.id
        }
        self._session: Session | None = None
        self._closed = False

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            LinkError: if Home Assistant does not answer or refuses the token.
        """
        if self._session is None or self._session.ended:
            self._session = await Session.open(self._url, self._token)

    async def write(self, write: Write) -> str:
        """Send one write of the gate; see `DeviceLink`."""
        parts, session = self._parts.get(write.device), self._session
        if parts is None:
            return f"this Home Assistant has no device {write.device}"
        if session is None or session.ended:
            return "Home Assistant is not connected"
        if not math.isfinite(write.value):
            return f"{write.value} is no number"
        parts.rounding.ask(write.action, write.value)
        waited = parts.taken_up(write.action, write.value)
        why = await self._tell(session, parts, write.action, write.value)
        for setting, value in () if why else waited.items():
            await self._tell(session, parts, setting, value)
        if why:
            parts.rounding.refused(write.action)
        # Where nothing changes by it, Home Assistant tells of nothing: whoever asked hears how it is all the same.
        session.changes.put(parts.main)
        return why

    async def reports(self) -> AsyncGenerator[Message, None]:
        """Yield what devices and sensors say, through broken connections; see `DeviceLink`."""
        again = Again()
        while not self._closed:
            try:
                await self.open()
            except LinkError as error:
                for message in self._lost(str(error)):
                    yield message
                await self._pause(again.next_s())
                continue
            again.held()
            session = self._session
            if session is None:
                continue
            async with contextlib.aclosing(self._follow(session)) as follow:
                async for message in follow:
                    yield message
            if not self._closed:
                for message in self._lost(f"Home Assistant is not connected: {session.why_ended}"):
                    yield message

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Return what Home Assistant has; see `DeviceLink`."""
        await self.open()
        if self._session is None:
            raise LinkError("Home Assistant is not connected", where=self._url)
        return await found_devices(self._session)

    async def close(self) -> None:
        """Let go of the connection."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _tell(self, session: Session, parts: DeviceParts, setting: str, value: float) -> str:
        try:
            entity_id, call = parts.call(setting, value, session.states)
        except CannotError as error:
            return str(error)
        if call is None:
            parts.waits[setting] = value
            return ""
        return await session.call_service(call.service, entity_id, call.data)

    async def _follow(self, session: Session) -> AsyncGenerator[Message, None]:
        """Yield everything that is known, then what changes, until the connection breaks."""
        for message in self._everything(session):
            yield message
        refresh_ns = self._refresh_ns()
        while not session.ended:
            left_s = ns_to_seconds(refresh_ns - self._clock.now().monotonic_ns)
            names = await session.changes.take(max(0.0, left_s))
            for message in self._changed(session, frozenset(names)):
                yield message
            # In a busy home something else changes all the time: what is quiet has its turn all the same.
            if names and self._clock.now().monotonic_ns < refresh_ns:
                continue
            # Where it does not answer, nobody knows whether all is still so.
            with contextlib.suppress(LinkError):
                await session.refresh()
                for message in self._everything(session):
                    yield message
            refresh_ns = self._refresh_ns()

    def _refresh_ns(self) -> int:
        """Return when everything is told anew, whatever changes until then."""
        return self._clock.now().monotonic_ns + seconds_to_ns(_REFRESH_S)

    def _changed(self, session: Session, names: frozenset[str]) -> list[Message]:
        now = self._clock.now()
        told: list[Message] = []
        for parts in self._parts.values():
            if names & parts.entities():
                parts.forget_what_waits(session.states)
                told.append(parts.state(session.states, now))
        for name in self._sensors.addresses():
            if name in names:
                told.extend(self._sensors.read(_entity(session, name), now))
        return told

    def _everything(self, session: Session) -> list[Message]:
        now = self._clock.now()
        told: list[Message] = [parts.state(session.states, now) for parts in self._parts.values()]
        for name in self._sensors.addresses():
            told.extend(self._sensors.read(_entity(session, name), now))
        return told

    def _lost(self, why: str) -> list[Message]:
        now = self._clock.now()
        return [*(parts.lost(now, why) for parts in self._parts.values()), *self._sensors.lost(now)]


def _entity(session: Session, name: str) -> EntityState:
    """Return an entity as it is now; one that is not there is as good as one that is not reached."""
    return session.states.get(name) or EntityState(entity_id=name, state=UNAVAILABLE)


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[EntityState]
) -> HomeAssistantLink:
    """Return the link of a connection; see `sumika.actuate.open_link`."""
    return HomeAssistantLink(connection, house, clock, folder, sensors)
