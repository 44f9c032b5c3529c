"""What the controller has saved, day by day: plan by plan against the best simple controller, and what the meter says.

Every plan says what the two days to come cost with it and with the best simple controller, on the belief's own model.
For as long as that plan is the newest, its share of the difference is what is saved. It is an estimate, and is said to
be one: nobody has lived the same day twice.
"""

import math
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import MeterSample, PlanReport, SavedAnswer
from sumika.schema.saved_days import SAVED_FILE, SavedDay
from sumika.units import SECONDS_PER_DAY

PLANNED_S = 2.0 * SECONDS_PER_DAY
LONGEST_S = 3600.0
"""A plan that nothing followed for longer is counted for so long only."""

UNPRICED_SHARE = 0.02
"""So much of what was taken may have had no known price: a meter tells its first price late."""

MOST_DAYS = 400
MOST_KWH = 50.0
"""A meter that jumps further between two words of it has begun anew, or counts something else."""


class Savings:
    """Keeps the days of one house; it knows no bus and no clock.

    Attributes:
        problem: Why what lies on the disk cannot be read or written; empty while it can.
    """

    def __init__(self, folder: Path, currency: str) -> None:
        """Take what was kept before a restart.

        Args:
            folder: Where it lies.
            currency: Of all money.
        """
        self._path, self._currency = folder / SAVED_FILE, currency
        self.problem = ""
        self._days: dict[str, SavedDay] = {}
        try:
            self._days = read_small(self._path, dict[str, SavedDay], {})
        except DamagedFileError as error:
            self.problem = f"{error}; it is set aside"
            with suppress(OSError):  # a disk that fails must stop no plan
                # More than a year of days: whoever can read more of them than we is to find them.
                self._path.replace(self._path.with_suffix(".damaged"))
        self._report: PlanReport | None = None
        self._since = self._until = datetime.fromtimestamp(0.0, UTC)
        self._counted = ("", 0.0)

    def plan(self, report: PlanReport, at: datetime) -> None:
        """Count the plan before until now, and begin with this one.

        Args:
            report: Of the newest plan.
            at: Now, on the house's own clock.
        """
        self.turn(at)
        until = (at.astimezone(UTC) + timedelta(seconds=LONGEST_S)).astimezone(at.tzinfo)
        self._report, self._since, self._until = report, at, until

    def turn(self, at: datetime) -> None:
        """Count the newest plan until now.

        Args:
            at: Now, on the house's own clock.
        """
        # By seconds that passed, and not by the clock on the wall: an hour comes twice in autumn.
        report, since, end = self._report, self._since, min(at, self._until, key=datetime.timestamp)
        seconds = end.timestamp() - since.timestamp()
        if report is None or seconds <= 0.0:
            return
        self._since = end
        if report.plan_cost is None or report.simple_cost is None:
            return
        day = self._day(since.date())
        day.saved += (report.simple_cost - report.plan_cost) * seconds / PLANNED_S
        day.seconds[report.mode] = day.seconds.get(report.mode, 0.0) + seconds

    def meter(self, sample: MeterSample, at: datetime, tariff_per_kwh: float | None = None) -> None:
        """Count what the meter says.

        Args:
            sample: Its newest word.
            at: When, on the house's own clock.
            tariff_per_kwh: What a kWh costs then, for meters that tell no price; None: nobody knows.
        """
        if sample.imported_kwh is None:
            return
        meter, before = self._counted
        self._counted = (sample.meter, sample.imported_kwh)
        if meter != sample.meter or not 0.0 <= sample.imported_kwh - before <= MOST_KWH:
            return  # another meter's count is no step of this one's
        day = self._day(at.date())
        day.metered = True
        kwh = sample.imported_kwh - before
        price = sample.price_per_kwh if sample.price_per_kwh is not None else tariff_per_kwh
        day.energy_kwh += kwh
        if price is None:
            day.unpriced_kwh += kwh
        else:
            day.spent += kwh * price

    def answer(self, days: float, at: datetime) -> SavedAnswer:
        """Return what was saved.

        Args:
            days: Of so many past days.
            at: Now, on the house's own clock.
        """
        self.turn(at)
        first = (at - timedelta(days=min(max(days, 0.0), float(MOST_DAYS)))).date()
        chosen = {name: day for name, day in self._days.items() if first <= date.fromisoformat(name) <= at.date()}
        if not chosen:
            return SavedAnswer(accepted=True, currency=self._currency)
        begin = datetime.combine(date.fromisoformat(min(chosen)), datetime.min.time(), at.tzinfo)
        metered = [day for day in chosen.values() if day.metered]
        planned = [day for day in chosen.values() if day.seconds]
        return SavedAnswer(
            accepted=True,
            currency=self._currency,
            saved=sum(day.saved for day in planned) if planned else None,
            sigma=_sigma([day.saved for day in planned]),
            spent=_spent(metered),
            energy_kwh=sum(day.energy_kwh for day in metered) if metered else None,
            since_unix_s=begin.timestamp(),
            mode=_most(planned),
        )

    def keep(self) -> str:
        """Put it on the disk; return why that cannot be, empty where it could."""
        for name in sorted(self._days)[:-MOST_DAYS]:
            del self._days[name]
        self.problem = write_small(self._path, self._days)
        return self.problem

    def _day(self, day: date) -> SavedDay:
        return self._days.setdefault(day.isoformat(), SavedDay())


def _spent(metered: Collection[SavedDay]) -> float | None:
    """Return what was spent on some days; None where there are none, or much of it was taken at no known price."""
    # Days that an earlier release kept do not say that nobody knew the price: they say that nothing was spent.
    unpriced_kwh = sum(day.energy_kwh if day.spent == 0.0 else day.unpriced_kwh for day in metered)
    if not metered or unpriced_kwh > UNPRICED_SHARE * sum(day.energy_kwh for day in metered):
        return None
    return sum(day.spent for day in metered)


def _sigma(saved: list[float]) -> float | None:
    """Return the standard deviation of the sum of some days, as far as they differ; None for fewer than three."""
    if len(saved) < 3:
        return None
    mean = sum(saved) / len(saved)
    return math.sqrt(len(saved) * sum((one - mean) ** 2 for one in saved) / (len(saved) - 1))


def _most(days: Iterable[SavedDay]) -> str:
    seconds: dict[str, float] = {}
    for day in days:
        for mode, lasted in day.seconds.items():
            seconds[mode] = seconds.get(mode, 0.0) + lasted
    return max(seconds, key=lambda mode: seconds[mode]) if seconds else ""
