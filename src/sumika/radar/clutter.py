"""What stands still and what lives: power per range bin, split by how it changes.

Nothing is filtered away here. A filter that removes what stands still removes the person who sits still with it, and
one that adapts forgets a sleeper within a minute. Instead each bin's past seconds are taken apart:

* what stays (clutter): the mean over the window, whatever its size;
* what changes slowly (breathing, swaying): the variance around it beyond
* what changes from frame to frame (walking, gestures; and noise);
* noise, known from the sweeps within a frame, where nobody can have moved.

Strong clutter is never perfectly still: oscillator noise and temperature make it tremble. So a bin's change counts only
beyond what its clutter may cause.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.radar.profiles import Profile

CLUTTER_DRIFT = 10**-3.6
"""Slow change that clutter alone may show, of its power: temperature, after power-on. Measured -42 dB (BGT60) and
-53 dB (IWR6843); an A121 beside its own antenna reaches -32 dB, but there its sweeps differ as much."""

CLUTTER_JITTER = 10**-2.6
"""Change from frame to frame that clutter alone may show. An A121 without phase enhancement reaches -28 dB."""

_QUIET_SHARE = 0.2
"""Noise is read from the quietest fifth, so that whoever moves does not raise it."""

Powers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """How each range bin changed over a window.

    Attributes:
        clutter: (range bin,) power that stood still, mean of antennas.
        slow: (range bin,) power of slow change.
        fast: (range bin,) power of change from frame to frame; noise is in it.
        noise: (range bin,) noise power of one antenna.
        slow_by_antenna: (antenna, range bin) power of slow change.
    """

    clutter: Powers
    slow: Powers
    fast: Powers
    noise: Powers
    slow_by_antenna: Powers

    @property
    def floor(self) -> Powers:
        """Power per bin that slow change must exceed to count: noise and what clutter may do."""
        return self.noise + CLUTTER_DRIFT * self.clutter

    @property
    def living(self) -> Powers:
        """(range bin,) power of change that neither noise nor clutter explains."""
        moving = np.maximum(0.0, self.fast - self.noise - CLUTTER_JITTER * self.clutter)
        return np.maximum(0.0, self.slow) + moving

    @property
    def signal_to_noise(self) -> Powers:
        """(range bin,) living power over the floor."""
        ratio: Powers = self.living / self.floor
        return ratio


def sweep_noise(iq: NDArray[np.complex64]) -> NDArray[np.float32] | None:
    """Return the noise power of a frame's mean over its sweeps, from how the sweeps differ.

    Successive differences are used, so that a steady movement during the frame counts little.

    Args:
        iq: (sweep, antenna, range bin).

    Returns:
        (range bin,), mean of antennas; None if the frame has one sweep only.
    """
    sweeps = iq.shape[0]
    if sweeps < 2:
        return None
    difference = iq[1:] - iq[:-1]
    power = (difference.real**2 + difference.imag**2).mean(axis=(0, 1)) / (2 * sweeps)
    noise: NDArray[np.float32] = power.astype(np.float32)
    return noise


def quiet_noise(noise: NDArray[np.float32], degrees: int) -> Powers:
    """Return a bin's noise power from many frames, some of which saw movement.

    Args:
        noise: (frame, range bin) as `sweep_noise` gives it.
        degrees: Independent real numbers behind one value; says how far the quiet fifth lies below the mean.
    """
    below_mean = float(special.gammaincinv(degrees / 2, _QUIET_SHARE)) / (degrees / 2)
    ordered = np.sort(noise, axis=0)
    place = min(len(ordered) - 1, int(_QUIET_SHARE * len(ordered)))
    quiet: Powers = ordered[place].astype(np.float64) / max(below_mean, 1e-3)
    return quiet


def measure_change(profiles: Profile, noise: Powers | None) -> Change:
    """Take the change in a window of profiles apart.

    Args:
        profiles: (frame, antenna, range bin), at least 3 frames.
        noise: (range bin,) noise power; None takes it from the quietest bins of this window.
    """
    mean = profiles.mean(axis=0)
    centred = profiles - mean
    frames = profiles.shape[0]
    total = (centred.real**2 + centred.imag**2).sum(axis=0, dtype=np.float64) / (frames - 1)
    step = profiles[1:] - profiles[:-1]
    fast = (step.real**2 + step.imag**2).mean(axis=0, dtype=np.float64) / 2
    slow = total - fast
    level = np.quantile(fast.mean(axis=0), _QUIET_SHARE) if noise is None else noise
    clutter = (np.abs(mean) ** 2).mean(axis=0, dtype=np.float64)
    smallest = 1e-12 * float(clutter.max(initial=0.0)) + 1e-300
    return Change(
        clutter=clutter,
        slow=slow.mean(axis=0),
        fast=fast.mean(axis=0),
        noise=np.maximum(np.broadcast_to(level, clutter.shape), smallest),
        slow_by_antenna=slow,
    )
