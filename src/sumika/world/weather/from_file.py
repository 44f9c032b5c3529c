"""Weather out of a file of hours, brought to the grid: states along straight lines, light along the clear sky's course.

A row of the file ends at its hour: light and rain are means over the hour before, all else is what was read at its end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pvlib import irradiance

import sumika.world.weather.file_layouts as layouts
from sumika.physics.psychrometrics import saturation_pressure_pa
from sumika.world.weather.file_year import HOURS, FileYear
from sumika.world.weather.hours import A_DAY, DAY_S, GRID_S, Hours
from sumika.world.weather.seasons import MONTH_OF_DAY
from sumika.world.weather.sky_and_ground import ground_temperature_c, sky_of_infrared_c, sky_temperature_c
from sumika.world.weather.sun import Place, Sun

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_HOUR_S = 3600
_AN_HOUR = _HOUR_S // GRID_S
_PM2_5_UG_M3 = 10.0  # no such file has them; typical of cities in rich countries
_WIND_M_S, _WEST_DEG = 3.0, 270.0
_FAR_DEG = 2.0


@dataclass(frozen=True, slots=True)
class FromFile:
    """Weather of a file's year, year after year.

    Attributes:
        year: Of the file.
        seed: Of forecasts.
        place: Of the sun.
    """

    year: FileYear
    seed: int
    place: Place

    @property
    def name(self) -> str:
        """The file's name."""
        return self.year.path.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended, and whether the file is from elsewhere."""
        station = self.year.station
        away = abs(station.latitude_deg - self.place.latitude_deg) + abs(
            (station.longitude_deg - self.place.longitude_deg + 180.0) % 360.0 - 180.0
        )
        if away <= _FAR_DEG:
            return self.year.notes
        return (*self.year.notes, f"the file is from {station.name}, {away:.0f} degrees away; the sun is the site's")

    def hours(self, first: int, last: int, zone_s: int, sun: Sun) -> Hours:
        """Return the weather of whole days of the solar zone, with the first time of the day after.

        Args:
            first: First day, since 1970.
            last: The day after the last.
            zone_s: Solar zone before UTC.
            sun: On the grid.
        """
        grid_s = first * DAY_S + GRID_S * np.arange((last - first) * A_DAY + 1, dtype=np.int64)
        grid_s += round(self.year.station.zone_h * _HOUR_S) - zone_s
        hour = grid_s // _HOUR_S
        span = np.arange(hour[0] - 1, hour[-1] + 2)
        row = rows_of(span)
        ends_s = (span + 1) * _HOUR_S
        temperature = self._state(layouts.TEMPERATURE, row, ends_s, grid_s)
        humidity = np.clip(self._state(layouts.HUMIDITY, row, ends_s, grid_s) / 100.0, 0.01, 1.0)
        direct, diffuse = self._light(rows_of(hour), hour, sun)
        level = diffuse + direct * np.maximum(sun.up, 0.0)
        sky = self._sky(temperature, humidity, (row, ends_s, grid_s), level, sun)
        months_c = [self.year.values[layouts.TEMPERATURE][np.repeat(MONTH_OF_DAY, 24) == m].mean() for m in range(12)]
        return Hours(
            temperature_c=temperature,
            humidity=humidity,
            pressure_pa=self._state(layouts.PRESSURE, row, ends_s, grid_s, self.place.pressure_pa),
            wind_m_s=self._state(layouts.WIND, row, ends_s, grid_s, _WIND_M_S),
            wind_from_deg=self._direction_deg(row, ends_s, grid_s),
            sky_c=sky,
            ground_c=ground_temperature_c(np.asarray(months_c), grid_s / DAY_S % 365.2425),
            direct_w_m2=direct,
            diffuse_w_m2=diffuse,
            rain_mm_h=self._given(layouts.RAIN, 0.0)[rows_of(hour)],
            pm2_5_ug_m3=np.full(len(grid_s), _PM2_5_UG_M3),
        )

    def _given(self, what: str, otherwise: float) -> Array:
        return self.year.values.get(what, np.full(HOURS, otherwise))

    def _state(self, what: str, row: Whole, ends_s: Whole, grid_s: Whole, otherwise: float = 0.0) -> Array:
        return np.asarray(np.interp(grid_s, ends_s, self._given(what, otherwise)[row]))

    def _direction_deg(self, row: Whole, ends_s: Whole, grid_s: Whole) -> Array:
        turn = np.radians(self._given(layouts.WIND_FROM, _WEST_DEG)[row])
        east, north = np.interp(grid_s, ends_s, np.sin(turn)), np.interp(grid_s, ends_s, np.cos(turn))
        return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)

    def _light(self, row: Whole, hour: Whole, sun: Sun) -> tuple[Array, Array]:
        """Return direct and diffuse light whose means over each hour are the file's."""
        if layouts.DIRECT in self.year.values and layouts.DIFFUSE in self.year.values:
            direct = self.year.values[layouts.DIRECT][row] * _course(sun.clear_direct_w_m2, hour)
            diffuse = self.year.values[layouts.DIFFUSE][row] * _course(sun.clear_global_w_m2, hour)
            return np.minimum(direct, sun.extra_w_m2), diffuse
        level = self.year.values[layouts.GLOBAL][row] * _course(sun.clear_global_w_m2, hour)
        parts = irradiance.erbs_driesse(level, sun.zenith_deg, dni_extra=sun.extra_w_m2)
        direct = np.where(sun.up > 0.0, np.nan_to_num(np.asarray(parts["dni"])), 0.0)
        return direct, np.maximum(level - direct * np.maximum(sun.up, 0.0), 0.0)

    def _sky(self, air_c: Array, humidity: Array, at: tuple[Whole, Whole, Whole], level: Array, sun: Sun) -> Array:
        if layouts.INFRARED in self.year.values:
            return sky_of_infrared_c(self._state(layouts.INFRARED, *at))
        if layouts.CLOUD in self.year.values:
            cloud = np.clip(self._state(layouts.CLOUD, *at) / 10.0, 0.0, 1.0)
        else:
            cloud = _clouds_of_light(level, sun)
        return sky_temperature_c(air_c, humidity * saturation_pressure_pa(air_c), cloud)


