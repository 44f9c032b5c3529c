"""The receiver's last steps: what stands still, phase noise of whole chirps, thermal noise, and whole numbers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema import ChirpProfile
from sumika.world.radar_scene.link_budget import LinkBudget
from sumika.world.radar_scene.noise import STEP, fill_normal, normal_table, words_of


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
    _counter: np.uint64 = field(init=False)

    def __post_init__(self) -> None:
        """Begin the noise anywhere."""
        self._counter = self.random.integers(2**64, dtype=np.uint64)

    def convert(self, cube: NDArray[np.complex64]) -> NDArray[Any]:
        """Return samples as the driver of such a radar gives them.

        Args:
            cube: (chirp, antenna, sample) echoes of what moves, in counts.

        Returns:
            (chirp, antenna, sample): complex64 of whole numbers (I/Q receivers), uint16 around half of full scale (real
            ones); or int16 (chirp, antenna, sample, I/Q).
        """
        parts = 2 if self.chirp.complex_samples else 1
        turn = self.link.phase_noise_rad * self.random.standard_normal(len(cube))
        turn += self.link.frame_phase_rad * self.random.standard_normal()
        turned: NDArray[np.complex64] = np.exp(1j * turn).astype(np.complex64)
        kind = (np.int16 if self.interleaved else np.float32) if self.chirp.complex_samples else np.uint16
        samples = np.empty((*cube.shape, parts), kind)
        half = self.chirp.full_scale + 1.0
        middle = 0.0 if self.chirp.complex_samples else float(np.floor(half / 2.0))
        levels = np.array([self.link.noise_counts / np.sqrt(2.0), -(middle or half), middle], np.float32)
        words = np.empty(words_of(samples.shape[2] * parts), np.uint64)
        counter = _digitise(
            cube.view(np.float32).reshape(*cube.shape, 2),
            self.still,
            self.leak,
            turned,
            levels,
            normal_table(),
            words,
            self._counter,
            samples,
        )
        self._counter = np.uint64(counter)
        if not self.chirp.complex_samples or self.interleaved:
            return samples if self.interleaved and parts == 2 else samples[..., 0]
        return samples.view(np.complex64)[..., 0]


@compiled
def _digitise(
    cube: NDArray[np.float32],  # (chirp, antenna, sample, I/Q)
    still: NDArray[np.complex64],  # (antenna, sample)
    leak: NDArray[np.complex64],  # (antenna, sample)
    turned: NDArray[np.complex64],  # (chirp,)
    levels: NDArray[np.float32],  # noise, lowest, middle
    table: NDArray[np.float32],  # of normal numbers
    words: NDArray[np.uint64],  # room for a row's chance
    counter: np.uint64,
    samples: NDArray[Any],  # (chirp, antenna, sample, I/Q)
) -> np.uint64:
    """Fill the samples, and return where chance goes on."""
    count, parts = samples.shape[2], samples.shape[3]
    noise = np.empty((count, parts), np.float32)
    lowest, middle = levels[1], levels[2]
    highest = -lowest - np.float32(1.0)
    for chirp in range(samples.shape[0]):
        real, imaginary = np.float32(turned[chirp].real), np.float32(turned[chirp].imag)
        for antenna in range(samples.shape[1]):
            fill_normal(noise.reshape(count * parts), words, table, counter)
            counter += np.uint64(words.shape[0]) * STEP
            for sample in range(count):
                a = cube[chirp, antenna, sample, 0] + still[antenna, sample].real
                b = cube[chirp, antenna, sample, 1] + still[antenna, sample].imag
                echo = a * real - b * imaginary + leak[antenna, sample].real
                value = np.rint(echo + levels[0] * noise[sample, 0])
                samples[chirp, antenna, sample, 0] = min(max(value, lowest), highest) + middle
                if parts == 2:
                    echo = a * imaginary + b * real + leak[antenna, sample].imag
                    value = np.rint(echo + levels[0] * noise[sample, 1])
                    samples[chirp, antenna, sample, 1] = min(max(value, lowest), highest) + middle
    return counter
