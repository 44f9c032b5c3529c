"""The parts of the envelope and of the inner walls, each with its area, what it is made of and what lies behind it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from shapely.geometry import LineString, Point

from sumika.schema import SumikaError
from sumika.schema.building import OUTSIDE, Building, Door, Window
from sumika.schema.house import House
from sumika.world.building.geometry import OuterWall, Surfaces
from sumika.world.building.layers import (
    BASEMENT_WALL,
    FLOOR_OVER_AIR,
    GROUND_FLOOR,
    INNER_FLOOR,
    INNER_WALL,
    OUTER_WALL,
    ROOF,
    Construction,
)

ROOF_TILT_DEG = 0.0
"""A roof is taken as level: what its slopes get more of in the south they get less of in the north."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """A wall, floor or roof.

    Attributes:
        room: Index of the room it is seen from.
        area_m2: Without openings.
        construction: From that room outwards, before insulation is scaled.
        behind: Index of the room behind; -1 the open air, -2 the earth.
        azimuth_deg: Where it looks.
        tilt_deg: 90 a wall, 0 a roof, 180 a floor.
    """

    room: int
    area_m2: float
    construction: Construction
    behind: int
    azimuth_deg: float = 0.0
    tilt_deg: float = 90.0


AIR, EARTH = -1, -2


@dataclass(frozen=True, slots=True, kw_only=True)
class Glazing:
    """A window where it sits.

    Attributes:
        window: As described.
        room: Index of its room.
        azimuth_deg: Where it looks.
        middle_m: Height of its middle above the ground.
    """

    window: Window
    room: int
    azimuth_deg: float
    middle_m: float

    @property
    def area_m2(self) -> float:
        """Of the whole opening."""
        return self.window.width_m * self.window.height_m


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPlace:
    """A door where it sits.

    Attributes:
        door: As described.
        rooms: Indices of the two rooms; -1 the outside.
        azimuth_deg: Where it looks, if to the outside.
        sill_m: Height of its lower edge above the ground.
        stairs: Whether it is a stairwell: the rooms lie above each other, the first below.
    """

    door: Door
    rooms: tuple[int, int]
    azimuth_deg: float
    sill_m: float
    stairs: bool = False

    @property
    def area_m2(self) -> float:
        """Of the leaf."""
        return self.door.width_m * self.door.height_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """All parts of a house.

    Attributes:
        opaque: Walls, floors, roofs, of the envelope and between rooms.
        glazings: Windows.
        doors: All doors.
    """

    opaque: tuple[Opaque, ...] = field(repr=False)
    glazings: tuple[Glazing, ...] = field(repr=False)
    doors: tuple[DoorPlace, ...] = field(repr=False)


def elements_of(house: House, surfaces: Surfaces) -> Elements:
    """Return the parts of a house.

    Raises:
        SumikaError: if the house cannot be built: no outer wall, a window or door where there is no wall for it.
    """
    building = house.building if house.building is not None else Building()
    if not surfaces.outer and not surfaces.roof and not surfaces.ground:
        raise SumikaError("the house has no outer wall, no roof and no floor on the ground", where="rooms")
    rooms = {room.id: index for index, room in enumerate(house.rooms)}
    glazings = tuple(_glazing(window, rooms, surfaces) for window in building.windows)
    doors = tuple(_door(door, rooms, surfaces) for door in building.doors)
    return Elements(opaque=tuple(_opaque(surfaces, glazings, doors)), glazings=glazings, doors=doors)


def _wall_of(surfaces: Surfaces, room: int, edge: int) -> list[OuterWall]:
    return [wall for wall in surfaces.outer if (wall.room, wall.edge) == (room, edge)]


def _glazing(window: Window, rooms: dict[str, int], surfaces: Surfaces) -> Glazing:
    where = f"building.windows ({window.id})"
    if window.room not in rooms:
        raise SumikaError(f"there is no room {window.room!r}", where=where, remedy="Name a room under rooms:")
    room = rooms[window.room]
    walls = _wall_of(surfaces, room, window.wall)
    length = sum(wall.length_m for wall in walls)
    if not walls:
        raise SumikaError(
            f"wall {window.wall} of the room {window.room!r} is no outer wall",
            where=where,
            remedy="Name an edge of the floor that faces the outside, counted from 0",
        )
    if window.width_m > length + 1e-6 or window.sill_m + window.height_m > walls[0].height_m + 1e-6:
        raise SumikaError(
            f"the window is larger than its wall of {length:.2f} m x {walls[0].height_m:.2f} m",
            where=where,
            remedy="Make it smaller, or put it into another wall",
        )
    middle = walls[0].base_m + window.sill_m + 0.5 * window.height_m
    return Glazing(window=window, room=room, azimuth_deg=walls[0].azimuth_deg, middle_m=middle)


def _door(door: Door, rooms: dict[str, int], surfaces: Surfaces) -> DoorPlace:
    for name in door.rooms:
        if name != OUTSIDE and name not in rooms:
            raise SumikaError(
                f"there is no room {name!r}",
                where=f"building.doors ({door.id})",
                remedy=f"Name two rooms, or one and {OUTSIDE!r}",
            )
    joined = tuple(rooms.get(name, -1) for name in door.rooms)
    inside = [room for room in joined if room >= 0]
    if not inside:
        raise SumikaError("the door joins no room", where=f"building.doors ({door.id})")
    azimuth = _nearest_azimuth(surfaces, inside[0], door.at_m) if len(inside) == 1 else 0.0
    sill = max(surfaces.base_m[room] for room in inside)
    stairs = len(inside) == 2 and surfaces.rooms[inside[0]].storey != surfaces.rooms[inside[1]].storey
    first, second = sorted(joined, key=lambda room: surfaces.base_m[room]) if stairs else joined
    return DoorPlace(door=door, rooms=(first, second), azimuth_deg=azimuth, sill_m=sill, stairs=stairs)


def _nearest_azimuth(surfaces: Surfaces, room: int, place: tuple[float, float]) -> float:
    corners = surfaces.rooms[room].floor_m
    walls = [wall for wall in surfaces.outer if wall.room == room]
    if not walls:
        return 0.0

    def distance(wall: OuterWall) -> float:
        edge = LineString([corners[wall.edge], corners[(wall.edge + 1) % len(corners)]])
        return float(edge.distance(Point(place)))

    return min(walls, key=distance).azimuth_deg


def _opaque(surfaces: Surfaces, glazings: tuple[Glazing, ...], doors: tuple[DoorPlace, ...]) -> Iterator[Opaque]:
    yield from _walls(surfaces, glazings, doors)
    yield from _inner_walls(surfaces, doors)
    for level in surfaces.between:
        if level.other is not None:
            yield Opaque(
                room=level.room, area_m2=level.area_m2, construction=INNER_FLOOR, behind=level.other, tilt_deg=180.0
            )
    for level in surfaces.ground:
        yield Opaque(room=level.room, area_m2=level.area_m2, construction=GROUND_FLOOR, behind=EARTH, tilt_deg=180.0)
    for level in surfaces.over_air:
        yield Opaque(room=level.room, area_m2=level.area_m2, construction=FLOOR_OVER_AIR, behind=AIR, tilt_deg=180.0)
    for level in surfaces.roof:
        yield Opaque(room=level.room, area_m2=level.area_m2, construction=ROOF, behind=AIR, tilt_deg=ROOF_TILT_DEG)


def _walls(surfaces: Surfaces, glazings: tuple[Glazing, ...], doors: tuple[DoorPlace, ...]) -> Iterator[Opaque]:
    """Yield outer walls, those of a room that look the same way as one, less their openings."""
    areas: dict[tuple[int, int, bool], float] = {}
    for wall in surfaces.outer:
        key = (wall.room, round(wall.azimuth_deg) % 360, wall.earth)
        areas[key] = areas.get(key, 0.0) + wall.length_m * wall.height_m
    for glazing in glazings:
        for earth in (False, True):
            key = (glazing.room, round(glazing.azimuth_deg) % 360, earth)
            if key in areas:
                areas[key] -= glazing.area_m2
                break
    for place in doors:
        if -1 in place.rooms:
            key = (max(place.rooms), round(place.azimuth_deg) % 360, False)
            areas[key] = areas.get(key, 0.0) - place.area_m2
    for (room, azimuth, earth), area in areas.items():
        if area > 1e-3:
            yield Opaque(
                room=room,
                area_m2=area,
                construction=BASEMENT_WALL if earth else OUTER_WALL,
                behind=EARTH if earth else AIR,
                azimuth_deg=float(azimuth),
            )


def _inner_walls(surfaces: Surfaces, doors: tuple[DoorPlace, ...]) -> Iterator[Opaque]:
    """Yield walls between rooms, all between the same two as one, less their doors."""
    areas: dict[tuple[int, int], float] = {}
    for wall in surfaces.shared:
        key = (min(wall.rooms), max(wall.rooms))
        areas[key] = areas.get(key, 0.0) + wall.area_m2
    for place in doors:
        key = (min(place.rooms), max(place.rooms))
        if key in areas:
            areas[key] = max(areas[key] - place.area_m2, 0.0)
    for (first, second), area in areas.items():
        if not math.isclose(area, 0.0, abs_tol=1e-3):
            yield Opaque(room=first, area_m2=area, construction=INNER_WALL, behind=second)
