"""What those who are tracked do: a student reads the points of each body over the last seconds, from any radar's place.

It is a look at two seconds, once a second. Heights say what holds for longer: beside the student stands the rule of
`posture`, which follows each body over time, and what is told is the mean of both (a linear pool: M. Stone, Annals of
Mathematical Statistics 32, 1961). A student that is sure of what heights speak against is then not sure. Where it
cannot be told it is said why: no student, too few points (who keeps still shows hardly any), or a body unlike all that
was learned from.
"""

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.models.features.posture import FEATURES, TRACK_COLUMNS, WINDOW_S, posture_picture
from sumika.perception import posture
from sumika.perception._student import Asked, asked, name_of
from sumika.perception._track_points import TrackPoints, Window
from sumika.perception.storeys import Storeys
from sumika.schema import Activity, ActivityKind, Message, PointCloud, Posture, Reason, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds

LOOK_S, UNTOLD_S, NOBODY_S = 1.0, 5.0, 10.0
"""How often somebody's activity is told, how often that it cannot be, and how often that nobody is there."""

STUDENT = "posture-tiny"
_STANDING = (ActivityKind.STANDING, ActivityKind.WALKING, ActivityKind.BENDING, ActivityKind.EXERCISING)
_SITTING, _LYING = (ActivityKind.SITTING,), (ActivityKind.LYING, ActivityKind.FALL_LIKE)
"""What each posture of the rule may be."""

__all__ = ["FEATURES", "STUDENT", "ActivityState", "start", "step"]


@dataclass(slots=True)
class ActivityState:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        points: Everybody's.
        student: Who is asked; None: there is none.
        why_not: Where nothing is wanted: why nothing is told.
        told_s: By track, when something was told last.
        nobody_s: When it was last told that nobody is there.
        rule: Postures by height.
        held: By track, what the rule told last.
    """

    points: TrackPoints
    student: Asked | None
    why_not: Reason | None = None
    told_s: dict[int, float] = field(default_factory=dict)
    nobody_s: float = -np.inf
    rule: posture.PostureState = field(default_factory=posture.start)
    held: dict[int, Posture] = field(default_factory=dict)


def start(
    radars: Iterable[Radar],
    student: Asked | None,
    why_not: Reason | None = None,
    keeps_s: float = WINDOW_S + 1.0,
    storeys: Storeys | None = None,
) -> ActivityState:
    """Return the state before the first message.

    Args:
        radars: Those that tell directions.
        student: Of `FEATURES`; None where there is none.
        why_not: Where nothing is to be told: why; then it is said now and then that it is not.
        keeps_s: How long points are kept; others may look at them, too.
        storeys: Of the house; None where there is but one.
    """
    return ActivityState(TrackPoints.of(radars, keeps_s, storeys), student, why_not)


def step(state: ActivityState, message: PointCloud | Tracks) -> tuple[ActivityState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: A frame's points, or where everybody is.

    Returns:
        The state, and once a second an `Activity` for each person; every ten seconds one of nobody (track 0) where
        nobody is there.
    """
    if isinstance(message, PointCloud):
        if state.why_not is None and state.student is not None:
            state.points.take_cloud(message)
        return state, ()
    state.points.take_tracks(message)
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    people = state.points.tracks if state.why_not is None else {}
    _follow(state, message, people)
    state.told_s = {number: at_s for number, at_s in state.told_s.items() if number in people and at_s <= now_s}
    told = [_look(state, track, message, now_s) for track in people.values() if _is_due(state, track, now_s)]
    if people or 0.0 <= now_s - state.nobody_s < NOBODY_S:
        return state, tuple(told)
    state.nobody_s = now_s
    return state, (_untold(message, None, state.why_not or Reason.NO_PERSON),)


def _follow(state: ActivityState, message: Tracks, people: Container[int]) -> None:
    state.rule, told = posture.step(state.rule, message)
    state.held |= {one.track: one for one in told if isinstance(one, Posture)}
    state.held = {number: one for number, one in state.held.items() if number in people}


def _pooled(shares: NDArray[np.float64], held: Posture | None) -> NDArray[np.float64]:
    """Return the mean of what student and rule say; the student's alone where heights say nothing."""
    if held is None or held.reason is Reason.NO_ELEVATION:
        return shares
    rule = held.other * shares
    for kinds, share in ((_STANDING, held.standing), (_SITTING, held.sitting), (_LYING, held.lying)):
        own = np.array([kind in kinds for kind in ActivityKind])
        within = np.where(own, shares + 1e-6, 0.0)
        rule = rule + share * within / within.sum()
    pooled: NDArray[np.float64] = 0.5 * (shares + rule)
    return pooled


def _is_due(state: ActivityState, track: Track, now_s: float) -> bool:
    told_s = state.told_s.get(track.id)
    return told_s is None or now_s - told_s >= (LOOK_S if state.student is not None else UNTOLD_S)


def _look(state: ActivityState, track: Track, message: Tracks, now_s: float) -> Activity:
    state.told_s[track.id] = now_s
    if state.student is None:
        return _untold(message, track, Reason.NO_STUDENT)
    # Up to what is known of everybody: points of the newest frame may still wait for their tracks.
    radar = state.points.radar_of(track.id, now_s - WINDOW_S, now_s + 1e-3)
    picture = _picture(state.points.window(track.id, radar, now_s - WINDOW_S + 1e-3, now_s + 1e-3)) if radar else None
    if picture is None:
        return _untold(message, track, Reason.TOO_WEAK)
    answer = asked(state.student, picture)
    if not answer.valid or answer.probabilities is None:
        return _untold(message, track, answer.reason, name_of(state.student))
    by = dict(zip(state.student.classes, answer.probabilities, strict=True))
    said = np.array([float(by.get(kind.value, 0.0)) for kind in ActivityKind])
    shares = tuple(float(share) for share in _pooled(said, state.held.get(track.id)))
    best = int(np.argmax(shares))
    return Activity(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        valid=True,
        reason=Reason.MEASURED,
        student=name_of(state.student),
        kind=list(ActivityKind)[best] if shares[best] > 0.5 else None,
        probability=shares[best],
        sigma=answer.sigma,
        shares=shares,
    )


def _picture(window: Window) -> NDArray[np.float32] | None:
    """Return what the student reads of a window; None where it holds too little."""
    looks = np.array([_look_at(one) for one in window.tracks], np.float64).reshape(-1, len(TRACK_COLUMNS))
    return posture_picture(window.points, window.time_s, looks, window.track_time_s, window.radar_m)


def _look_at(track: Track) -> tuple[float, ...]:
    """Return a look at a track, in the order of `TRACK_COLUMNS`."""
    return (
        *track.position_m,
        track.position_sigma_m[2],
        track.velocity_m_s[2],
        math.hypot(*track.velocity_m_s[:2]),
        max(track.size_m[:2]),
        track.size_m[2],
        track.top_m,
    )


def _untold(message: Tracks, track: Track | None, reason: Reason, student: str = "") -> Activity:
    return Activity(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=0 if track is None else track.id,
        room="" if track is None else track.room,
        valid=False,
        reason=reason,
        student=student,
    )
