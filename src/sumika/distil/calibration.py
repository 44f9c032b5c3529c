"""Calibration of a student: a temperature and a shift for each class, and how its answers become decisions.

Fitted on what networks have said of groups (people, rooms) that they had not learnt from. The house applies it with
numpy alone.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Labels = NDArray[np.int64]
Groups = NDArray[np.str_]
Score = Callable[[Labels, Labels], float]
"""Of (truth, guess); the higher the better."""

CALIBRATED = 3
"""Version of how this is done: what was rated otherwise is rated again."""

EXAMPLES_OF_A_GROUP = 20
"""So many independent examples does a group count for, however long it was recorded: with few people the fit stays
near what the network says by itself."""
LEAST_GROUPS_FOR_SHIFT = 8
"""With three people, shifts cost three points of accuracy on a fourth."""
PARTS_LEFT_OUT = 5
"""Into so many parts are the groups put to ask whether a shift helps those that it was not fitted on."""

SHIFT_SPREAD, LOG_TEMPERATURE_SPREAD = 1.0, 0.5
"""What shifts and temperatures are like before anything is known, as deviations."""
BINS = 15
POWERS = np.linspace(0.0, 1.0, 11)


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How outputs of classes become probabilities and decisions.

    Attributes:
        temperature: Outputs are divided by it.
        shift: Then added to each class.
        decision: Added to the logarithm of each probability before the largest is taken: 0 for the likeliest class.
            Scores in which rare classes count more ask for more than that.
    """

    temperature: float = 1.0
    shift: tuple[float, ...] = ()
    decision: tuple[float, ...] = ()

    def log_probabilities(self, logits: NDArray[np.float32] | Real) -> Real:
        """Return the logarithms of the probabilities (example, class)."""
        shift = np.array(self.shift) if self.shift else 0.0
        return _log_softmax(logits.astype(np.float64) / self.temperature + shift)

    def decide(self, log_probabilities: Real) -> Labels:
        """Return the class that is decided for (example,)."""
        preferred = np.array(self.decision) if self.decision else 0.0
        return np.asarray((log_probabilities + preferred).argmax(axis=1), np.int64)


def fit_calibration(logits: NDArray[np.float32], y: Labels, group: Groups, score: Score | None = None) -> Calibration:
    """Return temperature and shift of the least log-loss, near 1 and 0 where few groups are known.

    Shifts are fitted only from `LEAST_GROUPS_FOR_SHIFT` groups on, and kept only where groups that are left out in
    their turn are told better with them.

    Args:
        logits: (example, class), of networks that had not learnt from the example's group.
        y: Class per example; those below 0 do not count.
        group: Person, room or session per example.
        score: What decisions shall be good at; None decides for the likeliest class.
    """
    known = y >= 0
    if not known.any():
        return Calibration()
    logits, y, group = logits[known], y[known], group[known]
    # How often a class occurs, and is mistaken, differs so much from one person to the next that few say nothing of it.
    shifted = len(np.unique(group)) >= LEAST_GROUPS_FOR_SHIFT and _shift_helps(logits, y, group)
    made = _fitted(logits, y, len(np.unique(group)), shifted=shifted)
    return made if score is None else _decided(made, logits, y, score)


def _shift_helps(logits: NDArray[np.float32], y: Labels, group: Groups) -> bool:
    """Return whether shifts cost groups that they were not fitted on less log-loss, by more than its standard error."""
    names, place = np.unique(group, return_inverse=True)
    gained = np.empty(len(y))
    for part in range(PARTS_LEFT_OUT):
        own = place % PARTS_LEFT_OUT == part
        groups = len(np.unique(place[~own]))
        plain, shifted = (_fitted(logits[~own], y[~own], groups, shifted=one) for one in (False, True))
        losses = [log_losses(one.log_probabilities(logits[own]), y[own]) for one in (plain, shifted)]
        gained[own] = losses[0] - losses[1]
    means = np.bincount(place, weights=gained) / np.bincount(place)
    return bool(means.mean() > means.std(ddof=1) / np.sqrt(len(names)))


