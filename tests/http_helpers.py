"""A small HTTP server of a test, on this machine alone."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest_socket


@contextmanager
def serving(server: http.server.HTTPServer) -> Iterator[int]:
    """Let a server answer until the block ends; yields its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def sockets_of_this_machine() -> Iterator[None]:
    """Let a quick test speak to this machine, and to nothing else, until the block ends."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    try:
        yield
    finally:
        pytest_socket.disable_socket(allow_unix_socket=True)
