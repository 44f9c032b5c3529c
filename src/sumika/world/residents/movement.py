"""From what somebody does to how they move: up from the chair, through doors, down onto the bed; and falls.

A span begins where the one before ended. Its moves are worked out from its beginning, so that any minute of it can be
asked for; a minute ends wherever a walk happens to be, but never in the middle of sitting down or falling.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sumika.schema.living import Life
from sumika.world.exchange import Posture
from sumika.world.residents.activities import ACTIVITIES, Activity
from sumika.world.residents.chance import chance
from sumika.world.residents.encounters import Other, beside, clear_way, passing
from sumika.world.residents.path import Move, Path
from sumika.world.residents.places import Places, Point, Spot
from sumika.world.residents.routes import Routes
from sumika.world.residents.span import Span

LONG_S = 240.0
"""Whoever does something for so long has arrived, and ends where it is done."""
HURRIES_M_S = 1.6
"""Nobody walks faster indoors."""
_SITS_S, _LIES_S, _RISES_S = 1.6, 2.2, 1.8
_FALLS_S, _COLLAPSES_S, _STUMBLES_S = 0.7, 4.0, 0.5
_FLOOR_M = 0.02
_STEPS_ASIDE_M = 0.3
_SOON_S = 0.01
_BACK_S = 9.0
"""So long before the end of a span one is back where it is done."""
_WAITS_S = tuple(1.5 * number for number in range(11))


class Mover:
    """Moves one resident about the house."""

    def __init__(
        self, number: int, places: Places, routes: Routes, life: Life, name: str, seed: int, others: Sequence[Other]
    ) -> None:
        """Take a resident.

        Args:
            number: Of the resident.
            places: Where things are done in the house.
            routes: Ways through it.
            life: How tall, how old.
            name: Of the resident.
            seed: Of everything random.
            others: Those for whom the resident makes way.
        """
        self._number, self._places, self._routes, self._others = number, places, routes, tuple(others)
        self._spots: dict[tuple[str, str], Spot] = {}
        self._name, self._seed = name, seed
        # Indoors people walk slower than in the street, and the slower the older (typical: 0.9 m/s, 0.6 at 80).
        self._speed_m_s = float(np.interp(life.age_years, (1, 3, 20, 60, 85), (0.4, 0.7, 0.95, 0.9, 0.55)))
        self._speed_m_s *= 1.0 - 0.4 * life.frail

    def spot_of(self, span: Span) -> Spot:
        """Return where an ordinary span is spent, once one is there."""
        key = (span.activity, span.room)
        known = self._spots.get(key)
        if known is None:
            known = self._spots[key] = self._spot_of(span)
        return known

    def settled(self, span: Span) -> bool:
        """Say whether somebody surely ends a span where it is done."""
        return not span.event and span.seconds >= LONG_S

    def moves(self, span: Span, start: Spot, *, was_away: bool) -> tuple[Move, ...]:
        """Return how a span is spent, from where the one before ended.

        Args:
            span: What is done.
            start: Where and how it begins.
            was_away: Whether that is out of the house.
        """
        path = Path(span.begin_s, span.end_s, start, away=was_away)
        activity = ACTIVITIES[span.activity]
        if was_away and (activity.away or (span.event and not span.room)):
            return path.rest()
        if span.event:
            self._befall(path, span, start)
            return path.rest()
        goal = self.spot_of(span)
        if replace(goal, from_m=start.from_m) != start or was_away:
            random = chance(self._seed, "speed", self._name, round(span.begin_s))
            self._walk(path, start, goal, self._speed_m_s * float(random.uniform(0.85, 1.15)))
            settle(path, goal)
            if activity.away:
                path.away = True
                return path.rest()
        self._stay(path, span, activity, goal)
        return path.rest()

    def _spot_of(self, span: Span) -> Spot:
        activity = ACTIVITIES[span.activity]
        if activity.away:
            entrance = self._routes.entrance_room
            at_m = self._routes.entrance or self._places.floor(entrance, 0).at_m
            return Spot(entrance, at_m, Posture.STANDING, 0.0, 0.0, at_m)
        spot = self._places.at(activity.at, self._number, room=span.room, lying=activity.lying, seated=activity.seated)
        if not activity.lying and spot.posture is Posture.LYING:  # one dresses or reads sitting on the bed
            spot = replace(spot, posture=Posture.SITTING)
        return spot

    def _walk(self, path: Path, start: Spot, goal: Spot, speed_m_s: float) -> None:
        """Get up and go; wait where one is while somebody else is in the way."""
        rises_s = {Posture.STANDING: 0.0, Posture.SITTING: _RISES_S, Posture.LYING: _RISES_S + _LIES_S}[start.posture]
        way: Sequence[Point] = self._routes.way(start.room, start.from_m, goal.room, goal.from_m)
        seconds = path.end_s - path.now_s
        quick_m_s = min(HURRIES_M_S, max(speed_m_s, _length_m(start.from_m, way) / max(1.0, 0.5 * seconds)))
        corners, begin_s = (start.from_m, *way), path.now_s + rises_s
        way, wait_s = clear_way(self._routes, start.room, corners, begin_s, quick_m_s, self._others, _WAITS_S)
        path.hold(min(wait_s, 0.25 * seconds))
        path.away = False
        rise(path, start)
        path.go(way, quick_m_s)

    def _stay(self, path: Path, span: Span, activity: Activity, goal: Spot) -> None:
        """Do what one came for: on the feet a step aside now and then, seated a turn; and back before the end."""
        random = chance(self._seed, "stays", self._name, round(span.begin_s))
        until_s = path.end_s - _BACK_S
        passes = passing(self._others, goal, path.now_s, until_s) if goal.posture is Posture.STANDING else []
        while until_s - path.now_s > _SOON_S:
            still_s = float(random.exponential(3600.0 / activity.fidgets)) + 2.0 if activity.fidgets > 0 else math.inf
            next_s = min(path.now_s + still_s, until_s)
            while passes and passes[0][0] <= path.now_s:
                passes.pop(0)
            if passes and passes[0][0] < next_s + 6.0:
                self._make_way(path, goal, passes.pop(0), until_s)
                continue
            path.hold(next_s - path.now_s)
            if next_s < until_s:
                self._fidget(path, goal, activity, random)
        if path.moves and path.place_m != goal.at_m and path.end_s - path.now_s > 2.0:
            path.go((goal.at_m,), 0.4)
        if path.heading_rad != goal.heading_rad and path.end_s - path.now_s > 2.0:
            path.take(goal.posture, 0.6, heading_rad=goal.heading_rad, base_m=goal.base_m)

    def _fidget(self, path: Path, goal: Spot, activity: Activity, random: np.random.Generator) -> None:
        aside, turn = _STEPS_ASIDE_M * float(random.uniform(-1.0, 1.0)), float(random.uniform(-0.4, 0.4))
        if goal.posture is Posture.STANDING and activity.fidgets > 10:
            left = (-math.sin(goal.heading_rad), math.cos(goal.heading_rad))
            to_m = self._places.inside(goal.room, (goal.at_m[0] + aside * left[0], goal.at_m[1] + aside * left[1]))
            if not self._routes.straight(goal.room, path.place_m, to_m):
                return
            if any(other.near(to_m, path.now_s, path.now_s + 20.0) for other in self._others):
                return
            path.go((to_m,), 0.4)
            path.take(Posture.STANDING, 0.6, heading_rad=goal.heading_rad, base_m=0.0)
        elif goal.posture is Posture.SITTING:
            path.take(Posture.SITTING, 1.0, heading_rad=goal.heading_rad + turn, base_m=goal.base_m)

    def _make_way(self, path: Path, goal: Spot, meets: tuple[float, float, Move], until_s: float) -> None:
        """Step aside for somebody who comes through where one stands, and back again."""
        begin_s, end_s, move = meets
        path.hold(begin_s - path.now_s)
        for to_m in beside(path.place_m, move):
            clear = to_m == self._places.inside(goal.room, to_m)
            if clear and self._routes.straight(goal.room, path.place_m, to_m):
                path.go((to_m,), 0.7)
                break
        path.hold(min(end_s, until_s) - path.now_s)
        path.go((goal.at_m,), 0.5)

    def _befall(self, path: Path, span: Span, start: Spot) -> None:
        """Fall, collapse, stumble, sit down hard or let something drop."""
        room = span.room or start.room
        self._walk(path, start, self._places.floor(room, self._number), self._speed_m_s)
        ahead = path.heading_rad
        if span.event == "sit_hard":
            path.take(Posture.SITTING, 0.5, heading_rad=ahead, base_m=0.42)
            return
        if span.event == "near_fall":
            stumble = (path.place_m[0] + 0.25 * math.cos(ahead), path.place_m[1] + 0.25 * math.sin(ahead))
            path.go((self._places.inside(room, stumble),), 0.25 / _STUMBLES_S)
            return
        if span.event == "drop":
            path.hold(DROPS_S + 1.5)
            path.take(Posture.SITTING, 0.9, heading_rad=ahead, base_m=0.2)  # down to pick it up
            path.take(Posture.STANDING, 1.2, heading_rad=ahead, base_m=0.0)
            return
        slow = span.event == "slow_collapse"
        if slow:
            path.take(Posture.SITTING, _COLLAPSES_S, heading_rad=ahead, base_m=_FLOOR_M)
        path.fallen = True
        path.take(Posture.LYING, 2.0 if slow else _FALLS_S, heading_rad=ahead, base_m=_FLOOR_M)


DROPS_S = 0.5
"""So long after one stands still something slips out of one's hand."""


def _length_m(from_m: Point, way: Sequence[Point]) -> float:
    corners = (from_m, *way)
    return sum(map(math.dist, corners[:-1], corners[1:]))


def rise(path: Path, spot: Spot) -> None:
    """Get up from a bed, a seat or the floor, and step beside it."""
    if path.away or spot.posture is Posture.STANDING:
        return
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
