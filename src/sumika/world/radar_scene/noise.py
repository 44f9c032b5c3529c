"""Thermal noise in one compiled pass: normal numbers from a counter, four of each 64 random bits.

Words come from SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA
2014), which hashes a counter: no word waits for the one before it. Each 16 bits choose one of 65536 equally likely
stretches of the normal distribution, all but the two outermost of which are so narrow that their middle stands for all
of them; in those two the number is drawn anew from the tail (G. Marsaglia, "Generating a variable from the tail of the
normal distribution", Technometrics 6, 1964), so that nothing is cut off.
"""

import math
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

_CELLS = 65536
STEP = np.uint64(0x9E3779B97F4A7C15)
"""From one word's counter to the next one's."""
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BY_30, _BY_27, _BY_31, _BY_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TAIL = -NormalDist().inv_cdf(1.0 / _CELLS)
"""Where the outermost stretches begin, in standard deviations."""
_PER_WORD = 4


@cache
def normal_table() -> NDArray[np.float32]:
    """Return (cell,) the normal number in the middle of each of the equally likely stretches."""
    lower = [NormalDist().inv_cdf((number + 0.5) / _CELLS) for number in range(_CELLS // 2)]
    half = np.array(lower)
    table: NDArray[np.float32] = np.concatenate((half, -half[::-1])).astype(np.float32)
    return table


def words_of(count: int) -> int:
    """Return how many words so many normal numbers take."""
    return -(-count // _PER_WORD)


@compiled
def fill_normal(
    noise: NDArray[np.float32], words: NDArray[np.uint64], table: NDArray[np.float32], counter: np.uint64
) -> None:
    """Fill (number,) with normal numbers of unit variance.

    Args:
        noise: To be filled.
        words: As many as `words_of` says; overwritten.
        table: Of `normal_table`.
        counter: Where to begin; the next call begins as many words further on.
    """
    for number in range(words.shape[0]):
        words[number] = _word(counter + np.uint64(number) * STEP)
    cells = words.view(np.uint16)
    outermost = 0
    for number in range(noise.shape[0]):
        cell = cells[number]
        outermost += (cell == 0) | (cell == _CELLS - 1)
        noise[number] = table[cell]
    if outermost == 0:
        return
    for number in range(noise.shape[0]):
        cell = cells[number]
        if cell in (0, _CELLS - 1):
            far = _from_tail(words[number // _PER_WORD] ^ np.uint64(number))
            noise[number] = np.float32(far if cell else -far)


@compiled
def _word(counter: np.uint64) -> np.uint64:
    word = (counter ^ (counter >> _BY_30)) * _FIRST
    word = (word ^ (word >> _BY_27)) * _SECOND
    return word ^ (word >> _BY_31)


@compiled
def _from_tail(seed: np.uint64) -> float:
    """Return a number of the normal distribution's tail."""
    counter = seed
    while True:
        counter += STEP
        first = (np.float64(_word(counter) >> _BY_11) + 0.5) / 2.0**53
        counter += STEP
        second = (np.float64(_word(counter) >> _BY_11) + 0.5) / 2.0**53
        far = math.sqrt(_TAIL * _TAIL - 2.0 * math.log(first))
        if second * far < _TAIL:
            return far
