"""The path language of SVG, as far as rooms need it (SVG 2, chapter 9): straight lines; of curves their ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sumika.dashboard.plan_files.outlines import Place

_WORD = re.compile(r"([MmLlHhVvZzCcSsQqTtAa])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7}
"""How many numbers a command takes; the last two are where it ends."""

_CURVES = frozenset("CSQTA")


@dataclass
class SubPath:
    """One line drawn without lifting the pen."""

    corners: list[Place] = field(default_factory=list)
    closed: bool = False
    curved: bool = False


def sub_paths(text: str) -> list[SubPath]:
    """Return what a path draws; what cannot be read ends it, as SVG has it."""
    drawn: list[SubPath] = []
    at = start = (0.0, 0.0)
    for command, numbers in _commands(text):
        if command in "Zz":
            if drawn:
                drawn[-1].closed = True
            at = start
            continue
        begins = command in "Mm" or not drawn or drawn[-1].closed
        if begins:
            drawn.append(SubPath([] if command in "Mm" else [at]))
        at = _end(command, numbers, at)
        if command in "Mm":
            start = at
        elif begins:
            start = drawn[-1].corners[0]
        drawn[-1].corners.append(at)
        drawn[-1].curved |= command.upper() in _CURVES
    return drawn


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    command, numbers = "", list[float]()
    for match in _WORD.finditer(text):
        if match[1]:
            command, numbers = match[1], []
            if command in "Zz":
                yield command, []
            continue
        if not command or command in "Zz":
            return
        numbers.append(float(match[2]))
        if len(numbers) == _TAKES[command.upper()]:
            yield command, numbers
            numbers = []
            # More pairs after a move are lines.
            command = {"M": "L", "m": "l"}.get(command, command)


def _end(command: str, numbers: list[float], at: Place) -> Place:
    x, y = at if command.islower() else (0.0, 0.0)
    if command in "Hh":
        return x + numbers[0], at[1]
    if command in "Vv":
        return at[0], y + numbers[0]
    return x + numbers[-2], y + numbers[-1]
