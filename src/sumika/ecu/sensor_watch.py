"""What of the sensors' readings may be believed, and which sensor is doubted, why and since when.

A reading that cannot be is left out at once; a sensor that sticks or drifts is left out until it fits again. The filter
goes on without, less sure, and the room is planned by what the others say.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from sumika.belief.drift import QUANTITIES, Drift, Drifted
from sumika.belief.house import HouseBelief
from sumika.belief.last_day import DAY_ROWS, courses, weaker_machine
from sumika.belief.plausible import POSSIBLE, Doubt, Plausible
from sumika.belief.record import ROW_S
from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.clock import Instant
from sumika.schema import AirSample

Array = NDArray[np.float64]

LEAST_SIGMA = {"temperature_c": 1.0, "co2_ppm": 150.0}
"""A sensor that comes back to within so much of the model (three of these) is believed again."""

LEAST_ROWS = 24
"""Six hours at least tell a sensor that is off from a machine that gives less."""

LEFT_OUT = frozenset({Fault.STUCK_READING, Fault.DRIFTING_READING})


def instant_of(at: datetime) -> Instant:
    """Return a moment on the house's own clock as a watch counts it."""
    unix_ns = int(at.timestamp() * 1e9)
    return Instant(unix_ns, unix_ns, "ecu")


class SensorWatch:
    """Watches the air sensors of one house.

    Attributes:
        drift: Of every room's temperature and carbon dioxide.
    """

    def __init__(self, belief: HouseBelief) -> None:
        """Doubt nobody.

        Args:
            belief: What the model has for every room.
        """
        self._belief = belief
        rooms = len(belief.outline.rooms)
        self.drift = Drift(rooms)
        self._plausible = Plausible()
        self._doubted: dict[tuple[str, str], Suspicion] = {}
        self._drifting: dict[tuple[int, str], list[Suspicion]] = {}
        self._room_of: dict[str, int] = {}
        self._said = np.zeros((2, 2 * rooms))

    def sound(self, sample: AirSample, at: datetime, held: Iterable[Suspicion]) -> tuple[AirSample, list[Finding]]:
        """Return what of a sample may be believed, and what was found.

        Args:
            sample: As its sensor says.
            at: When.
            held: What holds of all sensors.
        """
        room = self._belief.outline.index.get(sample.room)
        left_out = {one.detail for one in held if one.subject == sample.sensor and one.fault in LEFT_OUT}
        dropped: dict[str, None] = {}
        findings: list[Finding] = []
        for quantity in POSSIBLE:
            said = getattr(sample, quantity)
            if said is None:
                continue
            expected = None if room is None else self._expected(room, quantity)
            good, doubt = self._plausible.look(sample.sensor, quantity, said, at.timestamp(), expected)
            findings += self._told(sample.sensor, quantity, doubt, at)
            if good and room is not None:
                self._count(sample.sensor, room, quantity, said)
            if not good or quantity in left_out:
                dropped[quantity] = None
        return (structs.replace(sample, **dropped) if dropped else sample), findings

    def _expected(self, room: int, quantity: str) -> tuple[float, float] | None:
        now = self._belief.rooms_now()
        if now is None or quantity not in LEAST_SIGMA:
            return None
        warm = quantity == "temperature_c"
        mean, sigma = (now.air_c, now.air_sigma_k) if warm else (now.co2_ppm, now.co2_sigma_ppm)
        return float(mean[room]), max(float(sigma[room]), LEAST_SIGMA[quantity])

    def _told(self, sensor: str, quantity: str, doubt: Doubt | None, at: datetime) -> list[Finding]:
        """Return what is new of a doubt, and what is over."""
        before = self._doubted.get((sensor, quantity))
        now = None if doubt is None else Suspicion(doubt.fault, sensor, quantity)
        if now == before:
            return []
        found = []
        if before is not None:
            del self._doubted[sensor, quantity]
            found.append(Finding(stamp=instant_of(at), suspicion=before, evidence={}, recovered=True))
        if now is not None and doubt is not None:
            self._doubted[sensor, quantity] = now
            began_s = at.timestamp()
            found.append(Finding(stamp=instant_of(at), suspicion=now, evidence=doubt.evidence, began_s=began_s))
        return found

    def _count(self, sensor: str, room: int, quantity: str, said: float) -> None:
        if quantity in QUANTITIES:
            place = room + self.drift.rooms * QUANTITIES.index(quantity)
            self._said[:, place] += (said, 1.0)
            self._room_of[sensor] = room

    def _is_of_machine(self, one: Drifted) -> bool:
        """Return whether a machine that gives less explains better what seems to be a sensor's drift."""
        now_s = self._belief.now_s
        since = DAY_ROWS if now_s is None else round((now_s - one.began_s) / ROW_S)
        both = courses(self._belief, min(max(since, LEAST_ROWS), DAY_ROWS))
        return both is not None and weaker_machine(both[QUANTITIES.index(one.quantity)], one.room) is not None

    def look_for_drift(self, now_s: float, spare: NDArray[np.bool_]) -> list[Finding]:
        """Return what has drifted and what fits again, as far as it is time to look.

        Args:
            now_s: Unix time.
            spare: (room,) where something has changed.
        """
        counted = self._said[1] > 0.0
        said = np.where(counted, self._said[0] / np.maximum(self._said[1], 1.0), np.nan)
        if not self.drift.look(self._belief, now_s, said, spare):
            return []
        self._said[:] = 0.0
        stamp = Instant(int(now_s * 1e9), int(now_s * 1e9), "ecu")
        findings: list[Finding] = []
        for one in self.drift.found():
            if (one.room, one.quantity) not in self._drifting and not self._is_of_machine(one):
                sensors = [sensor for sensor, room in self._room_of.items() if room == one.room]
                gone = [Suspicion(Fault.DRIFTING_READING, sensor, one.quantity) for sensor in sensors]
                self._drifting[one.room, one.quantity] = gone
                findings += [
                    Finding(stamp=stamp, suspicion=each, evidence={"off": one.off}, began_s=one.began_s)
                    for each in gone
                ]
        for room, quantity in [place for place in self._drifting if self.drift.fits(*place)]:
            findings += [
                Finding(stamp=stamp, suspicion=each, evidence={}, recovered=True)
                for each in self._drifting.pop((room, quantity))
            ]
        return findings
