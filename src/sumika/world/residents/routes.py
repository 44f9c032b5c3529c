"""The way from one place of a house to another: through doors, never through walls, round corners."""

import math
from itertools import combinations

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from sumika.schema.building import OUTSIDE
from sumika.schema.house import House

Point = tuple[float, float]

_CLEAR_M = 0.3
_DOOR_STEP_M = 0.35
"""Before and behind a door one walks straight for so long."""
_GAP_M = 0.3
"""Rooms whose walls are nearer to each other share a wall."""


class Routes:
    """All ways of a house."""

    def __init__(self, house: House) -> None:
        """Find the doors, and what can be walked straight.

        Args:
            house: Rooms with doors; rooms that no door joins to any other are joined through the middle of the longest
                wall they share.
        """
        self._rooms = {room.id: room for room in house.rooms}
        self._floors = {room.id: shapely.Polygon(room.floor_m) for room in house.rooms}
        self._free = {name: _clear(floor) for name, floor in self._floors.items()}
        self._points: list[Point] = []
        self._room_of: list[str] = []
        self._edges: list[tuple[int, int, float]] = []
        self.entrance: Point | None = None
        self._entrance_room = house.rooms[0].id
        self._add_doors(house)
        for name in self._rooms:
            for corner in list(self._free[name].exterior.coords)[:-1]:
                self._point(name, (float(corner[0]), float(corner[1])))
        self._join()
        self._known: dict[tuple[str, Point, str, Point], tuple[Point, ...]] = {}

    @property
    def entrance_room(self) -> str:
        """The room behind the front door."""
        return self._entrance_room

    def way(self, room: str, from_m: Point, to_room: str, to_m: Point) -> tuple[Point, ...]:
        """Return the corners of the way, its end included, its beginning not.

        Args:
            room: Where it begins.
            from_m: On the floor plan.
            to_room: Where it ends.
            to_m: On the floor plan.
        """
        key = (room, _rounded(from_m), to_room, _rounded(to_m))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._found(room, from_m, to_room, to_m)
            if len(self._known) > 2000:
                self._known.clear()
        return known

    def _found(self, room: str, from_m: Point, to_room: str, to_m: Point) -> tuple[Point, ...]:
        if room == to_room and self._straight(room, from_m, to_m):
            return (to_m,)
        count = len(self._points)
        edges = list(self._edges)
        for end, (name, place) in enumerate(((room, from_m), (to_room, to_m))):
            linked = [
                (index, math.dist(place, point))
                for index, point in enumerate(self._points)
                if self._room_of[index] == name and self._straight(name, place, point)
            ]
            edges += [(count + end, index, length) for index, length in linked]
        graph = np.zeros((count + 2, count + 2))
        for one, other, metres in edges:
            graph[one, other] = metres
        lengths, befores = dijkstra(graph, directed=False, indices=[count], return_predecessors=True)
        length, before = lengths[0], befores[0]
        if not np.isfinite(length[count + 1]):
            return (to_m,)  # no door leads there: one appears there, as through a wall
        corners, here = [to_m], int(before[count + 1])
        while here != count:
            corners.append(self._points[here])
            here = int(before[here])
        return tuple(reversed(corners))

    def _point(self, room: str, place: Point) -> int:
        self._points.append(place)
        self._room_of.append(room)
        return len(self._points) - 1

    def _add_doors(self, house: House) -> None:
        joined: set[str] = set()
        for door in house.building.doors if house.building is not None else ():
            inner = [name for name in door.rooms if name != OUTSIDE and name in self._rooms]
            sides = [self._point(name, self._step(name, door.at_m)) for name in inner]
            if OUTSIDE in door.rooms and inner and self.entrance is None:
                self.entrance, self._entrance_room = self._points[sides[0]], inner[0]
            if len(sides) == 2:
                middle = self._point(inner[0], door.at_m)
                self._room_of[middle] = ""
                self._edges += [(side, middle, math.dist(self._points[side], door.at_m) + 1e-3) for side in sides]
                joined.update(inner)
        self._join_without_doors(joined)

    def _join_without_doors(self, joined: set[str]) -> None:
        for one, other in combinations(self._rooms, 2):
            if (one in joined and other in joined) or self._rooms[one].storey != self._rooms[other].storey:
                continue
            shared = self._floors[one].buffer(_GAP_M).intersection(self._floors[other].buffer(_GAP_M))
            if shared.area > 2.0 * _GAP_M * 0.7:
                at = shared.centroid
                sides = [self._point(name, self._step(name, (at.x, at.y))) for name in (one, other)]
                first, second = sides
                self._edges.append((first, second, math.dist(self._points[first], self._points[second]) + 1e-3))

    def _step(self, room: str, door_m: Point) -> Point:
        """Return the place in a room that is straight before a door."""
        floor = self._floors[room]
        on_wall = floor.exterior.interpolate(floor.exterior.project(shapely.Point(door_m)))
        for angle in np.arange(0.0, 2 * np.pi, np.pi / 8):
            place = (on_wall.x + _DOOR_STEP_M * math.cos(angle), on_wall.y + _DOOR_STEP_M * math.sin(angle))
            point = shapely.Point(place)
            if floor.covers(point) and floor.exterior.distance(point) > _DOOR_STEP_M - 1e-6:
                return place
        inner = floor.representative_point()
        return (float(inner.x), float(inner.y))

    def _join(self) -> None:
        for first, second in combinations(range(len(self._points)), 2):
            room = self._room_of[first]
            if room and room == self._room_of[second]:
                one, other = self._points[first], self._points[second]
                if self._straight(room, one, other):
                    self._edges.append((first, second, math.dist(one, other) + 1e-3))

    def _straight(self, room: str, one: Point, other: Point) -> bool:
        """Say whether one can walk straight: within the room, clear of its walls but near the two ends."""
        line = shapely.LineString((one, other))
        if not self._floors[room].buffer(1e-6).covers(line):
            return False
        return not self._corner_near(room, line)

    def _corner_near(self, room: str, line: shapely.LineString) -> bool:
        """Say whether a line cuts a corner that stands into the room."""
        hull = self._floors[room].convex_hull.boundary
        for corner in list(self._floors[room].exterior.coords)[:-1]:
            point = shapely.Point(corner)
            if hull.distance(point) > 0.05 and line.distance(point) < _CLEAR_M - 0.05:
                return True
        return False


def _clear(floor: shapely.Polygon) -> shapely.Polygon:
    """Return a floor without a strip along its walls; of a tiny room a little more."""
    for margin in (_CLEAR_M, 0.2, 0.1, 0.0):
        inner: object = floor.buffer(-margin, join_style="mitre")  # two polygons where the room is narrow
        if isinstance(inner, shapely.Polygon) and not inner.is_empty:
            return inner
    return floor


def _rounded(place: Point) -> Point:
    return (round(place[0], 3), round(place[1], 3))
