"""Nights, as they were told in the mornings, and what has changed over weeks. Only where all concerned have agreed."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import numpy as np

from sumika.facts.figures import Figure, Row, Why
from sumika.facts.periods import NIGHT_FROM, NIGHT_TO, Period
from sumika.facts.shelf import Samples, Shelf, reason_of, worst_origin
from sumika.facts.told import Change, Night
from sumika.schema import Measure, Origin, Reason, Trend
from sumika.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE

NIGHT, DAY = "sleep_night", "day_measures"
ASLEEP = f"{NIGHT}.asleep_min"
LOOKS_BACK_S = 120.0 * SECONDS_PER_DAY
ASLEEP_WITHIN = 0.8
"""So many of those whom the network had not learnt from sleep as long as its interval says."""

_TOLD_WITHIN_S = 24 * 3600.0
"""A night is told so long after its end at most: a short one at noon, since somebody may lie down again."""

_MORNING = time(8)
"""Who lies down after it, and gets up before evening, takes a nap."""

_NIGHT_H = 3.0
"""Who was in bed for less, and gets up after noon, took a nap, where it was not seen when they lay down."""

_H = 1 / 60.0
_FIELDS: Mapping[str, tuple[str, str, float]] = MappingProxyType(
    {
        "to_bed": (f"{NIGHT}.began_unix_s", "unix_s", 1.0),
        "got_up": (f"{NIGHT}.ended_unix_s", "unix_s", 1.0),
        "in_bed_h": (f"{NIGHT}.in_bed_min", "h", _H),
        "asleep_h": (ASLEEP, "h", _H),
        "rem_h": (f"{NIGHT}.rem_min", "h", _H),
        "non_rem_h": (f"{NIGHT}.non_rem_min", "h", _H),
        "ups": (f"{NIGHT}.ups", "1", 1.0),
        "measured": (f"{NIGHT}.measured", "1", 1.0),
        "night_visits": (f"{DAY}.night_visits", "1", 1.0),
        "heart_bpm": (f"{DAY}.resting_heart_bpm", "1/min", 1.0),
        "breath_bpm": (f"{DAY}.resting_breath_bpm", "1/min", 1.0),
        "out_of_bed_h": (f"{DAY}.out_of_bed_h", "h", 1.0),
        "walking_m_s": (f"{DAY}.walking_speed_m_s", "m/s", 1.0),
    }
)
"""Of each figure of a night: the signal, the unit, and what the signal is multiplied by."""

_OLDER: Mapping[str, tuple[str, str, float]] = MappingProxyType({"asleep_h": (f"{DAY}.asleep_h", "h", 1.0)})
"""Where nights themselves were not kept yet."""

_NO_NUMBER = Samples(np.zeros(0), np.zeros(0), Origin.LIVE, ())


def withheld(shelf: Shelf, room: str) -> str:
    """Return why nothing of a body may be told of a room; empty where it may."""
    if not any(one.id == room for one in shelf.house.rooms):
        return Why.NO_SUCH
    return "" if shelf.house.agreed(room) else Why.NOT_AGREED


def bedroom_of(shelf: Shelf, resident: str) -> str:
    """Return the bedroom of a resident: one that is watched, if there is one."""
    life = next((one.life for one in shelf.house.residents if one.id == resident), None)
    if life is not None and life.bedroom:
        return life.bedroom
    theirs = [room.id for room in shelf.house.rooms if resident in room.residents]
    watched = [room for room in theirs if room in shelf.house.watched_bedrooms]
    return next(iter((*watched, *theirs)), "")


def nights(shelf: Shelf, room: str, p: Period) -> tuple[Night, ...]:
    """Return the nights that ended in a period."""
    if withheld(shelf, room):
        return ()
    after = Period(begin_unix_s=p.begin_unix_s, end_unix_s=p.end_unix_s + _TOLD_WITHIN_S)
    read = _read(shelf, room, after)
    stamps = sorted({float(at) for found in read.values() for at in found.at_s})
    told = (_night(shelf, room, at, read) for at in stamps)
    return tuple(one for one in told if one is not None and p.holds(_ended_s(one)))


def _ended_s(night: Night) -> float:
    # Where its end was not kept: when it was told.
    return night.got_up.value if night.got_up.value is not None else night.rows[0].begin_unix_s


def night(shelf: Shelf, room: str, evening: date) -> Night:
    """Return the night that began on an evening."""
    reason = withheld(shelf, room)
    p = Period.night(evening, shelf.zone)
    found = [] if reason else [one for one in nights(shelf, room, p) if one.evening == evening]
    if found:
        # The longest, where somebody lay down twice; of two as long as nobody knows, what was seen from its beginning.
        return max(found, key=lambda one: (_lasted_h(one.in_bed_h, one.asleep_h), one.to_bed.value is not None))
    reason = reason or _why_none(shelf, room, p)
    figures = {name: shelf.nothing(f"night.{name}", unit, reason) for name, (_, unit, _) in _FIELDS.items()}
    return Night(evening=evening, room=room, residents=_residents(shelf, room), rows=(), **figures)


def _why_none(shelf: Shelf, room: str, p: Period) -> str:
    after = Period(begin_unix_s=p.begin_unix_s, end_unix_s=p.end_unix_s + _TOLD_WITHIN_S)
    problems = tuple(line for found in _read(shelf, room, after).values() for line in found.problems)
    return reason_of(problems)


def _residents(shelf: Shelf, room: str) -> tuple[str, ...]:
    return next((one.residents for one in shelf.house.rooms if one.id == room), ())


def _read(shelf: Shelf, room: str, p: Period) -> dict[str, Samples]:
    signals = [signal for signal, _, _ in (*_FIELDS.values(), *_OLDER.values())]
    return {signal: shelf.samples(room, signal, p.begin_unix_s, p.end_unix_s) for signal in signals}


def _night(shelf: Shelf, room: str, at_s: float, read: Mapping[str, Samples]) -> Night | None:
    """Return what was told at a moment; None where it was a rest by day."""
    figures = {name: _figure(shelf, name, room, at_s, read) for name in _FIELDS}
    began_s, ended_s = figures["to_bed"].value, figures["got_up"].value
    evening = _evening(shelf, began_s, ended_s if ended_s is not None else at_s)
    # Who lay in bed when Sumika began has no beginning.
    is_long = began_s is not None or _lasted_h(figures["in_bed_h"], figures["asleep_h"]) >= _NIGHT_H
    if evening is None or (not is_long and ended_s is not None and _is_by_day(shelf, ended_s)):
        return None
    rows = _together([row for one in figures.values() for row in one.rows])
    return Night(evening=evening, room=room, residents=_residents(shelf, room), rows=rows, **figures)


def _lasted_h(in_bed_h: Figure, asleep_h: Figure) -> float:
    """Return for how many hours somebody lay there, or slept at least; 0: neither is known."""
    return in_bed_h.value or asleep_h.value or 0.0


def _is_by_day(shelf: Shelf, ended_s: float) -> bool:
    """Return whether somebody got up after the time at which nights end."""
    return datetime.fromtimestamp(ended_s, shelf.zone).time() >= NIGHT_TO


def _together(rows: list[Row]) -> tuple[Row, ...]:
    return tuple({row.id: row for row in rows}.values())


def _evening(shelf: Shelf, began_s: float | None, ended_s: float) -> date | None:
    """Return the evening on which a night began; None where it lies within a day."""
    ended = datetime.fromtimestamp(ended_s, shelf.zone)
    began = None if began_s is None else datetime.fromtimestamp(began_s, shelf.zone)
    if began is not None and began.date() == ended.date() and _MORNING <= began.time() < NIGHT_FROM:
        return None
    if began is not None and began.time() >= NIGHT_FROM:
        return began.date()
    return ended.date() - timedelta(days=1)


def _figure(shelf: Shelf, name: str, room: str, at_s: float, read: Mapping[str, Samples]) -> Figure:
    for fields in (_FIELDS, _OLDER):
        if name not in fields:
            continue
        signal, unit, times = fields[name]
        value = _at(read[signal], at_s)
        if value is None:
            continue
        row = shelf.row(signal, room, at_s, value=value, unit="min" if times == _H else unit)
        rows, low, high = [row], None, None
        if signal == ASLEEP:
            ends = [shelf.samples(room, f"{NIGHT}.asleep_{end}_min", at_s, at_s + 1.0) for end in ("low", "high")]
            low, high = (_scaled(_at(found, at_s), times) for found in ends)
        return Figure(
            name=f"night.{name}",
            value=_scaled(value, times),
            unit=unit,
            rows=tuple(rows),
            low=low,
            high=high,
            interval=ASLEEP_WITHIN,
            origin=read[signal].origin.value,
        )
    return shelf.nothing(f"night.{name}", _FIELDS[name][1], Why.NOT_MEASURED)


def _scaled(value: float | None, times: float) -> float | None:
    return None if value is None else round(value * times, 6)


def _at(found: Samples, at_s: float) -> float | None:
    row = int(np.searchsorted(found.at_s, at_s))
    is_there = row < len(found.at_s) and found.at_s[row] == at_s
    return round(float(found.value[row]), 6) if is_there else None


def changes(shelf: Shelf, room: str, p: Period) -> tuple[Change, ...]:
    """Return what has changed over the weeks before the end of a period."""
    # Imported where it is wanted: statistics take a second to load.
    from sumika.belief.well_being import trend

    reason = withheld(shelf, room)
    told: list[Change] = []
    for measure in Measure:
        signal = f"{DAY}.{measure.value}"
        found = _NO_NUMBER if reason else shelf.samples(room, signal, p.end_unix_s - LOOKS_BACK_S, p.end_unix_s)
        if reason:
            tried = Trend(measure=measure, valid=False, reason=Reason.NOT_AGREED)
        else:
            tried = trend(measure, found.at_s, found.value, min(p.end_unix_s, shelf.now_s))
        told.append(
            Change(
                room=room,
                trend=tried,
                reason="" if tried.valid else reason or _why_untold(tried, found),
                rows=_day_rows(shelf, room, signal, found),
                origin=worst_origin((found.origin,)),
            )
        )
    return tuple(told)


def _why_untold(tried: Trend, found: Samples) -> Why:
    if not len(found.at_s):
        return reason_of(found.problems)
    return Why.STALE if tried.reason is Reason.STALE else Why.FEW_DAYS


def _day_rows(shelf: Shelf, room: str, signal: str, found: Samples) -> tuple[Row, ...]:
    if not len(found.at_s):
        return ()
    begin_s, end_s = float(found.at_s[0]), float(found.at_s[-1]) + SECONDS_PER_MINUTE
    return (shelf.row(signal, room, begin_s, end_s, count=len(found.at_s)),)
