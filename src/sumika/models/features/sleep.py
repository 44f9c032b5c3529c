"""What sleep's students read of heart rates: a whole night's, with what came after each moment, or up to now alone.

Both count time in epochs of half a minute, as sleep is scored. The whole night is measured in its own median and
spread: people differ more from each other than sleep from waking does. Up to now, what has been seen of the person
tonight has to do. What lies behind the columns: in REM and awake the heart is quick and unsteady, in deep sleep slow
and steady; stages last for minutes and come round every hour and a half (J. Trinder et al., J. Sleep Res. 10 (2001)
253-264; O. Walch et al., SLEEP 42 (2019) zsz180).

How many rates were read shows in no column: nearly every watch tells all of them, and a network that has seen few with
gaps goes wild where there are some. A watch that saves its battery tells one rate in five minutes, which says how fast
the heart is all that time and nothing of how steady: over a whole night each reading counts for the time about it, and
where there are few the heart counts as steady as it usually was. Whoever asks looks first whether enough was read.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sumika.models.features._slots import SLOT_S, Numbers, Places, Series, bridged, slots_of

FEATURES = "sleep-night/2"
"""Name and version of what `night_features` gives."""
LIVE_FEATURES = "sleep-live/1"
"""Name and version of what `live_features` gives."""
CLASSES = ("wake", "NREM", "REM")
EPOCH_S = 30.0

FARTHEST = 4.0
"""Largest distance from the night's median that counts, in ranges between its quartiles: a sensor that slips says
anything, and what lies far outside says no more for lying farther."""
SIDE_S = 5400.0
"""So far to either side of an epoch do the longest windows reach."""
GAP_S = 600.0
"""Between readings that are no farther apart the heart is taken to go straight from the one to the other."""
STEADY_SIDE_S, STEADY_READ = 150.0, 0.4
"""How steady a heart is takes so large a share of the slots about an epoch, to so far on either side."""
LEVELS, UNRESTS = (-2.0, 2.0), (0.0, 1.5)
"""Bounds of the columns: what is farther out is one person's odd night, which no network should reckon with."""


def night_columns() -> tuple[str, ...]:
    """Return the names of the columns of `night_features`."""
    reading_s = np.arange(0.0, 120.0, SLOT_S)
    return tuple(_night(reading_s, 60.0 + reading_s % 7, np.arange(0.0, 120.0, EPOCH_S)))


def night_features(reading_s: Numbers, rate_bpm: Numbers, epoch_s: Numbers) -> NDArray[np.float32]:
    """Return (epoch, column) for a night that is over.

    Args:
        reading_s: When each heart rate was read, in any order.
        rate_bpm: What it was; may hold NaN.
        epoch_s: Start of each epoch, one every 30 s, from lights off to getting up.

    Raises:
        ValueError: if there is no heart rate in the whole night.
    """
    return np.column_stack(list(_night(reading_s, rate_bpm, epoch_s).values())).astype(np.float32)


def live_columns() -> tuple[str, ...]:
    """Return the names of the columns of `live_features`."""
    reading_s = np.arange(0.0, 120.0, SLOT_S)
    return tuple(_live(reading_s, 60.0 + reading_s % 7, 0.0, np.arange(0.0, 120.0, EPOCH_S)))


def live_features(reading_s: Numbers, rate_bpm: Numbers, in_bed_s: float, epoch_s: Numbers) -> NDArray[np.float32]:
    """Return (epoch, column) by what was read up to the end of each epoch, and nothing later.

    Args:
        reading_s: When each heart rate was read, in any order; up to two hours before going to bed help to know what
            is usual.
        rate_bpm: What it was; may hold NaN.
        in_bed_s: When somebody lay down to sleep.
        epoch_s: Start of each epoch that is asked for; the same of one epoch as of many.
    """
    return np.column_stack(list(_live(reading_s, rate_bpm, in_bed_s, epoch_s).values())).astype(np.float32)


def _slots(seconds: float) -> int:
    return round(seconds / SLOT_S)


