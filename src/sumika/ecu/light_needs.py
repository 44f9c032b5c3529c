"""What light people need where they are, by the time of their day: enough to see by, and right for the body's clock.

By day at least 250 lux of melanopic equivalent daylight at the eye, at most 10 in the three hours before bed, at most
1 where somebody sleeps, and at most 10 for whoever is up at night (T. M. Brown et al., "Recommendations for daytime,
evening, and nighttime indoor light exposure", PLoS Biology 20(3), 2022, e3001571).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from sumika.belief.nights import Night
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind

DAY_EDI_LUX, EVENING_EDI_LUX, ASLEEP_EDI_LUX = 250.0, 10.0, 1.0
EVENING_H = 3.0
"""So long before bed the evening begins."""

PATH_EYE_LUX, PATH_K = 3.0, 2200.0
"""At the eye of who is up at night: about what JIS Z 9110 asks of corridors and toilets late at night (1 to 2 lux on
the floor), and at 2200 K no more than 1 lux melanopic."""

DAY_K, WARM_K, WARMEST_K = 5000.0, 2700.0, 2200.0
GLIDES_H = 1.0
"""Over so long the colour goes over between day and evening, and from morning to day."""

_SEES_LUX = {
    FurnitureKind.BED: 30.0,
    FurnitureKind.TOILET: 50.0,
    FurnitureKind.BATH: 75.0,
    FurnitureKind.WASHBASIN: 75.0,
    FurnitureKind.SOFA: 75.0,
    FurnitureKind.TV: 75.0,
    FurnitureKind.TABLE: 100.0,
    FurnitureKind.DESK: 100.0,
    FurnitureKind.KITCHEN: 100.0,
}
"""At table height, by what a room is for. JIS Z 9110 as quoted for dwellings: bedrooms 15 to 30 lux, corridors 30 to
75, toilets and kitchens 50 to 100, bathrooms 75 to 150; for desks it wants more, from a lamp that stands there."""

_HALL_LUX = 30.0


class Part(StrEnum):
    """The parts of a day, as light knows them; reasons are named after them."""

    DAY = "light_day"
    EVENING = "light_evening"
    UP_AT_NIGHT = "light_late"
    PATH = "light_path"
    ASLEEP = "light_asleep"
    EMPTY = "light_empty"
    HELD = "light_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What light somebody needs.

    Attributes:
        part: Of the day.
        least_edi_lux: Melanopic, at the eye; 0: none.
        most_edi_lux: Melanopic, at the eye.
        sees_lux: At table height.
        colour_k: Colour temperature.
    """

    part: Part
    least_edi_lux: float
    most_edi_lux: float
    sees_lux: float
    colour_k: float


def need_at(at: datetime, night: Night, sees_lux: float) -> Need:
    """Return what somebody who is awake needs.

    Args:
        at: Now, in local time.
        night: The one before or after it.
        sees_lux: What their room needs to be seen by.
    """
    to_bed_h, up_h = night.to_bed_h(at), night.since_up_h(at)
    if to_bed_h > EVENING_H:
        return _by_day((to_bed_h - EVENING_H) / GLIDES_H, sees_lux)
    if up_h >= 0.0:
        return _by_day(up_h / GLIDES_H, sees_lux)
    later = np.clip(1.0 - to_bed_h / EVENING_H, 0.0, 1.0)
    return Need(
        part=Part.EVENING if to_bed_h > 0.0 else Part.UP_AT_NIGHT,
        least_edi_lux=0.0,
        most_edi_lux=EVENING_EDI_LUX,
        sees_lux=sees_lux,
        colour_k=float(WARM_K + later * (WARMEST_K - WARM_K)),
    )


def _by_day(hours: float, sees_lux: float) -> Need:
    """Return the need by day, so many glides away from the nearest night: it begins and ends warm and gently."""
    glide = float(np.clip(hours, 0.0, 1.0))
    return Need(
        part=Part.DAY,
        least_edi_lux=EVENING_EDI_LUX + glide * (DAY_EDI_LUX - EVENING_EDI_LUX),
        most_edi_lux=np.inf,
        sees_lux=sees_lux,
        colour_k=WARM_K + glide * (DAY_K - WARM_K),
    )


def sees_by(house: House) -> dict[str, float]:
    """Return by room the lux at table height that it needs to be seen by, from what stands in it."""
    needed = {room.id: _HALL_LUX for room in house.rooms}
    for piece in house.furniture:
        if piece.room in needed:
            needed[piece.room] = max(needed[piece.room], _SEES_LUX.get(piece.kind, 0.0))
    return needed
