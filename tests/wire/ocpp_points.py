"""Charge points made with the package ocpp, as those of 1.6 and 2.0.1 are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ocpp.routing import create_route_map, on
from ocpp.v16 import ChargePoint as Point16
from ocpp.v16 import call as call16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as Point201
from ocpp.v201 import call as call201
from ocpp.v201 import call_result as result201
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

NOW = "2026-11-28T12:00:00Z"


Handler = Callable[..., Any]


def hears(action: str) -> Callable[[Handler], Handler]:
    """Mark what answers an action; the package publishes no types."""
    marked: Callable[[Handler], Handler] = on(action)
    return marked


class Garage:
    """What charge points of both versions have in common: the package's own does the talking."""

    def __init__(self, kind: Callable[..., Any], socket: ClientConnection) -> None:
        self.socket = socket
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.connectors: list[int] = []
        self.triggered: list[str] = []
        self.point = kind("garage", socket, response_timeout=10)
        self.point.route_map = create_route_map(self)

    async def call(self, payload: Any) -> Any:
        return await self.point.call(payload)


class Garage16(Garage):
    """A charge point of OCPP 1.6 with a car plugged in."""

    rate_unit = "Current"
    accepts = "Accepted"
    stops = "Accepted"

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(Point16, socket)
        self.transaction = 0

    @hears("GetConfiguration")
    def configuration(self, **said: Any) -> Any:
        key = said["key"][0]
        return result16.GetConfiguration(
            configuration_key=[{"key": key, "readonly": True, "value": self.rate_unit}], unknown_key=[]
        )

    @hears("TriggerMessage")
    def trigger(self, **said: Any) -> Any:
        self.triggered.append(said["requested_message"])
        return result16.TriggerMessage(status="Accepted")

    @hears("SetChargingProfile")
    def profile(self, **said: Any) -> Any:
        self.asked.append(("profile", said["cs_charging_profiles"]))
        self.connectors.append(said["connector_id"])
        return result16.SetChargingProfile(status=self.accepts)

    @hears("ClearChargingProfile")
    def cleared(self, **said: Any) -> Any:
        self.asked.append(("clear", said))
        return result16.ClearChargingProfile(status="Unknown")

    @hears("RemoteStartTransaction")
    def start_asked(self, **said: Any) -> Any:
        self.asked.append(("start", said))
        return result16.RemoteStartTransaction(status="Accepted")

    @hears("RemoteStopTransaction")
    def stop_asked(self, **said: Any) -> Any:
        self.asked.append(("stop", said))
        return result16.RemoteStopTransaction(status=self.stops)

    async def boots(self) -> None:
        booted = await self.call(call16.BootNotification(charge_point_model="Wallbox 7", charge_point_vendor="Maker"))
        assert booted.status == "Accepted"

    async def says(self, status: str, connector: int = 1) -> None:
        await self.call(call16.StatusNotification(connector_id=connector, error_code="NoError", status=status))

    async def starts(self) -> None:
        started = await self.call(
            call16.StartTransaction(connector_id=1, id_tag="sumika", meter_start=0, timestamp=NOW)
        )
        self.transaction = started.transaction_id
        await self.says("Charging")

    async def ends(self, transaction: int, *samples: dict[str, str]) -> None:
        data = [{"timestamp": NOW, "sampledValue": list(samples)}] if samples else None
        await self.call(
            call16.StopTransaction(meter_stop=10000, timestamp=NOW, transaction_id=transaction, transaction_data=data)
        )

    async def meters(self, *samples: dict[str, str], transaction: int | None = None) -> None:
        values = [{"timestamp": NOW, "sampledValue": list(samples)}]
        await self.call(call16.MeterValues(connector_id=1, meter_value=values, transaction_id=transaction))


class Garage201(Garage):
    """A charge point of OCPP 2.0.1."""

    gives = "true"
    units = "W,A"
    stops = "Accepted"
    event_when_asked = "NotImplemented"

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(Point201, socket)

    @hears("GetVariables")
    def variables(self, **said: Any) -> Any:
        values = {"SmartChargingCtrlr": self.units, "V2XChargingCtrlr": self.gives}
        results = [
            {
                "attribute_status": "Accepted" if values[one["component"]["name"]] else "UnknownComponent",
                "component": one["component"],
                "variable": one["variable"],
                **({"attribute_value": value} if (value := values[one["component"]["name"]]) else {}),
            }
            for one in said["get_variable_data"]
        ]
        return result201.GetVariables(get_variable_result=results)

    @hears("SetChargingProfile")
    def profile(self, **said: Any) -> Any:
        self.asked.append(("profile", said["charging_profile"]))
        self.connectors.append(said["evse_id"])
        return result201.SetChargingProfile(status="Accepted")

    @hears("RequestStopTransaction")
    def stop_asked(self, **said: Any) -> Any:
        self.asked.append(("stop", said))
        return result201.RequestStopTransaction(status=self.stops)

    @hears("ClearChargingProfile")
    def cleared(self, **said: Any) -> Any:
        self.asked.append(("clear", said))
        return result201.ClearChargingProfile(status="Accepted")

    @hears("TriggerMessage")
    def trigger(self, **said: Any) -> Any:
        self.triggered.append(said["requested_message"])
        asked_for_event = said["requested_message"] == "TransactionEvent"
        return result201.TriggerMessage(status=self.event_when_asked if asked_for_event else "Accepted")

    async def boots(self) -> None:
        station = {"model": "Two ways", "vendor_name": "Maker"}
        booted = await self.call(call201.BootNotification(charging_station=station, reason="PowerUp"))
        assert booted.status == "Accepted"

    async def says(self, status: str) -> None:
        await self.call(call201.StatusNotification(timestamp=NOW, connector_status=status, evse_id=1, connector_id=1))

    async def event(self, kind: str, state: str, *samples: dict[str, Any], transaction: str = "t-1") -> None:
        await self.call(
            call201.TransactionEvent(
                event_type=kind,
                timestamp=NOW,
                trigger_reason="ChargingStateChanged",
                seq_no=1,
                transaction_info={"transaction_id": transaction, "charging_state": state},
                evse={"id": 1, "connector_id": 1},
                meter_value=[{"timestamp": NOW, "sampled_value": list(samples)}] if samples else None,
            )
        )


class Amperes201(Garage201):
    """One that counts in amperes, and knows nothing of cars that give."""

    gives = ""
    units = "A"


@asynccontextmanager
async def garage(port: int, kind: type[Any], protocol: str) -> AsyncIterator[Any]:
    async with connect(f"ws://127.0.0.1:{port}/ocpp/garage", subprotocols=[Subprotocol(protocol)]) as socket:
        point = kind(socket)
        serving = asyncio.create_task(point.point.start())
        try:
            await point.boots()
            yield point
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
