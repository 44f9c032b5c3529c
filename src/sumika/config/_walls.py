"""The walls of a storey from its floor plan: which part of which edge faces another room, which the outside.

A wall stands where the edges of two rooms face each other, no more than `THICKEST_WALL_M` apart: the gap on the plan is
the wall. What faces nobody is an outer wall.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sumika.schema.house import Room

Place = tuple[float, float]

THICKEST_WALL_M = 0.25
"""Edges of two rooms as far apart as this, or nearer, are the two faces of one wall."""

SHORTEST_M = 0.05
"""Shorter parts of walls do not count."""

_PARALLEL = 0.05
"""Sine of the largest angle between two faces of one wall."""

_OVERLAP_M = 0.03
"""Rooms may reach into each other so far: people measure with a tape."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of a room's floor.

    Attributes:
        room: Index of the room.
        number: Which edge, from 0.
        start: Its first corner.
        along: Unit vector to the next corner.
        out: Unit vector out of the room.
        length_m: Of it.
    """

    room: int
    number: int
    start: Place
    along: Place
    out: Place
    length_m: float

    def point(self, distance_m: float) -> Place:
        """Return the place so far from its first corner."""
        return self.start[0] + distance_m * self.along[0], self.start[1] + distance_m * self.along[1]

    def project(self, place: Place) -> float:
        """Return how far along the edge a place is."""
        return (place[0] - self.start[0]) * self.along[0] + (place[1] - self.start[1]) * self.along[1]

    def beside(self, place: Place) -> float:
        """Return how far out of the room, past the edge, a place is."""
        return (place[0] - self.start[0]) * self.out[0] + (place[1] - self.start[1]) * self.out[1]


@dataclass(frozen=True, slots=True)
class Face:
    """A part of an edge.

    Attributes:
        edge: The edge.
        start_m: Where the part begins, from the edge's first corner.
        end_m: Where it ends.
    """

    edge: Edge
    start_m: float
    end_m: float

    @property
    def length_m(self) -> float:
        """Of the part."""
        return self.end_m - self.start_m

    def distance_m(self, place: Place) -> float:
        """Return how far a place is from it on the plan."""
        along = self.edge.project(place)
        return math.hypot(self.edge.beside(place), along - min(max(along, self.start_m), self.end_m))


@dataclass(frozen=True, slots=True)
class Walls:
    """All walls of all storeys.

    Attributes:
        outer: What faces the outside.
        shared: Face of one room and index of the other, each wall once.
    """

    outer: tuple[Face, ...]
    shared: tuple[tuple[Face, int], ...]


def walls_of(rooms: Sequence[Room]) -> Walls:
    """Return the walls of a floor plan; rooms of different storeys have none in common.

    Args:
        rooms: Whose outlines do not cross themselves.
    """
    outer: list[Face] = []
    shared: list[tuple[Face, int]] = []
    for storey in sorted({room.storey for room in rooms}):
        edges = [edge for index, room in enumerate(rooms) if room.storey == storey for edge in edges_of(index, room)]
        taken = _shared(edges, shared)
        for edge in edges:
            outer += [Face(edge, *part) for part in _free(taken[edge.room, edge.number], 0.0, edge.length_m)]
    return Walls(tuple(outer), tuple(shared))


def edges_of(index: int, room: Room) -> list[Edge]:
    """Return the edges of a room's floor, numbered from its first corner."""
    corners = room.floor_m
    pairs = list(itertools.pairwise([*corners, corners[0]]))
    turn = 1.0 if sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) > 0 else -1.0
    edges = []
    for number, (start, end) in enumerate(pairs):
        length = math.dist(start, end)
        if length > 1e-6:
            along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
            out = (turn * along[1], -turn * along[0])
            edges.append(Edge(index, number, (start[0], start[1]), along, out, length))
    return edges


_Intervals = dict[tuple[int, int], list[tuple[float, float]]]


def _shared(edges: list[Edge], shared: list[tuple[Face, int]]) -> _Intervals:
    """Find the walls between rooms, the nearest faces first; return what of each edge they take."""
    taken: _Intervals = {(edge.room, edge.number): [] for edge in edges}
    pairs = []
    for first, second in itertools.combinations(edges, 2):
        if first.room != second.room and (found := _facing(first, second)) is not None:
            pairs.append((found[0], first, second, found[1]))
    for _, first, second, (low, high) in sorted(pairs, key=lambda pair: pair[0]):
        for start, end in _free(taken[first.room, first.number], low, high):
            opposite = sorted(second.project(first.point(at)) for at in (start, end))
            for opposite_start, opposite_end in _free(taken[second.room, second.number], opposite[0], opposite[1]):
                ends = sorted(first.project(second.point(at)) for at in (opposite_start, opposite_end))
                taken[first.room, first.number].append((ends[0], ends[1]))
                taken[second.room, second.number].append((opposite_start, opposite_end))
                shared.append((Face(first, ends[0], ends[1]), second.room))
    return taken


def _facing(first: Edge, second: Edge) -> tuple[float, tuple[float, float]] | None:
    """Return how far apart two edges are that are the faces of one wall, and which part of the first it is."""
    if first.out[0] * second.out[0] + first.out[1] * second.out[1] > -math.sqrt(1.0 - _PARALLEL**2):
        return None
    ends = [second.start, second.point(second.length_m)]
    gaps = [first.beside(end) for end in ends]
    if min(gaps) < -_OVERLAP_M or max(gaps) > THICKEST_WALL_M:
        return None
    along = sorted(first.project(end) for end in ends)
    low, high = max(0.0, along[0]), min(first.length_m, along[1])
    return (0.5 * sum(gaps), (low, high)) if high - low > SHORTEST_M else None


def _free(taken: list[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """Return what of an interval is not taken."""
    free = [(low, high)]
    for start, end in taken:
        free = [
            part for a, b in free for part in ((a, min(b, start)), (max(a, end), b)) if part[1] - part[0] > SHORTEST_M
        ]
    return free
