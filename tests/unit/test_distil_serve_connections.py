"""Connections to a served student that say nothing keep nobody from asking it."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sumika.distil.serve.server import ServeConnection, settings_of
from sumika.http_connection import MOST_CONNECTIONS, REQUEST_WITHIN_S
from tests.connection_helpers import ASK, HandLoop, Listener, hand_loop


@pytest.fixture
def loop() -> Iterator[HandLoop]:
    with hand_loop() as loop:
        yield loop


async def _health(_: Request) -> Response:
    return Response("ok")


def _listener(loop: HandLoop) -> Listener:
    return Listener(loop, settings_of(Starlette(routes=[Route("/", _health)])))


def test_who_never_asks_is_let_go(loop: HandLoop) -> None:
    _, silent = _listener(loop).connect()
    loop.later(REQUEST_WITHIN_S - 1.0)
    assert not silent.is_closing()
    loop.later(1.0)
    assert silent.is_closing()


def test_who_asks_is_answered_however_many_say_nothing(loop: HandLoop) -> None:
    listener = _listener(loop)
    flood = [listener.connect("192.168.1.66") for _ in range(ServeConnection.most_per_address + 5)]
    assert sum(wire.aborted for _, wire in flood) == 5
    for connection, wire in flood:
        if wire.aborted:
            connection.connection_lost(None)
    for number in range(MOST_CONNECTIONS):
        listener.connect(f"192.168.2.{number}")
    asking, asked = listener.connect("192.168.1.5")
    asking.data_received(ASK)
    loop.later(0.1)
    assert b" 200 OK" in asked.said
