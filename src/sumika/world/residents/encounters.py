"""How residents keep out of each other's way: they wait until the way is free, go round who stands in it, step aside.

Everybody makes way for those who come before them in the house's list, never the other way round: so that nobody's
movements depend on those of somebody whose movements depend on theirs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sumika.world.exchange import Posture
from sumika.world.residents.path import Move
from sumika.world.residents.places import Point, Spot
from sumika.world.residents.routes import Routes

Array = NDArray[np.float64]

NEAR_M = 0.5
"""Nearer than this two people touch shoulders."""
_GOES_M = 0.05
_EVERY_S = 0.25
_ROUND_M = 0.62
_APPROACHES_S = 1.5


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody for whom one makes way.

    Attributes:
        moves: Returns their moves between two moments.
    """

    moves: Callable[[float, float], Sequence[Move]]

    def track(self, begin_s: float, end_s: float) -> Callable[[Array], Array]:
        """Return what tells (time, 2) where they are; NaN while they are out or lie or sit."""
        moves = self.moves(begin_s, end_s)
        times = np.array([moment for move in moves for moment in (move.begin_s, move.end_s)])
        places = np.array([place for move in moves for place in (move.place_m, move.end_m)], np.float64)
        gone = np.array([move.away or move.posture is not Posture.STANDING for move in moves])
        places[np.repeat(gone, 2)] = np.nan
        begins = np.array([move.begin_s for move in moves])

        def at(wanted: Array) -> Array:
            index = np.clip(np.searchsorted(begins, wanted, side="right") - 1, 0, len(moves) - 1)
            first, last = times[2 * index], times[2 * index + 1]
            share = np.clip((wanted - first) / np.maximum(last - first, 1e-9), 0.0, 1.0)[:, np.newaxis]
            found: Array = places[2 * index] + share * (places[2 * index + 1] - places[2 * index])
            return found

        return at

    def near(self, place: Point, begin_s: float, end_s: float) -> bool:
        """Say whether they come near a place in a time."""
        at = self.track(begin_s, end_s)(np.arange(begin_s, end_s, 2.0 * _EVERY_S))
        return bool((np.hypot(*(at - place).T) < NEAR_M).any())


def clear_way(
    routes: Routes,
    room: str,
    corners: Sequence[Point],
    begin_s: float,
    speed_m_s: float,
    others: Sequence[Other],
    waits_s: Sequence[float],
) -> tuple[Sequence[Point], float]:
    """Return the way without its beginning, led round who stands in it, and how long to wait before it is free.

    Args:
        routes: Of the house.
        room: Where it begins.
        corners: Of the way, its beginning included.
        begin_s: When one would set out.
        speed_m_s: How fast.
        others: For whom one makes way.
        waits_s: What can be waited, the shortest first.
    """
    length_m = sum(map(math.dist, corners[:-1], corners[1:]))
    if not others or length_m < _GOES_M:
        return corners[1:], 0.0
    longest_s = waits_s[-1] + 1.5 * length_m / speed_m_s + 5.0
    tracks = [other.track(begin_s, begin_s + longest_s) for other in others]
    for at in tracks:
        stands = at(np.array([begin_s, begin_s + 0.5 * longest_s, begin_s + longest_s]))
        if np.ptp(stands, axis=0).max() < _GOES_M:
            corners = _round(routes, room, corners, (float(stands[0, 0]), float(stands[0, 1])))
    since_s, mine = _walked(corners, speed_m_s)
    met = [_meetings(tracks, begin_s + wait_s + since_s, mine) for wait_s in waits_s]
    return corners[1:], waits_s[int(np.argmin(met))]


