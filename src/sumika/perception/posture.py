"""How each tracked person holds himself or herself: a rule from heights, extent and speed, filtered over time.

Postures compete: standing, sitting, lying on the floor, lying on a bed or sofa, and anything else. Each says where the
middle and the top of a body should be, how far it should reach sideways and how fast it may go. The heights are those
of grown people (mean stature 1.68 m, sitting height 0.90 m on seats of 0.35-0.50 m; ISO 7250-1 lists the measures,
ISO/TR 7250-2 national means), as a radar sees them, to which a head hardly shows. Between looks postures change at
plausible rates, from which follows what is told where nothing is measured: a quarter each.

Heights alone do not tell who crouches or sits on the floor from who lies on a low bed: that is told as lying.

A radar that cannot measure elevation gives heights with a sigma of half a room: then the postures of somebody who keeps
still are about equally probable, and the message says why.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception._bodies import (
    CORRELATION_S,
    MOST_BODIES,
    NO_ELEVATION_M,
    log_normal_density,
    makes_sense,
    passed_s,
)
from sumika.schema import NO_PEOPLE, Message, Posture, PostureKind, Reason, Track, Tracks

PUBLISH_S = 1.0
FORGET_S = 60.0

_KINDS = (PostureKind.STANDING, PostureKind.SITTING, PostureKind.LYING, PostureKind.UNKNOWN)
_EVEN = np.array([0.25, 0.25, 0.125, 0.125, 0.25])
"""Standing, sitting, lying on the floor, lying on a bed or sofa, anything else, where nothing is known."""

_TOPS_M = ((1.55, 0.18), (1.15, 0.15), (0.28, 0.10), (0.72, 0.14))
_MIDDLES_M = ((0.95, 0.15), (0.72, 0.12), (0.15, 0.10), (0.58, 0.12))
_TOP_LAG_M = 0.35
"""A tracker learns a top from the highest of many points, and unlearns it slowly: it may tell of seconds ago."""

_OTHER_TO_M = 2.2
"""Anything else may be as high as this, every height alike."""

_REACH_M = ((0.6, 0.30), (0.8, 0.30), (1.4, 0.50), (1.4, 0.50))
_REACH_ERROR_S = 15.0
"""How long a width's error lasts: what widens a body in one place widens it as long as it stays there."""

_SPEED_M_S = (1.0, 0.12, 0.12, 0.12, 1.0)
"""Somebody who sits or lies moves on the spot; walking is standing."""

_MINUTES_TO_CHANGE = np.array(
    [
        [np.inf, 1, 5, 5, 1],
        [1, np.inf, 2, 2, 1],
        [5, 2, np.inf, 5, 1],
        [5, 2, 5, np.inf, 1],
        [1, 1, 1, 1, np.inf],
    ]
)
_CHANGES_PER_S = 4 * _EVEN / (60.0 * _MINUTES_TO_CHANGE)
"""How often a posture gives way to another: most ways lead through an in-between, and `_EVEN` is what remains."""


@dataclass(slots=True)
class _Body:
    """One person's posture."""

    probabilities: NDArray[np.float64] = field(default_factory=_EVEN.copy)
    stamp: Instant | None = None
    published: Instant | None = None


@dataclass(slots=True)
class PostureState:
    """Everybody's. The step owns it and changes it in place."""

    bodies: dict[int, _Body] = field(default_factory=dict)
    refused: int = 0


def start() -> PostureState:
    """Return the state before the first message."""
    return PostureState()


