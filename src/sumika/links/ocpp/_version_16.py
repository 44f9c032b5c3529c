"""A charge point that speaks OCPP 1.6 (edition 2)."""

from typing import Any

from sumika.links.ocpp._endpoint import Answers, Payload, PointRefusedError
from sumika.links.ocpp._point import ChargePoint, nothing
from sumika.links.ocpp.limits import Limit, profile_16

_PLUGGED = {
    "Available": False,
    "Preparing": True,
    "Charging": True,
    "SuspendedEV": True,
    "SuspendedEVSE": True,
    "Finishing": True,
}
_OVER = ("Available", "Finishing")
"""In these no transaction runs any more."""

_NOT_YET = ("Preparing", "Reserved", "Unavailable")
"""In these none runs either, but one may just have begun: its card was shown, its car comes."""

_UNIT_KEY = "ChargingScheduleAllowedChargingRateUnit"
_CONNECTOR = 1
_ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


class ChargePoint16(ChargePoint):
    """OCPP 1.6. It has one connector, as the ones at home do; others are not driven."""

    version = "1.6"
    profile_key = "id"
    _number = 0

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
        await self.ask_running()
        self.changed()

    async def ask_running(self) -> None:
        """Ask for its status, and for meter values: many a point names the transaction with these."""
        for message in ("StatusNotification", "MeterValues"):
            await self.tried("TriggerMessage", {"requestedMessage": message, "connectorId": _CONNECTOR})

    async def limit(self, limit: Limit, *, whole: bool = False) -> None:
        """Set the profile that is ours."""
        payload = {
            "connectorId": 0 if whole else _CONNECTOR,
            "csChargingProfiles": profile_16(limit, whole=whole),
        }
        await self.ask("SetChargingProfile", payload, "Accepted")

    async def start(self, tag: str) -> None:
        """Ask it to start a transaction."""
        await self.ask("RemoteStartTransaction", {"idTag": tag, "connectorId": _CONNECTOR}, "Accepted")

    async def stop(self) -> None:
        """Ask it to end the transaction."""
        if not self.transaction:
            raise PointRefusedError("no transaction runs")
        await self.ask("RemoteStopTransaction", {"transactionId": int(self.transaction)}, "Accepted")

    def _status(self, said: Payload) -> Payload:
        if said["connectorId"] == _CONNECTOR:
            self.take_status(said["status"])
            self.plugged = _PLUGGED.get(self.status, self.plugged)
            self._judge_running()
            self.changed()
        elif said["connectorId"] == 0 and said["status"] in ("Faulted", "Unavailable"):
            # The point as a whole. That it is available says nothing of the connector, where a car may be charging.
            self.status = said["status"]
            self.changed()
        return {}

    def _judge_running(self) -> None:
        known = self.transaction and not self.recalled
        if self.status in _OVER or (self.status in _NOT_YET and not known):
            self.ended()
        elif self.status not in _NOT_YET:
            self.none_runs = False

    def _meter(self, said: Payload) -> Payload:
        # Ours are positive; some points say 0 or -1 for none.
        number = said.get("transactionId", 0)
        if said["connectorId"] in (0, _CONNECTOR):
            if number > 0 and not self.is_elsewhere(str(number)):
                self.runs(str(number))
            self.metered(said["meterValue"])
        elif number > 0:
            self.runs_elsewhere(str(number))
        return {}

    def _started(self, said: Payload) -> Payload:
        # A number that no transaction has which began before we were started anew, nor another in the same second.
        self._number = max(self.clock.now().wall_ns // 10**9, self._number + 1)
        number = self._number % 2**31
        if said["connectorId"] in (0, _CONNECTOR):
            self.runs(str(number))
            self.changed()
        else:
            self.runs_elsewhere(str(number))
        answer: dict[str, Any] = {"transactionId": number, **_ACCEPTED}
        return answer

    def _stopped(self, said: Payload) -> Payload:
        # A point that was away tells of all that ended meanwhile, which is not always what runs now.
        number = str(said["transactionId"])
        if self.transaction in ("", number) and not self.is_elsewhere(number):
            self.ended()
            self.metered(said.get("transactionData", ()), ended=True)
        return {}
