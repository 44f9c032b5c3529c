"""Devices in words that fit a terminal of 80 columns."""

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping

from sumika.schema import Setting

COLUMNS = 80
_LABEL = 13


def number(value: float) -> str:
    """Return a number as people write it."""
    return f"{value:.6g}"


def setting_words(settings: Mapping[str, Setting]) -> str:
    """Return what can be set, as in `setpoint_c 16..31 step 0.5`."""
    parts = []
    for name, setting in settings.items():
        step = f" step {number(setting.step)}" if setting.step not in (0.0, 1.0) else ""
        parts.append(f"{name} {number(setting.low)}..{number(setting.high)}{step}")
    return ", ".join(parts)


def value_words(values: Mapping[str, float]) -> str:
    """Return settings with their values, as in `mode 0, power_w 0`."""
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes; Japanese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def labelled(label: str, text: str, indent: int = 2) -> list[str]:
    """Return a label and a text beside it, wrapped within the terminal."""
    head = " " * indent + label
    begins = max(indent + _LABEL, columns(head)) + 1
    lines = textwrap.wrap(
        text, COLUMNS, initial_indent=" " * begins, subsequent_indent=" " * begins, break_on_hyphens=False
    )
    return [head + " " * (begins - columns(head)) + lines[0].lstrip(), *lines[1:]] if lines else [head]


def shortened(text: str, most: int = COLUMNS) -> str:
    """Return a text cut to what fits, with what a stranger's name may hold that would disturb a terminal left out."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    if columns(clean) <= most:
        return clean
    while columns(clean) > most - 3:
        clean = clean[:-1]
    return f"{clean}..."


def indented(lines: Iterable[str], by: int = 2) -> list[str]:
    """Return lines moved to the right."""
    return [" " * by + line for line in lines]
