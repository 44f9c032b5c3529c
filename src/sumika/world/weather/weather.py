"""The weather of a site from its beginning on: what is outside at any time, and what a forecast says of it."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

import sumika.world.weather.hours as hours
from sumika.physics.psychrometrics import relative_humidity
from sumika.world.exchange import Outside
from sumika.world.weather.changes import Change, changed
from sumika.world.weather.forecast import ForecastSeries, forecast_of
from sumika.world.weather.sun import Place, Sun, between_deg, lifted_deg, sun_over

Array = NDArray[np.float64]

_BEFORE_DAYS = 4  # a house settles in the weather before its beginning
_AFTER_DAYS = 1
_MORE = 0.5  # the grid grows by so much of itself when it ends, so that a long life costs little each day


class Maker(Protocol):
    """Whatever gives the weather of whole days."""

    @property
    def place(self) -> Place:
        """Where the sun is seen from."""
        ...

    @property
    def name(self) -> str:
        """What it is, for people."""
        ...

    @property
    def seed(self) -> int:
        """Of everything random."""
        ...

    def hours(self, first: int, last: int, zone_s: int, sun: Sun) -> hours.Hours:
        """Return the weather of days since 1970 of the solar zone, `first` up to and without `last`."""
        ...


class Weather:
    """Weather that goes on for as long as it is asked for."""

    def __init__(
        self, maker: Maker, start: datetime, days: float, changes: Sequence[Change] = (), notes: Sequence[str] = ()
    ) -> None:
        """Prepare the weather of some days.

        Args:
            maker: Where it comes from.
            start: When the world begins, with a time zone.
            days: How many are prepared at once; later ones are when they are asked for.
            changes: What is unusual.
            notes: What had to be mended in a file, for people.
        """
        self.notes = tuple(notes)
        self._maker, self._start, self._days, self._changes = maker, start, days, tuple(changes)
        self._start_unix_s = start.timestamp()
        self._zone_s = round(maker.place.longitude_deg / 15.0) * 3600
        begin = (self._start_unix_s + self._zone_s) / hours.DAY_S
        self._pressure_pa = maker.place.pressure_pa
        self._first, self._last = 0, 0
        self._table = np.empty((0, hours.COLUMNS))
        self._origin_s = 0.0
        self._prepare(math.floor(begin) - _BEFORE_DAYS, math.ceil(begin + max(days, 0.0)) + _AFTER_DAYS)

    @property
    def name(self) -> str:
        """What the weather is, for people: a climate or a file."""
        return self._maker.name

    @property
    def pressure_pa(self) -> float:
        """Of the standard atmosphere at the site."""
        return self._pressure_pa

    def changed(self, *changes: Change) -> "Weather":
        """Return the same weather with something unusual in it, besides what is so already."""
        return Weather(self._maker, self._start, self._days, (*self._changes, *changes), self.notes)

    def outside(self, at_s: float, seconds: float) -> Outside:
        """Return the mean of a step, with the sun at its middle.

        Args:
            at_s: When it begins, since the world began; before that where negative.
            seconds: How long it is.
        """
        row = self._row(at_s + 0.5 * seconds)
        if seconds > hours.GRID_S:
            parts = math.ceil(seconds / hours.GRID_S)
            width = seconds / parts
            middles = at_s + (np.arange(parts, dtype=np.float64) + 0.5) * width
            mean = self.table(middles).mean(axis=0)
            mean[hours.SUN_EAST : hours.SUN_UP + 1] = row[hours.SUN_EAST : hours.SUN_UP + 1]
            row = mean
        return _outside(row.tolist(), self._maker.place, self._pressure_pa)

    def sample(self, at_s: float) -> dict[str, float | str]:
        """Return what a weather station at the site reports: the fields of `sumika.schema.WeatherSample`."""
        now = self.outside(at_s, 0.0)
        return {
            "source": self.name,
            "temperature_c": now.temperature_c,
            "relative_humidity": min(relative_humidity(now.temperature_c, now.humidity_ratio, now.pressure_pa), 1.0),
            "wind_m_s": now.wind_m_s,
            "wind_from_deg": now.wind_from_deg,
            "global_horizontal_w_m2": now.global_horizontal_w_m2,
            "direct_normal_w_m2": now.direct_normal_w_m2,
            "diffuse_horizontal_w_m2": now.diffuse_horizontal_w_m2,
            "pressure_pa": now.pressure_pa,
            "rain_mm_h": now.rain_mm_h,
            "pm2_5_ug_m3": now.pm2_5_ug_m3,
        }

    def table(self, at_s: Array) -> Array:
        """Return (time, column) of `sumika.world.weather.hours` at some times, without a mean over steps."""
        place = self._places(float(np.min(at_s)), float(np.max(at_s)), at_s)
        low = np.minimum(place.astype(np.int64), len(self._table) - 2)
        share = (place - low)[:, None]
        return np.asarray((1.0 - share) * self._table[low] + share * self._table[low + 1])

    def forecast(self, issued_at_s: float, hours_ahead: int) -> ForecastSeries:
        """Return the latest forecast that has been issued: every six hours from midnight of UTC on.

        Args:
            issued_at_s: When it is asked for, since the world began.
            hours_ahead: How far it goes.
        """
        return forecast_of(self.table, self._maker.seed, self._start_unix_s, issued_at_s, hours_ahead)

    def _row(self, at_s: float) -> Array:
        place = (at_s - self._origin_s) / hours.GRID_S
        if not 0.0 <= place < len(self._table) - 1:
            self._reach(at_s, at_s)
            place = (at_s - self._origin_s) / hours.GRID_S
        low = int(place)
        share = place - low
        return np.asarray(self._table[low] * (1.0 - share) + self._table[low + 1] * share)

    def _places(self, first_s: float, last_s: float, at_s: Array) -> Array:
        if not (first_s >= self._origin_s and last_s < self._origin_s + (len(self._table) - 1) * hours.GRID_S):
            self._reach(first_s, last_s)
        return np.asarray((at_s - self._origin_s) / hours.GRID_S)

    def _reach(self, first_s: float, last_s: float) -> None:
        """Make the grid so long that it holds two times."""
        more = math.ceil(_MORE * (self._last - self._first))
        first = math.floor((first_s + self._start_unix_s + self._zone_s) / hours.DAY_S)
        last = math.floor((last_s + self._start_unix_s + self._zone_s) / hours.DAY_S) + 1
        self._prepare(
            self._first if first >= self._first else first - 1, self._last if last <= self._last else last + more
        )

    def _prepare(self, first: int, last: int) -> None:
        local_s = np.arange(first * hours.DAY_S, last * hours.DAY_S + 1, hours.GRID_S, dtype=np.int64)
        unix_s = local_s - self._zone_s
        sun = sun_over(self._maker.place, unix_s)
        made = self._maker.hours(first, last, self._zone_s, sun)
        table = hours.table_of(made, sun, local_s)
        for change in self._changes:
            table = changed(table, np.asarray(unix_s - self._start_unix_s, np.float64), change)
        self._table, self._first, self._last = table, first, last
        self._origin_s = float(unix_s[0]) - self._start_unix_s


def _outside(row: list[float], place: Place, pressure_pa: float) -> Outside:
    elevation, azimuth = between_deg(row[hours.SUN_EAST], row[hours.SUN_NORTH], row[hours.SUN_UP], place.latitude_deg)
    return Outside(
        temperature_c=row[hours.TEMPERATURE],
        humidity_ratio=row[hours.HUMIDITY_RATIO],
        pressure_pa=row[hours.PRESSURE],
        wind_m_s=row[hours.WIND],
        wind_from_deg=math.degrees(math.atan2(row[hours.WIND_EAST], row[hours.WIND_NORTH])) % 360.0,
        sky_temperature_c=row[hours.SKY],
        ground_temperature_c=row[hours.GROUND],
        sun_elevation_deg=elevation + lifted_deg(elevation, pressure_pa),
        sun_azimuth_deg=azimuth,
        direct_normal_w_m2=row[hours.DIRECT],
        diffuse_horizontal_w_m2=row[hours.DIFFUSE],
        global_horizontal_w_m2=row[hours.GLOBAL],
        rain_mm_h=row[hours.RAIN],
        co2_ppm=row[hours.CO2],
        voc_ug_m3=row[hours.VOC],
        pm2_5_ug_m3=row[hours.PM2_5],
        sound_dba=row[hours.SOUND],
    )
