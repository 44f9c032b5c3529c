"""Person, pet or robot vacuum? By the height of the middle of what moves, and by how loud it is beside people.

Who walks is upright if he is a person. The middle of a body's points is steadier than their top, of which a radar sees
little. Who lies or sits says little: a person on the floor is as low as a dog. So what was learned while it moved is
kept, and who was upright once has only come down where it moves low now: nothing else is ever upright.

A cat or a small dog reflects a tenth of what a person does. A person may be hidden in part, so what counts is the
loudest that a body was of late, beside those whom the radar has seen upright.
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
_NOBODY_M = 1.5
"""The middle of nobody is higher: that is an image, or another floor's."""

_CLEARLY_SEEN_M, _CLEARLY_SEEN_POINTS = 0.2, 2.0
"""Only of whom is seen so surely in height, by so many points, is learned how loud people are: images are faint."""

_LEAST_LOG = -4.0
_CAME_DOWN_LOG = -1.0
"""So little does a low look say against who was upright: people fall, crouch and crawl, animals never stand up. But
animals take tracks of people over, whom they were beside."""

_UPRIGHT_LOG = 3.0
_LOUDER_DB = {TrackKind.PERSON: (4.0, 4.0), TrackKind.PET: (-5.0, 4.0), TrackKind.ROBOT: (-5.0, 6.0)}
"""How loud a body is at its loudest of late, beside those whom the radar has seen upright: mean and deviation."""

_QUIET_DB, _LOW_M, _LOW_AND_QUIET_PER_S = -6.0, 0.4, 2.0
"""What is low and so much quieter than people are is an animal that took a person's track over, or one person in
twenty who lies badly seen: it is not taken for a person for many seconds, though it keeps still."""

_RISES_S, _FALLS_DB_PER_S = 2.0, 0.05
_FADES_DB_PER_S = 0.3
"""So slowly is forgotten how loud a body was: who lies badly seen is a person for half a minute yet."""


def look(track: BodyTrack, interval_s: float) -> bool:
    """Take in how tall a body seems while it moves; return whether it is somebody upright, and clearly seen."""
    if not track.kind_log:
        track.kind_log = {kind: math.log(prior) for kind, prior in _PRIOR.items()}
    middle_m, own_m2 = float(track.mean[2]), float(track.covariance[2, 2]) + _SHARED_SIGMA_M**2
    tall = middle_m - 2 * math.sqrt(own_m2) > _CERTAINLY_TALL_M
    if (track.going_m_s < _MOVING_M_S and not tall) or middle_m > _NOBODY_M:
        return False
    logs = {}
    for kind, (mean, spread) in _MIDDLE_M.items():
        variance = spread**2 + own_m2
        logs[kind] = -0.5 * (middle_m - mean) ** 2 / variance - 0.5 * math.log(variance)
    best = max(logs.values())
    for kind, log in logs.items():
        least = _CAME_DOWN_LOG if kind is TrackKind.PERSON and _was_upright(track) else _LEAST_LOG
        track.kind_log[kind] += max(least, log - best) * interval_s / _LOOK_S
    _limit(track)
    clear = float(track.covariance[2, 2]) < _CLEARLY_SEEN_M**2 and track.points >= _CLEARLY_SEEN_POINTS
    return tall and clear


def hear(track: BodyTrack, loudness_db: float, people_db: float, interval_s: float) -> None:
    """Take in how loud a body is, beside those whom its radar has seen upright.

    Args:
        track: Changed in place.
        loudness_db: Its own, at one metre.
        people_db: Theirs; -inf where nobody was seen upright yet.
        interval_s: Since this was last asked.
    """
    if math.isinf(people_db):
        return
    louder_db = loudness_db - people_db
    track.louder_db = max(track.louder_db - _FADES_DB_PER_S * interval_s, louder_db)
    if louder_db < _QUIET_DB and float(track.mean[2]) < _LOW_M and track.kind_log:
        track.kind_log[TrackKind.PERSON] -= _LOW_AND_QUIET_PER_S * interval_s
        _limit(track)


def _limit(track: BodyTrack) -> None:
    """Keep the likeliest kind at 0, and none too unlikely to come back."""
    top = max(track.kind_log.values())
    for kind in track.kind_log:
        rarer = math.log(_PRIOR[kind] / _PRIOR[TrackKind.PET]) if kind is TrackKind.ROBOT else 0.0
        track.kind_log[kind] = max(track.kind_log[kind] - top, rarer - _MOST)


def learn_loudness(people_db: float, loudness_db: float, interval_s: float) -> float:
    """Return how loud people are for a radar, at one metre, after a look at who is surely upright."""
    if math.isinf(people_db):
        return loudness_db
    if loudness_db > people_db:
        return people_db + min(1.0, interval_s / _RISES_S) * (loudness_db - people_db)
    return max(loudness_db, people_db - _FALLS_DB_PER_S * interval_s)


def kind_of(track: BodyTrack) -> tuple[TrackKind, float]:
    """Return the likeliest kind and its probability."""
    if not track.kind_log:
        return TrackKind.UNKNOWN, 0.0
    weights = {kind: math.exp(log + _heard(track, kind)) for kind, log in track.kind_log.items()}
    best = max(weights, key=lambda kind: weights[kind])
    return best, weights[best] / sum(weights.values())


def _was_upright(track: BodyTrack) -> bool:
    """Return whether heights alone have said clearly enough that it is a person."""
    said = track.kind_log[TrackKind.PERSON] - math.log(_PRIOR[TrackKind.PERSON])
    others = (track.kind_log[kind] - math.log(_PRIOR[kind]) for kind in (TrackKind.PET, TrackKind.ROBOT))
    return said - max(others) > _UPRIGHT_LOG


def _heard(track: BodyTrack, kind: TrackKind) -> float:
    """Return the log likelihood of how loud a body was at its loudest of late; nothing where nobody can say."""
    if math.isinf(track.louder_db):
        return 0.0
    mean_db, sigma_db = _LOUDER_DB[kind]
    # What is louder than people are is nobody but a person.
    away = (min(track.louder_db, _LOUDER_DB[TrackKind.PERSON][0]) - mean_db) / sigma_db
    return max(_LEAST_LOG, -0.5 * away * away) - math.log(sigma_db)
