"""At which level control stands, and what it does without: one place that says it, from everything that was found.

Full is everything; reduced goes on without something that is named; below that the rules' own process speaks, and below
that devices are left to their fail-safe. What decides here is only what is known: findings that hold, whether anybody
foretells the weather, whether any room is measured, whether people agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from sumika.belief.suspicion import DEVICE_FAULTS, SENSOR_FAULTS, Finding
from sumika.schema import ControlLevel
from sumika.text import say

MOST_NAMED = 6
"""So many things are named; who reads more reads the events."""

_BETWEEN = {"en": ", ", "ja": "、"}


@dataclass(frozen=True, slots=True)
class Lacks:
    """Something that control does without.

    Attributes:
        key: Of its words, under `level.without.`.
        subject: Device, sensor or room; empty: the house.
        detail: Quantity or setting.
    """

    key: str
    subject: str = ""
    detail: str = ""

    def words(self, language: str) -> str:
        """Return it in words, "ja" or "en"."""
        return say(f"level.without.{self.key}", language, subject=self.subject, detail=self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How control stands.

    Attributes:
        level: At which level.
        lacks: What it does without.
        findings: What was found and holds.
        zone: Of the house, for times.
    """

    level: ControlLevel
    lacks: tuple[Lacks, ...] = ()
    findings: tuple[Finding, ...] = ()
    zone: tzinfo | None = None

    def note(self, language: str) -> str:
        """Return what people should know, in one line; empty where all is as it should be.

        Args:
            language: "ja" or "en".
        """
        parts = [finding.words(language, self.zone) for finding in self.findings[:MOST_NAMED]]
        if self.level is not ControlLevel.FULL:
            without = _BETWEEN[language].join(one.words(language) for one in self.lacks[:MOST_NAMED])
            parts.insert(0, say(f"level.{self.level}", language, without=without))
        return " ".join(parts)


def standing_of(
    findings: Iterable[Finding],
    *,
    foretold: bool,
    measured: bool,
    disagreeing: Iterable[str] = (),
    zone: tzinfo | None = None,
) -> Standing:
    """Return how control stands while a planner plans.

    Args:
        findings: What holds.
        foretold: Whether somebody foretells the weather.
        measured: Whether any room is measured now.
        disagreeing: Rooms whose people say the opposite of each other.
        zone: Of the house, for times.
    """
    held = tuple(findings)
    lacks = [] if measured else [Lacks("readings")]
    if not foretold:
        lacks.append(Lacks("forecast"))
    for finding in held:
        fault, subject, detail = finding.suspicion
        if fault in DEVICE_FAULTS:
            lacks.append(Lacks("device", subject))
        elif fault in SENSOR_FAULTS:
            lacks.append(Lacks("reading", subject, detail))
    lacks += [Lacks("agreement", room) for room in disagreeing]
    unique = tuple(dict.fromkeys(lacks))
    level = ControlLevel.REDUCED if unique else ControlLevel.FULL
    return Standing(level=level, lacks=unique, findings=held, zone=zone)
