"""Sound in the rooms: from the street through the facade, from the next room, and from what runs here.

EN 12354-3 for the facade, EN 12354-1 for walls inside, with single numbers for the whole spectrum: level inside = level
outside - R + 10 lg(6 T S / V), R of the parts by area, reverberation T of 0.5 s; inside - 10 lg(A / S), A = 0.16 V / T.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.sound import level_of
from sumika.world.building.elements import AIR, Elements
from sumika.world.building.envelope import Envelope

Array = NDArray[np.float64]

REVERBERATION_S = 0.5
BACKGROUND_DBA = 18.0
"""Of a quiet house at night, in every room."""

_WALL_DB, _ROOF_DB, _DOOR_OUT_DB = 45.0, 40.0, 28.0
_INNER_WALL_DB, _INNER_DOOR_DB, _INNER_FLOOR_DB = 35.0, 18.0, 45.0
"""Weighted sound reduction of framed walls with one board each side, light doors and wooden floors: typical."""


def _window_db(u_w_m2_k: float) -> float:
    """Return the sound reduction of a window by its panes: one 22, two 28, three 34 dB (typical; EN 12758)."""
    return float(np.interp(u_w_m2_k, [0.8, 1.6, 4.0, 6.5], [34.0, 31.0, 27.0, 22.0]))


class Noise:
    """Sound in all rooms of a house."""

    def __init__(self, elements: Elements, envelope: Envelope, volume_m3: Array) -> None:
        """Find what gets through.

        Args:
            elements: Walls, windows and doors.
            envelope: Of what kind the windows are.
            volume_m3: (room,).
        """
        rooms = len(volume_m3)
        self._spread = 6.0 * REVERBERATION_S / volume_m3
        self._absorbed = 0.16 * volume_m3 / REVERBERATION_S
        self._facade, self._inner = np.zeros(rooms), np.zeros((rooms, rooms))
        for part in elements.opaque:
            if part.behind == AIR:
                self._facade[part.room] += part.area_m2 * _share(_ROOF_DB if part.tilt_deg != 90.0 else _WALL_DB)
            elif part.behind >= 0:
                passed = part.area_m2 * _share(_INNER_FLOOR_DB if part.tilt_deg == 180.0 else _INNER_WALL_DB)
                self._inner[part.room, part.behind] += passed
                self._inner[part.behind, part.room] += passed
        shut: list[float] = []
        room: list[tuple[int, int]] = []
        area: list[float] = []
        for glazing, u in zip(elements.glazings, envelope.window_u_w_m2_k, strict=True):
            shut.append(_share(_window_db(u)))
            room.append((glazing.room, -1))
            area.append(glazing.area_m2)
        for place in elements.doors:
            shut.append(_share(_DOOR_OUT_DB if -1 in place.rooms else _INNER_DOOR_DB))
            room.append((max(place.rooms), min(place.rooms)))
            area.append(place.area_m2)
        self._first = np.array([first for first, _ in room], np.int64)
        self._second = np.array([second for _, second in room], np.int64)
        self._shut, self._area = np.array(shut), np.array(area)
        self._out = np.flatnonzero(self._second < 0)
        self._in = np.flatnonzero(self._second >= 0)
        # A sliding window opens half of its area; a door all of it.
        self._opens = np.array([0.5] * len(elements.glazings) + [1.0] * len(elements.doors))
        self._known = np.full(len(area), np.nan)
        self._from_street, self._carried = np.zeros(rooms), np.zeros((rooms, rooms))
        self._learn(np.zeros(len(area)))

    def levels_dba(self, outdoor_dba: float, sources: Array, shares: Array) -> Array:
        """Return (room,) levels.

        Args:
            outdoor_dba: At the facade.
            sources: (room,) power of what sounds in each room, relative to 0 dB.
            shares: (opening,) how far windows, then doors, are open.
        """
        if not np.array_equal(shares, self._known):
            self._learn(shares)
        street = 10.0 ** (0.1 * outdoor_dba) if outdoor_dba > 0.0 else 0.0
        power: Array = sources + street * self._from_street
        return level_of(power + self._carried @ power + 10.0 ** (0.1 * BACKGROUND_DBA))

    def _learn(self, shares: Array) -> None:
        """Find out what gets through openings that stand open so far; they rarely move."""
        opened = shares * self._opens
        passed = self._area * (self._shut * (1.0 - opened) + opened)
        facade = self._facade + np.bincount(self._first[self._out], passed[self._out], len(self._facade))
        inner = self._inner.copy()
        np.add.at(inner, (self._first[self._in], self._second[self._in]), passed[self._in])
        np.add.at(inner, (self._second[self._in], self._first[self._in]), passed[self._in])
        self._from_street = facade * self._spread
        self._carried = np.minimum(inner / self._absorbed[:, None], 1.0)
        self._known = shares.copy()


def _share(reduction_db: float) -> float:
    return float(10.0 ** (-0.1 * reduction_db))
