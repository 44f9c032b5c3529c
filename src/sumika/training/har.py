"""Activities from radar points: RadHAR's five in four sittings, MARS' ten rehabilitation movements of three people.

What leaks, and what is done about it. Windows of one recording overlap, and recordings of one sitting show the same
person in the same place minutes apart: a split may only be by sitting (RadHAR names no people) or by person (MARS).
Walls and the radar's own cover reflect without moving and tell the room, not the activity: RadHAR's windows keep what
moves. Where somebody stood tells the sitting: sideways and forward count from the window's own middle. MARS' pose files
are parts of the same sessions as its movements, so only the movements are read.
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.training.recordings import Recordings

Array = NDArray[np.float32]
FEATURES = ("forward_m", "sideways_m", "up_m", "velocity_m_s", "intensity", "time")
"""Of each point; time runs from -1 to 1 over the window, forward and sideways count from its middle."""
RADHAR_CLASSES = ("boxing", "jack", "jump", "squats", "walk")
RADHAR_LAST = "jack"
"""Every sitting goes through all five activities and ends with this one."""
MARS_SUBJECTS = (1, 2, 3)
MARS_CLASSES = (
    "left arm",
    "right arm",
    "both arms",
    "left front lunge",
    "right front lunge",
    "squat",
    "left side lunge",
    "right side lunge",
    "left leg",
    "right leg",
)
MARS_RATE_HZ = 10.0
"""The files hold frame numbers and no clock; ten a second is what its makers say."""


class WindowOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How points become examples.

    Attributes:
        window_s: Length of a window.
        step_s: From one window's start to the next one's.
        points: Most points of a window; of more, evenly spaced ones are kept.
        least_points: Windows with fewer are left out: there is nothing to tell an activity by.
        nearest_m: Nearer points are the radar's own cover.
        moving: Keep only points that move.
        classes: Leave out the others; all if empty.
    """

    window_s: float = 2.0
    step_s: float = 1.0
    points: int = 96
    least_points: int = 4
    nearest_m: float = 0.3
    moving: bool = True
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not (self.window_s > 0 and self.step_s > 0 and 0 < self.least_points <= self.points):
            raise ValueError("windows, steps and points are above 0, `least_points` at most `points`")


