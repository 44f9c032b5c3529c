"""One walk through a room, and all that it can tell: along a known way, and against other radars that see it too.

A way along the marks of a room gives place and direction. Height and tilt come from another radar that measures
elevation; from the walker's own height they cannot be told, since floors mirror what is far down as a tilt does.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.calibration import Calibration, Refusal, calibrate
from sumika.radar.tracking.known_walk import KnownWalk, walked_m
from sumika.radar.tracking.mounting import Mounting
from sumika.radar.tracking.walked_path import WalkedPath

Array = NDArray[np.float64]

_WALKER_M = (0.5, 1.9)
"""Between these heights lies the middle of what a radar sees of somebody who walks: 0.9 to 1.35 m in simulated walks, a
little more or less where mountings are a little off. Beyond, height or tilt are described quite wrongly."""

_MOST_LAPS = 4
_LAPS_OFF = 1.1
"""Who began at another mark needs the next round of the way for it; a part of the path may have gone unseen."""

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
    ODD_HEIGHT = "odd_height"


@dataclass(frozen=True, slots=True)
class RoomWalk:
    """What a walk tells.

    Attributes:
        calibration: What was found, or why not.
        height_from: The radar that height and tilt come from; empty if nothing tells them.
        missing_m: Where to walk as well, (x, y) on the floor plan; None where the walk was enough.
        walker_m: How high the middle of the one who walked is above the floor, if all is as it is told here; NaN where
            the radar measures no heights.
        advice: Cautions, the gravest last.
    """

    calibration: Calibration
    height_from: str = ""
    missing_m: tuple[float, float] | None = None
    walker_m: float = math.nan
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
    height_from, advice = "", tuple[WalkAdvice, ...]()
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
    fits = [calibrate(path, KnownWalk(way), nominal) for way in _rounds(path, way_m)]
    best = min(fits, key=_rank)
    alike = [fit for fit in fits if fit.usable and fit.residual_m <= _ALIKE * best.residual_m]
    return min(alike or [best], key=lambda fit: _off(fit, nominal))


def _off(found: Calibration, nominal: Mounting) -> float:
    """Return how far a result is from what is described, in metres; what is turned is off by that at two metres."""
    turned = math.remainder(found.mounting.yaw_rad - nominal.yaw_rad, 2 * math.pi)
    return math.dist(found.mounting.position_m[:2], nominal.position_m[:2]) + 2.0 * abs(turned)


def _rounds(path: WalkedPath, way_m: Array) -> list[Array]:
    """Return the way as it may have been walked: either way round, and as often as the path is long enough for."""
    once = KnownWalk(way_m)
    seen = float(walked_m(path.place_m[:, :2])[-1]) / max(once.length_m, 1e-9) if len(path) else 0.0
    returns = float(np.hypot(*(way_m[-1] - way_m[0]))) <= _MEETS_M
    laps = [lap for lap in range(1, _MOST_LAPS + 1) if abs(lap - seen) < _LAPS_OFF] if returns else []
    return [
        np.concatenate((one, *(one[1:] for _ in range(1, lap)))) for one in (way_m, way_m[::-1]) for lap in laps or [1]
    ]


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
    walker_m = float(np.median(path.seen_from(found.mounting).place_m[:, 2])) if path.has_height else math.nan
    advice = list(walk.advice)
    if not math.isnan(walker_m) and not _WALKER_M[0] <= walker_m <= _WALKER_M[1]:
        advice.append(WalkAdvice.ODD_HEIGHT)
    turned = abs(math.remainder(found.mounting.yaw_rad - nominal.yaw_rad, 2 * math.pi))
    shifted_m = math.dist(found.mounting.position_m[:2], nominal.position_m[:2])
    if turned > _MAY_TURN_RAD or shifted_m > _MAY_SHIFT_M:
        advice.append(WalkAdvice.FAR_OFF)
    return replace(walk, walker_m=walker_m, advice=tuple(advice))


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
