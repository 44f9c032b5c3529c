"""What the student of occupancy reads of a room's air: how carbon dioxide, warmth and moisture stand and move.

No light, no clock: both tell an office's hours, not people. Carbon dioxide counts from the air outside (a sensor's
drift is taken off before); slopes over several lengths of time show somebody coming within minutes and leaving within
the quarter of an hour that air needs. An open door or window takes it all away (L. M. Candanedo, V. Feldheim, Energy
and Buildings 112 (2016) 28-39).
"""

import numpy as np
from numpy.typing import NDArray

from sumika.models.features._slots import Numbers, Places, Series

FEATURES = "occupancy/1"
CLASSES = ("empty", "occupied")

MINUTE_S = 60.0
SLOPES_MIN = (5, 10, 20, 40, 80)
LEVEL_MIN = 5
UNITS = {"co2": 100.0, "temperature": 1.0, "humidity_ratio": 1e-3}
"""ppm, kelvin and kg/kg that count as one."""
OUTDOORS_PPM = 420.0
FARTHEST = 10.0
LONGEST_GAP_MIN = 5
"""Nothing is told where nothing was read for longer."""


def columns() -> tuple[str, ...]:
    """Return the names of the columns of `occupancy_features`."""
    return tuple(
        name
        for what in UNITS
        for name in (
            *(("co2_above_outdoors",) if what == "co2" else ()),
            *(f"{what}_change_{minutes}min" for minutes in SLOPES_MIN),
            f"{what}_bend",
            f"{what}_unrest",
        )
    )


def occupancy_features(
    at_s: Numbers, co2_ppm: Numbers, temperature_c: Numbers, humidity_ratio: Numbers, moment_s: Numbers
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return (moment, column) and whether the air was measured lately (moment,).

    Args:
        at_s: When the room's air was measured, rising; the last hour and a half is enough.
        co2_ppm: Carbon dioxide; NaN where not measured.
        temperature_c: Of the air; likewise.
        humidity_ratio: kg water per kg dry air (`sumika.physics.psychrometrics`); likewise.
        moment_s: Moments that are asked for; nothing after a moment counts for it.
    """
    start_s = float(min(at_s.min(), moment_s.min()))
    now = np.floor((moment_s - start_s) / MINUTE_S).astype(np.int64) + 1
    count = int(now.max())
    found = []
    co2 = _minutes(at_s, co2_ppm, start_s, count)
    for what, values in (
        ("co2", co2),
        ("temperature", _minutes(at_s, temperature_c, start_s, count)),
        ("humidity_ratio", _minutes(at_s, humidity_ratio, start_s, count)),
    ):
        found += _of(Series(values / UNITS[what]), now, with_level=what == "co2")
    known = Series(co2).count(now - LONGEST_GAP_MIN, now) > 0
    return np.column_stack(found).astype(np.float32), known


def _minutes(at_s: Numbers, value: Numbers, start_s: float, count: int) -> Numbers:
    """Return the mean of each minute, NaN where there is none; gaps of some minutes are held."""
    minute = np.floor((at_s - start_s) / MINUTE_S).astype(np.int64)
    good = np.isfinite(value) & (minute < count)
    read = np.bincount(minute[good], minlength=count)
    total = np.bincount(minute[good], weights=value[good], minlength=count)
    mean = np.where(read > 0, total / np.maximum(read, 1), np.nan)
    last = np.maximum.accumulate(np.where(read > 0, np.arange(count), -1))
    held = (last >= 0) & (np.arange(count) - last < LONGEST_GAP_MIN)
    return np.where(held, mean[np.maximum(last, 0)], np.nan)


def _of(series: Series, now: Places, *, with_level: bool) -> list[Numbers]:
    level = series.mean(now - LEVEL_MIN, now)
    found = []
    if with_level:
        found.append(_near(level - OUTDOORS_PPM / UNITS["co2"]))
    changes = [level - series.mean(now - LEVEL_MIN - minutes, now - minutes, level) for minutes in SLOPES_MIN]
    found += [_near(change) for change in changes]
    # Whether it rises faster now than it did: somebody has come, or left.
    found.append(_near(2 * changes[1] - changes[2]))
    found.append(_near(series.deviation(now - 2 * LEVEL_MIN, now)))
    return found


def _near(value: Numbers) -> Numbers:
    return np.nan_to_num(np.clip(value, -FARTHEST, FARTHEST))
