"""Antennas summed up so that one person is heard and the others are not."""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

_EVERY = 5
"""Every fifth frame is enough to see what direction a movement comes from."""

_ITERATIONS = 2

Window = NDArray[np.complex64]
"""(frame, antenna, cell)."""

Weights = NDArray[np.complex64]
"""(antenna, cell), each cell's of length 1: a beam's noise is one antenna's."""


def beam_weights(
    window: Window, steering: NDArray[np.complex128] | None, others: list[NDArray[np.complex128]]
) -> Weights:
    """Return the weights with which the antennas of each cell are summed up: conj(weights) . antennas.

    Alone, a person is where the cell's movement comes from: the steering vector is turned towards the strongest moving
    direction (two steps of the power method), which also finds what the makers' drawings do not tell, the antennas'
    own phases. With others near, the directions are taken as given and the others are nulled (linearly constrained
    minimum variance for white noise; H. L. Van Trees, "Optimum Array Processing", 2002, section 6.7).

    Args:
        window: What the cells showed.
        steering: (antenna,) towards the person; None where the array is not known.
        others: Those towards people at about the same distance.
    """
    cells = window.shape[2]
    if steering is not None and others:
        return np.repeat(_nulling(steering, others)[:, np.newaxis], cells, axis=1).astype(np.complex64)
    some = window[::_EVERY]
    moving = np.ascontiguousarray((some - some.mean(axis=0)).transpose(2, 1, 0))
    if steering is None:
        strongest = np.argmax((moving.real**2 + moving.imag**2).sum(axis=2), axis=1)
        beam = np.zeros((cells, window.shape[1], 1), np.complex64)
        beam[np.arange(cells), strongest] = 1.0
    else:
        beam = np.repeat(steering.astype(np.complex64)[np.newaxis, :, np.newaxis], cells, axis=0)
    conjugate = moving.conj().transpose(0, 2, 1)
    for _ in range(_ITERATIONS):
        beam = moving @ (conjugate @ beam)
        size = np.linalg.norm(beam, axis=1, keepdims=True)
        beam /= np.maximum(size, np.float32(1e-20))
    found: Weights = beam[:, :, 0].T
    return found


def _nulling(steering: NDArray[np.complex128], others: list[NDArray[np.complex128]]) -> NDArray[np.complex128]:
    block = np.array(others).T
    overlap = block.conj().T @ block + 1e-3 * np.eye(len(others))
    left = steering - block @ np.linalg.solve(overlap, block.conj().T @ steering)
    weights: NDArray[np.complex128] = left / max(float(np.linalg.norm(left)), 1e-6)
    return weights


@compiled
def _summed(window: Window, weights: Weights) -> NDArray[np.complex64]:
    frames, antennas, cells = window.shape
    result = np.zeros((frames, cells), np.complex64)
    for frame in range(frames):
        for antenna in range(antennas):
            for cell in range(cells):
                result[frame, cell] += window[frame, antenna, cell] * weights[antenna, cell]
    return result


def formed(window: Window, weights: Weights) -> NDArray[np.complex64]:
    """Return (frame, cell): each cell's antennas summed up."""
    summed: NDArray[np.complex64] = _summed(window, weights.conj())
    return summed
