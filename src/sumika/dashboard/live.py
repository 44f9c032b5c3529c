"""The page's one WebSocket: asks for topics, gets frames; one who floods it or falls asleep is let go with a reason."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable

import anyio
import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from sumika.dashboard.feed import EARLY, Feed, Hears, Watch, Watcher
from sumika.dashboard.roles import Viewer

LARGEST_QUESTION_BYTES = 16_384
QUESTIONS_AT_ONCE, QUESTIONS_WITHIN_S = 40, 10.0
MOST_VIEWERS, MOST_PER_USER = 64, 16
SEND_WITHIN_S = 30.0
STILL_LET_IN_EVERY_S = 2.0
ALIVE_EVERY_S = 5.0
"""A frame comes about so often at least, be it empty: a cable that is pulled tells nobody that the house has gone."""

NOT_LOGGED_IN, BAD_QUESTION, TOO_MANY = 4401, 4400, 4429
"""Codes a page can tell apart; the reason is in words beside."""

Ending = tuple[int, str]
"""Code and reason; 0 where the viewer is gone already."""

Work = Callable[[WebSocket, Watcher], Awaitable[Ending]]

_DECODER = msgspec.msgpack.Decoder(Watch)


class LiveFeed:
    """Serves viewers. One that reads slowly gets fewer frames, and the newest of everything in each."""

    def __init__(self, feed: Feed, hears_of: Callable[[Viewer], Hears], still_in: Callable[[Viewer], bool]) -> None:
        """Serve a feed.

        Args:
            feed: What is shown.
            hears_of: What somebody may hear.
            still_in: Whether somebody who was let in still is.
        """
        self._feed, self._hears_of, self._still_in = feed, hears_of, still_in

    async def serve(self, socket: WebSocket, viewer: Viewer) -> None:
        """Serve one viewer until one of us goes away."""
        await socket.accept()
        theirs = sum(watcher.viewer.name == viewer.name for watcher in self._feed.watchers)
        if len(self._feed.watchers) >= MOST_VIEWERS or theirs >= MOST_PER_USER:
            await socket.close(TOO_MANY, "too many pages are open")
            return
        watcher = Watcher(viewer, self._hears_of(viewer))
        self._feed.watchers.add(watcher)
        ended: list[Ending] = []
        try:
            async with anyio.create_task_group() as both:

                async def until_it_ends(work: Work) -> None:
                    ended.append(await _ending(work, socket, watcher))
                    both.cancel_scope.cancel()

                both.start_soon(until_it_ends, self._send)
                both.start_soon(until_it_ends, self._hear)
        finally:
            self._feed.watchers.discard(watcher)
        code, reason = ended[0]
        if code:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):  # gone already
                await socket.close(code, reason)

    async def _send(self, socket: WebSocket, watcher: Watcher) -> Ending:
        due_s = checked_s = 0.0
        sent_s = time.monotonic()
        while True:
            await _wait(watcher.ready, STILL_LET_IN_EVERY_S)
            now_s = time.monotonic()
            if now_s - checked_s > STILL_LET_IN_EVERY_S:
                checked_s = now_s
                if not self._still_in(watcher.viewer):
                    return NOT_LOGGED_IN, "log in again"
            if not watcher.ready.is_set() and now_s - sent_s < ALIVE_EVERY_S:
                continue
            if now_s < due_s:
                await asyncio.sleep(due_s - now_s)
            sent_s = time.monotonic()
            due_s = sent_s + EARLY * watcher.period_s
            await asyncio.wait_for(socket.send_bytes(watcher.frame(time.time() * 1000.0)), SEND_WITHIN_S)

    async def _hear(self, socket: WebSocket, watcher: Watcher) -> Ending:
        times: deque[float] = deque(maxlen=QUESTIONS_AT_ONCE)
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return 0, "gone"
            now_s = time.monotonic()
            if len(times) == QUESTIONS_AT_ONCE and now_s - times[0] < QUESTIONS_WITHIN_S:
                return TOO_MANY, "too many messages"
            times.append(now_s)
            data = message.get("bytes")
            if data is None or len(data) > LARGEST_QUESTION_BYTES:
                return BAD_QUESTION, "a watch is a small MessagePack map"
            try:
                watcher.watch(_DECODER.decode(data))
            except (msgspec.DecodeError, ValueError, RecursionError):
                return BAD_QUESTION, "not a watch"
            self._feed.show_latest(watcher)


async def _ending(work: Work, socket: WebSocket, watcher: Watcher) -> Ending:
    """Return how one side of a connection ended, whatever became of the other."""
    try:
        return await work(socket, watcher)
    except TimeoutError:
        return TOO_MANY, "reads nothing"
    except (WebSocketDisconnect, RuntimeError, OSError):
        return 0, "gone"


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long."""
    if event.is_set():
        return
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
