"""Sun through windows: where the sun stands, and how much of it comes in through each window of a house.

Position by pvlib (NREL's algorithm); diffuse light of an even sky, the ground reflects a fifth. What a house's own
trees and neighbours do is learned as a factor per room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pvlib import spa
from pvlib.irradiance import erbs

from sumika.belief.outline import WindowOutline
from sumika.schema.building import Site

Array = NDArray[np.float64]

ALBEDO = 0.2
_STEP_S = 300.0
_PRESSURE_HPA, _AIR_C, _LATE_S, _REFRACTION_DEG = 1013.25, 12.0, 67.0, 0.5667  # pvlib's own; they matter little


class Sun:
    """Where the sun stands over a site; kept by five minutes, for pvlib takes milliseconds whatever it is asked."""

    def __init__(self, site: Site) -> None:
        """Take a site."""
        self._site = site
        self._kept: dict[int, tuple[float, float]] = {}

    def position(self, unix_s: Array) -> tuple[Array, Array]:
        """Return elevation and azimuth, radians; azimuth clockwise from north.

        Args:
            unix_s: (time,) seconds since 1970, UTC.
        """
        places = np.round(np.asarray(unix_s) / _STEP_S).astype(np.int64)
        missing = [place for place in dict.fromkeys(places.tolist()) if place not in self._kept]
        if missing:
            # A day more is asked at once: whoever asks for one moment asks for the next one soon.
            if len(missing) < 8:
                missing = sorted({*missing, *range(missing[0], missing[0] + int(86_400 / _STEP_S))})
            found = spa.solar_position(
                np.array(missing) * _STEP_S,
                self._site.latitude_deg,
                self._site.longitude_deg,
                self._site.altitude_m,
                _PRESSURE_HPA,
                _AIR_C,
                _LATE_S,
                _REFRACTION_DEG,
                numthreads=1,
            )
            up, round_ = np.radians(found[2]), np.radians(found[4])
            self._kept.update(zip(missing, zip(up.tolist(), round_.tolist(), strict=True), strict=True))
        pairs = np.array([self._kept[place] for place in places.tolist()])
        return pairs[:, 0], pairs[:, 1]

    def split(self, unix_s: Array, global_w_m2: Array) -> tuple[Array, Array]:
        """Return direct normal and diffuse light where only the global was measured (Erbs et al. 1982, by pvlib)."""
        up, _ = self.position(unix_s)
        day = np.array([datetime.fromtimestamp(moment, UTC).timetuple().tm_yday for moment in unix_s])
        parts = erbs(global_w_m2, 90.0 - np.degrees(up), day)
        return np.nan_to_num(np.asarray(parts["dni"])), np.nan_to_num(np.asarray(parts["dhi"]))

    def through(self, window: WindowOutline, unix_s: Array, direct_w_m2: Array, diffuse_w_m2: Array) -> Array:
        """Return the heat that the sun sends through one window, (time,) W, before any blind.

        Args:
            window: Which.
            unix_s: (time,).
            direct_w_m2: (time,) of the sun at right angles.
            diffuse_w_m2: (time,) of the sky on a level plane.
        """
        heat_w: Array = self.onto((window,), unix_s).heat_w(direct_w_m2, diffuse_w_m2)[0]
        return heat_w

    def onto(self, windows: Sequence[WindowOutline], unix_s: Array, turned_deg: float = 0.0) -> "SunOnWindows":
        """Return how the sun stands before windows.

        Args:
            windows: Which.
            unix_s: (time,).
            turned_deg: As if the house stood turned by so much, clockwise, against its drawing.
        """
        up, round_ = self.position(unix_s)
        azimuth = np.array([window.azimuth_deg for window in windows])[:, np.newaxis] + turned_deg
        overhang = np.array([window.overhang_ratio for window in windows])[:, np.newaxis]
        facing = round_ - np.radians(azimuth)
        on_wall = np.cos(up) * np.cos(facing)
        # What juts out throws its shadow down the window by the tangent of the profile angle.
        profile = np.tan(np.clip(up, 0.0, 1.5)) / np.maximum(np.cos(facing), 0.05)
        return SunOnWindows(
            lit=np.where((on_wall > 0.0) & (up > 0.0), on_wall, 0.0),
            unshaded=1.0 - np.clip(overhang * profile, 0.0, 1.0),
            glancing=np.clip(1.0 - 0.12 * (1.0 / np.maximum(on_wall, 0.1) - 1.0), 0.0, 1.0),
            sky=1.0 - 0.4 * np.minimum(1.0, overhang),
            height=np.maximum(np.sin(up), 0.0),
            takes_m2=np.array([window.area_m2 * window.gain for window in windows])[:, np.newaxis],
        )


@dataclass(frozen=True, slots=True)
class SunOnWindows:
    """How the sun stands before some windows at some times.

    Attributes:
        lit: (window, time) cosine of the angle at which the sun falls on the pane; 0 where it does not.
        unshaded: (window, time) share that no overhang shades.
        glancing: (window, time) share of what passes a pane at right angles.
        sky: (window, 1) share of the sky that is seen below the overhang.
        height: (time,) sine of the sun's height; 0 at night.
        takes_m2: (window, 1) area, times the share of the sun's heat that comes in.
    """

    lit: Array
    unshaded: Array
    glancing: Array
    sky: Array
    height: Array
    takes_m2: Array

    def heat_w(self, direct_w_m2: Array, diffuse_w_m2: Array) -> Array:
        """Return (window, time) W that come in, before any blind.

        Args:
            direct_w_m2: (time,) of the sun at right angles.
            diffuse_w_m2: (time,) of the sky on a level plane.
        """
        sky = 0.5 * diffuse_w_m2 * self.sky
        ground = 0.5 * ALBEDO * (diffuse_w_m2 + direct_w_m2 * self.height)
        arrives = direct_w_m2 * self.lit * self.unshaded * self.glancing + 0.9 * (sky + ground)
        return np.asarray(self.takes_m2 * arrives)
