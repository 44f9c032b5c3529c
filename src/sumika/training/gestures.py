"""Ten arm gestures seen by a radar: mHomeGes, 21 people at four distances, cut into single gestures at their rests.

Traps of these recordings, and what is done about them: a file holds many repetitions of one gesture, with lost frames
between them and, now and then, within one; fragments of under half a second or twenty points are left out, and so is
one file that shows a whole minute of `rotate`. Files without a gesture's name, and everyday small motions, have no
label: only teachers say what they look like. The same person comes at several distances: splits go by person.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import VIEW_OF, ArraySet
from sumika.models.features.gestures import FEATURES, LONGEST_GAP_S, gesture_picture
from sumika.training.point_views import Changes, changed
from sumika.training.recordings import Recordings

Array = NDArray[np.float32]
CLASSES = ("circle", "clap", "down", "knock", "lift", "pull", "push", "up", "yawn", "z")
FRAME_INTERVAL_S = 0.1
DISTANCES = ("1.2m", "1.8m", "2.4m", "3m")
DAILY = "dailyRandom"
_TYPED_WRONG = {"circcle": "circle", "zh_z": "z"}
_LEFT_OUT = ("rotate",)
UNLABELLED = -1
DAILY_S = (0.8, 2.5)
"""Everyday motions have no rests; pieces of these lengths are taken."""
CHANGES = Changes(cut=0.15)


class GestureOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How recordings become examples.

    Attributes:
        views: Further views of each gesture, changed at random: learnt from, never scored.
        unlabelled: Pieces of everyday motions, for the teacher to answer; files without a name come with them.
        seed: Of views and pieces.
    """

    views: int = 0
    unlabelled: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if min(self.views, self.unlabelled) < 0:
            raise ValueError("`views` and `unlabelled` are at least 0")


class Gesture(msgspec.Struct, frozen=True, kw_only=True):
    """One gesture.

    Attributes:
        points: (point, 5), forward, sideways, up, velocity, intensity.
        time_s: Of each point, rising from 0.
        label: Index into `CLASSES`, or `UNLABELLED`.
        person: Who.
        distance: At which distance from the radar, as the file says.
    """

    points: Array
    time_s: NDArray[np.float64]
    label: int
    person: str
    distance: str


def read_gestures(folder: Path) -> Iterator[Gesture]:
    """Yield every gesture of the recordings, those without a name too."""
    for distance in DISTANCES:
        with np.load(folder / f"{distance}.npz", allow_pickle=False) as loaded:
            for key in sorted(loaded.files):
                _, person, _, name = key.split("_", 3)
                if name in _LEFT_OUT:
                    continue
                name = _TYPED_WRONG.get(name, name)
                label = CLASSES.index(name) if name in CLASSES else UNLABELLED
                for points, time_s in _cut(loaded[key]):
                    yield Gesture(
                        points=points, time_s=time_s, label=label, person=f"person {person}", distance=distance
                    )


def _cut(table: Array) -> Iterator[tuple[Array, NDArray[np.float64]]]:
    """Yield the points and times between the rests of one file; here x runs sideways and y away from the radar."""
    table = table[np.argsort(table[:, 0], kind="stable")]
    gaps = np.flatnonzero(np.diff(table[:, 0]) * FRAME_INTERVAL_S > LONGEST_GAP_S + 1e-6)
    for part in np.split(table, gaps + 1):
        time_s = (part[:, 0] - part[0, 0]).astype(np.float64) * FRAME_INTERVAL_S
        yield np.ascontiguousarray(part[:, [2, 1, 3, 4, 5]], np.float32), time_s


def read_daily(folder: Path, count: int, random: np.random.Generator) -> Iterator[Gesture]:
    """Yield so many pieces of everyday motions, of all people alike."""
    with np.load(folder / f"{DAILY}.npz", allow_pickle=False) as loaded:
        tables = [(key.split("_")[1], loaded[key]) for key in sorted(loaded.files)]
    for number in range(count):
        person, table = tables[number % len(tables)]
        length = random.uniform(*DAILY_S) / FRAME_INTERVAL_S
        first = random.uniform(table[0, 0], table[-1, 0] - length)
        part = table[(table[:, 0] >= first) & (table[:, 0] < first + length)]
        if not len(part):
            continue
        for points, time_s in _cut(part):
            yield Gesture(
                points=points, time_s=time_s, label=UNLABELLED, person=f"person {person}", distance="everyday"
            )


def view_of(gesture: Gesture, random: np.random.Generator) -> Gesture:
    """Return a gesture as it might have been made, by another hand and before another radar."""
    centre_m = np.median(gesture.points[:, :3], axis=0).astype(np.float64)
    points, time_s = changed(gesture.points, gesture.time_s, centre_m, CHANGES, random)
    return msgspec.structs.replace(
        gesture, points=points, time_s=time_s - time_s.min(), distance=VIEW_OF + gesture.distance
    )


def _gestures(folder: Path, options: GestureOptions) -> ArraySet:
    random = np.random.default_rng(options.seed)
    found = [one for one in read_gestures(folder) if one.label != UNLABELLED or options.unlabelled]
    found += read_daily(folder, options.unlabelled, random)
    views = (view_of(one, random) for _ in range(options.views) for one in found if one.label != UNLABELLED)
    pictures, kept = [], []
    for gesture in (*found, *views):
        picture = gesture_picture(gesture.points, gesture.time_s, FRAME_INTERVAL_S)
        if picture is not None:
            pictures.append(picture)
            kept.append((gesture.label, gesture.person, gesture.distance))
    if not kept:
        raise ValueError("there is no gesture")
    label, person, distance = zip(*kept, strict=True)
    return ArraySet(
        x=np.stack(pictures),
        y=np.array(label, np.int64),
        group=np.array(person),
        domain=np.array(distance),
        classes=CLASSES,
    )


GESTURES = Recordings(
    name="gestures",
    folder_name="mhomeges",
    files=tuple(f"{name}.npz" for name in (*DISTANCES, DAILY)),
    options=GestureOptions,
    make=_gestures,
    licence="MIT",
    cite="Liu et al., mHomeGes, ACM IMWUT 4(4) 140, 2020; github.com/GestureMan/mHomeGes-dataset",
    features=FEATURES,
    code=(
        "sumika.models.features.points",
        "sumika.models.features.gestures",
        "sumika.training.point_views",
    ),
)
