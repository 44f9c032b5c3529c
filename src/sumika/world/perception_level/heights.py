"""How the tracks of people and pets err in height: as numbers that were counted in runs through the samples.

A track's height is that of the body's middle, and besides: a constant error of that body in that home, for each level
of height (a radar sees the upper side of who lies, and as much of legs as of heads of who stands); an error that lasts
for half a second or so; and now and then, for a while, another body's points or an image's. Sometimes nothing is seen.
"""

import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

HEIGHTS_FILE = Path(__file__).with_name("heights.json")
LEVELS_M = (0.25, 0.5, 0.75)
"""Between the levels: lying on the floor, low, sitting or on a bed, upright."""

_MIDDLES_M = (0.13, 0.37, 0.62, 0.95)
"""Of the levels: a body passes them without a jump."""

_FOLLOWS_S = 0.2
"""A tracker is so late."""


class HeightManner(msgspec.Struct, frozen=True, kw_only=True):
    """How heights err at one level.

    Attributes:
        bias_m: Mean constant error of a body in a home.
        bias_sigma_m: Its standard deviation from home to home.
        sigma_m: Of the error that lasts for `lasts_s`, without odd times.
        lasts_s: Its time constant.
        odd_per_s: How often something else is taken for the body for a while.
        odd_sigma_m: By how much the height is then wrong.
        odd_lasts_s: For how long.
        told_sigma_m: The standard deviation that the tracker tells.
        rises_sigma_m_s: Of the vertical speed, beyond the height's own.
        lost_per_s: How often the body is not told of.
        lost_lasts_s: For how long.
        pet_share: Share of such bodies that are taken for pets.
    """

    bias_m: float
    bias_sigma_m: float
    sigma_m: float
    lasts_s: float
    odd_per_s: float
    odd_sigma_m: float
    odd_lasts_s: float
    told_sigma_m: float
    rises_sigma_m_s: float
    lost_per_s: float
    lost_lasts_s: float
    pet_share: float


class HeightErrors(msgspec.Struct, frozen=True, kw_only=True):
    """How heights err.

    Attributes:
        person: By level, one more than `LEVELS_M`.
        pet: The same; where pets are never, as the level below.
        fitted_on: What it was counted on, in words.
    """

    person: tuple[HeightManner, ...]
    pet: tuple[HeightManner, ...]
    fitted_on: str = ""


@cache
def fitted_heights() -> HeightErrors:
    """Return the model that was fitted to runs through the samples."""
    return msgspec.json.decode(HEIGHTS_FILE.read_bytes(), type=HeightErrors)


def level_of(height_m: float) -> int:
    """Return the number of the level of a height."""
    return sum(height_m >= edge for edge in LEVELS_M)


@dataclass(frozen=True, slots=True)
class HeightLook:
    """What a tracker tells of a body's height at a moment.

    Attributes:
        height_m: Of its middle.
        sigma_m: As it is told.
        rises_m_s: Vertical speed.
        pet: Whether it is taken for one.
    """

    height_m: float
    sigma_m: float
    rises_m_s: float
    pet: bool


@dataclass(slots=True)
class HeightTeller:
    """Tells the heights of one body in one home. The same seed and the same truth give the same heights.

    Attributes:
        manners: By level.
        random: Where chance comes from.
    """

    manners: tuple[HeightManner, ...]
    random: np.random.Generator
    _bias_m: tuple[float, ...] = field(init=False)
    _pet: bool = field(init=False)
    _error: float = 0.0
    _odd_m: float = 0.0
    _odd_goal_m: float = 0.0
    _odd_s: float = 0.0
    _lost_s: float = 0.0
    _follows_m: float | None = None
    _before_m: float | None = None

    def __post_init__(self) -> None:
        """Draw what stays the same: one number for the whole body, as far as its levels spread."""
        draw = float(self.random.standard_normal())
        self._bias_m = tuple(one.bias_m + one.bias_sigma_m * draw for one in self.manners)
        # What walks on the floor is told from what stands upright while it walks: kinds are kept.
        self._pet = bool(self.random.uniform() < self.manners[0].pet_share)

    def look(self, seconds: float, height_m: float) -> HeightLook | None:
        """Return what is told; None while the body is lost.

        Args:
            seconds: Since the last look.
            height_m: Of the body's middle, really.
        """
        manner = self.manners[level_of(height_m)]
        self._go_on(seconds, manner)
        before_m = height_m if self._follows_m is None else self._follows_m
        self._follows_m = before_m + (1.0 - math.exp(-seconds / _FOLLOWS_S)) * (height_m - before_m)
        told_m = self._follows_m + self._bias(height_m) + self._error * manner.sigma_m + self._odd_m
        rises_m_s = 0.0 if self._before_m is None else (told_m - self._before_m) / max(seconds, 1e-6)
        self._before_m = told_m
        rises_m_s += manner.rises_sigma_m_s * float(self.random.standard_normal())
        if self._lost_s > 0:
            return None
        return HeightLook(told_m, manner.told_sigma_m, rises_m_s, self._pet)

    def begin_odd(self, seconds: float, height_m: float) -> None:
        """Take something else for the body from now on, for so long: for whoever looks at rare times only.

        Args:
            seconds: How long.
            height_m: Of the body's middle, really.
        """
        manner = self.manners[level_of(height_m)]
        self._odd_s = seconds
        self._odd_goal_m = manner.odd_sigma_m * float(self.random.standard_normal())

    def _bias(self, height_m: float) -> float:
        return float(np.interp(height_m, _MIDDLES_M, self._bias_m))

    def _go_on(self, seconds: float, manner: HeightManner) -> None:
        kept = math.exp(-seconds / manner.lasts_s)
        self._error = kept * self._error + math.sqrt(1.0 - kept**2) * float(self.random.standard_normal())
        self._odd_s, self._lost_s = self._odd_s - seconds, self._lost_s - seconds
        if self._odd_s <= 0:
            self._odd_goal_m = 0.0
            if self.random.uniform() < manner.odd_per_s * seconds:
                self._odd_s = float(self.random.exponential(manner.odd_lasts_s))
                self._odd_goal_m = manner.odd_sigma_m * float(self.random.standard_normal())
        self._odd_m += (1.0 - math.exp(-seconds / _FOLLOWS_S)) * (self._odd_goal_m - self._odd_m)
        if self._lost_s <= 0 and self.random.uniform() < manner.lost_per_s * seconds:
            self._lost_s = float(self.random.exponential(manner.lost_lasts_s))
