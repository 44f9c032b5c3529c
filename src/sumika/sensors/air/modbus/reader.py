"""What sensors of a Modbus connection say, out of registers of their units."""

from collections.abc import Iterator

from sumika.clock import Instant
from sumika.links.modbus import Register, Unit, read_register, unit_of
from sumika.schema import Message
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.readings import check_names, message_of


class ModbusSensors:
    """The sensors of one connection."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out which registers are to be read.

        Raises:
            UsageError: if a mapping cannot be read.
        """
        numbering = str(connection.options.get("numbering", "table"))
        self._sensors: list[tuple[Sensor, int, dict[str, Register]]] = []
        for sensor in house.sensors:
            if sensor.connection == connection.id:
                check_names(sensor)
                where = f"house.yaml: sensor {sensor.id}"
                registers = {
                    name: read_register(text, f"{where}: mapping: {name}", numbering=numbering)
                    for name, text in sensor.mapping.items()
                }
                self._sensors.append((sensor, unit_of(sensor.address, where), registers))

    def addresses(self) -> tuple[str, ...]:
        """Return unit/register, each as `house.yaml` writes the register."""
        return tuple(f"{unit}/{sensor.mapping[name]}" for sensor, unit, names in self._sensors for name in names)

    def read(self, report: Unit, stamp: Instant) -> Iterator[Message]:
        """Yield what the sensors of that unit say."""
        for sensor, unit, registers in self._sensors:
            if unit == report.number:
                values = {name: report.values.get(register) for name, register in registers.items()}
                yield message_of(sensor, values, stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for sensor, _, _ in self._sensors:
            yield message_of(sensor, {}, stamp)


def open_sensors(connection: Connection, house: House) -> ModbusSensors:
    """Return what reads the sensors of a connection of type modbus."""
    return ModbusSensors(connection, house)
