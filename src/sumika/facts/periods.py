"""Stretches of time as people name them, by the house's own days: a day may have 23 or 25 hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

NIGHT_FROM, NIGHT_TO = time(18), time(12)
"""A night belongs to the evening on which it begins."""

_DAY = timedelta(days=1)


def _at(day: date, hour: time, zone: tzinfo) -> float:
    # Through UTC: an hour that the clocks skip is the moment at which they are put forward.
    return datetime.combine(day, hour, zone).astimezone(UTC).timestamp()


def local_date(unix_s: float, zone: tzinfo) -> date:
    """Return the house's date at a moment."""
    return datetime.fromtimestamp(unix_s, zone).date()


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time.

    Attributes:
        begin_unix_s: Included.
        end_unix_s: Not included.
    """

    begin_unix_s: float
    end_unix_s: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_unix_s - self.begin_unix_s

    def until(self, unix_s: float) -> "Period":
        """Return what of it lies before a moment; of what is yet to come nothing is known."""
        return Period(begin_unix_s=min(self.begin_unix_s, unix_s), end_unix_s=min(self.end_unix_s, unix_s))

    def holds(self, unix_s: float) -> bool:
        """Tell whether a moment lies in it."""
        return self.begin_unix_s <= unix_s < self.end_unix_s

    def dates(self, zone: tzinfo) -> tuple[date, ...]:
        """Return the house's dates of which any part lies in it, in order."""
        return tuple(_dates(self, zone))

    @staticmethod
    def day(day: date, zone: tzinfo) -> "Period":
        """Return a whole day."""
        return Period.of_days(day, day, zone)

    @staticmethod
    def of_days(first: date, last: date, zone: tzinfo) -> "Period":
        """Return some whole days, the last one included."""
        return Period(begin_unix_s=_at(first, time(), zone), end_unix_s=_at(last + _DAY, time(), zone))

    @staticmethod
    def night(evening: date, zone: tzinfo) -> "Period":
        """Return the night from 18:00 of a date to noon of the next."""
        return Period(begin_unix_s=_at(evening, NIGHT_FROM, zone), end_unix_s=_at(evening + _DAY, NIGHT_TO, zone))

    @staticmethod
    def week(day: date, zone: tzinfo) -> "Period":
        """Return the week of a date, Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return Period.of_days(monday, monday + timedelta(days=6), zone)

    @staticmethod
    def month(year: int, month: int, zone: tzinfo) -> "Period":
        """Return a month."""
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        return Period.of_days(first, after - _DAY, zone)

    @staticmethod
    def year(year: int, zone: tzinfo) -> "Period":
        """Return a year."""
        return Period.of_days(date(year, 1, 1), date(year, 12, 31), zone)

    @staticmethod
    def today(now_unix_s: float, zone: tzinfo) -> "Period":
        """Return today from midnight until now."""
        return Period.day(local_date(now_unix_s, zone), zone).until(now_unix_s)

    @staticmethod
    def yesterday(now_unix_s: float, zone: tzinfo) -> "Period":
        """Return the whole day before today."""
        return Period.day(local_date(now_unix_s, zone) - _DAY, zone)

    @staticmethod
    def last_night(now_unix_s: float, zone: tzinfo) -> "Period":
        """Return the night that began on the evening before today, as far as it has gone."""
        return Period.night(local_date(now_unix_s, zone) - _DAY, zone).until(now_unix_s)

    @staticmethod
    def tonight(now_unix_s: float, zone: tzinfo) -> "Period":
        """Return the night that begins this evening."""
        return Period.night(local_date(now_unix_s, zone), zone)

    @staticmethod
    def last_days(days: int, now_unix_s: float, zone: tzinfo) -> "Period":
        """Return so many whole days before today."""
        today = local_date(now_unix_s, zone)
        return Period.of_days(today - timedelta(days=days), today - _DAY, zone)


def _dates(period: Period, zone: tzinfo) -> Iterator[date]:
    if period.end_unix_s <= period.begin_unix_s:
        return
    day = local_date(period.begin_unix_s, zone)
    while Period.day(day, zone).begin_unix_s < period.end_unix_s:
        yield day
        day += _DAY
