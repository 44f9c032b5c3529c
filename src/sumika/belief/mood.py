"""What tends to go with a resident's told moods: means on days with more and with less of something, and no causes.

Days are parted at the resident's own median of a measure. The interval of the difference is Welch's (B. L. Welch,
Biometrika 34, 1947), widened for all measures that are looked at together (Bonferroni): among six things one seems to
matter every week by chance alone. Who tells a mood mostly on bad days is told of those; nothing corrects for that.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student_t

from sumika.schema import Measure, MoodPair

Array = NDArray[np.float64]

FEWEST_DAYS, FEWEST_EACH = 14, 5
COUNTS_FOR_S = 20 * 3600.0
"""A mood belongs to the night that ended so long before it at most."""

_SURE = 0.95


def mood_pairs(
    told_unix_s: Array, pleasant: Array, ended_unix_s: Array, measures: Mapping[Measure, Array]
) -> tuple[MoodPair, ...]:
    """Return how moods went along with each measure of the night and day before them.

    Args:
        told_unix_s: (mood,) when each was told.
        pleasant: (mood,) -2 to +2.
        ended_unix_s: (night,) when each night ended, ever later.
        measures: By measure (night,) its values, NaN where there is none.
    """
    mood = _by_night(told_unix_s, pleasant, ended_unix_s)
    return tuple(_pair(measure, values, mood, len(measures)) for measure, values in measures.items())


def _by_night(told_unix_s: Array, pleasant: Array, ended_unix_s: Array) -> Array:
    """Return (night,) the mean mood of the day after each night; NaN where none was told."""
    if not len(ended_unix_s):
        return np.zeros(0)
    place = np.searchsorted(ended_unix_s, told_unix_s, side="right") - 1
    counts = (place >= 0) & (told_unix_s - ended_unix_s[np.maximum(place, 0)] <= COUNTS_FOR_S)
    sums = np.bincount(place[counts], pleasant[counts], minlength=len(ended_unix_s))
    number = np.bincount(place[counts], minlength=len(ended_unix_s))
    return np.where(number > 0, sums / np.maximum(number, 1), np.nan)


def _pair(measure: Measure, values: Array, mood: Array, together: int) -> MoodPair:
    both = np.isfinite(values) & np.isfinite(mood)
    days = int(both.sum())
    values, mood = values[both], mood[both]
    above = values > np.median(values) if days else values > 0
    more, less = mood[above], mood[~above]
    if days < FEWEST_DAYS or min(len(more), len(less)) < FEWEST_EACH:
        return MoodPair(measure=measure, days=days)
    variances = (float(more.var(ddof=1)) / len(more), float(less.var(ddof=1)) / len(less))
    difference = float(more.mean() - less.mean())
    # Told moods are a few whole numbers: a spread of exactly 0 is luck, not certainty.
    spread = max(sum(variances), 0.05 / days)
    parts = variances[0] ** 2 / (len(more) - 1) + variances[1] ** 2 / (len(less) - 1)
    freedom = sum(variances) ** 2 / parts if parts > 0 else float(days - 2)
    reach = float(student_t.ppf(1.0 - (1.0 - _SURE) / 2.0 / together, freedom)) * spread**0.5
    return MoodPair(
        measure=measure,
        days=days,
        above=float(more.mean()),
        below=float(less.mean()),
        difference=difference,
        low=difference - reach,
        high=difference + reach,
    )
