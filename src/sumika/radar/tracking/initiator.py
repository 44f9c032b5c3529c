"""Bodies begin where several points that are nobody's lie close together."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings

Array = NDArray[np.float64]

_REACH_M = 0.6
"""Points that lie this close on the floor plan may be one body's."""

_APART_M = 0.6
"""No second body begins so close to one that is followed: its limbs look like that."""

_FEWEST = 2
_ALONE_SNR_DB = 25.0
_SPEED_SIGMA_M_S = 1.0


def begin(
    points: HousePoints, tracks: list[BodyTrack], now_s: float, settings: TrackingSettings, radar: str, next_id: int
) -> list[BodyTrack]:
    """Return bodies that begin with a frame's unclaimed points.

    Args:
        points: Nobody's.
        tracks: Those that are followed.
        now_s: When.
        settings: How large bodies are.
        radar: Which saw the points.
        next_id: Of the first one.
    """
    begun: list[BodyTrack] = []
    left = np.argsort(-points.snr_db, kind="stable")
    flat = points.position_m[:, :2]
    while left.size and len(tracks) + len(begun) < settings.most_tracks:
        near = np.hypot(*(flat[left] - flat[left[0]]).T) < _REACH_M
        group, left = left[near], left[~near]
        enough = group.size >= _FEWEST or points.snr_db[group[0]] >= _ALONE_SNR_DB
        if enough and not _crowded(flat[group].mean(axis=0), [*tracks, *begun]):
            begun.append(_body(points.take(group), now_s, settings, radar, next_id + len(begun)))
    return begun


def _crowded(middle: Array, tracks: list[BodyTrack]) -> bool:
    return any(math.hypot(*(middle - track.mean[:2])) < _APART_M for track in tracks)


def _body(points: HousePoints, now_s: float, settings: TrackingSettings, radar: str, number: int) -> BodyTrack:
    middle = points.position_m.mean(axis=0)
    noise = points.covariance_m2.mean(axis=0) / len(points) + np.diag(np.square(settings.body_m)) / len(points)
    ray = points.direction.mean(axis=0)
    ray = ray / max(1e-9, float(np.sqrt(ray @ ray)))
    speed = float(np.median(points.velocity_m_s))
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = noise + np.eye(3) * 0.1**2
    # Towards the radar the velocity is measured; across it anything is possible.
    across = np.eye(3) - np.outer(ray, ray)
    covariance[3:, 3:] = _SPEED_SIGMA_M_S**2 * across + settings.limb_speed_m_s**2 * np.outer(ray, ray)
    covariance[5, 5] = min(covariance[5, 5], 0.3**2)
    return BodyTrack(
        id=number,
        mean=np.concatenate((middle, np.clip(speed, -2.0, 2.0) * ray * (1.0, 1.0, 0.2))),
        covariance=covariance,
        log_odds=settings.birth_log_odds,
        born_s=now_s,
        born_m=middle.copy(),
        now_s=now_s,
        seen_s=now_s,
        trail_m=middle[:2].copy(),
        anchor_m=middle[:2].copy(),
        anchored_s=now_s,
        top_m=float(middle[2]) + 0.4,
        snr_db=float(points.snr_db.mean()),
        points=float(len(points)),
        radars={radar: now_s},
    )
