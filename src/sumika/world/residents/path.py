"""Moves one after the other: each leg of a way with the state it leaves from, and the state in which it ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sumika.world.exchange import Leg, Posture
from sumika.world.residents.places import Point, Spot

MINUTE_S = 60.0
_LEAST_S = 0.3
_WAITS_S = 1e-3
_INSTANT_S = 1e-9
"""What a move has of a time by less than this, it does not have: moments a rounding apart are one."""


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

    @property
    def end_m(self) -> Point:
        """Where it is over."""
        return self.place_m if self.leg.to_m is None else self.leg.to_m

    def at_m(self, at_s: float) -> Point:
        """Return where the body is at a moment of it."""
        if self.leg.to_m is None or self.leg.seconds <= 0:
            return self.end_m
        share = min(max((at_s - self.begin_s) / self.leg.seconds, 0.0), 1.0)
        return (
            self.place_m[0] + share * (self.leg.to_m[0] - self.place_m[0]),
            self.place_m[1] + share * (self.leg.to_m[1] - self.place_m[1]),
        )

    def touches(self, begin_s: float, end_s: float) -> bool:
        """Say whether more than an instant of it lies within a time."""
        return self.end_s > begin_s + _INSTANT_S and self.begin_s < end_s - _INSTANT_S

    def cut(self, begin_s: float, end_s: float) -> "Move":
        """Return what of it lies within a time: of a walk the part of the way, of a wait the rest."""
        low, high = max(begin_s, self.begin_s), min(end_s, self.end_s)
        if low == self.begin_s and high == self.end_s:
            return self
        to_m = None if self.leg.to_m is None else self.at_m(high)
        part = replace(self, begin_s=low, place_m=self.at_m(low), leg=replace(self.leg, seconds=high - low, to_m=to_m))
        if low == self.begin_s:
            return part
        if not self.touches(self.begin_s, low):  # nobody saw it begin in the time before: it begins here
            return replace(part, place_m=self.place_m)
        # The part before has turned the body already, and brought it into its posture.
        held = self.ends("")
        return replace(part, posture=held.posture, heading_rad=held.heading_rad, base_m=held.base_m)

    def ends(self, room: str) -> Spot:
        """Return the state in which it ends."""
        leg = self.leg
        return Spot(
            room,
            self.end_m,
            self.posture if leg.posture is None else leg.posture,
            self.heading_rad if leg.heading_rad is None else leg.heading_rad,
            self.base_m if leg.base_m is None else leg.base_m,
            self.end_m,
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
        self._still = Move(
            begin_s, Leg(seconds=end_s - begin_s), self.place_m, self.posture, self.heading_rad, self.base_m, away
        )

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
        elif seconds > 0:  # the move before lasts a little longer
            self.now_s += seconds

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
                self.now_s = boundary_s
        self._add(Leg(seconds=seconds, to_m=to_m, posture=posture, heading_rad=heading_rad, base_m=base_m))
        self.posture, self.heading_rad, self.base_m = posture, heading_rad, base_m

    def rest(self) -> tuple[Move, ...]:
        """Stay until the end, and return everything within the time there is, without a gap; in no time, nothing."""
        self.hold(self.end_s - self.now_s)
        kept = [move for move in self.moves if move.begin_s < self.end_s - _WAITS_S] or [self._still]
        ends = [*(move.begin_s for move in kept[1:]), self.end_s]
        return tuple(
            move.cut(move.begin_s, self.end_s) if end >= self.end_s and move.end_s > end else _lasting(move, end)
            for move, end in zip(kept, ends, strict=True)
        )

    def _add(self, leg: Leg) -> None:
        self.moves.append(
            Move(self.now_s, leg, self.place_m, self.posture, self.heading_rad, self.base_m, self.away, self.fallen)
        )
        self.now_s += leg.seconds
        if leg.to_m is not None:
            self.place_m = leg.to_m


def _lasting(move: Move, end_s: float) -> Move:
    """Return a move that lasts until the next begins, to the last bit."""
    if move.end_s == end_s:
        return move
    return replace(move, leg=replace(move.leg, seconds=end_s - move.begin_s))
