"""Somebody else's house behind the controller: its names and units, and a house of zones where there is no floor plan.

house = house_of_zones({"zone": 80.0}, {"heat_pump": ("zone", "room_air_conditioner")})
adapter = Adapter(Ecu(house), measured, driven, step_s=3600.0)
"""

from sumika.ecu.foreign.adapter import Adapter
from sumika.ecu.foreign.signals import PEOPLE, POWER, Driven, Measured
from sumika.ecu.foreign.units import UNITS, Unit
from sumika.ecu.foreign.zones import house_of_zones

__all__ = ["PEOPLE", "POWER", "UNITS", "Adapter", "Driven", "Measured", "Unit", "house_of_zones"]
