"""How the tracks of people and pets err in height: as numbers that were counted in runs through the samples.

A track's height is that of the body's middle, and besides: a constant error of that body in that home, for each level
of height (a radar sees the upper side of who lies, and as much of legs as of heads of who stands); an error that lasts
for half a second or so; and now and then, for a while, another body's points or an image's. Sometimes nothing is seen.
Its vertical speed errs for itself: a tracker smooths it, and the differences of its heights are far rougher. How high
its points reach is told beside, and how surely a pet is taken for a person.
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

ABOVE_LASTS_S = 2.0
"""How high points reach is looked at over seconds: errors that are shorter do not matter."""


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
        rises_sigma_m_s: Of the vertical speed's error.
        rises_lasts_s: Its time constant.
        lost_per_s: How often the body is not told of.
        lost_lasts_s: For how long.
        above_m: How far above the middle that is told the highest of its points reach, but for one in five.
        above_sigma_m: Its standard deviation from home to home.
        above_varies_m: And within a home, from time to time.
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
    rises_lasts_s: float
    lost_per_s: float
    lost_lasts_s: float
    above_m: float
    above_sigma_m: float
    above_varies_m: float


class RushManner(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the points of who moves are: a radar measures only what goes towards it or away, and limbs are faster.

    Attributes:
        ratio: Of the fastest points to the body's middle, the median over bodies in homes.
        log_sigma: Standard deviation of its logarithm, from home to home.
        idle_m_s: The fastest points' speed where the middle keeps still.
    """

    ratio: float
    log_sigma: float
    idle_m_s: float


class HeightErrors(msgspec.Struct, frozen=True, kw_only=True):
    """How heights err.

    Attributes:
        person: By level, one more than `LEVELS_M`.
        pet: The same; where pets are never, as the level below.
        person_rush: How fast people's points are.
        pet_rush: How fast those of pets are.
        pet_log_odds: How surely pets are taken for people: log odds, rising, each as often as any other.
        fitted_on: What it was counted on, in words.
    """

    person: tuple[HeightManner, ...]
    pet: tuple[HeightManner, ...]
    person_rush: RushManner
    pet_rush: RushManner
    pet_log_odds: tuple[float, ...]
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
        high_m: How high its points reach, but for one in five.
        rush_m_s: How fast its fastest points are.
    """

    height_m: float
    sigma_m: float
    rises_m_s: float
    high_m: float
    rush_m_s: float


@dataclass(slots=True)
class HeightTeller:
    """Tells the heights of one body in one home. The same seed and the same truth give the same heights.

    Attributes:
        manners: By level.
        rush: How fast its points are.
        random: Where chance comes from.
    """

    manners: tuple[HeightManner, ...]
    rush: RushManner
    random: np.random.Generator
    _bias_m: tuple[float, ...] = field(init=False)
    _above_m: tuple[float, ...] = field(init=False)
    _ratio: float = field(init=False)
    _error: float = 0.0
    _rises_error: float = 0.0
    _above_error: float = 0.0
    _odd_m: float = 0.0
    _odd_goal_m: float = 0.0
    _odd_s: float = 0.0
    _lost_s: float = 0.0
    _follows_m: float | None = None
    _really_m: float | None = None

    def __post_init__(self) -> None:
        """Draw what stays the same: one number for the whole body, as far as its levels spread."""
        draw, other, fast = (float(number) for number in self.random.standard_normal(3))
        self._bias_m = tuple(one.bias_m + one.bias_sigma_m * draw for one in self.manners)
        self._above_m = tuple(one.above_m + one.above_sigma_m * other for one in self.manners)
        self._ratio = self.rush.ratio * math.exp(self.rush.log_sigma * fast)

    def look(self, seconds: float, height_m: float, going_m_s: float = 0.0) -> HeightLook | None:
        """Return what is told; None while the body is lost.

        Args:
            seconds: Since the last look.
            height_m: Of the body's middle, really.
            going_m_s: How fast it really goes over the floor.
        """
        manner = self.manners[level_of(height_m)]
        before_m = height_m if self._follows_m is None else self._follows_m
        odd_before_m = self._odd_m
        self._go_on(seconds, manner)
        self._follows_m = before_m + (1.0 - math.exp(-seconds / _FOLLOWS_S)) * (height_m - before_m)
        really_m_s = 0.0 if self._really_m is None else (height_m - self._really_m) / max(seconds, 1e-6)
        self._really_m = height_m
        rises_m_s = (self._follows_m - before_m + self._odd_m - odd_before_m) / max(seconds, 1e-6)
        if self._lost_s > 0:
            return None
        usual_m = self._follows_m + self._at(height_m, self._bias_m) + self._odd_m
        return HeightLook(
            usual_m + self._error * manner.sigma_m,
            manner.told_sigma_m,
            rises_m_s + manner.rises_sigma_m_s * self._rises_error,
            usual_m + self._at(height_m, self._above_m) + self._above_error * manner.above_varies_m,
            self.rush.idle_m_s + self._ratio * math.hypot(really_m_s, going_m_s),
        )

    def begin_odd(self, seconds: float, height_m: float) -> None:
        """Take something else for the body from now on, for so long: for whoever looks at rare times only.

        Args:
            seconds: How long.
            height_m: Of the body's middle, really.
        """
        manner = self.manners[level_of(height_m)]
        self._odd_s = seconds
        self._odd_goal_m = manner.odd_sigma_m * float(self.random.standard_normal())

    def _at(self, height_m: float, by_level: tuple[float, ...]) -> float:
        return float(np.interp(height_m, _MIDDLES_M, by_level))

    def _faded(self, error: float, seconds: float, lasts_s: float) -> float:
        """Return a standard normal error a while later."""
        kept = math.exp(-seconds / lasts_s)
        return kept * error + math.sqrt(1.0 - kept**2) * float(self.random.standard_normal())

    def _go_on(self, seconds: float, manner: HeightManner) -> None:
        self._error = self._faded(self._error, seconds, manner.lasts_s)
        self._rises_error = self._faded(self._rises_error, seconds, manner.rises_lasts_s)
        self._above_error = self._faded(self._above_error, seconds, ABOVE_LASTS_S)
        self._odd_s, self._lost_s = self._odd_s - seconds, self._lost_s - seconds
        if self._odd_s <= 0:
            self._odd_goal_m = 0.0
            if self.random.uniform() < manner.odd_per_s * seconds:
                self._odd_s = float(self.random.exponential(manner.odd_lasts_s))
                self._odd_goal_m = manner.odd_sigma_m * float(self.random.standard_normal())
        self._odd_m += (1.0 - math.exp(-seconds / _FOLLOWS_S)) * (self._odd_goal_m - self._odd_m)
        if self._lost_s <= 0 and self.random.uniform() < manner.lost_per_s * seconds:
            self._lost_s = float(self.random.exponential(manner.lost_lasts_s))
