"""What is to come, each with its error: the weather that somebody foretold, or the house's own record; prices; carbon.

A forecast of hours ago is set right by what is measured now, which is worth most for the next hours. Where there is no
forecast, the day goes on as days went lately (persistence and the record's daily shape), ever less surely.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.prices_ahead import PriceBook
from sumika.belief.record import OUTSIDE, Rows
from sumika.belief.sunlight import Sun
from sumika.belief.weather_answers import clear_sky_w_m2
from sumika.schema import WeatherForecast

Array = NDArray[np.float64]

HOUR_S = 3600.0
STEPS_H = 52
"""A plan looks two days ahead, from a quarter of an hour on that may lie well within an hour."""

LASTS_H = 18.0
"""So long a warm or cold spell of weather is remembered where nobody foretells; typical."""

SET_RIGHT_H, SET_RIGHT_MOST_K = 6.0, 4.0
"""A forecast that is off now is off alike for some hours, and less and less; a sensor in the sun is no forecast."""

LEAD_H = np.array([0.0, 6.0, 24.0, 48.0, 72.0])
FORETOLD_SIGMA_K = np.array([0.6, 0.9, 1.5, 2.1, 2.5])
"""Typical of services' verification at 2 m: mean absolute errors of 1.5 to 2.1 K over three days (Kendzierski et al.,
Geofizika 35, 2018); who foretells may say better."""

OLDEST_H = 36.0
"""An older issue is no forecast any more."""

UNKNOWN_C, UNKNOWN_SIGMA_K, LEAST_SPREAD_K = 12.0, 8.0, 1.5
_USUAL = {"relative_humidity": 0.65, "wind_m_s": 2.5}
_USUAL_CLEARNESS, _LOOKS_BACK_ROWS = 0.5, 5 * 96
_ROWS_PER_DAY = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseForecast:
    """Of the two days to come, hour by hour; all arrays are (step,).

    Attributes:
        begins: When each step begins, in local time.
        temperature_c: Of the air outside.
        temperature_sigma_k: Its standard deviation.
        relative_humidity: Outside, 0..1.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        sun_sigma: Standard deviation of the light, as a share of a clear sky's.
        wind_m_s: At 10 m.
        rain_mm_h: Rain or melted snow; 0 where nobody foretells any.
        price_per_kwh: Of a kWh taken.
        price_sigma: Its standard deviation.
        feed_in_per_kwh: Of a kWh given.
        carbon_g_kwh: Of a kWh from the grid.
        source: Who foretold the weather; "record": the house's own record.
    """

    begins: tuple[datetime, ...] = field(repr=False)
    temperature_c: Array = field(repr=False)
    temperature_sigma_k: Array = field(repr=False)
    relative_humidity: Array = field(repr=False)
    direct_normal_w_m2: Array = field(repr=False)
    diffuse_horizontal_w_m2: Array = field(repr=False)
    sun_sigma: Array = field(repr=False)
    wind_m_s: Array = field(repr=False)
    rain_mm_h: Array = field(repr=False)
    price_per_kwh: Array = field(repr=False)
    price_sigma: Array = field(repr=False)
    feed_in_per_kwh: Array = field(repr=False)
    carbon_g_kwh: Array = field(repr=False)
    source: str


class Foreteller:
    """Keeps the newest forecast of the weather, and says what comes."""

    def __init__(self, sun: Sun, prices: PriceBook) -> None:
        """Take where the sun stands, and the prices."""
        self._sun, self.prices = sun, prices
        self.weather: WeatherForecast | None = None

    def hear(self, forecast: WeatherForecast) -> None:
        """Take a forecast; an older issue than the one that is known is left alone."""
        if self.weather is None or forecast.issued_unix_s >= self.weather.issued_unix_s:
            self.weather = forecast

    def now(self, at: datetime, rows: Rows) -> HouseForecast:
        """Return what is to come.

        Args:
            at: Now, in local time.
            rows: The house's record.
        """
        first = at.replace(minute=0, second=0, microsecond=0)
        begins = tuple(datetime.fromtimestamp(first.timestamp() + HOUR_S * one, at.tzinfo) for one in range(STEPS_H))
        middle = np.array([one.timestamp() for one in begins]) + 0.5 * HOUR_S
        lead_h = np.maximum(middle - at.timestamp(), 0.0) / HOUR_S
        told = self._told(at, middle)
        air, sigma = self._air(rows, middle, lead_h, told)
        direct, diffuse, sun_sigma = self._light(rows, middle, told)
        prices = self.prices.ahead(begins)
        return HouseForecast(
            begins=begins,
            temperature_c=air,
            temperature_sigma_k=sigma,
            relative_humidity=np.clip(
                _else(told("relative_humidity"), _usual(rows, middle, "relative_humidity")), 0, 1
            ),
            direct_normal_w_m2=direct,
            diffuse_horizontal_w_m2=diffuse,
            sun_sigma=sun_sigma,
            wind_m_s=np.maximum(_else(told("wind_m_s"), _usual(rows, middle, "wind_m_s")), 0.0),
            rain_mm_h=np.maximum(np.nan_to_num(told("rain_mm_h")), 0.0),
            price_per_kwh=prices.per_kwh,
            price_sigma=prices.sigma,
            feed_in_per_kwh=prices.feed_in,
            carbon_g_kwh=prices.carbon_g_kwh,
            source=self._source(at, middle),
        )

    def _valid(self, at: datetime) -> WeatherForecast | None:
        weather = self.weather
        if weather is None or at.timestamp() - weather.issued_unix_s > OLDEST_H * HOUR_S:
            return None
        return weather

    def _source(self, at: datetime, middle: Array) -> str:
        weather = self._valid(at)
        return weather.source if weather is not None and weather.ends_unix_s > middle[0] else "record"

    def _told(self, at: datetime, middle: Array) -> Callable[[str], Array]:
        """Return what gives one foretold series at the middles, NaN where it was not foretold."""
        weather = self._valid(at)

        def series(name: str) -> Array:
            values = () if weather is None else getattr(weather, name)
            if weather is None or len(values) != len(weather.begins_unix_s) or len(values) < 2:
                return np.full(len(middle), np.nan)
            begins = np.append(weather.begins_unix_s, weather.ends_unix_s)
            found = np.interp(middle, 0.5 * (begins[1:] + begins[:-1]), values)
            return np.where((middle >= begins[0]) & (middle <= begins[-1]), found, np.nan)

        return series

    def _air(self, rows: Rows, middle: Array, lead_h: Array, told: Callable[[str], Array]) -> tuple[Array, Array]:
        shape, spread = _daily(rows, middle, "temperature_c", UNKNOWN_C, UNKNOWN_SIGMA_K)
        now = _newest(rows, "temperature_c")
        fades = np.exp(-lead_h / LASTS_H)
        own = shape + (0.0 if now is None else (now - shape[0]) * fades)
        own_sigma = np.maximum(spread, LEAST_SPREAD_K) * np.sqrt(np.maximum(1.0 - fades**2, 0.05))
        if now is None:
            own_sigma = np.maximum(spread, LEAST_SPREAD_K)
        foretold = told("temperature_c")
        if now is not None and np.isfinite(foretold[0]):
            off = float(np.clip(now - foretold[0], -SET_RIGHT_MOST_K, SET_RIGHT_MOST_K))
            foretold = foretold + off * np.exp(-lead_h / SET_RIGHT_H)
        said = told("temperature_sigma_k")
        sigma = np.where(np.isfinite(said) & (said > 0.0), said, np.interp(lead_h, LEAD_H, FORETOLD_SIGMA_K))
        known = np.isfinite(foretold)
        return np.where(known, foretold, own), np.where(known, sigma, own_sigma)

    def _light(self, rows: Rows, middle: Array, told: Callable[[str], Array]) -> tuple[Array, Array, Array]:
        clear = clear_sky_w_m2(self._sun, middle)
        clearness, spread = self._clearness(rows)
        level = _else(told("global_horizontal_w_m2"), clearness * clear)
        direct, diffuse = self._sun.split(middle, np.maximum(level, 0.0))
        direct, diffuse = _else(told("direct_normal_w_m2"), direct), _else(told("diffuse_horizontal_w_m2"), diffuse)
        known = np.isfinite(told("global_horizontal_w_m2")) | np.isfinite(told("direct_normal_w_m2"))
        return np.maximum(direct, 0.0), np.maximum(diffuse, 0.0), np.where(known, 0.15, spread)

    def _clearness(self, rows: Rows) -> tuple[float, float]:
        """Return which share of a clear sky's light came lately, and how much days differ."""
        last = rows.last(3 * _ROWS_PER_DAY)
        light = last.outside[:, OUTSIDE.index("global_horizontal_w_m2")]
        if not len(last):
            return _USUAL_CLEARNESS, 0.3
        clear = clear_sky_w_m2(self._sun, last.unix_s + 450.0)
        seen = np.isfinite(light) & (clear > 50.0)
        if seen.sum() < 8:
            return _USUAL_CLEARNESS, 0.3
        shares = light[seen] / clear[seen]
        return float(np.clip(light[seen].sum() / clear[seen].sum(), 0.05, 1.1)), float(
            np.clip(np.std(shares), 0.1, 0.4)
        )


