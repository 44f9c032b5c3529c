"""What stands still is learned and taken away; whoever sits still and breathes is not.

Nothing is notched out. The transform over the chirps of a frame holds what stands still in one bin, the zero Doppler
bin, exactly, because it has no window yet. There the mean over past seconds is subtracted. A breathing chest turns on a
circle: its mean is absorbed, its change remains.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled

Cube = NDArray[np.complex64]


class Background:
    """The learned still scene of one radar.

    Attributes:
        still: (antenna, range bin) complex, sum over a frame's chirps as the transform gives it.
        variance: Noise variance of `still`, relative to that of one frame's; 0 before the first frame.
    """

    def __init__(self, antennas: int, bins: int, frames: float) -> None:
        """Start with an unknown scene.

        Args:
            antennas: Virtual antennas.
            bins: Range bins.
            frames: Time constant in frames.
        """
        self.still: Cube = np.zeros((antennas, bins), dtype=np.complex64)
        self.variance = 0.0
        self._slowest = 1.0 / max(frames, 2.0)
        self._seen = 0

    def subtract(self, spectrum: Cube, profile: Cube) -> None:
        """Take the known scene out of a frame's zero Doppler bin, then learn from the frame.

        What remains there is scaled to the noise of one frame, so that false alarms are no likelier in the first
        seconds, while the scene itself is still noisy.

        Args:
            spectrum: (antenna, range bin, Doppler bin), its zero Doppler bin is changed.
            profile: (antenna, range bin), overwritten with what was in that bin.
        """
        share = max(self._slowest, 1.0 / (self._seen + 1))
        if self._seen == 0:
            np.copyto(self.still, spectrum[:, :, 0])
        scale = 1.0 / np.sqrt(1.0 + self.variance)
        _subtract(spectrum, self.still, profile, np.float32(share), np.float32(scale))
        self.variance = 1.0 if self._seen == 0 else (1 - share) ** 2 * self.variance + share**2
        self._seen += 1


@compiled
def _subtract(spectrum: Cube, still: Cube, profile: Cube, share: np.float32, scale: np.float32) -> None:
    antennas, bins, _ = spectrum.shape
    for antenna in range(antennas):
        for place in range(bins):
            now = spectrum[antenna, place, 0]
            rest = now - still[antenna, place]
            profile[antenna, place] = now
            spectrum[antenna, place, 0] = rest * scale
            still[antenna, place] += rest * share
