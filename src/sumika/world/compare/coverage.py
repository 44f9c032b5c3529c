"""What each radar of a floor plan would see, from the radar equation and the walls: a map, and its blind zones.

A place is seen where nothing but an open doorway lies between, and where a chest at that height would stand clear of
the noise of one frame: above `LEAST_SNR_DB` after integration over the frame's samples, chirps and antennas. Whether a
body hides another is not asked: it is a map of the empty house.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.schema.house import House, Radar, Room
from sumika.world.radar_scene.link_budget import antenna_pattern, link_of
from sumika.world.radar_scene.sight import Segment, is_inside, stand_of, walls_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

STEP_M = 0.1
LEAST_SNR_DB = 13.0
"""Detection with a probability of nine tenths at one false alarm in a million cells (Swerling 1 needs more, a steady
chest about this much: M. A. Richards, Fundamentals of Radar Signal Processing, 2nd ed., ch. 6)."""

HEIGHTS_M = (0.5, 1.0)
"""A lying and a sitting chest."""

CHEST_DBSM = -10.0

_WALL_M = 0.25
"""No inner wall is thicker; rooms of a plan may lie so far apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCoverage:
    """How much of a room is seen.

    Attributes:
        room: Its id.
        area_m2: Of its floor.
        seen_share: Share of its floor that at least one radar sees at every height of `HEIGHTS_M`.
        radars: Which radars see at least a twentieth of it.
        blind_m2: The largest zone of it that nobody sees.
        blind_at_m: Middle of that zone; None where there is none.
    """

    room: str
    area_m2: float
    seen_share: float
    radars: tuple[str, ...]
    blind_m2: float
    blind_at_m: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the radars of a floor plan see.

    Attributes:
        x_m: (column,) middles of the cells.
        y_m: (row,).
        inside: (row, column) index of the room; -1 outside.
        snr_db: By radar: (row, column) of a chest at the worse of the heights; -inf where it is not in sight.
        rooms: Each room's share, in the order of the house.
    """

    x_m: Array
    y_m: Array
    inside: NDArray[np.int16] = field(repr=False)
    snr_db: Mapping[str, Array] = field(repr=False)
    rooms: tuple[RoomCoverage, ...]

    @property
    def seen(self) -> Mask:
        """(row, column): whether any radar sees it."""
        best = np.full(self.inside.shape, -np.inf)
        for level in self.snr_db.values():
            best = np.maximum(best, level)
        seen: Mask = best >= LEAST_SNR_DB
        return seen


def coverage_of(house: House, storey: int = 1, step_m: float = STEP_M) -> Coverage:
    """Return what a house's radars see of one storey.

    Args:
        house: With rooms, radars, doors.
        storey: Which.
        step_m: Of the grid.

    Raises:
        ValueError: if no room is on that storey.
    """
    rooms = tuple(room for room in house.rooms if room.storey == storey)
    if not rooms:
        raise ValueError(f"no room is on storey {storey}")
    corners = np.array([corner for room in rooms for corner in room.floor_m])
    low, high = corners.min(axis=0), corners.max(axis=0)
    x_m = np.arange(low[0] + step_m / 2, high[0], step_m)
    y_m = np.arange(low[1] + step_m / 2, high[1], step_m)
    inside = np.array([[_room_at(rooms, x, y) for x in x_m] for y in y_m], np.int16)
    doorways = doorways_of(house, storey)
    levels = {
        radar.id: _levels_db(radar, rooms, doorways, x_m, y_m, inside)
        for radar in house.radars
        if any(room.id == radar.room for room in rooms)
    }
    told = tuple(_told(room, index, inside, levels, x_m, y_m, step_m) for index, room in enumerate(rooms))
    return Coverage(x_m=x_m, y_m=y_m, inside=inside, snr_db=levels, rooms=told)


def doorways_of(house: House, storey: int = 1) -> tuple[Segment, ...]:
    """Return the stretches of wall that the inner doors of a storey take up when they are open."""
    found: list[Segment] = []
    rooms = {room.id: room for room in house.rooms if room.storey == storey}
    for door in house.building.doors if house.building is not None else ():
        if not rooms.keys() >= set(door.rooms):  # outside, on another storey, or between two
            continue
        along = _along_wall(rooms[door.rooms[0]], door.at_m)
        half = 0.5 * door.width_m * along
        x, y = door.at_m
        found.append(((x - half[0], y - half[1]), (x + half[0], y + half[1])))
    return tuple(found)


def integrated_snr_db(description: RadarDescription, sample_snr_db: float) -> float:
    """Return the signal-to-noise ratio of a point after the transforms over samples, chirps and antennas."""
    chirp, array = description.chirp, description.array
    if chirp is None:
        return sample_snr_db
    samples = chirp.samples_per_chirp * chirp.chirps_per_frame * max(1, len(array.virtual))
    return sample_snr_db + 10.0 * math.log10(samples)


def _room_at(rooms: tuple[Room, ...], x: float, y: float) -> int:
    place = np.array([x, y])
    return next((index for index, room in enumerate(rooms) if is_inside(place, room)), -1)


def _along_wall(room: Room, at_m: tuple[float, float]) -> Array:
    """Return the unit vector along the wall of a room that is nearest to a place."""
    best, along = math.inf, np.array([1.0, 0.0])
    corners = room.floor_m
    for index, first in enumerate(corners):
        way = np.subtract(corners[(index + 1) % len(corners)], first)
        length = float(np.hypot(*way))
        if length <= 0:
            continue
        share = float(np.clip((np.subtract(at_m, first) @ way) / length**2, 0.0, 1.0))
        distance = float(np.hypot(*(np.subtract(at_m, first) - share * way)))
        if distance < best:
            best, along = distance, way / length
    return along


def _levels_db(
    radar: Radar,
    rooms: tuple[Room, ...],
    doorways: tuple[Segment, ...],
    x_m: Array,
    y_m: Array,
    inside: NDArray[np.int16],
) -> Array:
    """Return (row, column): what a chest there gives, at the worse height; -inf where a wall lies between."""
    description = RADAR_MODELS.get(radar.model, RADAR_MODELS["iwr6843isk"])
    link, stand = link_of(description), stand_of(radar)
    levels = np.full(inside.shape, np.inf)
    columns, rows = np.meshgrid(x_m, y_m)
    for height_m in HEIGHTS_M:
        places = np.stack((columns, rows, np.full(columns.shape, height_m)), axis=-1)
        seen_from = stand.to_sensor(places).reshape(-1, 3)
        distance = np.maximum(np.linalg.norm(seen_from, axis=1), 0.1)
        at_1m = link.sample_snr_db(description, 1.0, CHEST_DBSM)
        with np.errstate(divide="ignore"):
            gain_db = 20.0 * np.log10(antenna_pattern(description, seen_from))
        level = integrated_snr_db(description, 0.0) + at_1m - 40.0 * np.log10(distance) + gain_db
        levels = np.minimum(levels, level.reshape(inside.shape))
    places = np.stack((columns, rows), axis=-1).reshape(-1, 2)
    seen = visible(stand.place_m[:2], places, rooms, doorways).reshape(inside.shape)
    levels[(inside < 0) | ~seen] = -np.inf
    return levels


def visible(start_m: Array, places_m: Array, rooms: tuple[Room, ...], doorways: tuple[Segment, ...]) -> Mask:
    """Return (place,) whether nothing but open doorways lies on the way from one place of the plan to others.

    Args:
        start_m: (2,).
        places_m: (place, 2).
        rooms: Whose walls stand in the way.
        doorways: Stretches of those walls through which one sees.
    """
    free = np.ones(len(places_m), bool)
    way = places_m - start_m
    for wall in {tuple(sorted(wall)) for room in rooms for wall in walls_of(room)}:
        first, along = np.array(wall[0]), np.subtract(wall[1], wall[0])
        area = way[:, 0] * along[1] - way[:, 1] * along[0]
        area = np.where(np.abs(area) < 1e-12, np.inf, area)  # along the wall: it is not crossed
        off = first - start_m
        share = (off[0] * along[1] - off[1] * along[0]) / area  # along the way
        place = (off[0] * way[:, 1] - off[1] * way[:, 0]) / area  # along the wall
        crossed = (share > 1e-6) & (share < 1 - 1e-6) & (place >= 0) & (place <= 1)
        at_m = first + place[:, np.newaxis] * along
        for doorway in doorways:
            crossed &= ~_on(at_m, doorway)
        free &= ~crossed
    return free


def _on(places_m: Array, segment: Segment) -> Mask:
    """Return (place,) whether places lie on a stretch, or within the thickness of a wall beside it."""
    first, along = np.array(segment[0]), np.subtract(segment[1], segment[0])
    share = (places_m - first) @ along / float(along @ along)
    beside = np.hypot(*(places_m - first - share[:, np.newaxis] * along).T)
    return np.asarray((share >= 0) & (share <= 1) & (beside < _WALL_M))


def _told(
    room: Room,
    index: int,
    inside: NDArray[np.int16],
    levels: Mapping[str, Array],
    x_m: Array,
    y_m: Array,
    step_m: float,
) -> RoomCoverage:
    mine = inside == index
    count = max(1, int(mine.sum()))
    seen = np.zeros(inside.shape, bool)
    radars: list[str] = []
    for name, level in levels.items():
        sees = (level >= LEAST_SNR_DB) & mine
        seen |= sees
        if sees.sum() >= 0.05 * count:
            radars.append(name)
    zone = _largest_zone(mine & ~seen)
    rows, columns = np.nonzero(zone)
    middle = (float(x_m[columns].mean()), float(y_m[rows].mean())) if rows.size else None
    return RoomCoverage(
        room=room.id,
        area_m2=count * step_m**2,
        seen_share=float(seen.sum()) / count,
        radars=tuple(radars),
        blind_m2=float(rows.size) * step_m**2,
        blind_at_m=middle,
    )


def _largest_zone(mask: Mask) -> Mask:
    """Return the largest connected part of a mask."""
    from scipy import ndimage

    labels, count = ndimage.label(mask)
    if not count:
        return np.zeros(mask.shape, bool)
    sizes = np.bincount(labels.ravel())[1:]
    largest: Mask = labels == int(np.argmax(sizes)) + 1
    return largest
