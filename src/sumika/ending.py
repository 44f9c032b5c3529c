"""Tasks of asyncio that are told to end, and do."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 0.2


async def end_tasks(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until all of them have ended, however they did.

    Once is not enough: until Python 3.12 `asyncio.wait_for` swallows a cancellation that comes in the moment in which
    what it waits for is there (https://github.com/python/cpython/issues/86296), and the task goes on for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)
