"""The range FFT: from samples within a chirp to complex amplitude per distance."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.radar.decode import Samples, decode
from sumika.schema import AdcFrame, ChirpProfile, RangeFrame, RangeGrid


@lru_cache(maxsize=16)
def range_window(samples: int) -> NDArray[np.float32]:
    """Return the Hann window of a chirp, normalised to unit mean, so that amplitudes do not depend on its length.

    The periodic-plus-one form without zeros at the ends: first sidelobe -31 dB, so that a wall does not hide a person
    three bins away.
    """
    points = (np.arange(samples) + 1) / (samples + 1)
    window = np.sin(np.pi * points) ** 2
    normalised: NDArray[np.float32] = (window / window.mean() / samples).astype(np.float32)
    return normalised


def range_grid(chirp: ChirpProfile) -> RangeGrid:
    """Return the distances of the range FFT's bins: `i * c / 2B`, to half the sample rate if samples are real.

    Raises:
        ValueError: if the chirp sweeps nothing (continuous wave), so that there are no distances.
    """
    if not chirp.bandwidth_hz > 0:
        raise ValueError(f"a slope of {chirp.slope_hz_per_s} Hz/s tells no distance")
    bins = chirp.samples_per_chirp if chirp.complex_samples else chirp.samples_per_chirp // 2
    return RangeGrid(start_m=0.0, step_m=chirp.range_resolution_m, bins=bins)


def range_transform(samples: Samples, *, complex_samples: bool) -> NDArray[np.complex64]:
    """Transform samples to complex amplitude per distance.

    Args:
        samples: (chirp, antenna, sample), float32 or complex64; larger leading shapes pass as they are.
        complex_samples: Whether the receiver is I/Q; of a real one the positive half is returned, `sample // 2` bins.

    Returns:
        (chirp, antenna, range bin), complex64. Distances are those of `range_grid`.
    """
    window = range_window(samples.shape[-1])
    # The mean that the window sees: with it gone, bin 0 is empty and nothing of the offset leaks into bins 1 and 2.
    offset = (samples @ window)[..., np.newaxis] / window.sum()
    windowed = (samples - offset) * window
    if complex_samples:
        spectrum: NDArray[np.complex64] = fft.fft(windowed.astype(np.complex64), axis=-1)
        return spectrum
    half: NDArray[np.complex64] = fft.rfft(windowed.astype(np.float32), axis=-1)
    return half[..., : samples.shape[-1] // 2]


def range_frame(frame: AdcFrame) -> RangeFrame:
    """Return the range profiles of a frame of converter samples.

    Raises:
        ValueError: if the frame's chirp is missing or tells no distance.
    """
    chirp = frame.notice.description.chirp
    if chirp is None:
        raise ValueError("the frame's description has no chirp")
    range_grid(chirp)
    iq = range_transform(decode(frame.samples), complex_samples=np.iscomplexobj(frame.samples))
    return RangeFrame(frame.notice, iq)
