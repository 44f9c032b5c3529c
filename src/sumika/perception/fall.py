"""Suspected falls: how somebody came to lie on the floor, weighed.

Who lies still, low for `LYING_S`, and was higher before, has fallen the more probably

- the lower the middle of the body is: lying on the floor it is at 0.15 m, sitting on it at 0.45 m, lying on a bed at
  0.6 m;
- the faster it came down: who falls from standing is down within 0.5 to 1 s, who lies down on purpose takes longer;
- the surer the heights are, the more steadily the body is seen, and the less it moves about.

The weights of these (`_WEIGHTS`) are those of a logistic regression over simulated falls and everyday ways down to the
floor, through a radar's samples; the scores of other such scenes are in `sumika.evaluate.people.falls`. What lies on a
bed or sofa that is known, at its height, has not fallen. Where animals live, only who was seen as high up as no animal
is can have fallen: a cat that jumps off a sofa comes down as fast as a person, and lies as low.

The middle is used and not the top: a tracker finds a middle from all points of a moment, a top only over seconds.

What was a candidate is cleared when the person is up again, or does not lie still within `PATIENCE_S`. A body that is
lost and found again near the same place, under the same or another id, keeps its stage.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sumika.clock import Instant
from sumika.perception._bodies import (
    CORRELATION_S,
    MOST_BODIES,
    NO_ELEVATION_M,
    log_normal_density,
    makes_sense,
    passed_s,
    place_of,
    share_below,
)
from sumika.perception._drops import LOW_M, Descent, HeightMemory
from sumika.perception._resting import resting_places
from sumika.schema import (
    FallStage,
    Message,
    Reason,
    RestingPlace,
    SuspectedFall,
    Track,
    TrackKind,
    Tracks,
)
from sumika.schema.house import House

LYING_S = 5.0
"""Who lies still this long after coming down fast did not mean to."""

PATIENCE_S = 60.0
"""Who has not lain still within this time moves about on the floor: playing, cleaning."""

UP_S = 1.5
"""This long no longer lying on the floor, and a person is up again."""

CANDIDATE, SUSPECTED = 0.3, 0.6
"""Probabilities from which on it is said."""

PUBLISH_S = 1.0
LOST_S = 600.0
"""A suspicion outlives its track so long: who lies behind a sofa is not up again."""

FOUND_AGAIN_S = 4.0
"""Who was lost for no longer, and is found low at the place, is the same body."""

NEAR_M = 1.0
SETTLE_S = 1.0
"""Heights settle so long after a drop before they are believed to be where it ended."""

_LOOK_S = 0.2
_MEAN_S = 0.5
_BODY_SPREAD_M = 0.08
_UP_M = 0.4
_LYING_M = 0.15
_PERSON_M, _UPRIGHT_S = 0.7, 1.0
"""No animal's middle is as high above what it stands on for as long."""

_ON_PLACE = 0.9
"""Probability, before heights are looked at, that who lies within a bed's outline lies on it and not beside it."""

_STILL_M_S = 0.4
"""Who moves faster over the floor, on average over seconds, does not lie still."""

_WEIGHTS = {"low_m": -17.5, "sigma_m": -7.0, "speed_m_s": 2.35, "seen": 1.95, "wandered_m": -1.7}
_BIAS = 1.55
_MOST_SPEED_M_S = 2.5
_FAST_M_S, _FAST_SPREAD_M_S = 0.5, 0.08
"""Slower than this nobody falls, whatever else speaks for it: on floors people lie far more often on purpose."""

_LEAST_LOW_M = 0.05
"""Errors may put a body below the floor: it then lies no surer than on it."""


@dataclass(slots=True)
class _Suspicion:
    """What may have been a fall."""

    descent: Descent
    weighed: Instant | None
    began: Instant
    stage: FallStage | None = None
    published: Instant | None = None
    up_since: Instant | None = None

    def lain_s(self, now: Instant) -> float:
        """Return how long the body has lain low and still; out of sight it is thought to go on lying."""
        if self.weighed is None or self.descent.going_m_s > _STILL_M_S:
            return 0.0
        return self.descent.low_s + (passed_s(self.weighed, now) or 0.0)


@dataclass(slots=True)
class _Body:
    """One person's heights and suspicion."""

    seen: Instant
    position_m: tuple[float, float, float]
    memory: HeightMemory = field(default_factory=HeightMemory)
    looked: Instant | None = None
    middle_m: float = 0.0
    sigma_m: float = math.inf
    upright_s: float = 0.0
    suspicion: _Suspicion | None = None


