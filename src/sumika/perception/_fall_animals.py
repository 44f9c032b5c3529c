"""Whether who lies low came down as a person does, or is an animal, or an image.

Animals take tracks of people over whom they meet, with all that was learned of these. So in homes where animals live it
is asked besides how a body came down and what it did then: from how high, and whether it stayed there.
"""

import math

from sumika.perception._bodies import log_normal_density, share_below
from sumika.perception._drops import Descent

_PERSON_TOP_M, _PET_TOP_M = (0.85, 0.25), (0.55, 0.2)
"""How high the middle of a body is before it falls, and before it jumps off a sofa: mean and deviation."""

_MOST_HIGH_LOG = 1.0
"""So much, as log odds, a height says for a person at most: animals take tracks of people over, heights and all."""

_STAYS_LOG, _STAYS_PER_M, _STAYS_LEAST = 3.5, -6.0, -6.0
"""Log odds of a person by how far a low body went from where it came to be low: at 0 m, by metre, and the least. Who
has fallen stays there (19 of 20 within 0.6 m, 0.8 m where an animal drags his track along); of animals that have jumped
down, or took over the track of a person whom they met, half go 1.4 m and more."""

_UPRIGHT_M, _STAYS_MOST, _SEEN_UPRIGHT_S = (0.6, 0.85), 3.0, 0.5
"""Animals rest where they jumped down, too: that who stays is a person counts only for who was seen upright in this
visit, and the more, from 0 to the most, the higher he was just before."""

_JUMPED_LOG = 1.5
"""So much less it says that who came down from no higher than an animal lies on a sofa stayed: one that jumps down may
go no further than half a metre."""

_WALKS_M_S, _WALKS_PER_M_S, _WALKS_MOST = 0.42, 10.0, 5.0
"""Faster over a second hardly anybody goes who has fallen (19 of 20 up to 0.46 m/s); an animal that walks does."""

_LEAP_M_S, _LEAP_SPREAD_M_S = 2.0, 0.2
"""A middle that comes down faster by so much than nine of ten of its points move did not fall: a tracker took other
points for the body's. Of who has fallen both are as fast, and the middle 1.5 m/s faster at most (of 109)."""

_FLOOR_M, _FLOOR_SPREAD_M = -0.04, 0.03
"""Nobody's middle is below the floor: over seconds that of who has fallen is told at 0.05 m at least (49 of 50), and at
-0.02 m once. Images below floors are told there, and animals, whose heights err more."""


def person_by_descent(person: float, descent: Descent, *, upright_s: float) -> float:
    """Return how surely a body is a person and no animal, by how it came down and whether it stayed there.

    Args:
        person: How surely it is, by all that is known besides.
        descent: How it came down.
        upright_s: How long it was seen as high up as no animal is, in this visit.
    """
    low_m, high_m = _UPRIGHT_M
    share = min(max((descent.top_m - low_m) / (high_m - low_m), 0.0), 1.0)
    most = _STAYS_MOST * share if upright_s >= _SEEN_UPRIGHT_S else 0.0
    stays = _STAYS_LOG + _STAYS_PER_M * descent.left_m - _JUMPED_LOG * (1.0 - share)
    stays = min(max(stays, _STAYS_LEAST), most)
    walks = min(max(_WALKS_PER_M_S * (descent.walks_m_s - _WALKS_M_S), 0.0), _WALKS_MOST)
    high = log_normal_density(descent.top_m, *_PERSON_TOP_M) - log_normal_density(descent.top_m, *_PET_TOP_M)
    likelier = person * math.exp(stays - walks + min(high, _MOST_HIGH_LOG))
    return min(likelier / max(likelier + 1.0 - person, 1e-9), 1.0)  # rounding may bring it above


def above_floor(descent: Descent) -> float:
    """Return the probability that a body whose middle is told so low lies on the floor, and is no image below it."""
    return 1.0 - share_below(_FLOOR_M, descent.low_m, _FLOOR_SPREAD_M)


def no_leap(descent: Descent) -> float:
    """Return the probability that a body came down itself, and not only what was taken for it."""
    if descent.rush_m_s is None:
        return 1.0
    return share_below(_LEAP_M_S, descent.speed_m_s - descent.rush_m_s, _LEAP_SPREAD_M_S)
