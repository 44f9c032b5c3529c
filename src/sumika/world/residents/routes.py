"""The way from one place of a house to another: through doors, never through walls, round corners."""

import math
from itertools import combinations

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from sumika.schema.building import OUTSIDE
from sumika.schema.house import House

Point = tuple[float, float]

_CLEAR_M = 0.3
_DOOR_STEPS_M = (0.35, 0.25, 0.15, 0.08)
"""Before and behind a door one walks straight for so long; less where the room is narrower."""
_GAP_M = 0.3
"""Rooms whose walls are nearer to each other share a wall."""


class Routes:
    """All ways of a house.

    Attributes:
        entrance: Where one stands behind the front door; None where no door leads outside.
        openings: Where ways cross walls: doors; and, where no door leads from one part of the house to the other, the
            middle of the longest wall they share.
    """

    def __init__(self, house: House) -> None:
        """Find the doors, and what can be walked straight.

        Args:
            house: Rooms with doors.
        """
        self._rooms = {room.id: room for room in house.rooms}
        self._floors = {room.id: shapely.Polygon(room.floor_m) for room in house.rooms}
        self._free = {name: _clear(floor) for name, floor in self._floors.items()}
        self._wide = {name: floor.buffer(1e-6) for name, floor in self._floors.items()}
        self._inward = {name: _inward(floor) for name, floor in self._floors.items()}
        self._points: list[Point] = []
        self._room_of: list[str] = []
        self._edges: list[tuple[int, int, float]] = []
        self.entrance: Point | None = None
        self.openings: list[Point] = []
        self._entrance_room = house.rooms[0].id
        self._parts = {name: name for name in self._rooms}
        self._add_doors(house)
        self._join_parts()
        for name in self._rooms:
            for corner in list(self._free[name].exterior.coords)[:-1]:
                self._point(name, (float(corner[0]), float(corner[1])))
        self._join()
        self._known: dict[tuple[str, Point, str, Point], tuple[Point, ...]] = {}

    @property
    def entrance_room(self) -> str:
        """The room behind the front door."""
        return self._entrance_room

    def room_at(self, place: Point, otherwise: str) -> str:
        """Return the room a place is in, `otherwise` if it is in that or in none."""
        point = shapely.Point(place)
        if otherwise in self._wide and self._wide[otherwise].covers(point):
            return otherwise
        storey = self._rooms[otherwise].storey if otherwise in self._rooms else None
        for name, floor in self._wide.items():
            if storey in (None, self._rooms[name].storey) and floor.covers(point):
                return name
        return otherwise

    def straight(self, room: str, one: Point, other: Point) -> bool:
        """Say whether one can walk straight within a room."""
        return bool(self._wide[room].covers(shapely.LineString((one, other))))

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
            if len(self._known) > 2000:
                self._known.clear()
            known = self._known[key] = self._found(room, from_m, to_room, to_m)
        return known

    def _found(self, room: str, from_m: Point, to_room: str, to_m: Point) -> tuple[Point, ...]:
        if room == to_room and self._clearly(room, from_m, to_m):
            return (to_m,)
        count = len(self._points)
        edges = list(self._edges)
        for end, (name, place) in enumerate(((room, from_m), (to_room, to_m))):
            edges += [(count + end, index, length + 1e-3) for index, length in self._links(name, place)]
        graph = np.zeros((count + 2, count + 2))
        for one, other, metres in edges:
            graph[one, other] = metres
        lengths, befores = dijkstra(graph, directed=False, indices=[count], return_predecessors=True)
        before = befores[0]
        if not np.isfinite(lengths[0][count + 1]):
            return (to_m,)  # a place in no room
        corners, here = [to_m], int(before[count + 1])
        while here != count:
            corners.append(self._points[here])
            here = int(before[here])
        return tuple(reversed(corners))

    def _links(self, room: str, place: Point) -> list[tuple[int, float]]:
        """Return the corners that can be seen from a place; from one close to a corner, past it."""
        here = [(index, self._points[index]) for index, name in enumerate(self._room_of) if name == room]
        found = [(index, math.dist(place, point)) for index, point in here if self._clearly(room, place, point)]
        found = found or [
            (index, math.dist(place, point)) for index, point in here if self.straight(room, place, point)
        ]
        return found or [min(((index, math.dist(place, point)) for index, point in here), key=lambda one: one[1])]

    def _point(self, room: str, place: Point) -> int:
        self._points.append(place)
        self._room_of.append(room)
        return len(self._points) - 1

    def _add_doors(self, house: House) -> None:
        for door in house.building.doors if house.building is not None else ():
            inner = [name for name in door.rooms if name != OUTSIDE and name in self._rooms]
            if OUTSIDE in door.rooms and inner and self.entrance is None:
                self.entrance, self._entrance_room = self._step(inner[0], door.at_m), inner[0]
            if len(inner) == 2:
                self._open(inner[0], inner[1], door.at_m)

    def _open(self, one: str, other: str, at_m: Point) -> None:
        """Let one walk from a room into another."""
        sides = [self._point(name, self._step(name, at_m)) for name in (one, other)]
        middle = self._point("", at_m)
        self._edges += [(side, middle, math.dist(self._points[side], at_m) + 1e-3) for side in sides]
        self.openings.append(at_m)
        gone, stays = self._parts[one], self._parts[other]
        self._parts = {name: stays if part == gone else part for name, part in self._parts.items()}

    def _join_parts(self) -> None:
        """Join what no door joins: through the longest wall that two parts share, else where they are near."""
        while len(set(self._parts.values())) > 1:
            apart = [pair for pair in combinations(self._rooms, 2) if self._parts[pair[0]] != self._parts[pair[1]]]
            one, other = max(apart, key=lambda pair: self._nearness(*pair))
            at = self._shared(one, other).centroid
            self._open(one, other, (float(at.x), float(at.y)))

    def _nearness(self, one: str, other: str) -> tuple[bool, float, float]:
        """Return what is larger the more two rooms belong together: storey, shared wall, distance."""
        same = self._rooms[one].storey == self._rooms[other].storey
        shared = self._floors[one].buffer(_GAP_M).intersection(self._floors[other].buffer(_GAP_M))
        return same, float(shared.area), -float(self._floors[one].distance(self._floors[other]))

    def _shared(self, one: str, other: str) -> BaseGeometry:
        """Return where two rooms meet: a strip about their wall, or the shortest line between them."""
        shared: BaseGeometry = self._floors[one].buffer(_GAP_M).intersection(self._floors[other].buffer(_GAP_M))
        if shared.is_empty:
            line: BaseGeometry = shapely.shortest_line(self._floors[one], self._floors[other])
            return line
        parts: list[BaseGeometry] = list(getattr(shared, "geoms", (shared,)))
        return max(parts, key=lambda part: float(part.area))

    def _step(self, room: str, door_m: Point) -> Point:
        """Return the place in a room that is straight before a door."""
        floor = self._floors[room]
        boundary = floor.exterior
        on_wall = boundary.interpolate(boundary.project(shapely.Point(door_m)))
        for step_m in _DOOR_STEPS_M:
            for angle in np.arange(0.0, 2 * np.pi, np.pi / 8):
                place = (on_wall.x + step_m * math.cos(angle), on_wall.y + step_m * math.sin(angle))
                point = shapely.Point(place)
                if floor.covers(point) and boundary.distance(point) > step_m - 1e-6:
                    return place
        return (float(on_wall.x), float(on_wall.y))

    def _join(self) -> None:
        """Join what sees each other in a room; past a wall's corner only where there is no clear way."""
        for room in self._rooms:
            here = [index for index, name in enumerate(self._room_of) if name == room]
            part = {index: index for index in here}
            pairs = list(combinations(here, 2))
            for needs in (self._clearly, self.straight):
                joined = [
                    (one, other)
                    for one, other in pairs
                    if part[one] != part[other] or needs == self._clearly
                    if needs(room, self._points[one], self._points[other])
                ]
                for one, other in joined:
                    self._edges.append((one, other, math.dist(self._points[one], self._points[other]) + 1e-3))
                    gone, stays = part[one], part[other]
                    part = {index: stays if its == gone else its for index, its in part.items()}

    def _clearly(self, room: str, one: Point, other: Point) -> bool:
        """Say whether one can walk straight, and clear of corners that stand into the room."""
        if not self.straight(room, one, other):
            return False
        inward = self._inward[room]
        return inward is None or shapely.LineString((one, other)).distance(inward) >= _CLEAR_M - 0.05


def _inward(floor: shapely.Polygon) -> shapely.MultiPoint | None:
    """Return the corners that stand into a room."""
    hull = floor.convex_hull.boundary
    found = [corner for corner in list(floor.exterior.coords)[:-1] if hull.distance(shapely.Point(corner)) > 0.05]
    return shapely.MultiPoint(found) if found else None


def _clear(floor: shapely.Polygon) -> shapely.Polygon:
    """Return a floor without a strip along its walls; of a tiny room a little more."""
    for margin in (_CLEAR_M, 0.2, 0.1, 0.0):
        inner: object = floor.buffer(-margin, join_style="mitre")  # two polygons where the room is narrow
        if isinstance(inner, shapely.Polygon) and not inner.is_empty:
            return inner
    return floor


def _rounded(place: Point) -> Point:
    return (round(place[0], 3), round(place[1], 3))
