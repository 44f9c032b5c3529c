"""The whole controller in one object: belief, planner and gate, without bus or processes."""

from sumika.ecu.ecu import Ecu
from sumika.ecu.outlook import Forecast, Measurements

__all__ = ["Ecu", "Forecast", "Measurements"]
