"""Made-up weather through the hours: the course of a day from its mean, its range, its sunshine and its rain."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pvlib import irradiance, solarposition
from scipy import special

from sumika.physics.psychrometrics import saturation_pressure_pa
from sumika.world.weather.climates import Climate
from sumika.world.weather.days import Days, days_between
from sumika.world.weather.hours import A_DAY, DAY_S, GRID_S, Hours
from sumika.world.weather.red_noise import between, within_day
from sumika.world.weather.sky_and_ground import ground_temperature_c, sky_temperature_c
from sumika.world.weather.sun import Place, Sun

Array = NDArray[np.float64]

_KNOTS = 72  # of noise in a day: clouds pass within twenty minutes
_CLOUDS, _GUSTS, _SHOWERS = range(3)
_AN_HOUR = _KNOTS // 24

_HIGHEST_AT_H = 14.5  # of solar time; typical
_OVERCAST, _SUNNY = 0.25, 0.5  # Ångström's coefficients, FAO Irrigation and Drainage Paper 56, eq. 35
_DARKEST, _BRIGHTEST = 0.08, 1.05  # of what a clear sky gives
_FLICKER = 0.45
_PRESSURE_PA = 800.0  # typical spread of daily means at the surface in the middle latitudes
_WEIBULL_MEAN = math.sqrt(math.pi) / 2.0  # of a Weibull distribution with shape 2 and scale 1
_DUST_SPREAD = 0.5  # of the logarithm; typical of daily means in cities
_FOLLOWS_DAY = 0.6  # share of a wind's variance that is the day's


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Weather out of a climate and a seed.

    Attributes:
        climate: What is normal.
        seed: The same seed makes the same weather.
        place: Of the sun.
        name: Of the climate, for people.
    """

    climate: Climate
    seed: int
    place: Place
    name: str

    @property
    def southern(self) -> bool:
        """Whether the place is on the other half of the Earth than the climate's station."""
        return self.place.latitude_deg * self.climate.latitude_deg < 0.0

    def hours(self, first: int, last: int, zone_s: int, sun: Sun) -> Hours:
        """Return the weather of whole days of the solar zone.

        Args:
            first: First day, since 1970.
            last: The day after the last; the grid has its first time as well.
            zone_s: Solar zone before UTC.
            sun: On the grid.
        """
        days = days_between(self.climate, self.seed, first - 1, last + 2, southern=self.southern)
        grid = np.arange((last - first) * A_DAY + 1, dtype=np.float64) * (GRID_S / DAY_S)
        at = _At(
            place=np.asarray(grid + 0.5),
            day=np.asarray(first + grid),
            solar_h=_solar_hour(self.place, grid + first, zone_s),
        )
        noise = np.concatenate([within_day(self.seed, day, (_KNOTS, 3)) for day in range(first, last + 1)])
        return self._hours(days, at, noise, sun)

    def _hours(self, days: Days, at: "_At", noise: Array, sun: Sun) -> Hours:
        share = _sunshine(days, at, noise)
        direct, diffuse = _light(share, sun)
        temperature = _temperature(self.place, days, at)
        humidity = _humidity(days, at, temperature)
        cloud = np.clip(1.0 - (share - _DARKEST) / (1.0 - _DARKEST), 0.0, 1.0)
        wind = _wind(days, at, noise)
        rain = _rain(days, at, noise)
        dust = np.exp(_DUST_SPREAD * at.latent(days.dust, 0.6) - 0.5 * _DUST_SPREAD**2)
        months_c = np.roll(self.climate.mean_c, 6 if self.southern else 0)
        return Hours(
            temperature_c=temperature,
            humidity=humidity,
            pressure_pa=self.place.pressure_pa + _PRESSURE_PA * at.latent(days.pressure, 0.7),
            wind_m_s=wind,
            wind_from_deg=_direction_deg(days, at),
            sky_c=sky_temperature_c(temperature, humidity * saturation_pressure_pa(temperature), cloud),
            ground_c=ground_temperature_c(months_c, at.day_of_year),
            direct_w_m2=direct,
            diffuse_w_m2=diffuse,
            rain_mm_h=rain,
            pm2_5_ug_m3=self.climate.pm2_5_ug_m3 * dust,
        )


@dataclass(frozen=True, slots=True)
class _At:
    """The grid's times: `place` in days of `Days` (their noons are whole), `day` since 1970, `solar_h` of the day."""

    place: Array
    day: Array
    solar_h: Array

    @property
    def day_of_year(self) -> Array:
        return self.day % 365.2425

    @property
    def first_place(self) -> Array:
        """Days since the first time of the grid."""
        return self.place - 0.5

    def line(self, of_days: Array) -> Array:
        """Return straight lines from noon to noon."""
        return np.asarray(np.interp(self.place, np.arange(len(of_days)), of_days))

    def latent(self, of_days: Array, memory: float) -> Array:
        """Return straight lines from noon to noon, of unit variance."""
        return between(of_days[:, None], self.place, memory)[:, 0]


