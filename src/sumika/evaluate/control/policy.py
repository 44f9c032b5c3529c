"""The distilled policy against the planner that taught it: what it costs more, how fast it is, whether it is kept."""

import timeit
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from sumika.ecu import Ecu
from sumika.ecu.policy_controller import PolicyController
from sumika.ecu.policy_features import FEATURES
from sumika.ecu.policy_rows import SKILLS
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.compare import live
from sumika.evaluate.control.contenders import Contender, Makes, enter
from sumika.evaluate.control.cost import Cost
from sumika.evaluate.control.ours import PLANS_EVERY_S, Ours
from sumika.evaluate.control.policy_lessons import (
    HELD_OUT_WEEKS,
    SCHOOLS,
    Lessons,
    School,
    again,
    attend,
    load_lessons,
    together,
)
from sumika.evaluate.control.weeks import SCORED_SEEDS, Week, week_of
from sumika.plan.policy import Card, Policy, load_policy
from sumika.training.planner_policy import SkillLessons, distil_policy

Say = Callable[[str], None]

SEEN_HOUSE_WEEKS = ("winter_tokyo", "summer_tokyo", "spring_sapporo", "rainy_tokyo")
"""Weeks in a house that the policy was taught in, lived with other weather and people."""

_HOUSES = {"known houses": False, "new houses": True}

SHOWN_WEEKS = (*HELD_OUT_WEEKS, *SEEN_HOUSE_WEEKS)
"""On which a policy is judged."""

_DRIVES_DAYS = 1.0
_ASKED = 400
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """One week lived by the planner and by the policy.

    Attributes:
        week: Its name.
        seed: Of weather, people and prices.
        new_house: Whether the policy was taught in no such house.
        planner: What it cost.
        policy: What it cost.
    """

    week: str
    seed: int
    new_house: bool
    planner: Cost
    policy: Cost

    @property
    def share(self) -> float:
        """What the policy costs more, as a share of what the planner costs."""
        return (self.policy.total - self.planner.total) / self.planner.total


def driven_by(policy: Policy) -> Makes:
    """Return what makes a controller that does as a policy says.

    Args:
        policy: Which.
    """

    def make(arena: Arena, week: Week) -> PolicyController:
        return PolicyController(arena.house, currency=arena.world.meter.currency, policy=policy)

    return make


def planned_every(seconds: float) -> Makes:
    """Return what makes a controller that plans.

    Args:
        seconds: How often.
    """

    def make(arena: Arena, week: Week) -> Ours:
        return Ours(Ecu(arena.house, currency=arena.world.meter.currency, plans_every_s=seconds, guarded=False))

    return make


def enter_policy(name: str = "distilled") -> str:
    """Enter the policy that ships among the controllers that compete; return its name.

    Raises:
        UsageError: if there is one of that name.
    """
    enter(Contender(name=name, make=driven_by(load_policy())))
    return name


def policy_regret(
    policy: Policy,
    *,
    weeks: Sequence[str] = SHOWN_WEEKS,
    seeds: Sequence[int] = SCORED_SEEDS[:1],
    warm_up_days: int = 7,
    days: float = 7.0,
    plans_every_s: float = PLANS_EVERY_S,
    say: Say = lambda line: None,
) -> tuple[Regret, ...]:
    """Return what a policy costs beyond the planner, in weeks and houses that it was not taught in.

    Args:
        policy: To be judged.
        weeks: Names of scenario weeks; those of `HELD_OUT_WEEKS` are in a house that it never saw.
        seeds: None that it was taught with.
        warm_up_days: Both look on for so long.
        days: And drive for so long.
        plans_every_s: How often the planner plans.
        say: Takes a line of progress.

    Raises:
        UsageError: if there is no such week.
        SumikaError: if the policy was taught with other features.
    """
    found = []
    for name in weeks:
        for seed in seeds:
            costs = [
                live(week_of(name), Contender(name=who, make=make), seed, warm_up_days=warm_up_days, days=days)[0].cost
                for who, make in (("planner", planned_every(plans_every_s)), ("policy", driven_by(policy)))
            ]
            one = Regret(week=name, seed=seed, new_house=name in HELD_OUT_WEEKS, planner=costs[0], policy=costs[1])
            say(f"{name} {seed}: planner {costs[0].total:.0f}, policy {costs[1].total:.0f}, regret {one.share:+.1%}")
            found.append(one)
    return tuple(found)


