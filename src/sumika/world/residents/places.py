"""Where in a house things are done: on the bed, at the table, at the stove; and where there is no such furniture.

Everybody has places of their own: no two residents sit, lie or stand on the same one. Who finds no seat sits on the
floor, as one does on tatami.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely

from sumika.schema.house import House, Resident
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.exchange import Posture

_SEATS_M = {
    FurnitureKind.BED: 0.45,
    FurnitureKind.SOFA: 0.40,
    FurnitureKind.CHAIR: 0.45,
    FurnitureKind.TABLE: 0.45,
    FurnitureKind.DESK: 0.45,
    FurnitureKind.TOILET: 0.42,
    FurnitureKind.BATH: 0.15,
}
"""Height of what one sits or lies on, where the description gives none (ISO 7250-1 seats; a bath's floor)."""

SEATS = frozenset({FurnitureKind.SOFA, FurnitureKind.CHAIR, FurnitureKind.TABLE, FurnitureKind.DESK})
_ROUND = frozenset({FurnitureKind.TABLE, FurnitureKind.DESK})
_BESIDE_M = 0.55
"""From the middle of a place on a sofa or a bed to the next one."""
_ELBOWS_M = 0.95
"""From who stands at a kitchen or a basin to who stands beside them; both step aside now and then."""
_BEFORE_M = 0.45
"""From a piece of furniture to who stands or sits before it."""
_CLEAR_M = 0.3
_CUSHION_M, _FUTON_M = 0.05, 0.1
_APART_M = 0.65
"""Between places on a floor without furniture."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be at.

    Attributes:
        room: The room's id.
        at_m: On the floor plan.
        posture: How one is there.
        heading_rad: Where one faces.
        base_m: Height of what one sits or lies on.
        from_m: Where one stands before sitting or lying down.
    """

    room: str
    at_m: Point
    posture: Posture
    heading_rad: float
    base_m: float
    from_m: Point


class Places:
    """The places of a house."""

    def __init__(self, house: House) -> None:
        """Find out what stands where, and who sleeps in which bed.

        Args:
            house: With rooms, everybody who lives or comes there and, where it has any, furniture.
        """
        self._rooms = {room.id: shapely.Polygon(room.floor_m) for room in house.rooms}
        self._clear = {name: _shrunk(floor) for name, floor in self._rooms.items()}
        self._house = house
        self._pieces: dict[FurnitureKind, list[Furniture]] = {}
        for piece in house.furniture:
            self._pieces.setdefault(piece.kind, []).append(piece)
        self._bedrooms = [self._bedroom(resident) for resident in house.residents]
        self._beds = self._assigned()
        self._floors: dict[str, list[Point]] = {}

    @cached_property
    def largest(self) -> str:
        """The largest room."""
        return max(self._rooms, key=lambda name: float(self._rooms[name].area))

    def count(self, kind: FurnitureKind) -> int:
        """Return how many pieces of a kind there are."""
        return len(self._pieces.get(kind, ()))

    def at(
        self, kinds: Sequence[FurnitureKind], number: int, *, room: str = "", lying: bool = False, seated: bool = False
    ) -> Spot:
        """Return somebody's place at a piece of furniture.

        Args:
            kinds: What would do, the best first.
            number: Whose; everybody has places of their own.
            room: Only in this room.
            lying: Whether one lies there.
            seated: Whether one sits there, should there be no furniture.

        Returns:
            The place; where the house has no such furniture, or all of its places are others', one on the floor.
        """
        for kind in kinds:
            found = self._found(kind, number)
            if found is not None and (not room or found[0].room == room):
                return self._place(*found, lying)
        if lying or FurnitureKind.BED in kinds[:1]:
            room = room or self._bedrooms[number]
        posture = Posture.LYING if lying else Posture.SITTING if seated else Posture.STANDING
        return self.floor(room or self.largest, number, posture)

    def floor(self, room: str, number: int, posture: Posture = Posture.STANDING) -> Spot:
        """Return somebody's place on the floor of a room, near its middle."""
        places = self._floors.get(room)
        if places is None:
            places = self._floors[room] = self._free(room)
        at_m = places[number % len(places)]
        base_m = {Posture.LYING: _FUTON_M, Posture.SITTING: _CUSHION_M}.get(posture, 0.0)
        return Spot(room, at_m, posture, 0.0, base_m, at_m)

    def perches(self) -> list[Spot]:
        """Return where a cat lies above the floor: in the middle of sofas and beds."""
        found: list[Spot] = []
        for piece in (*self._pieces.get(FurnitureKind.SOFA, ()), *self._pieces.get(FurnitureKind.BED, ())):
            heading = math.radians(piece.heading_deg)
            at_m = self._in(piece.room, piece.at_m)
            from_m = self.inside(piece.room, (at_m[0] + 0.7 * math.cos(heading), at_m[1] + 0.7 * math.sin(heading)))
            height_m = _SEATS_M[piece.kind] if piece.height_m is None else piece.height_m
            found.append(Spot(piece.room, at_m, Posture.LYING, heading, height_m, from_m))
        return found

    def inside(self, room: str, at_m: Point) -> Point:
        """Return the nearest place that is clear of a room's walls."""
        clear = self._clear[room]
        if clear.covers(shapely.Point(at_m)):
            return at_m
        corner = shapely.shortest_line(clear, shapely.Point(at_m)).coords[0]
        return (float(corner[0]), float(corner[1]))

    def _bedroom(self, resident: Resident) -> str:
        """Return where somebody sleeps: as they say, else a room that names them, the best one with a bed."""
        if resident.life is not None and resident.life.bedroom:
            return resident.life.bedroom
        named = [room.id for room in self._house.rooms if resident.id in room.residents]
        with_bed = [piece.room for piece in self._pieces.get(FurnitureKind.BED, ()) if piece.room in named]
        return (with_bed or named or [""])[0]

    def _assigned(self) -> list[tuple[Furniture, int] | None]:
        """Return everybody's place in a bed: first in their bedroom, then where nobody else sleeps."""
        free = [(piece, place) for piece in self._pieces.get(FurnitureKind.BED, ()) for place in range(piece.places)]
        found: list[tuple[Furniture, int] | None] = [None] * len(self._bedrooms)
        for number, bedroom in enumerate(self._bedrooms):
            found[number] = next((one for one in free if one[0].room == bedroom), None)
            free = [one for one in free if one != found[number]]
        others = set(filter(None, self._bedrooms))
        for number, bedroom in enumerate(self._bedrooms):
            if found[number] is None and not bedroom:
                found[number] = next((one for one in free if one[0].room not in others), None)
                free = [one for one in free if one != found[number]]
        return found

    def _found(self, kind: FurnitureKind, number: int) -> tuple[Furniture, int] | None:
        """Return a piece and which of its places is somebody's; None where all are others'."""
        if kind is FurnitureKind.BED:
            return self._beds[number]
        pieces = self._pieces.get(kind)
        if not pieces:
            return None
        if kind not in SEATS:  # one after the other, or side by side
            return pieces[number % len(pieces)], number // len(pieces)
        place = number
        for piece in pieces:
            if place < piece.places:
                return piece, place
            place -= piece.places
        return None

    def _place(self, piece: Furniture, place: int, lying: bool) -> Spot:
        heading = math.radians(piece.heading_deg)
        height = _SEATS_M.get(piece.kind, 0.45) if piece.height_m is None else piece.height_m
        if piece.kind in _ROUND:
            return self._before(piece, place, heading, height)
        ahead, left = (math.cos(heading), math.sin(heading)), (-math.sin(heading), math.cos(heading))
        aside = _BESIDE_M * (place % piece.places - 0.5 * (piece.places - 1))
        at_m = self._in(piece.room, (piece.at_m[0] + aside * left[0], piece.at_m[1] + aside * left[1]))
        if piece.kind in (FurnitureKind.BED, FurnitureKind.BATH):
            side = 0.6 if aside >= 0 else -0.6
            from_m = self.inside(piece.room, (at_m[0] + side * left[0], at_m[1] + side * left[1]))
            posture = Posture.SITTING if piece.kind is FurnitureKind.BATH else Posture.LYING
            return Spot(piece.room, at_m, posture, heading, height, from_m)
        if piece.kind in (FurnitureKind.SOFA, FurnitureKind.CHAIR, FurnitureKind.TOILET):
            from_m = self.inside(piece.room, (at_m[0] + 0.5 * ahead[0], at_m[1] + 0.5 * ahead[1]))
            seat = Spot(piece.room, at_m, Posture.SITTING, heading, height, from_m)
            # One lies along a sofa, not across it.
            return replace(seat, posture=Posture.LYING, heading_rad=heading + 0.5 * math.pi) if lying else seat
        return self._standing_before(piece, place, heading)

    def _standing_before(self, piece: Furniture, place: int, heading: float) -> Spot:
        """Return where one stands before a kitchen or a basin and faces it, beside each other."""
        before = (
            piece.at_m[0] - _BEFORE_M * math.cos(heading),
            piece.at_m[1] - _BEFORE_M * math.sin(heading),
        )
        left = (-math.sin(heading), math.cos(heading))
        beside: list[Point] = []
        for step in (0, 1, -1, 2, -2, 3, -3):
            wanted = (before[0] + _ELBOWS_M * step * left[0], before[1] + _ELBOWS_M * step * left[1])
            at_m = self.inside(piece.room, wanted)
            if all(math.dist(at_m, other) > 0.8 * _ELBOWS_M for other in beside):
                beside.append(at_m)
        if place < len(beside):
            return Spot(piece.room, beside[place], Posture.STANDING, heading, 0.0, beside[place])
        return self.floor(piece.room, place)

    def _before(self, piece: Furniture, place: int, heading: float, height: float) -> Spot:
        """Return a seat at a table, round it one after the other, or before a desk."""
        round_rad = 2.0 * math.pi / max(4, piece.places)
        turns = heading + place * round_rad + (math.pi if piece.kind is FurnitureKind.DESK else 0.0)
        reach = 0.6
        at_m = self.inside(
            piece.room, (piece.at_m[0] + reach * math.cos(turns), piece.at_m[1] + reach * math.sin(turns))
        )
        aside = (at_m[0] - 0.35 * math.sin(turns), at_m[1] + 0.35 * math.cos(turns))
        return Spot(piece.room, at_m, Posture.SITTING, turns + math.pi, height, self.inside(piece.room, aside))

    def _in(self, room: str, at_m: Point) -> Point:
        """Return the nearest place in a room: furniture may touch its walls."""
        floor = self._rooms[room]
        if floor.covers(shapely.Point(at_m)):
            return at_m
        return self.inside(room, at_m)

    def _free(self, room: str) -> list[Point]:
        """Return places on a room's floor, the nearest to its middle first, away from furniture where it can be."""
        clear = self._clear[room]
        middle = clear.representative_point()
        taken = [piece.at_m for piece in self._house.furniture if piece.room == room]
        grid = list(_grid(clear, (middle.x, middle.y)))
        grid.sort(key=lambda place: (any(math.dist(place, one) < 0.9 for one in taken), _far(place, middle)))
        return grid


def _far(place: Point, middle: shapely.Point) -> float:
    return math.dist(place, (middle.x, middle.y))


def _grid(clear: shapely.Polygon, middle: Point) -> Iterator[Point]:
    """Yield places at even distances, the middle among them."""
    yield middle
    low_x, low_y, high_x, high_y = clear.bounds
    for x in np.arange(middle[0] - _APART_M * math.floor((middle[0] - low_x) / _APART_M), high_x + 1e-9, _APART_M):
        for y in np.arange(middle[1] - _APART_M * math.floor((middle[1] - low_y) / _APART_M), high_y + 1e-9, _APART_M):
            place = (float(x), float(y))
            if math.dist(place, middle) > 0.5 * _APART_M and clear.covers(shapely.Point(place)):
                yield place


def _shrunk(floor: shapely.Polygon) -> shapely.Polygon:
    """Return a floor without a strip along its walls; of a tiny or narrow room without a narrower one."""
    for margin in (_CLEAR_M, 0.2, 0.1, 0.02):
        inner: object = floor.buffer(-margin, join_style="mitre")  # several polygons where the room is narrow
        if isinstance(inner, shapely.Polygon) and not inner.is_empty:
            return inner
    return floor
