"""The weights of the rules by which the air tells what happens; learned by `sumika.evaluate.people.air_events.learned`.

The file beside this one holds them: logistic regressions on the features below, of days of the simulated house.
"""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.perception._air_course import FEATURES
from sumika.schema import AirEventKind

_DUST_AND_VAPOURS = slice(0, 6)
_CO2 = slice(12, 15)
_PAIRS = ((0, 6), (19, 15), (20, 16), (19, 17), (20, 18), (13, 4))
"""Together: dust with water (a kitchen); carbon dioxide that goes outdoors with warmth, with water, with vapours."""

TERMS = len(FEATURES) + 6 + 3 + len(_PAIRS)


def terms(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (..., term) of (..., feature): themselves, squares of what comes in bursts, and some products."""
    co2 = features[..., _CO2]
    pairs = np.stack([features[..., one] * features[..., other] for one, other in _PAIRS], axis=-1)
    return np.concatenate((features, features[..., _DUST_AND_VAPOURS] ** 2, np.abs(co2) * co2, pairs), axis=-1)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A logistic rule.

    Attributes:
        offset: Logarithm of the odds where nothing moves.
        weights: (term,) of each of `terms`.
        usual: Logarithm of the odds of any minute.
        sigma: How far probabilities are off, over ten bins of them, in days that it was not learned from.
    """

    offset: float
    weights: tuple[float, ...]
    usual: float
    sigma: float


def _read() -> Mapping[AirEventKind, Rule]:
    text = files("sumika.perception").joinpath("air_rules.json").read_bytes()
    rules = msgspec.json.decode(text, type=dict[AirEventKind, Rule])
    wrong = [kind for kind in AirEventKind if kind not in rules or len(rules[kind].weights) != TERMS]
    if wrong:
        raise ValueError(f"air_rules.json does not fit: {', '.join(wrong)}")
    return MappingProxyType(rules)


RULES = _read()
_WEIGHTS = np.array([RULES[kind].weights for kind in AirEventKind])
_OFFSETS = np.array([RULES[kind].offset for kind in AirEventKind])


def log_odds(features: NDArray[np.float64]) -> Mapping[AirEventKind, float]:
    """Return for each kind the logarithm of the odds that it happens, by one look alone."""
    found = _WEIGHTS @ terms(features) + _OFFSETS
    return {kind: float(one) for kind, one in zip(AirEventKind, found, strict=True)}
