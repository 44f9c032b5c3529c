"""What acts on each room, added up from everybody who acts."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.world.exchange import Acting, Outside

Array = NDArray[np.float64]

_PLAIN = (
    "convective_w",
    "radiant_w",
    "floor_w",
    "vapour_kg_s",
    "co2_kg_s",
    "voc_ug_s",
    "pm2_5_ug_s",
    "clean_air_m3_s",
    "supply_m3_s",
    "extract_m3_s",
    "mixed_m3_s",
    "light_lux",
    "light_melanopic_lux",
)
(CONVECTIVE, RADIANT, FLOOR, VAPOUR, CO2, VOC, PM, CLEAN, SUPPLY, EXTRACT, MIXED, LIGHT, MELANOPIC) = range(13)
SUPPLY_HEAT, SUPPLY_VAPOUR, SUPPLY_PARTICLES, SOUND = 13, 14, 15, 16
"""Supply times its temperature, times its humidity ratio, times what is not filtered; power of sound."""

ROWS = 17

_plain_of: Callable[[Acting], tuple[float, ...]] = attrgetter(*_PLAIN)


def gathered(acting: Sequence[Acting], rooms: Mapping[str, int], outside: Outside) -> Array:
    """Return (row, room) the sum of what acts on each room.

    Args:
        acting: By anyone, in any order.
        rooms: Index of each room.
        outside: For supply air that comes in as it is outside.

    Raises:
        SumikaError: if there is no such room, or something is no number.
    """
    # Plain lists: a step has a score of small numbers, and numpy takes longer to find one than to add it.
    total = [[0.0] * len(rooms) for _ in range(ROWS)]
    for one in acting:
        room = rooms.get(one.room)
        if room is None:
            raise SumikaError(f"something acts on a room {one.room!r} that there is not", where="world")
        for row, value in enumerate(_plain_of(one)):
            if value:
                total[row][room] += value
        if one.supply_m3_s:
            warm, humid = one.supply_temperature_c, one.supply_humidity_ratio
            total[SUPPLY_HEAT][room] += one.supply_m3_s * (outside.temperature_c if warm is None else warm)
            total[SUPPLY_VAPOUR][room] += one.supply_m3_s * (outside.humidity_ratio if humid is None else humid)
            total[SUPPLY_PARTICLES][room] += one.supply_m3_s * (1.0 - one.supply_filtered)
        if one.sound_dba > 0.0:
            total[SOUND][room] += 10.0 ** (0.1 * one.sound_dba)
    found = np.array(total)
    if not np.isfinite(found).all():
        raise SumikaError("something that acts on the rooms is no number", where="world")
    return found
