"""How often a family with pets would be told of a fall that was none: moments of life, through the whole chain.

Nobody is suspected who was not low for seconds. So what counts is every moment in which somebody comes down: residents
sit and lie down, pick things up, crouch, sit on the floor, stumble; a cat and a dog jump off furniture, beside people
or alone. How often a month each of these happens is counted in the simulated house (`home_changes`), or said (`ACTS`);
what comes of it is played, scene by scene, each another room, resident, animal and radar: samples, points, tracks,
falls. Left out is the time between, in which people walk, stand or sit for long, and lying down on the floor on purpose
(`fall_events_precision` tells of it); exercises are played, and counted for themselves.

An alarm is so rare that none may be among some hundred scenes of a kind. What is counted is therefore how sure of a
fall the student became in each scene, for as long as an alarm takes, and what share of scenes goes beyond the alarm
follows from the tail of these (a generalised Pareto distribution over the highest fifth: J. Pickands, Annals of
Statistics 3, 1975; weights as J. R. M. Hosking and J. R. Wallis, Technometrics 29, 1987; never lighter than
exponential). The figure is the 95 % upper bound of the sum, by bootstrap over scenes; beside it stands what the counts
of alarms alone allow (M. P. Fay and E. J. Feuer, Statistics in Medicine 16, 1997).
"""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from multiprocessing import get_context

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.home_changes import changes_of
from sumika.evaluate.people.home_months import ACTS, DAYS_PER_MONTH, family_with_pets
from sumika.evaluate.people.kept_scenes import told_of
from sumika.models import find_student
from sumika.perception import fall
from sumika.perception._fall_stages import ENOUGH, MOST_LOG_ODDS
from sumika.perception._student import Asked
from sumika.schema import FallStage, PointCloud, SuspectedFall, Tracks
from sumika.training.falls import WIDE, alone
from sumika.world.radar_scene import ActedScene, exercising_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

FIRST_SEED = 70_000
COUNTED_SEED, COUNTED_DAYS = 500, 15
PEOPLE = 2
TAIL, LEAST_TAIL = 0.2, 12
"""Of a kind's scenes, those that were surest of a fall: their share, and how many at least."""

_RESAMPLES = 1000
_SITS_FROM_M = 0.64
"""Who lies on a bed or sofa has his middle lower, who sits on it higher."""

