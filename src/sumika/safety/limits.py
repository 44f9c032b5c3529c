"""The table of limits: for every kind of device and every setting, what may reach it at all.

A row holds for everybody; where it says "unattended" it holds for what no person asked for: plan, policy and rules.
`house.yaml` narrows a row (`devices.<id>.limits`, and the plate of batteries and cars), never widens it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sumika.safety._kinds import KIND_LIMITS, Limit, Running
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device, House
from sumika.schema.living import FurnitureKind

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
        closed: Settings of which `house.yaml` leaves nothing: nobody sets them.
        running: What counts as running, and how long it must run and rest; None: it may be switched at will.
        unattended: Whether plan, policy and rules may operate it.
        real: Whether it is reached by a connection, and not part of the simulated house.
        fail_safe: What it is set to when nobody controls it.
        is_hood: Whether it is the hood over a stove, and the cook's.
    """

    kind: str
    room: str
    settings: Mapping[str, Limit]
    closed: tuple[str, ...]
    running: Running | None
    unattended: bool
    real: bool
    fail_safe: Mapping[str, float]
    is_hood: bool = False


def hoods_of(house: House) -> frozenset[str]:
    """Return the fans over stoves of a house, by id.

    They are the cook's: no plan and no rule drives them, and the house is not ventilated by them. Where it is,
    `house.yaml` says so (`limits: {level: [1, 2]}`).
    """
    kitchens = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.KITCHEN}
    return frozenset(one.id for one in house.devices if one.kind == "exhaust_fan" and one.room in kitchens)


def limits_of(device: Device, *, is_hood: bool = False) -> DeviceLimits:
    """Return the limits of a device of `house.yaml`.

    Args:
        device: As described.
        is_hood: Whether it is one of `hoods_of`; one that its owner never lets stand still ventilates the house.
    """
    known = KIND_LIMITS.get(device.kind)
    if known is None:
        rows, running = dict.fromkeys(device.limits, _OF_OWN), None
    else:
        rows, running = {name: _plated(row, name, device) for name, row in known.settings.items()}, known.running
    narrowed = {name: _narrowed(row, *device.limits.get(name, (row.low, row.high))) for name, row in rows.items()}
    settings = {name: limit for name, limit in narrowed.items() if limit is not None}
    is_hood = is_hood and not ("level" in settings and settings["level"].low >= 1.0)
    return DeviceLimits(
        kind=device.kind,
        room=device.room,
        settings=MappingProxyType(settings),
        closed=tuple(name for name, limit in narrowed.items() if limit is None),
        running=running,
        unattended=known is not None and not is_never_unattended(device),
        real=bool(device.connection),
        fail_safe=MappingProxyType(_fail_safe(device, settings, is_hood=is_hood)),
        is_hood=is_hood,
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


def fail_safe_of(device: Device, *, is_hood: bool = False) -> dict[str, float]:
    """Return what a device is set to when nobody controls it, by setting; within its limits."""
    return dict(limits_of(device, is_hood=is_hood).fail_safe)


def _fail_safe(device: Device, settings: Mapping[str, Limit], *, is_hood: bool) -> dict[str, float]:
    """Return what is declared, as far as it is within the limits; of states, what is out of them is not done at all.

    A hood is left as the cook has it, unless its owner says otherwise.
    """
    kind = DEVICE_KINDS.get(device.kind)
    declared = {**(kind.fail_safe if kind is not None and not is_hood else {}), **device.fail_safe}
    safe: dict[str, float] = {}
    for name, value in declared.items():
        limit = settings.get(name)
        if limit is None or math.isnan(value):
            continue
        clipped = min(limit.high, max(limit.low, float(value)))
        if not limit.choices or clipped == value:
            safe[name] = clipped
    return safe


def _narrowed(row: Limit, low: float, high: float) -> Limit | None:
    """Narrow a row; None where that leaves nothing: what contradicts itself is not operated at all."""
    if math.isnan(low) or math.isnan(high):
        return None
    low, high = max(row.low, float(low)), min(row.high, float(high))
    if low > high:
        return None
    if row.choices:
        low, high = float(math.ceil(low)), float(math.floor(high))
    return replace(row, low=low, high=high) if low <= high else None


_OF_OWN = Limit()
"""The row of a kind of one's own: its range is what `house.yaml` says."""


def _plated(row: Limit, name: str, device: Device) -> Limit:
    """Keep power within what the plate says; who cannot give takes only."""
    if name != "power_w":
        return row
    plate = {**DEVICE_KINDS[device.kind].ratings, **device.ratings}
    power_w = abs(plate["power_w"])
    gives_w = 0.0 if plate.get("both_ways", math.inf) < 0.5 else power_w
    return _narrowed(row, -gives_w, power_w) or row
