"""Sleep stages from heart rate: one row of features per 30 s, groups are people, truth is expert polysomnography.

Traps of these recordings, and what is done about them: two people's readings are written several times over (one of
each time is kept); readings pause for up to a quarter of an hour, and one watch told a seventh of them (means are of
what there is; `least_read` leaves such nights out); N4 is scored for some people only and counts as N3. Unscored epochs
(-1) are left out, or stay without a label for a teacher to answer. Heart rates differ more between people than between
stages: what is done about that is said in `sumika.models.features.sleep`. No row tells which person it is of.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks.losses import UNLABELLED
from sumika.distil.records import ArraySet
from sumika.models.features._slots import SLOT_S, slots_of
from sumika.models.features.sleep import (
    EPOCH_S,
    FEATURES,
    LIVE_FEATURES,
    live_features,
    night_columns,
    night_features,
)
from sumika.training.recordings import Recordings

__all__ = ["SLEEP", "SLEEP_LIVE", "SleepOptions", "column_names", "night_features", "nights"]

Numbers = NDArray[np.float64]
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
column_names = night_columns
"""Names of the columns of the whole night's features."""


class SleepOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told apart.

    Attributes:
        classes: 2 (wake, sleep), 3 (wake, NREM, REM) or 4 (wake, light, deep, REM).
        unscored: Keep epochs that nobody scored, without a label.
        least_read: Leave nights out of which a smaller share was read: their columns say what was not read.
    """

    classes: int = 3
    unscored: bool = False
    least_read: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.classes not in CLASSES:
            raise ValueError(f"`classes` is {self.classes}: 2, 3 or 4")
        if not 0 <= self.least_read <= 1:
            raise ValueError(f"`least_read` is {self.least_read}: a share, 0 to 1")


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """One person's night.

    Attributes:
        person: Its name in the recordings.
        reading_s: When each heart rate was read, rising, from lights off; some before.
        rate_bpm: What it was.
        epoch_s: Start of each epoch.
        stage: As scored, `UNSCORED` where nobody did.
    """

    person: str
    reading_s: Numbers
    rate_bpm: Numbers
    epoch_s: Numbers
    stage: NDArray[np.int64]

    @property
    def read(self) -> float:
        """Share of the night's slots in which a heart rate was read."""
        slots = round((self.epoch_s[-1] + EPOCH_S - self.epoch_s[0]) / SLOT_S)
        rate = slots_of(self.reading_s, self.rate_bpm, float(self.epoch_s[0]), slots)
        return float(np.isfinite(rate).mean())


def nights(folder: Path) -> list[Night]:
    """Return every night of the recordings, in the order of their names.

    Args:
        folder: With `heart_rate.csv.gz` and `stages.csv.gz`.
    """
    rates = np.loadtxt(folder / "heart_rate.csv.gz", delimiter=",", skiprows=1)
    stages = np.loadtxt(folder / "stages.csv.gz", delimiter=",", skiprows=1)
    found = []
    for person in np.unique(stages[:, 0]):
        own = rates[rates[:, 0] == person]
        reading_s, once = np.unique(own[:, 1], return_index=True)
        epochs = stages[stages[:, 0] == person]
        epochs = epochs[np.argsort(epochs[:, 1], kind="stable")]
        found.append(
            Night(
                person=f"person {person:.0f}",
                reading_s=reading_s,
                rate_bpm=own[once, 2],
                epoch_s=epochs[:, 1],
                stage=epochs[:, 2].astype(np.int64),
            )
        )
    return found


def _arrays(folder: Path, options: SleepOptions, features: Callable[[Night], NDArray[np.float32]]) -> ArraySet:
    to_class = STAGE_TO_CLASS[options.classes] | ({UNSCORED: UNLABELLED} if options.unscored else {})
    x, y, group = [], [], []
    for night in nights(folder):
        if night.read < options.least_read:
            continue
        kept = np.isin(night.stage, list(to_class))
        x.append(features(night)[kept])
        y += [to_class[int(stage)] for stage in night.stage[kept]]
        group += [night.person] * int(kept.sum())
    names = np.array(group)
    return ArraySet(x=np.concatenate(x), y=np.array(y), group=names, domain=names, classes=CLASSES[options.classes])


def _sleep(folder: Path, options: SleepOptions) -> ArraySet:
    return _arrays(folder, options, lambda night: night_features(night.reading_s, night.rate_bpm, night.epoch_s))


def _sleep_live(folder: Path, options: SleepOptions) -> ArraySet:
    return _arrays(
        folder,
        options,
        lambda night: live_features(night.reading_s, night.rate_bpm, float(night.epoch_s[0]), night.epoch_s),
    )


_CODE = ("sumika.models.features.sleep", "sumika.models.features._slots")
SLEEP = Recordings(
    name="sleep",
    folder_name="sleep_accel_hr",
    files=("heart_rate.csv.gz", "stages.csv.gz"),
    options=SleepOptions,
    make=_sleep,
    licence="ODC-By-1.0",
    cite="Walch et al., SLEEP 42(12) zsz180, 2019; PhysioNet sleep-accel 1.0.0",
    features=FEATURES,
    code=_CODE,
)
SLEEP_LIVE = Recordings(
    name="sleep-live",
    folder_name=SLEEP.folder_name,
    files=SLEEP.files,
    options=SleepOptions,
    make=_sleep_live,
    licence=SLEEP.licence,
    cite=SLEEP.cite,
    features=LIVE_FEATURES,
    code=_CODE,
)
