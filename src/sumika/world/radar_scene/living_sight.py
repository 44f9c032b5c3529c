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

from sumika.compiled import compiled
from sumika.schema.building import Door
from sumika.schema.house import House, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.radar_scene.sight import Segment, middle_of, walls_of

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

    def loss_db(self, start_m: Array, ends_m: Array, per_m: float, most_db: float) -> Array:
        """Return (part,) by how much they dampen the ways from one place, (3,), to each part of a body, (part, 3).

        Whoever is in or on a piece is not behind it.

        Args:
            start_m: The place.
            ends_m: The parts.
            per_m: Decibels for each metre through a box.
            most_db: No box takes more.
        """
        loss_db = np.zeros(len(ends_m))
        if len(self.places_m):
            _dampen(self.places_m, self.axes, self.half_m, start_m, ends_m, (per_m, most_db), loss_db)
        return loss_db


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
        middle = middle_of(places_m)
        others = [other for other in self.bodies_m if math.dist(middle_of(other), middle) > _SAME_BODY_M]
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
        loss_db = self.boxes.loss_db(self.place_m, places_m, _FURNITURE_DB_PER_M, _FURNITURE_MOST_DB)
        for other in others:
            _dampen_behind(self.place_m, places_m, other, loss_db)
        shares: Array = 10.0 ** (-loss_db / 20.0)
        return shares

    def _crossings(self, place_m: Array) -> int:
        """Return through how many walls the way goes, open doorways left out."""
        if not len(self.walls):
            return 0
        way, length_m = place_m - self.place_m, math.dist(place_m[:2], self.place_m[:2])
        count, last_m = 0, -math.inf
        for reached in _walls_crossed(self.place_m, place_m, self.walls).tolist():
            if reached * length_m - last_m > _SAME_WALL_M and not self._open_at(self.place_m + reached * way):
                count, last_m = count + 1, reached * length_m
        return count

    def _open_at(self, place_m: Array) -> bool:
        for door in self.doorways:
            if self.open_shares.get(door.id, 1.0) < _OPEN or place_m[2] > door.height_m:
                continue
            (x, y), (last_x, last_y) = door.segment
            along_x, along_y, off_x, off_y = last_x - x, last_y - y, float(place_m[0]) - x, float(place_m[1]) - y
            share = (off_x * along_x + off_y * along_y) / (along_x * along_x + along_y * along_y)
            miss_m = math.hypot(off_x - share * along_x, off_y - share * along_y)
            if 0.0 <= share <= 1.0 and miss_m < _SAME_WALL_M:
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


@compiled
def _walls_crossed(start_m: Array, end_m: Array, walls: Array) -> Array:
    """Return (crossing,) which shares of the way from one place to another lie before the walls in between, in order.

    A radar hangs on a wall, and clutter is on others: neither is behind it.
    """
    found, count = np.empty(len(walls)), 0
    way_x, way_y = end_m[0] - start_m[0], end_m[1] - start_m[1]
    length_m = math.sqrt(way_x * way_x + way_y * way_y)
    for wall in range(len(walls)):
        along_x, along_y = walls[wall, 1, 0] - walls[wall, 0, 0], walls[wall, 1, 1] - walls[wall, 0, 1]
        off_x, off_y = walls[wall, 0, 0] - start_m[0], walls[wall, 0, 1] - start_m[1]
        area = way_x * along_y - way_y * along_x
        if length_m < 1e-6 or abs(area) < 1e-12:
            continue
        share, place = (off_x * along_y - off_y * along_x) / area, (off_x * way_y - off_y * way_x) / area
        between = share * length_m > _ON_WALL_M and (1.0 - share) * length_m > _ON_WALL_M
        if between and 0.0 <= place <= 1.0:
            found[count] = share
            count += 1
    return np.sort(found[:count])


@compiled
def _dampen(
    places: Array,  # (box, axis)
    axes: Array,  # (box, axis, axis)
    half: Array,  # (box, axis)
    start_m: Array,  # (axis,)
    ends_m: Array,  # (part, axis)
    levels: tuple[float, float],  # decibels for each metre, and most of them
    loss_db: Array,  # (part,), added to
) -> None:
    """Do what `Boxes.loss_db` says, by the slabs that each box is the common part of."""
    middle = middle_of(ends_m)
    begin, local = np.empty(3), np.empty(3)
    for box in range(places.shape[0]):
        within = True
        for axis in range(3):
            begin[axis], here = 0.0, 0.0
            for way in range(3):
                begin[axis] += axes[box, axis, way] * (start_m[way] - places[box, way])
                here += axes[box, axis, way] * (middle[way] - places[box, way])
            within = within and (axis == 2 or abs(here) < half[box, axis])
        if within:
            continue
        for part in range(ends_m.shape[0]):
            ways = ends_m[part] - start_m
            enters, leaves = 0.0, 1.0
            for axis in range(3):
                local[axis] = axes[box, axis, 0] * ways[0] + axes[box, axis, 1] * ways[1] + axes[box, axis, 2] * ways[2]
                slope = local[axis] if abs(local[axis]) >= 1e-9 else 1e-9
                near, far = (-half[box, axis] - begin[axis]) / slope, (half[box, axis] - begin[axis]) / slope
                enters, leaves = max(enters, min(near, far)), min(leaves, max(near, far))
            length_m = math.sqrt(ways[0] ** 2 + ways[1] ** 2 + ways[2] ** 2)
            loss_db[part] += min(levels[0] * max(leaves - enters, 0.0) * length_m, levels[1])


@compiled
def _dampen_behind(start_m: Array, ends_m: Array, other_m: Array, loss_db: Array) -> None:
    """Add what the parts, (part, 3), of a body lose behind another one, (part, 3), taken as an upright cylinder."""
    middle = middle_of(other_m)
    top_m = other_m[:, 2].max() + 0.09
    x, y = middle[0] - start_m[0], middle[1] - start_m[1]
    for part in range(ends_m.shape[0]):
        way_x, way_y, way_z = (
            ends_m[part, 0] - start_m[0],
            ends_m[part, 1] - start_m[1],
            ends_m[part, 2] - start_m[2],
        )
        length = max(math.sqrt(way_x * way_x + way_y * way_y), 1e-6)
        reached = (x * way_x + y * way_y) / length**2
        miss_m = (way_x * y - way_y * x) / length
        chord = 2.0 * math.sqrt(max(_BODY_RADIUS_M**2 - miss_m**2, 0.0))
        below = min(max((top_m - (start_m[2] + reached * way_z)) / 0.1, 0.0), 1.0)
        # Whoever is beside the other one, or nearer to the radar, is not behind it.
        behind = min(max(((1.0 - reached) * length - _BODY_RADIUS_M) / 0.1, 0.0), 1.0) if reached > 0.0 else 0.0
        loss_db[part] += min(_BODY_DB_PER_M * chord * below * behind, _BODY_MOST_DB)