def _solar_hour(place: Place, day: Array, zone_s: int) -> Array:
    late_h = (place.longitude_deg * 240.0 - zone_s) / 3600.0
    equation_h = solarposition.equation_of_time_spencer71(day % 365.2425 + 1.0) / 60.0
    return np.asarray((day * 24.0 + late_h + equation_h) % 24.0)


def _sunshine(days: Days, at: _At, noise: Array) -> Array:
    """Return (time,) what comes through of a clear sky's light."""
    through = (_OVERCAST + _SUNNY * at.line(days.sunshine)) / (_OVERCAST + _SUNNY)
    room = np.minimum(np.minimum(through - _DARKEST, _BRIGHTEST - through), _FLICKER)
    quick = between(noise[:, _CLOUDS, None], at.first_place * _KNOTS, 0.0)[:, 0]
    slow = between(noise[:: 2 * _AN_HOUR, _CLOUDS, None], at.first_place * _KNOTS / (2 * _AN_HOUR), 0.0)[:, 0]
    return np.asarray(through + room * np.tanh(0.6 * quick + 0.8 * slow))


def _light(share: Array, sun: Sun) -> tuple[Array, Array]:
    """Return direct light at right angles and diffuse light of the sky (Erbs 1982 in Driesse's smooth form 2024)."""
    level = share * sun.clear_global_w_m2
    parts = irradiance.erbs_driesse(level, sun.zenith_deg, dni_extra=sun.extra_w_m2)
    direct = np.minimum(np.nan_to_num(np.asarray(parts["dni"])), 1.05 * sun.clear_direct_w_m2)
    height = np.maximum(sun.up, 0.0)
    direct = np.where(height > 0.0, np.minimum(direct, level / np.maximum(height, 1e-6)), 0.0)
    return direct, np.asarray(level - direct * height)


def _temperature(place: Place, days: Days, at: _At) -> Array:
    """Return the days' means with a day's course: lowest at sunrise, highest in the afternoon, along two cosines."""
    declination = solarposition.declination_spencer71(at.day_of_year + 1.0)
    cosine = np.clip(-np.tan(np.radians(place.latitude_deg)) * np.tan(declination), -1.0, 1.0)
    sunrise_h = np.clip(12.0 - 12.0 / np.pi * np.arccos(cosine), 3.5, 9.0)
    rise_h = _HIGHEST_AT_H - sunrise_h
    since_lowest = (at.solar_h - sunrise_h) % 24.0
    rising = -np.cos(np.pi * since_lowest / rise_h)
    falling = np.cos(np.pi * (since_lowest - rise_h) / (24.0 - rise_h))
    course = np.where(since_lowest < rise_h, rising, falling)
    return np.asarray(at.line(days.temperature_c) + 0.5 * at.line(days.range_k) * course)


def _humidity(days: Days, at: _At, temperature_c: Array) -> Array:
    """Return relative humidity: vapour changes from day to day, and the day's course of temperature does the rest.

    The mean of 1 / saturation over a day is that of its mean temperature, and a little more for the swing about it.
    """
    steep = 17.625 * 243.04 / (days.temperature_c + 243.04) ** 2
    swing = 1.0 + (steep * days.range_k) ** 2 / 16.0
    vapour = at.line(days.humidity * saturation_pressure_pa(days.temperature_c) / swing)
    return np.asarray(np.clip(vapour / saturation_pressure_pa(temperature_c), 0.05, 0.99))


def _wind(days: Days, at: _At, noise: Array) -> Array:
    """Return a wind that is Weibull distributed with a shape of 2, stronger in the afternoon."""
    gusts = between(noise[::_AN_HOUR, _GUSTS, None], at.first_place * 24.0, 0.0)[:, 0]
    latent = math.sqrt(_FOLLOWS_DAY) * at.latent(days.windy, 0.45) + math.sqrt(1.0 - _FOLLOWS_DAY) * gusts
    strength = np.sqrt(-special.log_ndtr(-latent)) / _WEIBULL_MEAN
    afternoon = 1.0 + 0.25 * np.cos(2.0 * np.pi * (at.solar_h - _HIGHEST_AT_H) / 24.0)
    return np.asarray(at.line(days.wind_m_s) * strength * afternoon)


def _direction_deg(days: Days, at: _At) -> Array:
    turned = np.radians(days.from_deg)
    return np.asarray(np.degrees(np.arctan2(at.line(np.sin(turned)), at.line(np.cos(turned)))) % 360.0)


def _rain(days: Days, at: _At, noise: Array) -> Array:
    """Return millimetres an hour: showers of a few hours, longer on days that bring more; each day has its sum."""
    sums = days.rain_mm[1:-2]
    wave = between(noise[::_AN_HOUR, _SHOWERS, None], at.first_place[:-1] * 24.0, 0.0)[:, 0].reshape(-1, A_DAY)
    dry_below = (0.9 - 1.2 * np.minimum(sums / 20.0, 1.0))[:, None]
    shape = np.maximum(wave - dry_below, 0.0) ** 2
    shape[shape.sum(axis=1) == 0.0] = 1.0  # no shower came: it drizzles all day
    rate = sums[:, None] / 24.0 * shape / shape.mean(axis=1, keepdims=True)
    flat = rate.ravel()
    return np.concatenate([flat, flat[-1:]])
