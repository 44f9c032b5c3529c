"""Trying first in a child process what might never come back."""

import logging
import os
import resource
from collections.abc import Callable


def outlives(work: Callable[[], object], cpu_s: int) -> bool:
    """Return whether `work` comes back, with a result or an exception, when done in a child process.

    Libraries written in C loop for ever or crash over some damaged files, and no exception handler helps then.

    Args:
        work: Done in a copy of this process; nothing of what it does is seen here but the answer.
        cpu_s: Processor time after which it counts as never coming back.
    """
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
            logging.disable()  # the parent will say it, once
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)
