"""How the rooms of the simulated house are after one step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsNow:
    """All rooms at the end of a step; every array is (room,) in the order of `house.rooms`.

    Attributes:
        air_temperature_c: Of the air.
        radiant_temperature_c: Mean radiant, in the middle of the room.
        floor_temperature_c: Of the floor's surface.
        coldest_surface_c: Of all surfaces, thermal bridges at the corners included.
        humidity_ratio: Kilograms of vapour per kilogram of dry air.
        relative_humidity: 0..1.
        surface_humidity: Relative humidity at the coldest surface, 0..1; 1 condenses.
        co2_ppm: Volume parts per million.
        voc_ug_m3: All together.
        pm2_5_ug_m3: Fine particles.
        outdoor_air_m3_s: Fresh air that came in, driven or by itself, as a mean over the step.
        illuminance_lux: Day and electric light at table height, a third of the way from the window.
        melanopic_edi_lux: Melanopic EDI at the eye of somebody who looks across the room.
        sound_dba: A-weighted level, as a mean over the step.
        air_speed_m_s: Where people are.
    """

    air_temperature_c: Array
    radiant_temperature_c: Array
    floor_temperature_c: Array
    coldest_surface_c: Array
    humidity_ratio: Array
    relative_humidity: Array
    surface_humidity: Array
    co2_ppm: Array
    voc_ug_m3: Array
    pm2_5_ug_m3: Array
    outdoor_air_m3_s: Array
    illuminance_lux: Array
    melanopic_edi_lux: Array
    sound_dba: Array
    air_speed_m_s: Array
