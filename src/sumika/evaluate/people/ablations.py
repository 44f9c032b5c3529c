"""What each part of the works brings to a student of people: the same recipe without it, on the same unseen people.

The recipe is that of gestures, with its first folds, so that all variants together take half an hour.
Differences are paired by person. The thousand examples are chosen, and drawn at random, from the recordings themselves,
without the views that are otherwise made of each.
"""

import sys
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_finish import one_thread
from sumika.distil.array_recipe import ArrayRecipe, SourceData
from sumika.distil.array_works import ArrayWorks
from sumika.distil.choose import ChooseSettings
from sumika.distil.compare import Interval
from sumika.distil.networks.scores import gain
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.finished import shipped, works_of
from sumika.schema import SumikaError

RECIPE = "gesture-tiny"
FOLDS = 2
CHOSEN = 1000
ALL, RECORDINGS = "all parts", "recordings alone"
Labels = NDArray[np.int64]


class Answers(msgspec.Struct, frozen=True):
    """What a variant said of gestures of people whom it has not learnt from.

    Attributes:
        truth: Class per gesture.
        guess: Class that was said.
        group: Whose it is.
    """

    truth: Labels
    guess: Labels
    group: NDArray[np.str_]


def measure(full: bool) -> dict[str, Figure]:
    """Return what is lost without each part, and a thousand chosen examples against all; empty unless `full`."""
    if not full:
        return {}
    try:
        return _table()
    except SumikaError as problem:
        sys.stderr.write(f"people.ablations: left out: {problem}\n")
        return {}


def variants(recipe: ArrayRecipe) -> Iterator[tuple[str, ArrayRecipe]]:
    """Yield the recipe with everything, then without one part each."""
    replace, train = msgspec.structs.replace, recipe.train
    yield ALL, recipe
    yield "one teacher instead of several", replace(recipe, teacher=replace(recipe.teacher, members=1))
    yield "half the schedule", replace(recipe, train=replace(train, epochs=max(1, train.epochs // 2)))
    yield "without unlabelled data", _with_options(recipe, unlabelled=0)
    yield "without views", _with_options(recipe, views=0)
    recordings = _with_options(recipe, unlabelled=0, views=0)
    yield RECORDINGS, recordings
    chosen = ChooseSettings(count=CHOSEN, least_difficulty=0.5, prefer="none")
    yield "a thousand of them, chosen", replace(recordings, choose=chosen)
    yield "a thousand of them, at random", replace(recordings, choose=replace(chosen, without=chosen.by))


def _with_options(recipe: ArrayRecipe, **options: int) -> ArrayRecipe:
    assert isinstance(recipe.data, SourceData)
    data = msgspec.structs.replace(recipe.data, options={**recipe.data.options, **options})
    return msgspec.structs.replace(recipe, data=data)


def _table() -> dict[str, Figure]:
    answers: dict[str, Answers] = {}
    for name, recipe in variants(shipped(RECIPE)):
        sys.stderr.write(f"people.ablations: {name}\n")
        works = works_of(recipe)
        answers[name] = _answers(works, taught=True)
        if name == ALL:
            answers["without a teacher"] = _answers(works, taught=False)
    return table_of(answers)


def _answers(works: ArrayWorks, *, taught: bool) -> Answers:
    truth, guess, group = [], [], []
    with one_thread():
        for branch in works.branches[:FOLDS]:
            said = branch.said(branch.student if taught else branch.plain)
            y = np.asarray(works.arrays.y[branch.test_rows], np.int64)
            known = y >= 0
            truth.append(y[known])
            guess.append(np.asarray(said.argmax(axis=1), np.int64)[known])
            group.append(works.arrays.group[branch.test_rows][known])
    return Answers(np.concatenate(truth), np.concatenate(guess), np.concatenate(group))


def table_of(answers: Mapping[str, Answers]) -> dict[str, Figure]:
    """Return two figures: the most that any part brings, and a thousand chosen against a thousand at random.

    Args:
        answers: By variant, `ALL` among them; what is compared is what all of them were asked.

    Raises:
        SumikaError: if no person was asked of all of them, or one of them was asked other examples of a person.
    """
    detail: dict[str, float | str] = {}
    answers = of_all(answers)
    whole = answers[ALL]
    brings: dict[str, float] = {}
    for name, one in answers.items():
        share = float((one.guess == one.truth).mean())
        detail[name] = f"{100 * share:.1f} %"
        if name != ALL:
            lost = _gain(whole, one)
            brings[name] = 100 * lost.value
            detail[name] = f"{detail[name]}; all parts {_points(lost)} points"
    most = max(brings, key=lambda name: brings[name])
    detail["evaluated"] = f"{len(whole.truth)} gestures of {len(np.unique(whole.group))} people nobody had learnt from"
    figures = {
        "ablation_most": Figure(
            value=brings[most], unit=f"points over {most}", evidence=Evidence.REAL_RECORDING, detail=detail
        )
    }
    chosen, drawn = answers.get("a thousand of them, chosen"), answers.get("a thousand of them, at random")
    if chosen is not None and drawn is not None:
        over = _gain(chosen, drawn)
        against = _gain(chosen, answers[RECORDINGS])
        told: dict[str, float | str] = {"interval": _points(over), "against all of them": _points(against)}
        figures["thousand_gain"] = Figure(
            value=100 * over.value, unit="points over random", evidence=Evidence.REAL_RECORDING, detail=told
        )
    return figures


def of_all(answers: Mapping[str, Answers]) -> dict[str, Answers]:
    """Return the answers about people who were left out in every variant, person by person.

    Which people are left out together depends on who is among the examples: without those that nobody has named, the
    parts are others.

    Raises:
        SumikaError: if there is nobody, or a variant was asked other examples of them.
    """
    people = sorted(set.intersection(*(set(one.group.tolist()) for one in answers.values())))
    found = {}
    for name, one in answers.items():
        rows = np.concatenate([np.flatnonzero(one.group == who) for who in people] or [np.zeros(0, np.int64)])
        found[name] = Answers(one.truth[rows], one.guess[rows], one.group[rows])
    if not people or any(not np.array_equal(one.truth, found[ALL].truth) for one in found.values()):
        raise SumikaError("the variants were asked different gestures", where="people.ablations")
    return found


def _gain(one: Answers, other: Answers) -> Interval:
    classes = int(one.truth.max()) + 1
    return gain(one.truth, one.guess, other.guess, one.group, max(classes, int(one.guess.max()) + 1))


def _points(one: Interval) -> str:
    return f"{100 * one.value:+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"
