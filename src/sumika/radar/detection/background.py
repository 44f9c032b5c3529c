"""What stands still is learned and taken away; whoever sits still and breathes is not.

Nothing is notched out. The transform over the chirps of a frame holds what stands still in one bin, the zero Doppler
bin, exactly, because it has no window yet. There the mean over past seconds is subtracted. A breathing chest turns on a
circle: its mean is absorbed, its change remains.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Background:
    """The learned still scene of one radar.

    Attributes:
        still: float32 (antenna, part, range bin), sum over a frame's samples and chirps as the transform gives it.
        variance: Noise variance of `still`, relative to that of one frame's; 0 before the first frame.
    """

    def __init__(self, antennas: int, bins: int, frames: float) -> None:
        """Start with an unknown scene.

        Args:
            antennas: Virtual antennas.
            bins: Range bins.
            frames: Time constant in frames.
        """
        self.still: Floats = np.zeros((antennas, 2, bins), dtype=np.float32)
        self.variance = 0.0
        self._slowest = 1.0 / max(frames, 2.0)
        self._seen = 0
        self._now: Floats = np.zeros_like(self.still)

    def subtract(self, zero_doppler: Floats) -> Floats:
        """Take the known scene out of a frame's zero Doppler bin, then learn from the frame.

        What remains there is scaled to the noise of one frame, so that false alarms are no likelier in the first
        seconds, while the scene itself is still noisy.

        Args:
            zero_doppler: (antenna, part, range bin), changed in place.

        Returns:
            What was there, valid until the next call.
        """
        np.copyto(self._now, zero_doppler)
        if self._seen == 0:
            np.copyto(self.still, zero_doppler)
        share = max(self._slowest, 1.0 / (self._seen + 1))
        zero_doppler -= self.still
        self.still += zero_doppler * np.float32(share)
        zero_doppler *= np.float32(1.0 / np.sqrt(1.0 + self.variance))
        self.variance = 1.0 if self._seen == 0 else (1 - share) ** 2 * self.variance + share**2
        self._seen += 1
        return self._now
