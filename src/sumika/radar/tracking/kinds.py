"""Person, pet or robot vacuum? By the height of the middle of what moves: who walks is upright if he is a person.

The middle of a body's points is steadier than their top, of which a radar sees little. Who lies or sits says little: a
person on the floor is as low as a dog. So what was learned while it moved is kept.
"""

import math

from sumika.radar.tracking.body_track import BodyTrack
from sumika.schema import TrackKind

_PRIOR = {TrackKind.PERSON: 0.9, TrackKind.PET: 0.07, TrackKind.ROBOT: 0.03}
_MIDDLE_M = {TrackKind.PERSON: (0.9, 0.25), TrackKind.PET: (0.22, 0.1), TrackKind.ROBOT: (0.06, 0.06)}
"""Mean and standard deviation of the middle of what moves about, above the floor; children are persons."""

_MOVING_M_S = 0.3
_SHARED_SIGMA_M = 0.15
"""The floor mirrors, and mountings are tilted a little: so far off may a middle be for long."""
_LOOK_S = 1.0
"""The looks of this long count as one: their errors are shared."""

_MOST = 8.0
_CERTAINLY_TALL_M = 0.55


def look(track: BodyTrack, interval_s: float) -> None:
    """Take in how tall a body seems while it moves."""
    if not track.kind_log:
        track.kind_log = {kind: math.log(prior) for kind, prior in _PRIOR.items()}
    middle_m, own_m2 = float(track.mean[2]), float(track.covariance[2, 2]) + _SHARED_SIGMA_M**2
    tall = middle_m - 2 * math.sqrt(own_m2) > _CERTAINLY_TALL_M
    if track.going_m_s < _MOVING_M_S and not tall:
        return
    logs = {}
    for kind, (mean, spread) in _MIDDLE_M.items():
        variance = spread**2 + own_m2
        logs[kind] = -0.5 * (middle_m - mean) ** 2 / variance - 0.5 * math.log(variance)
    best = max(logs.values())
    for kind, log in logs.items():
        track.kind_log[kind] += max(-4.0, log - best) * interval_s / _LOOK_S
    top = max(track.kind_log.values())
    for kind in track.kind_log:
        track.kind_log[kind] = max(track.kind_log[kind] - top, -_MOST)


def kind_of(track: BodyTrack) -> tuple[TrackKind, float]:
    """Return the likeliest kind and its probability."""
    if not track.kind_log:
        return TrackKind.UNKNOWN, 0.0
    weights = {kind: math.exp(log) for kind, log in track.kind_log.items()}
    best = max(weights, key=lambda kind: weights[kind])
    return best, weights[best] / sum(weights.values())
