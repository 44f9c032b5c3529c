"""A charge point that speaks OCPP 1.6 (edition 2)."""

from typing import Any

from sumika.links.ocpp._endpoint import Answers, Payload, PointRefusedError
from sumika.links.ocpp._point import ChargePoint, nothing
from sumika.links.ocpp.limits import PROFILE_ID, Limit, profile_16

_PLUGGED = {
    "Available": False,
    "Preparing": True,
    "Charging": True,
    "SuspendedEV": True,
    "SuspendedEVSE": True,
    "Finishing": True,
}
_UNIT_KEY = "ChargingScheduleAllowedChargingRateUnit"
_CONNECTOR = 1
_ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


class ChargePoint16(ChargePoint):
    """OCPP 1.6. It has one connector, as the ones at home do; others are not driven."""

    version = "1.6"

    def answers(self) -> Answers:
        """Return what answers its questions."""
        return {
            "BootNotification": lambda said: self.booted(said["chargePointVendor"], said["chargePointModel"]),
            "Heartbeat": self.heartbeat,
            "StatusNotification": self._status,
            "MeterValues": self._meter,
            "Authorize": lambda said: _ACCEPTED,
            "StartTransaction": self._started,
            "StopTransaction": self._stopped,
            "DataTransfer": lambda said: {"status": "UnknownVendorId"},
            "FirmwareStatusNotification": nothing,
            "DiagnosticsStatusNotification": nothing,
        }

    async def greet(self) -> None:
        """Ask in what it counts limits, and how it is."""
        told = await self.tried("GetConfiguration", {"key": [_UNIT_KEY]})
        for key in told.get("configurationKey", ()):
            if key.get("key") == _UNIT_KEY and "Power" not in str(key.get("value", "")):
                self.unit = "A"
        await self.tried("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": _CONNECTOR})
        await self.tried("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": _CONNECTOR})
        self.changed()

    async def limit(self, limit: Limit) -> None:
        """Set the profile that is ours."""
        payload = {"connectorId": _CONNECTOR, "csChargingProfiles": profile_16(limit)}
        await self.ask("SetChargingProfile", payload, "Accepted")

    async def unlimit(self) -> None:
        """Clear the profile that is ours; that there is none is as good."""
        await self.ask("ClearChargingProfile", {"id": PROFILE_ID}, "Accepted", "Unknown")

    async def start(self, tag: str) -> None:
        """Ask it to start a transaction."""
        await self.ask("RemoteStartTransaction", {"idTag": tag, "connectorId": _CONNECTOR}, "Accepted")

    async def stop(self) -> None:
        """Ask it to end the transaction."""
        if not self.transaction:
            raise PointRefusedError("no transaction runs")
        await self.ask("RemoteStopTransaction", {"transactionId": int(self.transaction)}, "Accepted")

    def _status(self, said: Payload) -> Payload:
        if said["connectorId"] in (0, _CONNECTOR):
            self.status = said["status"]
            self.plugged = _PLUGGED.get(self.status, self.plugged)
            self.changed()
        return {}

    def _meter(self, said: Payload) -> Payload:
        if said["connectorId"] in (0, _CONNECTOR):
            self.transaction = str(said.get("transactionId", self.transaction))
            self.metered(said["meterValue"])
        return {}

    def _started(self, said: Payload) -> Payload:
        # A number that no transaction has which began before we were started anew.
        self.transaction = str(self.clock.now().wall_ns // 10**9 % 2**31)
        self.changed()
        answer: dict[str, Any] = {"transactionId": int(self.transaction), **_ACCEPTED}
        return answer

    def _stopped(self, said: Payload) -> Payload:
        self.transaction = ""
        self.metered(said.get("transactionData", ()))
        return {}
