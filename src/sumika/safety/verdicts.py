"""What the gate writes down of all that it decides: one row of the audit for each."""

import math

from sumika.clock import Instant
from sumika.safety._reading import number
from sumika.safety.interlocks import Want
from sumika.schema import Asker, Command, GateRule, Origin, Ruling, Verdict

NAME_LETTERS = 64
"""Of a name that no device has, so much is written down."""


def on_command(command: Command, stamp: Instant, ruling: Ruling, rule: GateRule, written: float | None) -> Verdict:
    """Return the row of a command, whatever its fields are.

    Args:
        command: As asked.
        stamp: When it was decided.
        ruling: What came of it.
        rule: Why, where it was not passed as asked.
        written: What goes to the device; None where nothing does.
    """
    return Verdict(
        stamp=stamp,
        origin=command.origin,
        device=str(command.device)[:NAME_LETTERS],
        action=str(command.action)[:NAME_LETTERS],
        asked=number(command.value),
        written=written,
        asked_by=str(command.asked_by)[:NAME_LETTERS],
        ruling=ruling,
        rule=rule,
        why=command.why,
    )


def at_device(device: str, setting: str, value: float, stamp: Instant, origin: Origin) -> Verdict:
    """Return the row of what a resident set at the device itself: it is so already, and nothing is written.

    Args:
        device: Which.
        setting: Of it.
        value: That it has now; no number where the device says none.
        stamp: When it was heard.
        origin: Of the word of it.
    """
    return Verdict(
        stamp=stamp,
        origin=origin,
        device=device,
        action=setting,
        asked=value if math.isfinite(value) else None,
        written=None,
        asked_by=Asker.RESIDENT,
        ruling=Ruling.PASSED,
        why="set at the device",
    )


def by_itself(want: Want, value: float, stamp: Instant, origin: Origin) -> Verdict:
    """Return the row of what the gate does by itself.

    Args:
        want: What it wants.
        value: The same within the device's limits.
        stamp: When it does it.
        origin: Of the house.
    """
    return Verdict(
        stamp=stamp,
        origin=origin,
        device=want.device,
        action=want.setting,
        asked=value,
        written=value,
        asked_by=Asker.LIMIT,
        ruling=Ruling.PASSED,
        rule=want.rule,
    )