class MarsOptions(WindowOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As `WindowOptions`, with MARS' own defaults: limbs that rest tell one movement from the other, too."""

    window_s: float = 3.0
    moving: bool = False


class _Windows:
    """Gathers windows of many recordings."""

    def __init__(self, options: WindowOptions, classes: tuple[str, ...]) -> None:
        unknown = set(options.classes) - set(classes)
        if unknown:
            raise ValueError(f"no such class: {', '.join(sorted(unknown))}; there are {', '.join(classes)}")
        self.options = options
        self.classes = tuple(name for name in classes if not options.classes or name in options.classes)
        self.x: list[Array] = []
        self.y: list[int] = []
        self.group: list[str] = []

    def add(self, points: Array, time_s: NDArray[np.float64], label: str, group: str) -> None:
        """Cut one recording.

        Args:
            points: (point, feature) without the time, in the order of `FEATURES`.
            time_s: Of each point, rising.
            label: Class; others than the wanted ones are left out.
            group: Sitting or person.
        """
        if label not in self.classes:
            return
        options = self.options
        kept = np.linalg.norm(points[:, :3], axis=1) >= options.nearest_m
        if options.moving:
            kept &= points[:, 3] != 0
        end_s = float(time_s.max())
        points, time_s = points[kept], time_s[kept]
        for start_s in np.arange(0.0, end_s - options.window_s + 1e-6, options.step_s):
            first, last = np.searchsorted(time_s, [start_s, start_s + options.window_s])
            if last - first < options.least_points:
                continue
            when = 2 * (time_s[first:last] - start_s) / options.window_s - 1
            self.x.append(_centred(points[first:last], when, options.points))
            self.y.append(self.classes.index(label))
            self.group.append(group)

    def arrays(self) -> ArraySet:
        """Return all windows, padded with points that are not real."""
        if not self.x:
            raise ValueError("no window has enough points")
        x = np.zeros((len(self.x), self.options.points, len(FEATURES)), np.float32)
        mask = np.zeros(x.shape[:2], bool)
        for row, points in enumerate(self.x):
            x[row, : len(points)] = points
            mask[row, : len(points)] = True
        group = np.array(self.group)
        return ArraySet(x=x, y=np.array(self.y), group=group, domain=group, classes=self.classes, mask=mask)


def _centred(points: Array, when: NDArray[np.float64], most: int) -> Array:
    found = np.column_stack([points, when]).astype(np.float32)
    found[:, :2] -= np.median(found[:, :2], axis=0)
    if len(found) > most:
        found = found[np.linspace(0, len(found) - 1, most).round().astype(int)]
    return found


def sittings(start_s: NDArray[np.float64], activity: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the number, from 1, of the sitting that each of RadHAR's recordings belongs to.

    The files name neither people nor sessions. But ordered by the clock each round goes through all five activities and
    ends with the same one: whatever follows that begins the next round.

    Args:
        start_s: When each recording began.
        activity: What it shows.
    """
    order = np.argsort(start_s, kind="stable")
    ended = (activity[order][:-1] == RADHAR_LAST) & (activity[order][1:] != RADHAR_LAST)
    found = np.empty(len(order), np.int64)
    found[order] = 1 + np.concatenate([[0], np.cumsum(ended)])
    return found


def _radhar(folder: Path, options: WindowOptions) -> ArraySet:
    windows = _Windows(options, RADHAR_CLASSES)
    loaded = {name: dict(np.load(folder / f"{name}.npz", allow_pickle=False)) for name in RADHAR_CLASSES}
    activity = np.concatenate([np.full(len(one["t0"]), name) for name, one in loaded.items()])
    sitting = sittings(np.concatenate([one["t0"] for one in loaded.values()]), activity)
    recording = 0
    for name, one in loaded.items():
        points = np.column_stack([one[key] for key in ("x", "y", "z", "velocity", "intensity")]).astype(np.float32)
        for index in range(len(one["t0"])):
            rows = np.flatnonzero(one["rec"] == index)
            rows = rows[np.argsort(one["t"][rows], kind="stable")]
            windows.add(points[rows], one["t"][rows] / 1000.0, name, f"sitting {sitting[recording]}")
            recording += 1
    return windows.arrays()


def _mars(folder: Path, options: MarsOptions) -> ArraySet:
    windows = _Windows(options, MARS_CLASSES)
    for subject in MARS_SUBJECTS:
        with np.load(folder / f"subject{subject}_movements.npz", allow_pickle=False) as movements:
            for number, label in enumerate(MARS_CLASSES, 1):
                table = movements[f"movement{number}"]
                table = table[np.argsort(table[:, 0], kind="stable")]
                # Here x runs sideways and y away from the radar.
                points = table[:, [2, 1, 3, 4, 5]].astype(np.float32)
                time_s = (table[:, 0].astype(np.float64) - table[0, 0]) / MARS_RATE_HZ
                windows.add(points, time_s, label, f"person {subject}")
    return windows.arrays()


RADHAR = Recordings(
    name="radhar",
    folder_name="radhar",
    files=tuple(f"{name}.npz" for name in RADHAR_CLASSES),
    options=WindowOptions,
    make=_radhar,
    licence="BSD-3-Clause",
    cite="Singh et al., RadHAR, mmNets 2019; github.com/nesl/RadHAR",
)
MARS = Recordings(
    name="mars",
    folder_name="mars",
    files=tuple(f"subject{subject}_movements.npz" for subject in MARS_SUBJECTS),
    options=MarsOptions,
    make=_mars,
    licence="MIT",
    cite="An and Ogras, MARS, ACM TECS 20(5s) 2021; github.com/SizheAn/MARS",
)
