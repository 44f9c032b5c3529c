"""The minutes of a month by the clock on the wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.units import seconds_to_ns

Array = NDArray[np.float64]
BOOT = "month"


@dataclass(frozen=True, slots=True)
class MonthTime:
    """A month in one time zone.

    Attributes:
        zone: The zone.
        dates: Its days.
        begin_s: When it begins, Unix time.
        end_s: When it ends.
        hour: (minute,) local hour, 0 to 24; an hour that comes twice is there twice.
        day: (minute,) index of the local day.
    """

    zone: ZoneInfo
    dates: tuple[date, ...]
    begin_s: float
    end_s: float
    hour: Array
    day: NDArray[np.int64]

    @classmethod
    def of(cls, year: int, month: int, zone: ZoneInfo) -> Self:
        """Return a month."""
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        dates = tuple(first + timedelta(days=number) for number in range((after - first).days))
        begin_s, end_s = midnight_s(first, zone), midnight_s(after, zone)
        quarters = [datetime.fromtimestamp(at, zone) for at in np.arange(begin_s, end_s, 900.0)]
        hour = np.array([at.hour + at.minute / 60.0 for at in quarters])
        day = np.array([(at.date() - first).days for at in quarters])
        minutes = np.tile(np.arange(15) / 60.0, len(quarters))
        return cls(zone, dates, begin_s, end_s, np.repeat(hour, 15) + minutes, np.repeat(day, 15))

    @property
    def minutes(self) -> int:
        """How many there are."""
        return len(self.hour)

    def at_s(self, minute: float) -> float:
        """Return the Unix time of a minute."""
        return self.begin_s + 60.0 * minute

    def moments(self, minutes: NDArray[np.int64]) -> Array:
        """Return the Unix times of some minutes."""
        return np.asarray(self.begin_s + 60.0 * minutes, np.float64)

    def minute(self, day: int, hour: float) -> int:
        """Return the minute nearest to an hour of a day; hours beyond 24 are of the next. May lie outside the month."""
        on = self.dates[0] + timedelta(days=day + int(hour // 24))
        rest = hour % 24
        at = datetime.combine(on, time(int(rest), int(rest % 1 * 60)), self.zone)
        return round((at.astimezone(UTC).timestamp() - self.begin_s) / 60.0)

    def stamp(self, at_s: float) -> Instant:
        """Return a moment as messages have it; monotonic time counts from the month's begin."""
        return Instant(seconds_to_ns(at_s - self.begin_s), seconds_to_ns(at_s), BOOT)

    def date_of(self, at_s: float) -> date:
        """Return the local date of a moment."""
        return datetime.fromtimestamp(at_s, self.zone).date()

    def grid(self, every_min: int) -> NDArray[np.int64]:
        """Return every so-manieth minute."""
        return np.arange(0, self.minutes, every_min)


def midnight_s(day: date, zone: ZoneInfo) -> float:
    """Return the Unix time at which a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()
