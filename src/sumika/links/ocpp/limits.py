"""Charging profiles: so many watts from now on, in the words of either version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PROFILE_ID = 4711
"""Of the profile of a car that is ours; setting it again replaces it."""

CAP_ID = 4712
"""Of the profile of the whole point that is ours."""

_LONG_AGO = "2020-01-01T00:00:00Z"
"""Since when a limit of the whole point holds, as no transaction begins it: whatever time the point believes it is."""

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


def profile_16(limit: Limit, *, whole: bool = False) -> Mapping[str, Any]:
    """Return `csChargingProfiles` of OCPP 1.6 (edition 2, 7.8); `whole`: for all that the point gives (3.13.1)."""
    schedule = _schedule(limit, whole=whole)
    profile = _profile(limit, "ChargePointMaxProfile" if whole else "", schedule)
    if limit.transaction and not whole:
        profile["transactionId"] = int(limit.transaction)
    return {"chargingProfileId": CAP_ID if whole else PROFILE_ID, **profile}


def profile_201(limit: Limit, *, whole: bool = False) -> Mapping[str, Any]:
    """Return `chargingProfile` of OCPP 2.0.1 (part 2, 2.6); `whole`: for all that the station gives (K01.FR.38)."""
    number = CAP_ID if whole else PROFILE_ID
    schedule = {"id": number, **_schedule(limit, whole=whole)}
    profile = _profile(limit, "ChargingStationMaxProfile" if whole else "", [schedule])
    if limit.transaction and not whole:
        profile["transactionId"] = limit.transaction
    return {"id": number, **profile}


def _schedule(limit: Limit, *, whole: bool) -> dict[str, Any]:
    return {
        **({"startSchedule": _LONG_AGO} if whole else {}),
        "chargingRateUnit": limit.unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit.rate, "numberPhases": limit.phases}],
    }


def _profile(limit: Limit, of_all: str, schedule: Any) -> dict[str, Any]:
    return {
        "stackLevel": 0,
        "chargingProfilePurpose": of_all or ("TxProfile" if limit.transaction else "TxDefaultProfile"),
        "chargingProfileKind": "Absolute" if of_all else "Relative",
        "chargingSchedule": schedule,
    }
