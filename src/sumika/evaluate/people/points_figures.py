"""What the students of points tell of people, sittings and rooms that they have not learnt from.

Beside each figure: the teacher, the same student without a teacher, a tuned forest that learns from the same pictures
in the same parts, and the same windows as a house might hand them on - frames lost, points lost, noise, another radar.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_works import PLAIN, STUDENT, TEACHER
from sumika.distil.compare import Interval
from sumika.distil.networks.kept import ArrayModel
from sumika.distil.networks.scores import gain, score_classes
from sumika.distil.records import ArraySet
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.disturbed_points import DISTURBANCES, disturbed_pictures
from sumika.evaluate.people.finished import Finished, finished, shipped, works_of
from sumika.evaluate.people.forests import TunedForest, grid_of, tuned_forest
from sumika.models.features.pose import JOINTS
from sumika.schema import SumikaError

Array = NDArray[np.float32]
Labels = NDArray[np.int64]
Detail = dict[str, float | str]
SEED = 8
POSE_GRID = grid_of(kinds=("extra",), features=(0.0, 0.2, 0.5), least_in_leaf=(1, 3, 10))
POSE_TREES = 150
STRETCH = 200
FOREST_BINS = 5
"""A forest reads so many parts of a window: of every bin by itself it is worse, and takes five times as long."""

TENTHS = (0.1, 0.9)


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; those whose recordings are not here are named on stderr and left out.

    Args:
        full: Recipes are run to their end, or what was run before is taken up; without it nothing is measured.
    """
    found: dict[str, Figure] = {}
    for key, part in PARTS.items() if full else ():
        try:
            found[key] = part()
        except SumikaError as problem:
            sys.stderr.write(f"people.points_figures: {key} left out: {problem}\n")
    return found


def _movements() -> Figure:
    """Return the mean over the people, each left out in turn, of the share of windows that is right."""
    return shares_right("movement-tiny", forest=True)


def _activities() -> Figure:
    """Return by how many points the student is better than a tuned forest, each sitting left out in turn."""
    name = "har-tiny"
    shares = shares_right(name, forest=True)
    over = {key.removeprefix("over_forest_"): value for key, value in shares.detail.items() if "over_forest" in key}
    return Figure(
        value=100 * float(over["value"]),
        unit="points of accuracy",
        evidence=Evidence.REAL_RECORDING,
        detail={**shares.detail, "student": shares.value},
    )


