"""Walk the room: where a radar hangs and looks, found from one person who walks.

Either another radar whose mounting is known sees the same walk: paths are matched by time. Or the way that is walked is
known by its corners: the path is laid along it in order. Robust least squares (scipy, soft L1), from several directions
at first; what is not enough to tell is refused, with the reason.

A radar sees the side of a body that is turned to it, not its middle: how far that is before the middle is found beside
the rest, as it shows where two radars look from different sides.
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sumika.radar.tracking.known_walk import KnownWalk
from sumika.radar.tracking.mounting import Mounting
from sumika.radar.tracking.walked_path import MOMENT_S, WalkedPath

Array = NDArray[np.float64]

FEWEST_SECONDS = 10.0
"""Common to path and reference."""

_SHORTEST_M, _NARROWEST_M = 0.5, 0.2
"""Standard deviations of the way, along and across: a line tells too little of the direction."""

_MOST_RESIDUAL_M = 0.3
_MOST_SIGMA_M, _MOST_SIGMA_RAD = 0.15, math.radians(4.0)
_GAP_S = 0.6
"""Over longer gaps nobody's place is guessed."""

_STARTS = 6
_ALIKE = 1.5
"""Ends that cost so much more than the best are as good: then the one nearest to what is described is right."""

_MOST_TILT_RAD = math.radians(60.0)
"""Nobody hangs a radar this far off without noticing; upside down, it would see a walk the other way round."""

_UNKNOWNS = ("x_m", "y_m", "yaw_rad", "front_m", "z_m", "pitch_rad", "sink_rad")
_TOLD = ("x_m", "y_m", "z_m", "yaw_rad", "pitch_rad")
_FRONT_M, _FRONT_SIGMA_M = 0.08, 0.08
"""How far before its middle a body reflects; where nothing is known of it, so much."""

_TALL_PRIOR_M, _PITCH_PRIOR_RAD = 0.15, math.radians(8.0)
"""So far off may height and pitch be that somebody measured with a tape and set by eye."""

_KNOWN_WAY_M = 0.06
"""Where on a body a radar sees it is not told by a way alone, and no residual shows it: so far off are place and truth
besides in simulated walks from converter samples on (root mean square)."""

_PART_M = 0.2
"""Two radars see different parts of a body, as long as it walks: so far are their heights apart."""

_SINK_PRIOR_RAD = 0.1
"""Floors reflect, and draw what is far down: heights of both radars sink with distance by about this angle."""

_MOST_PITCH_SIGMA_RAD = math.radians(4.0)
_LEAST_POWER = 0.5
"""Of residuals in their presumed sigmas."""

_MATCHES = 6
"""How often the path is laid along a known way anew, at most."""

_FEW_LOOKS = 5
"""Until it lies as it will, nothing is worth searching to the end."""

_SETTLED = 0.98
"""Of the cost before: what gains less than this lies as it will."""


