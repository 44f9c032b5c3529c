"""The shapes of a breath and of a heartbeat on the chest wall; everything that breathes shares them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BEAT_S = 0.9
"""How long a beat still moves the chest."""

_SHARP_EXHALE = 1.5
_BUMP_TIMES_S = ((0.13, 0.07), (0.42, 0.14), (0.62, 0.07))
"""When rise, rebound and ripple of a beat come, and how long they take, in seconds."""


@dataclass(frozen=True, slots=True)
class HeartShape:
    """A sharp rise, a slower rebound and a ripple after every beat.

    Over harmonics of the heart rate, its power lies as that of real chests' acceleration does once it is integrated
    twice (MSCardio, 17 steady stretches of 20 s: 63, 14, 3, 2 % in the median, the first of which wander most).

    Attributes:
        rebound: Against the rise.
        ripple: Against the rise.
    """

    rebound: float
    ripple: float

    @classmethod
    def by_chance(cls, random: np.random.Generator) -> "HeartShape":
        """Return a shape of one's own."""
        return cls(float(random.uniform(0.3, 0.6)), float(random.uniform(0.05, 0.15)))

    def at(self, lag_s: Array) -> Array:
        """Return how far the chest has come out, so long after the beat; any shape, the rise about 1."""
        late_s, wide_s = np.array(_BUMP_TIMES_S).T
        bumps = np.exp(-(((lag_s[..., np.newaxis] - late_s) / wide_s) ** 2))
        moved: Array = bumps @ np.array([1.0, -self.rebound, self.ripple])
        return moved

    def after(self, lag_s: float) -> float:
        """Return the same for one moment."""
        share = 0.0
        for (late_s, wide_s), size in zip(_BUMP_TIMES_S, (1.0, -self.rebound, self.ripple), strict=True):
            share += size * math.exp(-(((lag_s - late_s) / wide_s) ** 2))
        return share


def breath_share(since_s: float, inhale_s: float, exhale_s: float) -> float:
    """Return how far a breath has brought the chest out, 0 to 1, so long after its beginning.

    Out on a half cosine, back on a cosine to a higher power, so that the chest lingers where it has breathed out: the
    asymmetric pattern of A. E. Lujan et al., "A method for incorporating organ motion due to breathing into 3D dose
    calculations", Med. Phys. 26, 1999, with times of its own for in and out. Position and speed have no steps.
    """
    if since_s <= 0.0 or since_s >= inhale_s + exhale_s:
        return 0.0
    if since_s < inhale_s:
        return 0.5 - 0.5 * math.cos(math.pi * since_s / inhale_s)
    share: float = math.cos(0.5 * math.pi * (since_s - inhale_s) / exhale_s) ** (2.0 * _SHARP_EXHALE)
    return share
