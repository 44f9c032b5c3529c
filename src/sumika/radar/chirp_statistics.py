"""Two numbers per chirp and antenna, in one pass over a frame's samples: how strong, and how high."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Floats = NDArray[np.float32]


def chirp_statistics(samples: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return power and peak, (chirp, antenna) each, as `sumika.radar.frame_condition.assess` takes them.

    Args:
        samples: Complex or real (chirp, antenna, sample), or integers (chirp, antenna, sample, I and Q).

    Returns:
        Mean square of the samples around the chirp's mean, both parts together; largest magnitude of a part.

    Raises:
        ValueError: if the samples are of another shape or kind.
    """
    if samples.ndim == 4 and samples.shape[3] == 2 and samples.dtype.kind in "iu":
        parts = samples
    elif samples.ndim == 3 and samples.dtype.kind == "c":
        whole = np.ascontiguousarray(samples)
        parts = whole.view(whole.real.dtype).reshape(*samples.shape, 2)
    elif samples.ndim == 3 and samples.dtype.kind in "iuf":
        parts = samples[..., np.newaxis]
    else:
        raise ValueError(f"found {samples.dtype} {samples.shape}, expected (chirp, antenna, sample)")
    power, peak = (np.zeros(samples.shape[:2], np.float32) for _ in range(2))
    _survey(parts, power, peak)
    return power, peak


@compiled
def _survey(parts: NDArray[Any], power: Floats, peak: Floats) -> None:
    chirps, antennas, samples, both = parts.shape
    for chirp in range(chirps):
        for antenna in range(antennas):
            total, highest = np.float32(0.0), np.float32(0.0)
            for part in range(both):
                # Around the first sample sums stay small: in plain float32 nothing is lost of a 16-bit signal.
                first = np.float32(parts[chirp, antenna, 0, part])
                mean, square = np.float32(0.0), np.float32(0.0)
                for number in range(samples):
                    value = np.float32(parts[chirp, antenna, number, part])
                    highest = max(highest, abs(value))
                    value -= first
                    mean += value
                    square += value * value
                mean /= np.float32(samples)
                total += square / np.float32(samples) - mean * mean
            power[chirp, antenna] = max(total, np.float32(0.0))
            peak[chirp, antenna] = highest
            if not np.isfinite(total):
                power[chirp, antenna] = np.float32(np.nan)
