"""The newest forecast of the weather, told again every minute to who began to listen after it was told.

A forecast comes once an hour, and the bus keeps nothing for who comes late. A planner takes seconds to begin, and may
begin anew by itself: without the forecast it would suppose a mild day until the next one came.
"""

from msgspec import structs

from sumika.clock import Instant
from sumika.schema import WeatherForecast
from sumika.units import ns_to_seconds, seconds_to_ns

AGAIN_EVERY_S = 60.0
_LEAST_S = 0.001
"""Whatever clocks say: what is told again is no news."""


class ForecastAgain:
    """Keeps what was foretold last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._newest: WeatherForecast | None = None
        self._told_ns = 0

    def hear(self, forecast: WeatherForecast, now_ns: int) -> None:
        """Take what is being told.

        Args:
            forecast: News.
            now_ns: Present monotonic time.
        """
        self._newest, self._told_ns = forecast, now_ns

    def due(self, now: Instant) -> WeatherForecast | None:
        """Return what is to be told again, as it was told, and marked as no news; None where it is not time.

        Args:
            now: The present moment.
        """
        newest = self._newest
        if newest is None or now.monotonic_ns - self._told_ns < seconds_to_ns(AGAIN_EVERY_S):
            return None
        self._told_ns = now.monotonic_ns
        held_s = max(ns_to_seconds(now.monotonic_ns - newest.stamp.monotonic_ns), _LEAST_S)
        return structs.replace(newest, held_s=held_s)
