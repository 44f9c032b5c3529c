"""What can be wrong with a device or a sensor, and how that is told to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sumika.clock import Instant
from sumika.text import say


class Fault(StrEnum):
    """What can be wrong; each has a sentence in `sumika.text`, under `event.` too."""

    DOES_NOT_OBEY = "does_not_obey"  # it says another value than it was told
    NO_EFFECT = "no_effect"  # it says that it works, but nothing comes of it
    STUCK_READING = "stuck_reading"  # a sensor says the same for ever


class Suspicion(NamedTuple):
    """Who is suspected of what.

    Attributes:
        fault: Of what.
        subject: Device or sensor, as in `house.yaml`.
        detail: Setting, quantity, or sensor and quantity.
    """

    fault: Fault
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something was found, or is over.

    Attributes:
        stamp: When.
        suspicion: Who, and of what.
        evidence: Numbers that it rests on, by name.
        recovered: Whether it is over.
    """

    stamp: Instant
    suspicion: Suspicion
    evidence: Mapping[str, float]
    recovered: bool = False

    def words(self, language: str) -> str:
        """Return the evidence in a sentence, "ja" or "en"."""
        fault, subject, detail = self.suspicion
        if self.recovered:
            return say("obedience.over", language, subject=subject, detail=detail)
        numbers = {name: f"{value:.3g}" for name, value in self.evidence.items()}
        if fault is Fault.DOES_NOT_OBEY:
            return say("obedience.does_not_obey", language, subject=subject, detail=detail, **numbers)
        if fault is Fault.STUCK_READING:
            return say("obedience.stuck_reading", language, subject=subject, detail=detail, **numbers)
        key = "obedience.no_power" if detail == "power_w" else "obedience.no_effect"
        return say(key, language, subject=subject, detail=detail, **numbers)