def mean_regret(regrets: Sequence[Regret]) -> float:
    """Return what a policy costs more over all, as a share: dear weeks count by what they cost.

    Args:
        regrets: At least one.
    """
    planner = sum(one.planner.total for one in regrets)
    return (sum(one.policy.total for one in regrets) - planner) / planner


def judged(policy: Policy, regrets: Sequence[Regret]) -> Policy:
    """Return a policy whose card says what it costs more, in known houses and in new ones, each by itself.

    `Card.is_kept` then decides whether it may stand in for the planner; one that was never judged may not.

    Args:
        policy: Which.
        regrets: Of held-out weeks.
    """
    parts = {name: [one for one in regrets if one.new_house is new] for name, new in _HOUSES.items()}
    regret = {name: round(mean_regret(part), 4) for name, part in parts.items() if part}
    return replace(policy, card=msgspec.structs.replace(policy.card, regret=regret))


def policy_us(policy: Policy, *, skills: Sequence[str] | None = None) -> float:
    """Return the microseconds in which a house's whole policy says what it says: the best of some tries.

    Args:
        policy: To be asked.
        skills: (row,) of a house; None: a row of each skill, and air conditioners in four rooms.
    """
    rows = list(skills) if skills is not None else [*policy.skills, *3 * ("climate_wanted", "climate_target")]
    bound = policy.bound([one for one in rows if one in policy.skills])
    known = sum(one in policy.skills for one in rows)
    x = np.random.default_rng(0).normal(size=(known, len(policy.features))).astype(np.float32)
    spent = timeit.repeat(lambda: bound.says(x), number=_ASKED, repeat=_TRIES)
    return 1e6 * min(spent) / _ASKED


def skill_lessons(lessons: Lessons) -> Mapping[str, SkillLessons]:
    """Return lessons by skill, in the order of `SKILLS`.

    Args:
        lessons: All of them.
    """
    found = {}
    for name, outputs in SKILLS.items():
        chosen = lessons.skill == name
        if chosen.any():
            found[name] = SkillLessons(
                outputs=outputs,
                features=lessons.features[chosen],
                said=lessons.said[chosen][:, : len(outputs)],
                group=lessons.group[chosen],
            )
    return found


def learned(lessons: Lessons, rounds: int, *, epochs: int = 40, say: Say = lambda line: None) -> Policy:
    """Return the policy that was learned from lessons.

    Args:
        lessons: All of them.
        rounds: How many of the rounds the policy drove in.
        epochs: Passes over the lessons.
        say: Takes a line of progress.

    Raises:
        SumikaError: if training does not come to an end.
    """
    card = Card(
        about="Says at once what the planner would tell the devices of a house; stands in for it when it is late.",
        taught_by="the planner of sumika.plan, from sumika.ecu's belief, in simulated houses",
        lessons=lessons.plans,
        weeks=tuple(sorted({group.rpartition("/")[0] for group in lessons.group.tolist()})),
        held_out=HELD_OUT_WEEKS,
        rounds=rounds,
    )
    return distil_policy(FEATURES, skill_lessons(lessons), card, epochs=epochs, say=say)


def teach_policy(
    folder: Path,
    *,
    schools: Sequence[School] = SCHOOLS,
    rounds: int = 1,
    epochs: int = 40,
    say: Say = lambda line: None,
) -> Policy:
    """Teach a policy: the planner drives first, then the policy does while the planner says what it would have done.

    Lessons are kept in a folder; those that are there are not collected again.

    Args:
        folder: Of the lessons.
        schools: Houses and times.
        rounds: How often the policy drives.
        epochs: Passes over the lessons, in each round.
        say: Takes a line of progress.

    Raises:
        SumikaError: if lessons there are damaged, or training does not come to an end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    had = [_had(folder / f"0-{place}.npz", one, None, say) for place, one in enumerate(schools)]
    policy = learned(together(had), 0, epochs=epochs, say=say)
    for number in range(1, rounds + 1):
        later = again(schools, days=_DRIVES_DAYS, seed=100 * number)
        had += [_had(folder / f"{number}-{place}.npz", one, policy, say) for place, one in enumerate(later)]
        policy = learned(together(had), number, epochs=epochs, say=say)
    return policy


def _had(file: Path, school: School, policy: Policy | None, say: Say) -> Lessons:
    """Return the lessons of a school: those that were kept, or new ones, which are kept."""
    if file.exists():
        return load_lessons(file)
    lessons = attend(school, policy)
    lessons.keep(file)
    say(f"{school.name}: {lessons.plans} plans, {len(lessons.skill)} lessons")
    return lessons
