"""Person, pet or robot vacuum? By the height of what moves: who walks is upright if he is a person.

Who lies or sits says little: a person on the floor is as low as a dog. So what was learned while it moved is kept.
"""

import math

from sumika.radar.tracking.body_track import BodyTrack
from sumika.schema import TrackKind

_PRIOR = {TrackKind.PERSON: 0.9, TrackKind.PET: 0.07, TrackKind.ROBOT: 0.03}
_TOP_M = {TrackKind.PERSON: (1.5, 0.3), TrackKind.PET: (0.4, 0.18), TrackKind.ROBOT: (0.12, 0.12)}
"""Mean and standard deviation of the height of what moves about; children are persons."""

_MOVING_M_S = 0.3
_LOOK_S = 1.0
"""The looks of this long count as one: their errors are shared."""

_MOST = 8.0
_CERTAINLY_TALL_M = 0.75


def look(track: BodyTrack, interval_s: float) -> None:
    """Take in how tall a body seems while it moves."""
    if not track.kind_log:
        track.kind_log = {kind: math.log(prior) for kind, prior in _PRIOR.items()}
    sigma_m = math.sqrt(track.top_variance_m2)
    tall = track.top_m - 2 * sigma_m > _CERTAINLY_TALL_M
    if track.speed_m_s < _MOVING_M_S and not tall:
        return
    logs = {}
    for kind, (mean, spread) in _TOP_M.items():
        variance = spread**2 + track.top_variance_m2
        logs[kind] = -0.5 * (track.top_m - mean) ** 2 / variance - 0.5 * math.log(variance)
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
