"""What was taken, given, made and paid, by the meter's counters; what devices drew, by what they say themselves.

A step of a counter belongs to the moment of its later sample. A counter that falls, or leaps further than a house can
draw, has begun anew: that one step counts nothing, and it is gone on with from there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.facts.figures import Figure, Row, Why
from sumika.facts.periods import Period
from sumika.facts.shelf import Array, Minutes, Shelf, reason_of, worst_origin
from sumika.facts.unheard import never_told
from sumika.schema import Origin
from sumika.schema.house import Sensor
from sumika.schema.house_meters import meters_of_devices
from sumika.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE

IMPORTED, EXPORTED, PRICE = "meter.imported_kwh", "meter.exported_kwh", "meter.price_per_kwh"
SOLAR, DRAWN = "meter.pv_w", "device_state.power_w"
PRICED = "priced"
"""Part of what was taken: that for which a price was known."""

LOOKS_BACK_S = float(SECONDS_PER_DAY)
"""So far back the last word of a counter before a period is looked for."""

MOST_KWH = 50.0
"""The most that one step of a counter can be, for every day that it was silent."""

HOLDS_S = 600.0
"""A power holds until the next sample, and so long at most."""

PRICE_HOLDS_S = 3600.0
SILENT_S = 900.0
"""A gap between two samples of a counter that is longer is not covered."""

_LEAST_KWH = 0.0005
_H = 3600.0


class Steps(NamedTuple):
    """Steps of a counter; arrays (step,)."""

    at_s: Array
    kwh: Array
    since_s: Array
    samples: int
    origin: Origin
    problems: tuple[str, ...]


def meter_of(shelf: Shelf, signal: str) -> str:
    """Return the meter that tells a signal of the house; empty where none ever did.

    Of several the first that the house names and that is no device's own: a wallbox tells what the car took.
    """
    named = _named(shelf, signal)
    of_devices = meters_of_devices(shelf.house)
    own = [one.id for one in named if one.id not in of_devices]
    return next(iter((*own, *(one.id for one in named), *sorted(shelf.keys_of(signal)))), "")


def _named(shelf: Shelf, signal: str) -> list[Sensor]:
    keys = shelf.keys_of(signal)
    return [one for one in shelf.house.sensors if one.id in keys]


def steps_of(shelf: Shelf, meter: str, signal: str, p: Period) -> Steps:
    """Return the steps of a counter in a period."""
    found = shelf.minutes(meter, signal, p.begin_unix_s - LOOKS_BACK_S, p.end_unix_s)
    if not len(found.at_s):
        return Steps(np.zeros(0), np.zeros(0), np.zeros(0), 0, found.origin, found.problems)
    level = found.high.copy()
    kwh = np.diff(level, prepend=level[0])
    gap_s = np.diff(found.at_s, prepend=found.at_s[0])
    # Where a minute went lower than the one before had come, the counter began anew somewhere in it.
    anew = np.flatnonzero(found.low[1:] < level[:-1] - _LEAST_KWH) + 1
    for row in (0, *anew):
        values = shelf.samples(meter, signal, found.at_s[row], found.at_s[row] + SECONDS_PER_MINUTE).value
        before = [] if row == 0 else [level[row - 1]]
        kwh[row] = _sum_of_steps(np.array([*before, *values]), gap_s[row])
        level[row] = values[-1] if len(values) else level[row]
        if row + 1 < len(level) and row + 1 not in anew:
            kwh[row + 1] = level[row + 1] - level[row]
    most = MOST_KWH * np.maximum(1.0, gap_s / SECONDS_PER_DAY)
    kwh = np.where((kwh < 0.0) | (kwh > most), 0.0, kwh)
    inside = found.at_s >= p.begin_unix_s
    samples = int(found.count[inside].sum())
    return Steps(found.at_s[inside], kwh[inside], gap_s[inside], samples, found.origin, found.problems)


def _sum_of_steps(values: Array, gap_s: float) -> float:
    steps = np.diff(values)
    most = MOST_KWH * max(1.0, gap_s / SECONDS_PER_DAY)
    return float(steps[(steps >= 0.0) & (steps <= most)].sum())


def counted(shelf: Shelf, name: str, signal: str, p: Period) -> Figure:
    """Return what a counter of the meter went on by, kWh."""
    meter = meter_of(shelf, signal)
    if not meter:
        return shelf.nothing(name, "kWh", never_told(shelf, signal))
    steps = steps_of(shelf, meter, signal, p)
    if not len(steps.at_s):
        return shelf.nothing(name, "kWh", reason_of(steps.problems))
    kwh = round(float(steps.kwh.sum()), 6)
    row = shelf.row(signal, meter, p.begin_unix_s, p.end_unix_s, value=kwh, unit="kWh", count=steps.samples)
    return Figure(name=name, value=kwh, unit="kWh", rows=(row,), coverage=_covered(steps, p), origin=steps.origin.value)


def _covered(steps: Steps, p: Period) -> float:
    told_s = float(np.where(steps.since_s <= SILENT_S, steps.since_s, 0.0).sum())
    return min(1.0, round(told_s / p.seconds, 4)) if p.seconds > 0.0 else 0.0


def cost(shelf: Shelf, p: Period) -> Figure:
    """Return what was paid for what was taken from the grid."""
    meter = meter_of(shelf, IMPORTED)
    if not meter:
        return shelf.nothing("cost", shelf.currency, never_told(shelf, IMPORTED))
    steps = steps_of(shelf, meter, IMPORTED, p)
    if not len(steps.at_s):
        return shelf.nothing("cost", shelf.currency, reason_of(steps.problems))
    prices = shelf.minutes(meter, PRICE, p.begin_unix_s - PRICE_HOLDS_S, p.end_unix_s)
    price, is_priced = _at(prices, steps.at_s)
    if not is_priced.any():
        return shelf.nothing("cost", shelf.currency, Why.NO_PRICE)
    kwh, paid = float(steps.kwh.sum()), round(float((steps.kwh * price)[is_priced].sum()), 6)
    priced = float(steps.kwh[is_priced].sum())
    mean = paid / priced if priced > 0.0 else float(price[is_priced].mean())
    rows = (
        # Energy times price gives what was paid: what was taken while no price was known is no part of either.
        shelf.row(
            IMPORTED,
            meter,
            p.begin_unix_s,
            p.end_unix_s,
            value=round(priced, 6),
            unit="kWh",
            part=PRICED if (steps.kwh[~is_priced] > 0.0).any() else "",
            count=steps.samples,
        ),
        _price_row(shelf, meter, p, prices, mean),
    )
    return Figure(
        name="cost",
        value=paid,
        unit=shelf.currency,
        rows=rows,
        coverage=round(_covered(steps, p) * (priced / kwh if kwh > 0.0 else 1.0), 4),
        origin=worst_origin((steps.origin, prices.origin)),
    )


def _at(prices: Minutes, at_s: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return (step,) prices, 0 where none is known, and where one is."""
    newest = np.searchsorted(prices.at_s, at_s, side="right") - 1
    known = newest >= 0
    known[known] = at_s[known] - prices.at_s[newest[known]] <= PRICE_HOLDS_S
    found = np.zeros(len(at_s))
    found[known] = prices.mean[newest[known]]
    return found, known


