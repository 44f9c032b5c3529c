"""What links that ask and listen at once have in common: their tasks, and the messages these bring, in order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

from sumika.clock import Instant
from sumika.ending import end_tasks
from sumika.schema import DeviceState, Message, Origin

_MOST_WAITING = 1024


class Watching:
    """Tasks that put messages into one queue, and the reader of that queue.

    A task that fails ends the reports with its error: whoever runs the link starts it anew. Where nobody reads, the
    oldest message goes.

    Attributes:
        lost: How many messages were dropped because nobody took them in time.
    """

    def __init__(self, most_waiting: int = _MOST_WAITING) -> None:
        """Begin without tasks.

        Args:
            most_waiting: How many messages may wait.
        """
        self.lost = 0
        self._most_waiting = most_waiting
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self._ended = False

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run something until it ends or `end` is called."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def put(self, *messages: Message) -> None:
        """Add messages; they are dropped after `end`."""
        for message in messages:
            if self._ended:
                return
            if self._messages.qsize() >= self._most_waiting:
                self._messages.get_nowait()
                self.lost += 1
            self._messages.put_nowait(message)

    async def reports(self) -> AsyncIterator[Message]:
        """Yield messages as they come, until `end`.

        Raises:
            BaseException: what a task failed with.
        """
        while (message := await self._messages.get()) is not None:
            yield message
        # Whoever else reads is to end as well.
        self._messages.put_nowait(None)
        if self._error is not None:
            raise self._error

    async def end(self) -> None:
        """End all tasks, then the reports. May be called again."""
        await end_tasks(list(self._tasks))
        self._end()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._error = self._error or task.exception()
            self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._messages.put_nowait(None)


def state_of(
    device: str, stamp: Instant, values: Mapping[str, float], *, power_w: float | None = None, why: str = ""
) -> DeviceState:
    """Return what a device that answers says of itself."""
    return DeviceState(
        stamp=stamp, origin=Origin.LIVE, device=device, values=dict(values), power_w=power_w, available=True, why=why
    )


def silent(device: str, stamp: Instant, why: str) -> DeviceState:
    """Return that a device does not answer: no value is known of it, least of all the last one."""
    return DeviceState(stamp=stamp, origin=Origin.LIVE, device=device, values={}, available=False, why=why)


async def wait_or(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, and clear it, or when the time is up."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
