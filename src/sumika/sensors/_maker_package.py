"""Radars that are read through a package of their maker: whatever goes wrong in it becomes an error for people."""

from collections.abc import Callable
from typing import TypeVar

from sumika.schema import SumikaError

T = TypeVar("T")


def asked(where: str, problem: str, work: Callable[[], T]) -> T:
    """Do what a maker's package is asked for.

    Such packages raise errors of their own, of pyserial, of USB and of the system, and say nowhere which.

    Args:
        where: Which radar.
        problem: What it is a failure of, for people.
        work: Calls the package.

    Raises:
        SumikaError: if the package raises anything; with its words.
    """
    try:
        return work()
    except Exception as error:
        raise broken(where, problem, error) from error


def broken(where: str, problem: str, error: Exception) -> SumikaError:
    """Return the error for people that a maker's package's own stands for."""
    said = " ".join(str(error).split()) or type(error).__name__
    remedy = "Check its cable and power, and that no other program has it; plug it in again"
    return SumikaError(f"{problem}: {said}", where=where, remedy=remedy)
