"""From a forecast to a decision: the plan, whether it is worth it, what devices would be told, and why.

How far a decision goes is the mode's: in `shadow` nothing of it reaches a device, in `suggest` nothing does without a
resident's yes, in `drive` the safety gate lets pass what is within its limits. What is decided is the same in all of
them, so that a household sees beforehand what it would get.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sumika.clock import Instant
from sumika.ecu.against_simple import Comparison, compare
from sumika.ecu.ecu import Ecu
from sumika.ecu.outlook import Forecast
from sumika.plan.account import Account
from sumika.plan.problem import Planned
from sumika.plan.reasons import Known, with_reasons
from sumika.plan.solver import PlanError
from sumika.plan.without import cost_without
from sumika.schema import DEVICE_KINDS, Command, ControlLevel, Mode, Origin, PlannedAction, PlanReport

PLAN = "plan"
MOST_SECOND_SOLVES = 2
"""So many devices a plan that change their state get the cost of doing without worked out; each takes a solve."""

_SWITCHES = ("mode", "on", "level", "closed", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for the next quarter of an hour.

    Attributes:
        commands: What devices are told, with reasons.
        changes: Devices of which something changes, those with a cost of doing without first.
        comparison: The plan beside the simple ways, on the belief's own model.
        follows: "plan", or the simple controller whose way is followed because the plan would cost more.
        without: By device: what it would cost to do without.
        dropped: How many settings were no numbers, or beyond what such a device can be told, and are not asked for.
        note: What is missing or doubtful, in English.
        note_ja: The same in Japanese.
        level: At which level control stands.
        currency: Of all money.
        seconds: Processor time of the plan's solver.
        waits: Machines that are loaded and will be started later, and why then.
    """

    commands: tuple[Command, ...]
    changes: tuple[str, ...]
    comparison: Comparison
    follows: str
    without: Mapping[str, Account]
    dropped: int
    note: str
    note_ja: str
    level: ControlLevel
    currency: str
    seconds: float
    waits: tuple[PlannedAction, ...] = ()

    def report(self, planner: str, mode: Mode, stamp: Instant, origin: Origin, local: datetime) -> PlanReport:
        """Return the decision as a message for people.

        Args:
            planner: The node.
            mode: The house's.
            stamp: When.
            origin: The worst of what it was made from.
            local: When, on the house's own clock.
        """
        ordered = sorted(self.commands, key=self._weight)
        return PlanReport(
            stamp=stamp,
            origin=origin,
            planner=planner,
            mode=mode,
            local_time=local.isoformat(timespec="minutes"),
            follows=self.follows,
            actions=tuple(
                PlannedAction(device=one.device, action=one.action, value=one.value, why=one.why, why_ja=one.why_ja)
                for one in ordered
            )
            + self.waits,
            currency=self.currency,
            plan_cost=self.comparison.plan.total,
            simple_cost=self.comparison.best.account.total,
            best_simple=self.comparison.best.name,
            seconds=self.seconds,
            note=self.note,
            note_ja=self.note_ja,
            level=self.level,
        )

    def _weight(self, command: Command) -> int:
        return self.changes.index(command.device) if command.device in self.changes else len(self.changes)


