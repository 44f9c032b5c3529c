"""Rooms as the tracker needs them: what lies inside, and where walls throw images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import Room

Array = NDArray[np.float64]


_BESIDE_M = 0.3
"""How far beyond floor and ceiling a body's middle may be told: radars do not measure heights well."""


@dataclass(frozen=True)
class FloorPlan:
    """The rooms of one storey, or of a house in which tracks are told apart by their height anyway.

    Attributes:
        rooms: In the order of `house.yaml`.
    """

    rooms: tuple[Room, ...]

    @cached_property
    def _edges(self) -> tuple[tuple[Array, Array], ...]:
        """For each room its corners and the next ones, (edge, 2)."""
        found = []
        for room in self.rooms:
            corners = np.array(room.floor_m, np.float64)
            found.append((corners, np.roll(corners, -1, axis=0)))
        return tuple(found)

    @cached_property
    def highest_m(self) -> float:
        """Height of the highest ceiling."""
        return max((room.height_m for room in self.rooms), default=3.0)

    def holds_height(self, height_m: float) -> bool:
        """Return whether the middle of a body can be so high: not under the floor, not above the ceiling.

        What is held by breathing alone is seen at no height, and a prediction may carry it anywhere.
        """
        return -_BESIDE_M < height_m < self.highest_m + _BESIDE_M

    def outside_m(self, places: Array) -> Array:
        """Return (place,) how far each lies beyond the nearest room's walls; inside one, minus how far before them.

        Args:
            places: (place, 2).
        """
        best = np.full(len(places), np.inf)
        for begins, ends in self._edges:
            distance = _distance(places, begins, ends)
            best = np.minimum(best, np.where(_within(places, begins, ends), -distance, distance))
        return best

    def room_of(self, place: Array) -> str:
        """Return the room that a place (2,) lies in, or the nearest one within a hand's breadth; empty if none."""
        nearest, near_m = "", 0.3
        for room, (begins, ends) in zip(self.rooms, self._edges, strict=True):
            if _within(place[None], begins, ends)[0]:
                return room.id
            distance = float(_distance(place[None], begins, ends)[0])
            if distance < near_m:
                nearest, near_m = room.id, distance
        return nearest

    @cached_property
    def walls(self) -> tuple[tuple[str, Array, Array], ...]:
        """Every wall once: a name, a point on it and the unit normal, (2,) each."""
        found = []
        for room, (begins, ends) in zip(self.rooms, self._edges, strict=True):
            for number, (a, b) in enumerate(zip(begins, ends, strict=True), start=1):
                along = (b - a) / max(1e-9, float(np.hypot(*(b - a))))
                found.append((f"wall {number} of {room.id}", a, np.array((-along[1], along[0]))))
        return tuple(found)

    @cached_property
    def wall_points(self) -> Array:
        """(wall, 2) a point on each wall."""
        return np.array([point for _, point, _ in self.walls]).reshape(-1, 2)

    @cached_property
    def wall_normals(self) -> Array:
        """(wall, 2) its unit normal."""
        return np.array([normal for _, _, normal in self.walls]).reshape(-1, 2)


def _within(places: Array, begins: Array, ends: Array) -> NDArray[np.bool_]:
    """Return whether places lie in a polygon: by how often a ray to the right crosses its edges."""
    x, y = places[:, 0, None], places[:, 1, None]
    spans = (begins[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(ends[:, 1] == begins[:, 1], 1.0, ends[:, 1] - begins[:, 1])
    crosses = begins[:, 0] + (y - begins[:, 1]) / rise * (ends[:, 0] - begins[:, 0])
    odd: NDArray[np.bool_] = (spans & (x < crosses)).sum(axis=1) % 2 == 1
    return odd


def _distance(places: Array, begins: Array, ends: Array) -> Array:
    """Return how far places lie from the nearest edge."""
    along = ends - begins
    from_start = places[:, None] - begins
    share = (from_start * along).sum(axis=2) / np.maximum((along * along).sum(axis=1), 1e-12)
    foot = from_start - np.clip(share, 0.0, 1.0)[:, :, None] * along
    nearest: Array = np.sqrt((foot * foot).sum(axis=2)).min(axis=1)
    return nearest
