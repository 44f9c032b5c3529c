"""Connections to a served student that say nothing keep nobody from asking it."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sumika.distil.serve.application import DEFAULT_LIMITS
from sumika.distil.serve.server import ServeConnection, settings_of
from sumika.http_connection import REQUEST_WITHIN_S
from tests.connection_helpers import ASK, HandLoop, Listener, hand_loop


@pytest.fixture
def loop() -> Iterator[HandLoop]:
    with hand_loop() as loop:
        yield loop


async def _health(_: Request) -> Response:
    return Response("ok")


async def _never(_: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


def _listener(loop: HandLoop) -> Listener:
    return Listener(loop, settings_of(Starlette(routes=[Route("/", _health), Route("/never", _never)])))


def test_who_never_asks_is_let_go(loop: HandLoop) -> None:
    _, silent = _listener(loop).connect()
    loop.later(REQUEST_WITHIN_S - 1.0)
    assert not silent.is_closing()
    loop.later(1.0)
    assert silent.is_closing()


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.5"])
def test_who_asks_beyond_the_batch_and_its_queue_is_still_heard(loop: HandLoop, address: str) -> None:
    listener = _listener(loop)
    for _ in range(2 * (DEFAULT_LIMITS.batch + DEFAULT_LIMITS.waiting)):
        asking, wire = listener.connect(address)
        asking.data_received(ASK.replace(b"/ ", b"/never ", 1))
        assert not wire.is_closing()
    asking, asked = listener.connect(address)
    asking.data_received(ASK)  # here the application says 429
    loop.later(0.1)
    assert b" 200 OK" in asked.said


def test_who_asks_is_answered_however_many_say_nothing(loop: HandLoop) -> None:
    listener = _listener(loop)
    flood = [listener.connect("192.168.1.66") for _ in range(ServeConnection.most_per_address + 5)]
    assert sum(wire.aborted for _, wire in flood) == 5
    for connection, wire in flood:
        if wire.aborted:
            connection.connection_lost(None)
    for number in range(ServeConnection.most_connections):
        listener.connect(f"192.168.{2 + number // 250}.{number % 250}")
    asking, asked = listener.connect("192.168.1.5")
    asking.data_received(ASK)
    loop.later(0.1)
    assert b" 200 OK" in asked.said
