"""Scores as functions of how often each group is drawn.

So intervals, differences and ratios of any score, by resampling whole groups, come from the same few lines.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sumika.distil.compare import Interval
from sumika.distil.networks.scores import METRICS, RESAMPLES

Real = NDArray[np.float64]
Labels = NDArray[np.int64]
Groups = NDArray[np.str_]
MetricName = Literal["accuracy", "macro_f1", "kappa", "auc", "error"]
Tally = Callable[[Real], Real]
"""Takes how often each group is drawn (draw, group) and returns the score of each draw (draw,)."""


def tally_classes(metric: str, y: Labels, guess: Labels, group: Groups, classes: int) -> Tally:
    """Return the tally of a score of guesses: "accuracy", "macro_f1" or "kappa".

    Args:
        metric: Which.
        y: True class per example; none below 0.
        guess: Class that was guessed.
        group: Person, room or session per example.
        classes: How many classes there are.
    """
    names, index = np.unique(group, return_inverse=True)
    counts = np.zeros((len(names), classes, classes))
    np.add.at(counts, (index, y, guess), 1)
    return lambda draws: METRICS[metric](np.einsum("rg,gtp->rtp", draws, counts))


def tally_auc(y: Labels, score: Real, group: Groups) -> Tally:
    """Return the tally of the area under the curve of two classes, over all pairs of examples, whoever's they are.

    Args:
        y: 1 for what is looked for, 0 for the rest.
        score: The higher, the more likely 1.
        group: As for `tally_classes`.

    A draw in which only one of the classes occurs counts as 0.5: it says nothing.
    """
    names, index = np.unique(group, return_inverse=True)
    wins = np.zeros((len(names), len(names)))  # of positives of one group over negatives of another
    for other in range(len(names)):
        rest = np.sort(score[(index == other) & (y == 0)])
        below = np.searchsorted(rest, score[y == 1], "left") + np.searchsorted(rest, score[y == 1], "right")
        np.add.at(wins[:, other], index[y == 1], below / 2)
    found, absent = (np.bincount(index[y == of], minlength=len(names)).astype(float) for of in (1, 0))

    def auc(draws: Real) -> Real:
        pairs = (draws @ found) * (draws @ absent)
        won = np.einsum("rg,gh,rh->r", draws, wins, draws)
        return np.asarray(np.where(pairs > 0, won / np.maximum(pairs, 1), 0.5))

    return auc


def tally_mean(value: Real, group: Groups) -> Tally:
    """Return the tally of the mean of a value per example: an error, a log-loss."""
    names, index = np.unique(group, return_inverse=True)
    sums, sizes = np.bincount(index, weights=value, minlength=len(names)), np.bincount(index, minlength=len(names))
    return lambda draws: np.asarray((draws @ sums) / (draws @ sizes))


def value_of(tally: Tally, groups: int) -> float:
    """Return the score of every group drawn once."""
    return float(tally(np.ones((1, groups)))[0])


def interval_of(of: Callable[[Real], Real], groups: int, *, seed: int = 0) -> Interval:
    """Return the value of a tally, or of anything made of several, with its 95 % interval over draws of the groups.

    Args:
        of: A `Tally`, or a function of the draws that makes something of several: the same draws reach all of them.
        groups: How many there are.
        seed: Of the draws.
    """
    draws = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), RESAMPLES)
    low, high = np.quantile(of(draws.astype(np.float64)), [0.025, 0.975])
    return Interval(value=value_of(of, groups), low=float(low), high=float(high))
