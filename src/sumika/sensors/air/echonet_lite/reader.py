"""What sensors of an ECHONET Lite connection say, out of properties of their objects."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sumika.clock import Instant
from sumika.links.echonet_lite import EchonetAddress, Eoj, Notice
from sumika.links.echonet_lite.numbers import energy_kwh, signed
from sumika.links.echonet_lite.sensed import AIR, METERS, PEOPLE
from sumika.schema import Message, UsageError
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import Gathered, gathered_of

_WATTS = signed(4)


@dataclass(frozen=True, slots=True)
class _Sensed:
    gathered: Gathered
    address: EchonetAddress
    known: dict[int, bytes] = field(default_factory=dict)  # a meter's counts and their unit may come apart

    def take(self, values: Mapping[int, bytes]) -> None:
        """Keep what was told, and forget what was refused; what a count is counted in does not change."""
        meter = METERS.get(self.address.eoj.class_code, {})
        lasting = {meter[name] for name in ("unit", "coefficient") if name in meter}
        self.known.update({epc: data for epc, data in values.items() if data or epc not in lasting})


class EchonetSensors:
    """The sensors of one connection."""

    def __init__(self, connection: Connection, house: House) -> None:
        """Find out what is to be asked.

        Raises:
            UsageError: if an address cannot be read, or the object measures nothing that is ours.
        """
        self._sensors = [_sensed(one) for one in house.sensors if one.connection == connection.id]

    def addresses(self) -> tuple[str, ...]:
        """Return host/object/properties, each once."""
        return tuple(
            f"{address}/{','.join(f'{epc:02x}' for epc in sorted(_properties(address.eoj)))}"
            for address in dict.fromkeys(one.address for one in self._sensors)
        )

    def read(self, report: Notice, stamp: Instant) -> Iterator[Message]:
        """Yield what the sensors at that object say; without values, that they say nothing.

        A property without bytes is one that was asked for and not told.
        """
        for one in self._sensors:
            if one.address == (report.host, report.eoj):
                if report.values:
                    one.take(report.values)
                    yield from one.gathered.tell(_said(report.eoj.class_code, one.known, report.values.keys()), stamp)
                else:
                    one.known.clear()
                    yield from one.gathered.forget(stamp)

    def lost(self, stamp: Instant) -> Iterator[Message]:
        """Yield that nothing is known."""
        for one in self._sensors:
            one.known.clear()
            yield from one.gathered.forget(stamp)


def open_sensors(connection: Connection, house: House) -> EchonetSensors:
    """Return what reads the sensors of a connection of type echonet_lite."""
    return EchonetSensors(connection, house)


def _sensed(sensor: Sensor) -> _Sensed:
    where = f"house.yaml: sensor {sensor.id}"
    address = EchonetAddress.parse(sensor.address, where)
    if not _properties(address.eoj):
        raise UsageError(
            f"an object of class 0x{address.eoj.class_code:04x} measures nothing that is known here",
            where=where,
            remedy="Name another object; `sumika devices scan` says what each measures",
        )
    return _Sensed(gathered_of(sensor), address)


def _properties(eoj: Eoj) -> frozenset[int]:
    code = eoj.class_code
    people = (PEOPLE[code][0],) if code in PEOPLE else ()
    return frozenset([epc for epc, _ in AIR.get(code, {}).values()]) | {*METERS.get(code, {}).values(), *people}


def _said(class_code: int, known: Mapping[int, bytes], news: Collection[int]) -> dict[str, float | None]:
    """Return the values that `news`, some of the known properties, say something of: what did not come is no newer."""
    air = AIR.get(class_code, {})
    found = {name: reading(known.get(epc, b"")) for name, (epc, reading) in air.items() if epc in news}
    if class_code in PEOPLE and PEOPLE[class_code][0] in news:
        epc, reading = PEOPLE[class_code]
        found["probability"] = reading(known.get(epc, b""))
    if class_code in METERS:
        epcs = METERS[class_code]
        told = {name: known.get(epc, b"") for name, epc in epcs.items()}
        if epcs["power_w"] in news:
            found["power_w"] = _WATTS(told["power_w"])
        for name in ("imported_kwh", "exported_kwh"):
            if epcs[name] in news or epcs["unit"] in news:
                found[name] = energy_kwh(told[name], told["unit"], told.get("coefficient", b""))
    return found
