"""How warmly people dress: by the season of the place they live in, not by the calendar."""

from datetime import datetime

from sumika.schema.house import House
from sumika.units import clamp
from sumika.world.start import local_time, site_of
from sumika.world.weather.climates import CLIMATES

WARM_FROM_C, HOT_FROM_C = 10.0, 24.0
"""Usual temperature of the time of year from which winter clothes are left off, and at which summer's are worn."""

SUMMER_SHEDS = 0.45
"""Share of winter's insulation that summer's clothes and bedding lack: 1.0 clo in winter, 0.5 in summer (ISO 7730)."""

_MONTH_DAYS = 30.44


class Wardrobe:
    """What is worn, over the year."""

    def __init__(self, house: House, start: datetime) -> None:
        """Look at the climate of a house's site; where it is not known, at Tokyo's."""
        self._start = start
        climate = CLIMATES.get(site_of(house).climate, CLIMATES["tokyo"])
        self._usual_c = climate.mean_c

    def share(self, at_s: float) -> float:
        """Return the share of winter's clothes that is worn at a time, since the world began."""
        months = local_time(self._start, at_s).timetuple().tm_yday / _MONTH_DAYS - 0.5
        first, part = int(months // 1), months % 1
        usual_c = (1.0 - part) * self._usual_c[first % 12] + part * self._usual_c[(first + 1) % 12]
        return 1.0 - SUMMER_SHEDS * clamp((usual_c - WARM_FROM_C) / (HOT_FROM_C - WARM_FROM_C), 0.0, 1.0)
