"""Everything that stands still and reflects: walls, corners, furniture, the radar's own leakage.

A room's clutter is up to 30 dB above the echo of a chest; a part of it lies at the very distance of each person (what
he sits on, the wall behind), so that no range cell holds a person alone.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import Room
from sumika.world.radar_scene.sight import walls_of

Array = NDArray[np.float64]

_CHEST_DBSM = -10.0


@dataclass(frozen=True, slots=True)
class Clutter:
    """Points that stand still.

    Attributes:
        places_m: (point, 3) in house coordinates.
        cross_sections_m2: (point,).
        phases: (point,) unit numbers.
    """

    places_m: Array = field(repr=False)
    cross_sections_m2: Array = field(repr=False)
    phases: NDArray[np.complex128] = field(repr=False)


def furnish(
    random: np.random.Generator,
    room: Room,
    *,
    seats_m: tuple[tuple[float, float, float], ...] = (),
    points: int = 40,
    above_chest_db: tuple[float, float] = (0.0, 30.0),
) -> Clutter:
    """Put clutter into a room.

    Args:
        random: Where chance comes from.
        room: Its walls get a third of the points, its floor plan the rest.
        seats_m: Places (chairs, beds) that get some strong points around them.
        points: How many, without those of the seats.
        above_chest_db: Range of the cross-sections, over that of a chest (-10 dBsm).
    """
    walls = walls_of(room)
    corners = np.array(room.floor_m)
    low, high = corners.min(axis=0), corners.max(axis=0)
    places: list[Array] = []
    for number in range(points):
        height = random.uniform(0.0, room.height_m)
        if number % 3 == 0:
            first, last = walls[int(random.integers(len(walls)))]
            spot = np.asarray(first) + random.uniform() * np.subtract(last, first)
        else:
            spot = random.uniform(low, high)
        places.append(np.array([spot[0], spot[1], height]))
    for seat in seats_m:
        places.extend(np.asarray(seat) + random.normal(0.0, (0.25, 0.25, 0.3)) for _ in range(4))
    count = len(places)
    level_db = _CHEST_DBSM + random.uniform(*above_chest_db, count)
    phases: NDArray[np.complex128] = np.exp(2j * np.pi * random.uniform(size=count))
    return Clutter(np.array(places).reshape(-1, 3), 10 ** (level_db / 10), phases)


def together(*parts: Clutter) -> Clutter:
    """Return the clutter of several rooms as one."""
    return Clutter(
        np.concatenate([part.places_m for part in parts]),
        np.concatenate([part.cross_sections_m2 for part in parts]),
        np.concatenate([part.phases for part in parts]),
    )


def no_clutter() -> Clutter:
    """Return an empty room's: nothing at all."""
    return Clutter(np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.complex128))
