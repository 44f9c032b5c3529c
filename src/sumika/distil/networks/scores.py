"""Scores of classes and values, each with a 95 % interval by resampling whole groups: people, rooms, never frames."""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.compare import Interval

RESAMPLES = 2_000
Labels = NDArray[np.int64]
Groups = NDArray[np.str_]
Counts = NDArray[np.float64]
Metric = Callable[[Counts], Counts]


class ClassScores(msgspec.Struct, frozen=True, kw_only=True, tag="classes", tag_field="of"):
    """How well classes are told apart.

    Attributes:
        accuracy: Share that is right, 0..1.
        macro_f1: Mean over the classes of the harmonic mean of precision and recall, 0..1.
        kappa: Cohen's: agreement beyond what the classes' frequencies alone would give, at most 1.
        groups: How many people, rooms or sessions were resampled; with few of them the intervals are too narrow.
        examples: How many were scored.
    """

    accuracy: Interval
    macro_f1: Interval
    kappa: Interval
    groups: int
    examples: int


class ValueScores(msgspec.Struct, frozen=True, kw_only=True, tag="values", tag_field="of"):
    """How well values are foretold.

    Attributes:
        mean_absolute_error: In the values' own unit, over examples and outputs.
        groups: How many were resampled.
        examples: How many were scored.
    """

    mean_absolute_error: Interval
    groups: int
    examples: int


def accuracy(counts: Counts) -> Counts:
    """Return the share that is right; counts (..., truth, guess)."""
    return np.asarray(np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1)))


def macro_f1(counts: Counts) -> Counts:
    """Return the mean F1 of the classes that occur as truth or guess; counts (..., truth, guess)."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    either = counts.sum(axis=-1) + counts.sum(axis=-2)
    f1 = np.where(either > 0, 2 * right / np.maximum(either, 1e-12), 0.0)
    return np.asarray(f1.sum(axis=-1) / np.maximum((either > 0).sum(axis=-1), 1))


def kappa(counts: Counts) -> Counts:
    """Return Cohen's kappa (Cohen 1960); 0 where truth and guess are one and the same class throughout."""
    total = counts.sum(axis=(-2, -1))
    by_chance = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1) / total**2
    room = 1 - by_chance
    return np.asarray(np.where(room > 1e-12, (accuracy(counts) - by_chance) / np.maximum(room, 1e-12), 0.0))


METRICS: dict[str, Metric] = {"accuracy": accuracy, "macro_f1": macro_f1, "kappa": kappa}
"""Scores of classes by their names."""


def score_classes(y: Labels, guess: Labels, group: Groups, classes: int, *, seed: int = 0) -> ClassScores:
    """Score guesses; examples without a label (< 0) are left out.

    Args:
        y: True class per example.
        guess: Class that was guessed.
        group: Person, room or session per example; whole ones are resampled.
        classes: How many classes there are.
        seed: Of the resampling.

    Raises:
        ValueError: if nothing has a label.
    """
    counts = _counts(y, guess, group, classes)
    draws = _draws(len(counts), seed)
    return ClassScores(
        accuracy=_interval(accuracy, counts, draws),
        macro_f1=_interval(macro_f1, counts, draws),
        kappa=_interval(kappa, counts, draws),
        groups=len(counts),
        examples=int(counts.sum()),
    )


def gain(
    y: Labels, guess: Labels, other: Labels, group: Groups, classes: int, metric: Metric = accuracy, *, seed: int = 0
) -> Interval:
    """Return by how much `guess` is better than `other`, the same groups drawn for both.

    Args:
        y: True class per example.
        guess: Class that the one guessed.
        other: Class that the other guessed.
        group: As for `score_classes`.
        classes: How many classes there are.
        metric: What is compared: `accuracy`, `macro_f1` or `kappa`.
        seed: Of the resampling.

    Raises:
        ValueError: if nothing has a label.
    """
    first, second = _counts(y, guess, group, classes), _counts(y, other, group, classes)
    draws = _draws(len(first), seed)
    difference = metric(_resampled(first, draws)) - metric(_resampled(second, draws))
    value = float(metric(first.sum(axis=0)) - metric(second.sum(axis=0)))
    return _bounded(value, difference)


def score_values(y: NDArray[np.float32], found: NDArray[np.float32], group: Groups, *, seed: int = 0) -> ValueScores:
    """Score foretold values (example, output).

    Args:
        y: True ones.
        found: Those foretold.
        group: As for `score_classes`.
        seed: Of the resampling.
    """
    error = np.abs(y.astype(np.float64) - found).mean(axis=1)
    names, index = np.unique(group, return_inverse=True)
    sums = np.bincount(index, weights=error, minlength=len(names))
    sizes = np.bincount(index, minlength=len(names))
    draws = _draws(len(names), seed)
    drawn = (draws @ sums) / (draws @ sizes)
    return ValueScores(mean_absolute_error=_bounded(float(error.mean()), drawn), groups=len(names), examples=len(error))


def _counts(y: Labels, guess: Labels, group: Groups, classes: int) -> Counts:
    """Return (group, truth, guess)."""
    known = y >= 0
    if not known.any():
        raise ValueError("nothing has a label, so nothing can be scored")
    names, index = np.unique(group[known], return_inverse=True)
    counts = np.zeros((len(names), classes, classes))
    np.add.at(counts, (index, y[known], guess[known]), 1)
    return counts


def _draws(groups: int, seed: int) -> Counts:
    """Return (resample, group): how often each group is drawn."""
    random = np.random.default_rng(seed)
    return random.multinomial(groups, np.full(groups, 1 / groups), RESAMPLES).astype(np.float64)


def _resampled(counts: Counts, draws: Counts) -> Counts:
    return np.asarray(np.einsum("rg,gtp->rtp", draws, counts))


def _interval(metric: Metric, counts: Counts, draws: Counts) -> Interval:
    return _bounded(float(metric(counts.sum(axis=0))), metric(_resampled(counts, draws)))


def _bounded(value: float, drawn: Counts) -> Interval:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))
