"""Forests to be measured against, tuned as hard as the students: by whole groups inside what may be learnt from.

Every entry of the grid is tried by leaving groups of the training set out in turn; the best one is grown anew from all
of it. The groups that decide in the end are never looked at.
"""

import itertools
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble
from sklearn.model_selection import GroupKFold

Array = NDArray[np.float32]
Truth = NDArray[np.int64] | NDArray[np.float32]

TREES_TRIED, TREES = 60, 300
MOST_TRIED_ROWS = 4000
"""An entry of the grid is tried on at most so many rows, drawn at random; the chosen one learns from all."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the grid.

    Attributes:
        kind: Random forest (Breiman 2001) or extremely randomised trees (Geurts, Ernst, Wehenkel 2006).
        features: Share of the columns that a split may choose from; 0 for their square root.
        least_in_leaf: Fewest rows of a leaf.
    """

    kind: Literal["random", "extra"]
    features: float
    least_in_leaf: int

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.kind} trees, features {self.features or 'sqrt'}, leaf {self.least_in_leaf}"


def grid_of(
    kinds: tuple[Literal["random", "extra"], ...] = ("random", "extra"),
    features: tuple[float, ...] = (0.0, 0.2),
    least_in_leaf: tuple[int, ...] = (1, 3, 10),
) -> tuple[Entry, ...]:
    """Return every combination."""
    found = itertools.product(kinds, features, least_in_leaf)
    return tuple(Entry(kind=kind, features=share, least_in_leaf=leaf) for kind, share, leaf in found)


GRID = grid_of()


class TunedForest(msgspec.Struct, frozen=True, kw_only=True):
    """A forest that was chosen.

    Attributes:
        model: Fitted; of scikit-learn.
        entry: That was chosen.
        tried: Score of each entry on groups it had not learnt from: accuracy, or minus the mean absolute error.
    """

    model: Any
    entry: Entry
    tried: dict[str, float]

    def answers(self, x: Array) -> NDArray[Any]:
        """Return the class per example, or (example, output) values."""
        return np.asarray(self.model.predict(_flat(x)))

    def probabilities(self, x: Array) -> NDArray[np.float64]:
        """Return (example, class) of a forest of classes, in the order of `model.classes_`."""
        return np.asarray(self.model.predict_proba(_flat(x)), np.float64)


def tuned_forest(
    x: Array,
    y: Truth,
    group: NDArray[np.str_],
    *,
    seed: int,
    grid: tuple[Entry, ...] = GRID,
    folds: int = 3,
    trees: int = TREES,
) -> TunedForest:
    """Return the best forest of a grid.

    Args:
        x: (example, ...) float32, flattened here.
        y: int64 class per example, or float32 (example, output).
        group: Person, room or session per example. With fewer groups than `folds` each is left out by itself; of a
            single one, consecutive quarters are left out in turn, for lack of anything better.
        seed: Of the trees.
        grid: What is tried.
        folds: Parts of the groups that are left out in turn.
        trees: Of the chosen forest.
    """
    flat = _flat(x)
    names = np.unique(group)
    parts = group if len(names) > 1 else (np.arange(len(y)) * 4 // max(len(y), 1)).astype(str)
    split = list(GroupKFold(min(folds, len(np.unique(parts)))).split(flat, groups=parts))
    tried = {str(entry): _score(entry, flat, y, split, seed) for entry in grid}
    entry = max(grid, key=lambda one: tried[str(one)])
    model = _forest(entry, y, trees, seed).fit(flat, _target(y))
    return TunedForest(model=model, entry=entry, tried=tried)


def _score(entry: Entry, x: Array, y: Truth, split: list[Any], seed: int) -> float:
    random, scores, sizes = np.random.default_rng(seed), [], []
    for learnt, asked in split:
        few = random.permutation(learnt)[:MOST_TRIED_ROWS]
        model = _forest(entry, y, TREES_TRIED, seed).fit(x[few], _target(y[few]))
        said = model.predict(x[asked])
        of_classes = y.dtype == np.int64
        scores.append(np.mean(said == y[asked]) if of_classes else -np.mean(np.abs(said - _target(y[asked]))))
        sizes.append(len(asked))
    return float(np.average(scores, weights=sizes))


def _forest(entry: Entry, y: Truth, trees: int, seed: int) -> Any:
    values = y.dtype != np.int64
    kinds = {
        ("random", False): ensemble.RandomForestClassifier,
        ("random", True): ensemble.RandomForestRegressor,
        ("extra", False): ensemble.ExtraTreesClassifier,
        ("extra", True): ensemble.ExtraTreesRegressor,
    }
    features: float | str = entry.features or "sqrt"
    return kinds[entry.kind, values](
        trees, max_features=features, min_samples_leaf=entry.least_in_leaf, random_state=seed, n_jobs=1
    )


def _target(y: Truth) -> Truth:
    """Return one column as a vector: scikit-learn answers in the shape that it was taught in."""
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _flat(x: Array) -> Array:
    return np.ascontiguousarray(x.reshape(len(x), -1), np.float32)
