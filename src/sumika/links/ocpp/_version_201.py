"""A charge point that speaks OCPP 2.0.1 (edition 2)."""

import itertools
from collections.abc import Mapping
from typing import Any

from sumika.links.ocpp._endpoint import Answers, Payload, PointRefusedError
from sumika.links.ocpp._point import ChargePoint, nothing
from sumika.links.ocpp.limits import PROFILE_ID, Limit, profile_201

_EVSE = 1
_STARTS = itertools.count(1)
_UNITS = {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": "RateUnit"}}
_BOTH_WAYS = {"component": {"name": "V2XChargingCtrlr", "evse": {"id": _EVSE}}, "variable": {"name": "Enabled"}}
"""The controller that OCPP 2.1 brings for cars that give; points of 2.0.1 that can have it as well (typical)."""


class ChargePoint201(ChargePoint):
    """OCPP 2.0.1. Its first EVSE is driven, as the ones at home have one."""

    version = "2.0.1"

    def answers(self) -> Answers:
        """Return what answers its questions."""
        return {
            "BootNotification": self._boot,
            "Heartbeat": self.heartbeat,
            "StatusNotification": self._status,
            "MeterValues": self._meter,
            "Authorize": lambda said: {"idTokenInfo": {"status": "Accepted"}},
            "TransactionEvent": self._event,
            "DataTransfer": lambda said: {"status": "UnknownVendorId"},
            "NotifyReport": nothing,
            "NotifyEvent": nothing,
            "NotifyChargingLimit": nothing,
            "NotifyEVChargingNeeds": lambda said: {"status": "Accepted"},
            "SecurityEventNotification": nothing,
            "FirmwareStatusNotification": nothing,
            "LogStatusNotification": nothing,
            "ClearedChargingLimit": nothing,
            "ReportChargingProfiles": nothing,
        }

    async def greet(self) -> None:
        """Ask in what it counts limits, whether it can give, and how it is."""
        told = await self.tried("GetVariables", {"getVariableData": [_UNITS, _BOTH_WAYS]})
        for result in told.get("getVariableResult", ()):
            if result.get("attributeStatus") != "Accepted":
                continue
            value, name = str(result.get("attributeValue", "")), result["component"]["name"]
            if name == "SmartChargingCtrlr" and "W" not in value.split(","):
                self.unit = "A"
            elif name == "V2XChargingCtrlr":
                self.both_ways = value.casefold() == "true"
        evse = {"id": _EVSE}
        await self.tried(
            "TriggerMessage", {"requestedMessage": "StatusNotification", "evse": {"id": _EVSE, "connectorId": 1}}
        )
        await self.tried("TriggerMessage", {"requestedMessage": "MeterValues", "evse": evse})
        self.changed()

    async def limit(self, limit: Limit) -> None:
        """Set the profile that is ours."""
        payload = {"evseId": _EVSE, "chargingProfile": profile_201(limit)}
        await self.ask("SetChargingProfile", payload, "Accepted")

    async def unlimit(self) -> None:
        """Clear the profile that is ours; that there is none is as good."""
        await self.ask("ClearChargingProfile", {"chargingProfileId": PROFILE_ID}, "Accepted", "Unknown")

    async def start(self, tag: str) -> None:
        """Ask it to start a transaction."""
        payload = {"idToken": {"idToken": tag, "type": "Central"}, "remoteStartId": next(_STARTS), "evseId": _EVSE}
        await self.ask("RequestStartTransaction", payload, "Accepted")

    async def stop(self) -> None:
        """Ask it to end the transaction."""
        if not self.transaction:
            raise PointRefusedError("no transaction runs")
        await self.ask("RequestStopTransaction", {"transactionId": self.transaction}, "Accepted")

    def _boot(self, said: Payload) -> Payload:
        station: Mapping[str, Any] = said["chargingStation"]
        return self.booted(station["vendorName"], station["model"])

    def _status(self, said: Payload) -> Payload:
        if said["evseId"] in (0, _EVSE):
            self.status = said["connectorStatus"]
            if self.status in ("Available", "Occupied"):
                self.plugged = self.status == "Occupied"
            self.changed()
        return {}

    def _meter(self, said: Payload) -> Payload:
        if said["evseId"] in (0, _EVSE):
            self.metered(said["meterValue"])
        return {}

    def _event(self, said: Payload) -> Payload:
        if said.get("evse", {"id": _EVSE})["id"] == _EVSE:
            info = said["transactionInfo"]
            self.transaction = "" if said["eventType"] == "Ended" else info["transactionId"]
            self.status = info.get("chargingState", self.status)
            if "chargingState" in info:
                self.plugged = info["chargingState"] != "Idle"
            self.metered(said.get("meterValue", ()))
        return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in said else {}
