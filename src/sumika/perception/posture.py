"""How each tracked person holds himself or herself: a rule from heights, extent and speed, filtered over time.

Four postures compete: standing, sitting, lying, and anything else. Each says where the top and the middle of a body
should be, how far it should reach sideways and how fast it may go. The heights are those of grown people (mean stature
1.68 m, sitting height 0.90 m on seats of 0.35-0.50 m; ISO 7250-1 lists the measures, ISO/TR 7250-2 national means),
widened by what a radar makes of a head, which reflects less than a chest. Between looks postures change at plausible
rates, alike there and back, so that where nothing is measured all four become equally probable.

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
from sumika.schema import Message, Posture, PostureKind, Reason, Track, TrackKind, Tracks

PUBLISH_S = 1.0
FORGET_S = 60.0

_KINDS = (PostureKind.STANDING, PostureKind.SITTING, PostureKind.LYING, PostureKind.UNKNOWN)

_TOP_M = ((1.60, 0.14), (1.20, 0.12))
_LYING_TOPS_M = ((0.28, 0.10), (0.72, 0.14))  # on the floor or a futon; on a bed or a sofa
_MIDDLE_M = ((0.95, 0.15), (0.75, 0.12))
_LYING_MIDDLES_M = ((0.15, 0.10), (0.58, 0.14))
_OTHER_TO_M = 2.2
"""Anything else may be as high as this, every height alike."""

_REACH_M = ((0.6, 0.30), (0.8, 0.30), (1.4, 0.50))
_REACH_ERROR_S = 15.0
"""How long a width's error lasts: what widens a body in one place widens it as long as it stays there."""

_SPEED_M_S = (1.0, 0.12, 0.12, 1.0)
"""Somebody who sits or lies moves on the spot; walking is standing."""

_CHANGES_PER_S = np.array(
    [
        [0.0, 1 / 60, 1 / 300, 1 / 60],
        [1 / 60, 0.0, 1 / 120, 1 / 60],
        [1 / 300, 1 / 120, 0.0, 1 / 60],
        [1 / 60, 1 / 60, 1 / 60, 0.0],
    ]
)
"""How often a posture gives way to another, alike there and back; most ways lead through an in-between."""


@dataclass(slots=True)
class _Body:
    """One person's posture."""

    probabilities: NDArray[np.float64] = field(default_factory=lambda: np.full(4, 0.25))
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
        if track.kind in (TrackKind.PET, TrackKind.ROBOT) and track.kind_probability > 0.5:
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
        body.probabilities = np.full(4, 0.25)
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

    Top and middle come from the same points, so the two together count as one measurement.
    """
    top, middle = track.top_m, track.position_m[2]
    heights = 0.5 * _height(top, track.top_sigma_m, (*_TOP_M, _LYING_TOPS_M)) + 0.5 * _height(
        middle, track.position_sigma_m[2], (*_MIDDLE_M, _LYING_MIDDLES_M)
    )
    return heights + _reach(track) + _speed(track)


Heights = tuple[tuple[float, float], tuple[float, float], tuple[tuple[float, float], tuple[float, float]]]


def _height(measured_m: float, sigma_m: float, expected: Heights) -> NDArray[np.float64]:
    standing, sitting, lying = expected
    logs = [_log_height(measured_m, sigma_m, one) for one in (standing, sitting)]
    logs.append(math.log(0.5) + _log_sum(*(_log_height(measured_m, sigma_m, one) for one in lying)))
    # Any height up to the tallest, seen through the measurement's error. What no posture explains is something else.
    anything = math.log(math.sqrt(2 * math.pi) / math.hypot(_OTHER_TO_M, sigma_m))
    logs.append(anything)
    vague = sigma_m > NO_ELEVATION_M
    return np.zeros(4) if vague else np.maximum(np.array(logs), anything - 8.0)


def _log_height(measured_m: float, sigma_m: float, expected: tuple[float, float]) -> float:
    return log_normal_density(measured_m, expected[0], math.hypot(sigma_m, expected[1]))


def _log_sum(first: float, second: float) -> float:
    return float(np.logaddexp(first, second))


def _reach(track: Track) -> NDArray[np.float64]:
    """Return what the sideways extent says: a little, since at a distance an antenna array widens everybody."""
    reach_m = max(track.size_m[0], track.size_m[1])
    if reach_m <= 0:
        return np.zeros(4)
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
    standing, sitting, lying, other = (float(share) for share in body.probabilities)
    best = int(body.probabilities.argmax())
    blind = min(track.top_sigma_m, track.position_sigma_m[2]) > NO_ELEVATION_M
    clear = body.probabilities[best] > 0.5
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
        lying=lying,
        other=other,
        reason=reason,
        top_m=track.top_m if seen else None,
        top_sigma_m=track.top_sigma_m if seen else None,
    )
