"""Loops that numpy cannot say in one pass, compiled once per machine and kept on disk."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_FAST: set[str] = {"reassoc", "contract", "arcp", "nsz"}
"""Sums may be taken in any order, so that they are vectorised. NaN and infinity keep their meaning."""


def compiled(function: Function) -> Function:
    """Compile a function of arrays and numbers when it is first called, and keep the machine code on disk.

    Where neither the folder of the source nor the user's cache can be written, it is compiled anew by each process.

    Args:
        function: Plain Python that numba can compile; it releases the interpreter's lock while it runs.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": _FAST, "error_model": "numpy"}
    try:
        result: Function = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba: "cannot cache function: no locator available"
        result = numba.njit(**options)(function)
    return result
