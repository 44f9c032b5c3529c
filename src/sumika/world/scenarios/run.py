"""Runs a scenario: the house, the weather and the people of it, and what happens to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sumika.schema import UsageError
from sumika.schema.house import House
from sumika.world.course import Course, Recorder
from sumika.world.scenarios.checks import Finding, examine, judge, moment_s
from sumika.world.scenarios.description import Happening, Scenario, Sky
from sumika.world.scenarios.happening import begin, end, plan
from sumika.world.simulation import World, WorldStep
from sumika.world.weather import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """A scenario that was run.

    Attributes:
        course: What was so.
        findings: What its checks say, in their order.
    """

    course: Course
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether all checks hold."""
        return all(finding.holds for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    at_s: float
    happening: Happening
    ends: bool


class ScenarioRun:
    """A scenario, step by step."""

    def __init__(self, scenario: Scenario, house: House, folder: Path | None = None) -> None:
        """Set up the world.

        Args:
            scenario: What is to be run.
            house: Its house, as the scenario changes it.
            folder: Where the house's file lies, for its weather file.

        Raises:
            SumikaError: if the house, a happening or a check cannot be.
        """
        self.scenario = scenario
        self.world = World.of(house, folder=folder, change=_change(scenario), habits=scenario.habits)
        self._turns = _turns(scenario, self.world)
        # What falls to residents must be known before their day is made.
        for turn in self._turns:
            if not turn.ends:
                plan(self.world, turn.happening, turn.at_s)
        at_s = np.fromiter(self._ends_s(), np.float64)
        for check in scenario.checks:
            examine(check, self.world.rooms, self.world.start, at_s)

    def steps(self) -> Iterator[WorldStep]:
        """Run it and yield every step."""
        waiting, going_on = list(self._turns), list[Happening]()
        for until_s in self._ends_s():
            while waiting and waiting[0].at_s <= self.world.at_s + 1e-6:
                turn = waiting.pop(0)
                if turn.ends:
                    going_on.remove(turn.happening)
                    end(self.world, turn.happening, going_on)
                else:
                    begin(self.world, turn.happening)
                    going_on.append(turn.happening)
            yield self.world.step(until_s - self.world.at_s)

    def _ends_s(self) -> Iterator[float]:
        """Yield when each step ends, since the start: in time for whatever begins or ends."""
        end_s, at_s = self.scenario.hours * 3600.0, 0.0
        waiting = [turn.at_s for turn in self._turns]
        while at_s < end_s - 1e-6:
            while waiting and waiting[0] <= at_s + 1e-6:
                waiting.pop(0)
            at_s = min([end_s, at_s + self.scenario.step_s, *waiting[:1]])
            yield at_s

    def run(self, watch: Callable[[WorldStep], None] = lambda step: None) -> ScenarioResult:
        """Run it to its end.

        Args:
            watch: Is shown every step.
        """
        recorder = Recorder(self.world.start, self.world.rooms, self.world.residents)
        for step in self.steps():
            recorder.take(step)
            watch(step)
        course = recorder.course()
        return ScenarioResult(course=course, findings=findings_of(self.scenario, course))


def findings_of(scenario: Scenario, course: Course) -> tuple[Finding, ...]:
    """Return what a scenario's checks say of a course."""
    return tuple(judge(check, course) for check in scenario.checks)


def _change(scenario: Scenario) -> Change | None:
    sky = scenario.sky
    if sky == Sky():
        return None
    return Change(warmer_k=sky.warmer_k, humid=sky.humid, cloudy=sky.cloudy, calm=sky.calm, pm2_5_ug_m3=sky.pm2_5_ug_m3)


def _turns(scenario: Scenario, world: World) -> tuple[_Turn, ...]:
    found: list[_Turn] = []
    for happening in scenario.happenings:
        at_s = moment_s(happening.at, world.start)
        if at_s > scenario.hours * 3600.0:
            raise UsageError(
                f"{happening.what} at {happening.at} is after the end",
                where="happenings",
                remedy=f"It ends {scenario.hours:g} h after {scenario.start}",
            )
        found.append(_Turn(at_s=at_s, happening=happening, ends=False))
        if happening.minutes > 0:
            found.append(_Turn(at_s=at_s + 60.0 * happening.minutes, happening=happening, ends=True))
    return tuple(sorted(found, key=lambda turn: (turn.at_s, turn.ends)))
