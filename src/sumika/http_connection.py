"""Connections that may not keep others waiting: who is slow, or opens too many, loses the oldest.

Uvicorn waits without end for a request that never becomes whole, and for a reader that never reads; a few hundred such
connections would leave the house without its page, and a student without those who ask it. Here each step has its time,
one address has only so many, and where all places are taken whoever has asked nothing yet makes room, the oldest first.
Viewers of a WebSocket are no longer in our hands: the page looks after them in `sumika.dashboard.live` and by pings.
"""

import asyncio
import contextlib
import ipaddress
import itertools
from collections.abc import Iterable
from typing import ClassVar

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST_WITHIN_S = 10.0
"""From the connection to the end of a request's headers."""

NEXT_WITHIN_S = 30.0
"""From an answer to the end of the next request's headers; uvicorn lets go of who says nothing at all earlier."""

READ_WITHIN_S = 60.0
"""A reader that has taken nothing for so long is gone."""

LARGEST_HEADERS_BYTES = 16_384
MOST_CONNECTIONS = 200

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_numbers = itertools.count()


class HttpConnection(H11Protocol):
    """One connection, from its beginning until it is closed or becomes a viewer's WebSocket.

    Attributes:
        most_connections: Altogether. Beyond it who has asked nothing yet makes room, or else who comes is let go.
        most_per_address: Connections from one address. This computer may open more: it may be a proxy for many.
        number: The how-manieth it is.
    """

    most_connections: ClassVar[int] = MOST_CONNECTIONS
    most_per_address: ClassVar[int]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Be ready for a connection; arguments as uvicorn hands them in."""
        super().__init__(config, server_state, app_state, _loop)
        self.number = next(_numbers)
        self._due: asyncio.TimerHandle | None = None
        self._reads_by: asyncio.TimerHandle | None = None

    # What asyncio and uvicorn call.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, if there is a place."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        if self._finds_a_place():
            self._wait_for_a_request(REQUEST_WITHIN_S)
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came, and stop waiting where a request is whole."""
        super().data_received(data)
        if self._is_answering:
            self._stop_waiting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to who serves WebSockets."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        if self.is_waiting and not self.transport.is_closing():
            self._wait_for_a_request(NEXT_WITHIN_S)

    def pause_writing(self) -> None:
        """Give a reader its time."""
        super().pause_writing()
        if self._reads_by is None:
            self._reads_by = self.loop.call_later(READ_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it reads."""
        super().resume_writing()
        self._reads()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._stop_waiting()
        super().connection_lost(exc)
        self._reads()

    # What is ours.

    @property
    def is_waiting(self) -> bool:
        """Whether nobody could be answered yet: a request, or its body, is not whole."""
        return not self._is_answering or self.cycle.more_body

    @property
    def _is_answering(self) -> bool:
        cycle = getattr(self, "cycle", None)  # uvicorn says that there always is one; before a request there is none
        return cycle is not None and not cycle.response_complete

    def _finds_a_place(self) -> bool:
        """Return whether this connection has a place; another one may have made it."""
        address = _address_of(self)
        theirs = [one for one in self.connections if _address_of(one) == address]
        if len(theirs) > self.most_per_address and not _is_this_computer(address):
            return self._takes_the_place_of_one(theirs)
        return len(self.connections) <= self.most_connections or self._takes_the_place_of_one(self.connections)

    def _takes_the_place_of_one(self, others: Iterable[object]) -> bool:
        found = (one for one in others if isinstance(one, HttpConnection) and one is not self)
        waiting = [one for one in found if one.is_waiting and not one.transport.is_closing()]
        if not waiting:
            return False
        min(waiting, key=lambda one: one.number).transport.abort()
        return True

    def _wait_for_a_request(self, seconds: float) -> None:
        self._stop_waiting()
        self._due = self.loop.call_later(seconds, self._is_too_slow)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _is_too_slow(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE:
            with contextlib.suppress(OSError):
                self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _reads(self) -> None:
        if self._reads_by is not None:
            self._reads_by.cancel()
            self._reads_by = None


def _address_of(connection: object) -> str:
    """Return from where a connection comes, ours or a viewer's; empty where that is not known."""
    client = getattr(connection, "client", None)
    return str(client[0]) if client else ""


def _is_this_computer(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address
