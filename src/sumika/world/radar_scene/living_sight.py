"""What lies between a radar and a body of the simulated house: walls, doors, furniture, other bodies.

At 60 GHz an inner wall of plasterboard loses some 6 to 15 dB, a solid one far more (K. Sato et al., see `mirror`); who
stands in the way takes 15 to 30 dB off (G. R. MacCartney et al., "Rapid fading due to human blockage in pedestrian
crowds at 5G millimeter-wave frequencies", IEEE Globecom 2017). Bodies and furniture dampen by the length of the way
through them, so that echoes fade in and out where an edge passes rather than jump.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema.building import Door
from sumika.schema.house import House, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.radar_scene.sight import Segment, walls_of

Array = NDArray[np.float64]

WALL_DB = 30.0
"""What an echo loses on its ways through a wall, both ways together."""
_FURNITURE_DB_PER_M, _FURNITURE_MOST_DB = 50.0, 40.0
"""Both ways together; typical of boxes of wood with things in them."""
_BODY_DB_PER_M, _BODY_MOST_DB, _BODY_RADIUS_M = 130.0, 50.0, 0.18
_SAME_WALL_M = 0.25
"""Walls of neighbouring rooms that are nearer to each other are one wall."""
_SAME_BODY_M = 0.3
_ON_WALL_M = 0.06
_OPEN = 0.3
"""A door that stands open wider than this share is seen through."""

SIZES_M: Mapping[FurnitureKind, tuple[float, float, float]] = {
    FurnitureKind.BED: (2.0, 1.2, 0.45),
    FurnitureKind.SOFA: (0.85, 1.7, 0.45),
    FurnitureKind.CHAIR: (0.45, 0.45, 0.45),
    FurnitureKind.DESK: (0.6, 1.2, 0.72),
    FurnitureKind.TABLE: (0.8, 1.3, 0.7),
    FurnitureKind.KITCHEN: (0.65, 2.4, 0.85),
    FurnitureKind.BATH: (0.75, 1.4, 0.55),
    FurnitureKind.WASHBASIN: (0.5, 0.75, 0.8),
    FurnitureKind.TOILET: (0.7, 0.4, 0.42),
    FurnitureKind.TV: (0.3, 1.2, 1.1),
    FurnitureKind.WARDROBE: (0.6, 1.2, 2.0),
    FurnitureKind.CURTAIN: (0.05, 1.6, 2.0),
    FurnitureKind.FAN: (0.3, 0.3, 0.3),
}
"""Along the way it faces, across, and up: usual sizes of a Japanese home."""

_SOLID = frozenset({FurnitureKind.KITCHEN, FurnitureKind.BATH, FurnitureKind.TV, FurnitureKind.WARDROBE})
"""What hides something behind it; the rest is open below, or lower than who is on it."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """A door in its wall.

    Attributes:
        id: Of the door.
        segment: On the floor plan.
        height_m: Clear height.
    """

    id: str
    segment: Segment
    height_m: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """Furniture as upright boxes.

    Attributes:
        places_m: (box, 3) of their middles.
        axes: (box, axis, 3): the way each faces, across, and up.
        half_m: (box, 3) half of their sizes along these.
    """

    places_m: Array = field(repr=False)
    axes: Array = field(repr=False)
    half_m: Array = field(repr=False)

    @classmethod
    def of(cls, pieces: Sequence[Furniture]) -> "Boxes":
        """Return the boxes of some pieces."""
        sizes = np.array([SIZES_M[piece.kind] for piece in pieces]).reshape(-1, 3)
        places = np.array([(*piece.at_m, size[2] / 2) for piece, size in zip(pieces, sizes, strict=True)])
        axes = np.zeros((len(pieces), 3, 3))
        turns = np.radians([piece.heading_deg for piece in pieces])
        axes[:, 0, 0], axes[:, 0, 1] = np.cos(turns), np.sin(turns)
        axes[:, 1, 0], axes[:, 1, 1] = -np.sin(turns), np.cos(turns)
        axes[:, 2, 2] = 1.0
        return cls(places.reshape(-1, 3), axes, sizes / 2)

    def hold(self, place_m: Array) -> NDArray[np.bool_]:
        """Say of each box whether a place, (3,), lies over its ground."""
        local = np.einsum("bax,bx->ba", self.axes[:, :2], place_m - self.places_m)
        held: NDArray[np.bool_] = (np.abs(local) < self.half_m[:, :2]).all(axis=1)
        return held

    def lengths_m(self, start_m: Array, ends_m: Array) -> Array:
        """Return (box, part) metres that the ways from one place, (3,), to each of (part, 3) go through each box."""
        ways = ends_m - start_m
        begin = np.einsum("bax,bx->ba", self.axes, start_m - self.places_m)[:, np.newaxis]
        local = np.einsum("bax,px->bpa", self.axes, ways)
        local = np.where(np.abs(local) < 1e-9, 1e-9, local)
        half = self.half_m[:, np.newaxis]
        near, far = (-half - begin) / local, (half - begin) / local
        enters = np.minimum(near, far).max(axis=2).clip(0.0, 1.0)
        leaves = np.maximum(near, far).min(axis=2).clip(0.0, 1.0)
        lengths: Array = np.maximum(leaves - enters, 0.0) * np.linalg.norm(ways, axis=1)
        return lengths


@dataclass(slots=True)
class LivingSight:
    """What lies in one radar's way.

    Attributes:
        place_m: (3,) of the radar.
        walls: (wall, 2, 2) of the rooms of its storey.
        doorways: All of them, of its storey.
        boxes: Furniture that hides what is behind it.
        open_shares: By door: how far it stands open; doors that are absent are open.
        bodies_m: (part, 3) of everybody who may stand in the way now.
    """

    place_m: Array
    walls: Array = field(repr=False)
    doorways: tuple[Doorway, ...]
    boxes: Boxes
    open_shares: Mapping[str, float] = field(default_factory=dict)
    bodies_m: tuple[Array, ...] = ()

    def shares(self, places_m: Array) -> Array:
        """Return (part,) by how much all that lies in between shrinks the amplitudes of a body's (part, 3) parts."""
        middle = places_m.mean(axis=0)
        others = [other for other in self.bodies_m if math.dist(other.mean(axis=0), middle) > _SAME_BODY_M]
        return self.wall_share(middle) * self.part_shares(places_m, others)

    def wall_share(self, place_m: Array) -> float:
        """Return by how much walls and shut doors shrink an echo's amplitude from a place, (3,)."""
        walls = self._crossings(place_m)
        return float(10.0 ** (-WALL_DB * walls / 20.0))

    def part_shares(self, places_m: Array, others: Sequence[Array]) -> Array:
        """Return (part,) by how much furniture and other bodies shrink the echoes' amplitudes.

        Args:
            places_m: (part, 3) of one body.
            others: (part, 3) of every other body.
        """
        loss_db = np.zeros(len(places_m))
        middle = places_m.mean(axis=0)
        if len(self.boxes.places_m):
            inside_m = self.boxes.lengths_m(self.place_m, places_m)
            hides = ~self.boxes.hold(middle)[:, np.newaxis]  # who is in or on a piece is not behind it
            loss_db += (hides * np.minimum(_FURNITURE_DB_PER_M * inside_m, _FURNITURE_MOST_DB)).sum(axis=0)
        for other in others:
            inside_m = _through_body(self.place_m, places_m, other)
            loss_db += np.minimum(_BODY_DB_PER_M * inside_m, _BODY_MOST_DB)
        shares: Array = 10.0 ** (-loss_db / 20.0)
        return shares

    def _crossings(self, place_m: Array) -> int:
        """Return through how many walls the way goes, open doorways left out."""
        way = place_m - self.place_m
        length_m = float(np.linalg.norm(way[:2]))
        if length_m < 1e-6 or not len(self.walls):
            return 0
        along = self.walls[:, 1] - self.walls[:, 0]
        off = self.walls[:, 0] - self.place_m[:2]
        area = way[0] * along[:, 1] - way[1] * along[:, 0]
        area = np.where(np.abs(area) < 1e-12, np.inf, area)
        share = (off[:, 0] * along[:, 1] - off[:, 1] * along[:, 0]) / area
        place = (off[:, 0] * way[1] - off[:, 1] * way[0]) / area
        # A radar hangs on a wall, and clutter is on others: neither is behind it.
        inside = (share * length_m > _ON_WALL_M) & ((1.0 - share) * length_m > _ON_WALL_M)
        crossed = inside & (place >= 0.0) & (place <= 1.0) & np.isfinite(area)
        count, last_m = 0, -math.inf
        for reached in np.sort(share[crossed]):
            if reached * length_m - last_m > _SAME_WALL_M and not self._open_at(self.place_m + reached * way):
                count, last_m = count + 1, float(reached * length_m)
        return count

    def _open_at(self, place_m: Array) -> bool:
        for door in self.doorways:
            if self.open_shares.get(door.id, 1.0) < _OPEN or place_m[2] > door.height_m:
                continue
            first, along = np.array(door.segment[0]), np.subtract(door.segment[1], door.segment[0])
            share = float((place_m[:2] - first) @ along / (along @ along))
            if 0.0 <= share <= 1.0 and np.hypot(*(place_m[:2] - first - share * along)) < _SAME_WALL_M:
                return True
        return False