def _price_row(shelf: Shelf, meter: str, p: Period, prices: Minutes, mean: float) -> Row:
    inside = prices.within(p.begin_unix_s, p.end_unix_s)
    return shelf.row(
        PRICE, meter, p.begin_unix_s, p.end_unix_s, value=mean, unit=f"{shelf.currency}/kWh", count=inside.samples
    )


def price_now(shelf: Shelf) -> Figure:
    """Return the newest price."""
    unit = f"{shelf.currency}/kWh"
    meter = meter_of(shelf, PRICE)
    if not meter:
        return shelf.nothing("price", unit, never_told(shelf, PRICE))
    found = shelf.samples(meter, PRICE, shelf.now_s - PRICE_HOLDS_S, shelf.now_s + SECONDS_PER_MINUTE)
    if not len(found.at_s):
        return shelf.nothing("price", unit, Why.DAMAGED if found.problems else Why.STALE)
    price = float(found.value[-1])
    row = shelf.row(PRICE, meter, float(found.at_s[-1]), value=price, unit=unit)
    return Figure(name="price", value=price, unit=unit, rows=(row,), origin=found.origin.value)


def solar(shelf: Shelf, p: Period) -> Figure:
    """Return what the roof made, kWh: of several meters, as two inverters have them, the sum."""
    meters = [one.id for one in _named(shelf, SOLAR)] or [meter_of(shelf, SOLAR)]
    made = [_of_power(shelf, "solar_kwh", SOLAR, meter, p) for meter in meters]
    told = [one for one in made if one.value is not None]
    if len(told) < 2:
        return next(iter(told), made[0])
    return Figure(
        name="solar_kwh",
        value=round(sum(one.value or 0.0 for one in told), 6),
        unit="kWh",
        rows=tuple(row for one in told for row in one.rows),
        coverage=min(one.coverage or 0.0 for one in told),
        origin=worst_origin(tuple(Origin(one.origin) for one in told)),
    )


def drawn(shelf: Shelf, device: str, p: Period) -> Figure:
    """Return what a device drew, kWh."""
    return _of_power(shelf, "device_kwh", DRAWN, device if device in shelf.keys_of(DRAWN) else "", p)


def _of_power(shelf: Shelf, name: str, signal: str, key: str, p: Period) -> Figure:
    if not key:
        return shelf.nothing(name, "kWh", never_told(shelf, signal))
    found = shelf.minutes(key, signal, p.begin_unix_s - HOLDS_S, p.end_unix_s)
    power_w, held_s = held(found, found.mean, p)
    if not held_s.any():
        return shelf.nothing(name, "kWh", reason_of(found.problems))
    kwh = round(float((power_w * held_s).sum()) / _H / 1000.0, 6)
    inside = found.within(p.begin_unix_s, p.end_unix_s)
    row = shelf.row(signal, key, p.begin_unix_s, p.end_unix_s, value=kwh, unit="kWh", count=inside.samples)
    coverage = min(1.0, round(float(held_s.sum()) / p.seconds, 4))
    return Figure(name=name, value=kwh, unit="kWh", rows=(row,), coverage=coverage, origin=found.origin.value)


def held(found: Minutes, values: Array, p: Period) -> tuple[Array, Array]:
    """Return (minute,) values, and for how many seconds of a period each holds: until the next one, not too long."""
    begins = np.maximum(found.at_s, p.begin_unix_s)
    ends = np.minimum(np.append(found.at_s[1:], np.inf), np.minimum(found.at_s + HOLDS_S, p.end_unix_s))
    return values, np.maximum(0.0, ends - begins)
