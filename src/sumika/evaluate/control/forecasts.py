"""What is foretold to a controller for two days: weather, prices, carbon; in quarters of an hour, then in hours."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.control.prices import Prices
from sumika.physics.psychrometrics import relative_humidity
from sumika.world.simulation import World
from sumika.world.weather.forecast import ISSUE_S, ForecastSeries

Array = NDArray[np.float64]

QUARTER_S, HOUR_S = 900.0, 3600.0
FINE_H, LONG_H = 12, 48
PUBLISHED_AT_H = 13
"""Tomorrow's hourly prices are known from this hour on: day-ahead markets publish them at about noon."""

_LOOKS_BACK_DAYS = 7
_ISSUE_H = LONG_H + 8
"""An issue is up to six hours old."""

STEPS_S: Array = np.concatenate([np.full(4 * FINE_H, QUARTER_S), np.full(LONG_H - FINE_H, HOUR_S)])
"""(step,) how long each step of a forecast is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Of the two days to come, as means over each step; all arrays are (step,).

    Attributes:
        at: When it is given: when its first step begins, in local time.
        begins: When each step begins, in local time.
        seconds: How long each step is.
        temperature_c: Of the air outside.
        relative_humidity: Outside, 0..1.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        global_horizontal_w_m2: Of both on a level plane.
        wind_m_s: At 10 m.
        price_per_kwh: Of a kWh taken.
        feed_in_per_kwh: Of a kWh given.
        carbon_g_kwh: Of a kWh from the grid.
    """

    at: datetime
    begins: tuple[datetime, ...] = field(repr=False)
    seconds: Array = field(repr=False)
    temperature_c: Array = field(repr=False)
    relative_humidity: Array = field(repr=False)
    direct_normal_w_m2: Array = field(repr=False)
    diffuse_horizontal_w_m2: Array = field(repr=False)
    global_horizontal_w_m2: Array = field(repr=False)
    wind_m_s: Array = field(repr=False)
    price_per_kwh: Array = field(repr=False)
    feed_in_per_kwh: Array = field(repr=False)
    carbon_g_kwh: Array = field(repr=False)


class Forecaster:
    """Foretells a world what comes."""

    def __init__(self, world: World, *, perfect: bool = False) -> None:
        """Take a world.

        Args:
            world: Whose weather and prices they are.
            perfect: Whether all is foretold as it will be.
        """
        self._world, self._perfect = world, perfect
        self._prices = Prices(world)
        self._issue: tuple[int, ForecastSeries] | None = None
        # Whoever knows all asks for the same steps again every quarter of an hour, for two days.
        self._outside = lru_cache(maxsize=4096)(world.weather.outside)

    def now(self, steps_s: Array = STEPS_S) -> Forecast:
        """Return the forecast at this moment of the world.

        Args:
            steps_s: (step,) how long its steps are; more than two days only of one that knows all.
        """
        world = self._world
        begins_s = world.at_s + np.concatenate([[0.0], np.cumsum(steps_s)[:-1]])
        begins = tuple(world.local_time(float(one)) for one in begins_s)
        weather = self._as_it_will_be(begins_s, steps_s) if self._perfect else self._as_foretold(begins_s, steps_s)
        prices = [self._price(one, begins[0]) for one in begins]
        return Forecast(
            at=begins[0],
            begins=begins,
            seconds=steps_s.copy(),
            **weather,
            price_per_kwh=np.array(prices),
            feed_in_per_kwh=np.full(len(begins), self._prices.feed_in_per_kwh),
            carbon_g_kwh=np.array([self._prices.carbon_g_kwh(one) for one in begins]),
        )

    def _as_it_will_be(self, begins_s: Array, steps_s: Array) -> dict[str, Array]:
        outside = [
            self._outside(float(begin), float(seconds)) for begin, seconds in zip(begins_s, steps_s, strict=True)
        ]
        humid = [relative_humidity(one.temperature_c, one.humidity_ratio, one.pressure_pa) for one in outside]
        names = (
            "temperature_c",
            "direct_normal_w_m2",
            "diffuse_horizontal_w_m2",
            "global_horizontal_w_m2",
            "wind_m_s",
        )
        known = {name: np.array([getattr(one, name) for one in outside]) for name in names}
        return {**known, "relative_humidity": np.minimum(np.array(humid), 1.0)}

    def _as_foretold(self, begins_s: Array, steps_s: Array) -> dict[str, Array]:
        """Return the latest issue, along straight lines between its hours."""
        issue = self._latest()
        middles_s = begins_s + 0.5 * steps_s
        names = (
            "temperature_c",
            "relative_humidity",
            "direct_normal_w_m2",
            "diffuse_horizontal_w_m2",
            "global_horizontal_w_m2",
            "wind_m_s",
        )
        return {name: np.interp(middles_s, issue.at_s, getattr(issue, name)) for name in names}

    def _latest(self) -> ForecastSeries:
        """Return the issue that is in force; it is made once."""
        world = self._world
        number = int((world.start.timestamp() + world.at_s) // ISSUE_S)
        if self._issue is None or self._issue[0] != number:
            self._issue = (number, world.weather.forecast(world.at_s, _ISSUE_H))
        return self._issue[1]

    def _price(self, when: datetime, now: datetime) -> float:
        """Return a price as it is known, or else as it was at that hour in the week before."""
        prices = self._prices
        days_on = (when.date() - now.date()).days
        if self._perfect or not prices.is_market or days_on < (2 if now.hour >= PUBLISHED_AT_H else 1):
            return prices.price_per_kwh(when)
        past = [prices.price_per_kwh(when - timedelta(days=days_on + back)) for back in range(_LOOKS_BACK_DAYS)]
        return float(np.mean(past))
