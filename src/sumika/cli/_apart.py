"""Looks at something in a process that ends with the look: what that imports and makes does not stay in ours."""

import contextlib
import os
import signal
import sys
import warnings
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn, TypeVar

Found = TypeVar("Found")

LONGEST_LOOK_S = 60.0


def apart(look: Callable[[], Found]) -> Found:
    """Return what a look returns, or raise what it raises; both have to be such that they can be pickled.

    The house's first process lives as long as the house, and whoever looks whether a simulated house can be makes a
    good part of one. Where no process can be had, or it says nothing, it is looked here: that keeps no house from
    running.

    Args:
        look: Takes nothing. Only what it returns or raises comes of it.
    """
    if sys.platform != "linux":  # elsewhere a copy of a process may not do much
        return look()
    mine, its = Pipe(duplex=False)
    with mine, its:
        try:
            with warnings.catch_warnings():
                # Python warns of threads: those of number libraries, which are idle before the house begins.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
        except OSError:
            return look()
        if not pid:
            _answer(look, its)
        its.close()
        said = _said(mine, pid)
    if said is None:
        return look()
    found: Found = said[0]
    if said[1] is not None:
        raise said[1]
    return found


def _answer(look: Callable[[], object], to: Connection) -> NoReturn:
    try:
        try:
            said: tuple[object, Exception | None] = look(), None
        except Exception as error:
            said = None, error
        with contextlib.suppress(Exception):  # what cannot be sent is looked for where it is wanted
            to.send(said)
    finally:
        os._exit(0)  # nothing of ours is to be closed or flushed by a copy


def _said(mine: Connection, pid: int) -> tuple[Any, Exception | None] | None:
    """Return what it said, None for nothing; it is gone afterwards."""
    try:
        said: tuple[Any, Exception | None] | None = mine.recv() if mine.poll(LONGEST_LOOK_S) else None
    except Exception:  # it died, or what it found is not to be had by a pipe
        said = None
    finally:
        os.kill(pid, signal.SIGKILL)  # it has ended, or never will; until we have waited for it, the number is its own
        os.waitpid(pid, 0)
    return said
