"""What a simulated house's energy costs at any moment."""

from datetime import datetime

from sumika.schema.house import Tariff
from sumika.world.energy import plan_of
from sumika.world.energy.carbon import GAS_G_KWH, carbon_g_kwh
from sumika.world.simulation import World


class Prices:
    """The tariff of a world.

    Attributes:
        currency: ISO 4217.
        feed_in_per_kwh: What a kWh given to the grid earns.
        gas_per_kwh: Of the gas's heat value.
        is_market: Whether prices are of an hourly market.
    """

    def __init__(self, world: World) -> None:
        """Read a world's tariff."""
        tariff = world.house.tariff or Tariff()
        plan = plan_of(tariff.plan)
        self._world = world
        self.currency = plan.currency
        self.feed_in_per_kwh = plan.feed_in if tariff.feed_in_per_kwh is None else tariff.feed_in_per_kwh
        self.gas_per_kwh = plan.gas_per_kwh
        self.is_market = plan.market_mean > 0.0
        self._by_month = bool(plan.blocks)
        self._known: dict[datetime, float] = {}

    def price_per_kwh(self, when: datetime) -> float:
        """Return the price of a kWh taken at a moment, after what was taken in this month so far."""
        if self._by_month:
            return self._world.meter.price_now(when)
        hour = when.replace(minute=0, second=0, microsecond=0)
        if hour not in self._known:
            self._known[hour] = self._world.meter.price_now(hour)
        return self._known[hour]

    def carbon_g_kwh(self, when: datetime) -> float:
        """Return the carbon of a kWh from the grid."""
        return carbon_g_kwh(self.currency, when)

    @property
    def gas_g_kwh(self) -> float:
        """The carbon of a kWh of gas."""
        return GAS_G_KWH
