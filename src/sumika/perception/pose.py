"""Where the joints of those who are tracked are: a student reads a second or two of points about the moment.

It is told half of that late, because what comes right after tells where a limb was. Heights and places are those of the
house; how a body is turned to the radar is undone with the radar's place.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.models.features.points import turned_to
from sumika.models.features.pose import FEATURES, JOINTS, WINDOW_S, pose_row
from sumika.perception._student import Asked, asked, name_of
from sumika.perception._track_points import TrackPoints
from sumika.perception.storeys import Storeys
from sumika.schema import Message, PointCloud, Pose, Reason, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds

STUDENT = "pose-tiny"
__all__ = ["FEATURES", "STUDENT", "PoseState", "start", "step"]

LOOK_S, UNTOLD_S = 0.5, 5.0
LEAST_POINTS = 12
HEIGHT_S = 12.0
"""The height of a body's middle is that of all that was seen of it for so long: where only a foot moves for a moment,
the points of that moment lie on the foot."""

Vector = tuple[float, float, float]


@dataclass(slots=True)
class PoseState:
    """State of the house. The step owns it and changes it in place."""

    points: TrackPoints
    student: Asked | None
    told_s: dict[int, float] = field(default_factory=dict)
    middles: dict[int, Vector] = field(default_factory=dict)


def start(radars: Iterable[Radar], student: Asked | None, storeys: Storeys | None = None) -> PoseState:
    """Return the state before the first message.

    Args:
        radars: Those that tell directions.
        student: Of `FEATURES`, whose values are (joint, 3) forward, sideways and up from the body's middle; None where
            there is none.
        storeys: Of the house; None where there is but one.
    """
    return PoseState(TrackPoints.of(radars, HEIGHT_S, storeys), student)


def step(state: PoseState, message: PointCloud | Tracks) -> tuple[PoseState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: A frame's points, or where everybody is.

    Returns:
        The state, and twice a second a `Pose` for each person.
    """
    if isinstance(message, PointCloud):
        state.points.take_cloud(message)
        return state, ()
    state.points.take_tracks(message)
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    people = state.points.tracks
    state.told_s = {number: at_s for number, at_s in state.told_s.items() if number in people and at_s <= now_s}
    every_s = LOOK_S if state.student is not None else UNTOLD_S
    due = [track for track in people.values() if now_s - state.told_s.get(track.id, -math.inf) >= every_s]
    return state, tuple(_look(state, track, message, now_s) for track in due)


def _look(state: PoseState, track: Track, message: Tracks, now_s: float) -> Pose:
    state.told_s[track.id] = now_s
    if state.student is None:
        return _untold(message, track, Reason.NO_STUDENT)
    radar = state.points.radar_of(track.id, now_s - WINDOW_S, now_s + 1e-3)
    if not radar:
        return _untold(message, track, Reason.TOO_WEAK)
    window = state.points.window(track.id, radar, now_s - WINDOW_S + 1e-3, now_s + 1e-3)
    if len(window.points) < LEAST_POINTS:
        return _untold(message, track, Reason.TOO_WEAK, name_of(state.student))
    turned = turned_to(window.with_power(), window.radar_m, track.position_m)
    middle = np.median(turned[:, :3], axis=0).astype(float)
    lately = state.points.window(track.id, radar, now_s - HEIGHT_S, now_s + 1e-3)
    up_m = float(np.median(lately.points[:, 2])) - track.position_m[2]
    centre: Vector = (float(middle[0]), float(middle[1]), up_m)
    row = pose_row(turned, window.time_s - WINDOW_S / 2, centre, window.interval_s)
    answer = asked(state.student, row)
    if not answer.valid or answer.values is None:
        return _untold(message, track, answer.reason, name_of(state.student))
    joints = np.array(answer.values).reshape(len(JOINTS), 3) + np.array(centre)
    places = turned_back(joints, window.radar_m, track.position_m)
    if float(places[:, 2].min()) < -2.0 * answer.sigma:  # it has learned people who stand: who sits has no feet there
        return _untold(message, track, Reason.UNLIKE_LEARNED, name_of(state.student))
    return _told(message, track, places, answer.sigma, state.student)


def turned_back(places: NDArray[np.float64], radar_m: Vector, body_m: Vector) -> NDArray[np.float64]:
    """Return (joint, 3) in house coordinates of places as `turned_to` gives them.

    Args:
        places: (joint, 3) forward, sideways and up from the body.
        radar_m: Where the radar hangs.
        body_m: The body's middle.
    """
    ahead = np.array([body_m[0] - radar_m[0], body_m[1] - radar_m[1]])
    length = float(np.hypot(*ahead))
    ahead = ahead / length if length > 1e-6 else np.array([1.0, 0.0])
    x_m = places[:, 0] * ahead[0] + places[:, 1] * ahead[1]
    y_m = places[:, 0] * ahead[1] - places[:, 1] * ahead[0]
    in_house: NDArray[np.float64] = np.column_stack((x_m, y_m, places[:, 2])) + np.asarray(body_m)
    return in_house


def _told(message: Tracks, track: Track, joints_m: NDArray[np.float64], sigma_m: float, student: Asked) -> Pose:
    x_m, y_m, z_m = (tuple(round(float(one), 3) for one in column) for column in joints_m.T)
    return Pose(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        valid=True,
        reason=Reason.MEASURED,
        student=name_of(student),
        joints=JOINTS,
        x_m=x_m,
        y_m=y_m,
        z_m=z_m,
        sigma_m=sigma_m,
    )


def _untold(message: Tracks, track: Track, reason: Reason, student: str = "") -> Pose:
    return Pose(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        valid=False,
        reason=reason,
        student=student,
    )
