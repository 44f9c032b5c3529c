"""The whole controller in one object: belief, planner and gate, without bus or processes."""

from sumika.ecu.ecu import Ecu
from sumika.ecu.foretold import Foretold
from sumika.ecu.outlook import Forecast, Measurements
from sumika.ecu.plain_numbers import readings

__all__ = ["Ecu", "Forecast", "Foretold", "Measurements", "readings"]
