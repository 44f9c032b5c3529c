"""The server of a student: an address, a key where strangers could connect, and a clean end."""

import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sumika.distil.language.generate import LanguageStudent
from sumika.distil.serve._body import is_loopback
from sumika.distil.serve.application import DEFAULT_LIMITS, ServeLimits, application
from sumika.http_connection import LARGEST_HEADERS_BYTES, HttpConnection
from sumika.schema import SumikaError, UsageError

KEY_VARIABLE = "SUMIKA_SERVE_KEY"
SHORTEST_KEY = 16
GRACE_S = 5
PORT = 8080
BACKLOG = 128
"""Connections that asyncio takes at once, before any of them is looked at: far fewer than a process may have open."""


def stated_key(environment: Mapping[str, str], file: Path | None = None) -> str | None:
    """Return the API key from a file, or else from the variable SUMIKA_SERVE_KEY; None if neither is stated.

    Raises:
        UsageError: if the file cannot be read or others may read it.
    """
    if file is None:
        return environment.get(KEY_VARIABLE) or None
    try:
        with file.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            key = opened.read(4096).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the API key cannot be read ({error})", where=str(file), remedy="Name a file that holds the key alone."
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"others may read the API key (mode {stat.S_IMODE(mode):04o})",
            where=str(file),
            remedy=f"Make it your own: chmod 600 {file}",
        )
    return key or None


def serve(
    student: LanguageStudent,
    name: str,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    api_key: str | None = None,
    limits: ServeLimits = DEFAULT_LIMITS,
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until SIGTERM or SIGINT, in the main thread; answers on their way have 5 s to be completed.

    Args:
        student: Who answers.
        name: Under which the student is asked.
        host: Address to listen on; another than this machine's own needs a key.
        port: 0 for any that is free.
        api_key: What clients must show; see `stated_key`.
        limits: Sizes of the batch, the queue and an answer.
        on_ready: Called with the address once connections are taken.

    Raises:
        UsageError: if a key is needed, or no good one.
        SumikaError: if the address cannot be listened on.
    """
    _check_key(host, api_key)
    listening = _listen(host, port)
    with listening:
        bound = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        app = application(student, name, api_key=api_key, limits=limits)
        server = _Server(settings_of(app), lambda: on_ready(f"http://{shown}:{bound}"))
        with _ended_by_signals(server):
            server.run(sockets=[listening])


class ServeConnection(HttpConnection):
    """One connection of a client: far more than a batch and its queue take, so that who is one too many is told so."""

    most_connections = 800  # with the backlog still fewer files than the 1024 that a process may usually have open
    most_per_address = most_connections // 2


def settings_of(app: Starlette) -> uvicorn.Config:
    """Return how an application is served: without a key, too, nobody keeps those waiting who have one."""
    return uvicorn.Config(
        app,
        http=ServeConnection,
        h11_max_incomplete_event_size=LARGEST_HEADERS_BYTES,
        ws="none",
        backlog=BACKLOG,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _check_key(host: str, api_key: str | None) -> None:
    if api_key is None:
        if not is_loopback(host):
            raise UsageError(
                f"whoever reaches {host} could ask: an API key is needed",
                where="serve",
                remedy=f"Set {KEY_VARIABLE}, name a file with the key, or serve on 127.0.0.1.",
            )
    elif len(api_key) < SHORTEST_KEY or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise UsageError(
            f"an API key has at least {SHORTEST_KEY} letters, digits and signs of ASCII, and no spaces",
            where="serve",
            remedy="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise SumikaError(
            f"nothing can listen there ({error})", where=f"{host}:{port}", remedy="Choose another address or port."
        ) from error


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the server and nothing more.

    uvicorn listens to them only while it runs, and then raises them again for whoever had handled them before.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
