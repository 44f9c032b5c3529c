"""What changes over days: ventilation that moves less and less air, a heat source that gives less than it did.

Every day says for itself how much of the air that fans should move, and of the heat that a source should give, was
really there: a regression of the day's errors of the model on what each of them does. Together with what learning has
made of it that is a share of the plate; it is compared with what it was in the house's first days (CUSUM of a fall by a
quarter, E. S. Page, Biometrika 41, 1954), so that neither a wrong plate nor a wrong description is taken for a change.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.house import HouseBelief
from sumika.belief.quarter import Quarter

Array = NDArray[np.float64]

FALL = math.log(1.0 / 0.75)
"""A fall by a quarter is worth a look; filters are changed at a third of the flow lost or so (typical)."""

LEARNS_DAYS = 5
LEAST_SIGMA = 0.08
"""Days differ by doors, weather and people whatever the machine does (typical)."""

WIDEST_SIGMA = 0.5
"""A day that says less is not asked."""

FALSE_EVERY_DAYS = 730.0
MOST_PER_DAY_SHARE = 1.0 / 3.0
"""A day counts for so much of the threshold at most: no party is a clogged filter."""

FANS = ""
"""Stands for all fans together, where others are devices."""


@dataclass
class _Machine:
    """A day under way, and what the days before said."""

    square: float = 0.0
    product: float = 0.0
    days: int = 0
    mean: float = 0.0
    weight: float = 0.0
    total: float = 0.0
    began_s: float = 0.0
    recent: float = 0.0


@dataclass(frozen=True, slots=True)
class Fallen:
    """Something gives less than it did.

    Attributes:
        device: Its id; empty: the fans.
        share: Of what it gave that is missing.
        began_s: Unix time since when about.
    """

    device: str
    share: float
    began_s: float


class SlowChanges:
    """Looks at fans and heat sources, day by day.

    Attributes:
        machines: What is known of each, by device; the empty name: all fans.
    """

    def __init__(self, sources: tuple[str, ...]) -> None:
        """Know nothing yet.

        Args:
            sources: Devices that heat and cool.
        """
        self.machines = {name: _Machine() for name in (FANS, *sources)}
        self.threshold = math.log(FALSE_EVERY_DAYS * len(self.machines))

    def add(self, quarter: Quarter, sigma_k: Array, sigma_ppm: Array, spare: NDArray[np.bool_]) -> None:
        """Add a quarter to the day.

        Args:
            quarter: Which.
            sigma_k: (room,) by which errors of a day count: their spread, widened by how long they last.
            sigma_ppm: (room,) the same of carbon dioxide.
            spare: (room,) where something else has changed.
        """
        fans = self.machines[FANS]
        _regress(fans, quarter.fans_ppm, quarter.error_ppm, sigma_ppm, spare)
        for device, watts in quarter.given.items():
            machine = self.machines.get(device)
            if machine is not None and abs(watts).sum() > 0.0:
                _regress(machine, quarter.kelvin_per_w @ watts, quarter.error_k, sigma_k, spare)

    def day(self, belief: HouseBelief, now_s: float) -> None:
        """Close a day; call it before learning moves the parameters.

        Args:
            belief: Whose parameters held all day.
            now_s: Unix time.
        """
        for name, machine in self.machines.items():
            square, product = machine.square, machine.product
            machine.square = machine.product = 0.0
            if square * WIDEST_SIGMA**2 < 1.0:
                continue
            learned = _learned(belief, name)
            share = max(1.0 + product / square, 0.05)
            _judge(machine, learned + math.log(share), math.hypot(square**-0.5, LEAST_SIGMA), now_s, self.threshold)

    def fallen(self) -> list[Fallen]:
        """Return what gives less than it did."""
        return [
            Fallen(name, 1.0 - math.exp(machine.recent - machine.mean), machine.began_s)
            for name, machine in self.machines.items()
            if machine.total >= self.threshold
        ]

    def is_back(self, device: str) -> bool:
        """Return whether nothing speaks for a fall any more."""
        return self.machines[device].total == 0.0


def _regress(machine: _Machine, does: Array, error: Array, sigma: Array, spare: NDArray[np.bool_]) -> None:
    good = np.isfinite(error) & np.isfinite(does) & ~spare
    machine.square += float((does[good] ** 2 / sigma[good] ** 2).sum())
    machine.product += float((does[good] * error[good] / sigma[good] ** 2).sum())


def _learned(belief: HouseBelief, name: str) -> float:
    if name == FANS:
        return float(belief.air_theta[belief.air.place["fans"]])
    place = belief.thermal.place.get(f"source.{name}")
    return 0.0 if place is None else float(belief.theta[place])


def _judge(machine: _Machine, level: float, sigma: float, now_s: float, threshold: float) -> None:
    """Weigh what a day says of a machine's share, as a logarithm."""
    machine.recent = level if machine.days == 0 else machine.recent + 0.5 * (level - machine.recent)
    if machine.days >= LEARNS_DAYS:
        variance = sigma**2 + 1.0 / machine.weight
        ratio = (-FALL * (level - machine.mean) - 0.5 * FALL**2) / variance
        most = MOST_PER_DAY_SHARE * threshold
        if machine.total == 0.0:
            machine.began_s = now_s - 86_400.0
        machine.total = min(max(0.0, machine.total + min(max(ratio, -most), most)), 1.3 * threshold)
    if machine.days < LEARNS_DAYS:
        machine.weight += sigma**-2
        machine.mean += sigma**-2 / machine.weight * (level - machine.mean)
    machine.days += 1
