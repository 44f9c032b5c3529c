"""Where bodies will be: nearly constant velocity, which fades where nobody sees them.

Y. Bar-Shalom et al., "Estimation with Applications to Tracking and Navigation", 2001, section 6.2.2.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.tracking.body_track import BodyTrack

Array = NDArray[np.float64]

UPWARDS_DENSITY = 4.5
"""Up and down a body may go as fast as it falls, also one that has stood still (9 m2/s4 for half a second)."""

_UNSEEN_S = 0.4
_FORGETS_S = 0.5
"""Out of sight for longer than the first, a body's velocity fades with the second: who hides behind a door stops."""

_STILL_FORGETS_S = 0.25
"""Who kept still before stops sooner: his radar would see him go. So would it see what is not yet told, if it were a
body; left with a velocity that nobody measured, either would soon be wide enough to take another's points over."""

_LASTS_S = 0.5
"""A body accelerates for about so long at a time: white noise of that power."""

_UNSEEN_DENSITY, _STILL_DENSITY, _RISES_DENSITY, _GOES_M_S = 0.3, 0.02, 0.3, 0.2
"""Who is not seen does not run about: his radar would see him. Who keeps still goes on doing so, mostly."""


def predict(track: BodyTrack, now_s: float, acceleration_m_s2: float) -> None:
    """Move a body on to a later moment.

    Args:
        track: Changed in place.
        now_s: Not before the track's own.
        acceleration_m_s2: Standard deviation of what it may do.
    """
    step_s = now_s - track.now_s
    if step_s <= 0:
        return
    unseen = now_s - track.seen_s > _UNSEEN_S
    density = acceleration_m_s2**2 * _LASTS_S
    still = track.going_m_s < _GOES_M_S
    forgets_s = _STILL_FORGETS_S if still or not track.confirmed else _FORGETS_S
    fade = math.exp(-step_s / forgets_s) if unseen else 1.0
    if unseen:
        density = min(density, _STILL_DENSITY if still else _UNSEEN_DENSITY)
    elif still:
        density = min(density, _RISES_DENSITY)
    _predict(track.mean, track.covariance, step_s, fade, density, density if unseen else UPWARDS_DENSITY)
    track.now_s = now_s


@compiled
def _predict(mean: Array, covariance: Array, step_s: float, fade: float, density: float, upwards: float) -> None:
    """Move mean (6,) and covariance (6, 6) on in place; every axis has its own place and speed."""
    for i in range(3):
        mean[i] += step_s * mean[3 + i]
        mean[3 + i] *= fade
    for i in range(3):
        for j in range(6):
            covariance[i, j] += step_s * covariance[3 + i, j]
    for i in range(3):
        for j in range(6):
            covariance[j, i] += step_s * covariance[j, 3 + i]
    for i in range(3, 6):
        for j in range(6):
            covariance[i, j] *= fade
            covariance[j, i] *= fade
    for i in range(3):
        along = upwards if i == 2 else density
        covariance[i, i] += along * step_s**3 / 3
        covariance[i, 3 + i] += along * step_s**2 / 2
        covariance[3 + i, i] += along * step_s**2 / 2
        covariance[3 + i, 3 + i] += along * step_s
