"""What is measured and what is foretold, as whoever uses the controller hands it over: plain numbers, no bus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.schema import AirSample, DeviceState, MachineLoaded, MeterSample, Vote, WeatherSample, Write

Array = NDArray[np.float64]

DAY_S = 86_400.0
LEAST_RAIN_MM_H = 0.1
"""Less than this is none; more keeps windows shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What sensors, devices, meter and weather say at one moment; what is not known is left out.

    Attributes:
        at: When, in local time with its zone.
        air: What air sensors say.
        devices: What devices say.
        weather: Outside; None: nothing was said.
        meter: None: nothing was said.
        presence: By room: probability that somebody is there (None: unknown) and how many are expected.
        activities: By room: "sleep", "awake" or "active" (busy on their feet), where that is known.
        votes: What residents said of how warm they are since the last measurements.
        loaded: Machines of which residents said since then that they are loaded, or not any more.
        arousal: By room: index of strain (0 as usual, 1 far above) and its standard deviation, where that is known.
        touched: Rooms in which a resident set something by hand since the last measurements.
        written: What devices were really told since then, whoever told them; without it nobody is found disobedient.
    """

    at: datetime
    air: tuple[AirSample, ...] = ()
    devices: tuple[DeviceState, ...] = ()
    weather: WeatherSample | None = None
    meter: MeterSample | None = None
    presence: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    votes: tuple[Vote, ...] = ()
    loaded: tuple[MachineLoaded, ...] = ()
    arousal: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    touched: tuple[str, ...] = ()
    written: tuple[Write, ...] = ()


class Forecast(Protocol):
    """Of the time to come; arrays are (step,), on any steps of its own. `sumika.ecu` brings it onto a plan's grid.

    One that has `rain_mm_h` beside these is asked for it; otherwise none is foretold.
    """

    @property
    def begins(self) -> Sequence[datetime]:
        """When each step begins, in local time with its zone."""

    @property
    def temperature_c(self) -> Array:
        """Of the air outside."""

    @property
    def relative_humidity(self) -> Array:
        """Outside, 0..1."""

    @property
    def direct_normal_w_m2(self) -> Array:
        """Of the sun at right angles."""

    @property
    def diffuse_horizontal_w_m2(self) -> Array:
        """Of the sky on a level plane."""

    @property
    def wind_m_s(self) -> Array:
        """At 10 m."""

    @property
    def price_per_kwh(self) -> Array:
        """Of a kWh taken."""

    @property
    def feed_in_per_kwh(self) -> Array:
        """Of a kWh given."""

    @property
    def carbon_g_kwh(self) -> Array:
        """Of a kWh from the grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A forecast on the grid of a plan; all (step,).

    Attributes:
        unix_s: When each step begins.
        hours: How long each is.
        outdoor_c: Of the air.
        humidity: Relative, outside.
        direct_w_m2: Of the sun at right angles.
        diffuse_w_m2: Of the sky.
        wind_m_s: At 10 m.
        rain_mm_h: Rain or melted snow.
        price: Of a kWh taken.
        feed_in: Of a kWh given.
        carbon_g_kwh: Of a kWh from the grid.
    """

    unix_s: Array
    hours: Array
    outdoor_c: Array
    humidity: Array
    direct_w_m2: Array
    diffuse_w_m2: Array
    wind_m_s: Array
    rain_mm_h: Array
    price: Array
    feed_in: Array
    carbon_g_kwh: Array


def ahead_of(forecast: Forecast, unix_s: Array, hours: Array, rains_until_s: float = 0.0) -> Ahead:
    """Return a forecast on the grid of a plan: each step as the forecast has it at its middle.

    Where the forecast has ended, its last day goes on: that is nearer than its last hour would be.

    Args:
        forecast: On its own steps.
        unix_s: (step,) when the plan's begin.
        hours: (step,) how long they are.
        rains_until_s: It rains now, and is taken to until then, whatever is foretold; seconds since 1970.
    """
    begins = np.array([one.timestamp() for one in forecast.begins])
    middle = repeated(unix_s + 1800.0 * hours, begins)
    held = np.clip(np.searchsorted(begins, middle, side="right") - 1, 0, len(begins) - 1)

    def smooth(values: Array) -> Array:
        width = np.append(np.diff(begins), begins[-1] - begins[-2] if len(begins) > 1 else 900.0)
        return np.asarray(np.interp(middle, begins + 0.5 * width, values))

    foretold_mm_h = smooth(np.asarray(getattr(forecast, "rain_mm_h", np.zeros(len(begins))), float))
    return Ahead(
        unix_s=unix_s,
        hours=hours,
        outdoor_c=smooth(forecast.temperature_c),
        humidity=smooth(forecast.relative_humidity),
        direct_w_m2=smooth(forecast.direct_normal_w_m2),
        diffuse_w_m2=smooth(forecast.diffuse_horizontal_w_m2),
        wind_m_s=smooth(forecast.wind_m_s),
        rain_mm_h=np.where(unix_s < rains_until_s, np.maximum(foretold_mm_h, LEAST_RAIN_MM_H), foretold_mm_h),
        price=np.asarray(forecast.price_per_kwh)[held],
        feed_in=np.asarray(forecast.feed_in_per_kwh)[held],
        carbon_g_kwh=np.asarray(forecast.carbon_g_kwh)[held],
    )


def repeated(middle: Array, begins: Array) -> Array:
    """Return when a forecast is looked up: where it has ended, at the same hour of its last day.

    Args:
        middle: (step,) of a plan's steps, seconds since 1970.
        begins: (step,) of the forecast's.
    """
    ends = begins[-1] + (begins[-1] - begins[-2] if len(begins) > 1 else DAY_S)
    days = np.floor(np.maximum(middle - ends, 0.0) / DAY_S) + 1.0
    return np.asarray(np.where(middle >= ends, middle - DAY_S * days, middle))
