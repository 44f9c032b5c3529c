"""How many of many people would find a temperature too cold or too warm: the vote of ISO 7730, with its spread.

For where nobody has voted and no student has learned. People sit (1.2 met) in still air of 50 % relative humidity, and
wear what nobody has told: half as in summer (0.5 clo), half as in winter (1.0 clo). The predicted mean votes are from
`sumika.physics.comfort.predicted_vote`, kept as a table because importing that takes seconds; a test makes them anew.
"""

import math

import numpy as np

AIR_C = tuple(float(at_c) for at_c in range(10, 35, 2))
"""Air and radiant temperature of each mean vote; beyond, the nearest holds."""

MEAN_VOTES: dict[float, tuple[float, ...]] = {
    0.5: (-4.53, -3.91, -3.29, -2.68, -2.06, -1.43, -0.81, -0.21, 0.38, 0.99, 1.61, 2.23, 2.87),
    1.0: (-2.51, -2.08, -1.64, -1.20, -0.76, -0.34, 0.10, 0.54, 0.99, 1.44, 1.90, 2.37, 2.85),
}
"""By clothing in clo."""

SPREAD, DISCONTENT_FROM = 0.77, 1.5
"""Votes of people about their mean: with this standard deviation as many lie beyond as are not content by the PPD of
ISO 7730, within 2.5 points up to a mean vote of 2."""


def shares_by_iso(air_c: float) -> tuple[float, float]:
    """Return the shares (0..1) of people who find it too cold, and too warm.

    Args:
        air_c: Temperature of the room.
    """
    cold = warm = 0.0
    for votes in MEAN_VOTES.values():
        mean = float(np.interp(air_c, AIR_C, votes))
        cold += _below(-DISCONTENT_FROM - mean) / len(MEAN_VOTES)
        warm += _below(mean - DISCONTENT_FROM) / len(MEAN_VOTES)
    return cold, warm


def _below(vote: float) -> float:
    """Return the share of a normal distribution about 0 that lies below."""
    return 0.5 * math.erfc(-vote / (SPREAD * math.sqrt(2.0)))
