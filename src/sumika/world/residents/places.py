"""Where in a house things are done: on the bed, at the table, at the stove; and where there is no such furniture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from sumika.schema.house import House, Room
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

_BESIDE_M = 0.55
"""From the middle of a place on a sofa or a bed to the next one."""
_BEFORE_M = 0.45
"""From a piece of furniture to who stands or sits before it."""


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
    at_m: tuple[float, float]
    posture: Posture
    heading_rad: float
    base_m: float
    from_m: tuple[float, float]


class Places:
    """The places of a house."""

    def __init__(self, house: House) -> None:
        """Find out what stands where.

        Args:
            house: With rooms and, where it has any, furniture.
        """
        self._rooms = {room.id: room for room in house.rooms}
        self._furniture = house.furniture
        self._house = house

    def at(self, kinds: Sequence[FurnitureKind], number: int, *, bedroom: str = "", lying: bool = False) -> Spot:
        """Return a place at a piece of furniture.

        Args:
            kinds: What would do, the best first.
            number: Whose turn: residents beside each other have different ones.
            bedroom: Prefer pieces in this room.
            lying: Whether one lies there.

        Returns:
            The place; where the house has no such furniture, the middle of the largest room (or the bedroom).
        """
        for kind in kinds:
            pieces = [piece for piece in self._furniture if piece.kind is kind]
            pieces.sort(key=lambda piece: piece.room != bedroom)
            if pieces:
                turn = 0 if pieces[0].room == bedroom else (number // pieces[0].places) % len(pieces)
                piece = pieces[turn]
                return self._place(piece, number % piece.places if piece.places > 1 else number, lying)
        return self.middle(bedroom or self.largest, lying=lying, number=number)

    @property
    def largest(self) -> str:
        """The largest room."""
        return max(self._rooms.values(), key=lambda room: shapely.Polygon(room.floor_m).area).id

    def middle(self, room_id: str, *, lying: bool = False, number: int = 0) -> Spot:
        """Return a place near the middle of a room."""
        room = self._rooms.get(room_id) or self._rooms[self.largest]
        inner = shapely.Polygon(room.floor_m).buffer(-0.4)
        middle = (inner if not inner.is_empty else shapely.Polygon(room.floor_m)).representative_point()
        aside = _BESIDE_M * ((number + 1) // 2) * (-1) ** number
        at_m = self.inside(room, (middle.x + aside, middle.y))
        posture = Posture.LYING if lying else Posture.STANDING
        return Spot(room.id, at_m, posture, 0.0, 0.1 if lying else 0.0, at_m)

    def inside(self, room: Room | str, at_m: tuple[float, float]) -> tuple[float, float]:
        """Return the nearest place that is clear of a room's walls."""
        one = room if isinstance(room, Room) else self._rooms[room]
        floor = shapely.Polygon(one.floor_m)
        clear = floor.buffer(-0.3)
        if clear.is_empty:
            point = floor.representative_point()
            return (point.x, point.y)
        if clear.covers(shapely.Point(at_m)):
            return at_m
        corner = shapely.shortest_line(clear, shapely.Point(at_m)).coords[0]
        return (float(corner[0]), float(corner[1]))

    def _place(self, piece: Furniture, number: int, lying: bool) -> Spot:
        heading = math.radians(piece.heading_deg)
        ahead, left = (math.cos(heading), math.sin(heading)), (-math.sin(heading), math.cos(heading))
        aside = _BESIDE_M * (number - 0.5 * (piece.places - 1)) if piece.places > 1 else 0.0
        x, y = piece.at_m[0] + aside * left[0], piece.at_m[1] + aside * left[1]
        height = _SEATS_M.get(piece.kind, 0.45) if piece.height_m is None else piece.height_m
        if piece.kind in (FurnitureKind.BED, FurnitureKind.BATH) or lying:
            side = 1.0 if aside >= 0 else -1.0
            from_m = self.inside(piece.room, (x + 0.6 * side * left[0], y + 0.6 * side * left[1]))
            posture = Posture.SITTING if piece.kind is FurnitureKind.BATH else Posture.LYING
            return Spot(piece.room, (x, y), posture, heading, height, from_m)
        if piece.kind in (FurnitureKind.SOFA, FurnitureKind.CHAIR, FurnitureKind.TOILET):
            from_m = self.inside(piece.room, (x + 0.5 * ahead[0], y + 0.5 * ahead[1]))
            return Spot(piece.room, (x, y), Posture.SITTING, heading, height, from_m)
        if piece.kind in (FurnitureKind.TABLE, FurnitureKind.DESK):
            return self._before(piece, number, heading, height)
        # One stands before a kitchen or a basin and faces it.
        x, y = x + _BESIDE_M * (number % 2) * left[0], y + _BESIDE_M * (number % 2) * left[1]
        at_m = self.inside(piece.room, (x - _BEFORE_M * ahead[0], y - _BEFORE_M * ahead[1]))
        return Spot(piece.room, at_m, Posture.STANDING, heading, 0.0, at_m)

    def _before(self, piece: Furniture, number: int, heading: float, height: float) -> Spot:
        """Return a seat at a table, round it one after the other, or before a desk."""
        turns = heading + math.pi if piece.kind is FurnitureKind.DESK else heading + number * math.pi / 2.0
        reach = 0.6
        at_m = self.inside(
            piece.room, (piece.at_m[0] + reach * math.cos(turns), piece.at_m[1] + reach * math.sin(turns))
        )
        aside = (at_m[0] - 0.35 * math.sin(turns), at_m[1] + 0.35 * math.cos(turns))
        return Spot(piece.room, at_m, Posture.SITTING, turns + math.pi, height, self.inside(piece.room, aside))
