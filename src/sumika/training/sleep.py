"""Sleep stages from heart rate: one row of features per 30 s, groups are people, truth is expert polysomnography.

Traps of these recordings, and what is done about them: two people's readings are written several times over (one of
each time is kept); readings pause for up to a quarter of an hour (a column says how many there were, and means are of
what there is); unscored epochs (-1) are left out; N4 is scored for some people only and counts as N3. Heart rates
differ more between people than between stages, so each night counts in its own median and spread: the night must have
ended before it is judged, as a report in the morning can. No row tells which person it is of.
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.training.recordings import Recordings

Numbers = NDArray[np.float64]
EPOCH_S = 30.0
UNSCORED = -1
CLASSES = {
    2: ("wake", "sleep"),
    3: ("wake", "NREM", "REM"),
    4: ("wake", "light", "deep", "REM"),
}
STAGE_TO_CLASS = {
    2: {0: 0, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1},
    3: {0: 0, 1: 1, 2: 1, 3: 1, 4: 1, 5: 2},
    4: {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3},
}
WIDTHS_S = (60.0, 300.0, 900.0, 2700.0)
LAGS_S = (-1800.0, -1200.0, -600.0, -300.0, 300.0, 600.0, 1200.0, 1800.0)
LAG_WIDTH_S = 300.0
FARTHEST = 4.0
"""Largest distance from the night's median that counts, in ranges between its quartiles."""


class SleepOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told apart.

    Attributes:
        classes: 2 (wake, sleep), 3 (wake, NREM, REM) or 4 (wake, light, deep, REM).
    """

    classes: int = 3

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.classes not in CLASSES:
            raise ValueError(f"`classes` is {self.classes}: 2, 3 or 4")


def column_names() -> tuple[str, ...]:
    """Return the names of the columns that `night_features` gives."""
    each = tuple(f"{kind}_{width:.0f}s" for width in WIDTHS_S for kind in ("mean", "deviation", "readings"))
    lags = tuple(f"{kind}_at_{lag:+.0f}s" for lag in LAGS_S for kind in ("mean", "deviation"))
    return (*each, *lags, "before", "after", "trend", "largest_300s", "hours", "share_of_night")


def night_features(reading_s: Numbers, rate_bpm: Numbers, epoch_s: Numbers) -> NDArray[np.float32]:
    """Return (epoch, column) for one night.

    Args:
        reading_s: When each heart rate was read, rising, from lights off.
        rate_bpm: What it was.
        epoch_s: Start of each epoch.

    Raises:
        ValueError: if there is no reading in the whole night.
    """
    inside = (reading_s >= epoch_s[0]) & (reading_s <= epoch_s[-1] + EPOCH_S)
    if not inside.any():
        raise ValueError("a night has no heart rate")
    low, middle, high = np.percentile(rate_bpm[inside], [25, 50, 75])
    # A watch that slips reads anything; what lies far outside the night's range says no more for lying farther.
    rate = np.clip((rate_bpm - middle) / max(high - low, 1.0), -FARTHEST, FARTHEST)
    centre = epoch_s + EPOCH_S / 2
    columns: list[Numbers] = []
    means: dict[float, Numbers] = {}
    for width in WIDTHS_S:
        mean, deviation, count = _moments(reading_s, rate, centre - width / 2, centre + width / 2)
        means[width] = mean
        columns += [mean, deviation, np.minimum(count / (width / 5.0), 1.5)]
    for lag in LAGS_S:
        start = centre + lag - LAG_WIDTH_S / 2
        columns += _moments(reading_s, rate, start, start + LAG_WIDTH_S)[:2]
    before, _, _ = _moments(reading_s, rate, centre - 600, centre)
    after, _, _ = _moments(reading_s, rate, centre, centre + 600)
    night = np.full(len(epoch_s), epoch_s[-1] - epoch_s[0])
    columns += [
        means[60.0] - before,
        means[60.0] - after,
        after - before,
        _largest(reading_s, rate, centre - 150, centre + 150),
        (epoch_s - epoch_s[0]) / 3600,
        (epoch_s - epoch_s[0]) / np.maximum(night, EPOCH_S),
    ]
    return np.column_stack(columns).astype(np.float32)


def _moments(time_s: Numbers, value: Numbers, start_s: Numbers, end_s: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return mean, deviation and number of the values in each window; where there is none the night's median, 0, 0."""
    first, last = np.searchsorted(time_s, start_s), np.searchsorted(time_s, end_s)
    sums = np.concatenate([[0.0], np.cumsum(value)])
    squares = np.concatenate([[0.0], np.cumsum(value**2)])
    count = (last - first).astype(np.float64)
    size = np.maximum(count, 1)
    mean = (sums[last] - sums[first]) / size
    variance = np.maximum((squares[last] - squares[first]) / size - mean**2, 0.0)
    return mean, np.sqrt(variance), count


def _largest(time_s: Numbers, value: Numbers, start_s: Numbers, end_s: Numbers) -> Numbers:
    first, last = np.searchsorted(time_s, start_s), np.searchsorted(time_s, end_s)
    return np.array([value[one:other].max(initial=-FARTHEST) for one, other in zip(first, last, strict=True)])


def _sleep(folder: Path, options: SleepOptions) -> ArraySet:
    rates = np.loadtxt(folder / "heart_rate.csv.gz", delimiter=",", skiprows=1)
    stages = np.loadtxt(folder / "stages.csv.gz", delimiter=",", skiprows=1)
    x, y, group = [], [], []
    for person in np.unique(stages[:, 0]):
        own = rates[rates[:, 0] == person]
        reading_s, once = np.unique(own[:, 1], return_index=True)
        night = stages[stages[:, 0] == person]
        night = night[np.argsort(night[:, 1], kind="stable")]
        features = night_features(reading_s, own[once, 2], night[:, 1])
        scored = night[:, 2] != UNSCORED
        x.append(features[scored])
        y += [STAGE_TO_CLASS[options.classes][int(stage)] for stage in night[scored, 2]]
        group += [f"person {person:.0f}"] * int(scored.sum())
    names = np.array(group)
    return ArraySet(x=np.concatenate(x), y=np.array(y), group=names, domain=names, classes=CLASSES[options.classes])


SLEEP = Recordings(
    name="sleep",
    folder_name="sleep_accel_hr",
    files=("heart_rate.csv.gz", "stages.csv.gz"),
    options=SleepOptions,
    make=_sleep,
    licence="ODC-By-1.0",
    cite="Walch et al., SLEEP 42(12) zsz180, 2019; PhysioNet sleep-accel 1.0.0",
)
