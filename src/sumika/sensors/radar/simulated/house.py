"""What a radar of the simulated house must be told: the house, and when its world began."""

from dataclasses import dataclass

from sumika.clock import Instant
from sumika.schema.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedHouse:
    """The house that radars of source `world` look into.

    Attributes:
        house: With all its residents and radars.
        began: When its world began; the same for all processes of a run.
    """

    house: House
    began: Instant
