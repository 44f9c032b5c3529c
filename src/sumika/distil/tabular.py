"""Gradient boosting over tables: a teacher of small networks, and the mark that they are held to."""

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks.losses import UNLABELLED
from sumika.distil.records import ArraySet
from sumika.schema import SumikaError

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

Array = NDArray[np.float32]
LEAST_PROBABILITY = 1e-4
"""Trees may say that something is impossible, which no student can learn from and no logarithm bears."""


class BoostingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How gradient boosting is trained.

    Attributes:
        rounds: Trees per class or output.
        learning_rate: Share of each tree's answer that is added.
        leaves: Most leaves of a tree.
        least_in_leaf: Fewest examples of a leaf.
        l2: Regularisation of the leaves.
        column_share: Share of the columns, drawn at random, that a split may look at.
        class_weights: "balanced" makes classes count alike, "none" examples.
    """

    rounds: int = 200
    learning_rate: float = 0.05
    leaves: int = 15
    least_in_leaf: int = 40
    l2: float = 1.0
    column_share: float = 1.0
    class_weights: Literal["none", "balanced"] = "none"

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not 0 < self.column_share <= 1:
            raise ValueError("`column_share` is above 0 and at most 1")
        if self.rounds < 1 or self.leaves < 2 or self.least_in_leaf < 1:
            raise ValueError("`rounds` and `least_in_leaf` are at least 1, `leaves` at least 2")


class Boosted:
    """Trained trees (`boost`).

    Attributes:
        outputs: Classes or values.
        parameters: Nodes of all trees, at most: each holds one threshold or one answer.
    """

    def __init__(self, models: "list[HistGradientBoostingClassifier | HistGradientBoostingRegressor]", outputs: int):
        self._models = models
        self.outputs = outputs
        trees = sum(model.n_iter_ * model.n_trees_per_iteration_ for model in models)
        self.parameters = int(trees * (2 * models[0].max_leaf_nodes - 1))

    def outputs_of(self, x: Array) -> Array:
        """Return logarithms of the classes' probabilities (example, class), or values (example, output)."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        first = self._models[0]
        if isinstance(first, HistGradientBoostingRegressor):
            return np.stack([model.predict(x) for model in self._models], axis=1).astype(np.float32)
        found = np.full((len(x), self.outputs), LEAST_PROBABILITY)
        found[:, first.classes_] = np.maximum(first.predict_proba(x), LEAST_PROBABILITY)
        return np.asarray(np.log(found / found.sum(axis=1, keepdims=True)), np.float32)


def boost(arrays: ArraySet, settings: BoostingSettings, outputs: int, *, seed: int) -> Boosted:
    """Train trees on a table.

    Args:
        arrays: x is (example, column); examples without a label are left out.
        settings: How.
        outputs: How many classes or values there are, also of those that do not occur.
        seed: Of the draws of columns' bins.

    Raises:
        SumikaError: if it is no table, or there is nothing to tell apart.
    """
    if arrays.x.ndim != 2:
        raise SumikaError(
            f"trees read tables (example, column), not {arrays.x.shape}",
            where="boost",
            remedy="Take a data source that gives a table, or a teacher of networks.",
        )
    # Loaded where trees are grown: reading a recipe needs their settings alone, and is done by every command.
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    shared = {
        "max_iter": settings.rounds,
        "learning_rate": settings.learning_rate,
        "max_leaf_nodes": settings.leaves,
        "min_samples_leaf": settings.least_in_leaf,
        "l2_regularization": settings.l2,
        "max_features": settings.column_share,
        "early_stopping": False,
        "random_state": seed,
    }
    if arrays.y.dtype != np.int64:
        models = [HistGradientBoostingRegressor(**shared).fit(arrays.x, column) for column in arrays.y.T]
        return Boosted(models, outputs)
    known = arrays.y != UNLABELLED
    if len(np.unique(arrays.y[known])) < 2:
        raise SumikaError("fewer than two classes have examples", where="boost", remedy="Look at the labels.")
    weights = None if settings.class_weights == "none" else "balanced"
    classifier = HistGradientBoostingClassifier(class_weight=weights, **shared)
    return Boosted([classifier.fit(arrays.x[known], arrays.y[known])], outputs)
