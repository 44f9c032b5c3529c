"""One connection to an MQTT broker, until it breaks."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiomqtt
import msgspec
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from sumika.links.base import LinkError
from sumika.links.options import Options
from sumika.links.secret import read_secret
from sumika.schema import UsageError
from sumika.schema.house import Connection

_ANSWER_S = 5.0
_KEEP_ALIVE_S = 15
"""So a broker that vanished without a word is noticed within about 25 s."""
_MOST_PACKET_BYTES = 4 * 1024 * 1024
"""The broker sends us nothing longer (MQTT 5). A list of all Zigbee devices may be hundreds of kilobytes long."""
_MOST_WAITING = 4096
_AT_LEAST_ONCE = 1
_FIRST_REFUSAL = 0x80
"""Of the reasons that a broker gives (MQTT 5, 2.4; 3.1.1, 3.9.3)."""
_UNTYPED: Any = Properties
_UNTYPED_OPTIONS: Any = SubscribeOptions
"""Paho publishes no types for them."""
_ONLINE, _OFFLINE = "online", "offline"

OPTIONS = {"zigbee2mqtt": str, "tasmota_discovery": str, "version": float}


class TopicMessage(msgspec.Struct, frozen=True):
    """What was published.

    Attributes:
        topic: Where.
        payload: What.
        retained: Whether the broker kept it, so that nobody knows how old it is; of topics whose publisher's word is
            wanted (`BrokerSession.open`), also whether it was published to be kept.
    """

    topic: str
    payload: bytes
    retained: bool = False


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a broker is reached.

    Attributes:
        name: The connection's id; our name there begins with `sumika-<name>`.
        host: Where it is.
        port: 1883, or 8883 with encryption, where nothing else is said.
        encrypted: Whether by TLS.
        user: To log in with; empty: none.
        password: To log in with.
        version: Of MQTT: 5, or 3 for 3.1.1.
        zigbee: Base topic of Zigbee2MQTT.
        tasmota: Topic below which Tasmota devices tell of themselves.
        ca_file: Certificates by which the broker's is judged; empty: those of this machine.
        status: Topic at which we say that we run; empty: `sumika/<name>/status`.
    """

    name: str
    host: str
    port: int
    encrypted: bool = False
    user: str = ""
    password: str = ""
    version: int = 5
    zigbee: str = "zigbee2mqtt"
    tasmota: str = "tasmota/discovery"
    ca_file: str = ""
    status: str = ""

    @property
    def where(self) -> str:
        """For messages to people."""
        return f"{self.host}:{self.port}"


def broker_settings(connection: Connection, folder: Path) -> BrokerSettings:
    """Return how a connection's broker is reached.

    Args:
        connection: As in `house.yaml`: its address is `host`, `host:port`, `mqtt://host:port` or `mqtts://host:port`.
        folder: Where `house.yaml` lies.

    Raises:
        UsageError: if address, options or secret cannot be used.
    """
    text = connection.address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    except ValueError:  # brackets that do not close, a port that is no number
        parts, port = urlsplit(""), 0
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not port or parts.username:
        raise UsageError(
            f"{connection.address!r} is no address of an MQTT broker",
            where=f"house.yaml, connection {connection.id}",
            remedy="Write it as 192.168.1.10:1883 or mqtts://broker.home:8883; user and secret_file stand beside it",
        )
    options = Options(connection, OPTIONS)
    return BrokerSettings(
        name=connection.id,
        host=parts.hostname,
        port=port,
        encrypted=parts.scheme == "mqtts",
        user=connection.user,
        password=read_secret(connection, folder),
        version=round(options.number("version", 5.0, least=3.0, most=5.0)),
        zigbee=options.text("zigbee2mqtt", "zigbee2mqtt"),
        tasmota=options.text("tasmota_discovery", "tasmota/discovery"),
    )


class _RefusedError(aiomqtt.MqttCodeError):
    """The broker acknowledged what was published, and did not take it."""


