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
        self.point = kind("garage", socket, response_timeout=10)
        self.point.route_map = create_route_map(self)

    async def call(self, payload: Any) -> Any:
        return await self.point.call(payload)


class Garage16(Garage):
    """A charge point of OCPP 1.6 with a car plugged in."""

    rate_unit = "Current"
    accepts = "Accepted"

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
        return result16.TriggerMessage(status="Accepted")

    @hears("SetChargingProfile")
    def profile(self, **said: Any) -> Any:
        self.asked.append(("profile", said["cs_charging_profiles"]))
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
        return result16.RemoteStopTransaction(status="Accepted")

    async def boots(self) -> None:
        booted = await self.call(call16.BootNotification(charge_point_model="Wallbox 7", charge_point_vendor="Maker"))
        assert booted.status == "Accepted"

    async def says(self, status: str) -> None:
        await self.call(call16.StatusNotification(connector_id=1, error_code="NoError", status=status))

    async def starts(self) -> None:
        started = await self.call(
            call16.StartTransaction(connector_id=1, id_tag="sumika", meter_start=0, timestamp=NOW)
        )
        self.transaction = started.transaction_id
        await self.says("Charging")

    async def meters(self, *samples: dict[str, str]) -> None:
        await self.call(
            call16.MeterValues(connector_id=1, meter_value=[{"timestamp": NOW, "sampledValue": list(samples)}])
        )


class Garage201(Garage):
    """A charge point of OCPP 2.0.1."""

    gives = "true"
    units = "W,A"

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
        return result201.SetChargingProfile(status="Accepted")

    @hears("RequestStopTransaction")
    def stop_asked(self, **said: Any) -> Any:
        self.asked.append(("stop", said))
        return result201.RequestStopTransaction(status="Accepted")

    async def boots(self) -> None:
        station = {"model": "Two ways", "vendor_name": "Maker"}
        booted = await self.call(call201.BootNotification(charging_station=station, reason="PowerUp"))
        assert booted.status == "Accepted"

    async def event(self, kind: str, state: str, *samples: dict[str, Any]) -> None:
        await self.call(
            call201.TransactionEvent(
                event_type=kind,
                timestamp=NOW,
                trigger_reason="ChargingStateChanged",
                seq_no=1,
                transaction_info={"transaction_id": "t-1", "charging_state": state},
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
