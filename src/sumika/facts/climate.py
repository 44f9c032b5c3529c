"""What the air of the rooms and the weather outside were like."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sumika.facts.figures import Figure, Why
from sumika.facts.people import COUNT, PEOPLE_HOLD_S, PRESENCE, SOMEBODY
from sumika.facts.periods import Period
from sumika.facts.shelf import Array, Minutes, Shelf, on_grid, reason_of, worst_origin
from sumika.facts.unheard import never_told
from sumika.schema import TOPICS
from sumika.units import SECONDS_PER_MINUTE

NOW_S = 900.0
HOLDS_S: Mapping[str, float] = MappingProxyType({"air": 900.0, "weather": 3600.0})
"""So long the newest sample of a topic says what is."""

STATISTICS = ("now", "mean", "highest", "lowest")


def of_room(shelf: Shelf, room: str, quantity: str, p: Period, statistic: str) -> Figure:
    """Return a quantity of a room's air, of its first sensor that tells it."""
    told = shelf.keys_of(f"air.{quantity}")
    keys = [one.id for one in shelf.house.sensors if one.room == room and one.id in told]
    return _figure(shelf, "air", quantity, keys, p, statistic, room)


def of_outside(shelf: Shelf, quantity: str, p: Period, statistic: str) -> Figure:
    """Return a quantity of the weather, of the first source that tells it."""
    return _figure(shelf, "weather", quantity, sorted(shelf.keys_of(f"weather.{quantity}")), p, statistic)


def _figure(
    shelf: Shelf, topic: str, quantity: str, keys: list[str], p: Period, statistic: str, room: str = ""
) -> Figure:
    if statistic not in STATISTICS:
        raise ValueError(f"no statistic {statistic!r}")
    signal = f"{topic}.{quantity}"
    name = f"{'climate' if topic == 'air' else 'outside'}.{quantity}.{statistic}"
    unit = next((one.unit for one in TOPICS[topic].keep if one.field == quantity), "")
    if not keys:
        return shelf.nothing(name, unit, never_told(shelf, signal, room))
    reason = ""
    for key in keys:
        figure = (
            _now(shelf, name, unit, (key, signal), p)
            if statistic == "now"
            else _statistic(shelf, name, unit, (key, signal), p)
        )
        if figure.value is not None:
            return figure
        reason = reason or figure.reason
    return shelf.nothing(name, unit, reason)


def _now(shelf: Shelf, name: str, unit: str, place: tuple[str, str], p: Period) -> Figure:
    key, signal = place
    found = shelf.samples(key, signal, p.end_unix_s - NOW_S, p.end_unix_s + SECONDS_PER_MINUTE)
    if not len(found.at_s):
        return shelf.nothing(name, unit, Why.DAMAGED if found.problems else Why.STALE)
    value = round(float(found.value[-1]), 6)
    row = shelf.row(signal, key, float(found.at_s[-1]), value=value, unit=unit)
    return Figure(name=name, value=value, unit=unit, rows=(row,), origin=found.origin.value)


def _statistic(shelf: Shelf, name: str, unit: str, place: tuple[str, str], p: Period) -> Figure:
    key, signal = place
    found = shelf.minutes(key, signal, p.begin_unix_s, p.end_unix_s)
    if not len(found.at_s):
        return shelf.nothing(name, unit, reason_of(found.problems))
    if name.endswith(".mean"):
        value = float((found.mean * found.count).sum() / found.samples)
        begin_s, end_s, count = p.begin_unix_s, p.end_unix_s, found.samples
    else:
        is_highest = name.endswith(".highest")
        row = int(np.argmax(found.high) if is_highest else np.argmin(found.low))
        value = float((found.high if is_highest else found.low)[row])
        begin_s = float(found.at_s[row])
        end_s, count = begin_s + SECONDS_PER_MINUTE, int(found.count[row])
    value = round(value, 6)
    return Figure(
        name=name,
        value=value,
        unit=unit,
        rows=(shelf.row(signal, key, begin_s, end_s, value=value, unit=unit, count=count),),
        coverage=_coverage(found, p, HOLDS_S[signal.partition(".")[0]]),
        origin=found.origin.value,
    )


def _coverage(found: Minutes, p: Period, hold_s: float) -> float:
    """Return the share of a period in which the newest sample was not too old."""
    ends = np.minimum(np.append(found.at_s[1:], p.end_unix_s), found.at_s + hold_s)
    return min(1.0, round(float((ends - found.at_s).sum()) / p.seconds, 4)) if p.seconds > 0.0 else 0.0


def comfort_share(shelf: Shelf, room: str, p: Period, low_c: float, high_c: float) -> Figure:
    """Return the share of time in which a room was neither cooler nor warmer than that."""
    told = shelf.keys_of("air.temperature_c")
    key = next((one.id for one in shelf.house.sensors if one.room == room and one.id in told), "")
    if not key:
        return shelf.nothing("comfort_share.all", "1", never_told(shelf, "air.temperature_c", room))
    signal = "air.temperature_c"
    air = shelf.minutes(key, signal, p.begin_unix_s - HOLDS_S["air"], p.end_unix_s)
    air_c = on_grid(air, air.mean, p, HOLDS_S["air"])
    is_there, people, source = _occupied(shelf, room, p)
    name = "comfort_share.all" if source == "" else "comfort_share.occupied"
    known = np.isfinite(air_c) & is_there
    if not known.any():
        return shelf.nothing(name, "1", reason_of(air.problems) if is_there.any() else Why.NOBODY)
    share = round(float(((air_c >= low_c) & (air_c <= high_c))[known].mean()), 6)
    text = f"{low_c:g}..{high_c:g} °C"
    begin_s, end_s = p.begin_unix_s, p.end_unix_s
    rows = [shelf.row(signal, key, begin_s, end_s, value=share, unit="1", text=text, count=int(known.sum()))]
    if people is not None:
        hours = round(float(is_there.sum()) / 60.0, 3)
        rows.append(shelf.row(source, room, begin_s, end_s, value=hours, unit="h", count=people.samples))
    coverage = round(float(known.sum()) / max(1, int(is_there.sum())), 4)
    origin = worst_origin((air.origin, *([people.origin] if people is not None else [])))
    return Figure(name=name, value=share, unit="1", rows=tuple(rows), coverage=coverage, origin=origin)


def _occupied(shelf: Shelf, room: str, p: Period) -> tuple[NDArray[np.bool_], Minutes | None, str]:
    """Return (minute,) when somebody was there, and what told it; always, where nothing did."""
    for signal, least in ((COUNT, SOMEBODY), (PRESENCE, SOMEBODY)):
        if room in shelf.keys_of(signal):
            found = shelf.minutes(room, signal, p.begin_unix_s - PEOPLE_HOLD_S, p.end_unix_s)
            there: Array = on_grid(found, found.mean, p, PEOPLE_HOLD_S)
            if np.isfinite(there).any():
                return np.nan_to_num(there) >= least, found, signal
    return np.ones(int(-(-p.seconds // SECONDS_PER_MINUTE)), bool), None, ""
