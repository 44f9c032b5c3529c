"""How true made-up weather is to the climate normals, and how near its sun is to pvlib's.

* Normals: every month's mean temperature of many years with seeds of their own, less the normal, in standard errors of
  that mean, which come from how the years differ. Of 60 months the largest is near 2.5 where nothing is wrong.
* Sun: `Weather.outside` at odd times against `pvlib.solarposition.get_solarposition`, as the angle between both places
  in the sky, refraction included; and the light of a clear sky on the grid against `pvlib.location.Location`'s.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pvlib
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.schema.building import Site
from sumika.world.weather import CLIMATES, Climate, hours, weather_of
from sumika.world.weather.days import days_between
from sumika.world.weather.seasons import MONTH_OF_DAY
from sumika.world.weather.sun import Place, linke_turbidity, sun_over

Array = NDArray[np.float64]

QUICK_YEARS, FULL_YEARS = 40, 400
QUICK_TIMES, FULL_TIMES = 400, 20_000
SEED = 20261128

SITES = {
    "sapporo": (43.06, 141.33, 17.0),
    "tokyo": (35.69, 139.75, 25.0),
    "naha": (26.21, 127.69, 28.0),
    "paris": (48.82, 2.34, 75.0),
    "minneapolis": (44.88, -93.23, 266.0),
}
"""Latitude, longitude and height of each climate's station."""

_FIRST = date(2026, 1, 1)
_START = datetime(2026, 1, 1, tzinfo=UTC)


def measure(full: bool) -> dict[str, Figure]:
    """Return the largest deviation from the normals, and the largest ones of the sun from pvlib's."""
    years = FULL_YEARS if full else QUICK_YEARS
    away = {
        name: _monthly_deviation(climate, years, SEED + 1000 * number)
        for number, (name, climate) in enumerate(CLIMATES.items())
    }
    normals = Figure(
        value=max(float(np.abs(one).max()) for one, _ in away.values()),
        unit="standard errors",
        evidence=Evidence.SIMULATION,
        detail={
            "years": years,
            "root_mean_square": float(np.sqrt(np.mean([one**2 for one, _ in away.values()]))),
            **{f"{name}_largest_k": float(np.abs(kelvin).max()) for name, (_, kelvin) in away.items()},
            "five_minutes_less_days_k": _grid_less_days_k(),
        },
    )
    count = FULL_TIMES if full else QUICK_TIMES
    angles = {name: _sun_angle_deg(name, count) for name in SITES}
    lights = {name: _clear_light_w_m2(name, count) for name in SITES}
    return {
        "weather_normals": normals,
        "sun_position_error": _largest(angles, "degrees", count),
        "clear_sky_error": _largest(lights, "W/m2", count),
    }


def _largest(errors: dict[str, float], unit: str, count: int) -> Figure:
    return Figure(
        value=max(errors.values()), unit=unit, evidence=Evidence.SIMULATION, detail={"times_a_site": count, **errors}
    )


def _monthly_deviation(climate: Climate, years: int, seed: int) -> tuple[Array, Array]:
    """Return (12,) deviations of monthly means from the normals, in standard errors and in kelvin."""
    first = _FIRST.toordinal() - date(1970, 1, 1).toordinal()
    means = np.empty((years, 12))
    for year in range(years):
        made = days_between(climate, seed + year, first, first + 365, southern=False).temperature_c
        means[year] = np.bincount(MONTH_OF_DAY, made) / np.bincount(MONTH_OF_DAY)
    kelvin = means.mean(axis=0) - np.asarray(climate.mean_c)
    return np.asarray(kelvin / (means.std(axis=0, ddof=1) / np.sqrt(years))), np.asarray(kelvin)


def _grid_less_days_k() -> float:
    """Return how far the mean of a year on the grid is from that of its days, in Tokyo."""
    latitude, longitude, height = SITES["tokyo"]
    site = Site(latitude_deg=latitude, longitude_deg=longitude, altitude_m=height, climate="tokyo")
    table = weather_of(site, _START - timedelta(hours=9), 365, SEED, None).table(np.arange(0.0, 365 * 86_400.0, 300.0))
    first = _FIRST.toordinal() - date(1970, 1, 1).toordinal()
    days = days_between(CLIMATES["tokyo"], SEED, first, first + 365, southern=False)
    return abs(float(table[:, hours.TEMPERATURE].mean() - days.temperature_c.mean()))


def _odd_times(name: str, count: int) -> Array:
    generator = np.random.Generator(np.random.SFC64((SEED, list(SITES).index(name))))
    return np.asarray(np.sort(np.round(generator.uniform(0.0, 365 * 86_400.0, count), 3)))


def _sun_angle_deg(name: str, count: int) -> float:
    """Return the largest angle between our sun and pvlib's."""
    latitude, longitude, height = SITES[name]
    site = Site(latitude_deg=latitude, longitude_deg=longitude, altitude_m=height, climate=name)
    at_s = _odd_times(name, count)
    weather = weather_of(site, _START, 365, SEED, None)
    ours = [weather.outside(float(at), 0.0) for at in at_s]
    truth = pvlib.solarposition.get_solarposition(
        [_START + timedelta(seconds=float(at)) for at in at_s], latitude, longitude, altitude=height
    )
    mine = _unit([one.sun_elevation_deg for one in ours], [one.sun_azimuth_deg for one in ours])
    other = _unit(truth["apparent_elevation"].to_numpy(), truth["azimuth"].to_numpy())
    return float(np.degrees(2.0 * np.arcsin(0.5 * np.linalg.norm(mine - other, axis=1))).max())


def _unit(elevation_deg: list[float] | Array, azimuth_deg: list[float] | Array) -> Array:
    height, turn = np.radians(elevation_deg), np.radians(azimuth_deg)
    return np.stack([np.cos(height) * np.sin(turn), np.cos(height) * np.cos(turn), np.sin(height)], axis=1)


def _clear_light_w_m2(name: str, count: int) -> float:
    """Return the largest difference of a clear sky's direct and global light to pvlib's."""
    latitude, longitude, height = SITES[name]
    unix_s = np.unique((_START.timestamp() + _odd_times(name, count)).astype(np.int64))
    ours = sun_over(Place(latitude, longitude, height), unix_s)
    location = pvlib.location.Location(latitude, longitude, altitude=height)
    position = location.get_solarposition([datetime.fromtimestamp(int(at), UTC) for at in unix_s])
    day_of_year = position.index.day_of_year.to_numpy()
    turbidity = linke_turbidity(day_of_year, latitude)
    extra = pvlib.irradiance.get_extra_radiation(day_of_year)
    truth = location.get_clearsky(position.index, solar_position=position, linke_turbidity=turbidity, dni_extra=extra)
    apart = (
        np.abs(ours.clear_direct_w_m2 - truth["dni"].to_numpy()),
        np.abs(ours.clear_global_w_m2 - truth["ghi"].to_numpy()),
    )
    return float(np.max(apart))
