"""How far a student's probabilities and values may lie off for one more person, from people it had not learnt from."""

import msgspec
import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Groups = NDArray[np.str_]
BINS = 8
LEAST = 0.01


class Uncertainty(msgspec.Struct, frozen=True, kw_only=True):
    """Deviations.

    Attributes:
        sure: Middles of ranges of the likeliest class' probability, rising; empty for values.
        off: How far the share that is right lies off that probability from group to group, in each range.
        values: Root mean square of the error of values, in their own units; 0 for classes.
    """

    sure: tuple[float, ...] = ()
    off: tuple[float, ...] = ()
    values: float = 0.0

    def of(self, probability: float | None) -> float:
        """Return the deviation: of the likeliest class' probability, or of values where there is none."""
        if probability is None or not self.sure:
            return self.values
        return float(np.interp(probability, self.sure, self.off))


def uncertainty_of_classes(sure: Real, right: NDArray[np.bool_], group: Groups) -> Uncertainty:
    """Return how far a probability lies off from group to group.

    In each range of probabilities the squared distance between the share that is right and the probability is
    averaged over the groups, less what chance alone would give to so few examples.

    Args:
        sure: Calibrated probability of the likeliest class (example,).
        right: Whether it was the true one.
        group: Person, room or session.
    """
    order = np.argsort(sure, kind="stable")
    middles, off = [], []
    for rows in np.array_split(order, min(BINS, max(1, len(order) // 20))):
        _, index = np.unique(group[rows], return_inverse=True)
        size = np.bincount(index)
        gap = np.bincount(index, weights=right[rows] - sure[rows]) / size
        chance = np.bincount(index, weights=sure[rows] * (1 - sure[rows])) / size**2
        beyond = float(np.average(gap**2 - chance, weights=size))
        of_mean = float(sure[rows].mean() * (1 - sure[rows].mean())) / len(rows)
        middles.append(float(np.median(sure[rows])))
        off.append(float(np.sqrt(max(beyond, of_mean, LEAST**2))))
    return Uncertainty(sure=tuple(middles), off=tuple(off))


def uncertainty_of_values(error: Real) -> Uncertainty:
    """Return the root mean square of errors (example, output)."""
    return Uncertainty(values=float(np.sqrt(np.mean(error**2))))
