"""Charging profiles: so many watts from now on, in the words of either version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PROFILE_ID = 4711
"""Of the one profile that is ours; setting it again replaces it."""

RateUnit = Literal["W", "A"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a car may take.

    Attributes:
        power_w: So much; negative: is to give so much.
        unit: What the point counts in.
        voltage_v: Between a phase and neutral; only for amperes.
        phases: How many; only for amperes.
        transaction: The transaction that it is for; empty: whatever begins.
    """

    power_w: float
    unit: RateUnit
    voltage_v: float
    phases: int
    transaction: str = ""

    @property
    def rate(self) -> float:
        """The limit in the point's unit, with one decimal as the standard has it, never above what was asked."""
        rate = self.power_w if self.unit == "W" else self.power_w / (self.voltage_v * self.phases)
        return int(rate * 10.0) / 10.0


def profile_16(limit: Limit) -> Mapping[str, Any]:
    """Return `csChargingProfiles` of OCPP 1.6 (edition 2, 7.8)."""
    profile: dict[str, Any] = {
        "chargingProfileId": PROFILE_ID,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile" if limit.transaction else "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": limit.unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit.rate, "numberPhases": limit.phases}],
        },
    }
    if limit.transaction:
        profile["transactionId"] = int(limit.transaction)
    return profile


def profile_201(limit: Limit) -> Mapping[str, Any]:
    """Return `chargingProfile` of OCPP 2.0.1 (part 2, 2.6)."""
    profile: dict[str, Any] = {
        "id": PROFILE_ID,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile" if limit.transaction else "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {
                "id": PROFILE_ID,
                "chargingRateUnit": limit.unit,
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit.rate, "numberPhases": limit.phases}],
            }
        ],
    }
    if limit.transaction:
        profile["transactionId"] = limit.transaction
    return profile
