"""What sensors of an ECHONET Lite connection say, out of properties of their objects."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import structs

from sumika.clock import Instant
from sumika.links.echonet_lite import EchonetAddress, Eoj, Notice
from sumika.links.echonet_lite.numbers import energy_kwh, signed
from sumika.links.echonet_lite.sensed import AIR, METERS, PEOPLE
from sumika.schema import AirSample, Message, MeterSample, Origin, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.presence import presence_of

_WATTS = signed(4)


class EchonetSensors:
    """The sensors of one connection; a meter's counts and their unit may come in different reports."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out what is to be asked.

        Raises:
            UsageError: if an address cannot be read, or the object measures nothing that is ours.
        """
        self._sensors: list[tuple[EchonetAddress, Sensor]] = []
        self._known: dict[str, dict[int, bytes]] = defaultdict(dict)
        for sensor in house.sensors:
            if sensor.connection == connection.id:
                where = f"house.yaml: sensor {sensor.id}"
                address = EchonetAddress.parse(sensor.address, where)
                if not _properties(address.eoj):
                    raise UsageError(
                        f"an object of class 0x{address.eoj.class_code:04x} measures nothing that is known here",
                        where=where,
                        remedy="Name another object; `sumika devices scan` says what each measures",
                    )
                self._sensors.append((address, sensor))

    def addresses(self) -> tuple[str, ...]:
        """Return host/object/properties, each once."""
        return tuple(
            f"{address}/{','.join(f'{epc:02x}' for epc in sorted(_properties(address.eoj)))}"
            for address in dict.fromkeys(address for address, _ in self._sensors)
        )

    def read(self, report: Notice, stamp: Instant) -> Iterator[Message]:
        """Yield what the sensors at that object say; without values, that they say nothing."""
        for address, sensor in self._sensors:
            if address == (report.host, report.eoj):
                known = self._known[sensor.id]
                if report.values:
                    known.update(report.values)
                else:
                    known.clear()
                yield from _said(sensor, report, known, stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for address, _ in self._sensors:
            yield from self.read(Notice(address.host, address.eoj, {}), stamp)


def open_sensors(connection: Connection, house: House) -> EchonetSensors:
    """Return what reads the sensors of a connection of type echonet_lite."""
    return EchonetSensors(connection, house)


def _properties(eoj: Eoj) -> frozenset[int]:
    code = eoj.class_code
    people = (PEOPLE[code][0],) if code in PEOPLE else ()
    return frozenset([epc for epc, _ in AIR.get(code, {}).values()]) | {*METERS.get(code, {}).values(), *people}


def _said(sensor: Sensor, report: Notice, known: Mapping[int, bytes], stamp: Instant) -> Iterator[Message]:
    code = report.eoj.class_code
    if code in AIR:
        fields = {name: reading(known.get(epc, b"")) for name, (epc, reading) in AIR[code].items()}
        yield structs.replace(AirSample(stamp=stamp, origin=Origin.LIVE, sensor=sensor.id, room=sensor.room), **fields)
    if code in METERS:
        yield _metered(sensor, METERS[code], known, stamp)
    if code in PEOPLE:
        epc, reading = PEOPLE[code]
        yield presence_of(sensor, reading(known.get(epc, b"")), stamp)


def _metered(sensor: Sensor, properties: Mapping[str, int], known: Mapping[int, bytes], stamp: Instant) -> MeterSample:
    told = {name: known.get(epc, b"") for name, epc in properties.items()}
    unit, coefficient = told["unit"], told.get("coefficient", b"")
    return MeterSample(
        stamp=stamp,
        origin=Origin.LIVE,
        meter=sensor.id,
        power_w=_WATTS(told["power_w"]),
        imported_kwh=energy_kwh(told["imported_kwh"], unit, coefficient),
        exported_kwh=energy_kwh(told["exported_kwh"], unit, coefficient),
    )