@dataclass(slots=True)
class FallState:
    """Everybody's. The step owns it and changes it in place."""

    places: tuple[RestingPlace, ...] = ()
    animals: bool = False
    bodies: dict[int, _Body] = field(default_factory=dict)
    refused: int = 0


def start_in(house: House) -> FallState:
    """Return the state before the first message in a house, whose beds, sofas and animals are known."""
    return start(resting_places(house.furniture), animals=house.has_animals)


def start(places: Sequence[RestingPlace] = (), *, animals: bool = False) -> FallState:
    """Return the state before the first message.

    Args:
        places: Beds and sofas, in house coordinates; without them a low bed is told from the floor by height alone.
        animals: Whether there are any that jump and lie about.
    """
    return FallState(tuple(places), animals)


def step(state: FallState, message: Tracks) -> tuple[FallState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Where everybody is. Tracks with numbers that cannot be are left out and counted.

    Returns:
        The state, and a `SuspectedFall` whenever somebody's stage changes, and once a second while it is suspected.
    """
    told: list[Message] = []
    sound = [track for track in message.tracks if makes_sense(track)]
    state.refused += len(message.tracks) - len(sound)
    _forget(state, message.stamp)
    present = {track.id for track in sound}
    for track in sound:
        body = state.bodies.get(track.id) or _found_again(state, track, present, message.stamp)
        if body is None:
            body = state.bodies[track.id] = _Body(message.stamp, track.position_m)
        _see(state, body, track, message.stamp)
        _look(state, body, track, message.stamp)
        if body.suspicion is not None:
            told += _follow(state, body, body.suspicion, track, message)
    return state, tuple(told)


def _forget(state: FallState, now: Instant) -> None:
    for id_, body in list(state.bodies.items()):
        age_s = passed_s(body.seen, now)
        if age_s is None or age_s > (LOST_S if body.suspicion is not None else 30.0):
            del state.bodies[id_]
    while len(state.bodies) >= MOST_BODIES:
        calm = next((id_ for id_, body in state.bodies.items() if body.suspicion is None), next(iter(state.bodies)))
        del state.bodies[calm]


def _found_again(state: FallState, track: Track, present: set[int], now: Instant) -> _Body | None:
    """Return the body that was lost where a new track appears low, and hand it over to that track."""
    for id_, body in list(state.bodies.items()):
        near = math.dist(body.position_m[:2], track.position_m[:2]) < NEAR_M
        recent = body.suspicion is not None or (passed_s(body.seen, now) or 0.0) < FOUND_AGAIN_S
        if (
            id_ not in present
            and near
            and recent
            and share_below(_UP_M, track.position_m[2], track.position_sigma_m[2]) > 0.5
        ):
            state.bodies[track.id] = body
            del state.bodies[id_]
            return body
    return None


def _see(state: FallState, body: _Body, track: Track, now: Instant) -> None:
    """Keep where the body is, and how high."""
    gone_s = passed_s(body.seen, now) or 0.0
    body.seen, body.position_m = now, track.position_m
    body.memory.add(track, now)
    if track.position_sigma_m[2] > NO_ELEVATION_M:
        return  # out of sight: where it was is all that is known
    anew = math.isinf(body.sigma_m) or gone_s > SETTLE_S
    share = 1.0 if anew else 1.0 - math.exp(-gone_s / _MEAN_S)
    sigma_m = track.position_sigma_m[2] * math.sqrt(CORRELATION_S / (CORRELATION_S + _MEAN_S))
    body.middle_m += share * (track.position_m[2] - body.middle_m)
    body.sigma_m = track.position_sigma_m[2] if anew else body.sigma_m + share * (sigma_m - body.sigma_m)
    place = place_of(body.position_m[0], body.position_m[1], state.places)
    if body.middle_m > _PERSON_M + (place.height_m if place is not None else 0.0) and not anew:
        body.upright_s += gone_s


def _look(state: FallState, body: _Body, track: Track, now: Instant) -> None:
    """Weigh anew, now and then, how a body that is low came to be so."""
    since_s = passed_s(body.looked, now)
    if body.middle_m > _UP_M + LOW_M or (since_s is not None and since_s < _LOOK_S):
        return
    body.looked = now
    descent = body.memory.descent()
    if descent is None:
        if body.suspicion is not None and body.middle_m >= LOW_M:
            body.suspicion.weighed = None
        return
    if body.suspicion is not None:
        if body.suspicion.stage is not FallStage.SUSPECTED:
            body.suspicion.descent, body.suspicion.weighed = descent, now
    elif _probability(state, body, descent, track) >= CANDIDATE:
        body.suspicion = _Suspicion(descent, now, now)


def _probability(state: FallState, body: _Body, descent: Descent, track: Track, off: float = 0.0) -> float:
    """Return the probability of a fall, with the present height `off` standard deviations higher than measured."""
    low_m = descent.low_m + off * descent.sigma_m
    values = {
        "low_m": max(low_m, _LEAST_LOW_M),
        "sigma_m": descent.sigma_m,
        "speed_m_s": min(descent.speed_m_s, _MOST_SPEED_M_S),
        "seen": descent.seen,
        "wandered_m": descent.wandered_m,
    }
    log_odds = _BIAS + sum(_WEIGHTS[name] * value for name, value in values.items())
    person = 1.0 if body.upright_s >= _UPRIGHT_S else _person(track) * float(not state.animals)
    on_floor = _on_floor(state, body, low_m, descent.sigma_m)
    fast = 1.0 - share_below(_FAST_M_S, descent.speed_m_s, _FAST_SPREAD_M_S)
    return fast * on_floor * person / (1.0 + math.exp(min(max(-log_odds, -500.0), 500.0)))


def _person(track: Track) -> float:
    """Return how surely a track is a person, by how it walked; a kind that nobody knows is one."""
    share = min(max(track.kind_probability, 0.0), 1.0)
    if track.kind is TrackKind.UNKNOWN:
        return 1.0
    return share if track.kind is TrackKind.PERSON else 1.0 - share


def _on_floor(state: FallState, body: _Body, low_m: float, sigma_m: float) -> float:
    """Return the probability that a body of such a height lies beside the bed or sofa at its place, not on it."""
    place = place_of(body.position_m[0], body.position_m[1], state.places)
    if place is None:
        return 1.0
    sigma = math.hypot(sigma_m, _BODY_SPREAD_M)
    on_it = log_normal_density(low_m, _LYING_M + place.height_m, sigma) + math.log(_ON_PLACE)
    beside = log_normal_density(low_m, _LYING_M, sigma) + math.log(1 - _ON_PLACE)
    return 1.0 / (1.0 + math.exp(min(on_it - beside, 500.0)))


def _follow(
    state: FallState, body: _Body, suspicion: _Suspicion, track: Track, message: Tracks
) -> tuple[SuspectedFall, ...]:
    """Take a suspicion to its next stage."""
    now = message.stamp
    since_s = passed_s(suspicion.began, now)
    if since_s is None:
        body.suspicion = None
        return ()
    up = share_below(_UP_M, body.middle_m, body.sigma_m) < 0.2
    suspicion.up_since = (suspicion.up_since or now) if up else None
    probability = _probability(state, body, suspicion.descent, track)
    stage = _next_stage(suspicion, probability, since_s, now, low=body.middle_m < _UP_M)
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
    spread = [_probability(state, body, suspicion.descent, track, off) for off in (-1.0, 1.0)]
    return (_message(body, suspicion, stage, track, message, (probability, 0.5 * abs(spread[0] - spread[1]))),)


def _next_stage(
    suspicion: _Suspicion, probability: float, since_s: float, now: Instant, *, low: bool
) -> FallStage | None:
    if suspicion.up_since is not None and (passed_s(suspicion.up_since, now) or 0.0) >= UP_S:
        return FallStage.CLEARED
    if suspicion.stage is FallStage.SUSPECTED:
        return FallStage.SUSPECTED
    lain_s = suspicion.lain_s(now)
    if low and lain_s >= LYING_S and probability >= SUSPECTED:
        return FallStage.SUSPECTED
    if since_s > PATIENCE_S or (lain_s >= 2 * LYING_S and probability < CANDIDATE):
        return FallStage.CLEARED
    if suspicion.stage is None and since_s < SETTLE_S:
        return None
    return FallStage.CANDIDATE if suspicion.stage or probability >= CANDIDATE else FallStage.CLEARED


_REASONS = {
    FallStage.CANDIDATE: Reason.WENT_DOWN_FAST,
    FallStage.SUSPECTED: Reason.LYING_STILL,
    FallStage.CLEARED: Reason.UP_AGAIN,
}


def _message(
    body: _Body,
    suspicion: _Suspicion,
    stage: FallStage,
    track: Track,
    message: Tracks,
    probability: tuple[float, float],
) -> SuspectedFall:
    return SuspectedFall(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        stage=stage,
        probability=probability[0],
        sigma=probability[1],
        reason=_REASONS[stage],
        position_m=body.position_m,
        drop_m=suspicion.descent.drop_m,
        drop_speed_m_s=suspicion.descent.speed_m_s,
        middle_m=body.middle_m,
        still_s=suspicion.lain_s(message.stamp),
        since_s=passed_s(suspicion.began, message.stamp) or 0.0,
    )