def _fitted(logits: NDArray[np.float32], y: Labels, groups: int, *, shifted: bool) -> Calibration:
    """Return temperature and, if wanted, shifts of the least log-loss; y all at least 0."""
    from scipy.optimize import minimize  # 50 MB that a house which only applies it does without

    classes, weight = logits.shape[1], EXAMPLES_OF_A_GROUP * groups
    raw, truth = logits.astype(np.float64), np.eye(logits.shape[1])[y]

    def loss(parameters: Real) -> tuple[float, Real]:
        log_scale, shift = parameters[0], parameters[1:]
        scaled = raw * np.exp(log_scale)
        said = _log_softmax(scaled + shift)
        wrong = np.exp(said) - truth
        slope = np.append((wrong * scaled).sum(axis=1).mean(), wrong.mean(axis=0)) * weight
        prior = np.append(log_scale / LOG_TEMPERATURE_SPREAD**2, shift / SHIFT_SPREAD**2)
        value = -weight * said[np.arange(len(y)), y].mean() + 0.5 * float(prior @ parameters)
        return value, slope + prior

    most_shift = 4.0 if shifted else 0.0
    bounds = [(-4.0, 4.0), *[(-most_shift, most_shift)] * classes]
    found = minimize(loss, np.zeros(1 + classes), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(temperature=float(np.exp(-found[0])), shift=tuple(np.round(found[1:], 6).tolist()))


def _decided(made: Calibration, logits: NDArray[np.float32], y: Labels, score: Score) -> Calibration:
    """Return the same with decisions moved towards rare classes as far as the score likes it: one number is chosen."""
    said = made.log_probabilities(logits)
    share = np.bincount(y, minlength=logits.shape[1]) / len(y)
    rarity = -np.log(np.maximum(share, 1e-3))
    tries = [msgspec.structs.replace(made, decision=tuple((power * rarity).tolist())) for power in POWERS]
    values = [score(y, one.decide(said)) for one in tries]
    best = tries[int(np.argmax(values))]
    return made if best is tries[0] else best


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """What networks have said of examples that were left out in their turn.

    Attributes:
        logits: (example, class).
        y: Class per example; those below 0 do not count.
        group: Person, room or session per example.
        fold: Which part of the groups each example was left out with.
    """

    logits: NDArray[np.float32]
    y: Labels
    group: Groups
    fold: Labels


def cross_fitted(asked: Unseen, score: Score | None = None, fitted_on: Unseen | None = None) -> tuple[Real, Labels]:
    """Return log-probabilities (example, class) and decisions, each fold's calibrated by the others alone.

    Args:
        asked: What is calibrated.
        score: What decisions shall be good at; None decides for the likeliest class.
        fitted_on: What it is fitted on, of the same folds; None for what is calibrated.
    """
    said, decided = np.empty(asked.logits.shape), np.empty(len(asked.y), np.int64)
    fit = fitted_on or asked
    for part in np.unique(asked.fold):
        own, others = asked.fold == part, fit.fold != part
        made = fit_calibration(fit.logits[others], fit.y[others], fit.group[others], score)
        said[own] = made.log_probabilities(asked.logits[own])
        decided[own] = made.decide(said[own])
    return said, decided


def calibration_error(probabilities: Real, y: Labels) -> float:
    """Return the expected calibration error of the likeliest class: `BINS` bins of equal width (Guo et al. 2017).

    Args:
        probabilities: (example, class).
        y: Class per example; those below 0 do not count.
    """
    known = y >= 0
    if not known.any():
        return float("nan")
    sure, right = probabilities[known].max(axis=1), probabilities[known].argmax(axis=1) == y[known]
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gap = np.bincount(bins, weights=right - sure, minlength=BINS)
    return float(np.abs(gap).sum() / len(sure))


def log_losses(log_probabilities: Real, y: Labels) -> Real:
    """Return what each example costs: minus the logarithm of its true class' probability (nats); y all at least 0."""
    return np.asarray(-log_probabilities[np.arange(len(y)), y])


def plain_probabilities(logits: NDArray[np.float32]) -> Real:
    """Return the probabilities as a network says them, uncalibrated."""
    return np.exp(_log_softmax(logits.astype(np.float64)))


def _log_softmax(x: Real) -> Real:
    return np.asarray(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
