"""What is looked at once a night: machines that give less and less, and house.yaml against what was learned."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.described import contradicted_values, misplaced_sensors, turned_house
from sumika.belief.house import HouseBelief
from sumika.belief.ordinary import Ordinary
from sumika.belief.quarter import Quarter
from sumika.belief.slow_changes import FANS, SlowChanges
from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.ecu.sensor_watch import instant_of

NIGHTS = 3
"""A contradiction that is there so many nights in a row is told; one that is gone so many is over."""

VENTILATION = "ventilation"


class NightWatch:
    """Watches what changes over days.

    Attributes:
        slow: Fans and heat sources.
    """

    def __init__(self, belief: HouseBelief, sources: tuple[str, ...]) -> None:
        """Know nothing yet.

        Args:
            belief: Of the house.
            sources: Devices that heat and cool.
        """
        self._belief = belief
        self.slow = SlowChanges(sources)
        self._nights: dict[Suspicion, int] = {}
        self._told: set[Suspicion] = set()

    def add(self, quarter: Quarter, ordinary: Ordinary, spare: NDArray[np.bool_]) -> None:
        """Add a quarter to the day.

        Args:
            quarter: Which.
            ordinary: How far errors spread, and how long they last: temperatures, carbon dioxide, humidity.
            spare: (room,) where something else has changed.
        """
        rooms = len(spare)
        lasts = ordinary.lasts
        wide = ordinary.sigma * np.sqrt((1.0 + lasts) / (1.0 - lasts))
        self.slow.add(quarter, wide[:rooms], wide[rooms : 2 * rooms], spare)

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
        for pair in misplaced_sensors(self._belief):
            suspicion = Suspicion(Fault.SWAPPED_SENSORS, *pair.rooms)
            found.append(Finding(stamp=instant_of(at), suspicion=suspicion, evidence={}))
        return found
