"""What `sumika doctor` finds: one thing looked at, and whether it is well."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"  # the house runs, but less well or not for long
    FAIL = "fail"  # the house does not run, or loses something


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor's report.

    Attributes:
        level: How bad it is.
        what: What was looked at and how it is, in one line.
        why: Why it matters; empty where it is well.
        remedy: What to do about it; empty where it is well.
    """

    level: Level
    what: str
    why: str = ""
    remedy: str = ""


def ok(what: str) -> Finding:
    """Return that something is well."""
    return Finding(level=Level.OK, what=what)


def warn(what: str, why: str, remedy: str) -> Finding:
    """Return that something is not as it should be."""
    return Finding(level=Level.WARN, what=what, why=why, remedy=remedy)


def fail(what: str, why: str, remedy: str) -> Finding:
    """Return that something keeps the house from running, or loses data."""
    return Finding(level=Level.FAIL, what=what, why=why, remedy=remedy)
