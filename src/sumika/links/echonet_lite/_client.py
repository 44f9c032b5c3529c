"""One UDP socket through which ECHONET Lite objects are asked, told, and heard.

Frames are built and taken apart by pychonet; its client is not used, because it answers False alike where an object
refused and where nobody answered, and looks for answers ten times a second. What the standard calls ESV "not possible"
(SNA) is told here as the properties that were refused. One host is asked one thing at a time: many adapters have room
for one request only.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pychonet.lib import const
from pychonet.lib.functions import buildEchonetMsg

from sumika.links.base import LinkError
from sumika.links.echonet_lite._frames import Frame, read_frame, read_property_map
from sumika.links.echonet_lite._objects import NODE_PROFILE, Eoj
from sumika.links.echonet_lite._sockets import join, open_own
from sumika.links.options import Options

_GET_MAP, _SET_MAP, _INFORM_MAP = const.ENL_GETMAP, const.ENL_SETMAP, const.ENL_STATMAP
_INSTANCES = const.INSTANCE_LIST
_MOST_AT_ONCE = 8  # properties in one request; some adapters cut longer ones short
_TIMEOUT_S = 2.0
_MOST_PRODUCT = 24
_ANSWERS = {const.GETRES, const.GET_SNA, const.SETRES, const.SETC_SND}
_NEWS = {const.INF, const.INFC}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an object said to a Get.

    Attributes:
        values: Bytes by property.
        refused: Properties that it did not tell.
    """

    values: Mapping[int, bytes]
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Notice:
    """What an object said unasked.

    Attributes:
        host: Who.
        eoj: Which of its objects.
        values: Bytes by property.
    """

    host: str
    eoj: Eoj
    values: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class PropertyMaps:
    """What an object lets others do.

    Attributes:
        get: Properties that can be asked.
        set: Properties that can be set.
        inform: Properties that it tells by itself.
    """

    get: frozenset[int]
    set: frozenset[int]
    inform: frozenset[int]


@dataclass(slots=True)
class _Waiting:
    host: str
    eoj: Eoj
    answer: "asyncio.Future[Frame]"


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, client: "EchonetClient") -> None:
        self._client = client

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._client.hear(data, addr[0])


