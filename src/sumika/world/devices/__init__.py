"""The devices of the simulated house as real ones behave, the habits that drive them, and its air sensors."""

from sumika.world.devices.air_sensors import AirSensor, AirSensors, Fault, SensorReading
from sumika.world.devices.demands import TAP_C, Demands
from sumika.world.devices.devices import Devices, DevicesStep
from sumika.world.devices.habits import Habits

__all__ = [
    "TAP_C",
    "AirSensor",
    "AirSensors",
    "Demands",
    "Devices",
    "DevicesStep",
    "Fault",
    "Habits",
    "SensorReading",
]
