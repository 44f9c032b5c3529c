"""Cat, dog and robot vacuum: where they are, hour by hour, each hour without the ones before it."""

import math
from datetime import datetime
from functools import lru_cache

import numpy as np
import shapely

from sumika.schema import UsageError
from sumika.schema.house import House
from sumika.world.exchange import Posture
from sumika.world.residents.chance import chance
from sumika.world.residents.path import Move, Path
from sumika.world.residents.places import Places, Point, Spot
from sumika.world.residents.routes import Routes
from sumika.world.start import local_time

PETS = ("cat", "dog", "robot_vacuum")
HOUR_S = 3600.0
_SPEEDS_M_S = {"cat": 0.6, "dog": 0.8, "robot_vacuum": 0.25}
_ROBOT_HOUR = 10
"""It drives in the hour of the world that begins in this one of the clock: one of a day, whenever the world began."""
_ROBOT_MOVES_M = 4.0
_LIVELY = (5, 6, 7, 17, 18, 19, 20, 21)
_PERCHES = {"cat": 0.5, "dog": 0.1}
"""How likely it lies on a sofa or a bed, not on the floor (typical)."""
_HOME_S, _ARRIVES_S = 300.0, 5.0
"""So long before the end of an hour it thinks of where the next one begins; and so long before it arrives."""


class Animal:
    """One pet or robot."""

    def __init__(
        self, house: House, places: Places, routes: Routes, kind: str, seed: int, start: datetime, *, number: int = 1
    ) -> None:
        """Take it in.

        Args:
            house: The house.
            places: Of it.
            routes: Through it.
            kind: One of `PETS`.
            seed: Of everything random.
            start: When the world begins, with a time zone.
            number: Of those of its kind, from 1.

        Raises:
            UsageError: if there is no such animal.
        """
        if kind not in PETS:
            raise UsageError(f"there is no {kind!r}", where="world.pets", remedy=f"There are {', '.join(PETS)}")
        self.name = kind if number == 1 else f"{kind}_{number}"
        self.kind = "robot" if kind == "robot_vacuum" else "pet"
        self._likes_perches = _PERCHES.get(kind, 0.0)
        self._house, self._places, self._routes, self._seed = house, places, routes, seed
        self._floors = {room.id: shapely.Polygon(room.floor_m).buffer(-0.25) for room in house.rooms}
        goes = [room.id for room in house.rooms if self._floors[room.id].area > 1.5]
        self._rooms = tuple(goes or [house.rooms[0].id])
        self._start, self._perches, self._speed_m_s = start, places.perches(), _SPEEDS_M_S[kind]
        self._moves = lru_cache(maxsize=4)(self._made)

    def moves(self, hour: int) -> tuple[Move, ...]:
        """Return how it spends an hour of the world."""
        return self._moves(hour)

    def _made(self, hour: int) -> tuple[Move, ...]:
        random = chance(self._seed, self.name, hour)
        begin_s = hour * HOUR_S
        path = Path(begin_s, begin_s + HOUR_S, self._anchor(hour))
        local = local_time(self._start, begin_s)
        room = self._anchor(hour).room
        if self.kind == "robot":
            self._clean(path, room, random, local)
        else:
            room = self._roam(path, room, random, local.hour)
        # It ends where the next hour begins: so no hour needs the ones before it.
        goal = self._anchor(hour + 1)
        way = self._routes.way(room, path.place_m, goal.room, goal.from_m)
        length_m, left_s = sum(map(math.dist, (path.place_m, *way), way)), path.end_s - path.now_s - _ARRIVES_S
        path.hold(left_s - length_m / self._speed_m_s)
        self._go(path, room, goal, max(self._speed_m_s, length_m / left_s))
        return path.rest()

    def _go(self, path: Path, room: str, goal: Spot, speed_m_s: float) -> None:
        """Get down or up, go there, and jump up or lie down."""
        if path.posture is not Posture.STANDING:
            down = next((one.from_m for one in self._perches if one.at_m == path.place_m), path.place_m)
            path.take(Posture.STANDING, 0.5, to_m=down, heading_rad=path.heading_rad, base_m=0.0)
        path.go(self._routes.way(room, path.place_m, goal.room, goal.from_m), speed_m_s)
        path.take(goal.posture, 0.5, to_m=goal.at_m, heading_rad=goal.heading_rad, base_m=goal.base_m)

    def _roam(self, path: Path, room: str, random: np.random.Generator, hour: int) -> str:
        """Sleep, stroll, sleep; more about dusk and dawn."""
        lively = 1.6 if hour in _LIVELY else 0.5
        until_s = path.end_s - _HOME_S
        while until_s - path.now_s > 1.0:
            path.hold(min(float(random.exponential(900.0 / lively)) + 5.0, until_s - path.now_s))
            goal = self._somewhere(random)
            if path.now_s < until_s:
                self._go(path, room, goal, self._speed_m_s)
                room = goal.room
        return room

    def _clean(self, path: Path, room: str, random: np.random.Generator, local: datetime) -> None:
        """Drive to and fro in one room while it is time."""
        until_s = path.end_s - _HOME_S if local.hour == _ROBOT_HOUR else path.now_s
        while path.now_s < until_s:
            to_m = self._floor_of(room, random)
            way = math.dist(path.place_m, to_m)
            share = min(1.0, _ROBOT_MOVES_M / max(way, 1e-6))
            x, y = (path.place_m[axis] + share * (to_m[axis] - path.place_m[axis]) for axis in (0, 1))
            next_m = self._places.inside(room, (x, y))
            if self._routes.straight(room, path.place_m, next_m):
                path.go((next_m,), self._speed_m_s)
            path.hold(1.0)

    def _anchor(self, hour: int) -> Spot:
        """Return where it is when an hour begins."""
        if self.kind == "robot":
            random = chance(self._seed, self.name, "anchor", hour // 24)
            room = str(random.choice(self._rooms))
            at_m = self._floor_of(room, random)
            return Spot(room, at_m, Posture.STANDING, 0.0, 0.0, at_m)
        return self._somewhere(chance(self._seed, self.name, "anchor", hour))

    def _somewhere(self, random: np.random.Generator) -> Spot:
        """Return where a pet lies down next."""
        if self._perches and random.uniform() < self._likes_perches:
            return self._perches[int(random.integers(len(self._perches)))]
        room = str(random.choice(self._rooms))
        at_m = self._floor_of(room, random)
        return Spot(room, at_m, Posture.LYING, 0.0, 0.0, at_m)

    def _floor_of(self, room: str, random: np.random.Generator) -> Point:
        floor = self._floors[room]
        if not floor.is_empty:
            low_x, low_y, high_x, high_y = floor.bounds
            for _ in range(20):
                place = (float(random.uniform(low_x, high_x)), float(random.uniform(low_y, high_y)))
                if floor.covers(shapely.Point(place)):
                    return place
        return self._places.floor(room, 0).at_m
