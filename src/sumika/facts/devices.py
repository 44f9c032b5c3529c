"""What devices were told and why, what is wrong with them, and what is due."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from sumika.facts.energy import DRAWN, HOLDS_S, held
from sumika.facts.faults import LOOKS_AHEAD_S, LOOKS_BACK_S, event_row, faults, overlaps
from sumika.facts.figures import Figure
from sumika.facts.periods import Period
from sumika.facts.shelf import Shelf, reason_of
from sumika.facts.told import Due, Fault, Judged, Order, Wish
from sumika.facts.unheard import never_told
from sumika.schema import ComfortWish, Command, Event, Verdict
from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import Device
from sumika.units import SECONDS_PER_DAY, ns_to_seconds

FILTER_CHANGED = "filter_changed"
"""Code of the event that says that a device has a new filter: its hours are counted from then on."""

_AT_REST_W = 1.0
_WISHES_BACK_S = 366.0 * SECONDS_PER_DAY

DUE_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "does_not_obey": "disobeys",
        "no_effect": "disobeys",
        "unreachable": "unreachable",
        "less_air": "clogged",
        "less_heat": "clogged",
        "stuck_reading": "sensor",
        "impossible_reading": "sensor",
        "wrong_unit": "sensor",
        "jumping_reading": "sensor",
        "drifting_reading": "sensor",
        "swapped_sensors": "sensor",
    }
)
"""Which events want somebody to look after a thing, and as what."""


def orders(shelf: Shelf, device: str, p: Period, limit: int) -> tuple[Order, ...]:
    """Return what was asked of a device, newest first."""
    found = shelf.records(Command, p, device)
    return tuple(_order(shelf, one) for one in reversed(found[-limit:]))


def _order(shelf: Shelf, one: Command) -> Order:
    at_s = ns_to_seconds(one.stamp.wall_ns)
    value = one.value if math.isfinite(one.value) else None
    return Order(
        at_unix_s=at_s,
        device=one.device,
        action=one.action,
        value=one.value,
        asked_by=one.asked_by,
        why=one.why,
        why_ja=one.why_ja,
        origin=one.origin.value,
        rows=(shelf.row("command", one.device, at_s, value=value, text=one.why, part=one.action),),
    )


def verdicts(shelf: Shelf, device: str, p: Period, limit: int) -> tuple[Judged, ...]:
    """Return what the safety gate said, newest first."""
    found = shelf.records(Verdict, p, device)
    return tuple(_judged(shelf, one) for one in reversed(found[-limit:]))


def _judged(shelf: Shelf, one: Verdict) -> Judged:
    at_s = ns_to_seconds(one.stamp.wall_ns)
    text = f"{one.ruling.value}: {one.rule.value}"
    return Judged(
        at_unix_s=at_s,
        device=one.device,
        action=one.action,
        asked=one.asked,
        written=one.written,
        asked_by=one.asked_by,
        ruling=one.ruling.value,
        rule=one.rule.value,
        why=one.why,
        origin=one.origin.value,
        rows=(shelf.row("verdict", one.device, at_s, value=one.written, text=text, part=one.action),),
    )


def running(shelf: Shelf, device: str, p: Period) -> Figure:
    """Return how long a device drew more than it does at rest, hours."""
    name = "running_h"
    if device not in shelf.keys_of(DRAWN):
        return shelf.nothing(name, "h", never_told(shelf, DRAWN))
    found = shelf.minutes(device, DRAWN, p.begin_unix_s - HOLDS_S, p.end_unix_s)
    power_w, held_s = held(found, found.mean, p)
    if not held_s.any():
        return shelf.nothing(name, "h", reason_of(found.problems))
    hours = round(float(held_s[power_w > at_rest_w(shelf, device)].sum()) / 3600.0, 6)
    count = found.within(p.begin_unix_s, p.end_unix_s).samples
    row = shelf.row(DRAWN, device, p.begin_unix_s, p.end_unix_s, value=hours, unit="h", count=count)
    coverage = min(1.0, round(float(held_s.sum()) / p.seconds, 4))
    return Figure(name=name, value=hours, unit="h", rows=(row,), coverage=coverage, origin=found.origin.value)


def at_rest_w(shelf: Shelf, device: str) -> float:
    """Return the most that a device draws while it does nothing: twice its standby, and a watt at least."""
    described = next((one for one in shelf.house.devices if one.id == device), None)
    return max(_AT_REST_W, 2.0 * rating(described, "standby_w"))


def rating(device: Device | None, name: str) -> float:
    """Return what a device's plate says, or its kind's; 0 where neither does."""
    if device is None:
        return 0.0
    usual = DEVICE_KINDS[device.kind].ratings if device.kind in DEVICE_KINDS else {}
    return float(device.ratings.get(name, usual.get(name, 0.0)))


def wishes(shelf: Shelf, room: str, p: Period) -> tuple[Wish, ...]:
    """Return which wishes held in a period."""
    around = Period(begin_unix_s=p.begin_unix_s - _WISHES_BACK_S, end_unix_s=p.end_unix_s + LOOKS_AHEAD_S)
    by_room: dict[str, list[ComfortWish]] = {}
    for one in shelf.records(ComfortWish, around, room):
        by_room.setdefault(one.room, []).append(one)
    told = [
        _wish(shelf, one, said[place + 1] if place + 1 < len(said) else None)
        for said in by_room.values()
        for place, one in enumerate(said)
        if one.offset_k != 0.0 or one.temperature_c is not None
    ]
    holding = [one for one in told if overlaps(one.begin_unix_s, one.end_unix_s, p)]
    return tuple(sorted(holding, key=lambda one: (one.begin_unix_s, one.room)))


def _wish(shelf: Shelf, one: ComfortWish, after: ComfortWish | None) -> Wish:
    at_s = ns_to_seconds(one.stamp.wall_ns)
    ends = [at_s + one.left_s] if one.left_s is not None else []
    ends += [ns_to_seconds(after.stamp.wall_ns)] if after is not None else []
    value, unit = (one.offset_k, "K") if one.temperature_c is None else (one.temperature_c, "°C")
    return Wish(
        room=one.room,
        begin_unix_s=at_s,
        end_unix_s=min(ends, default=None),
        offset_k=one.offset_k,
        temperature_c=one.temperature_c,
        resident=one.resident,
        origin=one.origin.value,
        rows=(shelf.row("comfort_wish", one.room, at_s, value=value, unit=unit, text=one.resident),),
    )


def due(shelf: Shelf, now_s: float) -> tuple[Due, ...]:
    """Return what wants looking after at a moment."""
    moment = Period(begin_unix_s=now_s - 1.0, end_unix_s=now_s)
    open_now = (one for one in faults(shelf, moment, 0.0) if one.end_unix_s is None)
    wanted = [_due(shelf, one) for one in open_now if one.code in DUE_BY_CODE]
    filters = [one for device in shelf.house.devices if (one := _filter(shelf, device, now_s)) is not None]
    return tuple(sorted((*filters, *wanted), key=lambda one: (one.since_unix_s, one.subject, one.kind)))


def _due(shelf: Shelf, fault: Fault) -> Due:
    return Due(
        kind=DUE_BY_CODE[fault.code],
        subject=fault.subject,
        room=_room_of(shelf, fault.subject),
        code=fault.code,
        since_unix_s=fault.begin_unix_s,
        detail=fault.detail,
        rows=fault.rows,
        origin=fault.origin,
    )


def _room_of(shelf: Shelf, subject: str) -> str:
    house = shelf.house
    rooms = {one.id: one.id for one in house.rooms}
    rooms |= {one.id: one.room for one in house.radars} | {one.id: one.room for one in house.sensors}
    return (rooms | {one.id: one.room for one in house.devices}).get(subject, "")


def _filter(shelf: Shelf, device: Device, now_s: float) -> Due | None:
    limit_h = rating(device, "filter_h")
    if limit_h <= 0.0:
        return None
    back = Period(begin_unix_s=now_s - LOOKS_BACK_S, end_unix_s=now_s)
    changed = [one for one in shelf.records(Event, back) if (one.subject, one.code) == (device.id, FILTER_CHANGED)]
    since_s = ns_to_seconds(changed[-1].stamp.wall_ns) if changed else _first_s(shelf, device.id, back)
    if since_s is None:
        return None
    hours = running(shelf, device.id, Period(begin_unix_s=since_s, end_unix_s=now_s))
    if hours.value is None or hours.value < limit_h:
        return None
    return Due(
        kind="filter",
        subject=device.id,
        room=device.room,
        since_unix_s=since_s,
        hours=hours,
        limit_h=limit_h,
        rows=(*hours.rows, *(event_row(shelf, one) for one in changed[-1:])),
        origin=hours.origin,
    )


def _first_s(shelf: Shelf, device: str, back: Period) -> float | None:
    found = shelf.minutes(device, DRAWN, back.begin_unix_s, back.end_unix_s)
    return float(np.min(found.at_s)) if len(found.at_s) else None