def passing(others: Sequence[Other], spot: Spot, begin_s: float, end_s: float) -> list[tuple[float, float, Move]]:
    """Return who walks through a place in a time: from when to when, and how; in order."""
    found: list[tuple[float, float, Move]] = []
    for other in others:
        for move in other.moves(begin_s, end_s) if end_s > begin_s else ():
            length_m = math.dist(move.place_m, move.end_m)
            if move.away or length_m < _GOES_M:
                continue
            share, away_m = _nearest(move.place_m, move.end_m, spot.at_m)
            if away_m < NEAR_M:
                at_s = move.begin_s + share * move.leg.seconds
                found.append((at_s - _APPROACHES_S - 1.0, at_s + _APPROACHES_S, move))
    return sorted(found, key=lambda one: one[0])


def beside(place: Point, move: Move) -> tuple[Point, Point]:
    """Return the two places beside somebody's way, the nearer one first."""
    length_m = max(math.dist(move.place_m, move.end_m), 1e-9)
    left = (-(move.end_m[1] - move.place_m[1]) / length_m, (move.end_m[0] - move.place_m[0]) / length_m)
    aside_m = (place[0] - move.place_m[0]) * left[0] + (place[1] - move.place_m[1]) * left[1]
    side = 1.0 if aside_m >= 0 else -1.0
    near, far = (_ROUND_M * way - aside_m for way in (side, -side))
    return (
        (place[0] + near * left[0], place[1] + near * left[1]),
        (place[0] + far * left[0], place[1] + far * left[1]),
    )


def _walked(corners: Sequence[Point], speed_m_s: float) -> tuple[Array, Array]:
    """Return (time,) and (time, 2) of a walk round corners."""
    way = np.asarray(corners, np.float64)
    reached_s = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T)))) / speed_m_s
    since_s = np.arange(0.0, reached_s[-1] + _EVERY_S, _EVERY_S)
    places = np.stack([np.interp(since_s, reached_s, way[:, axis]) for axis in (0, 1)], axis=1)
    return since_s, places


def _meetings(tracks: Sequence[Callable[[Array], Array]], at_s: Array, mine: Array) -> int:
    """Return how many moments of a walk are too near to somebody."""
    return sum(int((np.hypot(*(at(at_s) - mine).T) < NEAR_M).sum()) for at in tracks)


def _round(routes: Routes, room: str, corners: Sequence[Point], stands_m: Point) -> Sequence[Point]:
    """Return a way that goes round somebody, where there is space beside them."""
    found = [corners[0]]
    for one, other in pairwise(corners):
        share, away_m = _nearest(one, other, stands_m)
        room = routes.room_at(one, room)
        if away_m < NEAR_M and 0.0 < share < 1.0 and min(math.dist(one, stands_m), math.dist(other, stands_m)) > NEAR_M:
            detour = _beside(routes, room, one, other, stands_m)
            found += [detour] if detour is not None else []
        found.append(other)
    return found


def _beside(routes: Routes, room: str, one: Point, other: Point, stands_m: Point) -> Point | None:
    length_m = math.dist(one, other)
    left = (-(other[1] - one[1]) / length_m, (other[0] - one[0]) / length_m)
    aside_m = (stands_m[0] - one[0]) * left[0] + (stands_m[1] - one[1]) * left[1]
    for side in (-1.0, 1.0) if aside_m >= 0 else (1.0, -1.0):
        place = (stands_m[0] + side * _ROUND_M * left[0], stands_m[1] + side * _ROUND_M * left[1])
        if routes.straight(room, one, place) and routes.straight(room, place, other):
            return place
    return None


def _nearest(one: Point, other: Point, place: Point) -> tuple[float, float]:
    """Return where on a leg a place is nearest, 0 to 1, and how near."""
    way = (other[0] - one[0], other[1] - one[1])
    squared = max(way[0] ** 2 + way[1] ** 2, 1e-12)
    share = min(max(((place[0] - one[0]) * way[0] + (place[1] - one[1]) * way[1]) / squared, 0.0), 1.0)
    return share, math.dist(place, (one[0] + share * way[0], one[1] + share * way[1]))
