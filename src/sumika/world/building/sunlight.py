"""Sun and sky on walls and through windows: planes of the house, angles of incidence, shadows of eaves, blinds.

The sky is that of J. E. Hay, J. A. Davies, 1980, as in pvlib's `haydavies`: part of its light comes from round the sun.
The angle modifier of glass is Fresnel's, as in pvlib's `iam.physical`. Both are held against pvlib in the tests.
"""

import math
from functools import lru_cache

import numpy as np
import pvlib
from numpy.typing import NDArray

from sumika.world.building.elements import Glazing
from sumika.world.exchange import Outside

Array = NDArray[np.float64]

EXTRATERRESTRIAL_W_M2 = 1361.0
"""Solar constant; the season's 3 % matter only to how much of the sky's light comes from round the sun."""

GROUND_ALBEDO = 0.2
LOWEST_SUN_DEG = 1.0
"""Below, what direct light there is counts as if the sun stood so high."""

_EAVES_GAP_M = 0.2
"""Between the head of a window and the eaves over it: typical."""

INSIDE_BLIND_KEEPS = 0.4
"""Of what a blind inside does not let through, what stays in the room as warm air; it throws the rest out again."""


@lru_cache(maxsize=1)
def _glass_angles() -> tuple[Array, float]:
    """Return (91,) the share of light that glass lets in at each degree of incidence, and that of a diffuse sky."""
    direct = np.asarray(pvlib.iam.physical(np.arange(91.0), n=1.526, K=4.0, L=0.004), np.float64)
    sky = float(pvlib.iam.marion_integrate(pvlib.iam.physical, 90.0, "sky"))
    return direct, sky


def plane_irradiance(
    cosine: Array, tilt_deg: Array, outside: Outside, elevation_deg: float
) -> tuple[Array, Array, Array]:
    """Return what falls onto planes, W/m²: straight from the sun and its halo, from the sky, from the ground.

    Args:
        cosine: (plane,) of the angle between the sun and each plane's normal; negative behind it.
        tilt_deg: (plane,) 0 level, 90 a wall.
        outside: The weather.
        elevation_deg: Of the sun.

    Returns:
        Three arrays (plane,).
    """
    facing = np.maximum(cosine, 0.0)
    sine = max(math.sin(math.radians(elevation_deg)), 0.01745)
    circumsolar = min(outside.direct_normal_w_m2 / EXTRATERRESTRIAL_W_M2, 1.0) if elevation_deg > 0.0 else 0.0
    level = np.cos(np.radians(tilt_deg))
    sky = outside.diffuse_horizontal_w_m2
    direct = facing * (outside.direct_normal_w_m2 + sky * circumsolar / sine)
    diffuse = sky * (1.0 - circumsolar) * 0.5 * (1.0 + level)
    ground = outside.global_horizontal_w_m2 * GROUND_ALBEDO * 0.5 * (1.0 - level)
    return direct, diffuse, ground


def is_dark(outside: Outside) -> bool:
    """Return whether there is no light at all."""
    return max(outside.global_horizontal_w_m2, outside.direct_normal_w_m2, outside.diffuse_horizontal_w_m2) <= 0.0


class Planes:
    """Outer surfaces by where they look."""

    def __init__(self, planes: tuple[tuple[float, float], ...]) -> None:
        """Keep where each plane looks.

        Args:
            planes: (azimuth clockwise from north, tilt) in degrees.
        """
        table = np.array(planes, np.float64).reshape(-1, 2)
        self._azimuth, self._tilt = table[:, 0], table[:, 1]
        normal_level = np.sin(np.radians(self._tilt))
        self._up = np.cos(np.radians(self._tilt))
        self._north = normal_level * np.cos(np.radians(self._azimuth))
        self._east = normal_level * np.sin(np.radians(self._azimuth))

    def cosine(self, outside: Outside) -> Array:
        """Return (plane,) the cosine of the angle between the sun and each plane's normal."""
        elevation = math.radians(outside.sun_elevation_deg)
        azimuth = math.radians(outside.sun_azimuth_deg)
        level = math.cos(elevation)
        result: Array = (
            self._north * (level * math.cos(azimuth))
            + self._east * (level * math.sin(azimuth))
            + self._up * math.sin(elevation)
        )
        return result

    def irradiance(self, outside: Outside) -> Array:
        """Return (plane,) all that falls onto each, W/m²."""
        if is_dark(outside):
            return np.zeros_like(self._tilt)
        direct, diffuse, ground = self.parts(outside)
        return direct + diffuse + ground

    def parts(self, outside: Outside) -> tuple[Array, Array, Array]:
        """Return (plane,) each what comes from the sun, the sky and the ground, W/m²."""
        return plane_irradiance(self.cosine(outside), self._tilt, outside, outside.sun_elevation_deg)


class Sunlight:
    """What comes in through all windows of a house."""

    def __init__(self, glazings: tuple[Glazing, ...], solar_gain: tuple[float, ...]) -> None:
        """Keep the shape of every window.

        Args:
            glazings: The windows.
            solar_gain: (window,) share of the sun's heat that comes in at right angles.
        """
        self._planes = Planes(tuple((glazing.azimuth_deg, 90.0) for glazing in glazings))
        self._azimuth = np.array([glazing.azimuth_deg for glazing in glazings])
        self._area = np.array([glazing.area_m2 for glazing in glazings])
        self._height = np.array([glazing.window.height_m for glazing in glazings])
        self._depth = np.array([glazing.window.overhang_m for glazing in glazings])
        self._unshaded = 1.0 - np.array([glazing.window.shading for glazing in glazings])
        self._gain = np.array(solar_gain)
        low, high = _EAVES_GAP_M, _EAVES_GAP_M + self._height
        # Share of the sky's light that eaves leave: the view of a strip of sky from a point y below them is
        # y / sqrt(y^2 + depth^2) of the whole, taken as the mean over the window's height.
        self._sky_seen = (np.hypot(high, self._depth) - np.hypot(low, self._depth)) / self._height
        self._angles, self._sky_angle = _glass_angles()

    def through(self, outside: Outside) -> tuple[Array, Array]:
        """Return (window,) each the heat that comes through glass without blinds: of the sun, of sky and ground, W."""
        direct, sky, ground = self._planes.parts(outside)
        cosine = self._planes.cosine(outside)
        direct = direct * (1.0 - self._shadow(outside)) * self._unshaded * self._area
        diffuse = (sky * self._sky_seen * self._unshaded + ground) * self._area
        degrees = np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0)))
        modifier = np.interp(degrees, np.arange(91.0), self._angles)
        return direct * modifier * self._gain, diffuse * self._sky_angle * self._gain

    def _shadow(self, outside: Outside) -> Array:
        """Return (window,) the share of each window in the shadow of what stands out above it."""
        if outside.sun_elevation_deg <= 0.0:
            return np.zeros_like(self._area)
        facing = np.cos(np.radians(outside.sun_azimuth_deg - self._azimuth))
        steep = math.tan(math.radians(min(outside.sun_elevation_deg, 89.9))) / np.maximum(facing, 1e-3)
        shadow: Array = np.clip((self._depth * steep - _EAVES_GAP_M) / self._height, 0.0, 1.0)
        return shadow
