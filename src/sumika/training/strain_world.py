"""Simulated hours of hearts and breaths under strain and at rest: what teachers of real recordings may learn first.

Bodies are those of the simulated house (`sumika.world.residents.hours`): people differ in their rates, and how much
these vary; strain raises both. What raises them without strain is there too: getting up, moving about, speaking. When
strain comes is left to chance, so that nothing tells the time.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.strain import CLASSES, FEATURES, strain_features
from sumika.schema.living import Life
from sumika.training.simulated import Simulated
from sumika.world.residents.hours import HOUR_S, LEAD_S, Load, body_of, make_hour

Numbers = NDArray[np.float64]
_HEARD_S = 8.0
"""Rates are told as means of so long, as a watch or a radar tells them."""


class StrainWorldOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is simulated.

    Attributes:
        people: Each for one hour.
        first_seed: Of the people.
        step_s: From one row to the next.
    """

    people: int = 100
    first_seed: int = 300_000
    step_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.people < 2 or not self.step_s > 0:
            raise ValueError("`people` is at least 2, `step_s` above 0")


class StrainWorld(Simulated):
    """The source `strain-world`: nothing is read, all is simulated."""

    name, features = "strain-world", FEATURES
    code = ("sumika.models.features.strain", "sumika.models.features._slots", "sumika.world.residents.hours")

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples; hundredths of a second for each person.

        Raises:
            UsageError: if an option is unknown or impossible.
        """
        wanted = self.wanted(options, StrainWorldOptions)
        found = [_person(wanted.first_seed + number, wanted.step_s) for number in range(wanted.people)]
        group = np.concatenate([np.full(len(y), f"person {number}") for number, (_, y) in enumerate(found)])
        x, y = np.concatenate([x for x, _ in found]), np.concatenate([y for _, y in found])
        return ArraySet(x=x, y=y, group=group, domain=group, classes=CLASSES)


STRAIN_WORLD = StrainWorld()


def _person(seed: int, step_s: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return (row, column) of one person's hour, and whether strain was there."""
    random = np.random.default_rng(seed)
    load = _hour_of_chance(random)
    body = body_of(Life(age_years=float(random.uniform(18.0, 80.0)), female=bool(random.integers(2))), seed, "who")
    hour = make_hour(body, load, seed, "who", 0)
    heart_s, heart_bpm = _told(hour.beat_s, random, sigma_bpm=2.0)
    breath_s, breath_bpm = _told(hour.breaths.start_s, random, sigma_bpm=1.5)
    at_s = np.arange(step_s, HOUR_S, step_s)
    x, known = strain_features(heart_s, heart_bpm, breath_s, breath_bpm, at_s)
    strained = load.stress[LEAD_S:][at_s.astype(np.int64)] > 0.0
    return x[known], strained[known].astype(np.int64)


def _hour_of_chance(random: np.random.Generator) -> Load:
    """Return what an hour asks: tasks that strain, and what looks like them."""
    count = LEAD_S + round(HOUR_S)
    met, stress, speaks = np.full(count, random.uniform(1.0, 1.2)), np.zeros(count), np.zeros(count)
    upright = np.zeros(count, bool)
    for _ in range(int(random.integers(2, 5))):
        task = _stretch(random, count, 120.0, 420.0)
        stress[task] = random.uniform(0.3, 1.0)
        speaks[task] = random.uniform(0.0, 0.8) if random.uniform() < 0.4 else 0.0
    for _ in range(int(random.integers(2, 6))):
        busy = _stretch(random, count, 30.0, 240.0)
        met[busy] += random.uniform(0.1, 0.8)
        upright[busy] = random.uniform() < 0.5
    speaks[_stretch(random, count, 30.0, 240.0)] = random.uniform(0.2, 0.8)
    return Load(met, np.full(count, -1, np.int8), stress, speaks, upright, np.zeros(count, bool))


def _stretch(random: np.random.Generator, count: int, least_s: float, most_s: float) -> slice:
    first = int(random.integers(0, count - round(most_s)))
    return slice(first, first + round(random.uniform(least_s, most_s)))


def _told(event_s: Numbers, random: np.random.Generator, *, sigma_bpm: float) -> tuple[Numbers, Numbers]:
    """Return a rate every second, as one is told who counts for some seconds, with errors that last."""
    at_s = np.arange(_HEARD_S * 2, HOUR_S)
    turns = np.interp(at_s, event_s, np.arange(len(event_s)))
    before = np.interp(at_s - _HEARD_S * 2, event_s, np.arange(len(event_s)))
    errors = np.repeat(random.normal(0.0, sigma_bpm, len(at_s) // 10 + 1), 10)[: len(at_s)]
    return at_s, 60.0 * (turns - before) / (_HEARD_S * 2) + errors
