"""From converter counts to numbers a transform can take."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import ChirpProfile

Samples = NDArray[np.float32] | NDArray[np.complex64]


def decode(samples: NDArray[Any]) -> Samples:
    """Remove each chirp's offset.

    A converter without sign rests at mid-scale, and any converter rests a little beside its zero. Left in, the offset
    would stand in the first range bins, larger than any person. The mean under the transform's own window is removed
    in `range_transform`; here only what would cost float32 its precision goes: the plain mean.

    Args:
        samples: (chirp, antenna, sample), integer or floating, real or complex.

    Returns:
        float32 or complex64 of the same shape.
    """
    if np.iscomplexobj(samples):
        iq: NDArray[np.complex64] = samples.astype(np.complex64)
        iq -= iq.mean(axis=-1, keepdims=True)
        return iq
    numbers: NDArray[np.float32] = samples.astype(np.float32)
    numbers -= numbers.mean(axis=-1, keepdims=True)
    return numbers


def saturated_share(samples: NDArray[Any], chirp: ChirpProfile) -> float:
    """Return the share of samples at the converter's end stops, 0..1.

    Args:
        samples: As the converter gave them, before any offset is removed.
        chirp: Says where the end stops are: at 0 and `full_scale` for an unsigned converter, else at +-`full_scale`.
    """
    if np.iscomplexobj(samples):
        largest = np.maximum(np.abs(samples.real), np.abs(samples.imag))
        return float(np.mean(largest >= chirp.full_scale))
    at_stop = samples >= chirp.full_scale
    at_stop |= (samples <= 0) if samples.dtype.kind == "u" else (samples <= -chirp.full_scale)
    return float(np.mean(at_stop))
