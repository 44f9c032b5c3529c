"""Arm gestures of who keeps to one place: what lies between two rests of a body's points is shown to a student.

A gesture asks for something only when it was seen twice within some seconds, both times surely: who scratches an ear
must not switch a lamp. What it asks for is described in `house.yaml`; this step knows nothing of that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from sumika.models.features.gestures import (
    FEATURES,
    LEAST_POINTS,
    LEAST_S,
    LONGEST_GAP_S,
    MOST_S,
    gesture_picture,
)
from sumika.models.features.points import turned_to
from sumika.perception._student import Asked, name_of
from sumika.perception._track_points import TrackPoints
from sumika.perception.storeys import Storeys
from sumika.schema import Gesture, Message, PointCloud, Reason, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds

STUDENT = "gesture-tiny"
__all__ = ["FEATURES", "STUDENT", "GestureState", "start", "step"]

MOVES_M_S = 0.1
FEWEST_MOVING = 2
"""A frame with fewer points that move is a rest."""

GOES_M_S = 0.35
"""Who walks makes no gesture."""

SURE = 0.8
AGAIN_S = 8.0
"""The second time must follow within so long of the first."""

LOOK_S = 0.2
_KEEPS_S = MOST_S + 2.0


@dataclass(slots=True)
class _Hand:
    """What is known of one body's gestures.

    Attributes:
        looked_s: Up to when its points were looked at.
        gesture: The last sure one that was seen once.
        seen_s: When.
        walked_s: When the body last went somewhere.
    """

    looked_s: float = -np.inf
    gesture: str = ""
    seen_s: float = -np.inf
    walked_s: float = -np.inf


@dataclass(slots=True)
class GestureState:
    """State of the house. The step owns it and changes it in place."""

    points: TrackPoints
    student: Asked | None
    hands: dict[int, _Hand] = field(default_factory=dict)
    looked_s: float = -np.inf


def start(radars: Iterable[Radar], student: Asked | None, storeys: Storeys | None = None) -> GestureState:
    """Return the state before the first message.

    Args:
        radars: Those that tell directions.
        student: Of `FEATURES`; None where there is none.
        storeys: Of the house; None where there is but one.
    """
    return GestureState(TrackPoints.of(radars, _KEEPS_S, storeys), student)


def step(state: GestureState, message: PointCloud | Tracks) -> tuple[GestureState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: A frame's points, or where everybody is.

    Returns:
        The state, and a `Gesture` for each that was seen surely; the second time of the same it is confirmed.
    """
    if isinstance(message, PointCloud):
        state.points.take_cloud(message)
        return state, ()
    state.points.take_tracks(message)
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    if state.student is None or 0.0 <= now_s - state.looked_s < LOOK_S:
        return state, ()
    state.looked_s = now_s
    people = state.points.tracks
    state.hands = {number: state.hands.get(number) or _Hand() for number in people}
    told = [_look(state, state.student, track, message, now_s) for track in people.values()]
    return state, tuple(one for one in told if one is not None)


def _look(state: GestureState, student: Asked, track: Track, message: Tracks, now_s: float) -> Gesture | None:
    hand = state.hands[track.id]
    if track.going_m_s > GOES_M_S:
        hand.walked_s = now_s
    ended = _ended(state.points, track.id, max(hand.looked_s, hand.walked_s), now_s)
    if ended is None:
        return None
    radar, begin_s, end_s = ended
    hand.looked_s = end_s
    window = state.points.window(track.id, radar, begin_s, end_s)
    turned = turned_to(window.with_power(), window.radar_m, track.position_m)
    picture = gesture_picture(turned, window.time_s, window.interval_s)
    answer = student.answer(picture) if picture is not None else None
    if answer is None or not answer.valid or answer.probabilities is None:
        return None
    best = int(np.argmax(answer.probabilities))
    gesture, probability = student.classes[best], answer.probabilities[best]
    if probability < SURE:
        return None
    confirmed = gesture == hand.gesture and now_s - hand.seen_s <= AGAIN_S
    # A third one begins anew: it is the first of another pair.
    hand.gesture, hand.seen_s = ("" if confirmed else gesture), now_s
    return Gesture(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        valid=True,
        reason=Reason.MEASURED,
        student=name_of(student),
        gesture=gesture,
        probability=probability,
        sigma=answer.sigma,
        confirmed=confirmed,
    )


def _ended(points: TrackPoints, track: int, after_s: float, now_s: float) -> tuple[str, float, float] | None:
    """Return the radar, begin and end of the last movement between two rests; None where there is none that is over.

    Args:
        points: Of everybody.
        track: Whose.
        after_s: What began before is not looked at.
        now_s: Present time.
    """
    radar = points.radar_of(track, now_s - _KEEPS_S, now_s + 1e-3)
    if not radar:
        return None
    frames = points.moving(track, radar, MOVES_M_S)
    busy = [at_s for at_s, count in frames if count >= FEWEST_MOVING and at_s > after_s]
    if not busy or now_s - busy[-1] <= LONGEST_GAP_S:
        return None
    gaps = np.flatnonzero(np.diff(busy) > LONGEST_GAP_S)
    begin_s = busy[int(gaps[-1]) + 1] if len(gaps) else busy[0]
    end_s = busy[-1] + 1e-3
    enough = LEAST_S <= end_s - begin_s <= MOST_S
    moving = sum(count for at_s, count in frames if begin_s <= at_s < end_s)
    return (radar, begin_s, end_s) if enough and moving >= LEAST_POINTS else None
