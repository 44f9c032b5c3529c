"""Points changed at random in ways that leave what they show as it is: another body, pace, angle, radar.

Pictures of points cannot be changed so any more, so the sources change the points themselves and hand on further views
of each example, which are learnt from and never scored (`sumika.distil.records.VIEW_OF`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Times = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How much is changed; every number is a deviation unless it says otherwise.

    Attributes:
        turn_deg: Largest angle about the vertical.
        size: Of the logarithm of how large the body is, along each axis by itself.
        shift_m: Of the body's middle along each axis.
        noise_m: Of each point along each axis.
        pace: Of the logarithm of how fast everything goes.
        intensity: Of the logarithm of the intensity.
        lost_points: Largest share of the points that are lost.
        lost_frames: Largest share of the frames that are lost.
        cut: Largest share that is missing at either end, in half of the cases.
    """

    turn_deg: float = 15.0
    size: float = 0.08
    shift_m: float = 0.04
    noise_m: float = 0.03
    pace: float = 0.12
    intensity: float = 0.3
    lost_points: float = 0.4
    lost_frames: float = 0.2
    cut: float = 0.0


def changed(
    points: Array,
    time_s: Times,
    centre_m: Times,
    changes: Changes,
    random: np.random.Generator,
    *,
    mirror: bool = False,
) -> tuple[Array, Times]:
    """Return points as they might have been, and their times.

    Args:
        points: (point, 5) in the order of `sumika.models.features.points.POINT_COLUMNS`.
        time_s: Of each point.
        centre_m: About which everything turns and grows: forward, sideways, up.
        changes: How much.
        random: Source of every draw.
        mirror: Whether left becomes right.
    """
    pivot_s = float(time_s.min() + time_s.max()) / 2
    new, when, _ = changed_body(points, time_s, centre_m, changes, random, mirror=mirror, pivot_s=pivot_s)
    return new, when


def changed_body(
    points: Array,
    time_s: Times,
    centre_m: Times,
    changes: Changes,
    random: np.random.Generator,
    *,
    mirror: bool,
    pivot_s: float,
    others_m: Times | None = None,
) -> tuple[Array, Times, Times]:
    """Return points as they might have been, their times, and other places of the same body moved along with them.

    Args:
        points: As for `changed`.
        time_s: As for `changed`.
        centre_m: As for `changed`.
        changes: As for `changed`.
        random: As for `changed`.
        mirror: As for `changed`.
        pivot_s: The moment that stays where it is, whatever the pace.
        others_m: (place, 3), joints for example; they are not noisy. None for none.
    """
    others = np.zeros((0, 3)) if others_m is None else others_m
    place = np.concatenate([points[:, :3].astype(np.float64), others]) - centre_m
    place *= np.exp(changes.size * random.standard_normal(3))
    if mirror:
        place[:, 1] *= -1
    angle = np.deg2rad(random.uniform(-changes.turn_deg, changes.turn_deg))
    ahead = place[:, 0] * np.cos(angle) - place[:, 1] * np.sin(angle)
    place[:, 1] = place[:, 0] * np.sin(angle) + place[:, 1] * np.cos(angle)
    place[:, 0] = ahead
    shift = changes.shift_m * random.standard_normal(3)
    noise = np.zeros_like(place)
    noise[: len(points)] = changes.noise_m * random.standard_normal((len(points), 3))
    place += shift + noise
    place += centre_m
    new = points.astype(np.float32, copy=True)
    new[:, :3] = place[: len(points)]
    pace = float(np.exp(changes.pace * random.standard_normal()))
    new[:, 3] *= pace
    new[:, 4] *= np.exp(changes.intensity * random.standard_normal())
    when = pivot_s + (time_s - pivot_s) / pace
    kept = _kept(time_s, changes, random)
    return new[kept], when[kept], place[len(points) :]


def _kept(time_s: Times, changes: Changes, random: np.random.Generator) -> NDArray[np.bool_]:
    """Return which points are left; all where next to nothing would be."""
    kept = random.random(len(time_s)) >= random.uniform(0, changes.lost_points)
    _, frame = np.unique(time_s, return_inverse=True)
    lost = random.random(int(frame.max()) + 1) < random.uniform(0, changes.lost_frames)
    kept &= ~lost[frame]
    share = (time_s - time_s.min()) / max(float(np.ptp(time_s)), 1e-9)
    before, after = np.maximum(random.uniform(-changes.cut, changes.cut, 2), 0.0)
    kept &= (share >= before) & (share <= 1 - after)
    return kept if kept.sum() >= min(20, len(kept)) else np.ones(len(kept), bool)
