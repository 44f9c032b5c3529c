"""The central system: a WebSocket server that charge points connect to."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, basic_auth, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from sumika.clock import Clock
from sumika.ending import end_tasks
from sumika.links.base import LinkError
from sumika.links.ocpp._endpoint import Endpoint
from sumika.links.ocpp._point import ChargePoint
from sumika.links.ocpp._version_16 import ChargePoint16
from sumika.links.ocpp._version_201 import ChargePoint201
from sumika.links.options import Options
from sumika.links.secret import read_secret
from sumika.schema import UsageError
from sumika.schema.house import Connection

OPTIONS: Mapping[str, type] = {
    "timeout_s": float,
    "voltage_v": float,
    "phases": float,
    "tag": str,
    "keepalive_s": float,
}
"""What a connection of type ocpp may say under `options`."""

_VERSIONS: Mapping[str, type[ChargePoint]] = {"ocpp1.6": ChargePoint16, "ocpp2.0.1": ChargePoint201}
_PORT = 9000
_MOST_BYTES = 64 * 1024
_MOST_POINTS = 16
_MOST_NAME = 48
_MOST_KEPT = 64
"""Points whose transaction is remembered; the oldest goes."""
_TIMEOUT_S = 4.0
_KEEPALIVE_S = 20.0
_CLOSE_S = 1.0
"""Who fell silent is not waited for when the connection is ended."""


class OcppServer:
    """Lets charge points in, and keeps one connection for each.

    Attributes:
        points: Those that are connected, by name.
    """

    def __init__(
        self,
        host: str,
        port: int,
        clock: Clock,
        *,
        on_told: Callable[[ChargePoint], None],
        on_gone: Callable[[ChargePoint], None],
        password: str = "",
        timeout_s: float = _TIMEOUT_S,
        keepalive_s: float = _KEEPALIVE_S,
    ) -> None:
        """Prepare; nothing listens yet.

        Args:
            host: This machine's address; 0.0.0.0 for all of them.
            port: Of the WebSocket.
            clock: Tells points the time.
            on_told: Is called whenever a point says something.
            on_gone: Is called when one is gone.
            password: Points have to give (HTTP basic, OCPP security profile 1); empty: none.
            timeout_s: How long an answer may take.
            keepalive_s: How often a sign of life is asked for.
        """
        self.points: dict[str, ChargePoint] = {}
        self._address, self._clock, self._password = (host, port), clock, password
        self._on_told, self._on_gone = on_told, on_gone
        self._timeout_s, self._keepalive_s = timeout_s, keepalive_s
        self._server: Server | None = None
        self._transactions: dict[str, str] = {}  # which one ran last, by the name of the point

    async def open(self) -> None:
        """Listen.

        Raises:
            LinkError: if the port is taken, or the address is not this machine's.
        """
        host, port = self._address
        asks = basic_auth(realm="Sumika", check_credentials=self._knows) if self._password else None

        async def admits(connection: ServerConnection, request: Request) -> Response | None:
            if not _name_in(request.path) or len(self.points) >= _MOST_POINTS:
                return connection.respond(HTTPStatus.NOT_FOUND, "Connect to /the-name-of-the-charge-point\n")
            return None if asks is None else await asks(connection, request)

        try:
            self._server = await serve(
                self._serve,
                host,
                port,
                subprotocols=[Subprotocol(name) for name in ("ocpp2.0.1", "ocpp1.6")],
                process_request=admits,
                max_size=_MOST_BYTES,
                ping_interval=self._keepalive_s,
                ping_timeout=self._keepalive_s,
                close_timeout=min(_CLOSE_S, self._keepalive_s),
                compression=None,
            )
        except OSError as error:
            raise LinkError(
                f"cannot listen for charge points: {error.strerror or error}",
                where=f"{host}:{port}",
                remedy="Give an address of this machine and a port that is free",
            ) from error

    async def close(self) -> None:
        """End all connections and listen no more. May be called again."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    def _knows(self, user: str, password: str) -> bool:
        return hmac.compare_digest(password.encode(), self._password.encode())

    async def _serve(self, socket: ServerConnection) -> None:
        kind = _VERSIONS.get(socket.subprotocol or "")
        if kind is None or socket.request is None:
            await socket.close(1002, "speak ocpp1.6 or ocpp2.0.1")
            return
        name = _name_in(socket.request.path)
        endpoint = Endpoint(socket, kind.version, self._timeout_s)
        point = kind(name, endpoint, self._heard, self._clock)
        before = self.points.pop(name, None)
        if before is not None:
            # Its old connection has not been missed yet; what is in it holds no more than after a loss.
            self._on_gone(before)
        # A car goes on charging while the net is away, and not every point says by itself under which number.
        point.recall(self._transactions.get(name, ""))
        self.points[name] = point
        greeting = asyncio.create_task(point.greet(), name=f"greets {name}")
        try:
            await endpoint.serve(point.answers())
        finally:
            await end_tasks((greeting,))
            # A point that connects anew before its old connection ended is the new one.
            if self.points.get(name) is point:
                del self.points[name]
                self._on_gone(point)

    def _heard(self, point: ChargePoint) -> None:
        if self.points.get(point.name) is point:
            self._keep(point)
            self._on_told(point)

    def _keep(self, point: ChargePoint) -> None:
        self._transactions.pop(point.name, None)
        if point.transaction:
            self._transactions[point.name] = point.transaction
            if len(self._transactions) > _MOST_KEPT:
                del self._transactions[next(iter(self._transactions))]


def server_of(
    connection: Connection,
    options: Options,
    folder: Path,
    clock: Clock,
    *,
    on_told: Callable[[ChargePoint], None],
    on_gone: Callable[[ChargePoint], None],
) -> OcppServer:
    """Return the server that a connection describes, not yet listening.

    Raises:
        UsageError: if its address, its secret or an option cannot be.
    """
    text = connection.address.removeprefix("ws://").rstrip("/")
    host, _, port = text.partition(":")
    if not host or not (port or str(_PORT)).isdecimal():
        raise UsageError(
            f"{connection.address!r} is no address to listen on",
            where=f"house.yaml: connection {connection.id}",
            remedy="Write this machine's address and a port, as in 192.168.1.2:9000, or 0.0.0.0:9000 for all networks",
        )
    return OcppServer(
        host,
        int(port or _PORT),
        clock,
        on_told=on_told,
        on_gone=on_gone,
        password=read_secret(connection, folder),
        timeout_s=options.number("timeout_s", _TIMEOUT_S, least=0.01, most=120),
        keepalive_s=options.number("keepalive_s", _KEEPALIVE_S, least=0.05, most=600),
    )


def _name_in(path: str) -> str:
    """Return the last part of a path, which is the point's name; empty where it is none."""
    name = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return name if len(name) <= _MOST_NAME and name.isascii() and name.isprintable() else ""
