"""Where bodies will be: nearly constant velocity, which fades where nobody sees them.

Y. Bar-Shalom et al., "Estimation with Applications to Tracking and Navigation", 2001, section 6.2.2.
"""

import math

import numpy as np

from sumika.radar.tracking.body_track import BodyTrack

UPWARDS = 0.5
"""Share of the acceleration that goes up or down."""

_UNSEEN_S = 0.4
_FORGETS_S = 0.8
"""Out of sight for longer than the first, a body's velocity fades with the second: who hides behind a door stops."""


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
    fade = math.exp(-step_s / _FORGETS_S) if now_s - track.seen_s > _UNSEEN_S else 1.0
    transition = np.eye(6)
    transition[:3, 3:] = np.eye(3) * step_s
    transition[3:, 3:] *= fade
    strength = acceleration_m_s2**2 * np.array((1.0, 1.0, UPWARDS**2))
    # A body accelerates for about half a second at a time: white noise of that power.
    density = strength * 0.5
    noise = np.zeros((6, 6))
    place, speed = np.arange(3), np.arange(3, 6)
    noise[place, place] = density * step_s**3 / 3
    noise[place, speed] = noise[speed, place] = density * step_s**2 / 2
    noise[speed, speed] = density * step_s
    if fade < 1.0:
        noise[speed, speed] = np.minimum(noise[speed, speed], 0.3 * step_s)
    track.mean = transition @ track.mean
    track.covariance = transition @ track.covariance @ transition.T + noise
    track.now_s = now_s
