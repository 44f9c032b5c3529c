"""The rule by which a fall is told where no student tells it: how a body came to lie low, weighed.

`sumika.perception.fall` says what speaks for a fall, and what against it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from sumika.clock import Instant
from sumika.perception import _fall_odds
from sumika.perception._bodies import log_normal_density, place_of, share_below
from sumika.perception._drops import Descent
from sumika.perception._fall_animals import above_floor, no_leap, person_by_descent
from sumika.perception._fall_stages import SETTLE_S, Body
from sumika.perception._fall_state import FallState
from sumika.schema import Track

UP_M, MEAN_S = 0.4, 0.5
"""Who is higher does not lie on the floor; heights are means over so long."""

_BODY_SPREAD_M, _LYING_M = 0.08, 0.15

_ON_PLACE = 0.9
"""Probability, before heights are looked at, that who lies within a bed's outline lies on it and not beside it."""

_FAST_M_S, _FAST_SPREAD_M_S = 0.5, 0.08
"""Slower than this nobody falls, whatever else speaks for it: on floors people lie far more often on purpose."""


def weigh(state: FallState, body: Body, track: Track, tracks: Sequence[Track], now: Instant) -> Descent | None:
    """Return how a body came to lie low, points and all; None where it does not lie low.

    Args:
        state: Whose points are looked at.
        body: Whose heights.
        track: Its own.
        tracks: Everybody's.
        now: The moment.
    """
    descent = body.memory.descent()
    if descent is None:
        return None
    spot = track.position_m[:2]
    others = [other.position_m[:2] for other in tracks if other.id != track.id and other.position_m[2] > UP_M]
    return replace(
        descent,
        high_m=state.points.high_m(spot, others, now, max(descent.low_s - SETTLE_S, MEAN_S)),
        rush_m_s=state.points.rush_m_s(spot, now, descent.low_s),
    )


def probability_of(state: FallState, body: Body, descent: Descent, off: float = 0.0) -> float:
    """Return the probability of a fall, with the present height `off` standard deviations higher than measured."""
    values = _fall_odds.features(descent, off)
    log_odds = _fall_odds.log_odds(values)
    beside = on_floor(state, body, descent.low_m + off * descent.sigma_m, descent.sigma_m)
    fastest_m_s = max(descent.speed_m_s, descent.rush_m_s or 0.0)
    fast = 1.0 - share_below(_FAST_M_S, fastest_m_s, _FAST_SPREAD_M_S)
    person, upright_s = body.person, body.upright_s
    if body.suspicion is not None:
        person, upright_s = max(person, body.suspicion.person), max(upright_s, body.suspicion.upright_s)
    if state.animals:
        person = person_by_descent(person, descent, upright_s=upright_s)
    real = beside * above_floor(descent) * no_leap(descent)
    return fast * real * person / (1.0 + math.exp(min(max(-log_odds, -500.0), 500.0)))


def on_floor(state: FallState, body: Body, low_m: float, sigma_m: float) -> float:
    """Return the probability that a body of such a height lies beside the bed or sofa at its place, not on it."""
    place = place_of(body.position_m[0], body.position_m[1], state.places)
    if place is None:
        return 1.0
    sigma = math.hypot(sigma_m, _BODY_SPREAD_M)
    on_it = log_normal_density(low_m, _LYING_M + place.height_m, sigma) + math.log(_ON_PLACE)
    beside = log_normal_density(low_m, _LYING_M, sigma) + math.log(1 - _ON_PLACE)
    return 1.0 / (1.0 + math.exp(min(on_it - beside, 500.0)))


def sigma_of(state: FallState, body: Body, descent: Descent) -> float:
    spread = [probability_of(state, body, descent, off) for off in (-1.0, 1.0)]
    return 0.5 * abs(spread[0] - spread[1])
