"""What may have happened to a house that nobody told, and what each of it would do to a quarter of an hour.

A hypothesis is physical: air that is exchanged with outside, watts that come or go, people who were not counted, a door
that was shut or opened. Its signature is how far every room's temperature, carbon dioxide and humidity would end away
from what was foreseen. Some of them are told to people; the others are there so that an evening with guests is not
taken for a fault.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM, PERSON_M3_S
from sumika.belief.airflow import AIR_J_M3_K
from sumika.belief.outline import Outline
from sumika.belief.quarter import MOISTURE_BUFFER, Quarter
from sumika.belief.record import ROW_S
from sumika.belief.suspicion import Fault
from sumika.belief.thermal import PERSON_W

Array = NDArray[np.float64]

OPEN_M3_S = (0.015, 0.04, 0.12, 0.3)
"""Air through what stands open: a window ajar, tilted, open, wide open in the wind (single-sided flow, ASHRAE
Fundamentals 2017 ch. 16: 20 to 100 l/s and m² at some kelvins; typical)."""

HEAT_W = (300.0, 900.0, 2000.0)
"""An electric blanket and a guest, a cooker, a fan heater."""

COLD_W = (-300.0, -900.0)
UNCOUNTED = (-1.0, 1.0, 3.0)
"""People who were counted and are not there, or are there and were not counted."""

DOOR_M3_S = (-0.02, 0.06)
DRAUGHT_M3_S = (0.03, 0.1, 0.25)
"""Air through the whole house: the front door, a hood that draws more than its plate says, wind (a hood moves 200 to
500 m³/h, typical of kitchens)."""

EVERYWHERE = -1
"""Place of the room of what befalls the whole house."""

MISGIVEN = (-0.5, 0.3)
"""A device gives so much less or more than its plate and its learned factor say, for a while: frost, thermostats."""

NOTHING = -1.0
"""It gives nothing at all of what it draws power for, and says so little."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One thing that may be so.

    Attributes:
        kind: A fault that is told, or a name of what is not.
        room: Place of the room; of the first one for a door; `EVERYWHERE` for what befalls the house.
        other: Place of a door's second room; -1: none.
        strength: m³/s, W, people, or a share, by its kind.
        device: For what a device gives.
        is_told: Whether people are told of it.
    """

    kind: Fault | str
    room: int
    strength: float
    other: int = -1
    device: str = ""
    is_told: bool = False

    def is_of(self, kind: Fault | str, room: int, device: str) -> bool:
        """Return whether it is the same thing, in whatever strength."""
        return (self.kind, self.room, self.device) == (kind, room, device)


Hypotheses = tuple[Hypothesis, ...]


def hypotheses_of(outline: Outline, devices: Iterable[tuple[str, str]], cooks: NDArray[np.bool_]) -> Hypotheses:
    """Return what may happen to a house.

    Where people bathe nothing is told: what steam and a fan do to a small room within minutes is beyond the model.
    Where they cook, heat is nothing unusual.

    Args:
        outline: Its rooms and doors.
        devices: (id, room) of what heats and cools.
        cooks: (room,) whether there is a kitchen.
    """
    found: list[Hypothesis] = []
    for room in range(len(outline.rooms)):
        dry = not bool(outline.wet[room])
        plain = dry and not bool(cooks[room])
        found += [Hypothesis(Fault.WINDOW_OPEN, room, flow, is_told=dry) for flow in OPEN_M3_S]
        found += [Hypothesis(Fault.UNKNOWN_HEAT, room, watts, is_told=plain) for watts in HEAT_W]
        found += [Hypothesis(Fault.UNKNOWN_COLD, room, watts, is_told=dry) for watts in COLD_W]
        found += [Hypothesis("people", room, count) for count in UNCOUNTED]
    for first, second in zip(*np.nonzero(np.triu(outline.doors_m3_s)), strict=True):
        found += [Hypothesis("door", int(first), flow, int(second)) for flow in DOOR_M3_S]
    for device, place in devices:
        room = outline.index[place]
        found += [Hypothesis("device", room, share, device=device) for share in MISGIVEN]
        found.append(Hypothesis(Fault.NO_EFFECT, room, NOTHING, device=device, is_told=True))
    found += [Hypothesis("draught", EVERYWHERE, flow) for flow in DRAUGHT_M3_S]
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """What hypotheses would do to a quarter of an hour; all (hypothesis, room).

    Attributes:
        kelvin: To the air.
        ppm: To carbon dioxide.
        ratio: To the humidity ratio.
    """

    kelvin: Array
    ppm: Array
    ratio: Array

    @property
    def all(self) -> Array:
        """(hypothesis, 3 rooms) of all three, in this order."""
        return np.concatenate([self.kelvin, self.ppm, self.ratio], axis=1)


def signatures_of(hypotheses: Sequence[Hypothesis], quarter: Quarter, volume_m3: Array) -> Signatures:
    """Return what each hypothesis would do to a quarter.

    Args:
        hypotheses: All of them.
        quarter: Which.
        volume_m3: (room,).
    """
    shape = (len(hypotheses), len(volume_m3))
    found = Signatures(kelvin=np.zeros(shape), ppm=np.zeros(shape), ratio=np.zeros(shape))
    for row, one in enumerate(hypotheses):
        if one.kind is Fault.WINDOW_OPEN:
            _open(found, row, one.room, one.strength, quarter, volume_m3)
        elif one.kind == "draught":
            for room, share in enumerate((volume_m3 / volume_m3.sum()).tolist()):
                _open(found, row, room, share * one.strength, quarter, volume_m3)
        elif one.kind == "people":
            found.kelvin[row] = 0.6 * PERSON_W * one.strength * quarter.kelvin_per_w[:, one.room]
            made = 1e6 * PERSON_M3_S / volume_m3[one.room] * max(one.strength, -quarter.people[one.room])
            found.ppm[row] = made * quarter.ppm_per_unit[:, one.room]
        elif one.kind == "door":
            _door(found, row, one, quarter, volume_m3)
        elif one.device:
            watts = quarter.given.get(one.device)
            if watts is not None:
                found.kelvin[row] = one.strength * (quarter.kelvin_per_w @ watts)
        else:
            found.kelvin[row] = one.strength * quarter.kelvin_per_w[:, one.room]
    return found


def _open(found: Signatures, row: int, room: int, flow_m3_s: float, quarter: Quarter, volume_m3: Array) -> None:
    """Add what air from outside into one room does."""
    w_k = AIR_J_M3_K * flow_m3_s
    # The more air comes in, the nearer the room is to outside already: implicit in the room's own answer.
    watts = w_k * (quarter.outdoor_c - quarter.air_c[room]) / (1.0 + w_k * quarter.kelvin_per_w[room, room])
    found.kelvin[row] += watts * quarter.kelvin_per_w[:, room]
    per_s = flow_m3_s / volume_m3[room]
    rate = per_s * (OUTDOOR_PPM - quarter.ppm[room]) / (1.0 + per_s * quarter.ppm_per_unit[room, room])
    found.ppm[row] += rate * quarter.ppm_per_unit[:, room]
    drier = quarter.outdoor_ratio - quarter.ratio[room]
    if np.isfinite(drier):
        share = per_s * ROW_S / MOISTURE_BUFFER
        found.ratio[row, room] = share * drier / (1.0 + share)


def _door(found: Signatures, row: int, one: Hypothesis, quarter: Quarter, volume_m3: Array) -> None:
    first, second, flow = one.room, one.other, one.strength
    w_k = AIR_J_M3_K * flow
    per_w, per_unit = quarter.kelvin_per_w, quarter.ppm_per_unit
    watts = w_k * (quarter.air_c[second] - quarter.air_c[first])
    watts /= 1.0 + abs(w_k) * (per_w[first, first] + per_w[second, second])
    found.kelvin[row] = watts * (per_w[:, first] - per_w[:, second])
    rate = flow * (quarter.ppm[second] - quarter.ppm[first])
    rate /= 1.0 + abs(flow) * (per_unit[first, first] / volume_m3[first] + per_unit[second, second] / volume_m3[second])
    found.ppm[row] = rate * (per_unit[:, first] / volume_m3[first] - per_unit[:, second] / volume_m3[second])
