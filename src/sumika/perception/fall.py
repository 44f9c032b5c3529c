"""Suspected falls: how somebody came to lie on the floor, weighed.

Who lies still, low for `LYING_S`, and was higher before, has fallen the more probably

- the lower the middle of the body is: lying on the floor it is at 0.15 m, sitting on it at 0.45 m, lying on a bed at
  0.6 m; and the less high its points reach: who sits has a torso above him, however wrong heights are;
- the faster it came down, and its points with it: who falls from standing is down within 0.5 to 1 s, who lies down on
  purpose takes longer;
- the surer the heights are, the more steadily the body is seen, and the less it moves about.

The weights of these are learned (`_fall_odds`). What lies on a bed or sofa that is known, at its height, has not
fallen. Where animals live, only who is surely a person can have fallen: a cat that jumps off a sofa comes down as fast
as a person, and lies as low.

A student (`fall-tiny`) sees more of it: all points at the place, and everybody's way, over twelve seconds
(`_fall_looks`). Where there is one, and it has learned from the likes of what it is shown, it decides; where it is
missing or abstains, the rule above does. The scores of both are in `sumika.evaluate.people.falls`.

The middle is used and not the top: a tracker finds a middle from all points of a moment, a top only over seconds.

What was a candidate is cleared when the person is up again, or does not lie still within `PATIENCE_S`. A body that is
lost low has not got up: its suspicion goes on where it lay, until somebody rises there. So it does where the track of
who lies is carried off by the points of another who walks by, and what is left at the place is a track of its own.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from sumika.clock import Instant
from sumika.models.features.falls import FEATURES
from sumika.perception._bodies import (
    CORRELATION_S,
    MOST_BODIES,
    NO_ELEVATION_M,
    makes_sense,
    passed_s,
    place_of,
    share_below,
)
from sumika.perception._drops import LOW_M, Descent
from sumika.perception._fall_looks import FallLook, FallLooks
from sumika.perception._fall_rule import MEAN_S, UP_M, on_floor, probability_of, sigma_of, weigh
from sumika.perception._fall_same_body import (
    PERSON_M,
    UPRIGHT_S,
    found_again,
    goes_low,
    hand_over,
    has_left,
    is_told_of,
    known,
    number_for,
)
from sumika.perception._fall_stages import (
    CANDIDATE,
    LYING_S,
    PATIENCE_S,
    SETTLE_S,
    SUSPECTED,
    UP_S,
    Body,
    Suspicion,
    Told,
    message_of,
    next_stage,
    stage_by_student,
)
from sumika.perception._fall_state import FallState
from sumika.perception._low_points import RecentPoints
from sumika.perception._resting import resting_places
from sumika.perception._student import Asked, name_of
from sumika.schema import FallStage, Message, PointCloud, RestingPlace, SuspectedFall, Track, TrackKind, Tracks
from sumika.schema.house import House, Radar

__all__ = [
    "CANDIDATE",
    "FEATURES",
    "LYING_S",
    "PATIENCE_S",
    "SEATED_M",
    "STUDENT",
    "SUSPECTED",
    "UP_S",
    "FallState",
    "start",
    "start_in",
    "step",
    "weigh",
]

STUDENT, FELL = "fall-tiny", "fell"
"""Who is asked, and which of its classes is a fall."""

PUBLISH_S = 1.0
LOST_S = 600.0
"""A suspicion outlives its track so long: who lies behind a sofa is not up again."""

SEATED_M = 0.73
"""Who is higher is not looked at: he sits, or stands."""

_LOOK_S = 0.2
_RISEN_M = 0.6
_AMONG_ANIMALS, _WITHOUT_ANIMALS = 1 / 9, 30.0
"""Odds of a person, beside those of a tracker that does not know who lives there: it takes nine in ten of whom it knows
nothing for persons, which is too many where animals live, and too few where none do."""

_RESTS = 0.3
"""Who lies beside his bed with no more than this probability lies on it, though errors tell him as low as the floor."""


def start_in(house: House, student: Asked | None = None) -> FallState:
    """Return the state before the first message in a house, whose beds, sofas, animals and radars are known."""
    places = resting_places(house.furniture)
    return start(places, animals=house.has_animals, radars=house.radars, student=student)


def start(
    places: Sequence[RestingPlace] = (),
    *,
    animals: bool = False,
    radars: Iterable[Radar] = (),
    student: Asked | None = None,
) -> FallState:
    """Return the state before the first message.

    Args:
        places: Beds and sofas, in house coordinates; without them a low bed is told from the floor by height alone.
        animals: Whether there are any that jump and lie about.
        radars: Whose points are looked at; without them heights alone tell who sits on the floor.
        student: Of `FEATURES`, asked where there are points; None where there is none.
    """
    points = RecentPoints.of(radars)
    looks = FallLooks(points.radars, tuple(places), animals, points) if student is not None and points.radars else None
    return FallState(tuple(places), animals, points, student, looks)


def step(state: FallState, message: Tracks | PointCloud) -> tuple[FallState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Where everybody is, or a frame's points. Tracks with numbers that cannot be are left out and counted.

    Returns:
        The state, and a `SuspectedFall` whenever somebody's stage changes, and once a second while it is suspected.
    """
    if isinstance(message, PointCloud):
        state.points.take(message)
        return state, ()
    told: list[Message] = []
    sound = [track for track in message.tracks if makes_sense(track)]
    state.refused += len(message.tracks) - len(sound)
    _forget(state, message.stamp)
    present = {track.id for track in sound}
    for track in sound:
        body = known(state, track, message.stamp) or found_again(state, track, present, message.stamp)
        if body is None:
            body = state.bodies[track.id] = _body(track, message.stamp)
        _see(state, body, track, message.stamp)
        _look(state, body, track, sound, message.stamp)
    _ask(state, message, sound)
    for number, body in list(state.bodies.items()):
        if body.suspicion is not None:
            told += _follow(state, number, body, body.suspicion, message, present)
    return state, tuple(told)


