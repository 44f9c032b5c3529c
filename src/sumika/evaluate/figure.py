"""One published figure: its value, its unit and what it rests on."""

from enum import StrEnum

import msgspec


class Evidence(StrEnum):
    """What a figure rests on."""

    MEASURED = "measured"  # a speed or a size, on this machine
    REAL_RECORDING = "real recording"
    SIMULATION = "simulation"
    CLAIMED = "claimed by others"


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure as `sumika bench` prints it.

    Attributes:
        value: Shares and accuracies are 0..1, gains are in points (0..100).
        unit: Of the value.
        evidence: What it rests on.
        run: "now", or the day and commit of the long run it is quoted from, or of the making of what it is read from.
        stale: True where the code that matters has changed since that run; None for what was measured now.
        detail: The absolute numbers beside a ratio, intervals, or the single cases of a worst one.
    """

    value: float
    unit: str
    evidence: Evidence
    run: str = "now"
    stale: bool | None = None
    detail: dict[str, float | str] = msgspec.field(default_factory=dict)
