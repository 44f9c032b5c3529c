"""A charge point with two connectors: ours is the first, and a guest at the second is none of ours."""

from typing import Any, cast

import pytest

from sumika.clock import SimulatedClock
from sumika.links.ocpp._endpoint import Endpoint
from sumika.links.ocpp._version_16 import ChargePoint16
from sumika.links.ocpp._version_201 import ChargePoint201

WHEN = "2026-11-28T12:00:00Z"
NO_WIRE = cast("Endpoint", None)


class Point16:
    """What a point of 1.6 says, and what is known of it."""

    def __init__(self) -> None:
        self.point = ChargePoint16("garage", NO_WIRE, lambda _point: None, SimulatedClock())
        self._answers = self.point.answers()

    def starts(self, connector: int) -> str:
        said = {"connectorId": connector, "idTag": "x", "meterStart": 0, "timestamp": WHEN}
        return str(self._answers["StartTransaction"](said)["transactionId"])

    def ends(self, transaction: str) -> None:
        said = {"transactionId": int(transaction), "meterStop": 1, "timestamp": WHEN}
        self._answers["StopTransaction"](said)

    def meters(self, connector: int, transaction: str) -> None:
        self._answers["MeterValues"]({"connectorId": connector, "transactionId": int(transaction), "meterValue": []})


def test_a_guest_at_the_second_connector_is_answered_and_is_not_our_car() -> None:
    garage = Point16()
    ours = garage.starts(1)
    guests = garage.starts(2)
    assert garage.point.transaction == ours != guests
    garage.meters(0, guests)
    assert garage.point.transaction == ours
    garage.ends(guests)
    assert garage.point.transaction == ours
    assert not garage.point.none_runs
    garage.ends(ours)
    assert garage.point.none_runs


def test_a_guest_who_leaves_says_nothing_of_a_car_that_may_be_charging() -> None:
    garage = Point16()
    garage.meters(2, "7")  # it began before we were started
    garage.ends("7")
    assert garage.point.runs_unknown


def event(kind: str, transaction: str, evse: int | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"eventType": kind, "transactionInfo": {"transactionId": transaction}}
    return said if evse is None else {**said, "evse": {"id": evse}}


@pytest.mark.parametrize("named", [2, None])
def test_a_guest_at_a_station_of_2_0_1_is_not_our_car_though_later_events_name_no_evse(named: int | None) -> None:
    point = ChargePoint201("garage", NO_WIRE, lambda _point: None, SimulatedClock())
    take = point.answers()["TransactionEvent"]
    take(event("Started", "ours", 1))
    take(event("Started", "guest's", 2))
    take(event("Updated", "guest's", named))
    assert point.transaction == "ours"
    take(event("Ended", "guest's", named))
    assert point.transaction == "ours"
    take(event("Ended", "ours"))
    assert point.none_runs