class Refusal(StrEnum):
    """Why a walk does not tell where a radar is."""

    TOO_FEW_SECONDS = "too_few_common_seconds"
    TOO_SHORT = "path_too_short"
    ON_A_LINE = "path_on_a_line"
    DOES_NOT_FIT = "paths_do_not_fit"
    NOT_PRECISE = "not_precise_enough"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where a radar hangs and looks, as a walk tells it.

    Attributes:
        mounting: What was found; the nominal one where it is not usable for want of a path.
        sigmas: Standard deviations of x_m, y_m, z_m, yaw_rad, pitch_rad; infinite where the walk does not tell it, and
            the nominal value was kept.
        residual_m: Root mean square distance of the paths thereafter, the outermost tenth left out; NaN if there is
            none.
        seconds: How much of the walk was used.
        usable: Whether the mounting may be taken over.
        reason: Why not; None if it may.
    """

    mounting: Mounting
    sigmas: dict[str, float] = field(default_factory=dict)
    residual_m: float = math.nan
    seconds: float = 0.0
    usable: bool = False
    reason: Refusal | None = None


def calibrate(path: WalkedPath, reference: WalkedPath | KnownWalk, nominal: Mounting) -> Calibration:
    """Find where a radar hangs and looks.

    Args:
        path: In the radar's own coordinates, as `walked_path` gives it.
        reference: The same walk in house coordinates: another radar's `walked_path(...).seen_from(its mounting)`, by
            the same clock; or the way itself.
        nominal: Where the radar is thought to be. Height and pitch are kept from it where nothing tells them.
    """
    own, known = (path, reference) if isinstance(reference, KnownWalk) else _common(path, reference)
    seconds = len(own) * MOMENT_S
    refusal = _refused(own, known, seconds)
    if refusal is not None:
        return Calibration(nominal, seconds=seconds, reason=refusal)
    tall = own.has_height and isinstance(known, WalkedPath) and known.has_height
    found = _Fit(own, known, nominal, tall=tall).found(seconds)
    if tall and found.sigmas["pitch_rad"] > _MOST_PITCH_SIGMA_RAD:
        # What hardly tells the pitch must not turn the rest with it.
        return _Fit(own, known, nominal, tall=False).found(seconds)
    return found


def _common(path: WalkedPath, reference: WalkedPath) -> tuple[WalkedPath, WalkedPath]:
    """Return a path where there is a reference, and the reference at those times."""
    if len(reference) < 2:
        return _at(path, np.zeros(len(path), bool)), reference
    after = np.clip(np.searchsorted(reference.time_s, path.time_s), 1, len(reference) - 1)
    gap_s = reference.time_s[after] - reference.time_s[after - 1]
    inside = (path.time_s >= reference.time_s[0]) & (path.time_s <= reference.time_s[-1]) & (gap_s <= _GAP_S)
    own = _at(path, inside)
    places = [np.interp(own.time_s, reference.time_s, reference.place_m[:, axis]) for axis in range(3)]
    sigma = np.interp(own.time_s, reference.time_s, reference.sigma_m)
    return own, replace(reference, time_s=own.time_s, place_m=np.stack(places, axis=1), sigma_m=sigma)


def _at(path: WalkedPath, which: NDArray[np.bool_]) -> WalkedPath:
    return replace(path, time_s=path.time_s[which], place_m=path.place_m[which], sigma_m=path.sigma_m[which])


def _refused(own: WalkedPath, known: WalkedPath | KnownWalk, seconds: float) -> Refusal | None:
    """Return why there is nothing to calculate, from the way alone."""
    if seconds < FEWEST_SECONDS:
        return Refusal.TOO_FEW_SECONDS
    for places in (own.place_m, known.corners_m if isinstance(known, KnownWalk) else known.place_m):
        across, along = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(places[:, :2].T)), 0.0))
        if along < _SHORTEST_M:
            return Refusal.TOO_SHORT
        if across < _NARROWEST_M:
            return Refusal.ON_A_LINE
    return None


@dataclass(frozen=True, slots=True)
class _Solved:
    """One end of the search: `_UNKNOWNS`, the last three of them only where heights are known."""

    values: Array
    cost: float
    residuals: Array
    jacobian: Array
    progress_m: Array | None


class _Fit:
    """A path, what it must become, and the unknowns between them."""

    def __init__(self, own: WalkedPath, known: WalkedPath | KnownWalk, nominal: Mounting, *, tall: bool) -> None:
        self._own, self._known, self._nominal = own, known, nominal
        self._tall = tall
        self._outwards = own.outwards
        self._known_outwards = known.outwards if isinstance(known, WalkedPath) else np.zeros((len(own), 3))
        self._farther_m = own.away_m - known.away_m if isinstance(known, WalkedPath) else np.zeros(len(own))
        theirs = known.sigma_m if isinstance(known, WalkedPath) else np.full(len(own), known.sigma_m)
        flat = np.hypot(own.sigma_m, theirs)
        self._sigma = np.stack((flat, flat, np.hypot(flat, _PART_M))[: 3 if tall else 2], axis=1)
        self._progress_m: Array | None = None
        self._count = len(_UNKNOWNS) if tall else 4

    def found(self, seconds: float) -> Calibration:
        """Search from all directions, and tell the best end."""
        ends = [self.solve(self._nominal.yaw_rad + 2 * math.pi * start / _STARTS) for start in range(_STARTS)]
        if isinstance(self._known, KnownWalk):
            described = self._own.seen_from(self._nominal).place_m[:, :2]
            ends.append(self.solve(self._nominal.yaw_rad, self._known.in_order(described)))
        upright = [one for one in ends if self._turned(one, "pitch_rad") < _MOST_TILT_RAD]
        if not upright:
            return Calibration(self._nominal, seconds=seconds, reason=Refusal.DOES_NOT_FIT)
        # A round way with equal sides fits as well where it is taken to begin at another corner.
        cheap = _ALIKE * min(one.cost for one in upright)
        alike = [one for one in upright if one.cost <= cheap]
        return self.told(min(alike, key=lambda one: self._turned(one, "yaw_rad")), seconds)

    def _turned(self, end: _Solved, angle: str) -> float:
        """Return how far an angle is from what is described."""
        found = self.mounting(end.values)
        difference: float = getattr(found, angle) - getattr(self._nominal, angle)
        return abs(math.remainder(difference, 2 * math.pi))

    def solve(self, yaw_rad: float, progress_m: Array | None = None) -> _Solved:
        """Search from one direction; the place to begin with follows from it.

        Args:
            yaw_rad: The direction.
            progress_m: (moment,) how far along a known way each moment is taken to be at first; None: evenly.
        """
        turned = Mounting((0.0, 0.0, self._nominal.position_m[2]), yaw_rad, self._nominal.pitch_rad)
        seen = self._own.place_m @ turned.axes
        if isinstance(self._known, KnownWalk):
            self._progress_m = self._known.evenly(seen[:, :2]) if progress_m is None else progress_m
        shift = np.median(self._target(seen, 0.0)[:, :2] - seen[:, :2], axis=0)
        values = np.array((*shift, yaw_rad, _FRONT_M, self._nominal.position_m[2], self._nominal.pitch_rad, 0.0))
        if not isinstance(self._known, KnownWalk):
            return self._search(values[: self._count])
        solved = self._search(values[: self._count], _FEW_LOOKS)
        for _ in range(_MATCHES):
            self._progress_m = self._known.in_order(self._places(solved.values)[:, :2])
            before, solved = solved, self._search(solved.values, _FEW_LOOKS)
            if solved.cost > _SETTLED * before.cost:
                break
        return self._search(solved.values)

    def _search(self, values: Array, most_looks: int | None = None) -> _Solved:
        found = least_squares(self._residuals, values, loss="soft_l1", x_scale="jac", max_nfev=most_looks)
        return _Solved(found.x, float(found.cost), np.asarray(found.fun), np.asarray(found.jac), self._progress_m)

    def mounting(self, values: Array) -> Mounting:
        """Return the mounting that the unknowns describe."""
        z_m, pitch_rad = (
            (values[4], values[5]) if self._tall else (self._nominal.position_m[2], self._nominal.pitch_rad)
        )
        yaw_rad = math.remainder(float(values[2]), 2 * math.pi)
        return Mounting((float(values[0]), float(values[1]), float(z_m)), yaw_rad, float(pitch_rad))

    def _places(self, values: Array) -> Array:
        """Return (moment, 3) where the path lies in the house."""
        mounting = self.mounting(values)
        places: Array = mounting.place + (self._own.place_m + values[3] * self._outwards) @ mounting.axes
        return places

    def _target(self, places_m: Array, front_m: float) -> Array:
        """Return (moment, 3) where each moment must come to lie, if bodies reflect so far before their middle."""
        if isinstance(self._known, WalkedPath):
            return self._known.place_m + front_m * self._known_outwards
        assert self._progress_m is not None
        return np.column_stack((self._known.nearest(places_m[:, :2], self._progress_m), places_m[:, 2]))

    def _apart(self, values: Array) -> Array:
        places = self._places(values)
        apart = places - self._target(places, float(values[3]))
        if not self._tall:
            return apart[:, :2]
        apart[:, 2] += values[6] * self._farther_m
        return apart

    def _residuals(self, values: Array) -> Array:
        scaled = self._apart(values) / self._sigma
        beside = [(values[3] - _FRONT_M) / _FRONT_SIGMA_M]
        if self._tall:
            beside += [(values[4] - self._nominal.position_m[2]) / _TALL_PRIOR_M]
            beside += [(values[5] - self._nominal.pitch_rad) / _PITCH_PRIOR_RAD, values[6] / _SINK_PRIOR_RAD]
        return np.concatenate((scaled.reshape(-1), beside))

    def told(self, best: _Solved, seconds: float) -> Calibration:
        """Return what was found, with its sigmas, and whether it is good enough."""
        self._progress_m = best.progress_m
        apart = np.sqrt((self._apart(best.values)[:, :2] ** 2).sum(axis=1))
        inner = np.sort(apart)[: max(1, round(0.9 * len(apart)))]
        residual_m = float(np.sqrt((inner**2).mean()))
        spread = np.sqrt(np.maximum(np.diag(self._covariance(best)), 0.0))
        sigmas = dict.fromkeys(_TOLD, math.inf)
        sigmas |= {name: float(one) for name, one in zip(_UNKNOWNS, spread, strict=False) if name in _TOLD}
        if isinstance(self._known, KnownWalk):
            sigmas |= {name: math.hypot(sigmas[name], _KNOWN_WAY_M) for name in ("x_m", "y_m")}
        reason = None
        if residual_m > _MOST_RESIDUAL_M:
            reason = Refusal.DOES_NOT_FIT
        elif max(sigmas["x_m"], sigmas["y_m"]) > _MOST_SIGMA_M or sigmas["yaw_rad"] > _MOST_SIGMA_RAD:
            reason = Refusal.NOT_PRECISE
        return Calibration(self.mounting(best.values), sigmas, residual_m, seconds, reason is None, reason)

    def _covariance(self, best: _Solved) -> Array:
        """Return the covariance of the unknowns, from the Jacobian.

        Residuals of neighbouring moments are alike, as the same side of a body reflects for a while: there are fewer
        of them than it seems, by their correlation from one to the next. What is off by the same all along does not
        show in them at all, so they are not believed where they are much smaller than what is presumed of a body.
        """
        own = best.residuals[: self._sigma.size].reshape(self._sigma.shape)
        clipped = np.clip(own, -3.0, 3.0)
        power = float((clipped**2).mean())
        alike = float((clipped[1:] * clipped[:-1]).mean()) / max(power, 1e-12)
        alike = min(0.9, max(0.0, alike))
        fewer = max(power, _LEAST_POWER) * (1 + alike) / (1 - alike)
        covariance = np.linalg.pinv(best.jacobian.T @ best.jacobian) * fewer
        return np.asarray(covariance, np.float64)
