"""What a frame's points tell of a body: its middle, its velocity towards the radar, its size and its height.

Points of a body are drawn to its near side and repeat from frame to frame, so their mean is trusted no further than
`_COMMON_SIGMA_M`, however many they are (extended target tracking by the random matrix idea: M. Feldmann, D. Franken,
W. Koch, IEEE TSP 59, 2011, with a fixed extent; the size is estimated beside).
"""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings

Array = NDArray[np.float64]

_COMMON_SIGMA_M = 0.08
_RADIAL_SIGMA_M_S = 0.15
_SIZE_S = 1.5
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
    middle = weights @ points.position_m
    effective = 1.0 / float(weights @ weights)
    spread = np.einsum("p,pij->ij", weights, points.covariance_m2) + np.diag(np.square(settings.body_m))
    noise = spread / effective + np.eye(3) * _COMMON_SIGMA_M**2
    _kalman(track, np.eye(3, 6), middle - track.mean[:3], noise)
    _radial(track, points, weights, effective, settings)
    interval_s = max(1e-3, track.now_s - track.seen_s)
    _size(track, points, weights, count, interval_s)
    if count >= 0.5:
        track.seen_s = track.now_s
        track.radars[radar] = track.now_s
    return count


def _kalman(track: BodyTrack, matrix: Array, innovation: Array, noise: Array) -> None:
    """Update in Joseph's form, which keeps the covariance symmetric and positive."""
    innovation_covariance = matrix @ track.covariance @ matrix.T + noise
    gain = np.linalg.solve(innovation_covariance, matrix @ track.covariance).T
    track.mean = track.mean + gain @ innovation
    left = np.eye(6) - gain @ matrix
    track.covariance = left @ track.covariance @ left.T + gain @ noise @ gain.T


def _radial(
    track: BodyTrack, points: HousePoints, weights: Array, effective: float, settings: TrackingSettings
) -> None:
    """Take the velocity towards the radar in: the body's own, which its strongest points show."""
    strong = weights * 10 ** (np.minimum(points.snr_db, 40.0) / 20)
    strong = strong / strong.sum()
    ray = strong @ points.direction
    ray = ray / max(1e-9, math.sqrt(float(ray @ ray)))
    speed = float(strong @ points.velocity_m_s)
    matrix = np.zeros((1, 6))
    matrix[0, 3:] = ray
    sigma2 = _RADIAL_SIGMA_M_S**2 + settings.limb_speed_m_s**2 / effective
    expected = float(ray @ track.mean[3:])
    sigma2 += 0.25 * max(0.0, abs(speed - expected) - 0.5) ** 2  # a folded or a limb's velocity
    _kalman(track, matrix, np.array((speed - expected,)), np.array(((sigma2,),)))


def _size(track: BodyTrack, points: HousePoints, weights: Array, count: float, interval_s: float) -> None:
    share = min(1.0, interval_s / _SIZE_S)
    strongest_db = float(points.snr_db[weights > 0.2 * weights.max()].max())
    track.snr_db += max(share, 0.05) * (strongest_db - track.snr_db)
    track.points += share * (count - track.points)
    if count < 2.0:
        return
    middle = weights @ points.position_m
    seen = weights @ (points.position_m - middle) ** 2
    own = np.einsum("p,pii->i", weights, points.covariance_m2)
    body = np.sqrt(np.maximum(seen - own, 0.02**2))
    track.spread_m = track.spread_m + share * (body - track.spread_m)
    top_m = float(middle[2] + _TOP_SIGMAS * body[2])
    # The mean of a second is no better than the errors that its frames share.
    variance = float(own[2]) / count + 0.12**2 + 0.25 * float(own[2])
    track.top_m += share * (top_m - track.top_m)
    track.top_variance_m2 += share * (variance - track.top_variance_m2)
