"""Listens for answers beside the work of the node while somebody may answer, and connects again when it breaks."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Awaitable, Callable

from sumika.alarm.answers import ContactAnswer
from sumika.links.again import Again
from sumika.schema import SumikaError

_LONGEST_PAUSE_S = 10.0
"""Somebody lies on the floor meanwhile."""

Take = Callable[[ContactAnswer], None]
Holds = Callable[[str], None]
"""Told when the connection is there, and whose answers are not heard over it nevertheless; empty: all are."""

Listens = Callable[[Take, Holds], Awaitable[None]]
"""Connects, says that it holds, and hands on what is answered, until it is cancelled.

Raises:
    SumikaError: when the connection cannot be made, or breaks.
"""


class AnswerEar:
    """Hears the answers that come over one connection.

    Attributes:
        problem: Why nothing, or not all, was heard when it was last listened; empty where it was.
        hears: Whether the connection holds.
    """

    def __init__(self, listens: Listens) -> None:
        """Begin deaf.

        Args:
            listens: How to listen.
        """
        self._listens = listens
        self._heard: queue.SimpleQueue[ContactAnswer] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], None] | None = None
        self.problem = ""
        self.hears = False

    def want(self, wanted: bool) -> None:
        """Listen, or stop listening.

        Args:
            wanted: Whether somebody may answer now.
        """
        if wanted and self._thread is None:
            loop, ready = asyncio.new_event_loop(), threading.Event()
            self._thread = threading.Thread(target=self._run, args=(loop, ready), name="answers", daemon=True)
            self._thread.start()
            ready.wait()
        elif not wanted and self._thread is not None and self._stop is not None:
            self._stop()
            self._thread, self._stop = None, None
            self.hears = False

    def answers(self) -> tuple[ContactAnswer, ...]:
        """Return what was answered since it was asked last."""
        found: list[ContactAnswer] = []
        while not self._heard.empty():
            found.append(self._heard.get())
        return tuple(found)

    def _run(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        with contextlib.closing(loop), contextlib.suppress(asyncio.CancelledError):
            task = loop.create_task(self._go_on())
            self._stop = lambda: _cancel(loop, task)
            ready.set()
            loop.run_until_complete(task)

    async def _go_on(self) -> None:
        again = Again(longest_s=_LONGEST_PAUSE_S)

        def holds(problem: str) -> None:
            again.held()
            self.problem, self.hears = problem, True

        while True:
            try:
                await self._listens(self._heard.put, holds)
            except SumikaError as error:
                self.problem = error.problem
            except Exception as error:  # whatever somebody else's protocol does, it is listened again
                self.problem = f"{type(error).__name__}: {error}"[:300]
            self.hears = False
            await asyncio.sleep(again.next_s())


def _cancel(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    with contextlib.suppress(RuntimeError):  # it has ended by itself
        loop.call_soon_threadsafe(task.cancel)
