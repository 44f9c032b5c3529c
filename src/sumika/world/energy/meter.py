"""The meter of the simulated house: counts energy, money and carbon."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from sumika.schema import SumikaError
from sumika.schema.house import Tariff
from sumika.world.energy.carbon import GAS_G_KWH, carbon_g_kwh
from sumika.world.energy.tariffs import TariffPlan, plan_of

J_KWH = 3.6e6
_MONTH_S = 365.0 / 12.0 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """What the meter says after a step.

    Attributes:
        grid_w: Taken from the grid, as a mean over the step; negative: given.
        gas_w: Heat value of the gas, as a mean over the step.
        imported_kwh: Since the meter began.
        exported_kwh: Since the meter began.
        gas_kwh: Since the meter began.
        price_per_kwh: Of a kWh taken in the step.
        cost: Since the meter began, with the base price by time; negative: earned.
        carbon_g_kwh: Of a kWh from the grid in the step.
        carbon_kg: Of all energy since the meter began; what is given away counts for nothing.
    """

    grid_w: float
    gas_w: float
    imported_kwh: float
    exported_kwh: float
    gas_kwh: float
    price_per_kwh: float
    cost: float
    carbon_g_kwh: float
    carbon_kg: float


class Meter:
    """Counts from 0.

    Attributes:
        cost: Since it began.
        imported_kwh: Since it began.
        exported_kwh: Since it began.
    """

    def __init__(self, plan: TariffPlan, seed: int, start: datetime) -> None:
        """Begin at nothing.

        Args:
            plan: What energy costs.
            seed: Of the market.
            start: When it begins, in local time.
        """
        self._plan, self._seed = plan, seed
        self._month, self._month_kwh = (start.year, start.month), 0.0
        self.imported_kwh = self.exported_kwh = self.gas_kwh = self.cost = self.carbon_kg = 0.0

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self._plan.currency

    def price_now(self, when: datetime) -> float:
        """Return the price of a kWh taken at a moment of local time."""
        return self._plan.price(when, self._month_kwh, self._seed)

    def step(self, seconds: float, when: datetime, grid_w: float, gas_w: float) -> MeterReading:
        """Count one step.

        Args:
            seconds: How long it is.
            when: At its beginning, in local time.
            grid_w: Taken from the grid; negative: given.
            gas_w: Heat value of the gas that is burnt.

        Raises:
            SumikaError: if a power is not finite, or gas is negative.
        """
        if not (math.isfinite(grid_w) and math.isfinite(gas_w) and gas_w >= 0.0 and seconds > 0.0):
            raise SumikaError(f"the meter cannot count {grid_w} W and {gas_w} W of gas over {seconds} s", where="meter")
        if (when.year, when.month) != self._month:
            self._month, self._month_kwh = (when.year, when.month), 0.0
        price, carbon = self.price_now(when), carbon_g_kwh(self._plan.currency, when)
        taken, given = max(0.0, grid_w) * seconds / J_KWH, max(0.0, -grid_w) * seconds / J_KWH
        burnt = gas_w * seconds / J_KWH
        self._month_kwh += taken
        self.imported_kwh += taken
        self.exported_kwh += given
        self.gas_kwh += burnt
        self.cost += taken * price - given * self._plan.feed_in + burnt * self._plan.gas_per_kwh
        self.cost += self._plan.base_per_month * seconds / _MONTH_S
        self.carbon_kg += (taken * carbon + burnt * GAS_G_KWH) / 1000.0
        return MeterReading(
            grid_w=grid_w,
            gas_w=gas_w,
            imported_kwh=self.imported_kwh,
            exported_kwh=self.exported_kwh,
            gas_kwh=self.gas_kwh,
            price_per_kwh=price,
            cost=self.cost,
            carbon_g_kwh=carbon,
            carbon_kg=self.carbon_kg,
        )


def meter_of(tariff: Tariff, seed: int, start: datetime) -> Meter:
    """Return the meter of a house.

    Args:
        tariff: As in house.yaml.
        seed: Of the market.
        start: When it begins, in local time.

    Raises:
        UsageError: if there is no such tariff.
    """
    plan = plan_of(tariff.plan)
    if tariff.feed_in_per_kwh is not None:
        plan = replace(plan, feed_in=tariff.feed_in_per_kwh)
    return Meter(plan, seed, start)
