"""What a frame's points tell of a body: its middle, its velocity towards the radar, its size and its height.

Points of a body are drawn to its near side and repeat from frame to frame, so their mean is trusted no further than
`_COMMON_SIGMA_M`, however many they are (extended target tracking by the random matrix idea: M. Feldmann, D. Franken,
W. Koch, IEEE TSP 59, 2011, with a fixed extent; the size is estimated beside).
"""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings

Array = NDArray[np.float64]

_COMMON_SIGMA_M = 0.08
_RADIAL_SIGMA_M_S = 0.15
_SIZE_S, _LOUDNESS_S = 1.5, 2.0
_FADES_DB, _LEAST_TRUST = 16.0, 0.02
"""Reflections of a body interfere, so that it is weaker at times by so much; what is weaker still is something else."""

_UPRIGHT = 1.85
"""Who stands or sits is so many times as high as the middle of what a radar sees: heads and feet reflect little."""

_SHARED_SIGMA_M = 0.1
_TOP_SIGMAS = 1.6
"""The top of a body lies so many standard deviations of its points above their middle."""


def update(track: BodyTrack, points: HousePoints, share: Array, settings: TrackingSettings, radar: str) -> float:
    """Take a body's share of a frame's points in.

    Args:
        track: Predicted to the frame's moment; changed in place.
        points: Of the frame.
        share: (point,) how much of each is the body's.
        settings: How large bodies are.
        radar: Which saw them.

    Returns:
        How many points they are.
    """
    count = float(share.sum())
    if count < 0.3:
        return count
    weights = share / count
    strongest_db = float(points.snr_db[share > 0.2 * share.max()].max())
    # Half a point is no measurement: it may as well be somebody else's.
    trust = _trust(track, strongest_db) * min(1.0, count) ** 2
    effective = _update(
        track.mean,
        track.covariance,
        points.position_m,
        points.covariance_m2,
        points.direction,
        points.velocity_m_s,
        points.snr_db,
        weights,
        np.square(settings.body_m),
        settings.limb_speed_m_s,
        trust,
    )
    if not effective > 0:
        return 0.0
    interval_s = max(1e-3, track.now_s - track.seen_s)
    _size(track, points, weights, count, strongest_db, interval_s)
    count *= trust
    if count >= 0.5:
        track.seen_s = track.now_s
        track.radars[radar] = track.now_s
    return count


@compiled
def _update(
    mean: Array,
    covariance: Array,
    position: Array,
    spread: Array,
    direction: Array,
    velocity: Array,
    snr_db: Array,
    weights: Array,
    body: Array,
    limb: float,
    trust: float,
) -> float:
    """Update mean (6,) and covariance (6, 6) with the points' middle and velocity; return how many points count."""
    middle, noise, ray = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    squares, strong, speed = 0.0, 0.0, 0.0
    for p in range(len(weights)):
        weight = weights[p]
        if weight < 1e-4:
            continue
        squares += weight * weight
        loud = weight * 10 ** (min(snr_db[p], 40.0) / 20)
        strong += loud
        speed += loud * velocity[p]
        for i in range(3):
            middle[i] += weight * position[p, i]
            ray[i] += loud * direction[p, i]
            for j in range(3):
                noise[i, j] += weight * spread[p, i, j]
    if not squares > 0 or not strong > 0:
        return 0.0
    speed /= strong
    length = np.sqrt(ray[0] ** 2 + ray[1] ** 2 + ray[2] ** 2)
    for i in range(3):
        middle[i] -= mean[i]
        ray[i] /= length
        for j in range(3):
            noise[i, j] *= squares / trust
        noise[i, i] += (body[i] * squares + _COMMON_SIGMA_M**2) / trust
    # One axis after the other: turned into its own axes, the noise of a middle is of three independent numbers.
    values, axes = np.linalg.eigh(noise)
    row = np.zeros(6)
    for k in range(3):
        seen = 0.0
        for i in range(3):
            row[i] = axes[i, k]
            seen += axes[i, k] * middle[i]
        _scalar(mean, covariance, row, seen, values[k], middle)
    _radial(mean, covariance, ray, speed, (limb * limb * squares + _RADIAL_SIGMA_M_S**2) / trust)
    return 1.0 / squares


@compiled
def _scalar(mean: Array, covariance: Array, row: Array, seen: float, variance: float, middle: Array) -> None:
    """Update with one number, a combination of the place; `middle` is what is left of the innovation, moved along."""
    gain, size = np.zeros(6), variance
    for i in range(6):
        for j in range(6):
            gain[i] += covariance[i, j] * row[j]
    for i in range(6):
        size += row[i] * gain[i]
    for i in range(6):
        gain[i] /= size
        mean[i] += gain[i] * seen
        if i < 3:
            middle[i] -= gain[i] * seen
    for i in range(6):
        for j in range(6):
            covariance[i, j] -= gain[i] * gain[j] * size


@compiled
def _radial(mean: Array, covariance: Array, ray: Array, speed: float, noise: float) -> None:
    """Take the velocity towards the radar in: the body's own, which its strongest points show."""
    row, expected = np.zeros(6), 0.0
    for i in range(3):
        row[3 + i] = ray[i]
        expected += ray[i] * mean[3 + i]
    odd = abs(speed - expected)
    # A folded or a limb's velocity counts the less the odder it is.
    variance = noise + 0.25 * max(0.0, odd - 0.5) ** 2
    _scalar(mean, covariance, row, speed - expected, variance, np.zeros(3))


def _trust(track: BodyTrack, strongest_db: float) -> float:
    """Return how far a frame's points are trusted to be the body's, 0..1: a body does not fade by 20 dB at once."""
    faded_db = track.snr_db - _FADES_DB - strongest_db
    return max(_LEAST_TRUST, 1.0 / (1.0 + math.exp(faded_db / 3.0)))


def _size(
    track: BodyTrack, points: HousePoints, weights: Array, count: float, strongest_db: float, interval_s: float
) -> None:
    share = min(1.0, interval_s / _SIZE_S)
    track.snr_db += min(1.0, interval_s / _LOUDNESS_S) * (strongest_db - track.snr_db)
    track.points += share * (count - track.points)
    if count >= 2.0:
        _extent(track, points, weights, share)
    # A body's height follows it at once: somebody who comes down fast is the one who matters.
    middle_m, beyond_m = float(track.mean[2]), _TOP_SIGMAS * float(track.spread_m[2])
    track.top_m = max(middle_m + beyond_m, _UPRIGHT * middle_m)
    track.top_variance_m2 = _UPRIGHT**2 * (float(track.covariance[2, 2]) + _SHARED_SIGMA_M**2)


def _extent(track: BodyTrack, points: HousePoints, weights: Array, share: float) -> None:
    middle = weights @ points.position_m
    seen = weights @ (points.position_m - middle) ** 2
    own = np.einsum("p,pii->i", weights, points.covariance_m2)
    body = np.sqrt(np.maximum(seen - own, 0.02**2))
    track.spread_m = track.spread_m + share * (body - track.spread_m)
