"""What sensors of a Modbus connection say, out of registers of their units."""

from collections.abc import Iterator
from dataclasses import dataclass

from sumika.clock import Instant
from sumika.links.modbus import Register, Unit, read_register, unit_of
from sumika.schema import Message, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import Gathered, gathered_of


@dataclass(frozen=True, slots=True)
class _Sensed:
    gathered: Gathered
    unit: int
    registers: dict[str, Register]


class ModbusSensors:
    """The sensors of one connection."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out which registers are to be read.

        Raises:
            UsageError: if a mapping cannot be read.
        """
        numbering = str(connection.options.get("numbering", "table"))
        self._sensors = [_sensed(one, numbering) for one in house.sensors if one.connection == connection.id]

    def addresses(self) -> tuple[str, ...]:
        """Return unit/register, each as `house.yaml` writes the register."""
        return tuple(
            f"{one.unit}/{one.gathered.sensor.mapping[name]}" for one in self._sensors for name in one.registers
        )

    def read(self, report: Unit, stamp: Instant) -> Iterator[Message]:
        """Yield what the sensors of that unit say."""
        for one in self._sensors:
            if one.unit == report.number:
                values = {name: report.values.get(register) for name, register in one.registers.items()}
                yield from one.gathered.tell(values, stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for one in self._sensors:
            yield from one.gathered.forget(stamp)


def open_sensors(connection: Connection, house: House) -> ModbusSensors:
    """Return what reads the sensors of a connection of type modbus."""
    return ModbusSensors(connection, house)


def _sensed(sensor: Sensor, numbering: str) -> _Sensed:
    where = f"house.yaml: sensor {sensor.id}"
    registers = {
        name: read_register(text, f"{where}: mapping: {name}", numbering=numbering)
        for name, text in sensor.mapping.items()
        if name != "currency"
    }
    if not registers:
        raise UsageError(
            "names no register",
            where=f"{where}: mapping",
            remedy="Write a line for each value, for example `temperature_c: input:30001:int16:0.1`",
        )
    return _Sensed(gathered_of(sensor), unit_of(sensor.address, where), registers)
