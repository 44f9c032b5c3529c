"""How well sentences are read: whole readings, right or not, and how sure a student may be of them."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.compare import Interval
from sumika.distil.networks.tallies import interval_of, tally_mean
from sumika.distil.sentence_data import Coded, Labelled
from sumika.distil.sentence_fit import Answers
from sumika.distil.sentence_reading import EVIDENCE, Read, Reading, probability, read, said_of

Flags = NDArray[np.bool_]
Real = NDArray[np.float64]
RIDGE = 1e-3
SURE = 0.9


class SentenceScore(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation set of one domain.

    Attributes:
        part: The set.
        domain: The language.
        examples: How many sentences.
        groups: Made from how many lines of a grammar; whole ones are drawn for the intervals.
        exact: By whom: the share whose whole reading is right.
    """

    part: str
    domain: str
    examples: int
    groups: int
    exact: dict[str, Interval]


class Sureness(msgspec.Struct, frozen=True, kw_only=True):
    """How far probabilities may be trusted.

    Attributes:
        weights: For `Reading.sure`.
        error: Expected calibration error over all that is scored.
        answered: Share of the sentences that ask for something whose probability is at least `SURE`.
        right: Share of these that are read rightly.
    """

    weights: tuple[float, ...]
    error: float
    answered: float
    right: float


def readings_of(lines: Sequence[Labelled], asked: Coded, answers: Answers, reading: Reading) -> list[Read]:
    """Return what each sentence is read as, by a network's answers."""
    found = []
    for row, line in enumerate(lines):
        marks = answers.marks[asked.starts[row] : asked.starts[row + 1]]
        said = said_of(answers.intents[row], answers.statistics[row], marks)
        found.append(read(line.text, said, reading))
    return found


def is_right(line: Labelled, found: Read, reading: Reading) -> bool:
    """Return whether a reading is the label, wholly: intent, statistic, and every piece letter for letter."""
    if reading.intents[found.intent] != line.intent:
        return False
    if line.statistic and reading.statistics[found.statistic] != line.statistic:
        return False
    pieces = sorted((reading.pieces[kind], first, last) for kind, first, last in found.pieces)
    return pieces == sorted(line.pieces)


def rights(lines: Sequence[Labelled], found: Sequence[Read], reading: Reading) -> Flags:
    """Return whether each is right (sentence,)."""
    return np.array([is_right(line, one, reading) for line, one in zip(lines, found, strict=True)], bool)


def scores_of(lines: Sequence[Labelled], right: dict[str, Flags]) -> list[SentenceScore]:
    """Return the scores of each set and domain, by whom."""
    found = []
    for part, domain in dict.fromkeys((line.part, line.domain) for line in lines):
        rows = np.array([line.part == part and line.domain == domain for line in lines])
        groups = np.array([line.group for line in lines])[rows]
        exact = {who: mean_of(flags[rows], groups) for who, flags in right.items()}
        found.append(
            SentenceScore(
                part=part, domain=domain, examples=int(rows.sum()), groups=len(np.unique(groups)), exact=exact
            )
        )
    return found


def mean_of(values: Flags | Real, groups: NDArray[np.str_]) -> Interval:
    """Return a mean with its interval by drawing whole groups."""
    return interval_of(tally_mean(values.astype(np.float64), groups), len(np.unique(groups)))


def sureness_of(lines: Sequence[Labelled], found: Sequence[Read], right: Flags) -> Sureness:
    """Return weights that make evidence the probability of being right: a logistic regression (Platt 1999).

    Every set counts alike, the one with phrasings that nobody has learnt from too: the house hears such.

    Args:
        lines: What was read.
        found: The readings.
        right: Whether they are right.
    """
    from scipy.optimize import minimize

    rows = np.array([number for number, one in enumerate(found) if one.intent])
    if not len(rows):
        return Sureness(weights=(1.0, 1.0, 0.0, 0.0, 0.0), error=0.0, answered=0.0, right=0.0)
    x = np.array([(*found[row].evidence, 1.0) for row in rows])
    y = right[rows].astype(np.float64)

    def loss(weights: Real) -> tuple[float, Real]:
        value = x @ weights
        said = 1 / (1 + np.exp(-np.clip(value, -50, 50)))
        cost = np.logaddexp(0, value) - y * value
        return float(cost.mean() + RIDGE * weights @ weights), x.T @ (said - y) / len(y) + 2 * RIDGE * weights

    bounds = [(0.0, None)] * EVIDENCE + [(None, None)]
    made = minimize(loss, np.array([1.0, 1.0, 0.1, 0.1, 0.5]), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = tuple(np.round(made, 6).tolist())
    said = 1 / (1 + np.exp(-x @ np.array(weights)))
    bins = np.minimum((said * 15).astype(int), 14)
    gap = np.bincount(bins, weights=y - said, minlength=15)
    sure = said >= SURE
    return Sureness(
        weights=weights,
        error=float(np.abs(gap).sum() / len(y)),
        answered=float(sure.mean()),
        right=float(y[sure].mean()) if sure.any() else 0.0,
    )


def is_allowed(found: Read, reading: Reading) -> bool:
    """Return whether a reading is one that the table allows; every one is, this only counts."""
    kinds = [kind for kind, _, _ in found.pieces]
    return set(kinds) <= set(reading.takes[found.intent]) and len(set(kinds)) == len(kinds)


__all__ = ["SentenceScore", "Sureness", "is_allowed", "mean_of", "probability", "readings_of", "rights", "scores_of"]
