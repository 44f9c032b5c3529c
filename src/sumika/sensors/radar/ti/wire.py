"""From the bytes of a DCA1000 capture to arrays.

Source of the order of bytes: TI application report SWRA581, "Mmwave Radar Device ADC Raw Data Capture", raw mode, two
LVDS lanes: int16 little-endian; receivers one behind another within a chirp; of complex samples two I, then two Q.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.sensors.radar.ti.values import ChirpDescription


def decode_frame(data: bytes, chirp: ChirpDescription) -> NDArray[Any]:
    """Return the samples of one frame.

    Args:
        data: `chirp.frame_bytes` bytes.
        chirp: How they were taken.

    Returns:
        complex64 or int16 (chirp, virtual antenna, sample).
    """
    numbers = np.frombuffer(data, "<i2")
    if not chirp.complex_samples:
        return numbers.reshape(chirp.shape)
    return deinterleave(numbers, q_first=chirp.q_first).reshape(chirp.shape)


def deinterleave(numbers: NDArray[np.int16], *, q_first: bool = False) -> NDArray[np.complex64]:
    """Return complex samples from the order of two lanes, I0 I1 Q0 Q1 I2 I3 Q2 Q3 ...

    Args:
        numbers: int16 (4 n,).
        q_first: Whether each pair of Q lies before its pair of I.
    """
    lanes = numbers.reshape(-1, 2, 2)
    samples = np.empty(numbers.size // 2, "<c8")
    parts = samples.view("<f4").reshape(-1, 2, 2)  # (pair, which of the pair, I/Q)
    parts[:, :, 0] = lanes[:, int(q_first), :]
    parts[:, :, 1] = lanes[:, 1 - int(q_first), :]
    return samples
