"""What changes over days: ventilation that moves less and less air, a heat source that gives less than it did.

Every day says for itself how much of the air that fans should move, and of the heat that a source should give, was
really there (`sumika.belief.last_day`). Together with what learning has made of it that is a share of the plate; it is
compared with what it was in the house's first days (CUSUM of a fall by a quarter, E. S. Page, Biometrika 41, 1954), so
that neither a wrong plate nor a wrong description is taken for a change.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sumika.belief.house import HouseBelief
from sumika.belief.last_day import FANS, Level, courses, levels

FALL = math.log(1.0 / 0.75)
"""A fall by a quarter is worth a look; filters are changed at a third of the flow lost or so (typical)."""

LEARNS_DAYS = 6
FORGETS = 0.7
"""Of the first days the later ones count more: what else is learned of a house in them moves its machines too."""

LEAST_SIGMA = 0.08
"""Days differ by doors, weather and people whatever the machine does (typical)."""

WIDEST_SIGMA = 0.8
"""A day that says less is not asked."""

FALSE_EVERY_DAYS = 730.0
DOUBTS = 0.2
"""From this share of what is enough to speak on a machine is in doubt."""

DOUBT_NIGHTS = 5

MOST_PER_DAY_SHARE = 1.0 / 3.0
"""A day counts for so much of the threshold at most: no party is a clogged filter."""


@dataclass
class _Machine:
    """What the days before said."""

    days: int = 0
    mean: float = 0.0
    weight: float = 0.0
    total: float = 0.0
    began_s: float = 0.0
    recent: float = 0.0
    doubted: int = 0


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

    def day(self, belief: HouseBelief, now_s: float) -> None:
        """Look at the last day; call it before learning moves the parameters.

        Args:
            belief: Whose parameters held all day.
            now_s: Unix time.
        """
        day = courses(belief)
        if day is None:
            return
        learned = {name: _learned(belief, name) for name in self.machines}
        self.take({name: level for course in day for name, level in levels(course).items()}, learned, now_s)

    def take(self, said: Mapping[str, Level], learned: Mapping[str, float], now_s: float) -> None:
        """Take what a day says.

        Args:
            said: Of machines that ran, against what was learned of them.
            learned: Logarithm of the share of its plate that was learned of each.
            now_s: Unix time.
        """
        for name, level in said.items():
            machine = self.machines.get(name)
            if machine is not None and level.sigma <= WIDEST_SIGMA:
                sigma = math.hypot(level.sigma, LEAST_SIGMA)
                _judge(machine, learned.get(name, 0.0) + level.log_share, sigma, now_s, self.threshold)

    @property
    def is_in_doubt(self) -> bool:
        """Whether a machine is suspected and not told yet: learning would explain away what is to be found.

        It lasts for some nights at most: what is neither told nor cleared by then is learned like all else.
        """
        return any(0 < machine.doubted <= DOUBT_NIGHTS for machine in self.machines.values())

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
    in_doubt = DOUBTS * threshold <= machine.total < threshold
    machine.doubted = machine.doubted + 1 if in_doubt else 0
    if machine.days < LEARNS_DAYS:
        machine.weight = FORGETS * machine.weight + sigma**-2
        machine.mean += sigma**-2 / machine.weight * (level - machine.mean)
    machine.days += 1
