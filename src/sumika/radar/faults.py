"""What is wrong with a frame, before anything is computed from it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.radar.decode import saturated_share
from sumika.schema import AdcFrame, ChirpProfile, Frame, RadarDescription, Reason

SATURATED_SHARE = 0.01
"""More samples than this at the converter's end stops, and the range profile is full of harmonics."""

MAX_SAMPLES = 2**24
"""Larger than any radar's frame; what claims more is no frame."""


def frame_samples(frame: Frame) -> NDArray[Any]:
    """Return a frame's numbers, whichever kind it is."""
    return frame.samples if isinstance(frame, AdcFrame) else frame.iq


def frame_fault(frame: Frame, previous: NDArray[Any] | None) -> Reason | None:
    """Return why a frame is not fit for use; None if it is.

    Args:
        frame: To be judged.
        previous: Numbers of the frame before it, of the same radar and session. No receiver without noise exists, so
            a frame that equals the one before it is a picture of the past.
    """
    samples = frame_samples(frame)
    if not _fits(frame, samples):
        return Reason.WRONG_SHAPE
    chirp = frame.notice.description.chirp
    if isinstance(frame, AdcFrame) and chirp is not None and not chirp.bandwidth_hz > 0:
        return Reason.NO_RANGE
    if samples.dtype.kind in "fc" and not np.isfinite(samples).all():
        return Reason.NOT_FINITE
    if _is_constant(samples):
        return Reason.ALL_ZERO
    if previous is not None and _equals(previous, samples):
        return Reason.FROZEN
    if isinstance(frame, AdcFrame) and chirp is not None and saturated_share(samples, chirp) > SATURATED_SHARE:
        return Reason.SATURATED
    return None


def _is_constant(samples: NDArray[Any]) -> bool:
    """Return whether all numbers are the same. A sound frame shows that it is not within its first few."""
    first = samples[0, 0, 0]
    return bool((samples[0, 0] == first).all() and (samples == first).all())


def _equals(previous: NDArray[Any], samples: NDArray[Any]) -> bool:
    """Return whether two frames are the same; sound ones differ within their first chirp."""
    if previous.shape != samples.shape or (previous[0, 0] != samples[0, 0]).any():
        return False
    return np.array_equal(previous, samples)


def _fits(frame: Frame, samples: NDArray[Any]) -> bool:
    notice = frame.notice
    if samples.ndim != 3 or samples.size == 0 or samples.size > MAX_SAMPLES or samples.shape != tuple(notice.shape):
        return False
    if samples.dtype.kind not in "iufc" or not _sensible(notice.description):
        return False
    if isinstance(frame, AdcFrame):
        return _fits_chirp(samples, notice.description.chirp)
    grid = notice.description.range_grid
    return grid is not None and np.iscomplexobj(samples) and grid.bins == samples.shape[-1] and 0 <= grid.step_m < 1e3


def _fits_chirp(samples: NDArray[Any], chirp: ChirpProfile | None) -> bool:
    if chirp is None or samples.shape[-1] != chirp.samples_per_chirp or samples.shape[-1] < 4:
        return False
    return np.iscomplexobj(samples) == chirp.complex_samples and np.isfinite(chirp.bandwidth_hz)


def _sensible(description: RadarDescription) -> bool:
    return 1e-4 <= description.frame_interval_s <= 60 and 1e8 <= description.carrier_frequency_hz <= 1e13
