"""What stands still, reflects or moves by itself in a simulated house, as one of its radars sees it."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import House, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.radar_scene.clutter import Clutter, furnish, together
from sumika.world.radar_scene.living_sight import SIZES_M
from sumika.world.radar_scene.mirror import FloorMirror, Mirror, WallMirror
from sumika.world.radar_scene.movers import Fan, Mover, hang_curtain
from sumika.world.radar_scene.sight import walls_of

Array = NDArray[np.float64]

_DBSM = {
    FurnitureKind.CURTAIN: -25.0,
    FurnitureKind.CHAIR: -12.0,
    FurnitureKind.BED: -8.0,
    FurnitureKind.SOFA: -8.0,
    FurnitureKind.KITCHEN: 2.0,
    FurnitureKind.BATH: 0.0,
    FurnitureKind.TV: 0.0,
}
"""Of one of a piece's points; others -5. Cloth and foam reflect little, metal and water a lot (typical)."""
_OTHER_DBSM = -5.0
_POINTS = 6
_GLASS_DB, _PLASTER_DB = 7.0, (9.0, 15.0)
"""What an image loses in a wall that is half a window, and in one of plasterboard (see `mirror`)."""
_FLOOR_DB = (14.0, 24.0)
_DRAUGHT_S = 300.0
"""After which the draught in a curtain comes round again, without a step."""


def clutter_of(house: House, room: Room, seed: int) -> Clutter:
    """Return all that stands still on a radar's storey; radars of one house see the same.

    Args:
        house: With rooms and furniture.
        room: The radar's.
        seed: Of the house.
    """
    parts = list[Clutter]()
    for number, one in enumerate(house.rooms):
        if one.storey != room.storey:
            continue
        random = np.random.Generator(np.random.SFC64((seed, 43, number)))
        parts.append(furnish(random, one, points=40 if one.id == room.id else 12))
        pieces = [piece for piece in house.furniture if piece.room == one.id]
        parts += [_piece(random, piece) for piece in pieces if piece.kind is not FurnitureKind.FAN]
    return together(*parts)


def mirrors_of(house: House, room: Room, seed: int) -> tuple[Mirror, ...]:
    """Return the floor, and the wall that reflects most: that with the largest window, else one of chance."""
    walls = walls_of(room)
    random = np.random.Generator(np.random.SFC64((seed, 44, house.rooms.index(room))))
    floor = FloorMirror(loss_db=float(random.uniform(*_FLOOR_DB)))
    windows = house.building.windows if house.building is not None else ()
    here = [window for window in windows if window.room == room.id and window.wall < len(walls)]
    number, loss_db = int(random.integers(len(walls))), float(random.uniform(*_PLASTER_DB))
    if here:
        largest = max(here, key=lambda window: window.width_m * window.height_m)
        number = largest.wall
        glazed = min(1.0, largest.width_m / math.dist(*walls[number]))
        loss_db = glazed * _GLASS_DB + (1.0 - glazed) * loss_db
    return (floor, WallMirror(wall=walls[number], loss_db=loss_db, name=f"wall {number}"))


def movers_of(house: House, room: Room, seed: int) -> tuple[Mover, ...]:
    """Return fans and curtains of a radar's room."""
    movers = list[Mover]()
    for number, piece in enumerate(house.furniture):
        if piece.room != room.id:
            continue
        if piece.kind is FurnitureKind.FAN:
            height_m = 0.9 if piece.height_m is None else piece.height_m
            movers.append(Fan(place_m=(piece.at_m[0], piece.at_m[1], height_m), swing_period_s=12.0))
        elif piece.kind is FurnitureKind.CURTAIN:
            left, right = _ends(piece)
            movers.append(
                hang_curtain(left, right, seconds=_DRAUGHT_S, moved_m=0.01, seed=(seed, 45, number), comes_round=True)
            )
    return tuple(movers)


def _piece(random: np.random.Generator, piece: Furniture) -> Clutter:
    """Return some points on a piece of furniture."""
    depth, width, height = SIZES_M[piece.kind]
    turn = math.radians(piece.heading_deg)
    ahead, aside = np.array((math.cos(turn), math.sin(turn))), np.array((-math.sin(turn), math.cos(turn)))
    local = random.uniform(-0.5, 0.5, (_POINTS, 2)) * (depth, width)
    places = np.array(piece.at_m) + local[:, :1] * ahead + local[:, 1:] * aside
    up = random.uniform(0.3, 1.0, _POINTS) * height
    dbsm = _DBSM.get(piece.kind, _OTHER_DBSM) + 4.0 * random.standard_normal(_POINTS)
    phases: NDArray[np.complex128] = np.exp(2j * np.pi * random.uniform(size=_POINTS))
    return Clutter(np.column_stack((places, up)), 10.0 ** (dbsm / 10.0), phases)


def _ends(piece: Furniture) -> tuple[tuple[float, float], tuple[float, float]]:
    width = SIZES_M[piece.kind][1]
    turn = math.radians(piece.heading_deg)
    aside = (-math.sin(turn) * width / 2, math.cos(turn) * width / 2)
    x, y = piece.at_m
    return (x - aside[0], y - aside[1]), (x + aside[0], y + aside[1])
