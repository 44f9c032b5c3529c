"""Cat, dog and robot vacuum: where they are, hour by hour, each hour without the ones before it."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely

from sumika.schema import UsageError
from sumika.schema.house import House
from sumika.world.exchange import Posture
from sumika.world.residents.chance import chance
from sumika.world.residents.movement import Move, Path
from sumika.world.residents.places import Places, Spot
from sumika.world.residents.routes import Point, Routes

PETS = ("cat", "dog", "robot_vacuum")
HOUR_S = 3600.0
_SPEEDS_M_S = {"cat": 0.6, "dog": 0.8, "robot_vacuum": 0.25}
_ROBOT_HOURS = (10.0, 10.75)
_ROBOT_MOVES_M = 4.0


class Animal:
    """One pet or robot."""

    def __init__(self, house: House, places: Places, routes: Routes, kind: str, seed: int) -> None:
        """Take it in.

        Args:
            house: The house.
            places: Of it.
            routes: Through it.
            kind: One of `PETS`.
            seed: Of everything random.

        Raises:
            UsageError: if there is no such animal.
        """
        if kind not in PETS:
            raise UsageError(f"there is no {kind!r}", where="world.pets", remedy=f"There are {', '.join(PETS)}")
        self.name, self.kind = kind, "robot" if kind == "robot_vacuum" else "pet"
        self._house, self._places, self._routes, self._seed = house, places, routes, seed
        self._floors = {room.id: shapely.Polygon(room.floor_m).buffer(-0.25) for room in house.rooms}
        goes = [room.id for room in house.rooms if self._floors[room.id].area > 1.5]
        self._rooms = tuple(goes or [house.rooms[0].id])

    def moves(self, hour: int, start: datetime) -> tuple[Move, ...]:
        """Return how it spends an hour of the world."""
        random = chance(self._seed, self.name, hour)
        begin_s = hour * HOUR_S
        path = Path(begin_s, begin_s + HOUR_S, self._anchor(hour))
        local = (start.astimezone(UTC) + timedelta(seconds=begin_s)).astimezone(start.tzinfo)
        room = self._anchor(hour).room
        if self.kind == "robot":
            self._clean(path, room, random, local)
        else:
            room = self._roam(path, room, random, local.hour)
        # It ends where the next hour begins: so no hour needs the ones before it.
        goal = self._anchor(hour + 1)
        way = self._routes.way(room, path.place_m, goal.room, goal.at_m)
        length_m = sum(map(math.dist, (path.place_m, *way), way))
        path.hold(path.end_s - path.now_s - length_m / _SPEEDS_M_S[self.name] - 5.0)
        path.go(way, _SPEEDS_M_S[self.name])
        return path.rest()

    def _roam(self, path: Path, room: str, random: np.random.Generator, hour: int) -> str:
        """Sleep, stroll, sleep; more about dusk and dawn."""
        lively = 1.6 if hour in (5, 6, 7, 17, 18, 19, 20, 21) else 0.5
        while path.now_s < path.end_s - 400.0:
            path.hold(float(random.exponential(900.0 / lively)) + 5.0)
            goal = str(random.choice(self._rooms))
            to_m = self._somewhere(goal, random)
            if path.now_s < path.end_s - 300.0:
                path.go(self._routes.way(room, path.place_m, goal, to_m), _SPEEDS_M_S[self.name])
                room = goal
        return room

    def _clean(self, path: Path, room: str, random: np.random.Generator, local: datetime) -> None:
        """Drive to and fro in one room while it is time."""
        drives = _ROBOT_HOURS[0] <= local.hour + local.minute / 60.0 < _ROBOT_HOURS[1]
        until_s = path.begin_s + HOUR_S - 300.0 if drives else path.now_s
        while path.now_s < until_s:
            to_m = self._somewhere(room, random)
            way = math.dist(path.place_m, to_m)
            share = min(1.0, _ROBOT_MOVES_M / max(way, 1e-6))
            x, y = (path.place_m[axis] + share * (to_m[axis] - path.place_m[axis]) for axis in (0, 1))
            path.go((self._places.inside(room, (x, y)),), _SPEEDS_M_S[self.name])
            path.hold(1.0)

    def _anchor(self, hour: int) -> Spot:
        """Return where it is when an hour begins."""
        random = chance(self._seed, self.name, "anchor", hour if self.kind == "pet" else hour // 24)
        room = str(random.choice(self._rooms))
        at_m = self._somewhere(room, random)
        return Spot(room, at_m, Posture.STANDING, float(random.uniform(-math.pi, math.pi)), 0.0, at_m)

    def _somewhere(self, room: str, random: np.random.Generator) -> Point:
        floor = self._floors[room]
        if floor.is_empty:
            return self._places.middle(room).at_m
        low_x, low_y, high_x, high_y = floor.bounds
        for _ in range(20):
            place = (float(random.uniform(low_x, high_x)), float(random.uniform(low_y, high_y)))
            if floor.covers(shapely.Point(place)):
                return place
        return self._places.middle(room).at_m
