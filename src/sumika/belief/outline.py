"""What the description of a house says of its heat and air, as numbers: the prior from which learning starts.

It needs no drawing of a building physicist: areas come from the floor plan, heat loss from the grade (or its UA value),
windows from their size. All of it may be wrong; measurements then say better (`sumika.belief.learning`).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sumika.config import Face, walls_of
from sumika.schema.building import Building, Window
from sumika.schema.grades import GRADES, region_of
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind

Array = NDArray[np.float64]

OPEN_DOOR_M3_S = 0.04
"""Air that goes each way through an open door of ordinary size for a kelvin or two between rooms; typical."""

DOORS_OPEN = 0.5
"""Share of the time that inner doors stand open; nothing is known of them at first."""

INNER_WALL_W_M2_K = 2.0
INSIDE_M2_K_W = 0.13
"""Resistance at a surface indoors, ISO 6946."""

_WET = frozenset({FurnitureKind.BATH, FurnitureKind.TOILET, FurnitureKind.WASHBASIN})
_AIR_J_M3_K = 1206.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOutline:
    """A window as the sun meets it.

    Attributes:
        id: Its name.
        room: Index of its room.
        azimuth_deg: Where it looks, clockwise from north.
        area_m2: Of the opening.
        gain: Share of the sun's heat that comes in, neighbours and trees taken off.
        overhang_ratio: Depth of what juts out above it, against its height.
        loss_w_k: Heat loss.
        openable: Whether it can be opened.
    """

    id: str
    room: int
    azimuth_deg: float
    area_m2: float
    gain: float
    overhang_ratio: float
    loss_w_k: float
    openable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A house in numbers; arrays are (room,) in the order of `rooms`.

    Attributes:
        rooms: Ids.
        floor_m2: Of each room.
        volume_m3: Of each room.
        envelope_w_k: Heat loss of walls, floor and roof to the outside, without windows.
        windows: All of them.
        walls_w_k: (room, room) heat between neighbours through walls.
        doors_m3_s: (room, room) air between neighbours through doors, each way.
        wet: Whether air is drawn from there: bath, toilet, washroom.
        outer_share: Share of the house's fresh air that comes in there by itself.
        cold_share: How far what surrounds people lies below the room's mass, as a share of its difference to outside:
            panes and outer walls are colder inside than the rest.
        leakage_m2: Equivalent leakage area of the house.
    """

    rooms: tuple[str, ...]
    floor_m2: Array
    volume_m3: Array
    envelope_w_k: Array
    windows: tuple[WindowOutline, ...]
    walls_w_k: Array
    doors_m3_s: Array
    wet: NDArray[np.bool_]
    outer_share: Array
    cold_share: Array
    leakage_m2: float

    @property
    def index(self) -> dict[str, int]:
        """Place of each room in the arrays."""
        return {room: place for place, room in enumerate(self.rooms)}

    @property
    def air_j_k(self) -> Array:
        """(room,) heat capacity of the air."""
        return _AIR_J_M3_K * self.volume_m3


def outline_of(house: House) -> Outline:
    """Return a house in numbers; what its description leaves out is taken from its grade, or from an ordinary house."""
    building = house.building if house.building is not None else Building()
    rooms = tuple(room.id for room in house.rooms)
    floor = np.array([shapely.Polygon(room.floor_m).area for room in house.rooms])
    height = np.array([room.height_m for room in house.rooms])
    walls = walls_of(house.rooms)
    outer = np.zeros(len(rooms))
    for face in walls.outer:
        outer[face.edge.room] += face.length_m * height[face.edge.room]
    values = GRADES[building.grade]
    ua = building.ua_w_m2_k or values.ua_w_m2_k[region_of(building.site.climate) - 1]
    windows = tuple(_window(house, building, window, rooms) for window in building.windows)
    skin = outer + floor * np.array([_shell(house, room.storey, building) for room in house.rooms])
    glazing = np.zeros(len(rooms))
    for window in windows:
        glazing[window.room] += window.loss_w_k
    # UA is a mean over the whole envelope, windows and doors in: what they lose is not lost by walls.
    opaque = np.maximum(ua * skin.sum() - glazing.sum(), 0.3 * ua * skin.sum())
    return Outline(
        rooms=rooms,
        floor_m2=floor,
        volume_m3=floor * height,
        envelope_w_k=opaque * skin / max(skin.sum(), 1e-9),
        windows=windows,
        walls_w_k=_between_walls(len(rooms), walls.shared, height),
        doors_m3_s=_between_doors(building, rooms),
        wet=np.array([any(one.room == room and one.kind in _WET for one in house.furniture) for room in rooms]),
        outer_share=skin / max(skin.sum(), 1e-9),
        cold_share=INSIDE_M2_K_W
        * (opaque * skin / max(skin.sum(), 1e-9) + glazing)
        / _surfaces_m2(house, floor, height),
        leakage_m2=1e-4 * (building.leakage_cm2_m2 or values.leakage_cm2_m2) * float(floor.sum()),
    )


def _surfaces_m2(house: House, floor: Array, height: Array) -> Array:
    """Return (room,) area of all that surrounds people: floor, ceiling and walls."""
    round_m = np.array([shapely.Polygon(room.floor_m).length for room in house.rooms])
    return np.asarray(2.0 * floor + round_m * height)


def _shell(house: House, storey: int, building: Building) -> float:
    """Return how many times a room's floor area counts to the envelope: the lowest floor and the topmost ceiling."""
    storeys = [room.storey for room in house.rooms]
    return float(storey == max(storeys)) + 0.7 * float(storey == building.ground_floor_storey)


def _window(house: House, building: Building, window: Window, rooms: tuple[str, ...]) -> WindowOutline:
    room = next(room for room in house.rooms if room.id == window.room)
    corners = room.floor_m
    (x0, y0), (x1, y1) = corners[window.wall % len(corners)], corners[(window.wall + 1) % len(corners)]
    turn = 1.0 if shapely.Polygon(corners).exterior.is_ccw else -1.0
    out_deg = float(np.degrees(np.arctan2(-turn * (x1 - x0), turn * (y1 - y0))))
    values = GRADES[building.grade]
    area = window.width_m * window.height_m
    return WindowOutline(
        id=window.id,
        room=rooms.index(window.room),
        azimuth_deg=(building.site.north_deg - out_deg) % 360.0,
        area_m2=area,
        gain=(window.solar_gain or values.solar_gain) * (1.0 - window.shading),
        overhang_ratio=window.overhang_m / window.height_m,
        loss_w_k=(window.u_w_m2_k or values.window_u_w_m2_k) * area,
        openable=window.openable,
    )


def _between_walls(count: int, shared: tuple[tuple[Face, int], ...], height: Array) -> Array:
    between = np.zeros((count, count))
    for face, other in shared:
        here = face.edge.room
        loss = INNER_WALL_W_M2_K * face.length_m * min(height[here], height[other])
        between[here, other] += loss
        between[other, here] += loss
    return between


def _between_doors(building: Building, rooms: tuple[str, ...]) -> Array:
    between = np.zeros((len(rooms), len(rooms)))
    for door in building.doors:
        if not set(door.rooms) <= set(rooms):
            continue
        first, second = rooms.index(door.rooms[0]), rooms.index(door.rooms[1])
        flow = OPEN_DOOR_M3_S * (1.0 if door.always_open else DOORS_OPEN)
        between[first, second] += flow
        between[second, first] += flow
    return between
