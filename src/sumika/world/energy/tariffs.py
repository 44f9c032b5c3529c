"""What a kWh costs and earns: flat, by time of use, by a market's hour; in yen and euro.

Prices are typical of published tariffs, taxes in, as of 2024; they move every year and are not a quotation. TEPCO
Energy Partner sells 従量電灯B in three steps (about 30, 36 and 40 yen/kWh by the month's use, 1247 yen a month for
40 A) and スマートライフ with a cheaper night (about 28 from 1 to 6 o'clock, 36 at other times). Feed-in in Japan is 15
yen for roofs below 10 kW. Prices in euro are typical of France and Germany.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sumika.schema import UsageError
from sumika.world.energy.market import market_price


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffPlan:
    """A tariff.

    Attributes:
        currency: ISO 4217.
        base_per_month: Of the connection.
        blocks: Upper ends (kWh a month) and prices of blocks; a flat price is one block.
        hours: Price by hour of the day; empty: the blocks count.
        market_mean: Mean price of the market; 0: none.
        market_shape: 24 factors of it.
        market_least: Lowest price of the market.
        adds: Grid, levy and tax on top of the market's price.
        feed_in: What a kWh given to the grid earns.
        gas_per_kwh: Of the gas's heat value.
    """

    currency: str
    base_per_month: float
    blocks: tuple[tuple[float, float], ...] = ()
    hours: tuple[float, ...] = ()
    market_mean: float = 0.0
    market_shape: tuple[float, ...] = ()
    market_least: float = 0.0
    adds: float = 0.0
    feed_in: float = 0.0
    gas_per_kwh: float = 0.0

    def price(self, when: datetime, month_kwh: float, seed: int) -> float:
        """Return the price of a kWh taken now.

        Args:
            when: In local time.
            month_kwh: Taken in this month so far, for blocks.
            seed: Of the house, for the market.
        """
        if self.market_mean > 0.0:
            return self.adds + market_price(self.market_mean, self.market_shape, self.market_least, seed, when)
        if self.hours:
            return self.hours[when.hour]
        return next(price for end, price in self.blocks if month_kwh < end)


_FOREVER = float("inf")

# Mean of 24 is 1: peaks at 8 and 18 o'clock, and a dip while the sun shines; typical of JEPX's spot price by hour.
_JEPX = (
    *(0.86, 0.83, 0.81, 0.80, 0.82, 0.90, 1.04, 1.15, 1.08, 0.92, 0.80, 0.74),
    *(0.72, 0.75, 0.82, 0.95, 1.16, 1.37, 1.45, 1.36, 1.22, 1.09, 0.98, 0.90),
)
# The same of EPEX Spot: deeper at noon.
_EPEX = (
    *(0.89, 0.84, 0.81, 0.80, 0.84, 0.96, 1.13, 1.25, 1.18, 0.99, 0.83, 0.72),
    *(0.65, 0.62, 0.68, 0.82, 1.02, 1.28, 1.45, 1.47, 1.31, 1.14, 1.03, 0.94),
)

TARIFFS: Mapping[str, TariffPlan] = MappingProxyType(
    {
        "flat_jp": TariffPlan(
            currency="JPY",
            base_per_month=1247.0,  # 40 A
            blocks=((120.0, 29.8), (300.0, 36.4), (_FOREVER, 40.49)),
            feed_in=15.0,
            gas_per_kwh=14.0,
        ),
        "time_of_use_jp": TariffPlan(
            currency="JPY",
            base_per_month=1247.0,
            hours=tuple(27.86 if 1 <= hour < 6 else 35.76 for hour in range(24)),
            feed_in=15.0,
            gas_per_kwh=14.0,
        ),
        "market_jp": TariffPlan(
            currency="JPY",
            base_per_month=1247.0,
            market_mean=12.0,
            market_shape=_JEPX,
            market_least=0.01,
            adds=17.0,
            feed_in=15.0,
            gas_per_kwh=14.0,
        ),
        "flat_eu": TariffPlan(
            currency="EUR",
            base_per_month=12.4,
            blocks=((_FOREVER, 0.252),),
            feed_in=0.08,
            gas_per_kwh=0.11,
        ),
        # Heures pleines and heures creuses; eight cheap hours at night.
        "time_of_use_eu": TariffPlan(
            currency="EUR",
            base_per_month=15.9,
            hours=tuple(0.207 if hour >= 22 or hour < 6 else 0.27 for hour in range(24)),
            feed_in=0.08,
            gas_per_kwh=0.11,
        ),
        "market_eu": TariffPlan(
            currency="EUR",
            base_per_month=12.4,
            market_mean=0.085,
            market_shape=_EPEX,
            market_least=-0.05,
            adds=0.16,
            feed_in=0.07,
            gas_per_kwh=0.11,
        ),
    }
)
"""All that are known, by the name that `house.yaml` uses."""


def plan_of(name: str) -> TariffPlan:
    """Return a tariff by its name.

    Raises:
        UsageError: if there is none of that name.
    """
    if name not in TARIFFS:
        raise UsageError(f"there is no tariff {name!r}", where="tariff.plan", remedy=f"There are: {', '.join(TARIFFS)}")
    return TARIFFS[name]
