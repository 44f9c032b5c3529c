"""What is wrong with a house description: one `Problem` each, and the error that carries them all."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from sumika.schema.errors import UsageError

FieldPath = tuple[str | int, ...]
"""Where a value stands: keys and positions from the top, for example ("rooms", 2, "floor_m")."""

_LONGEST_SHOWN = 48
_LONGEST_COMPARED = 64


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or worth a warning.

    Attributes:
        line: Line of the file, counted from 1; 0 where the file as a whole is meant.
        field: For example "rooms[2].floor_m"; empty where no field is meant.
        found: What the file says.
        allowed: What it may say.
        nearest: The valid spelling that comes nearest; empty where none comes near.
        text: What is wrong, in plain words.
        warning: True where the house can be used all the same.
    """

    line: int
    field: str = ""
    found: str = ""
    allowed: str = ""
    nearest: str = ""
    text: str
    warning: bool = False

    def __str__(self) -> str:
        """Return everything but the file and the line, in one line."""
        line = f"{self.field}: {self.text}" if self.field else self.text
        if self.found:
            line += f", found {self.found}"
        if self.allowed:
            line += f", allowed: {self.allowed}"
        if self.nearest:
            line += f"; did you mean {self.nearest}?"
        return _printable(line)

    def located(self, path: Path) -> str:
        """Return the whole as `file:line: ...`, which editors turn into a link."""
        place = f"{path}:{self.line}" if self.line else str(path)
        return f"{place}: {'warning: ' if self.warning else ''}{self}"


class ConfigError(UsageError):
    """A house description cannot be used.

    Attributes:
        path: The file.
        problems: Everything that is wrong with it, sorted by line; warnings among them.
    """

    def __init__(self, problems: Iterable[Problem], path: Path) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=_by_line))
        errors = [problem for problem in self.problems if not problem.warning]
        if len(errors) == 1:
            only = errors[0]
            super().__init__(str(only), where=f"{path}:{only.line}" if only.line else str(path))
        else:
            super().__init__(f"{len(errors)} problems", where=str(path))

    def __str__(self) -> str:
        """Return one line for each problem, sorted by line of the file."""
        lines = [problem.located(self.path) for problem in self.problems]
        several = sum(not problem.warning for problem in self.problems) > 1
        return "\n".join([f"{self.path}: {self.problem}", *lines] if several else lines)


def _by_line(problem: Problem) -> tuple[int, str, str]:
    return problem.line, problem.field, problem.text


def field_name(path: FieldPath) -> str:
    """Return a path as people read it: rooms[2].floor_m."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{shortened(part)}" if name else shortened(part)
    return name


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return the valid spelling that comes nearest to `word`; empty if none comes near."""
    if len(word) > _LONGEST_COMPARED:
        return ""
    by_folded = {spelling.casefold(): spelling for spelling in valid}
    matches = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[matches[0]] if matches else ""


def listed(words: Sequence[str], *, most: int = 12) -> str:
    """Return words as a list for people, cut where it grows too long."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def shortened(text: str) -> str:
    """Return a text in one line that fits into a message."""
    flat = _printable(text)
    return flat if len(flat) <= _LONGEST_SHOWN else flat[: _LONGEST_SHOWN - 1] + "…"


def described(value: object) -> str:
    """Return what a value of the file is, for people."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text '{shortened(value)}'"
        case int() | float():
            return f"the number {shortened(repr(value))}"
        case dict():
            return "a group of keys" if value else "{}"
        case list():
            return f"a list of {len(value)}"
    return type(value).__name__
