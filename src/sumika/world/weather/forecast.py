"""Forecasts of the weather to come: what will be, and an error that grows with lead time.

Standard deviations are typical of verification against stations: temperature at 2 m is off by 0.8 K after 6 h, by 1.6 K
after a day and by 2.4 K after three (Kendzierski et al. 2018, Geofizika 35, found mean absolute errors of 1.5 to 2.1 K
over 0 to 72 h, which is 1.9 to 2.6 K); light of the sun by a tenth to three tenths of a clear sky's. Within an issue,
errors of neighbouring hours go together; each issue errs anew.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import sumika.world.weather.hours as grid
from sumika.physics.psychrometrics import VAPOUR_TO_AIR, saturation_pressure_pa
from sumika.world.weather.red_noise import of_forecast, remember

Array = NDArray[np.float64]

ISSUE_S = 6 * 3600
LONGEST_H = 240

_LEAD_H = np.array([0.0, 6.0, 24.0, 48.0, 72.0, 120.0, 240.0])
_WARM_K = np.array([0.5, 0.8, 1.5, 2.1, 2.5, 3.3, 4.5])
_CLEAR = np.array([0.05, 0.10, 0.17, 0.22, 0.26, 0.32, 0.38])
_HUMID = np.array([0.03, 0.05, 0.08, 0.11, 0.13, 0.15, 0.18])
_WINDY = np.array([0.12, 0.18, 0.28, 0.36, 0.42, 0.5, 0.6])  # of the logarithm
_MEMORY = np.exp(-1.0 / np.array([18.0, 6.0, 12.0, 12.0]))  # from hour to hour


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSeries:
    """A forecast, hour by hour; all (lead,).

    Attributes:
        issued_at_s: When it was issued, since the world began.
        at_s: What time each row is for, since the world began.
        lead_h: How far ahead of its issue.
        temperature_c: Of the air.
        relative_humidity: 0..1.
        wind_m_s: At 10 m.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        global_horizontal_w_m2: Of both on a level plane.
        rain_mm_h: Rain or melted snow.
    """

    issued_at_s: float
    at_s: Array
    lead_h: Array
    temperature_c: Array
    relative_humidity: Array
    wind_m_s: Array
    direct_normal_w_m2: Array
    diffuse_horizontal_w_m2: Array
    global_horizontal_w_m2: Array
    rain_mm_h: Array


def spread_of_temperature_k(lead_h: Array) -> Array:
    """Return the standard deviation of the error of temperature at some lead times."""
    return np.asarray(np.interp(lead_h, _LEAD_H, _WARM_K))


def forecast_of(
    truth: Callable[[Array], Array], seed: int, start_unix_s: float, asked_at_s: float, hours_ahead: int
) -> ForecastSeries:
    """Return the latest forecast at a time.

    Args:
        truth: Gives (time, column) at times since the world began.
        seed: Of the errors.
        start_unix_s: When the world began.
        asked_at_s: Since the world began.
        hours_ahead: From the issue on; at most `LONGEST_H`.

    Raises:
        ValueError: if it goes further than forecasts do, or not at all.
    """
    if not 1 <= hours_ahead <= LONGEST_H:
        raise ValueError(f"a forecast goes from 1 to {LONGEST_H} h ahead, not {hours_ahead}")
    issue = math.floor((start_unix_s + asked_at_s) / ISSUE_S)
    issued_at_s = issue * ISSUE_S - start_unix_s
    lead_h = np.arange(hours_ahead + 1, dtype=np.float64)
    at_s = issued_at_s + lead_h * 3600.0
    # All leads are drawn, so that a short forecast is the beginning of a long one.
    errors = remember(of_forecast(seed, issue, (LONGEST_H + 1, 4)), _MEMORY)[: hours_ahead + 1]
    return _with_errors(truth(at_s), errors, lead_h, at_s, issued_at_s)


def _with_errors(table: Array, errors: Array, lead_h: Array, at_s: Array, issued_at_s: float) -> ForecastSeries:
    spread = [np.interp(lead_h, _LEAD_H, of) for of in (_WARM_K, _CLEAR, _HUMID, _WINDY)]
    warm, light, humid, wind = (errors[:, one] * spread[one] for one in range(4))
    pressure, ratio = table[:, grid.PRESSURE], table[:, grid.HUMIDITY_RATIO]
    vapour = pressure * ratio / (VAPOUR_TO_AIR + ratio)
    relative = vapour / saturation_pressure_pa(table[:, grid.TEMPERATURE])
    brighter = np.clip(1.0 + light, 0.2, 1.6)
    direct = table[:, grid.DIRECT] * np.clip(1.0 + 1.5 * light, 0.0, 1.3)
    diffuse = table[:, grid.DIFFUSE] * brighter
    return ForecastSeries(
        issued_at_s=issued_at_s,
        at_s=at_s,
        lead_h=lead_h,
        temperature_c=table[:, grid.TEMPERATURE] + warm,
        relative_humidity=np.clip(relative + humid, 0.05, 1.0),
        wind_m_s=table[:, grid.WIND] * np.exp(wind - 0.5 * spread[3] ** 2),
        direct_normal_w_m2=direct,
        diffuse_horizontal_w_m2=diffuse,
        global_horizontal_w_m2=diffuse + direct * np.maximum(table[:, grid.SUN_UP], 0.0),
        rain_mm_h=table[:, grid.RAIN] * np.clip(1.0 - 2.0 * light, 0.0, 3.0),
    )
