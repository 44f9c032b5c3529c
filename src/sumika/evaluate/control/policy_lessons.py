"""Lessons for the policy: the planner lives scenario weeks, and what it sees and says is written down.

Whoever only watches a good driver never sees how to come back onto the road. In the first round what the planner tells
is therefore disturbed at times, and it says what it would do from there (noise injection: Laskey et al., "DART", CoRL
2017). In later rounds the policy drives while the planner says what it would have done (DAgger: Ross, Gordon, Bagnell,
"A Reduction of Imitation Learning and Structured Prediction to No-Regret Online Learning", AISTATS 2011).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.ecu import Ecu, Measurements
from sumika.ecu.policy_actions import Taught, taught
from sumika.ecu.policy_controller import PolicyController
from sumika.ecu.policy_features import features_of
from sumika.ecu.policy_later import later
from sumika.ecu.policy_rows import rows_of
from sumika.ecu.policy_view import view_of
from sumika.ecu.situating import Situating
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines.families import FAMILIES
from sumika.evaluate.control.baselines.tuned import tuned_settings
from sumika.evaluate.control.forecasts import Forecast
from sumika.evaluate.control.houses import EQUIPMENT
from sumika.evaluate.control.policy_what_if import otherwise
from sumika.evaluate.control.weeks import week_of
from sumika.plan.policy import Policy
from sumika.plan.problem import Planned, plan
from sumika.plan.solver import PlanError
from sumika.schema import Command, SumikaError
from sumika.schema.building import Grade
from sumika.schema.house import House, Tariff

LOOKS_ON_DAYS = 2.25
"""The planner looks on for so long before it drives: its belief is to be of the house, not of the description."""

PLANS_EVERY_S = 7200.0
DISTURBED = 0.25
"""Share of the half hours in which what the planner tells an air conditioner or a tank is disturbed."""

OFF_BY_K = 1.2

LATER_STEPS = (0, 3, 8, 15, 24)
"""Of a plan, from which lessons are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A house and time to learn in: a scenario week, with another house around it.

    Attributes:
        week: Its name.
        seed: Of weather, people and prices.
        turned_deg: The house is turned by so much.
        grade: Of insulation; None: as in the week.
        tariff: Its name; empty: as in the week.
        equipment: What it has besides.
        looks_on_days: For so long a thermostat drives before.
        days: How long the planner drives.
        plans_every_s: How often it plans, and gives a lesson.
        what_ifs: With every plan it is asked so many times what it would say if it were otherwise.
    """

    week: str
    seed: int
    turned_deg: float = 0.0
    grade: Grade | None = None
    tariff: str = ""
    equipment: tuple[str, ...] = ()
    looks_on_days: float = LOOKS_ON_DAYS
    days: float = 0.5
    plans_every_s: float = PLANS_EVERY_S
    what_ifs: int = 3

    @property
    def name(self) -> str:
        """For cards and groups."""
        return f"{self.week}/{self.seed}/{self.turned_deg:.0f}"

    def house(self) -> House:
        """Return its house."""
        house = week_of(self.week).house(self.seed, warm_up_days=math.ceil(self.looks_on_days))
        assert house.building is not None
        site = msgspec.structs.replace(
            house.building.site, north_deg=(house.building.site.north_deg + self.turned_deg) % 360.0
        )
        building = msgspec.structs.replace(house.building, site=site, grade=self.grade or house.building.grade)
        known = {device.id for device in house.devices}
        more = tuple(device for name in self.equipment for device in EQUIPMENT[name] if device.id not in known)
        tariff = Tariff(plan=self.tariff) if self.tariff else house.tariff
        return msgspec.structs.replace(house, building=building, devices=(*house.devices, *more), tariff=tariff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What a policy learns from.

    Attributes:
        skill: (lesson,) which skill it is for.
        features: (lesson, feature).
        said: (lesson, output) what the planner said.
        side: (lesson,) -1: it said only that it is no more than this, 1: no less; 0: just this.
        group: (lesson,) school and day: lessons of one are alike.
        plans: How many plans they come from.
    """

    skill: NDArray[np.str_]
    features: NDArray[np.float32]
    said: NDArray[np.float32]
    side: NDArray[np.int8]
    group: NDArray[np.str_]
    plans: int

    def keep(self, file: Path) -> None:
        """Write them.

        Args:
            file: Where (.npz).
        """
        np.savez_compressed(
            file,
            skill=self.skill,
            features=self.features,
            said=self.said,
            side=self.side,
            group=self.group,
            plans=np.array([self.plans]),
        )


