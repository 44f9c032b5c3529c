"""The floor plan as the page draws it: walls between rooms and to the outside, and what of a room each radar sees."""

import math
from collections.abc import Iterator

import msgspec
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from sumika.config import Face, view_m, walls_of
from sumika.schema import ARRAYS
from sumika.schema.house import House, Radar, Room

RAY_EVERY_DEG = 2.0
BEHIND_WALL_M = 0.02
"""Slivers as thin as this are the plan's roundings, no blind zones."""

Outline = list[tuple[float, float]]


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a wall.

    Attributes:
        start_m: Where it begins on the plan.
        end_m: Where it ends.
        rooms: The one or two rooms that it bounds.
        storey: Which.
        outer: Whether the outside is behind it.
    """

    start_m: tuple[float, float]
    end_m: tuple[float, float]
    rooms: tuple[str, ...]
    storey: int
    outer: bool


class RadarView(msgspec.Struct, frozen=True, kw_only=True):
    """What a radar sees of its room, as far as walls and its antennas go.

    Attributes:
        radar: Its name.
        room: The room.
        seen_m: Outline of what it sees.
        blind_m: Outlines of what it does not.
        seen_share: Of the floor, 0..1.
    """

    radar: str
    room: str
    seen_m: Outline
    blind_m: list[Outline]
    seen_share: float


def walls(house: House) -> list[Wall]:
    """Return all walls of a house."""
    found = walls_of(house.rooms)
    outer = [_wall(house, face, ()) for face in found.outer]
    return outer + [_wall(house, face, (house.rooms[other].id,)) for face, other in found.shared]


def _wall(house: House, face: Face, behind: tuple[str, ...]) -> Wall:
    room = house.rooms[face.edge.room]
    return Wall(
        start_m=face.edge.point(face.start_m),
        end_m=face.edge.point(face.end_m),
        rooms=(room.id, *behind),
        storey=room.storey,
        outer=not behind,
    )


def radar_views(house: House) -> list[RadarView]:
    """Return what each radar sees of its room."""
    rooms = {room.id: room for room in house.rooms}
    return [_view(radar, rooms[radar.room]) for radar in house.radars if radar.room in rooms]


def _view(radar: Radar, room: Room) -> RadarView:
    floor = Polygon(room.floor_m)
    seen = Polygon(list(_fan(radar, room))).buffer(0).intersection(floor)
    blind = floor.difference(seen).buffer(-BEHIND_WALL_M).buffer(BEHIND_WALL_M)
    outlines = [_outline(part) for part in _polygons(blind)]
    largest = max(_polygons(seen), key=lambda part: part.area, default=None)
    return RadarView(
        radar=radar.id,
        room=room.id,
        seen_m=_outline(largest) if largest is not None else [],
        blind_m=outlines,
        seen_share=round(min(1.0, seen.area / floor.area), 3),
    )


def _fan(radar: Radar, room: Room) -> Iterator[tuple[float, float]]:
    """Yield the radar's place and the ends of its rays, each at the first wall."""
    x, y, _ = radar.position_m
    yield x, y
    array = ARRAYS.get(radar.model)
    width_deg = math.degrees(array.field_of_view_rad[0]) if array is not None else 120.0
    rays = max(2, round(width_deg / RAY_EVERY_DEG) + 1)
    for ray in range(rays):
        yaw_deg = radar.yaw_deg - width_deg / 2 + width_deg * ray / (rays - 1)
        turned = (yaw_deg + 180.0) % 360.0 - 180.0
        length_m = view_m(msgspec.structs.replace(radar, yaw_deg=turned), room)
        yield x + length_m * math.cos(math.radians(turned)), y + length_m * math.sin(math.radians(turned))


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    parts = shape.geoms if isinstance(shape, MultiPolygon) or hasattr(shape, "geoms") else ()
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def _outline(polygon: Polygon) -> Outline:
    return [(round(point[0], 3), round(point[1], 3)) for point in polygon.exterior.coords[:-1]]
