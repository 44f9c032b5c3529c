"""The table of limits: for every kind of device and every setting, what may reach it at all.

A row holds for everybody; where it says "unattended" it holds for what no person asked for: plan, policy and rules.
`house.yaml` narrows a row (`devices.<id>.limits`, and the plate of batteries and cars), never widens it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sumika.safety._kinds import KIND_LIMITS, KindLimits, Limit, Running
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device

NEVER_UNATTENDED = frozenset(
    {"lock", "stove", "cooktop", "cooker", "hob", "oven", "grill", "burner", "gas", "fireplace", "garage", "gate"}
)
"""A kind with one of these words in its name is never operated by plan, policy or rules."""

_FIRES = frozenset({"stove", "cooktop", "cooker", "hob", "burner", "gas", "fireplace", "kerosene"})

_NAMED_BY_ID = frozenset({"appliance"})
"""Kinds that can stand for anything with a switch: there the words count in the device's own name too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLimits:
    """What may reach one device.

    Attributes:
        kind: As in `house.yaml`.
        room: That it serves.
        settings: By name.
        running: What counts as running, and how long it must run and rest; None: it may be switched at will.
        unattended: Whether plan, policy and rules may operate it.
        real: Whether it is reached by a connection, and not part of the simulated house.
        fail_safe: What it is set to when nobody controls it.
    """

    kind: str
    room: str
    settings: Mapping[str, Limit]
    running: Running | None
    unattended: bool
    real: bool
    fail_safe: Mapping[str, float]


def limits_of(device: Device) -> DeviceLimits:
    """Return the limits of a device of `house.yaml`."""
    known = KIND_LIMITS.get(device.kind)
    if known is None:
        rows = {name: _of_own(*bounds) for name, bounds in device.limits.items() if bounds[0] <= bounds[1]}
        known = KindLimits(settings=rows)
        unattended = False
    else:
        unattended = not is_never_unattended(device)
    settings = {
        name: _narrowed(_plated(row, name, device), device.limits.get(name)) for name, row in known.settings.items()
    }
    return DeviceLimits(
        kind=device.kind,
        room=device.room,
        settings=MappingProxyType(settings),
        running=known.running,
        unattended=unattended,
        real=bool(device.connection),
        fail_safe=MappingProxyType(_fail_safe(device, settings)),
    )


def is_never_unattended(device: Device) -> bool:
    """Return whether a device is a door lock, a stove or the like."""
    words = set(device.kind.lower().split("_"))
    if device.kind in _NAMED_BY_ID:
        words |= set(device.id.lower().replace("-", "_").split("_"))
    return not NEVER_UNATTENDED.isdisjoint(words)


def is_fire(kind: str) -> bool:
    """Return whether a kind of one's own burns something in the room."""
    return not _FIRES.isdisjoint(kind.lower().split("_"))


def fail_safe_of(device: Device) -> dict[str, float]:
    """Return what a device is set to when nobody controls it, by setting; within its limits."""
    return dict(limits_of(device).fail_safe)


def _fail_safe(device: Device, settings: Mapping[str, Limit]) -> dict[str, float]:
    kind = DEVICE_KINDS.get(device.kind)
    declared = {**(kind.fail_safe if kind is not None else {}), **device.fail_safe}
    return {
        name: float(min(settings[name].high, max(settings[name].low, value)))
        for name, value in declared.items()
        if name in settings and math.isfinite(value)
    }


def _narrowed(row: Limit, bounds: tuple[float, float] | None) -> Limit:
    """Narrow a row; bounds that leave nothing of it, or are no numbers, leave only its nearest edge."""
    if bounds is None:
        return row
    low = row.low if math.isnan(bounds[0]) else min(row.high, max(row.low, float(bounds[0])))
    high = row.high if math.isnan(bounds[1]) else max(low, min(row.high, float(bounds[1])))
    return replace(row, low=low, high=high)


def _of_own(low: float, high: float) -> Limit:
    """Return the row of a kind of one's own: its range is what `house.yaml` says, and nothing beyond is known of it."""
    low, high = float(low), float(high)
    return Limit(low=low, high=high, widest_low=low, widest_high=high)


def _plated(row: Limit, name: str, device: Device) -> Limit:
    """Keep power within what the plate says; who cannot give takes only."""
    kind = DEVICE_KINDS.get(device.kind)
    if name != "power_w" or kind is None:
        return row
    plate = {**kind.ratings, **device.ratings}
    power_w = abs(plate.get("power_w", row.high))
    gives_w = power_w if plate.get("both_ways", 1.0) >= 0.5 else 0.0
    return _narrowed(row, (-gives_w, power_w))
