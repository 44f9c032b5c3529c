"""Activities from radar points: RadHAR's five in four sittings, MARS' ten rehabilitation movements of three people.

What leaks, and what is done about it. Windows of one recording overlap, and recordings of one sitting show the same
person in the same place minutes apart: a split may only be by sitting (RadHAR names no people) or by person (MARS).
Walls and the radar's own cover reflect without moving and tell the room, not the activity: of RadHAR's windows only
what moves is kept, and what lies farther from the body than a body reaches is left out. Where somebody stood tells the
sitting: everything counts from the body's middle. MARS' pose files are parts of the same sessions as its movements, so
only the movements are read.

Where the middle is. RadHAR's people walk: it is the median of what moves in the window. MARS' stand, and while an arm
goes up the median is on that arm, which is the very thing to be told: the middle is the median of everything that was
seen of the person, which is what a tracker that has followed somebody for a while knows.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import VIEW_OF, ArraySet
from sumika.models.features.points import FEATURES, LEAST_POINTS, body_picture
from sumika.training.point_views import Changes, changed
from sumika.training.recordings import Recordings

Array = NDArray[np.float32]
RADHAR_CLASSES = ("boxing", "jack", "jump", "squats", "walk")
RADHAR_LAST = "jack"
"""Every sitting goes through all five activities and ends with this one."""
RADHAR_INTERVAL_S = 1 / 30
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
MARS_INTERVAL_S = 0.1
"""The files hold frame numbers and no clock; ten a second is what its makers say."""
NEAREST_M = 0.3
"""Nearer points are RadHAR's radar's own cover."""
CHANGES = Changes(turn_deg=12.0, shift_m=0.06, pace=0.15)


class WindowOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How points become examples.

    Attributes:
        window_s: Length of a window.
        step_s: From one window's start to the next one's.
        views: Further views of each window, changed at random: learnt from, never scored.
        seed: Of the views.
        classes: Leave out the others; all if empty.
    """

    window_s: float = 2.0
    step_s: float = 1.0
    views: int = 0
    seed: int = 0
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not (self.window_s > 0 and self.step_s > 0 and self.views >= 0):
            raise ValueError("windows and steps are above 0, `views` at least 0")


