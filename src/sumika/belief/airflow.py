"""Which way the air goes: fresh air by fans and by itself, and what rooms hand to each other.

Fans are known from what devices say; what comes through gaps follows wind and temperature (Sherman and Grimsrud's
model, ASHRAE Fundamentals 2017, ch. 16, eq. 48). How much of it is true of this house is learned as factors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.outline import Outline
from sumika.belief.record import Rows
from sumika.schema import DEVICE_KINDS
from sumika.schema.building import Building
from sumika.schema.grades import heat_recovery_of
from sumika.schema.house import Device, House
from sumika.schema.living import FurnitureKind

Array = NDArray[np.float64]

AIR_J_M3_K = 1206.0
STACK, WIND = 0.000145, 0.000104
"""(L/s)² per cm⁴ and kelvin, and per cm⁴ and (m/s)²: one storey, shielded by neighbours."""

AS_BUILT = 0.85
"""Share of its plate's heat recovery that a unit reaches in a house: ducts, frost, flows out of balance; typical."""

OPEN_WINDOW_M3_S = 0.08
"""Through a square metre of a window that stands open, in ordinary weather; typical of single-sided flow."""

BALANCED_SHARES = (0.0, 0.6, 1.0, 1.5)
"""Flow of balanced ventilation by level, against its plate; typical of makers' steps, and corrected by learning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Air that fans and open windows move at one setting of them all.

    Attributes:
        fresh_m3_s: (room,) air from outside into each room.
        recovered: (room,) share of its heat difference that is handed over before it comes in.
        drying_m3_s: (room,) of the air from outside, as much as counts for moisture: an exchanger hands some over.
        moved_m3_s: (to, from) air from room to room, one way.
    """

    fresh_m3_s: Array
    recovered: Array
    drying_m3_s: Array
    moved_m3_s: Array


def rating(device: Device, name: str) -> float:
    """Return what a device's plate says; its kind's value where house.yaml gives none."""
    kind = DEVICE_KINDS.get(device.kind)
    usual = kind.ratings.get(name, 0.0) if kind is not None else 0.0
    return float(device.ratings.get(name, usual))


