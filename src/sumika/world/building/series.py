"""Linear systems x' = A x + b advanced exactly: the Taylor series of the matrix exponential's action, in substeps.

With v = A x + b the solution is x(h) = x + sum over k of h^k/k! A^(k-1) v, and its integral over the step x h + sum of
h^(k+1)/(k+1)! A^(k-1) v: both from the same vectors, so that what flows (by the integral) is what is missing from x.
Cf. A. H. Al-Mohy, N. J. Higham, "Computing the action of the matrix exponential", SIAM J. Sci. Comput. 33 (2011)
488-511.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LARGEST_NORM = 4.0
"""Norm of the substep's matrix: e^4 costs two digits of sixteen in cancellation, and it saves substeps."""

MOST_TERMS = 60
TOLERANCE = 1e-15


@compiled
def sparse_norm(values: Array, starts: Indices) -> float:
    """Return the largest sum of magnitudes in a row of a compressed sparse matrix.

    Args:
        values: (entry,) of the matrix.
        starts: (row + 1,) where each row begins in `values`.
    """
    largest = 0.0
    for row in range(len(starts) - 1):
        total = 0.0
        for entry in range(starts[row], starts[row + 1]):
            total += abs(values[entry])
        largest = max(largest, total)
    return largest


@compiled
def advance_sparse(
    values: Array, columns: Indices, starts: Indices, drive: Array, state: Array, integral: Array, seconds: float
) -> None:
    """Advance x' = A x + b by one step, A compressed by rows.

    Args:
        values: (entry,) of A, 1/s.
        columns: (entry,) column of each.
        starts: (row + 1,) where each row begins.
        drive: (row,) b, constant over the step.
        state: (row,) x, advanced in place.
        integral: (row,) set to the integral of x over the step.
        seconds: Length of the step.
    """
    size = len(state)
    substeps = max(1, int(np.ceil(sparse_norm(values, starts) * seconds / LARGEST_NORM)))
    h = seconds / substeps
    term, following = np.empty(size), np.empty(size)
    integral[:] = 0.0
    for _ in range(substeps):
        for row in range(size):
            total = drive[row]
            for entry in range(starts[row], starts[row + 1]):
                total += values[entry] * state[columns[entry]]
            term[row] = total * h
            integral[row] += h * state[row]
        small = 0
        for k in range(1, MOST_TERMS):
            largest, scale = 0.0, 1e-300
            for row in range(size):
                state[row] += term[row]
                integral[row] += term[row] * h / (k + 1)
                largest = max(largest, abs(term[row]))
                scale = max(scale, abs(state[row]))
            small = small + 1 if largest <= TOLERANCE * scale else 0
            if small == 2 or largest == 0.0:
                break
            for row in range(size):
                total = 0.0
                for entry in range(starts[row], starts[row + 1]):
                    total += values[entry] * term[columns[entry]]
                following[row] = total * h / (k + 1)
            term, following = following, term


@compiled
def advance_dense(matrix: Array, drive: Array, state: Array, integral: Array, seconds: float) -> None:
    """Advance x' = A x + b by one step, A full.

    Args:
        matrix: (row, column) A, 1/s.
        drive: (row,) b, constant over the step.
        state: (row,) x, advanced in place.
        integral: (row,) set to the integral of x over the step.
        seconds: Length of the step.
    """
    size = len(state)
    starts = np.arange(size + 1) * size
    columns = np.empty(size * size, np.int64)
    for row in range(size):
        for column in range(size):
            columns[row * size + column] = column
    advance_sparse(matrix.copy().reshape(size * size), columns, starts, drive, state, integral, seconds)
