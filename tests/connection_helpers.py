"""A loop whose clock is set by hand, and connections without a network."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from uvicorn.config import Config
from uvicorn.server import ServerState

from sumika.http_connection import HttpConnection

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class HandLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is set by hand."""

    now_s = 0.0

    def time(self) -> float:
        return self.now_s

    def later(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.now_s += seconds
        for _ in range(5):
            self.call_soon(self.stop)
            self.run_forever()


class Wire(asyncio.Transport):
    """A connection's other end."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1234), "sockname": ("127.0.0.1", 8160)})
        self.said = b""
        self.closed = self.aborted = False
        self.protocol: asyncio.BaseProtocol | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


class Listener:
    """A server without a network."""

    def __init__(self, loop: HandLoop, config: Config) -> None:
        self.loop, self.state, self.config = loop, ServerState(), config
        config.load()

    def connect(self, address: str = "192.168.1.5") -> tuple[HttpConnection, Wire]:
        """Let somebody connect."""
        kind = self.config.http_protocol_class
        assert issubclass(kind, HttpConnection)
        connection, wire = kind(self.config, self.state, {}, self.loop), Wire(address)
        connection.connection_made(wire)
        if wire.aborted:
            connection.connection_lost(None)
        return connection, wire


@contextmanager
def hand_loop() -> Iterator[HandLoop]:
    """Give a loop and end what it still does."""
    loop = HandLoop()
    asyncio.set_event_loop(loop)
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.later(1.0)
    asyncio.set_event_loop(None)
    loop.close()