_NEVER = -MOST_LOG_ODDS - max(enough for _, enough in ENOUGH)
"""Where nobody was looked at for long."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moment:
    """A kind of moment.

    Attributes:
        scenes: How many are played.
        kinds: Of `sumika.world.radar_scene.falling_scenes.NEAR_FALLS`, by turns; empty for people who exercise.
        alone: Whether nobody is there but animals.
    """

    scenes: int
    kinds: tuple[str, ...]
    alone: bool = False


MOMENTS: Mapping[str, Moment] = {
    "pets beside people": Moment(1000, ("pet_jumps",)),
    "pets alone": Moment(1000, ("pet_jumps",), alone=True),
    "sits down": Moment(300, ("sit_hard", "sit_hard_on_sofa")),
    "lies down on furniture": Moment(300, ("lie_on_bed", "lie_on_sofa")),
    "sits on the floor": Moment(720, ("sit_on_floor",)),
    "crouches or kneels": Moment(720, ("crouch_long",)),
    "picks up": Moment(480, ("pick_up", "drop")),
    "stumbles": Moment(60, ("stumble", "catch")),
    "exercises": Moment(100, ()),
}
"""What is played, by name."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a scene.

    Attributes:
        beyond: By how much the student was surer of a fall than is enough for an alarm, at the surest, in log odds; at
            least 0 where heights told of one in its stead.
        alarmed: Whether it told of one.
    """

    beyond: float
    alarmed: bool


def measure(full: bool) -> dict[str, Figure]:
    """Return how many false alarms a home has a month: the upper bound of what the scenes allow. Nothing unless full.

    Args:
        full: Whether scenes are played, which takes two and a half hours of a core the first time.

    Raises:
        StudentRefused: if the student of falls may not be used.
    """
    if not full:
        return {}
    find_student(fall.STUDENT, features=fall.FEATURES)  # refused before anything is played
    played, by_rule = dict[str, list[Played]](), dict[str, list[Played]]()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=get_context("fork")) as pool:
        for name, moment in MOMENTS.items():
            say_on_stderr(f"  people.home_moments: {name}, {moment.scenes} scenes ...")
            first = FIRST_SEED + 1000 * list(MOMENTS).index(name)
            seeds = range(first, first + moment.scenes)
            both = list(pool.map(_both_ways, repeat(name), seeds, chunksize=10))
            played[name], by_rule[name] = [one for one, _ in both], [one for _, one in both]
    times = per_month()
    found = figure(played, times)
    found.detail["by_the_rule_alone_per_month_of_counts"] = per_month_of_counts(by_rule, times)
    found.detail.update({f"by_the_rule_alone_{_key(name)}": _of(scenes) for name, scenes in by_rule.items()})
    return {"false_alarms_per_month": found}


def per_month() -> dict[str, float]:
    """Return how often a month each moment happens in a home; 0 where nobody counts that."""
    counted = dict.fromkeys(MOMENTS, 0.0)
    share = DAYS_PER_MONTH / COUNTED_DAYS
    for change in changes_of(family_with_pets(), COUNTED_SEED, COUNTED_DAYS):
        if change.after_m >= change.before_m:
            continue  # who gets up comes to lie nowhere
        if change.kind == "pet":
            counted["pets beside people" if change.met else "pets alone"] += share
        elif change.on_furniture:
            counted["lies down on furniture" if change.after_m < _SITS_FROM_M else "sits down"] += share
        else:
            counted["sits on the floor"] += share
    for name, acts in (
        ("sits on the floor", ("sits on the floor",)),
        ("crouches or kneels", ("crouches", "kneels")),
        ("picks up", ("picks up",)),
        ("stumbles", ("stumbles",)),
    ):
        counted[name] += PEOPLE * DAYS_PER_MONTH * sum(ACTS[act].per_day for act in acts)
    return counted


def figure(played: Mapping[str, Sequence[Played]], times: Mapping[str, float]) -> Figure:
    """Return the figure.

    Args:
        played: Scenes of each moment.
        times: How often a month each happens.
    """
    random = np.random.default_rng(0)
    sums, detail = np.zeros(_RESAMPLES), dict[str, float | str]()
    mean = 0.0
    for name, scenes in played.items():
        beyond = np.array([one.beyond for one in scenes])
        share = tail_share(beyond, 0.0)
        drawn = random.integers(len(beyond), size=(_RESAMPLES, len(beyond)))
        sums += times[name] * np.array([tail_share(beyond[rows], 0.0) for rows in drawn])
        mean += times[name] * share
        detail[f"alarms_{_key(name)}"] = _of(scenes)
        detail[f"times_{_key(name)}"] = times[name]
        detail[f"per_month_{_key(name)}"] = times[name] * share
    detail["per_month"] = mean
    detail["per_month_of_counts"] = per_month_of_counts(played, times)
    detail["bound_of_counts_alone"] = counts_bound(
        [(sum(one.alarmed for one in scenes), times[name] / len(scenes)) for name, scenes in played.items()]
    )
    value = float(np.quantile(sums, 0.95))
    return Figure(value=value, unit="per home and month", evidence=Evidence.SIMULATION, detail=detail)


def per_month_of_counts(played: Mapping[str, Sequence[Played]], times: Mapping[str, float]) -> float:
    """Return the alarms a month that the counts of the scenes alone say."""
    return sum(
        times[name] * sum(one.alarmed for one in scenes) / max(len(scenes), 1) for name, scenes in played.items()
    )


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _of(scenes: Sequence[Played]) -> str:
    return f"{sum(one.alarmed for one in scenes)} of {len(scenes)}"


def tail_share(values: Array, level: float) -> float:
    """Return the share of a population beyond a level, by a sample of it that may hold none.

    Args:
        values: (example,).
        level: In their unit.
    """
    count = max(round(TAIL * len(values)), min(LEAST_TAIL, len(values) - 1))
    ordered = np.sort(values)
    threshold = float(ordered[-count - 1])
    if level <= threshold:
        return float((values >= level).mean())
    beyond = ordered[-count:] - threshold
    mean = float(beyond.mean())
    if mean <= 0:
        return 0.0
    weight = 1.0 - (np.arange(1, count + 1) - 0.35) / count
    second = float((weight * beyond).mean())
    shape = max(2.0 - mean / max(mean - 2.0 * second, 1e-9), 0.0)
    scale = mean * (1.0 - shape) if shape < 1.0 else mean
    over = level - threshold
    left = math.exp(-over / mean) if shape < 1e-6 else (1.0 + shape * over / scale) ** (-1.0 / shape)
    return count / len(values) * left


def counts_bound(strata: Sequence[tuple[int, float]]) -> float:
    """Return the 95 % upper bound of a weighted sum of Poisson counts (Fay and Feuer).

    Args:
        strata: Count and weight of each.
    """
    most = max(weight for _, weight in strata)
    total = sum(count * weight for count, weight in strata) + most
    variance = sum(count * weight**2 for count, weight in strata) + most**2
    return float(variance / (2.0 * total) * stats.chi2.ppf(0.95, 2.0 * total**2 / variance))


@cache
def _student() -> Asked:
    return find_student(fall.STUDENT, features=fall.FEATURES)


def _both_ways(name: str, seed: int) -> tuple[Played, Played]:
    """Return what comes of a scene by the student, and by the rule alone."""
    acted = scene_of(MOMENTS[name], seed)
    frames = list(told_of(acted, f"{name.replace(' ', '-')}-{seed}"))
    return play(acted, frames, _student()), play(acted, frames, None)


def scene_of(moment: Moment, seed: int) -> ActedScene:
    """Return a scene of a kind of moment."""
    if not moment.kinds:
        return exercising_scene(seed, living_waveform(WIDE))
    acted = nearly_falling_scene(seed, living_waveform(WIDE), moment.kinds[seed % len(moment.kinds)])
    return alone(acted) if moment.alone else acted


def play(acted: ActedScene, frames: Iterable[tuple[float, PointCloud, Tracks]], student: Asked | None) -> Played:
    """Play a scene in a home with animals.

    Args:
        acted: The scene.
        frames: What the house is told of it.
        student: Of falls; None for none: then the rule decides.
    """
    state = fall.start(acted.stage.places, animals=True, radars=acted.scene.radars, student=student)
    surest, alarmed = _NEVER, False
    for _, cloud, tracks in frames:
        state, _ = fall.step(state, cloud)
        state, messages = fall.step(state, tracks)
        alarmed |= any(isinstance(one, SuspectedFall) and one.stage is FallStage.SUSPECTED for one in messages)
        beyond = (body.beyond_enough for body in state.bodies.values())
        surest = max(surest, *(one for one in beyond if one is not None), _NEVER)
    return Played(beyond=max(surest, 0.0) if alarmed else surest, alarmed=alarmed)
