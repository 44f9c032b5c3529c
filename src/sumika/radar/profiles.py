"""The recent past of a radar's range profiles, in a ring that is allocated once."""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RangeGrid

MAX_RANGE_M = 10.0
"""Nobody to be measured sits further away within a room."""

MIN_STEP_M = 0.025
"""Range bins closer than this say the same thing several times (a swept pulse is longer); they are thinned out."""

Profile = NDArray[np.complex64]
"""(antenna, range bin), averaged over the frame's chirps."""


@dataclass(frozen=True, slots=True)
class Distances:
    """Which range bins are kept, and where they lie.

    Attributes:
        take: Slice of the frame's bins.
        start_m: Distance of the first kept bin.
        step_m: From one kept bin to the next.
        count: How many are kept.
    """

    take: slice
    start_m: float
    step_m: float
    count: int

    def at(self, position: float) -> float:
        """Return the distance of a (fractional) kept bin."""
        return self.start_m + position * self.step_m


@lru_cache(maxsize=64)
def kept_distances(grid: RangeGrid) -> Distances:
    """Return the bins worth keeping: within a room, and no closer to each other than they differ."""
    stride = max(1, math.ceil(MIN_STEP_M / grid.step_m)) if grid.step_m > 0 else 1
    within = grid.bins
    if grid.step_m > 0:
        within = max(1, min(grid.bins, math.floor((MAX_RANGE_M - grid.start_m) / grid.step_m) + 1))
    take = slice(0, within, stride)
    return Distances(take, grid.start_m, grid.step_m * stride, len(range(0, within, stride)))


@dataclass(slots=True)
class ProfileMemory:
    """The last profiles of one session, oldest first when read.

    Attributes:
        capacity: How many are held.
        antennas: Of each profile.
        bins: Of each profile.
    """

    capacity: int
    antennas: int
    bins: int
    _profiles: Profile = field(init=False)
    _noise: NDArray[np.float32] = field(init=False)
    _stamps_ns: NDArray[np.int64] = field(init=False)
    _written: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Allocate twice the capacity, so that the newest profiles always lie in one piece."""
        self._profiles = np.zeros((2 * self.capacity, self.antennas, self.bins), np.complex64)
        self._noise = np.zeros((2 * self.capacity, self.bins), np.float32)
        self._stamps_ns = np.zeros(2 * self.capacity, np.int64)

    def add(self, profile: Profile, noise: NDArray[np.float32] | float, stamp_ns: int) -> None:
        """Remember one profile and its noise power per bin."""
        slot = self._written % self.capacity
        for place in (slot, slot + self.capacity):
            self._profiles[place] = profile
            self._noise[place] = noise
            self._stamps_ns[place] = stamp_ns
        self._written += 1

    def __len__(self) -> int:
        """Return how many profiles are held."""
        return min(self._written, self.capacity)

    def _newest(self, count: int) -> slice:
        count = min(count, len(self))
        end = (self._written - 1) % self.capacity + 1 + self.capacity
        return slice(end - count, end)

    def profiles(self, count: int) -> Profile:
        """View the newest `count` profiles: (frame, antenna, range bin)."""
        return self._profiles[self._newest(count)]

    def noise(self, count: int) -> NDArray[np.float32]:
        """View the newest `count` noise powers: (frame, range bin)."""
        return self._noise[self._newest(count)]

    def stamps_ns(self, count: int) -> NDArray[np.int64]:
        """View the newest `count` stamps: (frame,)."""
        return self._stamps_ns[self._newest(count)]

    def since(self, stamp_ns: int) -> int:
        """Return how many of the newest profiles were taken at or after a moment."""
        held = self.stamps_ns(self.capacity)
        return int(held.size - np.searchsorted(held, stamp_ns))