def _forget(state: FallState, now: Instant) -> None:
    for id_, body in list(state.bodies.items()):
        age_s = passed_s(body.seen, now)
        if age_s is None or age_s > (LOST_S if body.suspicion is not None else 30.0):
            del state.bodies[id_]
    while len(state.bodies) >= MOST_BODIES:
        calm = next((id_ for id_, body in state.bodies.items() if body.suspicion is None), next(iter(state.bodies)))
        del state.bodies[calm]


def _body(track: Track, now: Instant) -> Body:
    return Body(now, track.position_m[2], now, track.room, track.position_m)


def _see(state: FallState, body: Body, track: Track, now: Instant) -> None:
    """Keep where the body is, how high, and what it is."""
    gone_s = passed_s(body.seen, now) or 0.0
    body.seen, body.room, body.position_m = now, track.room, track.position_m
    body.person = _person(state, body, track)
    if track.position_sigma_m[2] > NO_ELEVATION_M:
        body.memory.add(track, now)
        return  # out of sight: where it was is all that is known
    anew = math.isinf(body.sigma_m) or gone_s > SETTLE_S
    share = 1.0 if anew else 1.0 - math.exp(-gone_s / MEAN_S)
    sigma_m = track.position_sigma_m[2] * math.sqrt(CORRELATION_S / (CORRELATION_S + MEAN_S))
    body.middle_m += share * (track.position_m[2] - body.middle_m)
    body.sigma_m = track.position_sigma_m[2] if anew else body.sigma_m + share * (sigma_m - body.sigma_m)
    place = place_of(body.position_m[0], body.position_m[1], state.places)
    if body.middle_m > PERSON_M + (place.height_m if place is not None else 0.0) and not anew:
        body.upright_s += gone_s
    rests = place is not None and on_floor(state, body, body.middle_m, body.sigma_m) < _RESTS
    body.memory.add(track, now, rests=rests)


def _person(state: FallState, body: Body, track: Track) -> float:
    """Return how surely a track is a person, by what the tracker learned of it; by height where nobody told kinds."""
    if track.kind is TrackKind.UNKNOWN:
        return float(not state.animals or body.upright_s >= UPRIGHT_S)
    share = min(max(track.kind_probability, 0.0), 1.0)
    person = share if track.kind is TrackKind.PERSON else 1.0 - share
    learned = person * (_AMONG_ANIMALS if state.animals else _WITHOUT_ANIMALS)
    return learned / max(learned + 1.0 - person, 1e-9)


