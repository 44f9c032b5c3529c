"""A forecast from plain numbers, and what is asked of any forecast before a plan is made from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sumika.belief.sunlight import Sun
from sumika.ecu.outlook import DAY_S, Forecast
from sumika.ecu.plain_numbers import unbelievable
from sumika.schema import UsageError
from sumika.schema.building import Site

Array = NDArray[np.float64]

SERIES = (
    "temperature_c",
    "relative_humidity",
    "direct_normal_w_m2",
    "diffuse_horizontal_w_m2",
    "wind_m_s",
    "price_per_kwh",
    "feed_in_per_kwh",
    "carbon_g_kwh",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A forecast; arrays are (step,).

    Attributes:
        begins: When each step begins, in local time with its zone.
        temperature_c: Of the air outside.
        relative_humidity: Outside, 0..1.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        wind_m_s: At 10 m.
        price_per_kwh: Of a kWh taken.
        feed_in_per_kwh: Of a kWh given.
        carbon_g_kwh: Of a kWh from the grid.
    """

    begins: tuple[datetime, ...] = field(repr=False)
    temperature_c: Array = field(repr=False)
    relative_humidity: Array = field(repr=False)
    direct_normal_w_m2: Array = field(repr=False)
    diffuse_horizontal_w_m2: Array = field(repr=False)
    wind_m_s: Array = field(repr=False)
    price_per_kwh: Array = field(repr=False)
    feed_in_per_kwh: Array = field(repr=False)
    carbon_g_kwh: Array = field(repr=False)

    @classmethod
    def of(
        cls,
        begin: datetime,
        *,
        temperature_c: ArrayLike,
        price_per_kwh: ArrayLike,
        step_s: float = 3600.0,
        global_horizontal_w_m2: ArrayLike | None = None,
        direct_normal_w_m2: ArrayLike = 0.0,
        diffuse_horizontal_w_m2: ArrayLike = 0.0,
        relative_humidity: ArrayLike = 0.6,
        wind_m_s: ArrayLike = 2.0,
        feed_in_per_kwh: ArrayLike = 0.0,
        carbon_g_kwh: ArrayLike = 0.0,
        site: Site | None = None,
    ) -> "Foretold":
        """Return a forecast on even steps; a single number holds for all of them.

        Args:
            begin: When the first step begins, in local time with its zone.
            temperature_c: (step,) of the air outside; its length is the forecast's.
            price_per_kwh: Of a kWh taken.
            step_s: How long each step is.
            global_horizontal_w_m2: Of sun and sky on a level plane, where the two are not foretold apart.
            direct_normal_w_m2: Of the sun at right angles; not asked where the global is given.
            diffuse_horizontal_w_m2: Of the sky on a level plane; not asked where the global is given.
            relative_humidity: Outside, 0..1.
            wind_m_s: At 10 m.
            feed_in_per_kwh: Of a kWh given.
            carbon_g_kwh: Of a kWh from the grid.
            site: Where the house stands; needed to tell sun from sky in the global.

        Raises:
            UsageError: if there is no zone or site where one is needed, or lengths do not fit.
        """
        air = np.atleast_1d(np.asarray(temperature_c, float))
        if begin.tzinfo is None:
            raise _wrong(f"{begin.isoformat()} says no time zone", "Give one, as datetime.now(ZoneInfo('Asia/Tokyo'))")
        # Seconds are added to the moment, not to the clock on the wall, which jumps twice a year.
        begins = tuple(
            datetime.fromtimestamp(begin.timestamp() + step_s * step, begin.tzinfo) for step in range(len(air))
        )
        direct, diffuse = _each(direct_normal_w_m2, air), _each(diffuse_horizontal_w_m2, air)
        if global_horizontal_w_m2 is not None:
            middle = np.array([one.timestamp() for one in begins]) + 0.5 * step_s
            direct, diffuse = _told_apart(_each(global_horizontal_w_m2, air), middle, site)
        return cls(
            begins=begins,
            temperature_c=air,
            relative_humidity=_each(relative_humidity, air),
            direct_normal_w_m2=direct,
            diffuse_horizontal_w_m2=diffuse,
            wind_m_s=_each(wind_m_s, air),
            price_per_kwh=_each(price_per_kwh, air),
            feed_in_per_kwh=_each(feed_in_per_kwh, air),
            carbon_g_kwh=_each(carbon_g_kwh, air),
        )


def check_forecast(forecast: Forecast, at: datetime) -> None:
    """See whether a plan can be made from a forecast.

    Args:
        forecast: Any.
        at: Now.

    Raises:
        UsageError: if it is empty, in disorder, not of numbers, of another time, or in another unit.
    """
    begins = _moments(forecast.begins)
    for name in SERIES:
        _check_series(name, np.asarray(getattr(forecast, name), float), forecast.begins)
    lasts_s = begins[-1] - begins[-2] if len(begins) > 1 else 3600.0
    now_s = at.timestamp()
    if begins[-1] + lasts_s <= now_s:
        raise _wrong(
            f"it ends at {forecast.begins[-1] + timedelta(seconds=float(lasts_s))}, and it is {at} now",
            "Give one of the time to come, best of 48 hours",
        )
    if begins[0] > now_s + 3600.0:
        raise _wrong(f"it begins at {forecast.begins[0]}, and it is {at} now", "Give one that begins now")
    if begins[-1] + lasts_s - begins[0] < DAY_S - 1.0:
        hours = (begins[-1] + lasts_s - begins[0]) / 3600.0
        raise _wrong(
            f"it is of {hours:g} hours",
            "Give at least 24 hours, best 48: a plan looks two days ahead, and repeats its last day until then",
        )


def _moments(begins: Sequence[datetime]) -> Array:
    """Return when steps begin, seconds since 1970."""
    if not len(begins):
        raise _wrong("it is empty", "Give one of the time to come, best of 48 hours")
    if any(one.tzinfo is None for one in begins):
        raise _wrong("it says no time zone", "Give begins with one, as datetime.now(ZoneInfo('Asia/Tokyo'))")
    moments = np.array([one.timestamp() for one in begins])
    if not (np.diff(moments) > 0.0).all():
        raise _wrong("its steps do not follow each other", "Give each of begins once, in order")
    return moments


def _check_series(name: str, values: Array, begins: Sequence[datetime]) -> None:
    if values.shape != (len(begins),):
        raise _wrong(f"{name} has {values.shape}, and there are {len(begins)} steps", "Give one number for each step")
    bad = ~np.isfinite(values)
    if bad.any():
        raise _wrong(
            f"{name} is no number at {begins[int(np.argmax(bad))]}",
            "Fill what is missing, from the day before if need be",
        )
    for value in (float(values.min()), float(values.max())):
        wrong = unbelievable(name, value)
        if wrong:
            raise _wrong(wrong, "Convert it first")


def _told_apart(level: Array, middle: Array, site: Site | None) -> tuple[Array, Array]:
    """Return direct and diffuse light where only the global is foretold."""
    if site is None:
        raise _wrong(
            "global light cannot be told apart without knowing where the sun stands",
            "Give site=Site(latitude_deg=..., longitude_deg=...)",
        )
    return Sun(site).split(middle, np.maximum(level, 0.0))


def _each(values: ArrayLike, like: Array) -> Array:
    try:
        return np.broadcast_to(np.asarray(values, float), like.shape).copy()
    except ValueError as error:
        raise _wrong(
            f"there are {np.shape(values)} numbers, and {len(like)} temperatures",
            "Give one number, or one for each step",
        ) from error


def _wrong(problem: str, remedy: str) -> UsageError:
    return UsageError(problem, where="forecast", remedy=remedy)
