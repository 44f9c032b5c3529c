"""Air that moves: the pressure of each room at which as much air goes out as comes in, and the flows that follow.

A path between two zones lets through Q = C |dp|^n (n = 0.5 for openings, 2/3 for cracks: M. W. Liddament, Air
Infiltration Calculation Techniques, AIVC 1986; Japan's C value uses 1/1.5 too). Pressures at a path's height come from
the zone's reference pressure and the weight of its air. Newton's method on the pressures, damped; the system is the
gradient of a convex function, so that it has one solution.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

GRAVITY_M_S2 = 9.81
SMOOTH_PA = 1e-4
"""Below this difference of pressure a flow is proportional to it: laminar flow is, and Newton's method needs it."""

TOLERANCE_M3_S = 1e-8
MOST_ROUNDS = 60


@compiled
def path_flow(difference_pa: float, coefficient: float, exponent: float) -> tuple[float, float]:
    """Return flow (m³/s) and its derivative by the pressure difference."""
    squared = difference_pa * difference_pa + SMOOTH_PA * SMOOTH_PA
    power = coefficient * squared ** (0.5 * (exponent - 1.0))
    slope = power * (1.0 + (exponent - 1.0) * difference_pa * difference_pa / squared)
    return power * difference_pa, slope


@compiled
def solve_in_place(matrix: Array, right: Array) -> None:
    """Solve a symmetric positive definite system, the solution in `right`; Gauss without pivots.

    Args:
        matrix: (row, column), used up.
        right: (row,).
    """
    size = len(right)
    for pivot in range(size):
        for row in range(pivot + 1, size):
            factor = matrix[row, pivot] / matrix[pivot, pivot]
            if factor != 0.0:
                for column in range(pivot, size):
                    matrix[row, column] -= factor * matrix[pivot, column]
                right[row] -= factor * right[pivot]
    for row in range(size - 1, -1, -1):
        total = right[row]
        for column in range(row + 1, size):
            total -= matrix[row, column] * right[column]
        right[row] = total / matrix[row, row]


@compiled
def _difference(pressure: Array, first: int, second: int, lift_pa: float) -> float:
    difference = lift_pa
    if first >= 0:
        difference += pressure[first]
    if second >= 0:
        difference -= pressure[second]
    return difference


@compiled
def imbalance(
    pressure: Array,
    ends: Indices,
    lift_pa: Array,
    coefficients: Array,
    exponents: Array,
    driven: Array,
    rest: Array,
    slopes: Array,
) -> float:
    """Set how much more air goes into each room than out of it, and how that changes with the pressures.

    Args:
        pressure: (room,) above that of the outside at the ground.
        ends: (path, 2) zones that it joins; -1 is the outside.
        lift_pa: (path,) wind and weight of the air: added to the difference first minus second.
        coefficients: (path,).
        exponents: (path,).
        driven: (room,) air that fans bring in, less what they take out.
        rest: (room,) set to the imbalance.
        slopes: (room, room) set to minus its derivative.

    Returns:
        Sum of squares of the imbalance.
    """
    rest[:] = driven
    slopes[:] = 0.0
    for path in range(len(ends)):
        first, second = ends[path, 0], ends[path, 1]
        difference = _difference(pressure, first, second, lift_pa[path])
        flow, slope = path_flow(difference, coefficients[path], exponents[path])
        if first >= 0:
            rest[first] -= flow
            slopes[first, first] += slope
        if second >= 0:
            rest[second] += flow
            slopes[second, second] += slope
        if first >= 0 and second >= 0:
            slopes[first, second] -= slope
            slopes[second, first] -= slope
    return float(np.dot(rest, rest))


@compiled
def balance(
    pressure: Array, ends: Indices, lift_pa: Array, coefficients: Array, exponents: Array, driven: Array
) -> int:
    """Find the pressures at which every room is in balance, beginning at those given; return the rounds it took.

    Args:
        pressure: (room,), changed in place.
        ends: (path, 2) zones that it joins; -1 is the outside.
        lift_pa: (path,) wind and weight of the air: added to the difference first minus second.
        coefficients: (path,).
        exponents: (path,).
        driven: (room,) air that fans bring in, less what they take out.
    """
    size = len(pressure)
    rest, slopes = np.empty(size), np.empty((size, size))
    tried, tried_rest, tried_slopes = np.empty(size), np.empty(size), np.empty((size, size))
    error = imbalance(pressure, ends, lift_pa, coefficients, exponents, driven, rest, slopes)
    for rounds in range(MOST_ROUNDS):
        if error < size * TOLERANCE_M3_S**2:
            return rounds
        step = rest.copy()
        solve_in_place(slopes.copy(), step)
        damping = 1.0
        for _ in range(8):
            tried[:] = pressure + damping * step
            now = imbalance(tried, ends, lift_pa, coefficients, exponents, driven, tried_rest, tried_slopes)
            if now < (1.0 - 0.25 * damping) * error:
                break
            damping *= 0.5
        pressure[:] = tried
        rest[:] = tried_rest
        slopes[:] = tried_slopes
        error = now
    return MOST_ROUNDS


@compiled
def flows(
    pressure: Array,
    ends: Indices,
    lift_pa: Array,
    coefficients: Array,
    exponents: Array,
    driven: Array,
    cracks: NDArray[np.bool_],
    between: Array,
    through: Array,
) -> None:
    """Set what flows from zone to zone at given pressures; what balance still lacks goes through cracks.

    Args:
        pressure: (room,) in balance.
        ends: (path, 2) zones that it joins; -1 is the outside.
        lift_pa: (path,) wind and weight of the air: added to the difference first minus second.
        coefficients: (path,).
        exponents: (path,).
        driven: (room,) air that fans bring in, less what they take out.
        cracks: (path,) whether particles are caught on the way.
        between: (room, room) flow into the first from the second is added, m³/s.
        through: (room, 3) in through cracks, in through openings and out are added, m³/s.
    """
    rest = driven.copy()
    for path in range(len(ends)):
        first, second = ends[path, 0], ends[path, 1]
        difference = _difference(pressure, first, second, lift_pa[path])
        flow, _ = path_flow(difference, coefficients[path], exponents[path])
        source, target = (first, second) if flow >= 0.0 else (second, first)
        amount = abs(flow)
        if source >= 0:
            rest[source] -= amount
        if target >= 0:
            rest[target] += amount
        if source >= 0 and target >= 0:
            between[target, source] += amount
        elif source >= 0:
            through[source, 2] += amount
        elif target >= 0:
            through[target, 0 if cracks[path] else 1] += amount
    for room in range(len(rest)):
        if rest[room] > 0.0:
            through[room, 2] += rest[room]
        else:
            through[room, 0] -= rest[room]
