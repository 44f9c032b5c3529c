"""One walk through a room, and all that it can tell: along a known way, and against other radars that see it too.

A way along the marks of a room gives place and direction. Height and tilt come best from another radar that measures
elevation; else from how high the middle of somebody who walks is, which differs between people.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.calibration import Calibration, Refusal, calibrate
from sumika.radar.tracking.known_walk import KnownWalk
from sumika.radar.tracking.mounting import Mounting
from sumika.radar.tracking.walked_path import WalkedPath

Array = NDArray[np.float64]

WALKER_M = 1.0
"""Height of the middle of what a radar sees of an adult who walks: trunk and swinging arms. Typical: the trunk of
somebody of 1.7 m reaches from 0.85 to 1.4 m, legs reflect less and lower."""

_MOST_LAPS = 3
_ALIKE = 1.5
_MEETS_M = 0.3
"""Of first and last corner: then a way can be walked several times round."""

_MAY_TURN_RAD = math.radians(60.0)
_MAY_SHIFT_M = 1.5
"""Farther off, a radar is not described badly: rather the walk began at another mark."""

_DRAWN_IN = 0.25
"""Nobody walks in a corner itself: so much of the way from it to the room's middle."""

_APART_SIGMAS, _APART_M = 3.0, 0.2
"""Two ways to find the same place may differ by so much."""


class WalkAdvice(StrEnum):
    """What is to be said beside a result."""

    FAR_OFF = "far_off"
    RADARS_DIFFER = "radars_differ"


@dataclass(frozen=True, slots=True)
class RoomWalk:
    """What a walk tells.

    Attributes:
        calibration: What was found, or why not.
        height_from: The radar that height and tilt come from; "body" if from the body's own height; empty if nothing
            tells them.
        missing_m: Where to walk as well, (x, y) on the floor plan; None where the walk was enough.
        advice: Cautions.
    """

    calibration: Calibration
    height_from: str = ""
    missing_m: tuple[float, float] | None = None
    advice: tuple[WalkAdvice, ...] = ()


def calibrate_by_walk(
    path: WalkedPath, way_m: Array, nominal: Mounting, others: Mapping[str, WalkedPath], room_m: Array
) -> RoomWalk:
    """Find where a radar hangs and looks.

    Args:
        path: Of the one who walks, in the radar's own coordinates.
        way_m: (corner, 2) of the way that was walked, in order; fewer than three: only other radars tell.
        nominal: Where the radar is thought to be.
        others: What other radars saw of the same walk, in house coordinates.
        room_m: (corner, 2) of the room's floor.
    """
    against = {name: calibrate(path, seen, nominal) for name, seen in others.items()}
    best = min(against, key=lambda name: _rank(against[name]), default="")
    if len(way_m) < 3:
        found = against[best] if best else Calibration(nominal, reason=Refusal.TOO_FEW_SECONDS)
        height_from = best if math.isfinite(found.sigmas.get("z_m", math.inf)) else ""
        return _told(RoomWalk(found, height_from), path, nominal, room_m)
    found = _along(path, way_m, nominal)
    height_from = "body" if math.isfinite(found.sigmas.get("z_m", math.inf)) else ""
    advice: tuple[WalkAdvice, ...] = ()
    if best and found.usable and against[best].usable:
        if _differ(found, against[best]):
            advice = (WalkAdvice.RADARS_DIFFER,)
        elif against[best].sigmas["pitch_rad"] < found.sigmas["pitch_rad"]:
            found, height_from = _with_heights(found, against[best]), best
    return _told(RoomWalk(found, height_from, advice=advice), path, nominal, room_m)


def _rank(found: Calibration) -> tuple[bool, float]:
    """Return what orders results: the usable before others, then by how well they fit."""
    return not found.usable, found.residual_m if math.isfinite(found.residual_m) else math.inf


def _along(path: WalkedPath, way_m: Array, nominal: Mounting) -> Calibration:
    """Return what a way tells, however often and whichever way round it was walked."""
    fits = [(way, calibrate(path, KnownWalk(way), nominal)) for way in _rounds(way_m)]
    best = min(fits, key=lambda fit: _rank(fit[1]))
    alike_m = _ALIKE * best[1].residual_m
    alike = [fit for fit in fits if fit[1].usable and fit[1].residual_m <= alike_m]
    way, found = min(alike or [best], key=lambda fit: _off(fit[1], nominal))
    if not found.usable:
        return found
    tall = calibrate(path, KnownWalk(way, body_m=WALKER_M), found.mounting)
    return tall if tall.usable else found


def _off(found: Calibration, nominal: Mounting) -> float:
    """Return how far a result is from what is described, in metres; what is turned is off by that at two metres."""
    turned = math.remainder(found.mounting.yaw_rad - nominal.yaw_rad, 2 * math.pi)
    return math.dist(found.mounting.position_m[:2], nominal.position_m[:2]) + 2.0 * abs(turned)


def _rounds(way_m: Array) -> list[Array]:
    """Return the way as it may have been walked: either way round, and round again where it comes back."""
    found = []
    returns = float(np.hypot(*(way_m[-1] - way_m[0]))) <= _MEETS_M
    for one in (way_m, way_m[::-1]):
        walked = one
        found.append(walked)
        for _ in range(1, _MOST_LAPS if returns else 1):
            walked = np.concatenate((walked, one[1:]))
            found.append(walked)
    return found


def _differ(one: Calibration, other: Calibration) -> bool:
    apart = np.subtract(one.mounting.position_m, other.mounting.position_m)[:2]
    sigma_m = math.hypot(*(each.sigmas[name] for each in (one, other) for name in ("x_m", "y_m")))
    return float(np.hypot(*apart)) > _APART_M + _APART_SIGMAS * sigma_m


def _with_heights(found: Calibration, other: Calibration) -> Calibration:
    """Return place and direction of one, height and tilt of the other."""
    x_m, y_m, _ = found.mounting.position_m
    heights = {name: other.sigmas[name] for name in ("z_m", "pitch_rad")}
    mounting = Mounting((x_m, y_m, other.mounting.position_m[2]), found.mounting.yaw_rad, other.mounting.pitch_rad)
    return replace(found, mounting=mounting, sigmas=found.sigmas | heights)


def _told(walk: RoomWalk, path: WalkedPath, nominal: Mounting, room_m: Array) -> RoomWalk:
    """Return a result with what to say beside it."""
    found = walk.calibration
    if not found.usable:
        return replace(walk, missing_m=_missing(path, nominal, room_m))
    turned = abs(math.remainder(found.mounting.yaw_rad - nominal.yaw_rad, 2 * math.pi))
    shifted = math.dist(found.mounting.position_m[:2], nominal.position_m[:2])
    if turned > _MAY_TURN_RAD or shifted > _MAY_SHIFT_M:
        return replace(walk, advice=(*walk.advice, WalkAdvice.FAR_OFF))
    return walk


def _missing(path: WalkedPath, nominal: Mounting, room_m: Array) -> tuple[float, float]:
    """Return the corner of a room, drawn in a little, that is farthest from where the radar saw somebody walk."""
    middle = room_m.mean(axis=0)
    if not len(path):
        return float(middle[0]), float(middle[1])
    inner = room_m + _DRAWN_IN * (middle - room_m)
    seen = path.seen_from(nominal).place_m[:, :2]
    nearest = np.sqrt(((inner[:, None] - seen) ** 2).sum(axis=2)).min(axis=1)
    x_m, y_m = inner[int(np.argmax(nearest))]
    return float(x_m), float(y_m)