def _poses() -> Figure:
    """Return by how many percent the student's mean joint error is below a tuned forest's, mean of both directions."""
    name = "pose-tiny"
    done = finished(name)
    error = {who: np.abs(said - done.arrays.y).mean(axis=1) for who, said in done.said.items()}
    said = []
    detail: Detail = {"places": "joints from the middle of the body's points, which is known", "joints": len(JOINTS)}
    for learnt, asked, _, _ in _parts(name):
        # Of one person: neighbouring moments are alike, so stretches of them are left out when forests are chosen.
        stretch = (np.arange(len(learnt)) // STRETCH).astype(str)
        forest = tuned_forest(learnt.x, learnt.y, stretch, seed=SEED, grid=POSE_GRID, trees=POSE_TREES)
        said.append(np.asarray(forest.answers(asked.x), np.float32))
        best, worst = max(forest.tried.values()), min(forest.tried.values())
        detail[f"forest for {asked.group[0]}"] = (
            f"{forest.entry}: {-best:.4f} m, worst of {len(forest.tried)} {-worst:.4f} m"
        )
        usual = np.abs(learnt.y.mean(axis=0) - asked.y).mean()
        detail[f"usual pose of the other, {asked.group[0]} [m]"] = float(usual)
    error["forest"] = np.abs(np.concatenate(said) - done.arrays.y).mean(axis=1)
    gains = []
    for person in np.unique(done.arrays.group):
        own = {who: float(one[done.arrays.group == person].mean()) for who, one in error.items()}
        detail |= {f"{who}, {person} [m]": value for who, value in own.items()}
        gains.append(100 * (1 - own[STUDENT] / own["forest"]))
        detail[f"below the forest, {person} [percent]"] = gains[-1]
    return Figure(value=float(np.mean(gains)), unit="percent", evidence=Evidence.REAL_RECORDING, detail=detail)


def shares_right(name: str, *, forest: bool) -> Figure:
    """Return the mean over people or sittings of the share that is right.

    Args:
        name: Of the recipe.
        forest: Whether a tuned forest is asked beside it.

    Raises:
        SumikaError: if its recordings are not there.
    """
    done = finished(name)
    known = np.asarray(done.arrays.y, np.int64) >= 0  # what nobody has named is neither right nor wrong
    y, group = np.asarray(done.arrays.y, np.int64)[known], done.arrays.group[known]
    classes = len(done.arrays.classes)
    guesses = {who: np.asarray(said.argmax(axis=1), np.int64)[known] for who, said in done.said.items()}
    score = score_classes(y, guesses[STUDENT], group, classes).accuracy
    each = {str(one): float(np.mean(guesses[STUDENT][group == one] == y[group == one])) for one in np.unique(group)}
    detail: Detail = {"low": score.low, "high": score.high, "pooled": score.value, "groups": len(each)}
    detail |= {f"{TEACHER}": float(np.mean(guesses[TEACHER] == y)), PLAIN: float(np.mean(guesses[PLAIN] == y))}
    detail |= _told("over_plain", gain(y, guesses[STUDENT], guesses[PLAIN], group, classes))
    detail["worst group"] = min(each, key=lambda one: each[one])
    detail["worst group's share"] = min(each.values())
    if forest:
        every, chosen = _forest_guesses(name, done)
        guess = every[known]
        detail |= {"forest": float(np.mean(guess == y)), "forest's mean over groups": _mean_of(guess == y, group)}
        detail |= {f"forest, {part}": entry for part, entry in chosen.items()}
        detail |= _told("over_forest", gain(y, guesses[STUDENT], guess, group, classes))
    detail |= _disturbed(name)
    return Figure(
        value=float(np.mean(list(each.values()))), unit="share", evidence=Evidence.REAL_RECORDING, detail=detail
    )


def _mean_of(right: NDArray[np.bool_], group: NDArray[np.str_]) -> float:
    return float(np.mean([right[group == one].mean() for one in np.unique(group)]))


def _told(name: str, interval: Interval) -> Detail:
    return {f"{name}_value": interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


# The same parts for somebody else


def _parts(name: str) -> Iterator[tuple[ArraySet, ArraySet, NDArray[np.int64], ArrayModel]]:
    """Yield what each part was learnt from without views, what was left out, its rows, and the student of the part."""
    works = works_of(shipped(name))
    for branch in works.branches:
        learnt = works.arrays.take(branch.rows)
        learnt = learnt.take(~learnt.is_view)
        yield learnt, works.arrays.take(branch.test_rows), branch.test_rows, branch.model(branch.student)


def _forest_guesses(name: str, done: Finished) -> tuple[Labels, dict[str, str]]:
    """Return what tuned forests say of the scored examples, in their order, and what was chosen for each part."""
    said, chosen = [], dict[str, str]()
    for number, (learnt, asked, _, _) in enumerate(_parts(name), 1):
        forest = forest_of(learnt)
        said.append(forest.answers(asked.x))
        best, worst = max(forest.tried), min(forest.tried)
        chosen[f"part {number}"] = f"{forest}: {best:.3f}, worst of {len(forest.tried)} {worst:.3f}"
    guess = np.asarray(np.concatenate(said), np.int64)
    if len(guess) != len(done.arrays):
        raise SumikaError("a forest was asked other examples than the student", where=name)
    return guess, chosen


class PictureForest(msgspec.Struct, frozen=True, kw_only=True):
    """A forest that was chosen together with what it reads of a picture.

    Attributes:
        reading: Name in `READINGS`.
        forest: That reads it.
        tried: Scores of all entries of all readings.
    """

    reading: str
    forest: TunedForest
    tried: tuple[float, ...]

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.forest.entry}, {self.reading}"

    def answers(self, x: Array) -> NDArray[Any]:
        """Return the class per picture (example, channel, bin)."""
        return self.forest.answers(READINGS[self.reading](x))


def forest_of(learnt: ArraySet) -> PictureForest:
    """Return the best forest for pictures and what it reads of them, both chosen by whole groups inside of them."""
    found = {name: tuned_forest(read(learnt.x), learnt.y, learnt.group, seed=SEED) for name, read in READINGS.items()}
    best = max(found, key=lambda name: max(found[name].tried.values()))
    tried = tuple(score for forest in found.values() for score in forest.tried.values())
    return PictureForest(reading=best, forest=found[best], tried=tried)


def coarser(x: Array) -> Array:
    """Return pictures (example, channel, bin) with bins taken together: (example, channel, part)."""
    parts = np.array_split(np.arange(x.shape[2]), FOREST_BINS)
    return np.stack([x[:, :, part].mean(axis=2) for part in parts], axis=2)


def with_spread(x: Array) -> Array:
    """Return what means of parts lose, beside them: mean, spread, change from bin to bin and both tenths of a channel.

    Which of two sports has the quicker movement shows there, and a student's convolutions see it too.
    """
    low, high = np.quantile(x, TENTHS, axis=2)
    of_window = (x.mean(axis=2), x.std(axis=2), np.abs(np.diff(x, axis=2)).mean(axis=2), low, high)
    return np.concatenate([coarser(x), np.stack(of_window, axis=2)], axis=2, dtype=np.float32)


READINGS: dict[str, Callable[[Array], Array]] = {"parts": coarser, "parts and spread": with_spread}


def _disturbed(name: str) -> Detail:
    """Return the share that the students of the parts get right of disturbed windows of people they do not know."""
    models = {one: model for _, asked, _, model in _parts(name) for one in np.unique(asked.group).tolist()}
    found: Detail = {}
    for what in DISTURBANCES:
        pictures = disturbed_pictures(name, what)
        right, every = 0, 0
        for one, (x, y) in pictures.items():
            if one in models:
                right += int((models[one].outputs_of(x).argmax(axis=1) == y).sum())
                every += len(y)
        found[what] = right / max(every, 1)
    return found


PARTS: dict[str, Callable[[], Figure]] = {
    "movement_acc": _movements,
    "radhar_gain": _activities,
    "pose_gain": _poses,
}
"""Figure by its key."""
