"""Whose point is it? Every point is shared out among the bodies and clutter by likelihood.

A body is extended: its points scatter about its middle as its size says, beyond their own noise, and limbs are faster
or slower than it. Shares are sharpened towards the likeliest owner, or two bodies that meet would drift into one (the
coalescence of joint probabilistic association; H. A. P. Blom, E. A. Bloem, IEEE TAC 45, 2000).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.empty_room import EmptyRoom
from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings

Array = NDArray[np.float64]

GATE = 12.8
"""Squared Mahalanobis distance in three dimensions; of a body's own points one in two hundred lies outside."""

_SHARPER = 2.0
_TENTATIVE = -1.5
"""Log weight of a body that is not yet believed in, against one that is."""

_FADES_DB, _FADES_SIGMA_DB = 12.0, 6.0
"""A body's points may be fainter than it is by so much; the further beyond, the less are they its."""

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
    prior = np.array([0.0 if track.confirmed else _TENTATIVE for track in tracks])
    found = np.empty((len(points), len(tracks)))
    _fill(
        found,
        points.position_m,
        points.covariance_m2,
        points.direction,
        points.velocity_m_s,
        points.velocity_sigma_m_s,
        points.snr_db,
        np.array([track.snr_db for track in tracks]),
        np.stack([track.mean for track in tracks]),
        np.stack([track.covariance for track in tracks]),
        prior + math.log(settings.points_per_body) - 1.5 * math.log(2 * math.pi),
        np.square(settings.body_m),
        settings.limb_speed_m_s**2,
    )
    return found


@compiled
def _fill(
    found: Array,
    position: Array,
    spread: Array,
    direction: Array,
    velocity: Array,
    velocity_sigma: Array,
    snr_db: Array,
    loud_db: Array,
    means: Array,
    covariances: Array,
    prior: Array,
    body: Array,
    limb: float,
) -> None:
    """Fill (point, track) log likelihoods; -inf beyond the gate; inverses are written out."""
    for p in range(found.shape[0]):
        for t in range(found.shape[1]):
            a = spread[p, 0, 0] + covariances[t, 0, 0] + body[0]
            b = spread[p, 0, 1] + covariances[t, 0, 1]
            c = spread[p, 0, 2] + covariances[t, 0, 2]
            d = spread[p, 1, 1] + covariances[t, 1, 1] + body[1]
            e = spread[p, 1, 2] + covariances[t, 1, 2]
            f = spread[p, 2, 2] + covariances[t, 2, 2] + body[2]
            x, y, z = position[p, 0] - means[t, 0], position[p, 1] - means[t, 1], position[p, 2] - means[t, 2]
            df, bf, be = d * f - e * e, b * f - c * e, b * e - c * d
            determinant = a * df - b * bf + c * be
            form = x * x * df + y * y * (a * f - c * c) + z * z * (a * d - b * b)
            form += 2 * (x * z * be - x * y * bf + y * z * (b * c - a * e))
            squared = form / determinant
            if not squared < GATE:
                found[p, t] = -np.inf
                continue
            radial, variance = 0.0, limb + velocity_sigma[p] ** 2
            for i in range(3):
                radial += direction[p, i] * means[t, 3 + i]
                for j in range(3):
                    variance += direction[p, i] * covariances[t, 3 + i, 3 + j] * direction[p, j]
            fast = min((velocity[p] - radial) ** 2 / variance, _FASTEST_ODD)
            faint = max(0.0, loud_db[t] - _FADES_DB - snr_db[p]) / _FADES_SIGMA_DB
            found[p, t] = prior[t] - 0.5 * (squared + fast + faint * faint + np.log(determinant))
