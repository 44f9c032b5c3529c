"""One connection to a node, kept up; what its entities are, say and are told.

aioesphomeapi does the protocol, its encryption and its signs of life. Connecting again is ours, so that a link's pauses
are the same whatever it speaks.
"""

import asyncio
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aioesphomeapi.client import APIClient
from aioesphomeapi.core import (
    APIConnectionError,
    EncryptionPlaintextAPIError,
    InvalidAuthAPIError,
    InvalidEncryptionKeyAPIError,
    RequiresEncryptionAPIError,
)
from aioesphomeapi.model import COMPONENT_TYPE_TO_INFO, EntityInfo, EntityState

from sumika.links.again import Again
from sumika.links.base import LinkError
from sumika.links.options import Options
from sumika.links.secret import read_secret
from sumika.schema import UsageError
from sumika.schema.house import Connection

OPTIONS: Mapping[str, type] = {"timeout_s": float, "again_s": float, "keepalive_s": float}
"""What a connection of type esphome may say under `options`."""

_PORT = 6053
_TIMEOUT_S = 30.0
_KEEPALIVE_S = 20.0
_MOST_TEXT = 255
_KEY_LETTERS = 44  # 32 bytes in base 64
_DOMAINS = {info: domain for domain, info in COMPONENT_TYPE_TO_INFO.items()}
_REMEDIES: Mapping[type[Exception], str] = {
    RequiresEncryptionAPIError: "Put the node's `api: encryption: key:` into the secret_file",
    EncryptionPlaintextAPIError: "The node speaks without encryption: remove the secret_file, or give the node a key",
    InvalidEncryptionKeyAPIError: "The key in the secret_file is not the node's: copy it from `api: encryption: key:`",
    InvalidAuthAPIError: "The password in the secret_file is not the node's `api: password:`",
}

Value = bool | int | float | str
Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a node.

    Attributes:
        name: Domain and object, as in `sensor.living_co2`; of several of one name on one node each but the first also
            bears that of its part of the node: `sensor.freezer_temperature`.
        info: What it says of itself.
    """

    name: str
    info: EntityInfo

    @property
    def domain(self) -> str:
        """Return what it is: climate, fan, sensor ..."""
        return self.name.partition(".")[0]

    def word(self, field: str) -> str:
        """Return a text of its description; empty where it has none."""
        return str(getattr(self.info, field, "") or "")


@dataclass(frozen=True, slots=True)
class EntityReport:
    """What an entity says.

    Attributes:
        entity: Which.
        fields: By the protocol's names; empty where it says that it does not know.
    """

    entity: Entity
    fields: Fields


class EsphomeClient:
    """Follows one node."""

    def __init__(
        self,
        host: str,
        port: int,
        secret: str,
        *,
        on_report: Callable[[EntityReport], None],
        on_lost: Callable[[str], None],
        timeout_s: float = _TIMEOUT_S,
        keepalive_s: float = _KEEPALIVE_S,
        again: Again | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            host: Name or address.
            port: 6053 mostly.
            secret: Encryption key (44 letters of base 64) or password; empty: neither.
            on_report: Is given what entities say.
            on_lost: Is told once why the connection broke.
            timeout_s: How long connecting may take.
            keepalive_s: How often a sign of life is asked for.
            again: Pauses before it is connected again.
        """
        self.entities: dict[str, Entity] = {}
        self.node = self.maker = self.room = ""
        self._where = f"{host}:{port}"
        self._address, self._timeout_s, self._keepalive_s = (host, port), timeout_s, keepalive_s
        self._key = secret if len(secret) == _KEY_LETTERS and secret.endswith("=") else ""
        self._password = "" if self._key else secret
        self._on_report, self._on_lost = on_report, on_lost
        self._again = again or Again()
        self._by_key: dict[tuple[int, int], Entity] = {}
        self._client: APIClient | None = None
        self._broken = asyncio.Event()
        self._why = ""

    async def open(self) -> None:
        """Connect, learn the entities, and hear them from now on.

        Raises:
            LinkError: if nothing answers, or the node refuses who we are.
        """
        host, port = self._address
        client = APIClient(
            host,
            port,
            self._password or None,
            client_info="Sumika",
            keepalive=self._keepalive_s,
            noise_psk=self._key or None,
            provide_time=False,  # whose lookup of a time zone would outlive the connection
        )
        self._broken.clear()
        try:
            async with asyncio.timeout(self._timeout_s):
                await client.connect(on_stop=self._stopped, login=True, log_errors=False)
                described, entities, _ = await client.device_info_and_list_entities()
        except (APIConnectionError, TimeoutError) as error:
            client.force_disconnect()
            raise LinkError(
                f"the ESPHome node does not let us in: {str(error) or 'it does not answer'}",
                where=self._where,
                remedy=_REMEDIES.get(type(error), "Check the address, and that the node has `api:` and runs"),
            ) from error
        self._client = client
        self.node = described.friendly_name or described.name
        self.maker = " ".join(part for part in (described.manufacturer, described.model) if part)[:_MOST_TEXT]
        self.room = described.suggested_area
        self._learn(entities, {one.device_id: one.name for one in described.devices})
        self._again.held()
        client.subscribe_states(self._heard)

    async def keep(self) -> None:
        """Connect again whenever the connection breaks, for ever."""
        while True:
            await self._broken.wait()
            self._client = None
            self._on_lost(self._why)
            while self._client is None:
                await asyncio.sleep(self._again.next_s())
                try:
                    await self.open()
                except LinkError as error:
                    if str(error) != self._why:
                        self._why = str(error)
                        self._on_lost(self._why)

    def tell(self, entity: Entity, command: Mapping[str, object]) -> None:
        """Send a command to an entity: the arguments of `<domain>_command` of aioesphomeapi.

        Raises:
            LinkError: if the connection is broken.
        """
        if self._client is None or self._broken.is_set():
            raise LinkError(f"not connected: {self._why or 'the node is away'}", where=self._where)
        send = getattr(self._client, f"{entity.domain}_command")
        try:
            send(entity.info.key, **command, device_id=entity.info.device_id)
        except APIConnectionError as error:
            raise LinkError(f"not connected: {error}", where=self._where) from error

    async def close(self) -> None:
        """Let go of the connection. May be called again."""
        client, self._client = self._client, None
        if client is not None:
            client.force_disconnect()
            await asyncio.sleep(0)

    def _learn(self, entities: list[EntityInfo], parts: Mapping[int, str]) -> None:
        self.entities = named_entities(entities, parts)
        self._by_key = {(entity.info.device_id, entity.info.key): entity for entity in self.entities.values()}

    def _heard(self, state: EntityState) -> None:
        entity = self._by_key.get((state.device_id, state.key))
        if entity is None or type(state).__name__.removesuffix("State") not in type(entity.info).__name__:
            return
        self._on_report(EntityReport(entity, _fields(state)))

    async def _stopped(self, expected: bool) -> None:
        self._why = f"the ESPHome node at {self._where} {'ended the connection' if expected else 'went silent'}"
        self._broken.set()


