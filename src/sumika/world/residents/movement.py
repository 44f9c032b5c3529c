"""From what somebody does to how they move: up from the chair, through doors, down onto the bed; and falls.

A span begins where the one before ended. Its moves are worked out from its beginning, so that any minute of it can be
asked for; a minute ends wherever a walk happens to be, but never in the middle of sitting down or falling.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sumika.schema.house import House
from sumika.schema.living import FurnitureKind, Life
from sumika.world.exchange import Leg, Posture
from sumika.world.residents.activities import ACTIVITIES, Activity
from sumika.world.residents.chance import chance
from sumika.world.residents.places import Places, Spot
from sumika.world.residents.routes import Point, Routes
from sumika.world.residents.timeline import Span

MINUTE_S = 60.0
_SITS_S, _LIES_S, _RISES_S = 1.6, 2.2, 1.8
_FALLS_S, _COLLAPSES_S, _STUMBLES_S = 0.7, 4.0, 0.5
_FLOOR_M = 0.02
_LEAST_S = 0.3
_STEPS_ASIDE_M = 0.5
_WAITS_S = 1e-3


@dataclass(frozen=True, slots=True)
class Move:
    """One leg of a way, and the state it leaves from.

    Attributes:
        begin_s: Since the world began.
        leg: What is done.
        place_m: Where it begins.
        posture: In which posture.
        heading_rad: Facing where.
        base_m: On what height.
        away: Whether the body is out of the house.
        fallen: Whether a fall has brought it down.
    """

    begin_s: float
    leg: Leg
    place_m: Point
    posture: Posture
    heading_rad: float
    base_m: float
    away: bool = False
    fallen: bool = False

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.begin_s + self.leg.seconds

    def cut(self, begin_s: float, end_s: float) -> "Move":
        """Return what of it lies within a time: of a walk the part of the way, of a wait the rest."""
        low, high = max(begin_s, self.begin_s), min(end_s, self.end_s)
        to_m = self.leg.to_m
        if to_m is None or self.leg.seconds <= 0:
            return replace(self, begin_s=low, leg=replace(self.leg, seconds=high - low))
        first, last = ((moment - self.begin_s) / self.leg.seconds for moment in (low, high))
        way = (to_m[0] - self.place_m[0], to_m[1] - self.place_m[1])
        return replace(
            self,
            begin_s=low,
            place_m=(self.place_m[0] + first * way[0], self.place_m[1] + first * way[1]),
            leg=replace(
                self.leg, seconds=high - low, to_m=(self.place_m[0] + last * way[0], self.place_m[1] + last * way[1])
            ),
        )


class Path:
    """Puts moves one after the other."""

    def __init__(self, begin_s: float, end_s: float, spot: Spot, *, away: bool = False) -> None:
        """Begin at a place.

        Args:
            begin_s: When.
            end_s: When it must be over.
            spot: Where, and how the body is there.
            away: Whether it is out of the house.
        """
        self.begin_s, self.now_s, self.end_s = begin_s, begin_s, end_s
        self.place_m, self.posture = spot.at_m, spot.posture
        self.heading_rad, self.base_m = spot.heading_rad, spot.base_m
        self.away, self.fallen = away, False
        self.moves: list[Move] = []

    def go(self, corners: Sequence[Point], speed_m_s: float) -> None:
        """Walk round corners."""
        for corner in corners:
            length_m = math.dist(self.place_m, corner)
            if length_m < 1e-3:
                continue
            heading = math.atan2(corner[1] - self.place_m[1], corner[0] - self.place_m[0])
            self._add(Leg(seconds=length_m / speed_m_s, to_m=corner, heading_rad=heading))
            self.heading_rad = heading

    def hold(self, seconds: float) -> None:
        """Stay as one is."""
        if seconds > _WAITS_S:
            self._add(Leg(seconds=seconds))

    def take(
        self, posture: Posture, seconds: float, *, to_m: Point | None = None, heading_rad: float, base_m: float
    ) -> None:
        """Change posture; never across the end of a minute."""
        boundary_s = (math.floor(self.now_s / MINUTE_S + 1e-9) + 1) * MINUTE_S
        left_s = boundary_s - self.now_s
        if left_s < seconds:
            if left_s >= max(_LEAST_S, 0.5 * seconds):
                seconds = left_s
            else:
                self.hold(left_s)
        self._add(Leg(seconds=seconds, to_m=to_m, posture=posture, heading_rad=heading_rad, base_m=base_m))
        self.posture, self.heading_rad, self.base_m = posture, heading_rad, base_m

    def rest(self) -> tuple[Move, ...]:
        """Stay until the end, and return everything within the time there is."""
        self.hold(self.end_s - self.now_s)
        return tuple(move.cut(move.begin_s, self.end_s) for move in self.moves if move.begin_s < self.end_s - _WAITS_S)

    def _add(self, leg: Leg) -> None:
        self.moves.append(
            Move(self.now_s, leg, self.place_m, self.posture, self.heading_rad, self.base_m, self.away, self.fallen)
        )
        self.now_s += leg.seconds
        if leg.to_m is not None:
            self.place_m = leg.to_m


class Mover:
    """Moves one resident about the house."""

    def __init__(self, house: House, places: Places, routes: Routes, life: Life, name: str, seed: int) -> None:
        """Take a resident.

        Args:
            house: The house.
            places: Where things are done in it.
            routes: Ways through it.
            life: How tall, how old.
            name: Of the resident.
            seed: Of everything random.
        """
        self._house, self._places, self._routes = house, places, routes
        self._spots: dict[tuple[str, int, str], Spot] = {}
        self._life, self._name, self._seed = life, name, seed
        self._bedroom = life.bedroom or next((room.id for room in house.rooms if name in room.residents), "")
        # Indoors people walk slower than in the street, and the slower the older (typical: 0.9 m/s, 0.6 at 80).
        self._speed_m_s = float(np.interp(life.age_years, (1, 3, 20, 60, 85), (0.4, 0.7, 0.95, 0.9, 0.55)))
        self._speed_m_s *= 1.0 - 0.4 * life.frail

    def spot_of(self, span: Span) -> Spot:
        """Return where a span is spent, once one is there."""
        key = (span.activity, span.number, span.room)
        known = self._spots.get(key)
        if known is None:
            known = self._spots[key] = self._spot_of(span)
        return known

    def _spot_of(self, span: Span) -> Spot:
        activity = ACTIVITIES[span.activity]
        if activity.away:
            return self._outside()
        if span.room:
            pieces = [piece for piece in self._house.furniture if piece.room == span.room and piece.kind in activity.at]
            if not pieces:
                return self._places.middle(span.room, number=span.number)
        prefers = self._bedroom if activity.lying or FurnitureKind.BED in activity.at[:1] else ""
        spot = self._places.at(activity.at, span.number, bedroom=span.room or prefers, lying=activity.lying)
        if not activity.lying and spot.posture is Posture.LYING:  # one dresses or reads sitting on the bed
            spot = replace(spot, posture=Posture.SITTING)
        return spot

    def moves(self, span: Span, before: Span) -> tuple[Move, ...]:
        """Return how a span is spent, from where the one before ended.

        Args:
            span: What is done.
            before: What was done before.
        """
        start, was_away = self._ended_at(before)
        path = Path(span.begin_s, span.end_s, start, away=was_away)
        activity = ACTIVITIES[span.activity]
        if span.event:
            self._befall(path, span, start)
            return path.rest()
        if activity.away and was_away:
            return path.rest()
        goal = self.spot_of(span)
        if goal == start and not was_away:
            self._stay(path, span, activity, goal)
            return path.rest()
        path.away = False
        speed = self._speed_m_s * float(
            chance(self._seed, "speed", self._name, round(span.begin_s)).uniform(0.85, 1.15)
        )
        rise(path, start)
        way = self._routes.way(start.room, path.place_m, goal.room, goal.from_m)
        path.go(way, max(speed, _hurried_m_s(path.place_m, way, span.seconds)))
        if activity.away:
            path.away = True
        else:
            settle(path, goal)
            self._stay(path, span, activity, goal)
        return path.rest()

    def _ended_at(self, before: Span) -> tuple[Spot, bool]:
        """Return where a span leaves somebody, and whether that is out of the house."""
        activity = ACTIVITIES[before.activity]
        if before.event in ("fall", "slow_collapse"):
            return self._floor(before), False
        if before.event:
            return self._places.middle(before.room) if before.room else self._usual(before), False
        return self.spot_of(before), activity.away

    def _usual(self, span: Span) -> Spot:
        return self._places.at((FurnitureKind.SOFA,), span.number)

    def _outside(self) -> Spot:
        at_m = self._routes.entrance or self._places.middle(self._routes.entrance_room).at_m
        return Spot(self._routes.entrance_room, at_m, Posture.STANDING, 0.0, 0.0, at_m)

    def _floor(self, span: Span) -> Spot:
        room = span.room or self._places.largest
        middle = self._places.middle(room)
        return replace(middle, posture=Posture.LYING, base_m=_FLOOR_M)

    def _stay(self, path: Path, span: Span, activity: Activity, goal: Spot) -> None:
        """Do what one came for: on the feet a step aside now and then, seated a turn."""
        if activity.fidgets <= 0:
            return
        random = chance(self._seed, "stays", self._name, round(span.begin_s))
        while path.now_s < path.end_s:
            path.hold(float(random.exponential(3600.0 / activity.fidgets)) + 2.0)
            if goal.posture is Posture.STANDING and activity.fidgets > 10:
                aside = _STEPS_ASIDE_M * float(random.uniform(-1.0, 1.0))
                left = (-math.sin(goal.heading_rad), math.cos(goal.heading_rad))
                to_m = self._places.inside(goal.room, (goal.at_m[0] + aside * left[0], goal.at_m[1] + aside * left[1]))
                path.go((to_m,), 0.4)
                path.take(Posture.STANDING, 0.6, heading_rad=goal.heading_rad, base_m=0.0)
            elif goal.posture is Posture.SITTING:
                turn = goal.heading_rad + float(random.uniform(-0.4, 0.4))
                path.take(Posture.SITTING, 1.0, heading_rad=turn, base_m=goal.base_m)
        path.moves = [move for move in path.moves if move.begin_s < path.end_s]

    def _befall(self, path: Path, span: Span, start: Spot) -> None:
        """Fall, collapse, stumble, sit down hard or let something drop."""
        room = span.room or start.room
        goal = self._places.middle(room)
        rise(path, start)
        path.go(self._routes.way(start.room, path.place_m, goal.room, goal.at_m), self._speed_m_s)
        ahead = path.heading_rad
        if span.event == "sit_hard":
            path.take(Posture.SITTING, 0.5, heading_rad=ahead, base_m=0.42)
            return
        if span.event == "near_fall":
            stumble = (path.place_m[0] + 0.25 * math.cos(ahead), path.place_m[1] + 0.25 * math.sin(ahead))
            path.go((self._places.inside(room, stumble),), 0.25 / _STUMBLES_S)
            return
        if span.event == "drop":
            path.take(Posture.SITTING, 0.9, heading_rad=ahead, base_m=0.2)  # down to pick it up
            path.take(Posture.STANDING, 1.2, heading_rad=ahead, base_m=0.0)
            return
        slow = span.event == "slow_collapse"
        if slow:
            path.take(Posture.SITTING, _COLLAPSES_S, heading_rad=ahead, base_m=_FLOOR_M)
        path.fallen = True
        path.take(Posture.LYING, 2.0 if slow else _FALLS_S, heading_rad=ahead, base_m=_FLOOR_M)


def _hurried_m_s(from_m: Point, way: Sequence[Point], seconds: float) -> float:
    """Return how fast one must walk to have half of the time left for what one came for."""
    corners = (from_m, *way)
    return sum(map(math.dist, corners[:-1], corners[1:])) / max(1.0, 0.5 * seconds)


def rise(path: Path, spot: Spot) -> None:
    """Get up from a bed or a seat, and step beside it."""
    if path.away or spot.posture is Posture.STANDING:
        return
    path.fallen = False
    if spot.posture is Posture.LYING:
        path.take(Posture.SITTING, _LIES_S, heading_rad=path.heading_rad, base_m=spot.base_m)
    path.take(Posture.STANDING, _RISES_S, to_m=spot.from_m, heading_rad=path.heading_rad, base_m=0.0)


def settle(path: Path, spot: Spot) -> None:
    """Take a place: turn round and sit down, or lie down by way of sitting."""
    if spot.posture is Posture.STANDING:
        path.take(Posture.STANDING, 0.6, heading_rad=spot.heading_rad, base_m=0.0)
        return
    path.take(Posture.SITTING, _SITS_S, to_m=spot.at_m, heading_rad=spot.heading_rad, base_m=spot.base_m)
    if spot.posture is Posture.LYING:
        path.take(Posture.LYING, _LIES_S, heading_rad=spot.heading_rad, base_m=spot.base_m)
