"""Loops over samples, compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile a loop when it is first called; kept on disk where a cache folder can be written."""
    # "afn" stays off: the phases of echoes are large numbers and must be reduced exactly.
    settings: dict[str, Any] = {"fastmath": {"reassoc", "contract", "arcp", "nsz"}, "nogil": True}
    try:
        fast: Loop = numba.njit(cache=True, **settings)(loop)
    except RuntimeError:  # numba found no folder to keep it in
        fast = numba.njit(**settings)(loop)
    return fast
