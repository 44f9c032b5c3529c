"""Slow and many connections keep nobody from the page: each step has its time, and the oldest make room."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config

from sumika.dashboard import Role, operations
from sumika.http_connection import (
    LARGEST_HEADERS_BYTES,
    MOST_CONNECTIONS,
    NEXT_WITHIN_S,
    READ_WITHIN_S,
    REQUEST_WITHIN_S,
)
from sumika.runtime.page_connection import PageConnection
from tests.connection_helpers import ASK, HandLoop, Listener, hand_loop
from tests.page_helpers import Played, quick_passwords

MOST_PER_ADDRESS = PageConnection.most_per_address


@pytest.fixture
def loop() -> Iterator[HandLoop]:
    with hand_loop() as loop:
        yield loop


def _listener(loop: HandLoop, app: Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]) -> Listener:
    config = Config(
        app,
        http=PageConnection,
        lifespan="off",
        log_config=None,
        ws="websockets-sansio",
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=LARGEST_HEADERS_BYTES,
    )
    return Listener(loop, config)


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _thinks(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()  # for ever


def test_who_never_asks_is_let_go(loop: HandLoop) -> None:
    listener = _listener(loop, _answers)
    _, silent = listener.connect()
    dribbling, dribble = listener.connect()
    for byte in range(len(ASK) - 4):
        dribbling.data_received(ASK[byte : byte + 1])
        loop.later(REQUEST_WITHIN_S / len(ASK))
    assert [wire.is_closing() for wire in (silent, dribble)] == [False, False]
    loop.later(REQUEST_WITHIN_S)
    assert [wire.is_closing() for wire in (silent, dribble)] == [True, True]
    assert b" 408 " in dribble.said


def test_who_asks_is_answered_and_has_its_time_for_the_next_question(loop: HandLoop) -> None:
    connection, wire = _listener(loop, _answers).connect()
    for _ in range(3):
        loop.later(REQUEST_WITHIN_S - 1.0)
        connection.data_received(ASK)
        loop.later(0.1)
    assert wire.said.count(b"200 OK") == 3
    assert not wire.closed
    # The first byte of a question ends uvicorn's own patience, not ours.
    connection.data_received(ASK[:1])
    loop.later(NEXT_WITHIN_S - 1.0)
    connection.data_received(ASK[1:2])
    assert not wire.closed
    loop.later(2.0)
    assert wire.closed


def test_an_answer_that_takes_long_is_waited_for(loop: HandLoop) -> None:
    connection, wire = _listener(loop, _thinks).connect()
    connection.data_received(ASK)
    loop.later(10.0 * NEXT_WITHIN_S)
    assert not wire.is_closing()


def test_what_nobody_reads_is_not_held_for_ever(loop: HandLoop) -> None:
    connection, wire = _listener(loop, _thinks).connect()
    connection.data_received(ASK)
    connection.pause_writing()
    loop.later(READ_WITHIN_S - 1.0)
    connection.resume_writing()
    loop.later(READ_WITHIN_S)
    assert not wire.aborted
    connection.pause_writing()
    loop.later(READ_WITHIN_S + 1.0)
    assert wire.aborted


def test_a_viewer_of_the_live_feed_is_no_slow_request(loop: HandLoop) -> None:
    connection, wire = _listener(loop, _thinks).connect()
    upgrade = b"GET /api/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    connection.data_received(upgrade + key)
    loop.later(2.0 * REQUEST_WITHIN_S)
    assert wire.protocol is not None
    assert not wire.is_closing()


def test_headers_that_never_end_are_refused(loop: HandLoop) -> None:
    connection, wire = _listener(loop, _answers).connect()
    connection.data_received(b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * (2 * LARGEST_HEADERS_BYTES))
    assert wire.closed


def test_one_address_has_its_places_and_leaves_the_others_theirs(loop: HandLoop) -> None:
    listener = _listener(loop, _thinks)
    flood = [listener.connect("192.168.1.66") for _ in range(MOST_PER_ADDRESS + 5)]
    assert [wire.aborted for _, wire in flood] == [True] * 5 + [False] * MOST_PER_ADDRESS
    for connection, _ in flood[:5]:
        connection.connection_lost(None)
    for connection, _ in flood[5:]:
        connection.data_received(ASK)  # now each of them is being answered
    _, refused = listener.connect("192.168.1.66")
    _, neighbour = listener.connect("192.168.1.5")
    assert refused.aborted
    assert not neighbour.aborted


def test_where_all_places_are_taken_the_oldest_that_waits_makes_room(loop: HandLoop) -> None:
    listener = _listener(loop, _thinks)
    asking, asked = listener.connect("10.0.0.1")
    asking.data_received(ASK)
    slow, body = listener.connect("10.0.0.2")
    slow.data_received(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
    crowd = [listener.connect(f"10.0.1.{number}")[1] for number in range(MOST_CONNECTIONS - 2)]
    assert not any(wire.is_closing() for wire in (asked, body, *crowd))
    _, last = listener.connect("10.0.2.1")
    assert body.aborted
    assert not last.aborted
    assert not asked.is_closing()


@pytest.mark.slow
def test_a_body_that_dribbles_is_given_up(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BODY_WITHIN_S", 0.05)
    played.machine(Role.OWNER)
    came: list[dict[str, Any]] = [{"type": "http.request", "body": b"{", "more_body": True}]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if came:
            return came.pop()
        await asyncio.Event().wait()  # nothing more comes
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/login",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("192.168.1.66", 1),
    }

    async def ask() -> None:
        await played.app(scope, receive, send)

    asyncio.run(ask())
    assert told[0]["status"] == 408


@pytest.fixture
def played(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)
