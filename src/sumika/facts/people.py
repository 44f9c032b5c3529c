"""Who was where, and what went on: happenings by the air, visits by how many are at home."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from sumika.facts.figures import Figure, Why
from sumika.facts.periods import Period
from sumika.facts.shelf import Array, Minutes, Shelf, on_grid, reason_of, runs_of, worst_origin
from sumika.facts.told import Happening, Stay
from sumika.units import SECONDS_PER_MINUTE

COUNT, PRESENCE = "occupancy_count.count", "presence.probability"
SOMEBODY = 0.5
"""Mean number of people, or probability, from which somebody was there in a minute."""

SIGNALS: Mapping[str, str] = MappingProxyType(
    {
        "cooking": "air_events.cooking_probability",
        "bath": "air_events.shower_probability",
        "smoke": "air_events.smoke_probability",
        "window": "air_events.window_probability",
    }
)
"""What of the air tells which happening."""

VISIT = "visit"
GOES_ON_AT, SURE_AT = 0.3, 0.5
"""A happening goes on while it is so probable, and is told if it once was so probable."""

HOLDS_S, PEOPLE_HOLD_S = 300.0, 900.0
"""So long what the air tells holds, and how many people there are."""

NOTICED_HOLDS_S = 3900.0
"""Where nothing goes on, it is told once an hour at least."""

JOINED_MIN = 10
"""What stops for so long goes on."""

LEAST_MIN: Mapping[str, int] = MappingProxyType({VISIT: 5})
LOOKS_S = 6 * 3600.0
"""So far around a period it is looked at what began in it, and what had begun before."""


def happenings(shelf: Shelf, kind: str, p: Period, room: str | None) -> tuple[Happening, ...]:
    """Return what began in a period.

    Raises:
        ValueError: if there is no such kind.
    """
    if kind == VISIT:
        found = _visits(shelf, p)
    elif kind in SIGNALS:
        rooms = [one for one in shelf.keys_of(SIGNALS[kind]) if room in (None, one)]
        found = [one for each in rooms for one in _of_air(shelf, kind, p, each)]
    else:
        raise ValueError(f"no kind of happening {kind!r}")
    inside = [one for one in found if p.holds(one.begin_unix_s)]
    return tuple(sorted(inside, key=lambda one: (one.begin_unix_s, one.room)))


def noticed(shelf: Shelf, kind: str, p: Period) -> Figure:
    """Return for which share (0..1) of a period something told whether a kind of happening goes on, in any room.

    Raises:
        ValueError: if there is no such kind.
    """
    if kind != VISIT and kind not in SIGNALS:
        raise ValueError(f"no kind of happening {kind!r}")
    signal, name = SIGNALS.get(kind, COUNT), f"noticed.{kind}"
    rooms = [room for room in shelf.keys_of(signal) if any(one.id == room for one in shelf.house.rooms)]
    if not rooms or p.seconds <= 0.0 or (kind == VISIT and not shelf.house.residents):
        return shelf.nothing(name, "1", Why.NO_SUCH)
    begin_s = p.begin_unix_s - NOTICED_HOLDS_S
    found = {room: shelf.minutes(room, signal, begin_s, p.end_unix_s) for room in rooms}
    told = np.stack([np.isfinite(on_grid(one, one.high, p, NOTICED_HOLDS_S)) for one in found.values()]).any(axis=0)
    if not told.any():
        return shelf.nothing(name, "1", reason_of(tuple(line for one in found.values() for line in one.problems)))
    share, samples = round(float(told.mean()), 4), sum(one.samples for one in found.values())
    row = shelf.row(signal, "house", p.begin_unix_s, p.end_unix_s, value=share, unit="1", part="told", count=samples)
    origin = worst_origin(tuple(one.origin for one in found.values() if len(one.at_s)))
    return Figure(name=name, value=share, unit="1", rows=(row,), origin=origin)


def _wider(p: Period) -> Period:
    return Period(begin_unix_s=p.begin_unix_s - LOOKS_S, end_unix_s=p.end_unix_s + LOOKS_S)


def _of_air(shelf: Shelf, kind: str, p: Period, room: str) -> list[Happening]:
    wide, signal = _wider(p), SIGNALS[kind]
    found = shelf.minutes(room, signal, wide.begin_unix_s, wide.end_unix_s)
    likely = on_grid(found, found.high, wide, HOLDS_S)
    told: list[Happening] = []
    for first, last in _joined(likely, GOES_ON_AT, kind):
        peak = round(float(np.nanmax(likely[first:last])), 4)
        if peak < SURE_AT:
            continue
        begin_s, end_s = _bounds(wide, first, last)
        count = found.within(begin_s, end_s).samples
        row = shelf.row(signal, room, begin_s, end_s, value=peak, unit="1", count=count)
        told.append(
            Happening(
                kind=kind,
                room=room,
                begin_unix_s=begin_s,
                end_unix_s=end_s,
                probability=peak,
                rows=(row,),
                origin=found.origin.value,
            )
        )
    return told


def _joined(values: Array, least: float, kind: str) -> list[tuple[int, int]]:
    """Return (first, one behind the last) minute of what goes on, short breaks aside."""
    joined: list[tuple[int, int]] = []
    for first, last in runs_of(np.nan_to_num(values) >= least):
        if joined and first - joined[-1][1] <= JOINED_MIN:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [(first, last) for first, last in joined if last - first >= LEAST_MIN.get(kind, 1)]


def _bounds(p: Period, first: int, last: int) -> tuple[float, float]:
    return p.begin_unix_s + first * SECONDS_PER_MINUTE, p.begin_unix_s + last * SECONDS_PER_MINUTE


def _visits(shelf: Shelf, p: Period) -> list[Happening]:
    if not shelf.house.residents:
        return []  # nobody is described, which does not mean that nobody lives here
    wide = _wider(p)
    rooms = {
        room: shelf.minutes(room, COUNT, wide.begin_unix_s, wide.end_unix_s)
        for room in sorted(shelf.keys_of(COUNT))
        if any(one.id == room for one in shelf.house.rooms)
    }
    at_home, live_here = _sum(rooms, wide), len(shelf.house.residents)
    origin = worst_origin(tuple(one.origin for one in rooms.values() if len(one.at_s)))
    told: list[Happening] = []
    for first, last in _joined(at_home, live_here + 1, VISIT):
        begin_s, end_s = _bounds(wide, first, last)
        inside = {room: found.within(begin_s, end_s) for room, found in rooms.items()}
        rows = tuple(
            shelf.row(COUNT, room, begin_s, end_s, value=float(one.high.max()), unit="1", count=one.samples)
            for room, one in inside.items()
            if len(one.at_s) and one.high.max() > 0
        )
        people = round(float(np.nanmax(at_home[first:last]))) - live_here
        told.append(
            Happening(
                kind=VISIT, room="", begin_unix_s=begin_s, end_unix_s=end_s, people=people, rows=rows, origin=origin
            )
        )
    return told


def _sum(rooms: Mapping[str, Minutes], p: Period) -> Array:
    """Return (minute,) how many are in all rooms that say it; NaN where none does."""
    each = [on_grid(found, np.round(found.mean), p, PEOPLE_HOLD_S) for found in rooms.values()]
    if not each:
        return np.zeros(0)
    stacked = np.stack(each)
    return np.where(np.isfinite(stacked).any(axis=0), np.nansum(stacked, axis=0), np.nan)


def presence(shelf: Shelf, room: str, p: Period) -> tuple[Stay, ...]:
    """Return when how many were in a room or at home."""
    rooms = [room] if room else sorted(set(shelf.keys_of(COUNT)) | set(shelf.keys_of(PRESENCE)))
    counted = {one: _read(shelf, one, COUNT, p) for one in rooms}
    people = _sum(counted, p)
    if np.isfinite(people).any():
        return _stays(shelf, COUNT, room, p, people, counted)
    seen = {one: _read(shelf, one, PRESENCE, p) for one in rooms}
    return _stays(shelf, PRESENCE, room, p, np.minimum(1.0, _sum(seen, p)), seen)


def _read(shelf: Shelf, room: str, signal: str, p: Period) -> Minutes:
    return shelf.minutes(room, signal, p.begin_unix_s - PEOPLE_HOLD_S, p.end_unix_s)


def _stays(
    shelf: Shelf, signal: str, room: str, p: Period, people: Array, read: Mapping[str, Minutes]
) -> tuple[Stay, ...]:
    if not len(people):
        return ()
    known = np.where(np.isfinite(people), people, -1.0)
    edges = [0, *(np.flatnonzero(np.diff(known)) + 1), len(known)]
    told: list[Stay] = []
    for first, last in pairwise(edges):
        if known[first] < 0.0:
            continue
        begin_s, end_s = _bounds(p, int(first), int(last))
        number = round(float(known[first]))
        rows = tuple(
            shelf.row(
                signal, one, begin_s, end_s, value=round(float(inside.high.max())), unit="1", count=inside.samples
            )
            for one, found in read.items()
            if len((inside := found.within(begin_s, end_s)).at_s) and (room or inside.high.max() > 0 or not number)
        )
        told.append(
            Stay(
                room=room,
                begin_unix_s=begin_s,
                end_unix_s=min(end_s, p.end_unix_s),
                people=None if signal == PRESENCE and number else number,
                rows=rows,
            )
        )
    return tuple(told)
