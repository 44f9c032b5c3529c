"""Where the sun stands and what a clear sky gives, for a whole grid of times at once, by pvlib.

The position follows the NREL algorithm (Reda and Andreas 2004, Solar Energy 76, 577); clear-sky irradiance is that of
Ineichen (2002, Solar Energy 73, 151) with a Linke turbidity of 3 in winter and 4 in summer, typical of cities in
temperate and subtropical climates.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pvlib import atmosphere, clearsky, irradiance, spa

Array = NDArray[np.float64]

SUN_TEMPERATURE_C = 12.0
"""Of the air that bends its light: pvlib's own; ten degrees more or less are a thousandth of a degree."""

_TURBIDITY_MEAN, _TURBIDITY_SWING = 3.5, 0.5
_LATE_S = 67.0  # of Earth's turn behind atomic clocks; pvlib's own, a few seconds are 1e-5 degrees
_REFRACTION_DEG = 0.5667  # at the horizon
_HORIZON_DEG = -(0.26667 + _REFRACTION_DEG)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on Earth.

    Attributes:
        latitude_deg: North positive.
        longitude_deg: East positive.
        altitude_m: Above the sea.
    """

    latitude_deg: float
    longitude_deg: float
    altitude_m: float

    @property
    def pressure_pa(self) -> float:
        """Pressure of the standard atmosphere there."""
        return float(atmosphere.alt2pres(self.altitude_m))


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun over a grid of times; all (time,).

    Attributes:
        east: Towards the sun, without refraction: length of the unit vector's east part.
        north: Its north part.
        up: Its part upwards.
        zenith_deg: Apparent.
        clear_global_w_m2: On a level plane, without clouds.
        clear_direct_w_m2: At right angles, without clouds.
        extra_w_m2: At right angles outside the atmosphere.
    """

    east: Array
    north: Array
    up: Array
    zenith_deg: Array
    clear_global_w_m2: Array
    clear_direct_w_m2: Array
    extra_w_m2: Array


def sun_over(place: Place, unix_s: NDArray[np.int64]) -> Sun:
    """Return the sun at some times.

    Args:
        place: From where it is seen.
        unix_s: (time,) seconds since 1970 in UTC.
    """
    zenith, true_elevation, true_azimuth = _position(place, unix_s)
    elevation, azimuth = np.radians(true_elevation), np.radians(true_azimuth)
    day_of_year = _day_of_year(unix_s)
    extra = np.asarray(irradiance.get_extra_radiation(day_of_year))
    mass = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(zenith), place.pressure_pa)
    with np.errstate(divide="ignore", invalid="ignore"):  # pvlib divides by the light, at night too
        clear = clearsky.ineichen(
            zenith, mass, linke_turbidity(day_of_year, place.latitude_deg), altitude=place.altitude_m, dni_extra=extra
        )
    return Sun(
        east=np.cos(elevation) * np.sin(azimuth),
        north=np.cos(elevation) * np.cos(azimuth),
        up=np.sin(elevation),
        zenith_deg=zenith,
        clear_global_w_m2=np.nan_to_num(np.asarray(clear["ghi"])),
        clear_direct_w_m2=np.nan_to_num(np.asarray(clear["dni"])),
        extra_w_m2=extra,
    )


def _position(place: Place, unix_s: NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """Return (time,) apparent zenith, elevation without refraction and azimuth clockwise from north, in degrees."""
    found = spa.solar_position_numpy(
        np.asarray(unix_s, np.float64),
        place.latitude_deg,
        place.longitude_deg,
        place.altitude_m,
        place.pressure_pa / 100.0,
        SUN_TEMPERATURE_C,
        _LATE_S,
        _REFRACTION_DEG,
        1,
    )
    return found[0], found[3], found[4]


def _day_of_year(unix_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (time,) the day of the year in UTC, from 1."""
    days = unix_s.astype("datetime64[s]").astype("datetime64[D]")
    return np.asarray((days - days.astype("datetime64[Y]")).astype(np.int64) + 1)


def linke_turbidity(day_of_year: NDArray[np.int64], latitude_deg: float) -> Array:
    """Return how hazy the air is, in clean and dry atmospheres one above the other.

    Args:
        day_of_year: (time,) from 1.
        latitude_deg: North positive.
    """
    summer = math.copysign(1.0, latitude_deg)
    season = -np.cos(2.0 * np.pi * (day_of_year - 15.0) / 365.25)
    return np.asarray(_TURBIDITY_MEAN + _TURBIDITY_SWING * summer * season)


def lifted_deg(elevation_deg: float, pressure_pa: float) -> float:
    """Return by how much the air lifts the sun for the eye (Reda and Andreas 2004, eq. 42).

    Args:
        elevation_deg: Without it.
        pressure_pa: Of the air.
    """
    if elevation_deg < _HORIZON_DEG:
        return 0.0
    dense = pressure_pa / 101_000.0 * 283.0 / (273.0 + SUN_TEMPERATURE_C)
    return dense * 1.02 / (60.0 * math.tan(math.radians(elevation_deg + 10.3 / (elevation_deg + 5.11))))


def between_deg(east: float, north: float, up: float, latitude_deg: float) -> tuple[float, float]:
    """Return elevation without refraction and azimuth of a sun between two times of a grid.

    The sun runs on a circle round the pole. A straight line between two of its places keeps its distance from the
    equator, and comes too near to the axis: it is drawn out from there.

    Args:
        east: Of the vector on the straight line.
        north: Of the same.
        up: Of the same.
        latitude_deg: Of the site.
    """
    tilt = math.radians(latitude_deg)
    pole_north, pole_up = math.cos(tilt), math.sin(tilt)
    along = north * pole_north + up * pole_up
    north, up = north - along * pole_north, up - along * pole_up
    out = math.sqrt(max(1.0 - along * along, 0.0) / max(east * east + north * north + up * up, 1e-30))
    east, north, up = east * out, north * out + along * pole_north, up * out + along * pole_up
    return math.degrees(math.asin(min(max(up, -1.0), 1.0))), math.degrees(math.atan2(east, north)) % 360.0
