"""Levels of sound: sums by power, and what gets through a facade or a wall (EN 12354-1 and -3, single numbers)."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def power_of(level_dba: Array) -> Array:
    """Return the power that belongs to levels, relative to 0 dB; a level of 0 or less is silence."""
    power: Array = np.where(level_dba > 0.0, np.power(10.0, 0.1 * level_dba), 0.0)
    return power


def level_of(power: Array) -> Array:
    """Return levels of powers; not below 0 dB."""
    level: Array = 10.0 * np.log10(np.maximum(power, 1.0))
    return level