def _look(state: FallState, body: Body, track: Track, tracks: Sequence[Track], now: Instant) -> None:
    """Weigh anew, now and then, how a body that is low came to be so."""
    since_s = passed_s(body.looked, now)
    if body.middle_m > SEATED_M or (since_s is not None and since_s < _LOOK_S):
        return
    body.looked = now
    suspicion = body.suspicion
    if suspicion is not None and suspicion.stage is FallStage.SUSPECTED:
        return
    descent = weigh(state, body, track, tracks, now)
    if descent is None:
        if suspicion is not None and body.middle_m >= LOW_M:
            suspicion.weighed = None
        elif suspicion is not None:  # found again, or another's: how it came down is remembered, how low it is, seen
            suspicion.descent = replace(suspicion.descent, low_m=body.middle_m)
        return
    spot = track.position_m[:2]
    if suspicion is not None:
        suspicion.look(descent, now)
        if descent.low_s < SETTLE_S:
            suspicion.place_m = spot
    elif body.asked(now) is None and probability_of(state, body, descent) >= CANDIDATE:
        body.suspicion = Suspicion(number_for(state, track.id), descent, now, now, spot)
        body.was_person = body.person


def _ask(state: FallState, tracks: Tracks, sound: Sequence[Track]) -> None:
    """Ask the student, now and then, of everybody who may lie on the floor."""
    if state.looks is None or state.student is None:
        return
    state.looks.take(tracks, sound)
    if not state.looks.due(tracks.stamp):
        return
    looks = list(state.looks.look(tracks.stamp))
    answers = state.student.answers(np.stack([look.picture for look in looks])) if looks else []
    for look, answer in zip(looks, answers, strict=True):
        body = state.bodies.get(look.track)
        if body is None:
            continue
        if answer.probabilities is None:
            body.told = ()  # unlike anything that was learned: heights decide
            continue
        fell = float(answer.probabilities[state.student.classes.index(FELL)])
        body.hear(Told(tracks.stamp, fell, answer.sigma, look.place_m))
        if fell >= CANDIDATE and body.suspicion is None:
            number = number_for(state, look.track)
            body.suspicion = Suspicion(number, _came_down(body, look), tracks.stamp, tracks.stamp, look.place_m)
            body.was_person = body.person


def _came_down(body: Body, look: FallLook) -> Descent:
    """Return how a body came down, as far as its heights tell."""
    descent = body.memory.descent()
    if descent is not None:
        return descent
    highest = max((height.middle_m for height in body.memory.heights), default=look.middle_m)
    return Descent(top_m=highest, low_m=look.middle_m, sigma_m=min(body.sigma_m, 1.0), speed_m_s=0.0)


def _follow(
    state: FallState, number: int, body: Body, suspicion: Suspicion, message: Tracks, present: set[int]
) -> tuple[SuspectedFall, ...]:
    """Take a suspicion to its next stage."""
    now = message.stamp
    since_s = passed_s(suspicion.began, now)
    if since_s is None:
        body.suspicion = None
        return ()
    told = body.asked(now)
    lost = number not in present
    up = not lost and _is_up(body, suspicion) and (told is None or told.fell < CANDIDATE)
    # Who gets up is higher at the place first, and leaves it then.
    carried_off = suspicion.up_since is None and has_left(body, suspicion)
    leaves = lost or (carried_off and (up or goes_low(state, body, suspicion)))
    if leaves and hand_over(state, number, body, suspicion, present):
        return ()
    suspicion.up_since = (suspicion.up_since or now) if up else None
    if told is not None:
        probability, stage = told.fell, stage_by_student(suspicion, body, told, now)
    else:
        probability = probability_of(state, body, suspicion.descent)
        stage = next_stage(suspicion, probability, now, low=body.middle_m < UP_M, answered=body.answered)
    if stage is FallStage.SUSPECTED and suspicion.stage is not stage and is_told_of(state, suspicion):
        return ()  # the other end of the same body
    due_s = passed_s(suspicion.published, now)
    repeat = stage is FallStage.SUSPECTED and (due_s is None or due_s >= PUBLISH_S)
    if stage is suspicion.stage and not repeat:
        return ()
    said = suspicion.stage
    suspicion.stage, suspicion.published = stage, now
    if stage is FallStage.CLEARED:
        body.suspicion = None
        body.memory.heights.clear()
    if stage is None or (stage is FallStage.CLEARED and said is None):
        return ()
    sigma = told.sigma if told is not None else sigma_of(state, body, suspicion.descent)
    student = name_of(state.student) if told is not None else ""
    return (message_of(body, suspicion, stage, message, (probability, sigma), student),)


def _is_up(body: Body, suspicion: Suspicion) -> bool:
    """Return whether a body that is in sight is no longer low: who has risen may sit down elsewhere at once."""
    if suspicion.up_since is not None and has_left(body, suspicion):
        return body.middle_m > UP_M
    # A student finds those, too, whose heights are told wrong: they are up when that is beyond doubt.
    return share_below(_RISEN_M if body.told else UP_M, body.middle_m, body.sigma_m) < 0.2