def step(state: PostureState, message: Tracks) -> tuple[PostureState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Where everybody is. Tracks with numbers that cannot be are left out and counted.

    Returns:
        The state, and once a second a `Posture` for each person (pets and robots have none).
    """
    told: list[Message] = []
    for track in message.tracks:
        if not makes_sense(track):
            state.refused += 1
            continue
        if track.kind in NO_PEOPLE and track.kind_probability > 0.5:
            continue
        body = state.bodies.setdefault(track.id, _Body())
        _update(body, track, message.stamp)
        since_s = passed_s(body.published, message.stamp)
        if since_s is None or since_s >= PUBLISH_S:
            body.published = message.stamp
            told.append(_posture(body, track, message))
    _forget(state, message.stamp)
    return state, tuple(told)


def _forget(state: PostureState, now: Instant) -> None:
    for id_, body in list(state.bodies.items()):
        age_s = passed_s(body.stamp, now)
        if age_s is None or age_s > FORGET_S:
            del state.bodies[id_]
    while len(state.bodies) > MOST_BODIES:
        del state.bodies[next(iter(state.bodies))]


def _update(body: _Body, track: Track, now: Instant) -> None:
    """Let time pass, then weigh what is seen."""
    gone_s = passed_s(body.stamp, now)
    if gone_s is None and body.stamp is not None:
        body.probabilities = _EVEN.copy()
    body.stamp = now
    step_s = min(gone_s if gone_s is not None else CORRELATION_S, FORGET_S)
    predicted = _predict(body.probabilities, step_s)
    weight = min(1.0, step_s / CORRELATION_S)
    logs = np.log(predicted) + weight * _log_likelihoods(track)
    likely = np.exp(logs - logs.max())
    # Never certain: a posture that was ruled out for hours must come back within seconds.
    body.probabilities = np.maximum(likely / likely.sum(), 1e-4)
    body.probabilities /= body.probabilities.sum()


def _predict(probabilities: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """Return the probabilities after some time in which nothing was seen."""
    steps = max(1, math.ceil(seconds / 5.0))
    change = _CHANGES_PER_S * (seconds / steps)
    leaving = change.sum(axis=1)
    for _ in range(steps):
        probabilities = probabilities * (1.0 - leaving) + probabilities @ change
    return probabilities


def _log_likelihoods(track: Track) -> NDArray[np.float64]:
    """Return how well each posture explains what is seen.

    The middle is of this moment. The top is slower, and comes from the same points: it counts for half.
    """
    middle = _height(track.position_m[2], track.position_sigma_m[2], _MIDDLES_M)
    top = _height(track.top_m, math.hypot(track.top_sigma_m, _TOP_LAG_M), _TOPS_M)
    told: NDArray[np.float64] = middle + 0.5 * top + _reach(track) + _speed(track)
    return told


def _height(measured_m: float, sigma_m: float, expected: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    if sigma_m > math.hypot(NO_ELEVATION_M, _TOP_LAG_M):
        return np.zeros(_EVEN.size)
    logs = [_log_height(measured_m, sigma_m, one) for one in expected]
    # Any height up to the tallest, seen through the measurement's error. What no posture explains is something else.
    anything = math.log(math.sqrt(2 * math.pi) / math.hypot(_OTHER_TO_M, sigma_m))
    floored: NDArray[np.float64] = np.maximum(np.array([*logs, anything]), anything - 8.0)
    return floored


def _log_height(measured_m: float, sigma_m: float, expected: tuple[float, float]) -> float:
    return log_normal_density(measured_m, expected[0], math.hypot(sigma_m, expected[1]))


def _reach(track: Track) -> NDArray[np.float64]:
    """Return what the sideways extent says: a little, since at a distance an antenna array widens everybody."""
    reach_m = max(track.size_m[0], track.size_m[1])
    if reach_m <= 0:
        return np.zeros(_EVEN.size)
    blur_m = 2.0 * max(track.position_sigma_m[0], track.position_sigma_m[1])
    logs = [log_normal_density(min(reach_m, 3.0), mean, math.hypot(sigma, blur_m)) for mean, sigma in _REACH_M]
    return CORRELATION_S / _REACH_ERROR_S * np.array([*logs, max(logs)])


def _speed(track: Track) -> NDArray[np.float64]:
    speed = math.hypot(track.velocity_m_s[0], track.velocity_m_s[1])
    sigma = max(track.velocity_sigma_m_s[0], track.velocity_sigma_m_s[1])
    logs = np.array([log_normal_density(speed, 0.0, math.hypot(sigma, usual)) for usual in _SPEED_M_S])
    # That somebody stands still is as usual as that somebody sits still: only movement tells.
    compared: NDArray[np.float64] = np.minimum(logs - logs[0], 0.0)
    return compared


def _posture(body: _Body, track: Track, message: Tracks) -> Posture:
    standing, sitting, on_floor, on_bed, other = (float(share) for share in body.probabilities)
    shares = (standing, sitting, on_floor + on_bed, other)
    best = shares.index(max(shares))
    blind = min(track.top_sigma_m, track.position_sigma_m[2]) > NO_ELEVATION_M
    clear = shares[best] > 0.5
    reason = Reason.MEASURED if clear and not blind else Reason.NO_ELEVATION if blind else Reason.TOO_WEAK
    seen = track.top_sigma_m <= NO_ELEVATION_M
    return Posture(
        stamp=message.stamp,
        origin=message.origin,
        session=message.session,
        source=message.source,
        track=track.id,
        room=track.room,
        posture=_KINDS[best] if clear else PostureKind.UNKNOWN,
        standing=standing,
        sitting=sitting,
        lying=shares[2],
        other=other,
        reason=reason,
        top_m=track.top_m if seen else None,
        top_sigma_m=track.top_sigma_m if seen else None,
    )
