"""The house's calendar round a moment: what both languages' words for days come down to."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

import msgspec

from sumika.facts.periods import Period

PARTS_OF_DAY: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "early": (3.0, 7.0),
        "morning": (5.0, 12.0),
        "forenoon": (0.0, 12.0),
        "noon": (11.0, 14.0),
        "afternoon": (12.0, 18.0),
        "dusk": (16.0, 19.0),
        "evening": (17.0, 24.0),
    }
)
"""Hours of what people call parts of a day; a night is `Period.night`."""

RECENT_DAYS = 7
"""What "lately" means where no number is said."""


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in a house.

    Attributes:
        unix_s: The moment.
        zone: The house's.
        ahead: Whether what is said lies ahead: "on Tuesday" is then the next one and not the last.
    """

    unix_s: float
    zone: tzinfo
    ahead: bool = False

    @property
    def day(self) -> date:
        """The house's date."""
        return datetime.fromtimestamp(self.unix_s, self.zone).date()

    @property
    def hour(self) -> float:
        """The hour of the day, 0 to 24."""
        now = datetime.fromtimestamp(self.unix_s, self.zone)
        return now.hour + now.minute / 60

    def clipped(self, period: Period) -> Period:
        """Return what of a period is over, or what of it is yet to come where the talk is of that."""
        if self.ahead:
            return Period(begin_unix_s=max(period.begin_unix_s, self.unix_s), end_unix_s=period.end_unix_s)
        return period.until(self.unix_s) if period.begin_unix_s < self.unix_s else period

    def days(self, first: date, last: date) -> Period:
        """Return whole days, the last one included, as far as they count."""
        return self.clipped(Period.of_days(first, last, self.zone))

    def between(self, first: date | None, last: date | None) -> Period | None:
        """Return the days from one to another, both included; None where one is not known, or they are out of order."""
        return None if first is None or last is None or last < first else self.days(first, last)

    def part(self, day: date, name: str) -> Period:
        """Return a part of a day: one of `PARTS_OF_DAY`, "night", or "" for all of it."""
        if not name:
            return self.days(day, day)
        if name == "night":
            return self.clipped(Period.night(day, self.zone))
        begin, end = PARTS_OF_DAY[name]
        return self.clipped(Period(begin_unix_s=self._at(day, begin), end_unix_s=self._at(day, end)))

    def _at(self, day: date, hour: float) -> float:
        moment = datetime.combine(day, time(), self.zone) + timedelta(hours=hour)
        return moment.astimezone(UTC).timestamp()

    def weekday(self, number: int, week: int | None = None) -> date:
        """Return the last such day (Monday 0) before today, or the next after it; or that of this week + `week`."""
        today = self.day
        if week is not None:
            return today - timedelta(days=today.weekday()) + timedelta(days=number, weeks=week)
        apart = (number - today.weekday()) % 7 if self.ahead else (today.weekday() - number) % 7
        return today + timedelta(days=apart or 7) * (1 if self.ahead else -1)

    def dated(self, day: int, month: int | None = None, year: int | None = None) -> date | None:
        """Return the nearest such date on the side that the talk is of; None if there is none (the 31st of June)."""
        today = self.day
        if year is not None and month is not None:
            return _date(year, month, day)
        if month is not None:
            found = [one for apart in (0, 1, -1) if (one := _date(today.year + apart, month, day))]
        else:
            months = [(today.year * 12 + today.month - 1 + apart) for apart in (0, 1, -1, 2, -2)]
            found = [one for each in months if (one := _date(each // 12, each % 12 + 1, day))]
        right = [one for one in found if (one >= today if self.ahead else one <= today)]
        return min(right, key=lambda one: abs(one - today), default=None)

    def month(self, month: int, year: int | None = None) -> Period | None:
        """Return the nearest such month on the side that the talk is of; None if there is no such month."""
        if not 1 <= month <= 12:
            return None
        today = self.day
        if year is None:
            year = today.year
            if self.ahead and month < today.month:
                year += 1
            elif not self.ahead and month > today.month:
                year -= 1
        return self.clipped(Period.month(year, month, self.zone))

    def months_ago(self, months: int) -> Period:
        """Return the whole month so many before this one; negative: after it."""
        number = self.day.year * 12 + self.day.month - 1 - months
        return self.clipped(Period.month(number // 12, number % 12 + 1, self.zone))

    def week(self, weeks: int) -> Period:
        """Return the week, Monday to Sunday, so many after this one; negative: before it."""
        return self.clipped(Period.week(self.day + timedelta(weeks=weeks), self.zone))

    def weekend(self, weeks: int | None = None) -> Period:
        """Return Saturday and Sunday of this week + `weeks`; None: the last that has begun, or the next."""
        if weeks is None:
            begun = self.day.weekday() >= 5
            weeks = 0 if begun or self.ahead else -1
        saturday = self.weekday(5, weeks)
        return self.days(saturday, saturday + timedelta(days=1))

    def year(self, years: int) -> Period:
        """Return this year + `years`."""
        return self.clipped(Period.year(self.day.year + years, self.zone))

    def season(self, first_month: int, which: str) -> Period:
        """Return three months: the season that is or is nearest ("this"), the last that is over, or the next.

        Args:
            first_month: In which it begins.
            which: this, last or next.
        """
        months = [self.day.year * 12 + 12 * apart + first_month - 1 for apart in (-2, -1, 0, 1)]
        found = [(date(one // 12, one % 12 + 1, 1), date((one + 3) // 12, (one + 3) % 12 + 1, 1)) for one in months]
        if which == "last":
            begin, end = max(one for one in found if one[1] <= self.day)
        elif which == "next":
            begin, end = min(one for one in found if one[0] > self.day)
        else:
            begin, end = min(found, key=lambda one: max((one[0] - self.day).days, (self.day - one[1]).days, 0))
        return self.days(begin, end - timedelta(days=1))

    def last_days(self, days: int) -> Period:
        """Return so many days until now, today being the last; or so many from now on."""
        if self.ahead:
            return Period(begin_unix_s=self.unix_s, end_unix_s=self.unix_s + days * 86400.0)
        return self.days(self.day - timedelta(days=max(days - 1, 0)), self.day)

    def last_seconds(self, seconds: float) -> Period:
        """Return so long until now, or from now on."""
        if self.ahead:
            return Period(begin_unix_s=self.unix_s, end_unix_s=self.unix_s + seconds)
        return Period(begin_unix_s=self.unix_s - seconds, end_unix_s=self.unix_s)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
