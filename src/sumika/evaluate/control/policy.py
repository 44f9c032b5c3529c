"""The distilled policy against the planner that taught it: what it costs more, how fast it is, whether it is kept."""

import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec
import numpy as np

from sumika.ecu import Ecu
from sumika.ecu.policy_controller import PolicyController
from sumika.evaluate.control.arena import Arena, Controller
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.compare import WARMS_UP
from sumika.evaluate.control.contenders import Contender, Makes, enter
from sumika.evaluate.control.cost import Cost, cost_of
from sumika.evaluate.control.ours import PLANS_EVERY_S, Ours
from sumika.evaluate.control.policy_lessons import HELD_OUT_WEEKS
from sumika.evaluate.control.weeks import SCORED_SEEDS, Week, week_of
from sumika.plan.policy import Policy, load_policy
from sumika.schema import SumikaError
from sumika.schema.worth import worth_of

Say = Callable[[str], None]

SEEN_HOUSE_WEEKS = ("winter_tokyo", "summer_tokyo", "spring_sapporo", "rainy_tokyo")
"""Weeks in a house that the policy was taught in, lived with other weather and people."""

_HOUSES = {"known houses": False, "new houses": True}

SHOWN_WEEKS = (*HELD_OUT_WEEKS, *SEEN_HOUSE_WEEKS)
"""On which a policy is judged."""

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
        SumikaError: if the policy was taught with other features, or its run comes to no end.
    """
    found = []
    for name in weeks:
        for seed in seeds:
            looked_on = _looked_on(policy, week_of(name), seed, warm_up_days, plans_every_s)
            planner, cost = looked_on.lived(days)
            one = Regret(week=name, seed=seed, new_house=name in HELD_OUT_WEEKS, planner=planner, policy=cost)
            say(f"{name} {seed}: planner {planner.total:.0f}, policy {cost.total:.0f}, regret {one.share:+.1%}")
            found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _LookedOn:
    """A house that was lived in for a while, and a belief of it that planner and policy share."""

    arena: Arena
    controller: PolicyController

    def lived(self, days: float) -> tuple[Cost, Cost]:
        """Return what the same days cost by the planner and by the policy, each from this very moment on."""
        fork = get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        # A fork is a copy of the whole house: nothing of how it was lived in has to be lived once more.
        other = fork.Process(target=self._lives, args=(self.controller, days, theirs))
        other.start()
        theirs.close()
        planner = self._cost(Ours(self.controller.ecu), days)
        try:
            policy = ours.recv()
        except EOFError as error:
            raise SumikaError("the policy's days came to no end", where="policy_regret", remedy="See above") from error
        finally:
            other.join()
        return planner, policy

    def _lives(self, controller: Controller, days: float, tell: Connection) -> None:
        tell.send(self._cost(controller, days))

    def _cost(self, controller: Controller, days: float) -> Cost:
        diary = self.arena.run(controller, days)
        return cost_of(diary, worth_of(self.arena.house.control, diary.currency))


def _looked_on(policy: Policy, week: Week, seed: int, days: int, plans_every_s: float) -> _LookedOn:
    arena = Arena(week.house(seed, warm_up_days=days), seed=seed)
    ecu = Ecu(arena.house, currency=arena.world.meter.currency, plans_every_s=plans_every_s, guarded=False)
    controller = PolicyController(arena.house, currency=arena.world.meter.currency, policy=policy, ecu=ecu)
    before = FAMILIES[WARMS_UP].make(arena.house, tuned_settings(week.name, WARMS_UP))
    arena.run(before, days, learners=(controller,))
    return _LookedOn(arena, controller)


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
    rows = list(skills) if skills is not None else [*policy.skills, *3 * ("warm", "cool", "dry")]
    bound = policy.bound([one for one in rows if one in policy.skills])
    known = sum(one in policy.skills for one in rows)
    x = np.random.default_rng(0).normal(size=(known, len(policy.features))).astype(np.float32)
    spent = timeit.repeat(lambda: bound.says(x), number=_ASKED, repeat=_TRIES)
    return 1e6 * min(spent) / _ASKED
