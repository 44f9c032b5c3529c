"""Which movement somebody makes who exercises: asked of students that tell a few movements apart, and nothing else.

Such a student always names one of its own, whatever a body does. So it is asked of those alone who exercise, as
`activity` tells it, and what is told says among which movements it chose. There are two: one knows five activities at a
sports pace, the other ten slow movements of a rehabilitation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.models.features.points import FEATURES, LEAST_POINTS, body_picture, turned_to
from sumika.perception._student import Asked, name_of
from sumika.perception._track_points import TrackPoints, Window
from sumika.schema import Activity, ActivityKind, Exercise, Message, Reason
from sumika.units import ns_to_seconds

SPORTS, REHABILITATION = "har-tiny", "movement-tiny"
__all__ = ["FEATURES", "KEEPS_S", "REHABILITATION", "SPORTS", "ExerciseState", "start", "step"]

LOOK_S = 2.0
KEEPS_S = 12.0
"""The middle of somebody who stands and moves an arm is the middle of all that was seen of them for so long."""

_STILL_M_S = 0.01
_Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one student reads.

    Attributes:
        window_s: Of its pictures.
        moving_only: Whether it learned from moving points alone, counted from their own middle.
    """

    window_s: float
    moving_only: bool


_KINDS = {SPORTS: _Kind(2.0, moving_only=True), REHABILITATION: _Kind(3.0, moving_only=False)}


@dataclass(slots=True)
class ExerciseState:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        points: Everybody's; those that `activity` follows.
        students: Who is asked, by name.
        told_s: By track, when something was told last.
    """

    points: TrackPoints
    students: dict[str, Asked]
    told_s: dict[int, float] = field(default_factory=dict)


def start(points: TrackPoints, students: Iterable[tuple[str, Asked | None]]) -> ExerciseState:
    """Return the state before the first message.

    Args:
        points: Kept by another step, for `KEEPS_S` at least.
        students: By name, of `FEATURES`; None where there is none.
    """
    return ExerciseState(points, {name: one for name, one in students if one is not None})


def step(state: ExerciseState, message: Activity) -> tuple[ExerciseState, tuple[Message, ...]]:
    """Take what somebody does.

    Args:
        state: Used up.
        message: As it was just told of the same points.

    Returns:
        The state, and every two seconds an `Exercise` of each student for each person who exercises.
    """
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    people = state.points.tracks
    state.told_s = {number: at_s for number, at_s in state.told_s.items() if number in people and at_s <= now_s}
    exercises = message.valid and message.kind is ActivityKind.EXERCISING and message.track in people
    if not exercises or now_s - state.told_s.get(message.track, -np.inf) < LOOK_S:
        return state, ()
    state.told_s[message.track] = now_s
    radar = state.points.radar_of(message.track, now_s - LOOK_S, now_s + 1e-3)
    return state, tuple(
        _look(state.points, student, _KINDS[name], message, radar) for name, student in state.students.items()
    )


def _look(points: TrackPoints, student: Asked, kind: _Kind, message: Activity, radar: str) -> Exercise:
    picture = _picture(points, kind, message, radar) if radar else None
    if picture is None:
        return _told(message, student, Reason.TOO_WEAK)
    answer = student.answer(picture)
    if not answer.valid or answer.probabilities is None:
        return _told(message, student, answer.reason)
    shares = tuple(float(one) for one in answer.probabilities)
    return _told(message, student, Reason.MEASURED, shares, answer.sigma)


def _picture(points: TrackPoints, kind: _Kind, message: Activity, radar: str) -> _Array | None:
    """Return what a student reads of the last seconds; None where they hold too little."""
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    body_m = points.tracks[message.track].position_m
    window = points.window(message.track, radar, now_s - kind.window_s + 1e-3, now_s + 1e-3)
    seen, time_s = _turned(window, body_m), window.time_s
    around = seen
    if kind.moving_only:
        moving = np.abs(seen[:, 3]) > _STILL_M_S
        seen, time_s, around = seen[moving], time_s[moving], seen[moving]
    elif len(seen):
        around = _turned(points.window(message.track, radar, now_s - KEEPS_S, now_s + 1e-3), body_m)
    if len(seen) < LEAST_POINTS:
        return None
    forward, sideways, up = np.median(around[:, :3], axis=0).tolist()
    return body_picture(
        seen, time_s, (forward, sideways, up), window_s=kind.window_s, frames=max(1.0, float(window.frames))
    )


def _turned(window: Window, body_m: tuple[float, float, float]) -> _Array:
    return turned_to(window.with_power(), window.radar_m, body_m)


def _told(
    message: Activity, student: Asked, reason: Reason, shares: tuple[float, ...] = (), sigma: float | None = None
) -> Exercise:
    best = int(np.argmax(shares)) if shares else None
    return Exercise(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=message.track,
        room=message.room,
        valid=best is not None,
        reason=reason,
        student=name_of(student),
        movement=student.classes[best] if best is not None and shares[best] > 0.5 else "",
        probability=None if best is None else shares[best],
        sigma=sigma,
        among=student.classes,
        shares=shares,
    )
