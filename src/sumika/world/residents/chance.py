"""Chance that depends on what it is for and on nothing before it: any hour of any year can be asked for first."""

import zlib

import numpy as np


def chance(seed: int, *purpose: int | str) -> np.random.Generator:
    """Return a generator of its own for a purpose.

    Args:
        seed: Of the house.
        purpose: What it is for: words, days, hours. The same words give the same numbers on every machine.
    """
    words = tuple(zlib.crc32(one.encode()) if isinstance(one, str) else one & 0xFFFFFFFF for one in purpose)
    return np.random.Generator(np.random.SFC64((seed, *words)))
