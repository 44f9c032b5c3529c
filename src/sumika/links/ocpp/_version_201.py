"""A charge point that speaks OCPP 2.0.1 (edition 2)."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from sumika.links.ocpp._endpoint import Answers, Payload, PointRefusedError
from sumika.links.ocpp._point import ChargePoint, nothing
from sumika.links.ocpp.limits import Limit, profile_201

_EVSE = 1
_STARTS = itertools.count(1)
_UNITS = {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": "RateUnit"}}
_BOTH_WAYS = {"component": {"name": "V2XChargingCtrlr", "evse": {"id": _EVSE}}, "variable": {"name": "Enabled"}}
"""The controller that OCPP 2.1 brings for cars that give; points of 2.0.1 that can have it as well (typical)."""


class ChargePoint201(ChargePoint):
    """OCPP 2.0.1. Its first EVSE is driven, as the ones at home have one."""

    version = "2.0.1"
    profile_key = "chargingProfileId"

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
        await self.ask_running()
        await self.tried("TriggerMessage", {"requestedMessage": "MeterValues", "evse": {"id": _EVSE}})
        self.changed()

    async def ask_running(self) -> None:
        """Ask for its status, and for an event of the transaction that runs (part 2, F06)."""
        of_connector = {"requestedMessage": "StatusNotification", "evse": {"id": _EVSE, "connectorId": 1}}
        await self.tried("TriggerMessage", of_connector)
        told = await self.tried("TriggerMessage", {"requestedMessage": "TransactionEvent", "evse": {"id": _EVSE}})
        # It has none to tell of. Should it have one all the same, the limit of the whole station binds that.
        if told.get("status") == "Rejected" and self.capped and self.runs_unknown:
            self.ended()

    async def limit(self, limit: Limit, *, whole: bool = False) -> None:
        """Set the profile that is ours."""
        payload = {"evseId": 0 if whole else _EVSE, "chargingProfile": profile_201(limit, whole=whole)}
        await self.ask("SetChargingProfile", payload, "Accepted")

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
        if said["evseId"] == _EVSE:
            self.status = said["connectorStatus"]
            if self.status in ("Available", "Occupied"):
                self.plugged = self.status == "Occupied"
            self._judge_running()
            self.changed()
        return {}

    def _judge_running(self) -> None:
        known = self.transaction and not self.recalled
        if self.status == "Faulted":
            self.none_runs = False
        elif self.status != "Occupied" and not known:
            self.ended()
        elif self.status == "Available":
            self.forget_car()  # it is gone before the event that ends its transaction

    def _meter(self, said: Payload) -> Payload:
        if said["evseId"] in (0, _EVSE):
            self.metered(said["meterValue"])
        return {}

    def _event(self, said: Payload) -> Payload:
        info = said["transactionInfo"]
        if said.get("evse", {"id": _EVSE})["id"] != _EVSE:
            self.runs_elsewhere(info["transactionId"])
        elif not self.is_elsewhere(info["transactionId"]):  # later events need not name the EVSE
            self._take_event(info, said.get("meterValue", ()), ended=said["eventType"] == "Ended")
        return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in said else {}

    def _take_event(self, info: Payload, meter_values: Iterable[Mapping[str, Any]], *, ended: bool) -> None:
        if not ended:
            self.runs(info["transactionId"])
        elif self.transaction in ("", info["transactionId"]):
            self.ended()
        else:
            return  # a station that was away tells of all that ended meanwhile, which is not what runs now
        self.take_status(info.get("chargingState", self.status))
        if "chargingState" in info:
            self.plugged = info["chargingState"] != "Idle"
        self.metered(meter_values, ended=ended)
