"""What the meter of a charge point says: the electricity that goes into a car."""

from collections.abc import Iterator

from sumika.clock import Instant
from sumika.links.ocpp import ChargePoint
from sumika.schema import Message
from sumika.schema.house import Connection, House
from sumika.sensors.air.gather import gathered_of


class OcppSensors:
    """The sensors of one connection: each names a charge point."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out which points are to be heard.

        Raises:
            UsageError: if a mapping names what a sensor of that kind does not have.
        """
        self._sensors = [gathered_of(one) for one in house.sensors if one.connection == connection.id]
        self._read: dict[str, tuple[ChargePoint, int]] = {}

    def addresses(self) -> tuple[str, ...]:
        """Return the names of points."""
        return tuple(dict.fromkeys(one.sensor.address for one in self._sensors))

    def read(self, report: ChargePoint, stamp: Instant) -> Iterator[Message]:
        """Yield what the meter of a point says, when it says it, and what is not known any more."""
        said = {"power_w": report.power_w}
        said |= {name: report.values.get(name) for name in ("imported_kwh", "exported_kwh")}
        spoke = (report, report.metered_times)
        # A point that tells of its plug does not say again what its meter said an hour ago.
        is_news = spoke != self._read.get(report.name)
        self._read[report.name] = spoke
        for one in self._sensors:
            if one.sensor.address == report.name:
                told = {
                    name: value for name, value in said.items() if (name in one.known if value is None else is_news)
                }
                yield from one.tell(told, stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for one in self._sensors:
            yield from one.forget(stamp)


def open_sensors(connection: Connection, house: House) -> OcppSensors:
    """Return what reads the sensors of a connection of type ocpp."""
    return OcppSensors(connection, house)
