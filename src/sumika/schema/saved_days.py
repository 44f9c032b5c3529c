"""What the planner's process keeps of every day on the disk: what its plans saved, and what the meter counted."""

import msgspec

SAVED_FILE = "saved.json"
"""In the planner's folder: `SavedDay` by ISO date of the house's days."""


class SavedDay(msgspec.Struct, kw_only=True):
    """One day.

    Attributes:
        saved: Against the best simple controller.
        spent: For what was taken from the grid. What giving to it earned is not in it: meters do not tell its price.
        energy_kwh: Taken from the grid.
        unpriced_kwh: As much of it as nobody knew the price of.
        metered: Whether the meter said anything.
        seconds: How long there was a plan, by mode.
    """

    saved: float = 0.0
    spent: float = 0.0
    energy_kwh: float = 0.0
    unpriced_kwh: float = 0.0
    metered: bool = False
    seconds: dict[str, float] = msgspec.field(default_factory=dict)
