"""The surfaces of a house from its floor plan: outer walls, walls between rooms, floors, ceilings and roofs.

A wall stands where the edges of two rooms of a storey face each other, no more than `THICKEST_WALL_M` apart: the gap on
the plan is the wall. What faces nobody is an outer wall. Floors and ceilings follow from how the storeys overlap.
"""

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
from shapely import unary_union
from shapely.geometry import LineString, Polygon

from sumika.schema.house import House, Room

THICKEST_WALL_M = 0.25
"""Edges of two rooms as far apart as this, or nearer, are the two faces of one wall."""

_PARALLEL = 0.05
"""Sine of the largest angle between two faces of one wall."""

_OVERLAP_M = 0.03
"""Rooms may reach into each other so far: people measure with a tape."""

_SHORTEST_M = 0.05
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
        line: Where it stands on the plan, from the first room's face.
    """

    rooms: tuple[int, int]
    area_m2: float
    line: tuple[tuple[float, float], tuple[float, float]]


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


@dataclass(frozen=True, slots=True)
class _Edge:
    room: int
    number: int
    start: tuple[float, float]
    along: tuple[float, float]
    out: tuple[float, float]
    length: float

    def point(self, distance: float) -> tuple[float, float]:
        return self.start[0] + distance * self.along[0], self.start[1] + distance * self.along[1]


def surfaces_of(house: House) -> Surfaces:
    """Return the surfaces of a house."""
    rooms = house.rooms
    building = house.building
    ground_storey = building.ground_floor_storey if building is not None else 1
    north_deg = building.site.north_deg if building is not None else 90.0
    bases = _base_heights(rooms, ground_storey)
    outer: list[OuterWall] = []
    shared: list[SharedWall] = []
    for storey in sorted({room.storey for room in rooms}):
        inside = [index for index, room in enumerate(rooms) if room.storey == storey]
        edges = [edge for index in inside for edge in _edges(index, rooms[index])]
        touched = _faces(edges, rooms, shared)
        for edge in edges:
            rest = edge.length - _covered(touched[edge.room, edge.number])
            if rest > _SHORTEST_M:
                azimuth = (north_deg - math.degrees(math.atan2(edge.out[1], edge.out[0]))) % 360.0
                outer.append(
                    OuterWall(
                        room=edge.room,
                        edge=edge.number,
                        azimuth_deg=azimuth,
                        length_m=rest,
                        height_m=rooms[edge.room].height_m,
                        base_m=bases[edge.room],
                        earth=storey < ground_storey,
                    )
                )
    between, ground, over_air, roof = _levels(rooms, ground_storey)
    return Surfaces(
        rooms=rooms,
        area_m2=tuple(float(Polygon(room.floor_m).area) for room in rooms),
        base_m=bases,
        outer=tuple(outer),
        shared=tuple(shared),
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


def _edges(index: int, room: Room) -> list[_Edge]:
    corners = room.floor_m
    turns_left = LineString([*corners, corners[0]]).is_ring and _signed_area(corners) > 0
    edges = []
    for number, (start, end) in enumerate(itertools.pairwise([*corners, corners[0]])):
        length = math.dist(start, end)
        if length < 1e-6:
            continue
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        out = (along[1], -along[0]) if turns_left else (-along[1], along[0])
        edges.append(_Edge(index, number, (start[0], start[1]), along, out, length))
    return edges


def _signed_area(corners: tuple[tuple[float, float], ...]) -> float:
    points = np.asarray(corners)
    after = np.roll(points, -1, axis=0)
    return float(0.5 * np.sum(points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]))


_Intervals = dict[tuple[int, int], list[tuple[float, float]]]


def _faces(edges: list[_Edge], rooms: tuple[Room, ...], shared: list[SharedWall]) -> _Intervals:
    """Find the walls between rooms, the nearest faces first, and what of each edge they take.

    Returns:
        By (room, edge): intervals of it, in metres from its start.
    """
    taken: _Intervals = {(edge.room, edge.number): [] for edge in edges}
    pairs = []
    for first, second in itertools.combinations(edges, 2):
        if first.room != second.room and (found := _facing(first, second)) is not None:
            pairs.append((found[0], first, second, found[1]))
    for _, first, second, (low, high) in sorted(pairs, key=lambda pair: pair[0]):
        for start, end in _free(taken[first.room, first.number], low, high):
            mirrored = sorted(_project(second, first.point(at)) for at in (start, end))
            for mirror_start, mirror_end in _free(taken[second.room, second.number], mirrored[0], mirrored[1]):
                ends = sorted(_project(first, second.point(at)) for at in (mirror_start, mirror_end))
                if ends[1] - ends[0] < _SHORTEST_M:
                    continue
                taken[first.room, first.number].append((ends[0], ends[1]))
                taken[second.room, second.number].append((mirror_start, mirror_end))
                height = min(rooms[first.room].height_m, rooms[second.room].height_m)
                shared.append(
                    SharedWall(
                        rooms=(first.room, second.room),
                        area_m2=(ends[1] - ends[0]) * height,
                        line=(first.point(ends[0]), first.point(ends[1])),
                    )
                )
    return taken


def _facing(first: _Edge, second: _Edge) -> tuple[float, tuple[float, float]] | None:
    """Return how far apart two edges are that are the faces of one wall, and which part of the first it is."""
    if first.out[0] * second.out[0] + first.out[1] * second.out[1] > -math.sqrt(1.0 - _PARALLEL**2):
        return None
    ends = [second.start, second.point(second.length)]
    gaps = [(x - first.start[0]) * first.out[0] + (y - first.start[1]) * first.out[1] for x, y in ends]
    if min(gaps) < -_OVERLAP_M or max(gaps) > THICKEST_WALL_M:
        return None
    along = sorted(_project(first, end) for end in ends)
    low, high = max(0.0, along[0]), min(first.length, along[1])
    return (0.5 * sum(gaps), (low, high)) if high - low > _SHORTEST_M else None


def _project(edge: _Edge, place: tuple[float, float]) -> float:
    return (place[0] - edge.start[0]) * edge.along[0] + (place[1] - edge.start[1]) * edge.along[1]


def _free(taken: list[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """Return what of an interval is not taken."""
    free = [(low, high)]
    for start, end in taken:
        free = [
            part for a, b in free for part in ((a, min(b, start)), (max(a, end), b)) if part[1] - part[0] > _SHORTEST_M
        ]
    return free


def _covered(taken: list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in taken)


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
