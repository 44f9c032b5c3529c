"""What some rows can bear out: their numbers, simple sums of them, their days and hours. Nothing else."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sumika.desk._quantities import Quantity, dimension_of
from sumika.facts import Row

_COUNTED = ("count", "one", "bare", "spelled")
_SUMMED_INTERVALS = ("saved",)
Z_95 = 1.96


class Supported:
    """What the rows behind one sentence bear out."""

    def __init__(self, rows: Sequence[Row], zone: ZoneInfo, around: tuple[float, ...] = ()) -> None:
        """Take the rows.

        Args:
            rows: That the sentence names, without those that are not to be believed.
            zone: The house's time zone.
            around: Begin and end of what the whole paper is about; its days may be named anywhere.
        """
        self._rows, self._zone, self._around = rows, zone, around

    def bears(self, quantity: Quantity) -> bool:
        """Return whether something that a sentence says stands in the rows.

        Args:
            quantity: What it says.
        """
        match quantity.kind:
            case "date":
                return self._has_day(quantity)
            case "month":
                return any(day.month == quantity.value and day.year == quantity.year for day in self._days)
            case "year":
                return any(day.year == quantity.year for day in self._days)
            case "clock":
                return quantity.value % 1440.0 in self._minutes
            case "bare_day":
                return any(day.day == quantity.value for day in self._days) or self._has_number(
                    quantity, self._numbers("days")
                )
        return self._has_number(quantity, self._numbers(quantity.dimension))

    def _has_day(self, quantity: Quantity) -> bool:
        asked = quantity.day
        if asked is None:
            return False
        for day in self._days:
            same = (day.month, day.day) == (asked.month, asked.day) and quantity.year in (None, day.year)
            if same and quantity.weekday in (None, day.weekday()):
                return True
        return False

    @staticmethod
    def _has_number(quantity: Quantity, numbers: Iterable[float]) -> bool:
        within = quantity.tolerance * (1.0 + 1e-9) + 1e-9 * max(1.0, abs(quantity.value))
        return any(abs(number - quantity.value) <= within for number in numbers)

    @cached_property
    def _moments(self) -> tuple[float, ...]:
        ends = [moment for row in self._rows for moment in (row.begin_unix_s, row.end_unix_s)]
        said = [row.value for row in self._rows if row.unit == "unix_s" and row.value is not None]
        return tuple({*ends, *said})

    @cached_property
    def _days(self) -> frozenset[date]:
        # An end is not included: a day that ends at midnight ends with its own date.
        ends = [row.end_unix_s - 1.0 for row in self._rows if row.end_unix_s > row.begin_unix_s]
        moments = (*self._moments, *self._around, *ends, *(moment - 1.0 for moment in self._around[1:]))
        return frozenset(datetime.fromtimestamp(moment, self._zone).date() for moment in moments)

    @cached_property
    def _minutes(self) -> frozenset[float]:
        found: set[float] = set()
        for moment in self._moments:
            for at in (moment, moment + 30.0):  # cut off, or rounded
                local = datetime.fromtimestamp(at, self._zone)
                found.add(60.0 * local.hour + local.minute)
        return frozenset(found)

    def _numbers(self, dimension: str) -> list[float]:
        found: list[float] = []
        groups: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for row in self._rows:
            has, factor = dimension_of(row.unit)
            if row.value is not None and math.isfinite(row.value) and _fits(has, dimension):
                groups[row.source, row.part].append((row.value * factor, row.count))
        for (source, _), values in groups.items():
            found += _together(values, with_interval=source.startswith(_SUMMED_INTERVALS))
        if len(groups) > 1:
            found.append(sum(value for values in groups.values() for value, _ in values))
        if dimension == "money":
            found += self._paid()
        if dimension == "time":
            lasted = [(row.end_unix_s - row.begin_unix_s) / 3600.0 for row in self._rows]
            found += [*lasted, sum(lasted)]
        if dimension == "days":
            found += [lasted_s / 86_400.0 for lasted_s in self._lasted_s()] + [float(len(self._begin_days()))]
        if dimension in _COUNTED:
            found += self._counts()
        return found

    def _paid(self) -> list[float]:
        """Return energy times its mean price, of rows of the same time."""
        prices = [row for row in self._rows if row.unit.endswith("/kWh") and row.value is not None]
        return [
            (price.value or 0.0) * (row.value or 0.0) * dimension_of(row.unit)[1]
            for price in prices
            for row in self._rows
            if dimension_of(row.unit)[0] == "energy"
            and (row.begin_unix_s, row.end_unix_s) == (price.begin_unix_s, price.end_unix_s)
        ]

    def _lasted_s(self) -> list[float]:
        around = [self._around[1] - self._around[0]] if len(self._around) == 2 else []
        # A day of 23 or 25 hours is a day.
        return [round(lasted / 86_400.0) * 86_400.0 for lasted in around] + [
            row.end_unix_s - row.begin_unix_s for row in self._rows
        ]

    def _begin_days(self) -> set[date]:
        return {datetime.fromtimestamp(row.begin_unix_s, self._zone).date() for row in self._rows}

    def _counts(self) -> list[float]:
        by_source: dict[str, int] = defaultdict(int)
        for row in self._rows:
            by_source[row.source] += 1
        subjects = {row.subject for row in self._rows}
        return [*map(float, by_source.values()), float(len(self._rows)), float(len(subjects))]


def _fits(has: str, asked: str) -> bool:
    if asked in ("count", "spelled"):
        return has == "one"
    if asked == "money":
        return has == "money" or has.endswith("/kWh")
    if asked == "bare":
        return has != "moment"  # the unit stands elsewhere: in a heading, in the cell beside
    return has == asked


def _together(values: list[tuple[float, int]], *, with_interval: bool) -> list[float]:
    numbers = [value for value, _ in values]
    if len(numbers) == 1:
        return numbers
    samples = sum(count for _, count in values)
    found = [*numbers, math.fsum(numbers), math.fsum(numbers) / len(numbers)]
    if samples > 0:
        found.append(math.fsum(value * count for value, count in values) / samples)
    if with_interval and len(numbers) >= 3:
        mean = math.fsum(numbers) / len(numbers)
        spread = math.fsum((one - mean) ** 2 for one in numbers) / (len(numbers) - 1)
        half = Z_95 * math.sqrt(len(numbers) * spread)
        found += [math.fsum(numbers) - half, math.fsum(numbers) + half]
    return found
