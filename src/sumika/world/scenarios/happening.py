"""Makes what a scenario says happen, and lets it end."""

from collections.abc import Sequence
from typing import get_args

from sumika.schema import UsageError
from sumika.world.devices.air_sensors import Fault
from sumika.world.exchange import Acting
from sumika.world.scenarios.description import Bodily, Happening
from sumika.world.simulation import World

BODILY = frozenset(get_args(Bodily))
"""What befalls people; the rest befalls the house."""

_SMOKE_FROM_PAN_W = 300.0
_QUAKE_DBA_PER_SHINDO, _QUAKE_DBA = 8.0, 30.0
"""How loud a house rattles (typical: 70 dB at an intensity of 5)."""


def plan(world: World, happening: Happening, at_s: float) -> None:
    """Look whether something can happen, and tell residents what will befall them: it is part of their day.

    Raises:
        SumikaError: if there is no such resident, room, door, window, device or sensor, or it cannot be told that.
    """
    _known("room", happening.room, world.rooms)
    if happening.what not in BODILY:
        _examine(world, happening)
        return
    _known("resident", happening.who, world.residents)
    world.household.plan_event(
        happening.what,
        happening.who or (world.residents[0] if world.residents else ""),
        at_s,
        happening.room,
        minutes=happening.minutes,
        value=happening.value,
    )


def begin(world: World, happening: Happening) -> None:
    """Let something begin that befalls the house.

    Raises:
        UsageError: if a device refuses what it is told.
    """
    match happening.what:
        case "door":
            world.doors.hold(happening.id, happening.value)
        case "window":
            world.hold_window(happening.id, happening.value)
        case "command":
            refusal = world.command(happening.id, happening.setting, happening.value)
            _taken(happening, refusal)
        case "power_outage":
            world.devices.cut_power(world.at_s)
        case "sensor_fault":
            world.sensors.fail(happening.id, happening.fault, world.at_s, drift=happening.value)
        case "earthquake":
            world.extra[_name(happening)] = tuple(
                Acting(room=room, sound_dba=_QUAKE_DBA + _QUAKE_DBA_PER_SHINDO * happening.value)
                for room in world.rooms
            )
        case "smoke":
            world.extra[_name(happening)] = (
                Acting(
                    room=happening.room,
                    pm2_5_ug_s=happening.value,
                    voc_ug_s=2.0 * happening.value,
                    convective_w=_SMOKE_FROM_PAN_W,
                ),
            )


def end(world: World, happening: Happening, others: Sequence[Happening] = ()) -> None:
    """Let something end that befell the house; it goes on where another happening still wants the same.

    Args:
        world: The house's.
        happening: What ends.
        others: What has begun and not ended, in the order in which it began.
    """
    alike = [one for one in others if _about(one) == _about(happening)]
    if alike and happening.what != "command":  # an order is given once
        begin(world, alike[-1])
        return
    match happening.what:
        case "door":
            world.doors.hold(happening.id, -1.0)
        case "window":
            world.hold_window(happening.id, -1.0)
        case "power_outage":
            world.devices.restore_power(world.at_s)
        case "sensor_fault":
            world.sensors.mend(happening.id, happening.fault)
        case "earthquake" | "smoke":
            world.extra.pop(_name(happening), None)


def _about(happening: Happening) -> tuple[str, str, str, str]:
    """Return what of the house a happening changes."""
    own = _name(happening) if happening.what in ("earthquake", "smoke") else ""  # they add up
    return happening.what, happening.id, happening.fault, own


def _examine(world: World, happening: Happening) -> None:
    """Look whether something can befall the house."""
    match happening.what:
        case "door":
            _named("door", happening.id, world.doors.ids)
        case "window":
            _named("window that opens", happening.id, world.windows_that_open)
        case "command":
            _named("device", happening.id, world.devices.ids)
            _taken(happening, world.devices.device(happening.id).panel.check(happening.setting, happening.value))
        case "sensor_fault":
            _named("sensor", happening.id, tuple(world.sensors.rooms))
            if not happening.fault:
                raise UsageError(
                    f"it is not said what is wrong with {happening.id}",
                    where=f"happenings at {happening.at}",
                    remedy=f"Write fault: {', '.join(Fault)}",
                )
        case "smoke":
            _named("room", happening.room, world.rooms)


def _taken(happening: Happening, refusal: str) -> None:
    if refusal:
        raise UsageError(f"{happening.id} refuses: {refusal}", where=f"happenings at {happening.at}")


def _name(happening: Happening) -> str:
    return f"{happening.what} {happening.at} {happening.room}"


def _known(what: str, name: str, known: tuple[str, ...]) -> None:
    if name:
        _named(what, name, known)


def _named(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise UsageError(
            f"there is no {what} {name!r}", where="happenings", remedy=f"The house has {', '.join(known) or 'none'}"
        )