def named_entities(entities: Iterable[EntityInfo], parts: Mapping[int, str]) -> dict[str, Entity]:
    """Return the entities of a node by name, each under one of its own.

    A node may have parts (sub-devices, ESPHome 2025.7 and later), each with entities of the same names.

    Args:
        entities: As the node lists them.
        parts: Names of its parts by their number; 0 is the node itself.
    """
    found: dict[str, Entity] = {}
    # The node itself comes first, so that its entities keep the names that they had before it was given parts.
    for info in sorted(entities, key=lambda one: one.device_id != 0):
        if type(info) not in _DOMAINS:
            continue
        part = re.sub(r"\W+", "_", parts.get(info.device_id, "").casefold()).strip("_")
        own = [info.object_id, f"{part or info.device_id}_{info.object_id}", f"{info.device_id}_{info.object_id}"]
        names = [f"{_DOMAINS[type(info)]}.{one}" for one in own]
        name = next((one for one in names if one not in found), names[-1])
        found[name] = Entity(name, info)
    return found


def client_of(
    connection: Connection,
    options: Options,
    folder: Path,
    *,
    on_report: Callable[[EntityReport], None],
    on_lost: Callable[[str], None],
) -> EsphomeClient:
    """Return the client that a connection describes, not yet open.

    Raises:
        UsageError: if its address, its secret or an option cannot be.
    """
    host, _, port = connection.address.partition(":")
    if not host or not (port or str(_PORT)).isdecimal():
        raise UsageError(
            f"{connection.address!r} is no address",
            where=f"house.yaml: connection {connection.id}",
            remedy="Write host or host:port, as in 192.168.1.40 or living-node.local",
        )
    return EsphomeClient(
        host,
        int(port or _PORT),
        read_secret(connection, folder),
        on_report=on_report,
        on_lost=on_lost,
        timeout_s=options.number("timeout_s", _TIMEOUT_S, least=0.01, most=120),
        keepalive_s=options.number("keepalive_s", _KEEPALIVE_S, least=0.1, most=600),
        again=Again(options.number("again_s", 1.0, least=0.01, most=60)),
    )


def _fields(state: EntityState) -> Fields:
    """Return what a state says; nothing where it says that it does not know, or says what is no number."""
    if getattr(state, "missing_state", False):
        return {}
    found: dict[str, Value] = {}
    for name, value in state.to_dict().items():
        if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
            found[name] = value
        elif isinstance(value, str):
            found[name] = value[:_MOST_TEXT]
    return found
