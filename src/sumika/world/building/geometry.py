"""The surfaces of a house from its floor plan: outer walls, walls between rooms, floors, ceilings and roofs.

Walls are those that the check of a house sees (`sumika.config.walls_of`): what stands between two rooms, and what faces
nobody. Floors and ceilings follow from how the storeys overlap.
"""

import math
from dataclasses import dataclass, field

from shapely import unary_union
from shapely.geometry import Polygon

from sumika.config import THICKEST_WALL_M, walls_of
from sumika.schema.house import House, Room

_LEAST_M2 = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterWall:
    """The part of one edge of a room that faces the outside.

    Attributes:
        room: Index of the room.
        edge: Which edge of its floor.
        azimuth_deg: Where it looks, clockwise from north.
        length_m: Of the part.
        height_m: Of the room.
        base_m: Height of the floor above the ground.
        earth: Whether earth lies behind it.
    """

    room: int
    edge: int
    azimuth_deg: float
    length_m: float
    height_m: float
    base_m: float
    earth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWall:
    """A wall between two rooms.

    Attributes:
        rooms: Indices of the two.
        area_m2: Of its face, doors included.
    """

    rooms: tuple[int, int]
    area_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What lies under or over a room, in part.

    Attributes:
        room: Index of the room.
        area_m2: Of the part.
        other: Index of the room below; None: the earth or the air.
    """

    room: int
    area_m2: float
    other: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaces:
    """All surfaces of a house.

    Attributes:
        rooms: In the order of the house.
        area_m2: Of each room's floor.
        base_m: Height of each room's floor above the ground.
        outer: Outer walls.
        shared: Walls between rooms.
        between: Floors over rooms.
        ground: Floors on the ground.
        over_air: Floors with the open air below.
        roof: Ceilings below the sky.
    """

    rooms: tuple[Room, ...]
    area_m2: tuple[float, ...]
    base_m: tuple[float, ...]
    outer: tuple[OuterWall, ...] = field(repr=False)
    shared: tuple[SharedWall, ...] = field(repr=False)
    between: tuple[Level, ...] = field(repr=False)
    ground: tuple[Level, ...] = field(repr=False)
    over_air: tuple[Level, ...] = field(repr=False)
    roof: tuple[Level, ...] = field(repr=False)


def surfaces_of(house: House) -> Surfaces:
    """Return the surfaces of a house."""
    rooms = house.rooms
    building = house.building
    ground_storey = building.ground_floor_storey if building is not None else 1
    north_deg = building.site.north_deg if building is not None else 90.0
    bases = _base_heights(rooms, ground_storey)
    walls = walls_of(rooms)
    between, ground, over_air, roof = _levels(rooms, ground_storey)
    return Surfaces(
        rooms=rooms,
        area_m2=tuple(float(Polygon(room.floor_m).area) for room in rooms),
        base_m=bases,
        outer=tuple(
            OuterWall(
                room=face.edge.room,
                edge=face.edge.number,
                azimuth_deg=(north_deg - math.degrees(math.atan2(face.edge.out[1], face.edge.out[0]))) % 360.0,
                length_m=face.length_m,
                height_m=rooms[face.edge.room].height_m,
                base_m=bases[face.edge.room],
                earth=rooms[face.edge.room].storey < ground_storey,
            )
            for face in walls.outer
        ),
        shared=tuple(
            SharedWall(
                rooms=(face.edge.room, other),
                area_m2=face.length_m * min(rooms[face.edge.room].height_m, rooms[other].height_m),
            )
            for face, other in walls.shared
        ),
        between=between,
        ground=ground,
        over_air=over_air,
        roof=roof,
    )


def _base_heights(rooms: tuple[Room, ...], ground_storey: int) -> tuple[float, ...]:
    """Return the height of every room's floor: each storey is as high as its highest room and half a metre of floor."""
    tallest: dict[int, float] = {}
    for room in rooms:
        tallest[room.storey] = max(tallest.get(room.storey, 0.0), room.height_m + 0.5)
    usual = max(tallest.values())

    def height(storey: int) -> float:
        if storey >= ground_storey:
            return 0.5 + sum(tallest.get(lower, usual) for lower in range(ground_storey, storey))
        return 0.5 - sum(tallest.get(lower, usual) for lower in range(storey, ground_storey))

    return tuple(height(room.storey) for room in rooms)


_Levels = tuple[tuple[Level, ...], tuple[Level, ...], tuple[Level, ...], tuple[Level, ...]]


def _levels(rooms: tuple[Room, ...], ground_storey: int) -> _Levels:
    """Return floors over rooms, on the ground and over the air, and roofs.

    A house without any room below a storey above the ground is a flat: what is below is another's, as warm as this.
    """
    floors = [Polygon(room.floor_m) for room in rooms]
    lowest = min(room.storey for room in rooms)
    between: list[Level] = []
    ground: list[Level] = []
    over_air: list[Level] = []
    roof: list[Level] = []
    for index, room in enumerate(rooms):
        below = [other for other, one in enumerate(rooms) if one.storey == room.storey - 1]
        above = [other for other, one in enumerate(rooms) if one.storey == room.storey + 1]
        for other in below:
            area = float(floors[index].intersection(floors[other]).area)
            if area > _LEAST_M2:
                between.append(Level(room=index, area_m2=area, other=other))
        bare = _uncovered(floors[index], [floors[other] for other in below])
        if bare > _LEAST_M2 and room.storey <= ground_storey:
            ground.append(Level(room=index, area_m2=bare))
        elif bare > _LEAST_M2 and room.storey > lowest:
            over_air.append(Level(room=index, area_m2=bare))
        bare = _uncovered(floors[index], [floors[other] for other in above])
        if bare > _LEAST_M2:
            roof.append(Level(room=index, area_m2=bare))
    return tuple(between), tuple(ground), tuple(over_air), tuple(roof)


def _uncovered(floor: Polygon, others: list[Polygon]) -> float:
    """Return the area of a floor that no other covers; the walls between others cover too."""
    if not others:
        return float(floor.area)
    half = THICKEST_WALL_M / 2 + 1e-3
    covered = unary_union([other.buffer(half, join_style="mitre") for other in others])
    covered = covered.buffer(-half, join_style="mitre")
    rest = floor.difference(covered)
    return float(rest.area) if not rest.buffer(-half, join_style="mitre").is_empty else 0.0
