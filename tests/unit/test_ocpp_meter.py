"""The meter of a charge point: what it said is not said again by a word about something else."""

from types import SimpleNamespace
from typing import Any, cast

from sumika.clock import Instant, SimulatedClock
from sumika.links.ocpp import ChargePoint
from sumika.links.ocpp._endpoint import Endpoint
from sumika.links.ocpp._version_16 import ChargePoint16
from sumika.links.ocpp._version_201 import ChargePoint201
from sumika.schema import MeterSample
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.ocpp.reader import OcppSensors

NO_WIRE = cast("Endpoint", None)
COUNT = {"value": "1000", "measurand": "Energy.Active.Import.Register"}


class Metered:
    """A sensor at a charge point, and what it told."""

    def __init__(self, kind: type[ChargePoint16 | ChargePoint201]) -> None:
        sensor = Sensor(id="meter", room="garage", kind="meter", connection="cars", address="G")
        house = cast("House", SimpleNamespace(sensors=(sensor,)))
        self._sensors = OcppSensors(Connection(id="cars", type="ocpp", address="x"), house)
        self.told: list[tuple[float | None, float | None]] = []
        self.answers = kind("G", NO_WIRE, self._changed, SimulatedClock()).answers()

    def _changed(self, point: ChargePoint) -> None:
        for message in self._sensors.read(point, Instant(0, 0, "b")):
            assert isinstance(message, MeterSample)
            self.told.append((message.power_w, message.imported_kwh))

    def meters(self, *sampled: dict[str, Any]) -> None:
        self.answers["MeterValues"]({"connectorId": 1, "evseId": 1, "meterValue": [{"sampledValue": list(sampled)}]})


def power(watts: int) -> dict[str, Any]:
    return {"value": str(watts), "measurand": "Power.Active.Import", "unit": "W"}


def test_a_car_that_is_full_takes_no_more_what_it_took() -> None:
    car = Metered(ChargePoint16)
    car.answers["StatusNotification"]({"connectorId": 1, "status": "Charging"})
    car.meters(power(7200), COUNT)
    car.answers["StatusNotification"]({"connectorId": 1, "status": "SuspendedEV"})
    assert car.told == [(7200.0, 1.0), (None, 1.0)]
    car.meters(power(3))
    for _ in range(3):
        car.answers["StatusNotification"]({"connectorId": 1, "status": "SuspendedEV"})
    assert car.told[2:] == [(3.0, 1.0)]


def test_a_word_about_something_else_is_no_reading() -> None:
    car = Metered(ChargePoint16)
    car.meters(power(7200))
    for _ in range(3):
        car.answers["StatusNotification"]({"connectorId": 1, "status": "Charging"})
    assert car.told == [(7200.0, None)]
    car.meters(power(7200))
    assert len(car.told) == 2


def test_at_a_station_of_2_0_1_a_pause_ends_the_power_too() -> None:
    car = Metered(ChargePoint201)
    event = {"eventType": "Updated", "transactionInfo": {"transactionId": "t", "chargingState": "Charging"}}
    car.answers["TransactionEvent"](event)
    car.meters(power(7200))
    paused = {"transactionId": "t", "chargingState": "SuspendedEV"}
    car.answers["TransactionEvent"]({**event, "transactionInfo": paused})
    assert car.told == [(7200.0, None), (None, None)]
    measured = [{"sampledValue": [power(5)]}]
    car.answers["TransactionEvent"]({**event, "transactionInfo": paused, "meterValue": measured})
    assert car.told[2:] == [(5.0, None)]
