"""Errors that a person is meant to read: what is wrong, where, and what to do. Never a traceback."""

from typing import Any

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises at bytes that are not what was wanted; that of broken UTF-8, the second, is none of its own."""


class SumikaError(Exception):
    """Something failed in a way that a person can understand and mend.

    Attributes:
        problem: What is wrong, with what was found and what would have been right.
        where: File and line, port, folder, node ...; empty where there is no such place.
        remedy: What to do about it.
        exit_code: What the process ends with: 1 for a failure.
    """

    exit_code = 1

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(problem, where, remedy)
        self.problem = problem
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """Return everything in one line."""
        line = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{line.rstrip('.')}. {self.remedy}" if self.remedy else line

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how it is made again in another process, which whoever raised it there did with names."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[SumikaError], arguments: tuple[object, ...], known: dict[str, Any]) -> SumikaError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(known)
    return error


class UsageError(SumikaError):
    """The command or the description of the house asks for something that cannot be; exit code 2."""

    exit_code = 2