def sight_of(house: House, place_m: Array, room: Room) -> LivingSight:
    """Return what lies in the way of a radar.

    Args:
        house: With rooms, doors and furniture.
        place_m: (3,) of the radar.
        room: In which it hangs.
    """
    rooms = {one.id: one for one in house.rooms if one.storey == room.storey}
    walls = [wall for one in rooms.values() for wall in walls_of(one)]
    doors = house.building.doors if house.building is not None else ()
    return LivingSight(
        place_m=place_m,
        walls=np.array(walls, dtype=np.float64).reshape(-1, 2, 2),
        doorways=tuple(_doorway(door, rooms) for door in doors if set(door.rooms) & set(rooms)),
        boxes=Boxes.of([piece for piece in house.furniture if piece.room in rooms and piece.kind in _SOLID]),
    )


def _doorway(door: Door, rooms: Mapping[str, Room]) -> Doorway:
    """Lay a door into the nearest wall of its rooms."""
    walls = [wall for room in door.rooms if room in rooms for wall in walls_of(rooms[room])]
    at = np.array(door.at_m, dtype=np.float64)

    def far(wall: Segment) -> float:
        first, along = np.array(wall[0]), np.subtract(wall[1], wall[0])
        share = min(1.0, max(0.0, float((at - first) @ along / max(float(along @ along), 1e-9))))
        return float(np.hypot(*(at - first - share * along)))

    nearest = min(walls, key=far)
    along = np.subtract(nearest[1], nearest[0])
    half = along / max(float(np.hypot(*along)), 1e-9) * door.width_m / 2
    first, last = at - half, at + half
    return Doorway(door.id, ((float(first[0]), float(first[1])), (float(last[0]), float(last[1]))), door.height_m)


def _through_body(start_m: Array, ends_m: Array, other_m: Array) -> Array:
    """Return (part,) metres of the ways that lie in a body, taken as an upright cylinder."""
    middle, top_m = other_m.mean(axis=0)[:2], float(other_m[:, 2].max()) + 0.09
    ways = ends_m - start_m
    length = np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-6)
    reached = ((middle - start_m[:2]) @ ways[:, :2].T) / length**2
    miss_m = np.abs((ways[:, 0] * (middle - start_m[:2])[1] - ways[:, 1] * (middle - start_m[:2])[0]) / length)
    chord = 2.0 * np.sqrt(np.maximum(_BODY_RADIUS_M**2 - miss_m**2, 0.0))
    below = np.clip((top_m - (start_m[2] + reached * ways[:, 2])) / 0.1, 0.0, 1.0)
    # Whoever is beside the other one, or nearer to the radar, is not behind it.
    behind = np.clip(((1.0 - reached) * length - _BODY_RADIUS_M) / 0.1, 0.0, 1.0) * (reached > 0.0)
    lengths: Array = chord * below * behind
    return lengths
