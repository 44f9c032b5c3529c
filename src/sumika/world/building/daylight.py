"""Daylight in the rooms: lux at table height from what comes through the windows, by the split flux.

What comes in from sky and ground is spread by P. Tregenza's form of the average daylight factor, E = 1.8 flux /
(A (1 - R^2)) (J. A. Lynes 1979; CIBSE LG10: DF = T W theta / (A (1 - R^2)), theta 90 degrees and half of the level
illuminance on the wall). Direct sun makes a patch on the floor; the table is lit by what the patch throws on.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.light import SKY_EFFICACY_LM_W, melanopic_ratio_daylight, sun_efficacy_lm_w
from sumika.world.building.elements import Glazing

Array = NDArray[np.float64]

MEAN_REFLECTANCE = 0.5
FLOOR_REFLECTANCE = 0.3
EYE_TO_TABLE = 0.6
"""Vertical illuminance at the eye of somebody who looks across the room over the horizontal one: typical of windows."""

DAYLIGHT_K = 6000.0


def visible_share(solar_gain: Array) -> Array:
    """Return the share of light that a window lets in: 0.82 of clear double panes (heat 0.75), 0.66 of coated (0.5)."""
    share: Array = np.clip(0.34 + 0.64 * solar_gain, 0.0, 0.9) * np.where(solar_gain > 0.0, 1.0, 0.0)
    return share


class Daylight:
    """Daylight in all rooms of a house."""

    def __init__(self, glazings: tuple[Glazing, ...], solar_gain: tuple[float, ...], surface_m2: Array) -> None:
        """Keep which window lights which room.

        Args:
            glazings: The windows.
            solar_gain: (window,) as `sunlight` uses it.
            surface_m2: (room,) of walls, floor and ceiling together.
        """
        gain = np.array(solar_gain)
        self._room = np.array([glazing.room for glazing in glazings], np.int64)
        self._light_per_heat = visible_share(gain) / np.maximum(gain, 1e-9)
        self._rooms = len(surface_m2)
        reflected = 1.0 - MEAN_REFLECTANCE
        self._sky = 1.8 / (surface_m2 * (1.0 - MEAN_REFLECTANCE**2))
        self._sun = FLOOR_REFLECTANCE / (surface_m2 * reflected)
        self._melanopic = melanopic_ratio_daylight(DAYLIGHT_K)

    def illuminance_lux(self, sun_w: Array, sky_w: Array, passes: Array, elevation_deg: float) -> Array:
        """Return (room,) lux at table height.

        Args:
            sun_w: (window,) heat of the direct sun that comes through glass without blinds.
            sky_w: (window,) of sky and ground.
            passes: (window,) share that blinds leave.
            elevation_deg: Of the sun.
        """
        lumens = self._light_per_heat * passes
        sun = np.bincount(self._room, lumens * sun_w, self._rooms) * sun_efficacy_lm_w(elevation_deg)
        sky = np.bincount(self._room, lumens * sky_w, self._rooms) * SKY_EFFICACY_LM_W
        lux: Array = sun * self._sun + sky * self._sky
        return lux

    def melanopic_lux(self, illuminance_lux: Array) -> Array:
        """Return (room,) melanopic EDI at the eye of daylight of so many lux at table height."""
        edi: Array = illuminance_lux * (EYE_TO_TABLE * self._melanopic)
        return edi
