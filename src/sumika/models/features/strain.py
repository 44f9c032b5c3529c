"""What strain's student reads: how high heart and breath are against one's own usual, as ranks, and nothing of time.

A rate's mean over the last half minute to five minutes is ranked among the same means of the last ten minutes, and of
all that was seen of the person at rest: 0 where it never was lower, 1 where it never was higher. Ranks know no level
(people differ by more than strain does: one threshold for all is right in 60 % where one's own is in 92 %) and no
sensor's scale. How long somebody has been watched shows in no column: sessions of a laboratory follow one timetable,
and a student that could tell the time would learn that.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.models.features._slots import SLOT_S, Numbers, Places, Series, slots_of

FEATURES = "strain/1"
CLASSES = ("as usual", "strained")
WIDTHS_S = (30, 60, 120, 300)
"""Of the means."""
UNREST_WIDTHS_S = (60, 120, 300)
"""Of the deviations."""
LATELY_S = 600.0
LEAST_S = 600.0
"""So long must a heart have been watched at rest before anything is said: a rank among few says how few they are."""
LEAST_BREATHS, MOST_BREATHS = 3.0, 60.0
UNKNOWN = 0.5
"""Rank of what is not measured: neither high nor low."""


def columns() -> tuple[str, ...]:
    """Return the names of the columns of `strain_features`."""
    means = [f"{{}}_mean_{width}s_among_{memory}" for width in WIDTHS_S for memory in ("lately", "all")]
    unrest = [f"{{}}_deviation_{width}s_among_all" for width in UNREST_WIDTHS_S]
    return tuple(name.format(what) for what in ("heart", "breath") for name in (*means, *unrest))


def strain_features(
    heart_s: Numbers, heart_bpm: Numbers, breath_s: Numbers, breath_bpm: Numbers, at_s: Numbers
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return (moment, column) and whether enough was seen before each moment (moment,).

    Args:
        heart_s: When each heart rate was read, in any order; at rest alone.
        heart_bpm: What it was; may hold NaN.
        breath_s: The same of breathing; may be empty.
        breath_bpm: Breaths per minute.
        at_s: Moments that are asked for; nothing after a moment counts for it.
    """
    if not len(heart_s):
        return np.full((len(at_s), len(columns())), UNKNOWN, np.float32), np.zeros(len(at_s), bool)
    start_s = float(np.floor(min(heart_s.min(), at_s.min()) / SLOT_S) * SLOT_S)
    count = int(np.ceil((at_s.max() - start_s) / SLOT_S)) + 1
    now = np.floor((at_s - start_s) / SLOT_S).astype(np.int64)
    heart = Series(slots_of(heart_s, heart_bpm, start_s, count))
    breath = Series(slots_of(breath_s, breath_bpm, start_s, count, least=LEAST_BREATHS, most=MOST_BREATHS))
    found = [column for series in (heart, breath) for column in _ranks(series, now)]
    known = heart.count(np.zeros_like(now), now) * SLOT_S >= LEAST_S
    known &= heart.count(now - round(WIDTHS_S[1] / SLOT_S), now) > 0
    return np.column_stack(found).astype(np.float32), known


def _ranks(series: Series, now: Places) -> list[Numbers]:
    slot = np.arange(len(series.values) + 1)
    lately = round(LATELY_S / SLOT_S)
    found = []
    for width_s in WIDTHS_S:
        mean = series.mean(slot - round(width_s / SLOT_S), slot)
        found += [_rank(mean, now, lately), _rank(mean, now, len(mean))]
    for width_s in UNREST_WIDTHS_S:
        width = round(width_s / SLOT_S)
        unrest = np.where(series.count(slot - width, slot) > 1, series.deviation(slot - width, slot), np.nan)
        found.append(_rank(unrest, now, len(unrest)))
    return found


def _rank(values: Numbers, now: Places, memory: int) -> Numbers:
    """Return the share of the `memory` values before each moment that lie below its own; half of those alike count."""
    found = np.full(len(now), UNKNOWN)
    for place, moment in enumerate(now):
        own, before = values[moment], values[max(0, moment - memory) : moment]
        before = before[np.isfinite(before)]
        if np.isfinite(own) and len(before):
            found[place] = np.mean(before < own) + 0.5 * np.mean(before == own)
    return found