def _night(reading_s: Numbers, rate_bpm: Numbers, epoch_s: Numbers) -> dict[str, Numbers]:
    start_s = epoch_s[0] - SIDE_S
    count = _slots(epoch_s[-1] - epoch_s[0] + EPOCH_S + 2 * SIDE_S)
    read = slots_of(reading_s, rate_bpm, start_s, count)
    rate = bridged(read, _slots(GAP_S))
    inside = rate[_slots(SIDE_S) : -_slots(SIDE_S)]
    if not np.isfinite(inside).any():
        raise ValueError("a night has no heart rate")
    low, middle, high = np.nanpercentile(inside, [25, 50, 75])
    heart = Series(np.clip((rate - middle) / max(high - low, 1.0), -FARTHEST, FARTHEST))
    centre = np.round((epoch_s - start_s + EPOCH_S / 2) / SLOT_S).astype(np.int64)
    columns = _bounded(_levels(heart, centre) | _unrest(heart, centre) | _around(heart, centre))
    _usual_where_seldom_read(columns, Series(np.isfinite(read).astype(np.float64)), centre)
    for name in ("mean_60s", "mean_300s", "mean_1200s", "deviation_300s", "unrest_300s_900s", "unrest_60s_900s"):
        columns[f"rank_{name}"] = rankdata(columns[name]) / len(centre)
    hours = (epoch_s - epoch_s[0]) / 3600.0
    columns["hours"] = hours
    columns["share_of_night"] = hours / max(hours[-1], EPOCH_S / 3600.0)
    return columns


_UNREST = ("deviation", "unrest", "swings", "steps")


def _bounded(columns: dict[str, Numbers]) -> dict[str, Numbers]:
    """Return the columns within their bounds; unrest is told apart by its name."""
    return {
        name: np.clip(column, *(UNRESTS if name.startswith(_UNREST) else LEVELS)) for name, column in columns.items()
    }


def _usual_where_seldom_read(columns: dict[str, Numbers], read: Series, centre: Places) -> None:
    """Set unrest to the median of the rest of the night in epochs about which little was read."""
    half = _slots(STEADY_SIDE_S)
    seldom = read.mean(centre - half, centre + half) < STEADY_READ
    if seldom.any() and not seldom.all():
        for name, column in columns.items():
            if name.startswith(_UNREST):
                column[seldom] = np.median(column[~seldom])


def _levels(heart: Series, centre: Places) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for width_s in (60, 120, 300, 600, 1200, 2700, 5400):
        half = _slots(width_s / 2)
        found[f"mean_{width_s}s"] = heart.mean(centre - half, centre + half, 0.0)
        found[f"deviation_{width_s}s"] = heart.deviation(centre - half, centre + half)
    return found


def _unrest(heart: Series, centre: Places) -> dict[str, Numbers]:
    """Return how unsteady the heart is, on several scales of time, near the epoch and farther about it."""
    found: dict[str, Numbers] = {}
    steps = heart.steps(1.0)
    for width_s in (120, 300, 900, 2700):
        half = _slots(width_s / 2)
        found[f"steps_{width_s}s"] = steps.mean(centre - half, centre + half, 0.0)
    for scale_s, widths_s in ((60, (300, 900, 2700)), (300, (300, 900, 2700)), (900, (900, 2700))):
        rest = heart.detrended(_slots(scale_s / 2))
        swings = heart.swings(_slots(scale_s / 2), _slots(30))
        for width_s in widths_s:
            half = _slots(width_s / 2)
            found[f"unrest_{scale_s}s_{width_s}s"] = rest.deviation(centre - half, centre + half)
            if scale_s > 60:
                found[f"swings_{scale_s}s_{width_s}s"] = swings.mean(centre - half, centre + half, 0.0)
    return found


def _around(heart: Series, centre: Places) -> dict[str, Numbers]:
    """Return highest and lowest near the epoch, and what came before and after it."""
    found: dict[str, Numbers] = {}
    now = heart.mean(centre - _slots(150), centre + _slots(150), 0.0)
    near = heart.mean(centre - _slots(30), centre + _slots(30), 0.0)
    for width_s in (150, 600):
        half = _slots(width_s / 2)
        low, high = heart.quantiles(centre - half, centre + half, (0.0, 1.0), now)
        found[f"lowest_{width_s}s"], found[f"highest_{width_s}s"] = low, high
    for width_s in (1800, 3600):
        half = _slots(width_s / 2)
        low, high = heart.quantiles(centre - half, centre + half, (0.1, 0.9), now)
        found[f"above_low_{width_s}s"], found[f"below_high_{width_s}s"] = now - low, high - now
    for lag_s in (-3600, -1800, -1200, -600, -300, 300, 600, 1200, 1800, 3600):
        there, half = centre + _slots(lag_s), _slots(150)
        found[f"mean_at_{lag_s:+d}s"] = heart.mean(there - half, there + half, 0.0)
        found[f"deviation_at_{lag_s:+d}s"] = heart.deviation(there - half, there + half)
    for lag_s in (-120, -60, 60, 120):
        there, half = centre + _slots(lag_s), _slots(30)
        found[f"change_at_{lag_s:+d}s"] = heart.mean(there - half, there + half, near) - near
    before = heart.mean(centre - _slots(600), centre, near)
    after = heart.mean(centre, centre + _slots(600), near)
    return found | {"above_before": near - before, "above_after": near - after, "trend": after - before}