def _else(first: Array, second: Array) -> Array:
    return np.where(np.isfinite(first), first, second)


def _column(rows: Rows, name: str) -> Array:
    return rows.last(_LOOKS_BACK_ROWS).outside[:, OUTSIDE.index(name)]


def _newest(rows: Rows, name: str) -> float | None:
    """Return what was measured in the last hour; None where nothing was."""
    column = rows.last(4).outside[:, OUTSIDE.index(name)]
    seen = column[np.isfinite(column)]
    return float(seen[-1]) if len(seen) else None


def _usual(rows: Rows, middle: Array, name: str) -> Array:
    return _daily(rows, middle, name, _USUAL[name], 0.0)[0]


def _daily(rows: Rows, middle: Array, name: str, unknown: float, unknown_sigma: float) -> tuple[Array, Array]:
    """Return (step,) a quantity by the record's daily shape, and its spread from day to day.

    Hours of which too little is known take the mean of all, and the spread of all.
    """
    column = _column(rows, name)
    seen = np.isfinite(column)
    if not seen.any():
        return np.full(len(middle), unknown), np.full(len(middle), unknown_sigma)
    hours = np.round((rows.last(_LOOKS_BACK_ROWS).unix_s[seen] + 450.0) / HOUR_S).astype(np.int64) % 24
    values = column[seen]
    whole_day = len(np.unique(hours)) >= 20
    mean, sigma = np.empty(len(middle)), np.empty(len(middle))
    for place, hour in enumerate(np.round(middle / HOUR_S).astype(np.int64) % 24):
        near = np.abs((hours - hour + 12) % 24 - 12) <= 1
        chosen = values[near] if whole_day and near.any() else values
        mean[place], sigma[place] = float(np.mean(chosen)), float(np.std(chosen))
    # Part of a day shows part of its course: what is not seen of it may be as far off as a season's day is wide.
    return mean, sigma if whole_day else np.maximum(sigma, 4.0 if unknown_sigma else 0.0)
