"""Daylight in rooms: lux at table height and melanopic lux at the eye, from what comes through windows.

The light of the sky spreads by the average daylight factor (J. A. Lynes 1979; CIBSE LG10: E = 2 T W / (A (1 - R^2))
of what falls on the glass); of the direct sun only what its patch throws on counts. What trees, furniture and
curtains do is learned as a factor per room wherever a sensor measures light.
"""

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from sumika.belief.outline import Outline
from sumika.belief.sunlight import Sun
from sumika.physics.light import SKY_EFFICACY_LM_W, melanopic_ratio_daylight, sun_efficacy_lm_w
from sumika.schema.house import House

Array = NDArray[np.float64]

EYE_TO_TABLE = 0.6
"""Light at the eye of who looks across a room, of that on the table; typical of windows and of ceiling lamps."""

DAYLIGHT_K = 6000.0
LIGHT_PER_HEAT = 1.2
"""Share of the light that a pane lets through over that of the sun's heat: 0.8 to 0.66, typical of double panes."""

_REFLECTS = 0.5
_SUN_SHARE = 0.3
"""Of a patch of sun so much is thrown on: a floor's reflectance."""

_LEARNS, _LEAST_LUX = 0.02, 20.0
_FACTORS = (0.1, 4.0)


class Daylight:
    """Daylight in all rooms of a house.

    Attributes:
        factor: (room,) what was learned of it against the description.
    """

    def __init__(self, house: House, outline: Outline, sun: Sun) -> None:
        """Know the windows.

        Args:
            house: As described.
            outline: In numbers.
            sun: Over its site.
        """
        self._outline, self._sun = outline, sun
        walls_m = np.array([shapely.Polygon(room.floor_m).length for room in house.rooms])
        surface_m2 = 2.0 * outline.floor_m2 + walls_m * outline.volume_m3 / np.maximum(outline.floor_m2, 1e-9)
        self._per_lumen = 2.0 / (surface_m2 * (1.0 - _REFLECTS**2))
        self.factor = np.ones(len(outline.rooms))

    def lux(self, unix_s: Array, direct_w_m2: Array, diffuse_w_m2: Array, closed: Mapping[str, float]) -> Array:
        """Return (time, room) lux at table height, as learned.

        Args:
            unix_s: (time,).
            direct_w_m2: (time,) of the sun at right angles.
            diffuse_w_m2: (time,) of the sky on a level plane.
            closed: By window: share of its light that a blind keeps out.
        """
        found = np.zeros((len(unix_s), len(self._outline.rooms)))
        elevation_deg = np.degrees(self._sun.position(unix_s)[0])
        efficacy = np.array([sun_efficacy_lm_w(one) for one in elevation_deg])
        none = np.zeros(len(unix_s))
        before = self._sun.onto(self._outline.windows, unix_s)
        sky, sun = before.heat_w(none, diffuse_w_m2), before.heat_w(direct_w_m2, none)
        lumens = LIGHT_PER_HEAT * (SKY_EFFICACY_LM_W * sky + _SUN_SHARE * efficacy * sun)
        for window, through in zip(self._outline.windows, lumens, strict=True):
            found[:, window.room] += (1.0 - closed.get(window.id, 0.0)) * through
        return np.asarray(found * self._per_lumen * self.factor)

    def learn(self, room: int, foreseen_lux: float, measured_lux: float) -> None:
        """Take what a sensor measures of daylight; little by little, and only where there is enough to compare.

        Args:
            room: Index.
            foreseen_lux: As `lux` has it.
            measured_lux: Without what lamps give.
        """
        if foreseen_lux < _LEAST_LUX or measured_lux <= 0.0:
            return
        off = np.clip(np.log(measured_lux / foreseen_lux), -1.0, 1.0)
        self.factor[room] = float(np.clip(self.factor[room] * np.exp(_LEARNS * off), *_FACTORS))


def melanopic_lux(table_lux: Array | float) -> Array | float:
    """Return the melanopic EDI at the eye of daylight of so many lux at table height."""
    return table_lux * (EYE_TO_TABLE * melanopic_ratio_daylight(DAYLIGHT_K))
