"""What is unusual for a while: heat waves, cold spells, rainy seasons, smog."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import sumika.world.weather.hours as hours
from sumika.physics.psychrometrics import VAPOUR_TO_AIR, saturation_pressure_pa

Array = NDArray[np.float64]

EDGE_S = 6 * 3600.0
"""Over so long it comes and goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the weather; by default of all of it.

    Attributes:
        since_s: When it begins to come, in seconds since the world began.
        until_s: When it is over.
        warmer_k: Added to the temperature, relative humidity kept; negative: colder.
        humid: Added to the relative humidity.
        cloudy: Share of the direct light, and a half of that of all light, that clouds keep away besides.
        calm: Share of the wind that is missing.
        rain_mm_h: Added to the rain.
        pm2_5_ug_m3: Fine particles outside, in place of what there were; None: as usual.
    """

    since_s: float = -np.inf
    until_s: float = np.inf
    warmer_k: float = 0.0
    humid: float = 0.0
    cloudy: float = 0.0
    calm: float = 0.0
    rain_mm_h: float = 0.0
    pm2_5_ug_m3: float | None = None


def shift(warmer_k: float) -> Change:
    """Return the same weather, warmer or colder throughout."""
    return Change(warmer_k=warmer_k)


def heat_wave(since_s: float, days: float, warmer_k: float = 6.0) -> Change:
    """Return days of heat: warmer, and calm."""
    return Change(since_s=since_s, until_s=since_s + days * hours.DAY_S, warmer_k=warmer_k, calm=0.3)


def cold_spell(since_s: float, days: float, colder_k: float = 6.0) -> Change:
    """Return days of cold."""
    return Change(since_s=since_s, until_s=since_s + days * hours.DAY_S, warmer_k=-colder_k)


def rainy_season(since_s: float, days: float, rain_mm_day: float = 12.0) -> Change:
    """Return days of steady rain: dark and humid."""
    return Change(
        since_s=since_s, until_s=since_s + days * hours.DAY_S, humid=0.15, cloudy=0.8, rain_mm_h=rain_mm_day / 24.0
    )


def changed(table: Array, at_s: Array, change: Change) -> Array:
    """Return a table of the weather with a change in it.

    Args:
        table: (time, column).
        at_s: (time,) since the world began.
        change: What is unusual.
    """
    rising = np.clip((at_s - change.since_s) / EDGE_S, 0.0, 1.0) if np.isfinite(change.since_s) else np.ones_like(at_s)
    sinking = np.clip((change.until_s - at_s) / EDGE_S, 0.0, 1.0) if np.isfinite(change.until_s) else 1.0
    share = np.asarray(np.minimum(rising, sinking))
    new = table.copy()
    pressure, warm = table[:, hours.PRESSURE], table[:, hours.TEMPERATURE]
    ratio = table[:, hours.HUMIDITY_RATIO]
    relative = pressure * ratio / (VAPOUR_TO_AIR + ratio) / saturation_pressure_pa(warm)
    warmer = warm + share * change.warmer_k
    vapour = np.clip(relative + share * change.humid, 0.05, hours.MOST_HUMID) * saturation_pressure_pa(warmer)
    new[:, hours.TEMPERATURE] = warmer
    new[:, hours.HUMIDITY_RATIO] = VAPOUR_TO_AIR * vapour / (pressure - vapour)
    clouds = share * change.cloudy
    # Clouds shine back: they close most of the gap between the sky's temperature and the air's.
    sky = table[:, hours.SKY] + share * change.warmer_k
    new[:, hours.SKY] = sky + 0.8 * clouds * np.maximum(warmer - sky, 0.0)
    level = table[:, hours.GLOBAL] * (1.0 - 0.5 * clouds)
    new[:, hours.DIRECT] = table[:, hours.DIRECT] * (1.0 - clouds)
    new[:, hours.DIFFUSE] = level - new[:, hours.DIRECT] * np.maximum(table[:, hours.SUN_UP], 0.0)
    new[:, hours.GLOBAL] = level
    new[:, hours.WIND] *= 1.0 - share * change.calm
    new[:, hours.RAIN] += share * change.rain_mm_h
    if change.pm2_5_ug_m3 is not None:
        new[:, hours.PM2_5] += share * (change.pm2_5_ug_m3 - table[:, hours.PM2_5])
    return new
