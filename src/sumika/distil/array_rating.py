"""How teacher, student and plain student do by the one score that a recipe names, each calibrated by other groups."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.calibration import (
    Calibration,
    Score,
    Unseen,
    calibration_error,
    cross_fitted,
    fit_calibration,
    log_losses,
    plain_probabilities,
)
from sumika.distil.compare import Interval
from sumika.distil.networks.tallies import (
    MetricName,
    Tally,
    interval_of,
    tally_auc,
    tally_classes,
    tally_mean,
    value_of,
)

Array = NDArray[np.float32]
Labels = NDArray[np.int64]


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """One model by the recipe's score.

    Attributes:
        score: In the metric; decisions are calibrated by the groups of the other folds.
        log_loss: Of the calibrated probabilities, nats; None for values.
        error_before: Expected calibration error as the network says it; None for values.
        error_after: The same, calibrated by the groups of the other folds; None for values.
    """

    score: Interval
    log_loss: Interval | None = None
    error_before: float | None = None
    error_after: float | None = None


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of the examples that were left out in their turn.

    Attributes:
        y: Class per example, or (example, output).
        group: Person, room or session per example.
        fold: Which part of the groups each example was left out with.
        outputs: Number of outputs of a model.
    """

    y: NDArray[Any]
    group: NDArray[np.str_]
    fold: Labels
    outputs: int

    @property
    def is_classes(self) -> bool:
        """Whether y holds classes."""
        return bool(self.y.dtype == np.int64)

    def unseen(self, logits: Array) -> Unseen:
        """Return what a model has said of them."""
        return Unseen(logits=logits, y=self.y, group=self.group, fold=self.fold)


class Rating:
    """Rates several models on the same examples.

    Each is calibrated by the other folds of what it has said itself, or of `fitted_on`.

    Attributes:
        metric: By what.
        groups: How many groups have examples with a truth.
        tallies: Of the score, by model.
    """

    def __init__(
        self, metric: MetricName, truth: Truth, said: Mapping[str, Array], fitted_on: Unseen | None = None
    ) -> None:
        self.metric, self._truth, self._said, self._fitted_on = metric, truth, said, fitted_on
        self._known = truth.y >= 0 if truth.is_classes else np.ones(len(truth.y), bool)
        self._group = truth.group[self._known]
        self.groups = len(np.unique(self._group))
        self._probabilities: dict[str, NDArray[np.float64]] = {}
        self.tallies = {name: self._tally(name) for name in said}

    def _tally(self, name: str) -> Tally:
        truth, outputs = self._truth, self._said[name]
        if not truth.is_classes:
            error = np.abs(truth.y.astype(np.float64) - outputs).mean(axis=1)
            return tally_mean(error, truth.group)
        score = score_of(self.metric, truth.outputs)
        log_probabilities, decided = cross_fitted(truth.unseen(outputs), score, self._fitted_on)
        self._probabilities[name] = log_probabilities
        y = truth.y[self._known]
        if self.metric == "auc":
            return tally_auc(y, log_probabilities[self._known][:, 1], self._group)
        return tally_classes(self.metric, y, decided[self._known], self._group, truth.outputs)

    def rated(self, name: str) -> Rated:
        """Return how one model does."""
        score = interval_of(self.tallies[name], self.groups)
        if not self._truth.is_classes:
            return Rated(score=score)
        y, said = self._truth.y[self._known], self._probabilities[name][self._known]
        return Rated(
            score=score,
            log_loss=interval_of(tally_mean(log_losses(said, y), self._group), self.groups),
            error_before=calibration_error(plain_probabilities(self._said[name][self._known]), y),
            error_after=calibration_error(np.exp(said), y),
        )

    def gain(self, name: str, other: str) -> Interval:
        """Return by how much one is better than the other, the same groups drawn for both; of errors, smaller."""
        one, two = self.tallies[name], self.tallies[other]
        sign = 1.0 if self._truth.is_classes else -1.0
        return interval_of(lambda draws: sign * (one(draws) - two(draws)), self.groups)

    def kept(self, name: str, teacher: str) -> Interval:
        """Return the share of the teacher's score that one keeps; of errors, the teacher's over its own."""
        one, two = self.tallies[name], self.tallies[teacher]
        above, below = (one, two) if self._truth.is_classes else (two, one)
        return interval_of(lambda draws: above(draws) / np.maximum(below(draws), 1e-9), self.groups)


def score_of(metric: MetricName, classes: int) -> Score | None:
    """Return what decisions are moved for; None where the likeliest class is best, or nothing is decided."""
    if metric not in ("macro_f1", "kappa"):
        return None

    def score(y: Labels, guess: Labels) -> float:
        return value_of(tally_classes(metric, y, guess, np.zeros(len(y), np.str_), classes), 1)

    return score


def calibration_of(metric: MetricName, truth: Truth, outputs: Array) -> Calibration:
    """Return the calibration by every group, for a model that is kept."""
    if not truth.is_classes:
        return Calibration()
    return fit_calibration(outputs, truth.y, truth.group, score_of(metric, truth.outputs))
