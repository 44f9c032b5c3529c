"""Light for eyes and body clocks: luminous efficacy of sun and sky, melanopic ratios (CIE S 026/E:2018), lux."""

import numpy as np
from numpy.typing import NDArray

from sumika.physics._like import like
from sumika.physics.psychrometrics import Number

SKY_EFFICACY_LM_W = 120.0
"""Of the diffuse sky: 110 overcast, 130 clear (P. J. Littlefair, "The luminous efficacy of daylight: a review",
Lighting Res. Technol. 17 (1985) 162-182)."""

_SUN_ELEVATION_DEG = np.array([0.0, 5.0, 10.0, 20.0, 30.0, 60.0, 90.0])
_SUN_EFFICACY_LM_W = np.array([40.0, 62.0, 76.0, 90.0, 97.0, 103.0, 104.0])
"""Of the direct sun by its elevation, means of the models that Littlefair 1985 compares."""

_DAYLIGHT_K = np.array([4000.0, 5000.0, 5500.0, 6500.0, 7500.0, 10000.0])
_DAYLIGHT_RATIO = np.array([0.69, 0.83, 0.904, 1.0, 1.07, 1.18])
"""Melanopic daylight efficacy ratio of CIE daylights; D55 0.904 and D65 1 are of CIE S 026, table A.2."""

_LED_K = np.array([2200.0, 2700.0, 3000.0, 4000.0, 5000.0, 6500.0])
_LED_RATIO = np.array([0.34, 0.43, 0.49, 0.64, 0.76, 0.91])
"""Of white LEDs with a colour rendering about 80 to 90: typical of makers' data sheets, which scatter by a tenth."""


def sun_efficacy_lm_w(elevation_deg: float) -> float:
    """Return lumens per watt of direct sunlight; falls as the sun sinks."""
    return float(np.interp(elevation_deg, _SUN_ELEVATION_DEG, _SUN_EFFICACY_LM_W))


def melanopic_ratio_daylight(colour_temperature_k: Number) -> Number:
    """Return melanopic EDI per lux of daylight, 4000 to 10000 K."""
    return _ratio(colour_temperature_k, _DAYLIGHT_K, _DAYLIGHT_RATIO)


def melanopic_ratio_led(colour_temperature_k: Number) -> Number:
    """Return melanopic EDI per lux of a white LED, 2200 to 6500 K."""
    return _ratio(colour_temperature_k, _LED_K, _LED_RATIO)


def mean_illuminance_lux(luminous_flux_lm: Number, area_m2: Number, utilisation: float = 0.6) -> Number:
    """Return the mean illuminance at table height by the lumen method (CIE 40; light rooms use 0.4 to 0.8 of it)."""
    lux: Number = luminous_flux_lm * utilisation / area_m2
    return lux


def _ratio(at: Number, known: NDArray[np.float64], ratio: NDArray[np.float64]) -> Number:
    result: Number = like(at, np.asarray(np.interp(at, known, ratio), np.float64))
    return result
