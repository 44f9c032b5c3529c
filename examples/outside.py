"""What lies outside the houses of the examples: weather, prices and people. All made up, and foretold with an error."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sumika import Foretold
from sumika.belief.sunlight import Sun
from sumika.schema.building import Site

Array = NDArray[np.float64]

SITE = Site(latitude_deg=48.85, longitude_deg=2.35, altitude_m=60.0, timezone="Europe/Paris", climate="paris")
ZONE = ZoneInfo(SITE.timezone)
SEASONS = {
    "winter": (datetime(2026, 1, 12, tzinfo=ZONE), 3.0, 3.0),
    "summer": (datetime(2026, 7, 13, tzinfo=ZONE), 26.0, 6.0),
}
"""When each begins, its mean temperature, and how far a day swings to each side, °C."""

_STEP_S = 900.0
_DAYS = 40


class Outside:
    """Weather, prices and people from the first day of a season on.

    Attributes:
        begin: Midnight of the first day.
    """

    def __init__(self, season: str, seed: int = 1) -> None:
        """Make up a season.

        Args:
            season: One of `SEASONS`.
            seed: The same seed gives the same weather.
        """
        self.begin, mean_c, swing_k = SEASONS[season]
        random = np.random.default_rng(seed)
        steps = int(_DAYS * 86_400.0 / _STEP_S)
        self._unix_s = self.begin.timestamp() + _STEP_S * np.arange(steps, dtype=float)
        hour = (self._unix_s - self._unix_s[0]) / 3600.0 % 24.0
        # Warmest at three in the afternoon; fronts come and go within days.
        self._air_c = mean_c + swing_k * np.cos(2.0 * np.pi * (hour - 15.0) / 24.0) + _wanders(random, steps, 2.5, 36.0)
        middle, sun = self._unix_s + 0.5 * _STEP_S, Sun(SITE)
        self._up, self._round = sun.position(middle)
        clear = 1050.0 * np.maximum(np.sin(self._up), 0.0) ** 1.2
        self._light = clear * np.clip(0.55 + _wanders(random, steps, 0.25, 8.0), 0.1, 1.0)
        self._direct, self._diffuse = sun.split(middle, self._light)
        self._miss_k = _wanders(random, steps, 1.0, 18.0)
        self._asks = 40.0 + 25.0 * _hump(hour, 8.5, 1.6) + 45.0 * _hump(hour, 19.0, 1.8) - 18.0 * _hump(hour, 13.5, 2.0)

    def temperature_c(self, at: datetime) -> float:
        """Return the temperature of the air."""
        return float(np.interp(at.timestamp(), self._unix_s, self._air_c))

    def light_w_m2(self, at: datetime) -> tuple[float, float, float]:
        """Return light on a level plane, of the sun at right angles, and of the sky."""
        step = self._step(at)
        return float(self._light[step]), float(self._direct[step]), float(self._diffuse[step])

    def sun_on_wall_w_m2(self, at: datetime, azimuth_deg: float) -> float:
        """Return the light on an upright wall.

        Args:
            at: When.
            azimuth_deg: Where it looks, clockwise from north.
        """
        level, direct, diffuse = self.light_w_m2(at)
        step = self._step(at)
        facing = np.cos(self._up[step]) * np.cos(self._round[step] - np.radians(azimuth_deg))
        return float(direct * max(facing, 0.0) * (self._up[step] > 0.0) + 0.5 * diffuse + 0.1 * level)

    def _step(self, at: datetime) -> int:
        return min(max(int((at.timestamp() - self._unix_s[0]) / _STEP_S), 0), len(self._unix_s) - 1)

    def price_per_kwh(self, at: datetime) -> float:
        """Return the price of an hour, euro: dear in the evening, cheap at noon; tax and grid on top."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        return float(0.09 + 1.9e-3 * self._asks[self._step(hour)])

    @staticmethod
    def people(at: datetime) -> tuple[int, int]:
        """Return how many of two are in the living room, and in the bedroom."""
        hour = at.hour + at.minute / 60.0
        if hour < 6.75 or hour >= 22.75:
            return 0, 2
        working_day = at.weekday() < 5
        away = working_day and 8.25 <= hour < 17.5
        return (0, 0) if away else (2, 0)

    def appliances_w(self, at: datetime) -> float:
        """Return what sockets and stove draw."""
        hour = at.hour + at.minute / 60.0
        return 90.0 + 900.0 * (18.5 <= hour < 19.25) + 160.0 * (18.0 <= hour < 22.75) + 250.0 * (7.0 <= hour < 7.5)

    def foretold(self, at: datetime) -> Foretold:
        """Return a forecast of two days by the hour: the weather misses more the farther it looks, prices are known."""
        first = at.replace(minute=0, second=0, microsecond=0)
        hours = [first + timedelta(hours=hour) for hour in range(49)]
        lead = np.minimum(np.arange(49) / 24.0, 1.0)
        miss = lead * np.interp([one.timestamp() for one in hours], self._unix_s, self._miss_k)
        return Foretold.of(
            first,
            temperature_c=[self.temperature_c(one + timedelta(minutes=30)) for one in hours] + miss,
            global_horizontal_w_m2=[self.light_w_m2(one + timedelta(minutes=30))[0] for one in hours],
            price_per_kwh=[self.price_per_kwh(one) for one in hours],
            site=SITE,
        )


def _wanders(random: np.random.Generator, steps: int, spread: float, lasts_h: float) -> Array:
    """Return (step,) noise that lasts for hours: a first-order process."""
    keeps = float(np.exp(-_STEP_S / 3600.0 / lasts_h))
    kicks = spread * np.sqrt(1.0 - keeps**2) * random.standard_normal(steps)
    found = np.empty(steps)
    now = spread * float(random.standard_normal())
    for step in range(steps):
        now = keeps * now + float(kicks[step])
        found[step] = now
    return found


def _hump(hour: Array, middle: float, wide: float) -> Array:
    return np.asarray(np.exp(-0.5 * ((hour - middle) / wide) ** 2))
