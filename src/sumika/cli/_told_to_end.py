"""Ending when told to, and not before what was begun is undone."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a plain kill, and a terminal that is closed."""


@contextmanager
def told_to_end(stop: Callable[[], object]) -> Iterator[None]:
    """Call something instead of ending; signals that whoever started this has ignored stay so (nohup).

    Args:
        stop: Called for each signal, by the loop that runs.
    """
    loop = asyncio.get_running_loop()
    taken = [each for each in _ENDS if signal.getsignal(each) is not signal.SIG_IGN]
    for each in taken:
        loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        for each in taken:
            loop.remove_signal_handler(each)