@dataclass(slots=True)
class EchonetClient:
    """Asks and tells objects, and hears what they say unasked.

    Attributes:
        on_notice: Is given what objects say unasked, at once.
        listen: This machine's address; answers come to it.
        port: 3610, on both sides, by the standard; another only where a test needs it.
        timeout_s: How long an answer may take. The standard leaves it open; adapters behind a serial line take up to
            some seconds (typical).
        tries: How often a question is sent before its host counts as silent: UDP loses datagrams.
        refused: How often a datagram was thrown away, by cause.
    """

    on_notice: Callable[[Notice], None]
    listen: str = "0.0.0.0"
    port: int = const.ENL_PORT
    timeout_s: float = _TIMEOUT_S
    tries: int = 2
    refused: Counter[str] = field(default_factory=Counter)
    _transport: asyncio.DatagramTransport | None = None
    _group: asyncio.DatagramTransport | None = None
    _waiting: dict[int, _Waiting] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _calls: dict[int, dict[str, None]] = field(default_factory=dict)
    _transaction: int = 0

    async def open(self) -> None:
        """Bind the socket, and join the group that objects tell their news to.

        Raises:
            LinkError: if another program has the port.
        """
        try:
            self._transport = await open_own(lambda: _Protocol(self), self.listen, self.port)
        except OSError as error:
            raise LinkError(
                f"cannot listen for ECHONET Lite: {error.strerror or error}",
                where=f"{self.listen}:{self.port}/udp",
                remedy="End the other program that speaks ECHONET Lite here, or give this one an address of its own "
                "with `options: {listen: ...}`",
            ) from error
        try:
            self._group = await join(self._transport, lambda: _Protocol(self), self.listen, self.port)
        except OSError:
            # Without multicast nothing is heard unasked; what is polled still comes.
            self.refused["this network has no multicast"] += 1

    async def close(self) -> None:
        """Let go of the sockets; whoever still waits for an answer gets none. May be called again."""
        transports = [one for one in (self._transport, self._group) if one is not None]
        self._transport = self._group = None
        for transport in transports:
            transport.abort()
        for waiting in self._waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(LinkError("the connection was closed", where=waiting.host))
        if transports:
            await asyncio.sleep(0)  # sockets are closed by the loop's next turn

    async def get(self, host: str, eoj: Eoj, properties: Iterable[int]) -> Answer:
        """Ask for properties.

        Raises:
            TimeoutError: if the host says nothing.
        """
        wanted = sorted(set(properties))
        values: dict[int, bytes] = {}
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            some = wanted[start : start + _MOST_AT_ONCE]
            frame = await self._ask(host, eoj, const.GET, [{"EPC": epc} for epc in some])
            values.update({epc: data for epc, data in frame.properties if data and epc in some})
        return Answer(values, frozenset(wanted) - values.keys())

    async def set(self, host: str, eoj: Eoj, settings: Sequence[tuple[int, bytes]]) -> tuple[int, ...]:
        """Set properties, in the order given; return those that the object refused.

        Raises:
            TimeoutError: if the host says nothing.
        """
        told = [{"EPC": epc, "PDC": len(data), "EDT": int.from_bytes(data, "big")} for epc, data in settings]
        frame = await self._ask(host, eoj, const.SETC, told)
        if frame.service == const.SETRES:
            return ()
        # A refusal brings the value back; what was taken comes back empty.
        taken = {epc for epc, data in frame.properties if not data}
        return tuple(epc for epc, _ in settings if epc not in taken) or tuple(epc for epc, _ in settings)

    async def instances(self, host: str) -> tuple[Eoj, ...]:
        """Ask a node which objects it has (property 0xD6 of its node profile).

        Raises:
            TimeoutError: if the host says nothing.
        """
        answer = await self.get(host, NODE_PROFILE, [_INSTANCES])
        data = answer.values.get(_INSTANCES, b"")
        count = min(data[0], (len(data) - 1) // 3) if data else 0
        return tuple(Eoj(*data[1 + 3 * index : 4 + 3 * index]) for index in range(count))

    async def property_maps(self, host: str, eoj: Eoj) -> PropertyMaps:
        """Ask an object what it can be asked and told.

        Raises:
            TimeoutError: if the host says nothing.
        """
        answer = await self.get(host, eoj, [_GET_MAP, _SET_MAP, _INFORM_MAP])
        found = {epc: read_property_map(answer.values.get(epc, b"")) for epc in (_GET_MAP, _SET_MAP, _INFORM_MAP)}
        return PropertyMaps(found[_GET_MAP], found[_SET_MAP], found[_INFORM_MAP])

    async def maker(self, host: str, eoj: Eoj) -> str:
        """Return who made an object and which product it is, as far as it says.

        Raises:
            TimeoutError: if the host says nothing.
        """
        answer = await self.get(host, eoj, [const.ENL_MANUFACTURER, const.ENL_PRODUCT_CODE])
        code = int.from_bytes(answer.values.get(const.ENL_MANUFACTURER, b""), "big")
        product = answer.values.get(const.ENL_PRODUCT_CODE, b"")[:_MOST_PRODUCT].decode("ascii", "replace")
        printable = "".join(letter for letter in product if letter.isprintable()).strip()
        return f"{const.MANUFACTURERS.get(code, '')} {printable}".strip()

    async def nodes(self) -> tuple[str, ...]:
        """Ask everybody on the network to tell its objects; return the hosts that did within the time of an answer."""
        heard: dict[str, None] = {}
        self._transaction = self._transaction % 0xFFFF + 1
        transaction = self._transaction
        self._calls[transaction] = heard
        try:
            for _ in range(self.tries):
                self._send(const.ENL_MULTICAST_ADDRESS, NODE_PROFILE, const.GET, [{"EPC": _INSTANCES}], transaction)
                await asyncio.sleep(self.timeout_s)
        finally:
            del self._calls[transaction]
        return tuple(heard)

    def hear(self, data: bytes, host: str) -> None:
        """Take one datagram: an answer goes to who asked, news to `on_notice`, the rest is counted and dropped."""
        frame = read_frame(data)
        if isinstance(frame, str):
            self.refused[frame] += 1
        elif frame.service in _NEWS:
            self._take_news(frame, host)
        elif frame.transaction in self._calls and frame.source == NODE_PROFILE:
            self._calls[frame.transaction][host] = None
        elif frame.service in _ANSWERS:
            waiting = self._waiting.get(frame.transaction)
            if waiting is None or waiting.host != host or waiting.eoj != frame.source:
                self.refused["an answer that nobody waits for"] += 1
            elif not waiting.answer.done():
                waiting.answer.set_result(frame)
        # What others ask of this node is theirs to ask again: a controller has no property worth telling.

    def _take_news(self, frame: Frame, host: str) -> None:
        if frame.service == const.INFC:
            self._send(
                host, frame.source, const.INFC_RES, [{"EPC": epc} for epc, _ in frame.properties], frame.transaction
            )
        self.on_notice(Notice(host, frame.source, {epc: data for epc, data in frame.properties if data}))

    async def _ask(self, host: str, eoj: Eoj, service: int, properties: list[dict[str, int]]) -> Frame:
        async with self._locks.setdefault(host, asyncio.Lock()):
            for _ in range(self.tries):
                self._transaction = self._transaction % 0xFFFF + 1
                transaction = self._transaction
                answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
                self._waiting[transaction] = _Waiting(host, eoj, answer)
                try:
                    self._send(host, eoj, service, properties, transaction)
                    async with asyncio.timeout(self.timeout_s):
                        return await answer
                except TimeoutError:
                    continue
                finally:
                    del self._waiting[transaction]
        raise TimeoutError(f"{host} did not answer in {self.tries} times {self.timeout_s:g} s")

    def _send(self, host: str, eoj: Eoj, service: int, properties: list[dict[str, int]], transaction: int) -> None:
        if self._transport is None:
            raise LinkError("the connection is not open", where=host)
        content = {
            "TID": transaction,
            "DEOJGC": eoj.group,
            "DEOJCC": eoj.kind,
            "DEOJCI": eoj.instance,
            "ESV": service,
            "OPC": properties,
        }
        self._transport.sendto(bytes(buildEchonetMsg(content)), (host, self.port))


OPTIONS: Mapping[str, type] = {"listen": str, "port": float, "poll_s": float, "timeout_s": float}
"""What a connection of type echonet_lite may say under `options`."""


def client_of(options: Options, on_notice: Callable[[Notice], None]) -> EchonetClient:
    """Return the client that a connection describes, not yet open."""
    return EchonetClient(
        on_notice=on_notice,
        listen=options.text("listen", "0.0.0.0"),
        port=int(options.number("port", const.ENL_PORT, least=1, most=65535)),
        timeout_s=options.number("timeout_s", _TIMEOUT_S, least=0.01, most=60),
    )
