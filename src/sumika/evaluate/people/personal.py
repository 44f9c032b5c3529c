"""Whether a student that a house has made its own overnight is right more often, of people that it had never seen.

Each person's first half is lived through, by the very code of `sumika distil personalise`; what it keeps is scored on
the second half, what it does not keep counts as no gain. How far to go (`Way`) is chosen on people of the other folds.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import About, read_about
from sumika.distil.array_unseen import unseen_by
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.finished import finished, shipped, works_of
from sumika.models import UNLABELLED, Lived, Way, adapted, judged
from sumika.schema import SumikaError

STUDENTS = ("sleep-tiny", "sleep-live-tiny", "comfort-tiny", "gesture-tiny")
IN_ORDER = ("sleep", "comfort", "strain")
"""Whose examples come in the order of time; others were recorded one class after the other."""
BLOCKS = 5
"""Parts of what was lived through, in the order of time, that stand in for days."""
LEAST = 80
LABELS = 30
RESAMPLES = 2000
WAYS = tuple(Way(shift=shift, ridge=ridge) for shift in (0.0, 0.1, 0.25, 0.5) for ridge in (10.0, 30.0))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody that a student had never seen.

    Attributes:
        about: Of the student of the fold that they were left out with, calibrated by the other folds.
        fold: Number of it.
        hidden: Layer before the outputs (example, width), in an order as they may be lived through.
        label: What is true (example,).
    """

    about: About
    fold: int
    hidden: NDArray[np.float32]
    label: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Gained:
    """What one person has of it.

    Attributes:
        points: Accuracy on the second half, after minus before, in points; 0 where nothing was kept.
        sureness: Mean log-probability of what is true, after minus before, nats; 0 where nothing was kept.
        kept: Whether days held back spoke for it.
    """

    points: float = 0.0
    sureness: float = 0.0
    kept: bool = False


def measure(full: bool) -> dict[str, Figure]:
    """Return the figure; students whose recordings are not here are named on stderr and left out.

    Args:
        full: Recipes are run to their end, or what was run before is taken up; without it nothing is measured.
    """
    if not full:
        return {}
    found: dict[str, list[Person]] = {}
    for name in STUDENTS:
        try:
            found[name] = list(people_of(name))
        except SumikaError as problem:
            sys.stderr.write(f"people.personal: {name} left out: {problem}\n")
    return figures_of(found) if found else {}


def figures_of(people: dict[str, list[Person]]) -> dict[str, Figure]:
    """Return the figures of several students' people: the worst student's, with each of them listed.

    `personal_gain` is what the log alone brings, `personal_gain_told` with `LABELS` answers that the person has given.
    """
    found: dict[str, Figure] = {}
    for key, labels in (("personal_gain", 0), ("personal_gain_told", LABELS)):
        values: dict[str, float] = {}
        detail: dict[str, float | str] = {}
        for name, own in people.items():
            gains = gains_of(own, labels)
            sureness, points = (np.array([getattr(one, of) for one in gains]) for of in ("sureness", "points"))
            values[name] = float(sureness.mean())
            detail[name] = round(values[name], 4)
            detail[f"{name} [95 %]"] = "{:+.4f} to {:+.4f}".format(*_interval(sureness))
            detail[f"{name}, points of accuracy"] = round(float(points.mean()), 2)
            detail[f"{name}, points of accuracy [95 %]"] = "{:+.2f} to {:+.2f}".format(*_interval(points))
            detail[f"{name}, kept"] = f"{sum(one.kept for one in gains)} of {len(gains)} people"
        worst = min(values, key=lambda name: values[name])
        detail |= {"labels": labels, "worst": worst}
        unit = "nats of the log-probability of what is true"
        found[key] = Figure(value=values[worst], unit=unit, evidence=Evidence.REAL_RECORDING, detail=detail)
    return found


def gains_of(people: Sequence[Person], labels: int, ways: Sequence[Way] = WAYS) -> list[Gained]:
    """Return what each person gains, adapted in the way that is best for the people of the other folds.

    Without labels nothing is done where that has not surely helped them, as `sumika.distil.own_shift` has it.

    Args:
        people: Of one student.
        labels: How many of the first half's examples are told by the person.
        ways: To choose from.
    """
    tried = [[_gained(one, way, labels) for way in ways] for one in people]
    sureness = np.array([[gained.sureness for gained in row] for row in tried])
    folds = np.array([one.fold for one in people])
    found = []
    for row, own in zip(tried, folds, strict=True):
        others = folds != own
        best = int(sureness[others].mean(axis=0).argmax()) if others.any() else 0
        surely = labels > 0 or not others.any() or _interval(sureness[others][:, best])[0] > 0
        found.append(row[best] if surely else Gained())
    return found


def _gained(person: Person, way: Way, labels: int) -> Gained:
    half = len(person.hidden) // 2
    told = np.full(half, UNLABELLED, np.int64)
    some = np.random.default_rng(half).permutation(half)[:labels]
    told[some] = person.label[:half][some]
    day = (np.arange(half) * BLOCKS // half).astype(str)
    lived = Lived(hidden=person.hidden[:half], day=day, label=told)
    verdict = judged(person.about, lived, way)
    if not verdict.better or person.about.model.head is None:
        return Gained()
    heads = (person.about.model.head, adapted(person.about, lived, way))
    rest, truth = person.hidden[half:], person.label[half:]
    scores = []
    for head in heads:
        said = person.about.calibration.log_probabilities(rest @ np.array(head.weight).T + np.array(head.bias))
        right = (person.about.calibration.decide(said) == truth).mean()
        scores.append((100 * right, said[np.arange(len(truth)), truth].mean()))
    points, sureness = np.array(scores[1]) - np.array(scores[0])
    return Gained(points=float(points), sureness=float(sureness), kept=True)


def people_of(name: str) -> Iterator[Person]:
    """Yield everybody of a finished recipe that has enough examples, by the student that had not seen them.

    Raises:
        SumikaError: if its recordings are not there.
    """
    about = read_about(finished(name).folder)
    for number, part in enumerate(unseen_by(works_of(shipped(name)), about)):
        for person in np.unique(part.group):
            own = (part.group == person) & (part.y != UNLABELLED)
            if own.sum() >= LEAST:
                rows = np.flatnonzero(own)
                if not name.startswith(IN_ORDER):
                    rows = np.random.default_rng(0).permutation(rows)
                yield Person(about=part.about, fold=number, hidden=part.hidden[rows], label=part.y[rows])


def _interval(points: NDArray[np.float64]) -> tuple[float, float]:
    drawn = np.random.default_rng(0).integers(0, len(points), (RESAMPLES, len(points)))
    low, high = np.quantile(points[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