class _Client(aiomqtt.Client):
    """A client to which a broker may say no to a message (MQTT 5, 3.4.2.1): aiomqtt takes any answer for a yes."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._refusals: dict[int, Any] = {}
        super().__init__(*args, **more)

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if reason_code.is_failure and mid in self._pending_publishes:
            self._refusals[mid] = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    @contextmanager
    def _pending_call(self, mid: int, value: Any, pending_dict: dict[int, Any]) -> Generator[None, None, None]:
        refusal = None
        try:
            with super()._pending_call(mid, value, pending_dict):
                yield
        finally:
            refusal = self._refusals.pop(mid, None)
        if refusal is not None:
            raise _RefusedError(refusal)


class BrokerSession:
    """A connection that is open. It does not connect again: a new one is opened.

    Attributes:
        settings: How the broker is reached.
        ended: Whether it is closed, or broke.
        refused: Topics that the broker does not let us hear.
        denied: Topics at which it did not take what we published, though the connection holds.
    """

    def __init__(self, settings: BrokerSettings, *, announced: bool = True) -> None:
        """Prepare it; use it as an asynchronous context.

        Args:
            settings: How the broker is reached.
            announced: Whether to tell others on this broker, at `sumika/<name>/status`, that Sumika runs.
        """
        self.settings = settings
        self.ended = False
        self.refused: tuple[str, ...] = ()
        self.denied: set[str] = set()
        self._status = (settings.status or f"sumika/{settings.name}/status") if announced else ""
        five = settings.version >= 5
        properties = None
        if five:
            properties = _UNTYPED(PacketTypes.CONNECT)
            properties.MaximumPacketSize = _MOST_PACKET_BYTES
        self._client = _Client(
            settings.host,
            settings.port,
            username=settings.user or None,
            password=settings.password or None,
            # A broker throws out the first of two clients of one name: a scan beside a house that runs.
            identifier=f"sumika-{settings.name}-{secrets.token_hex(4)}",
            protocol=aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
            will=aiomqtt.Will(self._status, _OFFLINE, qos=_AT_LEAST_ONCE, retain=True) if self._status else None,
            clean_session=None if five else True,
            # What was missed is asked for anew; MQTT 3 says so by another field.
            clean_start=True if five else MQTT_CLEAN_START_FIRST_ONLY,
            timeout=_ANSWER_S,
            keepalive=_KEEP_ALIVE_S,
            properties=properties,
            tls_context=ssl.create_default_context(cafile=settings.ca_file or None) if settings.encrypted else None,
            # A command is a few bytes: held back to be sent with more, it would wait 40 ms for an acknowledgement.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            max_queued_incoming_messages=_MOST_WAITING,
        )
        self._stack = AsyncExitStack()

    @property
    def refusal(self) -> str:
        """Which topics the broker does not let us hear, in words; empty where it lets us hear all."""
        return f"the MQTT broker does not let us hear {', '.join(self.refused)}" if self.refused else ""

    async def open(self, topics: Iterable[str], *, as_published: Iterable[str] = (), may_be_deaf: bool = False) -> None:
        """Connect, listen to topics, and say that we are there.

        Args:
            topics: To listen to.
            as_published: To listen to as well, and to be told of each message whether it was published to be kept, also
                when it comes while we listen (MQTT 5, 3.8.3.1, Retain As Published). MQTT 3.1.1 cannot tell.
            may_be_deaf: Whether it is of use to speak here where we may hear none of them. Topics that we may not hear
                are in `refused`.

        Raises:
            LinkError: if the broker does not answer or refuses us, or all topics.
        """
        try:
            await self._stack.enter_async_context(self._client)
            await self._listen(topics, as_published, may_be_deaf=may_be_deaf)
            if self._status:
                await self._tell_status(_ONLINE)
        except (aiomqtt.MqttError, ValueError, LinkError) as error:
            self.ended = True
            await self._stack.aclose()
            if isinstance(error, LinkError):
                raise
            raise LinkError(
                f"the MQTT broker cannot be used: {error}",
                where=self.settings.where,
                remedy="Check that it runs, and its address, user and password",
            ) from None

    async def _listen(self, topics: Iterable[str], as_published: Iterable[str], *, may_be_deaf: bool) -> None:
        told = dict.fromkeys(as_published, True)
        wanted = {**dict.fromkeys(topics, False), **told}
        # That others say of us that we went is good to hear, and no reason to stay away where we may not.
        asked = {**dict.fromkeys((self._status,) if self._status else (), False), **wanted}
        if not asked:
            return
        if self.settings.version < 5:
            answers = await self._client.subscribe([(topic, _AT_LEAST_ONCE) for topic in asked])
        else:
            options = (_UNTYPED_OPTIONS(qos=_AT_LEAST_ONCE, retainAsPublished=keeps) for keeps in asked.values())
            answers = await self._client.subscribe(list(zip(asked, options, strict=True)))
        refused = (topic for topic, answer in zip(asked, answers, strict=False) if _refuses(answer))
        self.refused = tuple(topic for topic in refused if topic in wanted)
        if self.refused and len(self.refused) == len(wanted) and not may_be_deaf:
            raise LinkError(
                self.refusal,
                where=self.settings.where,
                remedy="Allow them to its user in the broker's access list, or correct their names in house.yaml",
            )

    async def _tell_status(self, status: str) -> None:
        """Say whether we run; a broker that does not take it takes the rest."""
        with suppress(_RefusedError):
            await self._client.publish(self._status, status, qos=_AT_LEAST_ONCE, retain=True)

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> str:
        """Publish something; a command never retained: one that is found later is not meant any more.

        Args:
            topic: Where.
            payload: What.
            retain: Whether the broker keeps it for who comes later.

        Returns:
            Why the broker did not take it; empty where it did.
        """
        if self.ended:
            return "the MQTT broker is not connected"
        try:
            await self._client.publish(topic, payload, qos=_AT_LEAST_ONCE, retain=retain)
        except (aiomqtt.MqttError, ValueError) as error:
            if isinstance(error, _RefusedError):
                self.denied.add(topic)
            return f"the MQTT broker did not take it: {error}"
        self.denied.discard(topic)
        return ""

    async def messages(self) -> AsyncGenerator[TopicMessage, None]:
        """Yield what comes.

        Raises:
            LinkError: when the connection breaks.
        """
        try:
            async for message in self._client.messages:
                payload = message.payload
                if message.topic.value == self._status and not self.ended:
                    await self._answer_for_ourselves(payload)
                elif isinstance(payload, bytes | bytearray):
                    yield TopicMessage(message.topic.value, bytes(payload), bool(message.retain))
        except aiomqtt.MqttError as error:
            self.ended = True
            raise LinkError(f"the connection to the MQTT broker broke: {error}", where=self.settings.where) from None

    async def _answer_for_ourselves(self, said: object) -> None:
        """Say that we are there where another Sumika, which tried one device by hand, said that it goes."""
        if said == _OFFLINE.encode():
            await self._tell_status(_ONLINE)

    async def close(self) -> None:
        """Say that we go, and let go of it. May be called again."""
        if self.ended:
            return
        self.ended = True
        try:
            if self._status:
                async with asyncio.timeout(1.0):
                    await self._tell_status(_OFFLINE)
        except (aiomqtt.MqttError, TimeoutError):
            pass
        finally:
            await self._stack.aclose()


def _refuses(answer: Any) -> bool:
    """Return whether the answer to one subscription is a no; paho gives a code, or its number."""
    return int(getattr(answer, "value", answer)) >= _FIRST_REFUSAL