class MarsOptions(WindowOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As `WindowOptions`; its movements take longer."""

    window_s: float = 3.0


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one window.

    Attributes:
        points: (point, 5), forward, sideways, up, velocity, intensity.
        time_s: Of each point, from the window's start.
        centre_m: The body's middle.
        label: Name of the class.
        group: Sitting or person.
    """

    points: Array
    time_s: NDArray[np.float64]
    centre_m: tuple[float, float, float]
    label: str
    group: str


def mirrored_class(label: str) -> str:
    """Return what a movement is called in a mirror."""
    side, *rest = label.split(" ", 1)
    return " ".join([{"left": "right", "right": "left"}.get(side, side), *rest])


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


def _parts(
    points: Array, time_s: NDArray[np.float64], options: WindowOptions
) -> Iterator[tuple[Array, NDArray[np.float64]]]:
    for start_s in np.arange(0.0, float(time_s.max(initial=0.0)) - options.window_s + 1e-6, options.step_s):
        first, last = np.searchsorted(time_s, [start_s, start_s + options.window_s])
        yield points[first:last], time_s[first:last] - start_s


def read_radhar(folder: Path, options: WindowOptions) -> Iterator[Window]:
    """Yield every window of RadHAR in which enough moves to tell where the body is."""
    loaded = {name: dict(np.load(folder / f"{name}.npz", allow_pickle=False)) for name in RADHAR_CLASSES}
    activity = np.concatenate([np.full(len(one["t0"]), name) for name, one in loaded.items()])
    sitting = iter(sittings(np.concatenate([one["t0"] for one in loaded.values()]), activity))
    for name, one in loaded.items():
        columns = (one["x"], -one["y"], one["z"], one["velocity"], one["intensity"])
        table = np.column_stack(columns).astype(np.float32)
        for index in range(len(one["t0"])):
            group = f"sitting {next(sitting)}"
            rows = np.flatnonzero(one["rec"] == index)
            rows = rows[np.argsort(one["t"][rows], kind="stable")]
            for points, time_s in _parts(table[rows], one["t"][rows] / 1000.0, options):
                moving = (np.linalg.norm(points[:, :3], axis=1) >= NEAREST_M) & (points[:, 3] != 0)
                if moving.sum() >= LEAST_POINTS:
                    forward, sideways, up = np.median(points[moving, :3], axis=0).tolist()
                    yield Window(
                        points=points[moving],
                        time_s=time_s[moving],
                        centre_m=(forward, sideways, up),
                        label=name,
                        group=group,
                    )


def read_mars(folder: Path, options: WindowOptions) -> Iterator[Window]:
    """Yield every window of MARS' movements."""
    for subject in MARS_SUBJECTS:
        with np.load(folder / f"subject{subject}_movements.npz", allow_pickle=False) as movements:
            # Here x runs sideways and y away from the radar; a person may lack a movement.
            tables = [movements[f"movement{number + 1}"].reshape(-1, 6) for number in range(len(MARS_CLASSES))]
        forward, sideways, up = np.median(np.concatenate(tables)[:, [2, 1, 3]], axis=0).tolist()
        for label, unsorted in zip(MARS_CLASSES, tables, strict=True):
            table = unsorted[np.argsort(unsorted[:, 0], kind="stable")]
            # So that no frame lies on the edge between two bins of a picture.
            time_s = (table[:, 0] - table[:1, 0]).astype(np.float64) * MARS_INTERVAL_S + 0.4 * MARS_INTERVAL_S
            for points, since_s in _parts(table[:, [2, 1, 3, 4, 5]].astype(np.float32), time_s, options):
                if len(points) >= LEAST_POINTS:
                    yield Window(
                        points=points,
                        time_s=since_s,
                        centre_m=(forward, sideways, up),
                        label=label,
                        group=f"person {subject}",
                    )


def picture_of(window: Window, window_s: float, frame_interval_s: float) -> Array:
    """Return what a student reads of a window."""
    frames = window_s / frame_interval_s
    return body_picture(window.points, window.time_s, window.centre_m, window_s=window_s, frames=frames)


def view_of(window: Window, random: np.random.Generator, *, mirror: bool) -> Window:
    """Return a window as another body might have moved before another radar; in a mirror left becomes right."""
    points, time_s = changed(window.points, window.time_s, np.array(window.centre_m), CHANGES, random, mirror=mirror)
    label = mirrored_class(window.label) if mirror else window.label
    return msgspec.structs.replace(window, points=points, time_s=time_s, label=label)


def _arrays(
    windows: Iterator[Window], classes: tuple[str, ...], options: WindowOptions, frame_interval_s: float
) -> ArraySet:
    unknown = set(options.classes) - set(classes)
    if unknown:
        raise ValueError(f"no such class: {', '.join(sorted(unknown))}; there are {', '.join(classes)}")
    wanted = tuple(name for name in classes if not options.classes or name in options.classes)
    found = [window for window in windows if window.label in wanted]
    if not found:
        raise ValueError("no window has enough points")
    random = np.random.default_rng(options.seed)
    domain = [window.group for window in found]
    every = list(found)
    for _ in range(options.views):
        every += [view_of(window, random, mirror=random.random() < 0.5) for window in found]
        domain += [VIEW_OF + window.group for window in found]
    # A movement's mirror image may be one that is not wanted.
    kept = [number for number, window in enumerate(every) if window.label in wanted]
    return ArraySet(
        x=np.stack([picture_of(every[number], options.window_s, frame_interval_s) for number in kept]),
        y=np.array([wanted.index(every[number].label) for number in kept], np.int64),
        group=np.array([every[number].group for number in kept]),
        domain=np.array([domain[number] for number in kept]),
        classes=wanted,
    )


def _radhar(folder: Path, options: WindowOptions) -> ArraySet:
    return _arrays(read_radhar(folder, options), RADHAR_CLASSES, options, RADHAR_INTERVAL_S)


def _mars(folder: Path, options: MarsOptions) -> ArraySet:
    return _arrays(read_mars(folder, options), MARS_CLASSES, options, MARS_INTERVAL_S)


CODE = ("sumika.models.features.points", "sumika.training.point_views")
RADHAR = Recordings(
    name="radhar",
    folder_name="radhar",
    files=tuple(f"{name}.npz" for name in RADHAR_CLASSES),
    options=WindowOptions,
    make=_radhar,
    licence="BSD-3-Clause",
    cite="Singh et al., RadHAR, mmNets 2019; github.com/nesl/RadHAR",
    features=FEATURES,
    code=CODE,
)
MARS = Recordings(
    name="mars",
    folder_name="mars",
    files=tuple(f"subject{subject}_movements.npz" for subject in MARS_SUBJECTS),
    options=MarsOptions,
    make=_mars,
    licence="MIT",
    cite="An and Ogras, MARS, ACM TECS 20(5s) 2021; github.com/SizheAn/MARS",
    features=FEATURES,
    code=CODE,
)
