"""How probable a fall is, by how a body came to lie low: a logistic regression, whose weights lie in the file beside.

`sumika.evaluate.people.falls_fit` learns them from simulated falls and everyday ways down to the floor.
"""

from collections.abc import Mapping
from importlib.resources import files

import msgspec

from sumika.perception._drops import Descent

FEATURES = ("low_m", "speed_m_s", "unseen", "wandered_m", "high_m", "rush_m_s")
"""The middle of the body now; how fast it came down; share of the last seconds in which only memory held it; how far it
wandered; how much higher its points reach than those of who lies; how fast they were on the way down."""

_MOST_SPEED_M_S = 1.2
"""Faster is no surer a fall: a tracker's middle leaps when it takes other points for the body's."""

_LEAST_LOW_M = 0.05
"""Errors may put a body below the floor: it then lies no surer than on it."""

_LIES_TO_M, _SITS_TO_M = 0.25, 0.7
"""Four of five points of who lies are lower than the first; of who sits, a few at most are above the second."""

_RUSH_M_S, _USUAL_RUSH_M_S = (0.2, 1.2), 0.4
"""Slower than the first is whoever falls across the radar's sight, or out of it; faster than the second nobody falls
more surely. Where no points tell, the usual is taken for granted, which speaks neither for a fall nor against one."""


class FallOdds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A logistic rule.

    Attributes:
        offset: Log odds where all features are zero.
        weights: By feature.
        learned_from: In words.
    """

    offset: float
    weights: dict[str, float]
    learned_from: str = ""


def _read() -> FallOdds:
    found = msgspec.json.decode(files("sumika.perception").joinpath("fall_odds.json").read_bytes(), type=FallOdds)
    if set(found.weights) != set(FEATURES):
        raise ValueError(f"fall_odds.json is of {', '.join(found.weights)}; {', '.join(FEATURES)} are asked")
    return found


ODDS = _read()


def features(descent: Descent, off: float = 0.0) -> Mapping[str, float]:
    """Return what the odds rest on.

    Args:
        descent: How the body came down.
        off: By how many standard deviations the present height is thought higher than measured.
    """
    high_m = _LIES_TO_M if descent.high_m is None else descent.high_m
    rush_m_s = _USUAL_RUSH_M_S if descent.rush_m_s is None else descent.rush_m_s
    return {
        "low_m": max(descent.low_m + off * descent.sigma_m, _LEAST_LOW_M),
        "speed_m_s": min(descent.speed_m_s, _MOST_SPEED_M_S),
        "unseen": 1.0 - descent.seen,
        "wandered_m": descent.wandered_m,
        "high_m": min(max(high_m, _LIES_TO_M), _SITS_TO_M) - _LIES_TO_M,
        "rush_m_s": min(max(rush_m_s, _RUSH_M_S[0]), _RUSH_M_S[1]) - _RUSH_M_S[0],
    }


def log_odds(values: Mapping[str, float]) -> float:
    """Return the logarithm of the odds of a fall."""
    return ODDS.offset + sum(ODDS.weights[name] * values[name] for name in FEATURES)
