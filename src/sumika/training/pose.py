"""Poses from radar points: MARS' two people whose joints a Kinect measured beside the radar.

Traps of these recordings, and what is done about them: each file is a time part of the same session, so both parts of a
person stay together and the only honest split is one person against the other. Frame numbers have gaps, which a window
does not reach across in time. The Kinect sees the person mirrored: its joints' first coordinate runs to the radar's
right, as the radar's own. Hands, finger tips and thumbs are left out, as the recordings' makers do.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import VIEW_OF, ArraySet
from sumika.models.features.points import LEAST_POINTS
from sumika.models.features.pose import FEATURES, JOINTS, WINDOW_S, pose_row
from sumika.training.point_views import Changes, changed_body
from sumika.training.recordings import Recordings

Array = NDArray[np.float32]
Times = NDArray[np.float64]
SUBJECTS = (1, 3)
PARTS = ("validate", "test")
FRAME_INTERVAL_S = 0.1
MOST_ROWS = 8
"""Rows before and after that a window may reach."""
CHANGES = Changes(turn_deg=12.0, size=0.06, shift_m=0.05, noise_m=0.02, lost_frames=0.1)
OTHER_SIDE = tuple(
    JOINTS.index(name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")) for name in JOINTS
)
"""Of each joint the place of its mirror image."""


class PoseOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How recordings become examples.

    Attributes:
        views: Further views of each pose, changed at random: learnt from, never scored.
        seed: Of the views.
    """

    views: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.views < 0:
            raise ValueError("`views` is at least 0")


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """A pose and the points around its moment.

    Attributes:
        points: (point, 5), forward, sideways, up, velocity, intensity.
        since_s: Of each point, from the moment of the pose.
        joints_m: (joint, 3) in the order of `JOINTS`; forward, sideways, up, from the radar.
        centre_m: The body's middle: the median of everything that was seen of this person.
        apart_m: How far beside the radar the Kinect stood: where, sideways, the foot of the spine is on average, from
            the middle of the points. Mirror images are taken about it.
        person: Who.
    """

    points: Array
    since_s: Times
    apart_m: float
    joints_m: NDArray[np.float64]
    centre_m: tuple[float, float, float]
    person: str


def read_poses(folder: Path) -> Iterator[Pose]:
    """Yield every pose that some points were seen around."""
    for subject in SUBJECTS:
        files = [dict(np.load(folder / f"subject{subject}_pose_{part}.npz", allow_pickle=False)) for part in PARTS]
        every = np.concatenate([one["points"] for one in files])
        forward, sideways, up = np.median(every[:, [1, 0, 2]], axis=0).tolist()
        rows = [row for one in files for row in _rows(one)]
        apart_m = float(np.mean([joints_m[JOINTS.index("SpineBase"), 1] for _, _, joints_m in rows])) - sideways
        for points, since_s, joints_m in rows:
            if len(points) >= LEAST_POINTS:
                yield Pose(
                    points=points,
                    since_s=since_s,
                    joints_m=joints_m,
                    centre_m=(forward, sideways, up),
                    apart_m=apart_m,
                    person=f"person {subject}",
                )


def _rows(loaded: dict[str, NDArray[np.generic]]) -> Iterator[tuple[Array, Times, NDArray[np.float64]]]:
    columns = [str(name) for name in loaded["joint_columns"]]
    wanted = [[columns.index(f"{joint}_{axis}") for axis in ("Y", "X", "Z")] for joint in JOINTS]
    joints = np.asarray(loaded["joints"], np.float64)[:, wanted]
    order = np.argsort(loaded["index"], kind="stable")
    row = np.asarray(loaded["index"], np.int64)[order]
    # Here x runs sideways and y away from the radar.
    points = np.asarray(loaded["points"], np.float32)[order][:, [1, 0, 2, 3, 4]]
    frame = np.asarray(loaded["frame_no"], np.float64)[order]
    start = np.searchsorted(row, np.arange(len(joints) + 1))
    for number in range(len(joints)):
        if start[number] == start[number + 1]:
            continue
        part = slice(start[max(number - MOST_ROWS, 0)], start[min(number + MOST_ROWS + 1, len(joints))])
        since_s = (frame[part] - frame[start[number]]) * FRAME_INTERVAL_S
        near = np.abs(since_s) < WINDOW_S / 2
        yield points[part][near], since_s[near], joints[number]


def row_of(pose: Pose) -> Array:
    """Return what a student reads of a pose."""
    return pose_row(pose.points, pose.since_s, pose.centre_m, FRAME_INTERVAL_S)


def values_of(pose: Pose) -> Array:
    """Return what a student is to answer, float32 (value,): the joints from the body's middle, in m."""
    return np.asarray((pose.joints_m - np.asarray(pose.centre_m)).reshape(-1), np.float32)


def view_of(pose: Pose, random: np.random.Generator) -> Pose:
    """Return a pose as another body might have held it before another radar, its joints moved along with its points."""
    mirror = bool(random.random() < 0.5)
    joints_m = pose.joints_m[list(OTHER_SIDE)] if mirror else pose.joints_m
    centre, apart = np.asarray(pose.centre_m), np.array([0.0, pose.apart_m, 0.0])
    points, since_s, moved = changed_body(
        pose.points, pose.since_s, centre, CHANGES, random, mirror=mirror, others_m=joints_m - apart, pivot_s=0.0
    )
    return msgspec.structs.replace(pose, points=points, since_s=since_s, joints_m=moved + apart)


def _pose(folder: Path, options: PoseOptions) -> ArraySet:
    found = list(read_poses(folder))
    if not found:
        raise ValueError("there is no pose")
    random = np.random.default_rng(options.seed)
    every = found + [view_of(one, random) for _ in range(options.views) for one in found]
    domain = [one.person for one in found] + [VIEW_OF + one.person for one in found] * options.views
    return ArraySet(
        x=np.stack([row_of(one) for one in every]),
        y=np.stack([values_of(one) for one in every]),
        group=np.array([one.person for one in every]),
        domain=np.array(domain),
    )


POSE = Recordings(
    name="pose",
    folder_name="mars",
    files=tuple(f"subject{subject}_pose_{part}.npz" for subject in SUBJECTS for part in PARTS),
    options=PoseOptions,
    make=_pose,
    licence="MIT",
    cite="An and Ogras, MARS, ACM TECS 20(5s) 2021; github.com/SizheAn/MARS",
    features=FEATURES,
    code=(
        "sumika.models.features.points",
        "sumika.models.features.pose",
        "sumika.training.point_views",
    ),
)
