"""A house that is lived in while our watch looks on: one life for every fault, for lives can be copied.

A thermostat with a set-back runs the house: the belief learns from any ordinary life, and plans would cost a hundred
times as much. So nothing follows from a finding here, and the house goes on as before.
"""

import copy
import copyreg
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from sumika.belief.suspicion import Finding
from sumika.ecu import Ecu, Measurements
from sumika.evaluate.control.arena import DAY_S, STEP_S, Arena
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.breakages import Breakage, Scene
from sumika.evaluate.control.forecasts import Forecast
from sumika.evaluate.control.weeks import week_of

RUNS = "set-back"
"""Who runs the house: its orders change by the clock, so that who does not obey can be seen."""

LOOKS_DAYS = 0.25
"""A life is stopped at the end of so many days after its fault was named."""


def _taken_apart(
    frozen: MappingProxyType[Any, Any],
) -> tuple[Callable[..., MappingProxyType[Any, Any]], tuple[dict[Any, Any]]]:
    return MappingProxyType, (dict(frozen),)


copyreg.pickle(MappingProxyType, _taken_apart)  # or no life could be copied


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was told.

    Attributes:
        at_s: When, since the world began.
        finding: What.
    """

    at_s: float
    finding: Finding


@dataclass
class _LookingOn:
    """Our controller, as it learns and watches without commanding anything."""

    ecu: Ecu
    began_s: float
    told: list[Told] = field(default_factory=list)

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says, and keep what is found."""
        self.ecu.observe(measurements)
        at_s = measurements.at.timestamp() - self.began_s
        self.told += [Told(at_s, finding) for finding in self.ecu.watch.news()]

    def commands(self, forecast: Forecast) -> tuple[()]:
        """Return nothing."""
        return ()


class WatchedLife:
    """A house, whoever runs it, and our watch.

    Attributes:
        arena: The house.
        told: What was found and what was over, in order.
    """

    def __init__(self, week: str, seed: int, *, warm_up_days: int) -> None:
        """Begin to live in the house of a week.

        Args:
            week: Name of the scenario week.
            seed: Of weather and people.
            warm_up_days: How many days before its date it begins.
        """
        self.arena = Arena(week_of(week).house(seed, warm_up_days=warm_up_days))
        self._runs = FAMILIES[RUNS].make(self.arena.house, tuned_settings(week, RUNS))
        ecu = Ecu(self.arena.house, currency=self.arena.world.meter.currency, guarded=False)
        self._watch = _LookingOn(ecu, self.arena.world.start.timestamp())
        self._drawn_j: dict[str, float] = {}

    @property
    def told(self) -> list[Told]:
        """What was found and what was over, in order."""
        return self._watch.told

    @property
    def ecu(self) -> Ecu:
        """Who looks on."""
        return self._watch.ecu

    def live(self, days: float) -> None:
        """Live on.

        Args:
            days: So long.
        """
        diary = self.arena.run(self._runs, days, learners=(self._watch,))
        for device, watts in diary.devices_w.items():
            self._drawn_j[device] = self._drawn_j.get(device, 0.0) + float(np.sum(watts)) * STEP_S

    def copied(self) -> "WatchedLife":
        """Return the same life, to go on in another way; weather and description are shared."""
        world = self.arena.world
        shared = {id(one): one for one in (world.weather, world.house, self.arena.described)}
        return copy.deepcopy(self, shared)

    def scene(self, random: np.random.Generator) -> Scene:
        """Return what is needed to break something here.

        Args:
            random: Draws who is hit.
        """
        world = self.arena.world
        drew_w = {device: joules / max(world.at_s, 1.0) for device, joules in self._drawn_j.items()}
        return Scene(world, drew_w, random)

    def found_after_h(self, breakage: Breakage) -> tuple[float | None, Finding | None]:
        """Break something and live on until it is named; return after how many hours, and what was told first.

        Args:
            breakage: What breaks.
        """
        before, begins_s = len(self.told), self.arena.world.at_s
        breakage.breaks(self.arena.world)
        while self.arena.world.at_s < begins_s + breakage.days * DAY_S - 1.0:
            self.live(min(LOOKS_DAYS, breakage.days))
            news = [one for one in self.told[before:] if not one.finding.recovered]
            named = [one for one in news if breakage.is_named_by(one.finding.suspicion)]
            if named:
                return (named[0].at_s - begins_s) / 3600.0, news[0].finding
        return None, news[0].finding if news else None