BEFORE_S = 7200.0
"""So long before going to bed is listened to."""
SPREAD_BPM = 10.0
"""What is told up to now is told in these: early in a night its own spread is not known yet."""
USUAL_BPM = 60.0
"""Of somebody of whom nothing was read yet."""


def _live(reading_s: Numbers, rate_bpm: Numbers, in_bed_s: float, epoch_s: Numbers) -> dict[str, Numbers]:
    start_s = in_bed_s - BEFORE_S
    now = np.round((epoch_s - start_s + EPOCH_S) / SLOT_S).astype(np.int64)
    heart = Series(slots_of(reading_s, rate_bpm, start_s, int(now.max())))
    first = np.zeros_like(now)
    empty = np.full(len(now), USUAL_BPM)
    usual = heart.quantiles(first, now, (0.05, 0.25, 0.5, 0.75, 0.95), empty)
    columns = _bounded(_levels_so_far(heart, now, usual) | _unrest_so_far(heart, now) | _before(heart, now, usual[2]))
    columns["hours"] = (epoch_s - in_bed_s) / 3600.0
    return columns


def _far(bpm: Numbers) -> Numbers:
    return np.clip(bpm / SPREAD_BPM, -FARTHEST, FARTHEST)


def _levels_so_far(heart: Series, now: Places, usual: list[Numbers]) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for width_s in (60, 120, 300, 600, 1200, 2700, 5400):
        mean = heart.mean(now - _slots(width_s), now, usual[2])
        found[f"mean_{width_s}s"] = _far(mean - usual[2])
        found[f"deviation_{width_s}s"] = _far(heart.deviation(now - _slots(width_s), now))
    lately = heart.mean(now - _slots(300), now, usual[2])
    for name, level in zip(("lowest", "low", "high", "highest"), (usual[0], usual[1], usual[3], usual[4]), strict=True):
        found[f"above_{name}"] = _far(lately - level)
    found["spread"] = _far(usual[4] - usual[0])
    found["lately"] = _far(lately - USUAL_BPM)
    for width_s, before_s in ((60, 600), (300, 1800), (300, 3600), (600, 5400)):
        mean = heart.mean(now - _slots(width_s), now, usual[2])
        before = heart.mean(now - _slots(before_s), now - _slots(width_s), mean)
        found[f"change_{width_s}s_{before_s}s"] = _far(mean - before)
    return found


def _unrest_so_far(heart: Series, now: Places) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    steps = heart.steps(SPREAD_BPM)
    for width_s in (120, 300, 900, 2700):
        found[f"steps_{width_s}s"] = _far(steps.mean(now - _slots(width_s), now, 0.0))
    for scale_s, widths_s in ((60, (300, 900, 2700)), (300, (300, 900, 2700)), (900, (900, 2700))):
        half = _slots(scale_s / 2)
        rest, swings = heart.detrended(half), heart.swings(half, _slots(30))
        for width_s in widths_s:
            # The last moments have not all that a mean about them needs yet: those before them are told.
            end = now - half
            found[f"unrest_{scale_s}s_{width_s}s"] = _far(rest.deviation(end - _slots(width_s), end))
            if scale_s > 60:
                found[f"swings_{scale_s}s_{width_s}s"] = _far(swings.mean(end - _slots(width_s), end, 0.0))
    return found


def _before(heart: Series, now: Places, usual: Numbers) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    lately = heart.mean(now - _slots(300), now, usual)
    for width_s, shares in ((150, (0.0, 1.0)), (600, (0.0, 1.0)), (1800, (0.1, 0.9)), (3600, (0.1, 0.9))):
        low, high = heart.quantiles(now - _slots(width_s), now, shares, lately)
        found[f"above_low_{width_s}s"], found[f"below_high_{width_s}s"] = _far(lately - low), _far(high - lately)
    for lag_s in (300, 600, 1200, 1800, 2400, 3600, 5400):
        end = now - _slots(lag_s)
        found[f"mean_{lag_s}s_ago"] = _far(heart.mean(end - _slots(300), end, usual) - usual)
        found[f"deviation_{lag_s}s_ago"] = _far(heart.deviation(end - _slots(300), end))
    return found
