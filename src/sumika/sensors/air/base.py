"""From the sensors of a connection in house.yaml to what reads them out of its protocol's reports."""

from typing import Any, Protocol, cast

from sumika.links.base import NoSensors, SensorReader, load_protocol
from sumika.schema.house import Connection, House
from sumika.sensors.air.joined import JoinedPresence

READERS = {
    "home_assistant": "sumika.sensors.air.home_assistant.reader",
    "mqtt": "sumika.sensors.air.mqtt.reader",
    "echonet_lite": "sumika.sensors.air.echonet_lite.reader",
    "esphome": "sumika.sensors.air.esphome.reader",
    "modbus": "sumika.sensors.air.modbus.reader",
    "ocpp": "sumika.sensors.air.ocpp.reader",
}
"""Where the reader of each `Connection.type` is; every one has an `open_sensors` of the signature of the one here."""


class _Reader(Protocol):
    def open_sensors(self, connection: Connection, house: House) -> SensorReader[Any]: ...


def open_sensors(connection: Connection, house: House) -> SensorReader[Any]:
    """Return what reads the sensors that name this connection; of each room's presence it tells one word.

    Args:
        connection: As in `house.yaml`.
        house: The whole house.

    Raises:
        UsageError: if a sensor's address or mapping cannot be read, or the protocol's package is not installed.
    """
    sensors = [sensor for sensor in house.sensors if sensor.connection == connection.id]
    if not sensors:
        return NoSensors()
    module = load_protocol(READERS, connection)
    return JoinedPresence(cast("_Reader", module).open_sensors(connection, house), sensors)
