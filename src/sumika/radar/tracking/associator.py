"""Whose point is it? Every point is shared out among the bodies and clutter by likelihood.

A body is extended: its points scatter about its middle as its size says, beyond their own noise, and limbs are faster
or slower than it. Shares are sharpened towards the likeliest owner, or two bodies that meet would drift into one (the
coalescence of joint probabilistic association; H. A. P. Blom, E. A. Bloem, IEEE TAC 45, 2000).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.empty_room import EmptyRoom
from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings

Array = NDArray[np.float64]

GATE = 16.0
"""Squared Mahalanobis distance in three dimensions; of a body's own points one in a thousand lies outside."""

_SHARPER = 2.0
_TENTATIVE = -1.5
"""Log weight of a body that is not yet believed in, against one that is."""

_FASTEST_ODD = 6.0
"""A limb's velocity counts no more than this against a point: shares must rest on places."""


def shares(
    points: HousePoints,
    tracks: Sequence[BodyTrack],
    settings: TrackingSettings,
    empty: EmptyRoom | None,
    image_logs: Array,
) -> Array:
    """Return (point, track + 2) shares that sum to 1 for each point; the last are images' and clutter's.

    Args:
        points: Of one frame.
        tracks: Predicted to its moment.
        settings: How large bodies are, how much clutter there is.
        empty: What moves in the empty room; None if it was not learned.
        image_logs: (point,) log density of mirror images.
    """
    count = len(points)
    log_weights = np.full((count, len(tracks) + 2), -np.inf)
    log_weights[:, -2] = image_logs
    clutter = np.full(count, settings.clutter_per_m3)
    if empty is not None:
        clutter += empty.density(points)
    log_weights[:, -1] = np.log(clutter)
    if tracks and count:
        log_weights[:, :-2] = _log_likelihoods(points, tracks, settings)
    log_weights *= _SHARPER
    log_weights -= log_weights.max(axis=1, keepdims=True)
    weights: Array = np.exp(log_weights)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _log_likelihoods(points: HousePoints, tracks: Sequence[BodyTrack], settings: TrackingSettings) -> Array:
    means = np.stack([track.mean for track in tracks])
    covariances = np.stack([track.covariance for track in tracks])
    body = np.diag(np.square(settings.body_m))
    difference = points.position_m[:, None] - means[None, :, :3]
    spread = points.covariance_m2[:, None] + covariances[None, :, :3, :3] + body
    squared, determinant = _mahalanobis(difference, spread)
    radial = points.direction @ means[:, 3:].T
    radial_variance = np.einsum("pi,tij,pj->pt", points.direction, covariances[:, 3:, 3:], points.direction)
    odd = points.velocity_m_s[:, None] - radial
    allowed = radial_variance + settings.limb_speed_m_s**2 + points.velocity_sigma_m_s[:, None] ** 2
    fast = np.minimum(odd * odd / allowed, _FASTEST_ODD)
    prior = np.array([0.0 if track.confirmed else _TENTATIVE for track in tracks])
    log_density = -0.5 * (squared + fast + np.log(determinant)) - 1.5 * math.log(2 * math.pi)
    found: Array = np.where(squared < GATE, log_density + prior + math.log(settings.points_per_body), -np.inf)
    return found


def _mahalanobis(difference: Array, spread: Array) -> tuple[Array, Array]:
    """Return squared distances and determinants of many symmetric 3 x 3 matrices, written out."""
    a, b, c = spread[..., 0, 0], spread[..., 0, 1], spread[..., 0, 2]
    d, e, f = spread[..., 1, 1], spread[..., 1, 2], spread[..., 2, 2]
    df, de, ce = d * f - e * e, b * f - c * e, b * e - c * d
    determinant = a * df - b * de + c * ce
    x, y, z = difference[..., 0], difference[..., 1], difference[..., 2]
    form = x * x * df + y * y * (a * f - c * c) + z * z * (a * d - b * b)
    form = form + 2 * (-x * y * de + x * z * ce + y * z * (b * c - a * e))
    return form / determinant, determinant
