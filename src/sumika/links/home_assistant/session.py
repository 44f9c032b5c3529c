"""One connection to Home Assistant, from logging in until it breaks."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from sumika.links.base import LinkError
from sumika.links.home_assistant.changes import Changes
from sumika.links.home_assistant.entity import EntityState
from sumika.schema import UsageError

_OPEN_S = 10.0
_ANSWER_S = 10.0
_PING_S = 10.0
"""So a machine that was switched off is noticed within 20 s."""
_MOST_BYTES = 32 * 1024 * 1024
"""All states of a large house come in one message, at about a kilobyte each."""


class Refused(msgspec.Struct, frozen=True):
    """Why Home Assistant did not do what it was asked.

    Attributes:
        code: Its own word: `not_found`, `home_assistant_error`, `invalid_format`, `unauthorized` ...
        message: Its own sentence.
    """

    code: str = ""
    message: str = ""


class _Frame(msgspec.Struct, frozen=True):
    type: str
    id: int = 0
    success: bool = True
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Refused | None = None
    event: msgspec.Raw = msgspec.Raw(b"null")
    message: str = ""
    ha_version: str = ""


class _Changed(msgspec.Struct, frozen=True):
    entity_id: str
    new_state: EntityState | None = None


class _Event(msgspec.Struct, frozen=True):
    event_type: str
    data: _Changed


class _Units(msgspec.Struct, frozen=True):
    temperature: str = "°C"


class _Config(msgspec.Struct, frozen=True):
    unit_system: _Units = _Units()
    currency: str = ""


def web_address(address: str) -> str:
    """Return the address of the WebSocket API for what a person writes: `host`, `host:8123`, `http://...`, `ws://...`.

    Raises:
        UsageError: if there is no host in it.
    """
    whole = address.strip()
    if "://" not in whole:
        whole = f"ws://{whole}"
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    try:
        parts = urlsplit(whole)
        port = parts.port or (8123 if parts.scheme in ("ws", "http") else 443)
    except ValueError:  # brackets that do not close, a port that is no number
        parts, port = urlsplit(""), 0
    if parts.scheme not in schemes or not parts.hostname or not port:
        raise UsageError(
            f"{address!r} is no address of a Home Assistant",
            where="house.yaml",
            remedy="Write it as ws://homeassistant.local:8123/api/websocket",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path if parts.path.strip("/") else "/api/websocket"
    return f"{schemes[parts.scheme]}://{host}:{port}{path}"


class Session:
    """A connection that is logged in. It does not connect again: a new one is opened.

    Attributes:
        states: Every entity that it has heard of, as it is now; kept up as events come, before `changes` tells of them.
        changes: Which entities changed or vanished; it ends when the connection breaks.
        why_ended: What broke the connection; empty while it holds.
        damaged: How many events could not be read.
        currency: Of this Home Assistant, ISO 4217.
    """

    def __init__(self, url: str, socket: ClientConnection) -> None:
        """Take over an open socket; use `open_session`."""
        self.url = url
        self.states: dict[str, EntityState] = {}
        self.changes = Changes()
        self.why_ended = ""
        self.damaged = 0
        self._heard: list[set[str]] = []
        self.currency = ""
        self._socket = socket
        self._number = 0
        self._degrees = "°C"
        self._waiting: dict[int, asyncio.Future[_Frame]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._hears: dict[int, Callable[[msgspec.Raw], None]] = {}

    @classmethod
    async def open(cls, url: str, token: str, *, follows: bool = True) -> "Session":
        """Connect, log in, and learn the state of every entity.

        Args:
            url: From `web_address`.
            token: A long-lived access token.
            follows: Whether to learn states at all, and follow them.

        Raises:
            LinkError: if nothing answers there, it is no Home Assistant, or it refuses the token.
        """
        try:
            socket = await connect(
                url,
                open_timeout=_OPEN_S,
                ping_interval=_PING_S,
                ping_timeout=_PING_S,
                close_timeout=1.0,
                max_size=_MOST_BYTES,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, EOFError) as error:
            raise LinkError(
                f"Home Assistant cannot be reached: {str(error) or type(error).__name__}",
                where=url,
                remedy="Check that it runs and that the address is right",
            ) from None
        session = cls(url, socket)
        try:
            await session._log_in(token)
            session._reader = asyncio.create_task(session._read())
            if follows:
                await session._learn()
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def ended(self) -> bool:
        """Whether the connection is gone."""
        return self.changes.ended

    async def ask(self, kind: str, **fields: Any) -> msgspec.Raw:
        """Send one command and return its result, not yet decoded.

        Raises:
            LinkError: if it is refused (`problem` holds Home Assistant's sentence), or no answer comes in time.
        """
        answer = await self._ask(kind, fields)
        if not answer.success:
            refused = answer.error or Refused()
            raise LinkError(f"Home Assistant refused {kind}: {refused.message or refused.code}", where=self.url)
        return answer.result

    async def call_service(self, service: str, entity_id: str, data: dict[str, Any]) -> str:
        """Call a service on one entity and wait until Home Assistant has done it.

        Args:
            service: As `light.turn_on`.
            entity_id: On which.
            data: Its other fields.

        Returns:
            Why it failed, in words; empty where it did not.
        """
        domain, _, name = service.partition(".")
        try:
            await self.ask(
                "call_service", domain=domain, service=name, service_data=data, target={"entity_id": entity_id}
            )
        except LinkError as error:
            return error.problem
        # It answers "done" also for an entity that has just been removed, and only notes it in its own log.
        entity = self.states.get(entity_id)
        if entity is None:
            return f"Home Assistant has no {entity_id} any more"
        return "" if entity.available else f"Home Assistant does not reach {entity_id}"

    async def hear(self, event_type: str, hears: Callable[[msgspec.Raw], None]) -> None:
        """Listen to all events of a type.

        Args:
            event_type: As `mobile_app_notification_action`.
            hears: Takes each event, as JSON; what it cannot decode is counted in `damaged`.

        Raises:
            LinkError: as `ask`.
        """
        # The number that the next question has: no event may come before it is known.
        self._hears[self._number + 1] = hears
        await self.ask("subscribe_events", event_type=event_type)

    async def until_ended(self) -> None:
        """Wait until the connection breaks, and raise LinkError then."""
        while not self.ended:
            await self.changes.take(_PING_S)
        raise LinkError(f"the connection to Home Assistant is gone: {self.why_ended}", where=self.url)

    async def refresh(self) -> None:
        """Ask for every entity anew; what changed meanwhile and was missed is found so.

        Raises:
            LinkError: as `ask`.
        """
        # Its owner may have changed its units meanwhile.
        config = _decoded(await self.ask("get_config"), _Config, self.url)
        self._degrees, self.currency = config.unit_system.temperature, config.currency
        # Events that came after the answer may have been read before it: of entities that changed, came or went.
        heard: set[str] = set()
        self._heard.append(heard)
        try:
            found = _decoded(await self.ask("get_states"), list[EntityState], self.url)
        finally:
            self._heard = [one for one in self._heard if one is not heard]
        states = {name: self.states[name] for name in heard & self.states.keys()}
        for entity in found:
            known = self.states.get(entity.entity_id)
            if known is None and entity.entity_id in heard:
                continue
            if known is None or known.last_updated <= entity.last_updated:
                known = msgspec.structs.replace(entity, degrees=self._degrees)
            states[entity.entity_id] = known
        self.states = states

    async def close(self) -> None:
        """Let go of it. May be called again."""
        self._end("closed")
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        await self._socket.close()

    async def _log_in(self, token: str) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                hello = _decoded(await self._socket.recv(), _Frame, self.url)
                if hello.type == "auth_required":
                    await self._socket.send(msgspec.json.encode({"type": "auth", "access_token": token}).decode())
                    hello = _decoded(await self._socket.recv(), _Frame, self.url)
        except (ConnectionClosed, TimeoutError) as error:
            raise LinkError(f"what answers there is no Home Assistant: {error}", where=self.url) from None
        if hello.type == "auth_ok":
            return
        if hello.type == "auth_invalid":
            raise LinkError(
                f"Home Assistant refuses the token: {hello.message}",
                where=self.url,
                remedy="Make a long-lived access token on your profile's page there, and write it into secret_file",
            )
        raise LinkError(f"what answers there is no Home Assistant: it says {hello.type!r}", where=self.url)

    async def _learn(self) -> None:
        """Listen first and ask then, so that no change falls between."""
        await self.ask("subscribe_events", event_type="state_changed")
        await self.refresh()

    async def _ask(self, kind: str, fields: dict[str, Any]) -> _Frame:
        if self.ended:
            raise LinkError(f"the connection to Home Assistant is gone: {self.why_ended}", where=self.url)
        self._number += 1
        number = self._number
        future: asyncio.Future[_Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._socket.send(msgspec.json.encode({"id": number, "type": kind, **fields}).decode())
                return await future
        except TimeoutError:
            raise LinkError(f"Home Assistant did not answer {kind} within {_ANSWER_S:.0f} s", where=self.url) from None
        except ConnectionClosed as error:
            raise LinkError(f"the connection to Home Assistant broke: {error}", where=self.url) from None
        finally:
            self._waiting.pop(number, None)

    async def _read(self) -> None:
        """Take what comes until the connection breaks."""
        try:
            async for text in self._socket:
                self._take(_decoded(text, _Frame, self.url))
            self._end("Home Assistant closed it")
        except (ConnectionClosed, LinkError, OSError) as error:
            self._end(str(error))

    def _take(self, frame: _Frame) -> None:
        if frame.type == "event":
            try:
                self._hears.get(frame.id, self._note)(frame.event)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.damaged += 1  # one bad event of one integration is no reason to leave
        elif frame.id in self._waiting and not self._waiting[frame.id].done():
            self._waiting[frame.id].set_result(frame)

    def _note(self, event: msgspec.Raw) -> None:
        changed = msgspec.json.decode(event, type=_Event).data
        if changed.new_state is None:
            self.states.pop(changed.entity_id, None)
        else:
            self.states[changed.entity_id] = msgspec.structs.replace(changed.new_state, degrees=self._degrees)
        for heard in self._heard:
            heard.add(changed.entity_id)
        self.changes.put(changed.entity_id)

    def _end(self, why: str) -> None:
        if self.ended:
            return
        self.why_ended = why
        self.changes.end()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkError(f"the connection to Home Assistant broke: {why}", where=self.url))


def _decoded(data: bytes | str | msgspec.Raw, kind: Any, url: str) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LinkError(f"Home Assistant sent what cannot be read: {error}", where=url) from None