class Deciding:
    """Decides for one house, quarter of an hour by quarter of an hour."""

    def __init__(self, ecu: Ecu) -> None:
        """Take the controller whose plans are decided about."""
        self.ecu = ecu

    def decide(self, forecast: Forecast, told: Mapping[tuple[str, str], float]) -> Decision:
        """Plan, compare, and say what devices are told and why.

        Args:
            forecast: Of weather and prices.
            told: What devices said last, by (device, name).

        Raises:
            PlanError: if no plan could be made.
            SumikaError: if nothing was observed yet.
        """
        planned = self.ecu.think(forecast)
        begins, when = _local(planned, forecast.begins[0])
        comparison = compare(planned, when)
        follows = comparison.best.name if comparison.plan_is_worse else PLAN
        if follows != PLAN:
            self.ecu.follow(comparison.best.planned)
        good, dropped = self._sound(self.ecu.commands())
        changes = _changes(good, told)
        without = self._without(planned, changes) if follows == PLAN else {}
        changes = tuple(sorted(changes, key=lambda device: -without[device].total if device in without else 0.0))
        known = Known(
            house=self.ecu.house,
            begins=begins,
            without=without,
            follows="" if follows == PLAN else follows,
            dearer=-comparison.saves,
            given=self.ecu.given_reasons({one.device for one in good}),
        )
        standing = self.ecu.standing
        return Decision(
            commands=self.ecu.nudged(with_reasons(self.ecu.planned or planned, good, known)),
            changes=changes,
            comparison=comparison,
            follows=follows,
            without=without,
            dropped=dropped,
            note=standing.note("en"),
            note_ja=standing.note("ja"),
            level=standing.level,
            currency=planned.situation.currency,
            seconds=planned.seconds,
            waits=self._waits({one.device for one in good}),
        )

    def _sound(self, commands: Sequence[Command]) -> tuple[tuple[Command, ...], int]:
        """Return the commands that are numbers and such as their device can be told, and how many are not."""
        kinds = {device.id: DEVICE_KINDS.get(device.kind) for device in self.ecu.house.devices}
        good = []
        for command in commands:
            kind = kinds.get(command.device)
            setting = kind.settings.get(command.action) if kind is not None else None
            if setting is not None and math.isfinite(command.value) and setting.low <= command.value <= setting.high:
                good.append(command)
        return tuple(good), len(commands) - len(good)

    def _waits(self, told: Collection[str]) -> tuple[PlannedAction, ...]:
        """Return what is done with machines that are to be started later: nothing, and why."""
        later = [one.device for one in self.ecu.appliances.starts() if one.device not in told]
        return tuple(
            PlannedAction(device=device, action="on", value=0.0, why=reason.text, why_ja=reason.text_ja)
            for device, reason in self.ecu.given_reasons(later).items()
        )

    def _without(self, planned: Planned, changes: Sequence[str]) -> dict[str, Account]:
        """Return what it would cost to do without what begins now, for as many devices as there is time for."""
        found: dict[str, Account] = {}
        for device in _by_power(planned, changes)[:MOST_SECOND_SOLVES]:
            try:
                found[device] = cost_without(planned, device)
            except PlanError:
                continue  # a reason less; the plan itself stands
        return found


def _local(planned: Planned, like: datetime) -> tuple[list[datetime], list[datetime]]:
    """Return (step,) when each step begins, and its middle, in local time."""
    grid = planned.situation.grid
    begins = [datetime.fromtimestamp(float(one), like.tzinfo) for one in grid.begin_unix_s]
    middles = [
        datetime.fromtimestamp(float(one + 1800.0 * hours), like.tzinfo)
        for one, hours in zip(grid.begin_unix_s, grid.hours, strict=True)
    ]
    return begins, middles


def _changes(commands: Sequence[Command], told: Mapping[tuple[str, str], float]) -> tuple[str, ...]:
    """Return the devices of which a setting is to differ from what they say they are set to."""
    changed = [
        one.device
        for one in commands
        if (one.device, one.action) not in told or abs(told[one.device, one.action] - one.value) > 1e-6
    ]
    switched = [
        one.device
        for one in commands
        if one.action in _SWITCHES and one.device in changed and told.get((one.device, one.action)) != one.value
    ]
    return tuple(dict.fromkeys([*switched, *changed]))


def _by_power(planned: Planned, devices: Sequence[str]) -> list[str]:
    """Return those of the devices that do something soon, the one that draws most first."""
    drawn = dict.fromkeys(devices, 0.0)
    for (device, name), told in planned.controls.items():
        if device in drawn:
            power = planned.power_kw.get((device, name), np.zeros(len(told)))
            drawn[device] += float(power[:8].sum()) + 1e-3 * float(told[:8].sum())
    for device, charge in planned.charge_kw.items():
        if device in drawn:
            drawn[device] += float(np.abs(charge[:8]).sum())
    return sorted((device for device in devices if drawn[device] > 1e-3), key=lambda device: -drawn[device])
