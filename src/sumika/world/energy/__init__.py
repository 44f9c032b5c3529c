"""The meter of the simulated house, what energy costs, and the carbon of the grid."""

from sumika.world.energy.meter import Meter, MeterReading, meter_of
from sumika.world.energy.tariffs import TARIFFS, TariffPlan, plan_of

__all__ = ["TARIFFS", "Meter", "MeterReading", "TariffPlan", "meter_of", "plan_of"]