def load_lessons(file: Path) -> Lessons:
    """Return lessons from a file.

    Args:
        file: Where.

    Raises:
        SumikaError: if it is none.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            return Lessons(
                skill=kept["skill"],
                features=kept["features"],
                said=kept["said"],
                side=kept["side"],
                group=kept["group"],
                plans=int(kept["plans"][0]),
            )
    except (OSError, KeyError, ValueError) as error:
        raise SumikaError(f"no lessons there: {error}", where=str(file), remedy="Collect them anew") from error


def together(several: Sequence[Lessons]) -> Lessons:
    """Return all lessons of several, one after another."""
    return Lessons(
        skill=np.concatenate([one.skill for one in several]),
        features=np.concatenate([one.features for one in several]),
        said=np.concatenate([one.said for one in several]),
        side=np.concatenate([one.side for one in several]),
        group=np.concatenate([one.group for one in several]),
        plans=sum(one.plans for one in several),
    )


class Pupil:
    """A controller that writes down what the planner says, and does it, or what the policy says, or something odd."""

    def __init__(self, house: House, *, currency: str, school: School, policy: Policy | None) -> None:
        """Take a house.

        Args:
            house: As described.
            currency: Of prices.
            school: Where lessons are had; its seed draws what is disturbed.
            policy: Who drives; None: the planner, disturbed at times.
        """
        self.ecu = Ecu(house, currency=currency, plans_every_s=school.plans_every_s, guarded=False)
        self._rows = rows_of(self.ecu.belief)
        self._policy = None
        if policy is not None:
            self._policy = PolicyController(house, currency=currency, policy=policy, ecu=self.ecu)
        self._name = school.name + ("/policy" if policy is not None else "")
        self._what_ifs = school.what_ifs
        self._random = np.random.default_rng(school.seed)
        self._seen: list[NDArray[np.float32]] = []
        self._said: list[Taught] = []
        self._days: list[str] = []
        self._plans = 0
        self._kinds = {device.id: device.kind for device in house.devices}
        self._odd: dict[str, float] = {}

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says."""
        (self._policy or self.ecu).observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told; write down what the planner says where it made a new plan."""
        before = self.ecu.planned
        found = self._planned(forecast)
        planned = self.ecu.planned
        if planned is not None and planned is not before:
            situating, group = self.ecu.situate(forecast), f"{self._name}/{forecast.at.toordinal()}"
            self._write(planned, situating, group)
            self._ask_what_if(planned, situating, group)
            self._draw()
        return self._policy.commands(forecast) if self._policy is not None else self._disturbed(found)

    def _planned(self, forecast: Forecast) -> tuple[Command, ...]:
        try:
            return self.ecu.plan(forecast)
        except PlanError:
            return self.ecu.commands() if self.ecu.planned is not None else ()

    def _write(self, planned: Planned, situating: Situating, group: str) -> None:
        self._plans += 1
        for step in LATER_STEPS:
            told, then = later(planned, situating, step)
            view = view_of(then)
            self._seen.append(features_of(then, view, self._rows))
            self._said.append(taught(told, then, view, self._rows))
            self._days.append(group)

    def _ask_what_if(self, planned: Planned, situating: Situating, group: str) -> None:
        for _ in range(self._what_ifs):
            other = otherwise(situating, self._random)
            try:
                said = plan(other.situation(other.nominal_of(planned.states)))
            except PlanError:  # it teaches nothing, and the next one may
                continue
            self._write(said, other, group)

    def _draw(self) -> None:
        """Draw which devices are told something odd until the next plan, and how odd."""
        self._odd = {
            device: float(self._random.normal(0.0, OFF_BY_K))
            for device in self._kinds
            if self._random.uniform() < DISTURBED
        }

    def _disturbed(self, commands: tuple[Command, ...]) -> tuple[Command, ...]:
        return tuple(
            msgspec.structs.replace(one, value=self._value(one)) if one.device in self._odd else one for one in commands
        )

    def _value(self, command: Command) -> float:
        kind, odd = self._kinds[command.device], self._odd[command.device]
        if command.action == "setpoint_c" and "air_conditioner" in kind:
            return float(np.clip(round(2.0 * (command.value + odd)) / 2.0, 16.0, 30.0))
        if command.action == "mode" and "air_conditioner" in kind and odd > OFF_BY_K:
            return 0.0
        if command.action == "mode" and kind == "heat_pump_water_heater" and abs(odd) > 1.5 * OFF_BY_K:
            return 2.0 - command.value
        return command.value

    def lessons(self) -> Lessons:
        """Return what was written down."""
        count = len(self._seen)
        seen, said = np.concatenate(self._seen), np.concatenate([one.said for one in self._said])
        side = np.concatenate([one.side for one in self._said])
        skill = np.array([row.skill for row in self._rows] * count)
        group = np.repeat(np.array(self._days), len(self._rows))
        known = np.isfinite(said[:, 0])
        return Lessons(
            skill=skill[known],
            features=seen[known],
            said=said[known],
            side=side[known],
            group=group[known],
            plans=self._plans,
        )


def attend(school: School, policy: Policy | None = None) -> Lessons:
    """Return the lessons of one school.

    Args:
        school: House and time.
        policy: Who drives; None: the planner.
    """
    arena = Arena(school.house(), seed=school.seed)
    pupil = Pupil(
        arena.house,
        currency=arena.world.meter.currency,
        school=school,
        policy=policy,
    )
    simple = FAMILIES["thermostat"]
    arena.run(
        simple.make(arena.house, tuned_settings(school.week, simple.name)), school.looks_on_days, learners=(pupil,)
    )
    arena.run(pupil, school.days)
    return pupil.lessons()


HELD_OUT_WEEKS = ("winter_naha", "spring_tokyo", "summer_sapporo", "rainy_naha")
"""The weeks of the family, whose house the policy never sees, with their seeds; besides, all scored seeds."""

_TOU, _MARKET = "time_of_use_jp", "market_jp"
_ROOF, _WINDOWS = ("battery", "pv"), ("pv", "window_openers")
_DAY, _NIGHT = 2.25, 2.75
"""Lessons begin at six in the morning, or at six in the evening."""

SCHOOLS = (
    School(week="winter_tokyo", seed=91, looks_on_days=_DAY),
    School(week="winter_tokyo", seed=92, looks_on_days=_NIGHT, turned_deg=-60.0, grade=Grade.ZEH, tariff=_TOU),
    School(week="winter_sapporo", seed=92, looks_on_days=_DAY, turned_deg=40.0, tariff=_TOU, equipment=_ROOF),
    School(week="winter_sapporo", seed=91, looks_on_days=_NIGHT, grade=Grade.GRADE_4, equipment=("car",)),
    School(week="spring_sapporo", seed=91, looks_on_days=_NIGHT, equipment=("car",), tariff=_MARKET),
    School(week="spring_naha", seed=91, looks_on_days=_DAY, equipment=("battery",)),
    School(week="summer_tokyo", seed=91, looks_on_days=_NIGHT, turned_deg=-30.0, equipment=("car",)),
    School(week="summer_tokyo", seed=92, looks_on_days=_DAY, grade=Grade.GRADE_4, tariff=_MARKET),
    School(week="summer_naha", seed=92, looks_on_days=_DAY, turned_deg=90.0, tariff=_TOU, equipment=_WINDOWS),
    School(week="summer_naha", seed=91, looks_on_days=_NIGHT, grade=Grade.HEAT20_G2, equipment=("battery", "car")),
    School(week="rainy_tokyo", seed=92, looks_on_days=_NIGHT, grade=Grade.ZEH, equipment=("battery",)),
    School(
        week="rainy_sapporo", seed=91, looks_on_days=_DAY, turned_deg=180.0, tariff=_TOU, equipment=("dehumidifier",)
    ),
    School(week="winter_tokyo", seed=93, looks_on_days=_NIGHT, grade=Grade.HEAT20_G2, equipment=_ROOF),
    School(week="spring_naha", seed=92, looks_on_days=_NIGHT, grade=Grade.GRADE_4, tariff=_TOU, equipment=("car",)),
)
"""Every season, tariff and kind of device, in turned and otherwise insulated houses."""


def again(schools: Sequence[School], *, seed: int) -> tuple[School, ...]:
    """Return schools of a later round: the same houses with other weather and people.

    Args:
        schools: Of the first round.
        seed: Added to theirs.
    """
    return tuple(replace(one, seed=one.seed + seed) for one in schools)
