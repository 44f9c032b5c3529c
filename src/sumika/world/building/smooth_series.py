"""Linear systems x' = A x + b advanced exactly where nothing swings: a Chebyshev series for the matrix exponential.

Heat that is only conducted and mixed never swings: the eigenvalues of A lie on [-bound, 0]. There a Chebyshev series of
phi2(z) = (e^z - 1 - z) / z^2 needs about sqrt(bound h) terms where the Taylor series needs bound h times six. With
w = phi2(h A) v and v = A x + b it gives the integral over the step, x h + h^2 w, and from that the end,
x + h (v + h A w): what flows, by the integral, is exactly what is missing from x.
Cf. L. Bergamaschi, M. Vianello, Numer. Linear Algebra Appl. 7 (2000) 27-45.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from sumika.compiled import compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

STEPS_PER_DOUBLING = 8
"""Series are kept for bounds that lie so close together, and taken for the next greater one."""

TOLERANCE = 1e-15
"""Coefficients below are noise of their own computation."""

MOST_GROWTH = 12.0
"""Logarithm of how much the terms of a series may grow off the real axis: six of sixteen digits are at stake."""

_LEAST_BOUND = 0.25


def series_of(bound: float) -> tuple[float, Array]:
    """Return a series for a bound of h A: the bound it is for, and its coefficients.

    Args:
        bound: Of the magnitude of the eigenvalues of h A.
    """
    number = math.ceil(STEPS_PER_DOUBLING * math.log2(max(bound, _LEAST_BOUND)))
    return _series(number)


@lru_cache(maxsize=256)
def _series(number: int) -> tuple[float, Array]:
    bound = 2.0 ** (number / STEPS_PER_DOUBLING)
    count = 24 + int(4.0 * math.sqrt(bound) + 8.0 * math.log2(1.0 + bound))
    angle = (np.arange(count) + 0.5) * np.pi / count
    values = _phi2(0.5 * bound * (np.cos(angle) - 1.0))
    coefficients = dct(values, type=2) / count
    coefficients[0] *= 0.5
    kept = np.flatnonzero(np.abs(coefficients) > TOLERANCE * np.abs(coefficients).max())
    return bound, np.ascontiguousarray(coefficients[: kept[-1] + 1])


def _phi2(z: Array) -> Array:
    """Return (e^z - 1 - z) / z^2 without cancellation."""
    small = np.abs(z) < 1.0
    safe = np.where(small, -1.0, z)
    total, term = np.zeros_like(z), np.full_like(z, 0.5)
    for k in range(3, 25):
        total += term
        term = term * np.where(small, z, 0.0) / k
    result: Array = np.where(small, total, (np.expm1(safe) - safe) / (safe * safe))
    return result


@compiled
def swing(rates: Array, weights: Array) -> float:
    """Return a bound of how far the eigenvalues of moving air lie off the real axis, 1/s.

    It is the largest row sum of the antisymmetric part, nodes scaled by the root of their capacity.

    Args:
        rates: (room, room) what the air does to the nodes of the air, 1/s.
        weights: (room,) their capacities.
    """
    largest = 0.0
    for i in range(len(weights)):
        total = 0.0
        for j in range(len(weights)):
            scale = np.sqrt(weights[i] / weights[j])
            total += 0.5 * abs(rates[i, j] * scale - rates[j, i] / scale)
        largest = max(largest, total)
    return largest


def holds(coefficients: Array, off_axis: float) -> bool:
    """Return whether a series is good for eigenvalues a little off the real axis.

    On an ellipse round [-1, 1] of half height s the Chebyshev polynomial of degree k reaches e^(k asinh s).

    Args:
        coefficients: (term,) of the series.
        off_axis: Largest imaginary part over half of the bound.
    """
    return len(coefficients) * math.asinh(off_axis) <= MOST_GROWTH


@compiled
def _product(values: Array, columns: Indices, starts: Indices, vector: Array, result: Array) -> None:
    for row in range(len(result)):
        total = 0.0
        for entry in range(starts[row], starts[row + 1]):
            total += values[entry] * vector[columns[entry]]
        result[row] = total


@compiled
def advance_smooth(
    values: Array,
    columns: Indices,
    starts: Indices,
    drive: Array,
    state: Array,
    integral: Array,
    seconds: float,
    bound: float,
    coefficients: Array,
) -> None:
    """Advance x' = A x + b by one step, A compressed by rows, its eigenvalues on the negative real axis or near it.

    Args:
        values: (entry,) of A, 1/s.
        columns: (entry,) column of each.
        starts: (row + 1,) where each row begins.
        drive: (row,) b, constant over the step.
        state: (row,) x, advanced in place.
        integral: (row,) set to the integral of x over the step.
        seconds: Length of the step.
        bound: Of the eigenvalues of A times the step.
        coefficients: (term,) of the series for that bound.
    """
    size = len(state)
    v, w, product = np.empty(size), np.empty(size), np.empty(size)
    _product(values, columns, starts, state, v)
    v += drive
    scale = 2.0 * seconds / bound
    before = v.copy()
    _product(values, columns, starts, v, product)
    now = scale * product + v
    w[:] = coefficients[0] * before
    if len(coefficients) > 1:
        w += coefficients[1] * now
    for k in range(2, len(coefficients)):
        _product(values, columns, starts, now, product)
        coefficient = coefficients[k]
        for row in range(size):
            following = 2.0 * (scale * product[row] + now[row]) - before[row]
            before[row] = now[row]
            now[row] = following
            w[row] += coefficient * following
    _product(values, columns, starts, w, product)
    for row in range(size):
        integral[row] = seconds * (state[row] + seconds * w[row])
        state[row] += seconds * (v[row] + seconds * product[row])
