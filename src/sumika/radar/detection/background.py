"""What stands still is learned and taken away; whoever sits still and breathes is not.

Nothing is notched out. The transform over the chirps of a frame holds what stands still in one bin, the zero Doppler
bin, exactly, because it has no window yet. There the mean over past seconds is subtracted. A breathing chest turns on a
circle: its mean is absorbed, its change remains.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Floats = NDArray[np.float32]


class Background:
    """The learned still scene of one radar.

    Attributes:
        still: float32 (antenna, part, range bin), sum over a frame's samples and chirps as the transform gives it.
        now: float32 (antenna, part, range bin), what was in a frame's zero Doppler bin.
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
        self.now: Floats = np.zeros_like(self.still)
        self._share = self._scale = np.float32(1.0)

    def begin(self) -> None:
        """Begin a frame: the scene is learned from all frames alike at first, then with the time constant."""
        seen = self._seen
        self._share = np.float32(max(self._slowest, 1.0 / (seen + 1)))
        self._scale = np.float32(1.0 / np.sqrt(1.0 + self.variance))
        share = float(self._share)
        self.variance = 1.0 if seen == 0 else (1 - share) ** 2 * self.variance + share**2
        self._seen += 1

    def restore(self, spectrum: Floats) -> None:
        """Undo the scaling of the zero Doppler bin, which would bend the estimates of slow targets."""
        if self._scale < 1.0:
            spectrum[:, 0] *= 1.0 / self._scale

    def subtract(self, spectrum: Floats, antenna: int, first_bin: int) -> None:
        """Take the known scene out of an antenna's zero Doppler bin, then learn from it.

        What remains there is scaled to the noise of one frame, so that false alarms are no likelier in the first
        seconds, while the scene itself is still noisy. What was there is in `now` afterwards.

        Args:
            spectrum: (antenna, Doppler bin, part, range), changed in place.
            antenna: Which.
            first_bin: Where along its last axis the range bins begin.
        """
        if self._seen == 1:
            self.still[antenna] = spectrum[antenna, 0, :, first_bin : first_bin + self.still.shape[2]]
        _subtract(spectrum, antenna, first_bin, self.still, self.now, self._share, self._scale)


@compiled
def _subtract(
    spectrum: Floats,
    antenna: int,
    first_bin: int,
    still: Floats,
    now: Floats,
    share: np.float32,
    scale: np.float32,
) -> None:
    for part in range(2):
        row = spectrum[antenna, 0, part]
        for k in range(still.shape[2]):
            value = row[first_bin + k]
            rest = value - still[antenna, part, k]
            now[antenna, part, k] = value
            still[antenna, part, k] += rest * share
            row[first_bin + k] = rest * scale
