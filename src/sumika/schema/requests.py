"""Questions that one part asks another, and their answers. Who asks needs no code of who answers."""

import msgspec


class RecordRawRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the log to write whole radar frames for a while.

    Attributes:
        seconds: How long from now; 0 ends it.
        radars: Which radars; empty means all.
    """

    seconds: float
    radars: tuple[str, ...] = ()


class RecordRawAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the log will do, or why it will not.

    Attributes:
        accepted: Whether it will.
        folder: The folder it writes to.
        problem: Why it will not, in one line.
    """

    accepted: bool
    folder: str = ""
    problem: str = ""
