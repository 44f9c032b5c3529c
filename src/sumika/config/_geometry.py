"""Rooms and radars as shapes on the floor plan. Lengths in metres, areas in square metres."""

import math
from collections.abc import Sequence
from functools import lru_cache

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from sumika.schema.house import Radar, Room

SLIVER_M = 0.01
"""Rooms may overlap by a strip as narrow as this: people measure walls with a tape."""
LONGEST_VIEW_M = 100.0
ROOM_CORNERS = 200
"""At most, as `Room.floor_m` has it."""


@lru_cache(maxsize=512)
def floor_polygon(room: Room) -> Polygon:
    """Return a room's floor; it may cross itself."""
    return Polygon(room.floor_m)


def crossing(room: Room) -> str:
    """Return where the outline of a room crosses or touches itself; empty if it does not."""
    if floor_polygon(room).is_valid:
        return ""
    reason = shapely.is_valid_reason(floor_polygon(room))
    place = reason[reason.find("[") + 1 : -1].split()
    return f"({float(place[0]):.2f}, {float(place[1]):.2f})" if len(place) >= 2 else "its corners"


def area_m2(room: Room) -> float:
    """Return the area of a room's floor."""
    return float(floor_polygon(room).area)


def overlap(first: Room, second: Room) -> tuple[float, str] | None:
    """Return area and place of the overlap of two rooms; None if there is none wider than a sliver."""
    common: BaseGeometry = floor_polygon(first).intersection(floor_polygon(second))
    wide = common.buffer(-SLIVER_M / 2, join_style="mitre")
    if wide.is_empty or wide.area < SLIVER_M**2:
        return None
    west, south, east, north = common.bounds
    return float(common.area), f"x {west:.2f} to {east:.2f}, y {south:.2f} to {north:.2f}"


def distance_m(radar: Radar, room: Room) -> float:
    """Return how far outside of a room a radar stands on the plan; 0 inside and on the wall."""
    return float(floor_polygon(room).distance(Point(radar.position_m[:2])))


def nearest_room(radar: Radar, rooms: Sequence[Room]) -> tuple[Room, float]:
    """Return the room whose floor is nearest to a radar, and how far it is; its own room first among equals."""
    return min(
        ((room, distance_m(radar, room)) for room in rooms),
        key=lambda found: (found[1], found[0].id != radar.room),
    )


def view_m(radar: Radar, room: Room) -> float:
    """Return how far a radar sees along its axis until the first wall of its room; 0 if it looks out of it at once.

    Pitch is left out: it is the plan that counts.
    """
    x, y = radar.position_m[0], radar.position_m[1]
    floor = floor_polygon(room)
    # A radar hangs on the wall, a little within or behind it: begin to look from where the room begins.
    margin = max(0.05, distance_m(radar, room) + 0.05)
    east, north = math.cos(math.radians(radar.yaw_deg)), math.sin(math.radians(radar.yaw_deg))
    ray = LineString([(x + margin * east, y + margin * north), (x + LONGEST_VIEW_M * east, y + LONGEST_VIEW_M * north)])
    if not floor.contains(Point(ray.coords[0])):
        return 0.0
    return margin + float(ray.intersection(floor.exterior).distance(Point(ray.coords[0])))
