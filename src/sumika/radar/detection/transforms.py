"""The two Fourier transforms, without a window: one spectrum serves detection (windowed later) and refinement."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.radar._compiled import compiled

Cube = NDArray[np.complex64]

_TILE = 16


def transform_range(cube: Cube) -> None:
    """Transform each chirp in place: (chirp, antenna, sample) becomes (chirp, antenna, range bin)."""
    fft.fft(cube, axis=-1, overwrite_x=True)


def transform_doppler(spectrum: Cube) -> None:
    """Transform each cell's chirps in place: (antenna, range bin, chirp) becomes (antenna, range bin, Doppler bin)."""
    fft.fft(spectrum, axis=-1, overwrite_x=True)


@compiled
def chirps_last(cube: Cube, spectrum: Cube) -> None:
    """Write (chirp, antenna, range bin) as (antenna, range bin, chirp), in tiles that stay in the cache.

    Args:
        cube: May have more range bins than are kept.
        spectrum: Overwritten.
    """
    antennas, bins, chirps = spectrum.shape
    for antenna in range(antennas):
        for first_chirp in range(0, chirps, _TILE):
            last_chirp = min(first_chirp + _TILE, chirps)
            for first_bin in range(0, bins, _TILE):
                for place in range(first_bin, min(first_bin + _TILE, bins)):
                    for chirp in range(first_chirp, last_chirp):
                        spectrum[antenna, place, chirp] = cube[chirp, antenna, place]


@compiled
def fill_chirps(spectrum: Cube, bad: NDArray[np.bool_]) -> None:
    """Replace interfered chirps of (antenna, range bin, chirp) by the mean of the others.

    So what stands still stays in the zero Doppler bin, and what moves loses their share of power, no more.
    """
    antennas, bins, chirps = spectrum.shape
    good = np.float32(chirps - np.sum(bad))
    if good == 0:
        return
    for antenna in range(antennas):
        for place in range(bins):
            row = spectrum[antenna, place]
            total = np.complex64(0.0)
            for chirp in range(chirps):
                if not bad[chirp]:
                    total += row[chirp]
            for chirp in range(chirps):
                if bad[chirp]:
                    row[chirp] = total / good