def rows_of(hour: Whole) -> Whole:
    """Return the row of the file's year for hours since 1970 in the file's standard time; 29 February is the 28th."""
    days = hour // 24
    date = days.astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    of_year = (date - year.astype("datetime64[D]")).astype(np.int64)
    number = year.astype(np.int64) + 1970
    leap = (number % 4 == 0) & ((number % 100 != 0) | (number % 400 == 0))
    of_year -= leap & (of_year >= 59)
    return np.asarray(of_year * 24 + hour % 24)


def _course(clear: Array, hour: Whole) -> Array:
    """Return (time,) the course of a clear sky's light with a mean of 1 over each hour; 0 where there is none."""
    place = hour - hour[0]
    mean = np.bincount(place, clear) / np.maximum(np.bincount(place), 1)
    return np.where(clear > 0.0, clear / np.maximum(mean[place], 1e-9), 0.0)


def _clouds_of_light(level: Array, sun: Sun) -> Array:
    """Return how much of the sky is covered, by the light that comes through; nights lie between."""
    lit = sun.clear_global_w_m2 > 50.0
    if not lit.any():
        return np.full(len(level), 0.5)
    through = np.clip(level[lit] / sun.clear_global_w_m2[lit], 0.0, 1.0)
    # Kasten and Czeplak 1980, Solar Energy 24, 177: light falls as 1 - 0.75 n^3.4.
    covered = np.clip((1.0 - through) / 0.75, 0.0, 1.0) ** (1.0 / 3.4)
    return np.asarray(np.interp(np.arange(len(level)), np.flatnonzero(lit), covered))
