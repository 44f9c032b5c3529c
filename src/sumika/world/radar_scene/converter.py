"""The receiver's last steps: what stands still, phase noise of whole chirps, thermal noise, and whole numbers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema import ChirpProfile
from sumika.world.radar_scene.link_budget import LinkBudget


@dataclass(slots=True)
class Converter:
    """Turns echoes into what a driver hands over. It keeps its buffers, and a generator of its own.

    Attributes:
        chirp: The waveform.
        link: Size of the noise, and of the phase noise.
        random: Where noise comes from.
        still: (virtual antenna, sample), the echoes of all that stands still.
        leak: (virtual antenna, sample), what comes straight from the transmitters: so early that their phase noise
            cancels.
        interleaved: Whether samples come as the wire holds them: int16 (chirp, antenna, sample, I/Q).
    """

    chirp: ChirpProfile
    link: LinkBudget
    random: np.random.Generator
    still: NDArray[np.complex64]
    leak: NDArray[np.complex64]
    interleaved: bool = False
    _noise: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def convert(self, cube: NDArray[np.complex64]) -> NDArray[Any]:
        """Return samples as the driver of such a radar gives them.

        Args:
            cube: (chirp, antenna, sample) echoes of what moves, in counts.

        Returns:
            (chirp, antenna, sample): complex64 of whole numbers (I/Q receivers), uint16 around half of full scale (real
            ones); or int16 (chirp, antenna, sample, I/Q).
        """
        parts = 2 if self.chirp.complex_samples else 1
        size = cube.size * parts
        if self._noise.size != size:
            self._noise = np.empty(size, np.float32)
        self.random.standard_normal(dtype=np.float32, out=self._noise)
        turn = self.link.phase_noise_rad * self.random.standard_normal(len(cube))
        turn += self.link.frame_phase_rad * self.random.standard_normal()
        turned: NDArray[np.complex64] = np.exp(1j * turn).astype(np.complex64)
        noise_counts = float(self.link.noise_counts / np.sqrt(2.0))
        kind = (np.int16 if self.interleaved else np.float32) if self.chirp.complex_samples else np.uint16
        samples = np.empty((*cube.shape, parts), kind)
        noise = self._noise.reshape(samples.shape)
        if self.chirp.complex_samples:
            _digitise(
                cube, self.still, self.leak, turned, noise, noise_counts, -self.chirp.full_scale - 1.0, 0.0, samples
            )
            return samples if self.interleaved else samples.view(np.complex64)[..., 0]
        middle = float(np.floor((self.chirp.full_scale + 1.0) / 2.0))
        _digitise(cube, self.still, self.leak, turned, noise, noise_counts, -middle, middle, samples)
        return samples[..., 0]


@compiled
def _digitise(
    cube: NDArray[np.complex64],  # (chirp, antenna, sample)
    still: NDArray[np.complex64],  # (antenna, sample)
    leak: NDArray[np.complex64],  # (antenna, sample)
    turned: NDArray[np.complex64],  # (chirp,)
    noise: NDArray[np.float32],  # (chirp, antenna, sample, I/Q)
    noise_counts: float,
    lowest: float,
    middle: float,
    samples: NDArray[Any],  # as noise
) -> None:
    highest = -lowest - 1.0
    for chirp in range(cube.shape[0]):
        for antenna in range(cube.shape[1]):
            for sample in range(cube.shape[2]):
                echo = (cube[chirp, antenna, sample] + still[antenna, sample]) * turned[chirp] + leak[antenna, sample]
                real = np.rint(echo.real + noise_counts * noise[chirp, antenna, sample, 0])
                samples[chirp, antenna, sample, 0] = min(max(real, lowest), highest) + middle
                if samples.shape[3] == 2:
                    imaginary = np.rint(echo.imag + noise_counts * noise[chirp, antenna, sample, 1])
                    samples[chirp, antenna, sample, 1] = min(max(imaginary, lowest), highest) + middle