class AirFlow:
    """The air paths of one house.

    Attributes:
        bedrooms: Places of rooms with a bed and a door: who sleeps there mostly shuts it.
    """

    def __init__(self, house: House, outline: Outline) -> None:
        """Take a house."""
        self.outline = outline
        index = outline.index
        self.fans = tuple(one for one in house.devices if one.kind == "exhaust_fan")
        self.balanced = tuple(one for one in house.devices if one.kind == "balanced_ventilation")
        # As the simulated house has it: an old house's unit keeps less than the kind's usual one.
        usual = heat_recovery_of(house.building if house.building is not None else Building())
        self._recovers = tuple(one.ratings.get("heat_recovery", usual) for one in self.balanced)
        opened = {one.id: one for one in outline.windows}
        self.openers = tuple(
            (one, opened[one.window]) for one in house.devices if one.kind == "window_opener" and one.window in opened
        )
        self.places = tuple(index[fan.room] for fan in self.fans)
        bedrooms = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.BED}
        behind_doors = np.flatnonzero(outline.doors_m3_s.any(axis=0)).tolist()
        self.bedrooms = tuple(room for room in behind_doors if outline.rooms[room] in bedrooms)
        dry = ~outline.wet if (~outline.wet).any() else np.ones(len(outline.rooms), bool)
        self._supply = np.where(dry, outline.floor_m2, 0.0) / outline.floor_m2[dry].sum()
        self._inlets = self._supply * 0.5 + 0.5 * outline.outer_share
        self._inlets /= self._inlets.sum()

    def columns(self, rows: Rows) -> Array:
        """Return (row, control) the settings that make flows: fans, balanced ventilation, window openers, rounded.

        Behind them comes, for each bedroom, whether people sleep there.
        """
        told = [rows.setting(fan.id, "level", 1.0) for fan in self.fans]
        told += [rows.setting(one.id, "level", 2.0) for one in self.balanced]
        told += [np.round(4.0 * rows.setting(one.id, "open", 0.0)) / 4.0 for one, _ in self.openers]
        told += [np.where(rows.asleep[:, room] > 0.5, 1.0, 0.0) for room in self.bedrooms]
        return np.round(np.array(told).T, 2) if told else np.zeros((len(rows), 0))

    def defaults(self) -> Array:
        """Return the settings with which a house ventilates by itself."""
        still = [0.0] * (len(self.openers) + len(self.bedrooms))
        return np.array([1.0] * len(self.fans) + [2.0] * len(self.balanced) + still)

    def sleeping(self, settings: Array) -> tuple[int, ...]:
        """Return the places of the bedrooms in which people sleep.

        Args:
            settings: (control,) as `columns` has them.
        """
        told = settings[len(settings) - len(self.bedrooms) :]
        return tuple(room for room, sleeps in zip(self.bedrooms, told, strict=True) if sleeps > 0.5)

    def fan_m3_s(self, fan: Device, level: float) -> float:
        """Return what an exhaust fan draws at a level; between levels it ran at each for a part of the time.

        Below nought, as a device may say that is broken, it draws nothing: no fan blows back what it took out.
        """
        level = max(level, 0.0)
        usual, boost = rating(fan, "airflow_m3_h") / 3600.0, rating(fan, "boost_m3_h") / 3600.0
        return usual * min(level, 1.0) + max(0.0, level - 1.0) * (boost - usual)

    def flows(self, settings: Sequence[float] | Array, factor: float = 1.0) -> Flows:
        """Return the flows at some settings.

        Args:
            settings: As `columns` has them.
            factor: What was learned of all of them together.
        """
        rooms = len(self.outline.rooms)
        fresh, moved = np.zeros(rooms), np.zeros((rooms, rooms))
        warmed, moistened = np.zeros(rooms), np.zeros(rooms)
        place = 0
        for fan, room in zip(self.fans, self.places, strict=True):
            flow = factor * self.fan_m3_s(fan, float(settings[place]))
            place += 1
            # Half of what a fan draws comes in where it is, the rest through the other rooms.
            own = 0.5 if not self.outline.wet[room] else 0.15
            inlet = (1.0 - own) * self._inlets
            inlet[room] += own
            fresh += flow * inlet
            moved[room] += flow * np.where(np.arange(rooms) == room, 0.0, inlet)
        for device, recovers in zip(self.balanced, self._recovers, strict=True):
            level = min(3.0, max(0.0, float(settings[place])))
            place += 1
            flow = factor * rating(device, "airflow_m3_h") / 3600.0 * float(np.interp(level, range(4), BALANCED_SHARES))
            fresh += flow * self._supply
            warmed += AS_BUILT * recovers * flow * self._supply
            moistened += AS_BUILT * rating(device, "moisture_recovery") * flow * self._supply
            wet = np.where(self.outline.wet, self.outline.floor_m2, 0.0)
            for drawn in np.flatnonzero(wet).tolist():
                moved[drawn] += flow * wet[drawn] / wet.sum() * self._supply
        for _, window in self.openers:
            fresh[window.room] += OPEN_WINDOW_M3_S * window.area_m2 * max(float(settings[place]), 0.0)
            place += 1
        return Flows(
            fresh_m3_s=fresh,
            recovered=warmed / np.maximum(fresh, 1e-12),
            drying_m3_s=fresh - moistened,
            moved_m3_s=moved,
        )

    def by_itself_m3_s(self, warmer_k: Array, wind_m_s: Array) -> Array:
        """Return (time, room) what comes through gaps.

        Args:
            warmer_k: (time,) the house against outside.
            wind_m_s: (time,) at 10 m.
        """
        area_cm2 = 1e4 * self.outline.leakage_m2
        litres_s = area_cm2 * np.sqrt(STACK * np.abs(warmer_k) + WIND * wind_m_s**2)
        return np.asarray(1e-3 * litres_s[:, None] * self.outline.outer_share)


def settings_now(flow: AirFlow, told: Mapping[tuple[str, str], float]) -> Array:
    """Return the settings that make flows as devices tell them now."""
    values = [told.get((fan.id, "level"), 1.0) for fan in flow.fans]
    values += [told.get((one.id, "level"), 2.0) for one in flow.balanced]
    values += [told.get((one.id, "open"), 0.0) for one, _ in flow.openers]
    return np.array([*values, *(0.0 for _ in flow.bedrooms)])
