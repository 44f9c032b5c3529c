"""Noise whose power falls with frequency, as bodies, gusts and rhythms wander."""

import numpy as np
from numpy.typing import NDArray


def red_noise(
    random: np.random.Generator, count: int, rate_hz: float, *, slope: float, corner_hz: float, top_hz: float
) -> NDArray[np.float64]:
    """Return (sample,) noise of unit variance.

    Args:
        random: Where chance comes from.
        count: How many samples.
        rate_hz: Of the samples.
        slope: Power falls as the frequency to this power above the corner.
        corner_hz: Below, power is even.
        top_hz: Above, there is none.
    """
    noise = looped_red_noise(random, max(4 * count, 64), rate_hz, slope=slope, corner_hz=corner_hz, top_hz=top_hz)
    return noise[:count]


def looped_red_noise(
    random: np.random.Generator, long: int, rate_hz: float, *, slope: float, corner_hz: float, top_hz: float
) -> NDArray[np.float64]:
    """Return (sample,) such noise whose end goes on into its beginning.

    Args:
        random: Where chance comes from.
        long: How many samples.
        rate_hz: Of the samples.
        slope: Power falls as the frequency to this power above the corner.
        corner_hz: Below, power is even.
        top_hz: Above, there is none.
    """
    frequency = np.fft.rfftfreq(long, 1 / rate_hz)
    size = (1 + (frequency / corner_hz) ** 2) ** (-slope / 4) * (frequency <= top_hz)
    size[0] = 0.0
    noise = np.fft.irfft(size * np.fft.rfft(random.standard_normal(long)), long)
    spread = float(noise.std())
    scaled: NDArray[np.float64] = noise / (spread if spread > 0 else 1.0)
    return scaled
