"""What keeps watch over devices, sensors and the house while the controller lives with them.

It is fed with everything that is observed, quarter of an hour by quarter of an hour, and holds what was found until it
is over. What follows from a finding (a device that is done without, a reading that is left out) is its business too, so
that planner and belief need to know nothing of suspicions.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from sumika.belief import obedience
from sumika.belief.changes import Change, Changes
from sumika.belief.described import LOOKS_BACK_ROWS
from sumika.belief.expected import courses_expected, effects_expected, power_expected
from sumika.belief.heat_sources import LEARNED
from sumika.belief.house import HouseBelief
from sumika.belief.ordinary import Ordinary
from sumika.belief.quarter import Quarter
from sumika.belief.suspicion import DEVICE_FAULTS, Fault, Finding, Suspicion
from sumika.clock import Instant
from sumika.ecu.night_watch import NightWatch
from sumika.ecu.restraint import Restraint, Retries
from sumika.ecu.sensor_watch import SensorWatch, instant_of
from sumika.schema import AirSample, DeviceState, Write
from sumika.schema.living import FurnitureKind

Array = NDArray[np.float64]

ORDINARY_K, ORDINARY_PPM = 0.3, 50.0
"""How far the model of a house that is as described is off over a quarter; learning says better (typical)."""

SHUT_H = 1.0
"""So long ahead a room with an open window is not planned to be heated; it is planned anew before that is over."""

COLDEST_C, WARMEST_C = 16.0, 31.0
"""Beyond these a room is heated or cooled whatever stands open; WHO Housing and health guidelines 2018 have 18 °C as
the least for health, and an hour below it harms nobody."""

LEFT_OPEN_S = 4 * 3600.0
"""What stands open for longer is no airing: the room is lived in as it is."""

SILENT_S = 1200.0
"""A device that has not answered for so long is done without; radios at home are back within a quarter of an hour."""


class Silent:
    """Which devices do not answer. It is kept past a restart: whoever begins anew never hears of them.

    Attributes:
        since_s: Device -> Unix time at which it answered last.
    """

    def __init__(self) -> None:
        """Know of none."""
        self.since_s: dict[str, float] = {}


class Watch:
    """Watches one house.

    Attributes:
        held: What was found and is not over.
        changes: What has changed in the house.
        sensors: Which readings are believed.
        silent: Which devices do not answer.
        nights: What changes over days.
        ordinary_k: How far the model of heat is ordinarily off, by room.
        ordinary_ppm: The same of carbon dioxide.
    """

    def __init__(self, belief: HouseBelief) -> None:
        """Suspect nobody.

        Args:
            belief: Whose quarters are watched.
        """
        self._belief = belief
        house = belief.house
        rooms = len(house.rooms)
        self._rooms = belief.outline.rooms
        self.held: dict[Suspicion, Finding] = {}
        self.ordinary_k = Ordinary(np.full(rooms, ORDINARY_K))
        self.ordinary_ppm = Ordinary(np.full(rooms, ORDINARY_PPM))
        self._news: list[Finding] = []
        self._obedience = obedience.Obedience(kinds={device.id: device.kind for device in house.devices})
        self._states: dict[str, DeviceState] = {}
        self._answered: dict[str, float] = {}
        self.silent = Silent()
        self._samples: list[AirSample] = []
        self._room_c: dict[str, float] = {}
        self._retries = Retries()
        sources = tuple((device.id, device.room) for device in house.devices if device.kind in LEARNED)
        self.sensors = SensorWatch(belief)
        self.nights = NightWatch(belief, tuple(device for device, _ in sources))
        kitchens = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.KITCHEN}
        cooks = np.array([room in kitchens for room in self._rooms])
        self._habits = (sources, cooks)
        self.changes = Changes(self._belief.outline, *self._habits)

    @property
    def is_measured(self) -> bool:
        """Whether any room's temperature was measured and believed: now at the start, later in the last quarter."""
        quarter = self._belief.quarter
        if quarter is None:
            return bool(self._room_c)
        return bool(np.isfinite(quarter.error_k).any())

    def news(self) -> tuple[Finding, ...]:
        """Return what was found and what is over since this was asked last."""
        news, self._news = tuple(self._news), []
        return news

    def sound(self, samples: Iterable[AirSample], at: datetime) -> list[AirSample]:
        """Return what of some readings may be believed.

        Args:
            samples: As sensors say them.
            at: When.
        """
        stamp = instant_of(at)
        known = []
        for said in samples:
            sample = self._in_its_room(said)
            self._samples.append(structs.replace(sample, stamp=stamp))
            believed, findings = self.sensors.sound(sample, at, self.held)
            self._take(findings)
            if believed.temperature_c is not None:
                self._room_c[sample.room] = believed.temperature_c
            known.append(believed)
        return known

    def _in_its_room(self, sample: AirSample) -> AirSample:
        """Return a sample with the room in which its sensor really hangs."""
        place = self._belief.outline.index.get(sample.room)
        if place is None or int(self._belief.hangs[place]) == place:
            return sample
        return structs.replace(sample, room=self._rooms[int(self._belief.hangs[place])])

    def devices(self, written: Iterable[Write], states: Iterable[DeviceState], at: datetime) -> None:
        """Compare what devices say with what they were told, and what they draw with what they say.

        Args:
            written: What they were told since the last time.
            states: What they say.
            at: When.
        """
        stamp = instant_of(at)
        for write in written:
            self._obedience = obedience.told(self._obedience, write, stamp)
        for state in states:
            said = structs.replace(state, stamp=stamp)
            if said.available:
                self._states[said.device] = said
                self._answered[said.device] = at.timestamp()
                self.silent.since_s.pop(said.device, None)
            expected = power_expected(self._belief.house, {said.device: said}, self._room_c)
            self._obedience, findings = obedience.step(self._obedience, said, expected)
            self._take(findings)
        self._silent(at)

    def _silent(self, at: datetime) -> None:
        now_s, stamp = at.timestamp(), instant_of(at)
        for described in self._belief.house.devices:
            if described.id in self.silent.since_s:  # since a restart: it has as long as any other to answer
                self._answered.setdefault(described.id, now_s)
        for device, last_s in self._answered.items():
            suspicion = Suspicion(Fault.UNREACHABLE, device, "")
            since_s = now_s - last_s
            if since_s >= SILENT_S and suspicion not in self.held:
                began_s = self.silent.since_s.setdefault(device, last_s)
                evidence = {"minutes": (now_s - began_s) / 60.0}
                self._take([Finding(stamp=stamp, suspicion=suspicion, evidence=evidence, began_s=began_s)])
            elif since_s == 0.0 and suspicion in self.held:
                self._over(suspicion, stamp)

    def quarter(self) -> None:
        """Look at the quarter of an hour that the belief has just closed."""
        quarter, samples, self._samples = self._belief.quarter, self._samples, []
        if quarter is None:
            return
        rooms = self._belief.outline.rooms
        expected = [
            *effects_expected(self._belief.house, quarter, rooms, self.ordinary_k.sigma),
            *courses_expected(quarter, rooms, self.ordinary_k.sigma, self.ordinary_ppm.sigma),
        ]
        for sample in samples:
            self._obedience, findings = obedience.step(self._obedience, sample, expected)
            self._take(findings)
        everything = np.ones(len(rooms), bool)
        self.ordinary_k.take(quarter.error_k, everything)
        self.ordinary_ppm.take(quarter.error_ppm, everything)
        self._look_for_changes(quarter)
        spare = np.zeros(len(rooms), bool)
        spare[[one.room for one in self.changes.held]] = True
        self._take(self.sensors.look_for_drift(quarter.end_s, spare))

    def night(self, at: datetime, *, learned: bool) -> None:
        """Look at what changes over days: once before a night's learning, and once after it.

        Args:
            at: When.
            learned: Whether learning is over.
        """
        if learned:
            self._take(self.nights.look(at))
            if self.nights.exchanged is not None:
                self._put_right(self.nights.exchanged, at)
        else:
            self.nights.close_day(at)

    def _put_right(self, rooms: tuple[int, int], at: datetime) -> None:
        """Take exchanged sensors to hang where they do, say so, and learn anew what is ordinary."""
        self._belief.exchange(*rooms, LOOKS_BACK_ROWS)
        self.changes, self.sensors = Changes(self._belief.outline, *self._habits), SensorWatch(self._belief)
        self.nights.begin_anew()
        suspicion = Suspicion(Fault.SWAPPED_SENSORS, *(self._rooms[room] for room in rooms))
        if int(self._belief.hangs[rooms[0]]) == rooms[0]:
            self._over(suspicion, instant_of(at))
        else:
            self._take([Finding(stamp=instant_of(at), suspicion=suspicion, evidence={"put_right": 1.0})])

    def _look_for_changes(self, quarter: Quarter) -> None:
        """Tell what has changed; the filter goes on with it at once."""
        stamp = Instant(int(quarter.end_s * 1e9), int(quarter.end_s * 1e9), "ecu")
        found, over = self.changes.step(quarter)
        for one in over:
            self._over(self._suspicion(one), stamp)
        for one in found:
            evidence = {"flow": 1000.0 * one.strength, "watts": abs(one.strength)}
            if one.fault is Fault.NO_EFFECT:
                evidence = {"watts": float(np.abs(quarter.given.get(one.device, np.zeros(1))).sum())}
            finding = Finding(
                stamp=stamp,
                suspicion=self._suspicion(one),
                evidence=evidence,
                began_s=one.began_s,
                probability=one.probability,
            )
            self._take([finding])
        belief = self._belief
        belief.opened_m3_s, belief.unknown_w = np.zeros(len(self._rooms)), np.zeros(len(self._rooms))
        for one in self.changes.held:
            if one.fault is Fault.WINDOW_OPEN:
                belief.opened_m3_s[one.room] += one.strength
            elif one.fault is Fault.NO_EFFECT:
                belief.unknown_w[one.room] += one.strength * float(quarter.given.get(one.device, np.zeros(1)).sum())
            else:
                belief.unknown_w[one.room] += one.strength

    def _suspicion(self, change: Change) -> Suspicion:
        return Suspicion(change.fault, change.device or self._rooms[change.room], "")

    def restraint(self, at: datetime) -> Restraint:
        """Return what a plan has to do without now.

        Args:
            at: When.
        """
        suspicions = [one for one in self.held if one.fault in DEVICE_FAULTS]
        out = self._retries.out(suspicions, at.timestamp())
        of = {
            fault: frozenset(one.subject for one in suspicions if one.fault is fault and one.subject in out)
            for fault in DEVICE_FAULTS
        }
        wilful = of[Fault.DOES_NOT_OBEY] | of[Fault.UNREACHABLE]
        given = self._belief.quarter.given if self._belief.quarter is not None else {}
        return Restraint(
            idle=of[Fault.NO_EFFECT] - wilful,
            wilful=wilful,
            unspoken=wilful,
            gives_w={device: given[device] for device in wilful if device in given},
            shut_h=self._shut(at.timestamp()),
        )

    def _shut(self, now_s: float) -> dict[str, float]:
        """Return rooms that are not heated or cooled because something stands open there, and how long for."""
        state, found = self._belief.state, {}
        for one in self.changes.held:
            mild = state is not None and COLDEST_C < float(state[one.room]) < WARMEST_C
            if one.fault is Fault.WINDOW_OPEN and mild and now_s - one.began_s < LEFT_OPEN_S:
                found[self._rooms[one.room]] = SHUT_H
        return found

    def _take(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.recovered:
                self.held.pop(finding.suspicion, None)
            else:
                self.held[finding.suspicion] = finding
            self._news.append(finding)

    def _over(self, suspicion: Suspicion, stamp: Instant) -> None:
        self._take([Finding(stamp=stamp, suspicion=suspicion, evidence={}, recovered=True)])
