"""Which track a suspicion belongs to: tracks are lost, carried off by others and found again, who has fallen stays.

A suspicion is told under one number for as long as it lasts, that of the track under which it began, whichever track
the body is followed on since: whoever hears of it hears of one fall.
"""

import math
from dataclasses import replace

from sumika.clock import Instant
from sumika.perception._bodies import NO_ELEVATION_M, passed_s, share_below
from sumika.perception._drops import LOW_M, Descent
from sumika.perception._fall_rule import UP_M
from sumika.perception._fall_stages import Body, Suspicion
from sumika.perception._fall_state import FallState
from sumika.schema import FallStage, Track

NEAR_M = 1.0
"""Lost and found within this distance is the same place: a body is longer than it is high."""

FOUND_AGAIN_S = 4.0
"""Who was lost for no longer, and is found low at the place, is the same body."""

PERSON_M, UPRIGHT_S = 0.7, 1.0
"""No animal's middle is as high above what it stands on for as long."""

_RISES_M = 0.6
"""Who gets up is seen higher within this distance of where he lay; a track that is carried off is not."""

_SAME_BODY_M = 1.5
"""Who has fallen may be told as two tracks, one at either end."""

_GOES_LOW_M = 1.0
"""Nobody who has fallen goes so far from where he came down as low as he is."""

_SURELY_ANIMAL = 0.05

_GONE_S = 1.0
"""A track that was not told of for so long was lost."""

_ASIDE = 2**40
"""Bodies whose number is another's now go by numbers from here on, which no tracker reaches."""


def number_for(state: FallState, number: int) -> int:
    """Return under which number a suspicion of a track that has none is told: its own, unless another goes by that.

    Then that of the track which the other one is followed on now, and so on.
    """
    followed_on = {body.suspicion.number: track for track, body in state.bodies.items() if body.suspicion is not None}
    while number in followed_on:
        number = followed_on[number]
    return number


def known(state: FallState, track: Track, now: Instant) -> Body | None:
    """Return the body that is followed on a track; None where nobody is, or where the number is another's now.

    Trackers number from 1 on whenever they begin anew. Who has fallen has not gone elsewhere meanwhile: what is told
    elsewhere under his number is somebody else, and his suspicion goes on where he lay.
    """
    body = state.bodies.get(track.id)
    if body is None or body.suspicion is None or body.suspicion.stage is not FallStage.SUSPECTED:
        return body
    lost = (passed_s(body.seen, now) or 0.0) > _GONE_S
    if not lost or math.dist(body.position_m[:2], track.position_m[:2]) < NEAR_M:
        return body
    aside = max((_ASIDE, *state.bodies)) + 1
    state.bodies[aside] = state.bodies.pop(track.id)
    return None


def found_again(state: FallState, track: Track, present: set[int], now: Instant) -> Body | None:
    """Return the body that was lost where a new track appears low, and hand it over to that track."""
    for id_, body in list(state.bodies.items()):
        near = math.dist(body.position_m[:2], track.position_m[:2]) < NEAR_M
        recent = body.suspicion is not None or (passed_s(body.seen, now) or 0.0) < FOUND_AGAIN_S
        if (
            id_ not in present
            and near
            and recent
            and share_below(UP_M, track.position_m[2], track.position_sigma_m[2]) > 0.5
        ):
            state.bodies[track.id] = body
            del state.bodies[id_]
            return body
    return None


def is_told_of(state: FallState, suspicion: Suspicion) -> bool:
    """Return whether somebody else is suspected to have fallen at the same place."""
    others = (body.suspicion for body in state.bodies.values() if body.suspicion is not None)
    return any(
        other.stage is FallStage.SUSPECTED and math.dist(other.place_m, suspicion.place_m) < _SAME_BODY_M
        for other in others
        if other is not suspicion
    )


def goes_low(state: FallState, body: Body, suspicion: Suspicion) -> bool:
    """Return whether a body goes away from where it came down, as low as it is: then an animal has its track."""
    return state.animals and math.dist(body.position_m[:2], suspicion.place_m) > _GOES_LOW_M


def has_left(body: Body, suspicion: Suspicion) -> bool:
    """Return whether a body is no longer where it came down."""
    return math.dist(body.position_m[:2], suspicion.place_m) > _RISES_M


def hand_over(state: FallState, number: int, body: Body, suspicion: Suspicion, present: set[int]) -> bool:
    """Give a suspicion to who lies at the place, or rises there, where its own track is lost or was carried off."""
    lost = number not in present
    for id_, other in state.bodies.items():
        if id_ not in present or id_ == number or math.dist(other.position_m[:2], suspicion.place_m) >= NEAR_M:
            continue
        low = other.middle_m < LOW_M and other.sigma_m < NO_ELEVATION_M and other.person > _SURELY_ANIMAL
        if not (_lay_there(body, other, suspicion, low=low) if lost else low):
            continue
        # A fall that was told stays told, whatever was thought of who is found there.
        kept = other.suspicion if suspicion.stage is not FallStage.SUSPECTED else None
        other.suspicion, body.suspicion = kept or suspicion, None
        other.suspicion.person = max(suspicion.person, body.was_person)
        other.suspicion.upright_s = max(suspicion.upright_s, body.upright_s)
        # Who lies there did not go: the rest of what is known of him is how he came down.
        other.suspicion.came = suspicion.came or suspicion.descent
        if low:
            other.suspicion.look(_lies_there(other.suspicion.descent, other.middle_m), other.seen)
        body.memory.heights.clear()
        return True
    return False


def _lay_there(body: Body, other: Body, suspicion: Suspicion, *, low: bool) -> bool:
    """Return whether another track near where one was lost is of who lay there, and lies on or rises now.

    It began low there after the fall, or, of who rises, after the loss: others may have come to help, on their own.
    """
    began_low = passed_s(suspicion.began, other.first) is not None and other.first_m < UP_M
    rises = other.middle_m > PERSON_M and (began_low or passed_s(body.seen, other.first) is not None)
    return rises or (low and began_low)


def _lies_there(descent: Descent, middle_m: float) -> Descent:
    """Return how who lies where a track left came to lie: as that did, but that he stayed."""
    return replace(descent, low_m=middle_m, left_m=0.0, walks_m_s=0.0, going_m_s=0.0, wandered_m=0.0)
