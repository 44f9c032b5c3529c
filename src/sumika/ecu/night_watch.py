"""What is looked at once a night: machines that give less and less, and house.yaml against what was learned."""

from datetime import datetime

from sumika.belief.described import contradicted_values, misplaced_sensors, turned_house
from sumika.belief.house import HouseBelief
from sumika.belief.last_day import FANS
from sumika.belief.slow_changes import SlowChanges
from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.ecu.sensor_watch import instant_of

NIGHTS = 3
"""A contradiction that is there so many nights in a row is told; one that is gone so many is over."""

CERTAIN_NIGHTS = 1
"""After so many nights before this one exchanged sensors are put right."""

VENTILATION = "ventilation"


class NightWatch:
    """Watches what changes over days.

    Attributes:
        slow: Fans and heat sources.
        exchanged: Rooms whose sensors hang in each other's beyond doubt, as of the last look; None: none do.
    """

    def __init__(self, belief: HouseBelief, sources: tuple[str, ...]) -> None:
        """Know nothing yet.

        Args:
            belief: Of the house.
            sources: Devices that heat and cool.
        """
        self._belief = belief
        self._sources, self.slow = sources, SlowChanges(sources)
        self.exchanged: tuple[int, int] | None = None
        self._nights: dict[Suspicion, int] = {}
        self._told: set[Suspicion] = set()

    def begin_anew(self) -> None:
        """Forget what machines gave in their first days: it was read in the wrong rooms."""
        self.slow = SlowChanges(self._sources)

    def close_day(self, at: datetime) -> None:
        """Close a day of what changes slowly, before learning moves the parameters."""
        self.slow.day(self._belief, at.timestamp())

    def look(self, at: datetime) -> list[Finding]:
        """Return what is told anew this night, and what is over; call it after learning.

        Args:
            at: When.
        """
        now: dict[Suspicion, Finding] = {one.suspicion: one for one in (*self._fallen(at), *self._described(at))}
        findings = []
        for suspicion, finding in now.items():
            nights = max(self._nights.get(suspicion, 0), 0) + 1
            self._nights[suspicion] = nights
            if suspicion not in self._told and (nights >= NIGHTS or suspicion.fault is not Fault.DESCRIBED_OTHERWISE):
                self._told.add(suspicion)
                findings.append(finding)
        for suspicion in [one for one in self._nights if one not in now]:
            self._nights[suspicion] = min(self._nights[suspicion], 0) - 1
            if self._nights[suspicion] <= -NIGHTS or suspicion not in self._told:
                del self._nights[suspicion]
                if suspicion in self._told:
                    self._told.remove(suspicion)
                    findings.append(Finding(stamp=instant_of(at), suspicion=suspicion, evidence={}, recovered=True))
        return findings

    def _fallen(self, at: datetime) -> list[Finding]:
        return [
            Finding(
                stamp=instant_of(at),
                suspicion=Suspicion(Fault.LESS_AIR, VENTILATION, "")
                if one.device == FANS
                else Suspicion(Fault.LESS_HEAT, one.device, ""),
                evidence={"percent": 100.0 * one.share},
                began_s=one.began_s,
            )
            for one in self.slow.fallen()
        ]

    def _described(self, at: datetime) -> list[Finding]:
        turned = turned_house(self._belief)
        contradictions = contradicted_values(self._belief) + ([] if turned is None else [turned])
        found = [
            Finding(
                stamp=instant_of(at),
                suspicion=Suspicion(Fault.DESCRIBED_OTHERWISE, one.line, ""),
                evidence={"described": one.described, "measured": one.measured, "sigma": one.sigma},
                probability=one.probability,
            )
            for one in contradictions
        ]
        return found + self._misplaced(at)

    def _misplaced(self, at: datetime) -> list[Finding]:
        """Return sensors that hang in each other's room: by the measurements, and those that were put right."""
        index, hangs = self._belief.outline.index, self._belief.hangs
        rooms = self._belief.outline.rooms
        right = {(rooms[place], rooms[other]) for place, other in enumerate(hangs.tolist()) if place < other}
        self.exchanged, pairs = None, {pair: {"put_right": 1.0} for pair in right}
        for pair in misplaced_sensors(self._belief):
            one, other = sorted(pair.rooms, key=lambda room: index[room])
            suspicion = Suspicion(Fault.SWAPPED_SENSORS, one, other)
            if (one, other) in right:
                del pairs[one, other]  # they hang where they are said to again
            else:
                pairs[one, other] = {}
            if pair.is_certain and self._nights.get(suspicion, 0) >= CERTAIN_NIGHTS:
                self.exchanged = (index[one], index[other])
        return [
            Finding(stamp=instant_of(at), suspicion=Suspicion(Fault.SWAPPED_SENSORS, *pair), evidence=evidence)
            for pair, evidence in pairs.items()
        ]
