"""Controllers against each other: each lives the same weeks, with the same people, weather and prices."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from sumika.evaluate.control.arena import Arena, Span
from sumika.evaluate.control.baselines.families import FAMILIES
from sumika.evaluate.control.baselines.tuned import tuned_settings
from sumika.evaluate.control.contenders import Contender, contenders_of
from sumika.evaluate.control.cost import Cost, cost_of
from sumika.evaluate.control.diary import Diary
from sumika.evaluate.control.indicators import Indicators, indicators_of
from sumika.evaluate.control.presence import PresenceSource
from sumika.evaluate.control.weeks import SCORED_DAYS, WARM_UP_DAYS, Week, week_of
from sumika.schema.worth import worth_of

WARMS_UP = "thermostat"
"""Who runs the house before the scored part, while everybody else looks on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a controller did in one week.

    Attributes:
        week: Its name.
        controller: Its name.
        seed: Of weather, people and prices.
        simple: Whether it is one of the simple controllers.
        currency: ISO 4217.
        cost: By part.
        indicators: Of the same time.
    """

    week: str
    controller: str
    seed: int
    simple: bool
    currency: str
    cost: Cost
    indicators: Indicators


def live(
    week: Week,
    contender: Contender,
    seed: int,
    *,
    warm_up_days: int = WARM_UP_DAYS,
    days: float = SCORED_DAYS,
) -> tuple[Run, Diary]:
    """Let a controller live a week: it looks on while a thermostat runs the house, then runs it itself.

    Args:
        week: The scenario.
        contender: The controller.
        seed: Of weather, people and prices.
        warm_up_days: How long it looks on.
        days: How long is scored.
    """
    arena = Arena(
        week.house(seed, warm_up_days=warm_up_days),
        presence=contender.presence,
        perfect_forecast=contender.perfect_forecast,
        seed=seed,
        span=Span(warm_up_days=warm_up_days, days=days),
    )
    controller = contender.make(arena, week)
    if warm_up_days:
        before = FAMILIES[WARMS_UP].make(arena.house, tuned_settings(week.name, WARMS_UP))
        arena.run(before, warm_up_days, learners=(controller,))
    diary = arena.run(controller, days)
    worth = worth_of(arena.house.control, diary.currency)
    run = Run(
        week=week.name,
        controller=contender.name,
        seed=seed,
        simple=contender.simple,
        currency=diary.currency,
        cost=cost_of(diary, worth),
        indicators=indicators_of(diary, worth),
    )
    return run, diary


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be compared.

    Attributes:
        weeks: Their names.
        controllers: Their names; empty: all.
        seeds: Each lives each week with each.
        warm_up_days: How long controllers look on.
        days: How long is scored.
        presence: What controllers are told of where people are; empty: as each is entered.
        processes: How many run at once.
    """

    weeks: tuple[str, ...]
    controllers: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (11,)
    warm_up_days: int = WARM_UP_DAYS
    days: float = SCORED_DAYS
    presence: str = ""
    processes: int = 1


def compare(plan: Plan, say: Callable[[str], None] = lambda line: None) -> tuple[Run, ...]:
    """Return how every controller did in every week, with every seed; the order of weeks, then controllers, then seeds.

    Args:
        plan: What is to be compared.
        say: Takes a line of progress.

    Raises:
        UsageError: if there is no such week or controller.
    """
    names = [contender.name for contender in contenders_of(plan.controllers)]
    jobs = [
        _Job(week=week_of(week).name, controller=name, seed=seed, plan=plan)
        for week in plan.weeks
        for name in names
        for seed in plan.seeds
    ]
    found: list[Run] = []
    for number, run in enumerate(_results(jobs, plan.processes), start=1):
        found.append(run)
        say(f"{number}/{len(jobs)} {run.week} {run.controller} {run.seed}: {run.cost.total:.0f} {run.currency}")
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    week: str
    controller: str
    seed: int
    plan: Plan


def _results(jobs: Sequence[_Job], processes: int) -> Iterator[Run]:
    if processes <= 1:
        yield from map(_live_job, jobs)
        return
    # A fork has the entered contenders of this process; a new process would know only those of the package.
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from pool.map(_live_job, jobs)


def _live_job(job: _Job) -> Run:
    contender, plan = contenders_of((job.controller,))[0], job.plan
    if plan.presence:
        contender = replace(contender, presence=PresenceSource(plan.presence))
    run, _ = live(week_of(job.week), contender, job.seed, warm_up_days=plan.warm_up_days, days=plan.days)
    return run
