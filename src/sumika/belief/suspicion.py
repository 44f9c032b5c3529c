"""What can be wrong with a device or a sensor, and how that is told to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from sumika.clock import Instant
from sumika.text import say


class Fault(StrEnum):
    """What can be wrong; each has a sentence in `sumika.text`, under `event.` too."""

    DOES_NOT_OBEY = "does_not_obey"  # it says another value than it was told
    NO_EFFECT = "no_effect"  # it says that it works, but nothing comes of it
    UNREACHABLE = "unreachable"  # it does not answer
    STUCK_READING = "stuck_reading"  # a sensor says the same for ever
    IMPOSSIBLE_READING = "impossible_reading"  # it says what cannot be
    WRONG_UNIT = "wrong_unit"  # it speaks in another unit than ours
    JUMPING_READING = "jumping_reading"  # it leapt to where no room gets so fast
    DRIFTING_READING = "drifting_reading"  # it has gone away from what the other rooms and the model say
    WINDOW_OPEN = "window_open"  # a room exchanges air with outside as through an open window or door
    UNKNOWN_HEAT = "unknown_heat"  # a room is warmed by something unknown
    UNKNOWN_COLD = "unknown_cold"  # a room loses heat nobody knows where to
    LESS_AIR = "less_air"  # ventilation moves less air than it did: a filter is clogged
    LESS_HEAT = "less_heat"  # a heat source gives less than it did
    SWAPPED_SENSORS = "swapped_sensors"  # two sensors hang in each other's room
    DESCRIBED_OTHERWISE = "described_otherwise"  # house.yaml says something else than measurements


_BY_OBEDIENCE = {
    Fault.DOES_NOT_OBEY: "obedience.does_not_obey",
    Fault.STUCK_READING: "obedience.stuck_reading",
}
SENSOR_FAULTS = frozenset(
    {
        Fault.STUCK_READING,
        Fault.IMPOSSIBLE_READING,
        Fault.WRONG_UNIT,
        Fault.JUMPING_READING,
        Fault.DRIFTING_READING,
    }
)
DEVICE_FAULTS = frozenset({Fault.DOES_NOT_OBEY, Fault.NO_EFFECT, Fault.UNREACHABLE})
HOUSE_CHANGES = frozenset({Fault.WINDOW_OPEN, Fault.UNKNOWN_HEAT, Fault.UNKNOWN_COLD, Fault.LESS_AIR, Fault.LESS_HEAT})


class Suspicion(NamedTuple):
    """Who is suspected of what.

    Attributes:
        fault: Of what.
        subject: Device, sensor or room, or a line, as in `house.yaml`.
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
        began_s: Unix time since when it is so, as far as that is known.
        probability: How sure that is, 0 to 1; None: by its test alone.
    """

    stamp: Instant
    suspicion: Suspicion
    evidence: Mapping[str, float]
    recovered: bool = False
    began_s: float | None = None
    probability: float | None = None

    def words(self, language: str, zone: tzinfo | None = None) -> str:
        """Return the evidence in a sentence.

        Args:
            language: "ja" or "en".
            zone: Of the house, for times; None: UTC.
        """
        _, subject, detail = self.suspicion
        if self.recovered:
            return say("obedience.over", language, subject=subject, detail=detail or say("finding.all", language))
        numbers = {name: _number(value) for name, value in self.evidence.items()}
        sentence = say(self._key(), language, subject=subject, detail=detail, since=self._since(zone), **numbers)
        if self.probability is None:
            return sentence
        return say("finding.sure", language, sentence=sentence, percent=round(100.0 * min(self.probability, 0.99)))

    def _key(self) -> str:
        fault, _, detail = self.suspicion
        if fault is Fault.NO_EFFECT and detail:
            return "obedience.no_power" if detail == "power_w" else "obedience.no_effect"
        if fault is Fault.SWAPPED_SENSORS and "put_right" in self.evidence:
            return "finding.swapped_put_right"
        return _BY_OBEDIENCE.get(fault, f"finding.{fault}")

    def _since(self, zone: tzinfo | None) -> str:
        if self.began_s is None:
            return ""
        return f"{datetime.fromtimestamp(self.began_s, zone or UTC):%m-%d %H:%M}"


def _number(value: float) -> str:
    """Return a number as people write it: three digits, and no powers of ten."""
    return f"{value:.0f}" if 1000.0 <= abs(value) < 1e9 else f"{value:.3g}"
