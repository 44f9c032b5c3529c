"""Where a radar stands and what lies in its line of sight: the house's coordinates and its own, walls and doorways."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema.house import Radar, Room

Array = NDArray[np.float64]
Segment = tuple[tuple[float, float], tuple[float, float]]
"""A stretch of wall on the floor plan."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A radar's place and axes in the house.

    Attributes:
        place_m: (3,) on the floor plan, and above the floor.
        axes: (axis, 3): its right, forward and up in house coordinates.
    """

    place_m: Array
    axes: Array

    def to_sensor(self, places_m: Array) -> Array:
        """Turn (..., 3) house coordinates into right, forward, up of the sensor."""
        seen: Array = (places_m - self.place_m) @ self.axes.T
        return seen


def stand_of(radar: Radar) -> Stand:
    """Return how a radar of `house.yaml` stands: yaw counter-clockwise from the plan's x axis, pitch upwards."""
    yaw, pitch = np.radians(radar.yaw_deg), np.radians(radar.pitch_deg)
    forward = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    return Stand(np.array(radar.position_m, dtype=np.float64), np.stack((right, forward, np.cross(right, forward))))


def walls_of(room: Room) -> tuple[Segment, ...]:
    """Return the walls of a room, in the order of its corners."""
    corners = room.floor_m
    return tuple((corners[index], corners[(index + 1) % len(corners)]) for index in range(len(corners)))


def crosses(start_m: Array, end_m: Array, wall: Segment) -> bool:
    """Say whether the way between two places of the floor plan goes through a stretch of wall."""
    # Plain numbers: of two coordinates, arrays cost ten times as much.
    (x, y), (x_1, y_1), ((x_2, y_2), last) = _flat(start_m), _flat(end_m), wall
    along_x, along_y = last[0] - x_2, last[1] - y_2
    way_x, way_y, off_x, off_y = x_1 - x, y_1 - y, x_2 - x, y_2 - y
    area = way_x * along_y - way_y * along_x
    if abs(area) < 1e-12:
        return False
    share = (off_x * along_y - off_y * along_x) / area
    place = (off_x * way_y - off_y * way_x) / area
    return 0.0 <= share <= 1.0 and 0.0 <= place <= 1.0


def _flat(place_m: Array) -> tuple[float, float]:
    return float(place_m[0]), float(place_m[1])


def in_sight(start_m: Array, end_m: Array, room: Room, doorways: tuple[Segment, ...]) -> bool:
    """Say whether nothing but open doorways lies between two places, one of which is in the room."""
    return not any(crosses(start_m, end_m, wall) for wall in walls_of(room)) or any(
        crosses(start_m, end_m, doorway) for doorway in doorways
    )


@compiled
def middle_of(places_m: Array) -> Array:
    """Return (3,), the middle of (point, 3) places."""
    middle = np.zeros(3)
    for point in range(places_m.shape[0]):
        for axis in range(3):
            middle[axis] += places_m[point, axis]
    middle /= places_m.shape[0]
    return middle


def is_inside(place_m: Array, room: Room) -> bool:
    """Say whether a place lies in a room: a ray to the right then crosses its walls an odd number of times."""
    x, y = float(place_m[0]), float(place_m[1])
    inside = False
    for (x_1, y_1), (x_2, y_2) in walls_of(room):
        if (y_1 > y) != (y_2 > y) and x < x_1 + (y - y_1) / (y_2 - y_1) * (x_2 - x_1):
            inside = not inside
    return inside


def wall_distance_m(place_m: Array, room: Room) -> float:
    """Return how far the nearest wall is."""
    return min(_distance_m(np.asarray(place_m[:2], dtype=np.float64), wall) for wall in walls_of(room))


def _distance_m(place_m: Array, wall: Segment) -> float:
    first, along = np.asarray(wall[0], dtype=np.float64), np.subtract(wall[1], wall[0])
    share = min(1.0, max(0.0, float((place_m - first) @ along) / float(along @ along)))
    return float(np.hypot(*(place_m - first - share * along)))
