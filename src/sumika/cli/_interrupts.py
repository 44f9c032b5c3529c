"""Ctrl-C while Sumika is still loading: nothing has begun, so it ends like any program, without a traceback."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c_ends() -> Iterator[None]:
    """Have Ctrl-C end the process at once, and not be raised in the middle of somebody's import.

    Libraries in C turn what is raised there into errors of their own. Where somebody else already looks after Ctrl-C,
    or this is not the main thread, nothing is changed.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def was_interrupted(error: BaseException) -> bool:
    """Return whether an error is what somebody made of a Ctrl-C."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        if isinstance(each, KeyboardInterrupt):
            return True
        seen.add(id(each))
        each = each.__cause__ or each.__context__
    return False
