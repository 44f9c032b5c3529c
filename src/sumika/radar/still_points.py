"""Points that do not move: somebody who breathes, or a thing?

A point at zero velocity is what the learned background does not explain. That may be a chest; it may also be a chair
that was moved, the place that somebody has just left (the background still lacks it or still has him), or strong
clutter that trembles with the oscillator. Two measures of its range bin tell: from frame to frame a chest turns, a
thing does not; and strong clutter may tremble by its own small share.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema import POINT_COLUMNS, RadarDescription

Array = NDArray[np.float64]
_RANGE, _VELOCITY = POINT_COLUMNS.index("range_m"), POINT_COLUMNS.index("velocity_m_s")

CHANGE_S = 0.6
"""Change is the mean over this time and no longer: at the turn of a breath a chest stands for a moment, and where
somebody has passed nothing changes any more."""

SCENE_S = 4.0
"""What stands is the mean over this time."""

LEAST_CHANGE = 10**-3.3
"""A chest turns from frame to frame by more than this share of its power; the shallowest breath still does, with the
heart and the sway of a body. A thing changes by noise alone."""

CLUTTER_TREMBLES = 10**-5.0
"""Share of its power by which clutter changes from frame to frame: phase noise that does not cancel."""

_NOISE_TIMES = 3.0
_SLOW_BINS = 1.5


@dataclass(slots=True)
class StillScreen:
    """What is remembered of each range bin of one radar.

    Attributes:
        frame_interval_s: Between frames.
    """

    frame_interval_s: float
    _previous: NDArray[np.complex64] | None = None
    _mean: NDArray[np.complex64] | None = None
    _changes: Array = field(default_factory=lambda: np.zeros((0, 0)))
    _seen: int = 0

    def take(self, profile: NDArray[np.complex64]) -> None:
        """Take a frame's (antenna, range bin) mean over chirps in, what stands still included."""
        if self._previous is None or self._mean is None or self._previous.shape != profile.shape:
            self._previous, self._mean = profile.copy(), profile.copy()
            self._changes, self._seen = np.zeros((max(3, round(CHANGE_S / self.frame_interval_s)), profile.shape[1])), 1
            return
        step = profile - self._previous
        self._changes[self._seen % len(self._changes)] = (step.real**2 + step.imag**2).sum(axis=0)
        self._seen += 1
        self._mean += np.float32(max(1 / self._seen, self.frame_interval_s / SCENE_S)) * (profile - self._mean)
        self._previous[:] = profile

    def alive(self, noise_power: float) -> NDArray[np.bool_]:
        """Return (range bin,) whether what is there changes as a body does.

        Args:
            noise_power: Of one antenna of one bin.
        """
        if self._previous is None or self._mean is None:
            return np.zeros(0, bool)
        antennas = self._previous.shape[0]
        mean = (self._mean.real**2 + self._mean.imag**2).sum(axis=0)
        rest = self._previous - self._mean
        residual = (rest.real**2 + rest.imag**2).sum(axis=0)
        change = self._changes.sum(axis=0) / max(1, min(self._seen - 1, len(self._changes)))
        beyond = change - 2 * _NOISE_TIMES * noise_power * antennas - CLUTTER_TREMBLES * mean
        living: NDArray[np.bool_] = beyond > LEAST_CHANGE * residual
        # A body is wider than a bin, and a peak between two bins belongs to both.
        wide = living.copy()
        wide[1:] |= living[:-1]
        wide[:-1] |= living[1:]
        return wide


def living_points(
    rows: NDArray[np.float32], alive: NDArray[np.bool_], description: RadarDescription
) -> NDArray[np.bool_]:
    """Return (point,) which points move, or lie where something changes as a body does.

    Args:
        rows: (point, column) as `POINT_COLUMNS`.
        alive: (range bin,) as `StillScreen` gives it.
        description: For the spacing of range and Doppler bins.
    """
    chirp, grid = description.chirp, description.range_grid
    if chirp is not None:
        start_m, step_m, slow_m_s = 0.0, chirp.range_resolution_m, _SLOW_BINS * chirp.velocity_resolution_m_s
    elif grid is not None:
        start_m, step_m, slow_m_s = grid.start_m, grid.step_m, np.inf
    else:
        return np.ones(len(rows), bool)
    moves = np.abs(rows[:, _VELOCITY]) > slow_m_s
    bins = np.clip(np.rint((rows[:, _RANGE] - start_m) / step_m).astype(np.int64), 0, max(0, alive.size - 1))
    kept: NDArray[np.bool_] = moves | alive[bins] if alive.size else moves
    return kept
