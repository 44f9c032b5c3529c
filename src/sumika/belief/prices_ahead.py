"""What a kWh will cost and earn: as the tariff says where it says it, as last week's same hours where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.schema.worth import from_yen

Array = NDArray[np.float64]

HOURS = 24
REMEMBERS_DAYS = 7
_USUAL_CARBON_G_KWH = 400.0
_USUAL_YEN = 32.0
"""Of a kWh; 0.21 euro, which is a usual price there as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTariff:
    """What is known of a tariff beforehand.

    Attributes:
        currency: ISO 4217.
        hours: Price by hour of the day, where the time of use decides; else empty.
        flat: Price, where it is always the same until the meter says otherwise; None: the market decides.
        feed_in: For a kWh given.
        gas_per_kwh: Of the gas's heat value.
        usual: Price to begin with where the market decides; None: as is usual where the currency is.
    """

    currency: str = "JPY"
    hours: tuple[float, ...] = ()
    flat: float | None = None
    feed_in: float = 0.0
    gas_per_kwh: float = 0.0
    usual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesAhead:
    """Prices to come; all (step,).

    Attributes:
        per_kwh: Of a kWh taken.
        sigma: Its standard deviation.
        feed_in: For a kWh given.
        carbon_g_kwh: Of a kWh from the grid.
    """

    per_kwh: Array
    sigma: Array
    feed_in: Array
    carbon_g_kwh: Array


class PriceBook:
    """Prices as they were seen, by day and hour."""

    def __init__(self, known: KnownTariff) -> None:
        """Take what the tariff says."""
        self.known = known
        self._seen: dict[tuple[int, int], float] = {}
        self._carbon: dict[int, float] = {}
        self._newest: float | None = None

    def see(self, at: datetime, price: float | None, carbon_g_kwh: float | None) -> None:
        """Take what the meter says of this hour; what is no number is left alone.

        Args:
            at: In local time.
            price: Of a kWh; may be negative.
            carbon_g_kwh: Of a kWh.
        """
        if price is not None and np.isfinite(price):
            self._newest = price
            self._seen[at.toordinal(), at.hour] = price
            oldest = at.toordinal() - REMEMBERS_DAYS
            self._seen = {key: one for key, one in self._seen.items() if key[0] > oldest}
        if carbon_g_kwh is not None and np.isfinite(carbon_g_kwh) and carbon_g_kwh >= 0.0:
            before = self._carbon.get(at.hour, carbon_g_kwh)
            self._carbon[at.hour] = before + 0.3 * (carbon_g_kwh - before)

    def ahead(self, when: Sequence[datetime]) -> PricesAhead:
        """Return the prices of some moments.

        Args:
            when: (step,) in local time, ever later; the first is now.
        """
        pairs = np.array([self._price(one, when[0]) for one in when])
        mean = float(np.mean(list(self._carbon.values()))) if self._carbon else _USUAL_CARBON_G_KWH
        return PricesAhead(
            per_kwh=pairs[:, 0],
            sigma=pairs[:, 1],
            feed_in=np.full(len(when), self.known.feed_in),
            carbon_g_kwh=np.array([self._carbon.get(one.hour, mean) for one in when]),
        )

    def now(self, at: datetime) -> float | None:
        """Return the price of a kWh at a moment; None where it is no more than guessed.

        Args:
            at: In local time.
        """
        price, sigma = self._price(at, at)
        return price if sigma == 0.0 else None

    def _price(self, when: datetime, now: datetime) -> tuple[float, float]:
        """Return a price and its standard deviation."""
        known = self.known
        if len(known.hours) == HOURS:
            return known.hours[when.hour], 0.0
        if known.flat is not None:
            return (known.flat if self._newest is None else self._newest), 0.0
        seen = self._seen.get((when.toordinal(), when.hour))
        if seen is not None:
            return seen, 0.0
        week = [price for (_, hour), price in self._seen.items() if hour == when.hour]
        if not week:
            every = list(self._seen.values())
            first = known.usual if known.usual is not None else from_yen(_USUAL_YEN, known.currency)
            usual = float(np.mean(every)) if every else first
            return usual, max(0.2 * abs(usual), float(np.std(every)) if every else 0.0)
        # A few days say little of how far they differ: they are taken to differ by a tenth at least.
        return float(np.mean(week)), max(float(np.std(week)), 0.1 * abs(float(np.mean(week))) / len(week) ** 0.5)
