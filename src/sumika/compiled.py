"""Loops that numpy cannot say in one pass, compiled once per machine and kept on disk."""

import hashlib
import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_FAST: set[str] = {"reassoc", "contract", "arcp", "nsz"}
"""Sums may be taken in any order, so that they are vectorised. NaN and infinity keep their meaning."""

_DAY_S = 86400.0

_config: Any = numba.config


def compiled(function: Function) -> Function:
    """Compile a function of arrays and numbers when it is first called, and keep the machine code on disk.

    Where neither the folder of the source nor the user's cache can be written, it is compiled anew by each process.

    Args:
        function: Plain Python that numba can compile; it releases the interpreter's lock while it runs. It may call
            other compiled functions of its own folder and of the folder above.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": _FAST, "error_model": "numpy"}
    usual = _config.CACHE_DIR
    _config.CACHE_DIR = usual or _kept_in(Path(function.__code__.co_filename).resolve().parent)
    try:
        result: Function = numba.njit(cache=True, **options)(function)
    except (RuntimeError, OSError):  # numba: "cannot cache function: no locator available"; or the disk is full
        result = numba.njit(**options)(function)
    finally:
        _config.CACHE_DIR = usual
    return result


@lru_cache(maxsize=64)
def _kept_in(folder: Path) -> str:
    """Return where machine code of a folder's functions is kept: another place whenever any of its sources changes.

    numba looks at the file of a function only. A function that has swallowed another one, of another file, would stay
    as it is when that file changes: machine code of yesterday's source.

    Returns:
        The folder; "" where it cannot be made, so that numba looks for a place of its own.
    """
    digest = hashlib.sha256()
    for source in sorted({*folder.glob("*.py"), *folder.parent.glob("*.py")}):
        text = source.read_bytes()
        if b"compiled" in text or b"numba" in text:
            digest.update(str(source.relative_to(folder.parent)).encode() + text)
    place = folder / "__pycache__" / f"compiled-{digest.hexdigest()[:12]}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        _forget_older(place)
    except OSError:
        return ""
    return str(place)


def _forget_older(place: Path) -> None:
    """Remove machine code of sources that have changed since, unless a process may still be running with it."""
    now = place.stat().st_mtime
    for other in place.parent.glob("compiled-*"):
        if other != place and now - other.stat().st_mtime > _DAY_S:
            shutil.rmtree(other, ignore_errors=True)
