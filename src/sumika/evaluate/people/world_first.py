"""What the simulated world brings to students of real recordings whose teachers have learnt it first.

Each recipe that asks for it, as it ships and with a teacher that begins anew, scored on the same people or sittings,
whom nobody had learnt from; differences are paired by them.
"""

import sys
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_finish import one_thread
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.compare import Interval
from sumika.distil.networks.scores import gain
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.finished import shipped, works_of
from sumika.schema import SumikaError
from sumika.training import RECIPES

Labels = NDArray[np.int64]
Who = Literal["teacher", "student"]


class Told(msgspec.Struct, frozen=True):
    """What a teacher and its student said of everybody, each time by ones that had not learnt from him.

    Attributes:
        truth: Class per example.
        group: Person or sitting.
        guess: Of "teacher" and "student", the class that was said.
    """

    truth: Labels
    group: NDArray[np.str_]
    guess: dict[Who, Labels]


def measure(full: bool) -> dict[str, Figure]:
    """Return by how much the student is better off that gains least; empty unless `full`."""
    if not full:
        return {}
    try:
        return table_of({name: (_told(shipped(name)), _told(without(shipped(name)))) for name in learning_first()})
    except SumikaError as problem:
        sys.stderr.write(f"people.world_first: left out: {problem}\n")
        return {}


def learning_first() -> tuple[str, ...]:
    """Return the names of the recipes whose teachers learn something first."""
    return tuple(name for name in RECIPES if shipped(name).pretrain is not None)


def without(recipe: ArrayRecipe) -> ArrayRecipe:
    """Return a recipe whose teacher begins anew."""
    return msgspec.structs.replace(recipe, pretrain=None)


def table_of(told: dict[str, tuple[Told, Told]]) -> dict[str, Figure]:
    """Return the figure of a table: by recipe, what was said by those who learnt first and by those who did not.

    Raises:
        SumikaError: if both were not asked the same.
    """
    if not told:
        return {}
    detail: dict[str, float | str] = {}
    gains: dict[str, Interval] = {}
    for name, (first, anew) in told.items():
        if not np.array_equal(first.truth, anew.truth) or not np.array_equal(first.group, anew.group):
            raise SumikaError(f"the variants of {name} were asked different examples", where="people.world_first")
        for who in ("teacher", "student"):
            over = _gain(first, anew, who)
            shares = [f"{100 * float((one.guess[who] == one.truth).mean()):.1f} %" for one in (first, anew)]
            detail[f"{name}, {who}"] = f"{shares[0]} instead of {shares[1]}, {_points(over)} points"
            if who == "student":
                gains[name] = over
    least = min(gains, key=lambda name: gains[name].value)
    figure = Figure(
        value=100 * gains[least].value,
        unit=f"points of {least}",
        evidence=Evidence.REAL_RECORDING,
        detail=detail | {"interval": _points(gains[least])},
    )
    return {"world_first_gain": figure}


def _told(recipe: ArrayRecipe) -> Told:
    works = works_of(recipe)
    truth, group = [], []
    guess: dict[Who, list[Labels]] = {"teacher": [], "student": []}
    with one_thread():
        for branch in works.branches:
            truth.append(np.asarray(works.arrays.y[branch.test_rows], np.int64))
            group.append(works.arrays.group[branch.test_rows])
            guess["teacher"].append(np.asarray(branch.teacher_said.argmax(axis=1), np.int64))
            guess["student"].append(np.asarray(branch.said(branch.student).argmax(axis=1), np.int64))
    return Told(
        np.concatenate(truth), np.concatenate(group), {who: np.concatenate(parts) for who, parts in guess.items()}
    )


def _gain(one: Told, other: Told, who: Who) -> Interval:
    classes = 1 + max(int(part.max()) for part in (one.truth, one.guess[who], other.guess[who]))
    return gain(one.truth, one.guess[who], other.guess[who], one.group, classes)


def _points(one: Interval) -> str:
    return f"{100 * one.value:+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"
