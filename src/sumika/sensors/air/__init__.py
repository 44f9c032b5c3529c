"""Sensors of air, light, presence, weather and energy, reached over the connections of `house.yaml`.

A reader turns the reports of its protocol's client (`sumika.links.<protocol>`) into `AirSample`, `Presence`,
`MeterSample` and `WeatherSample`. It owns no wire: the connection's driver does, and hands it every report::

    sensors = open_sensors(connection, house)
"""

from sumika.sensors.air.base import READERS, open_sensors

__all__ = ["READERS", "open_sensors"]
