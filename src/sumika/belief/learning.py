"""Learning a house from ordinary life: the parameters that would have predicted the last weeks best.

Not one step ahead, for a plan looks a day ahead: the model runs freely from the filtered state for a day at a time, and
how far it strays, together with how far parameters stray from the description, is made least (Gauss-Newton, maximum a
posteriori). Errors of a run go together: a week is worth a few dozen independent readings.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FREE_RUN_ROWS = 96
FIT_K = 0.35
"""Standard deviation of a free run's error that a good model has."""

CORRELATED_ROWS = 12.0
"""So many neighbouring errors count as one."""

_STEP = 1e-3
_GROWS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned.

    Attributes:
        theta: (parameter,).
        spread: (parameter,) standard deviation of what is still not known.
        misfit: Root mean square of the free runs' errors.
        rounds: How many were taken.
    """

    theta: Array
    spread: Array
    misfit: float
    rounds: int


def learn(
    errors: Callable[[Array], Array],
    start: Array,
    prior: Array,
    spread: Array,
    *,
    sigma: float = FIT_K,
    rounds: int = 12,
    active: NDArray[np.bool_] | None = None,
) -> Learned:
    """Return the parameters of the highest posterior density.

    Args:
        errors: theta -> (reading,) how far the model is off; NaN where nothing was measured.
        start: (parameter,) where to begin.
        prior: (parameter,).
        spread: (parameter,) of the prior.
        sigma: Standard deviation of an error.
        rounds: At most so many.
        active: (parameter,) which are learned; the others stay where they are.
    """
    active = np.ones(len(start), bool) if active is None else active
    weight = 1.0 / (sigma * np.sqrt(CORRELATED_ROWS))
    theta, damping = start.copy(), 1e-2
    said = errors(theta)
    cost = _cost(said, weight, theta, prior, spread)
    hessian = np.eye(int(active.sum()))
    taken = 0
    for _round in range(rounds):
        gradient, hessian = _normal(errors, said, theta, active, weight)
        gradient += ((theta - prior) / spread**2)[active]
        hessian += np.diag(1.0 / spread[active] ** 2)
        better = False
        for _try in range(5):
            step = np.linalg.solve(hessian + damping * np.diag(np.diag(hessian)), -gradient)
            tried = theta.copy()
            # No parameter moves by more than the half of what was unknown of it: the model is not linear so far.
            tried[active] += np.clip(step, -spread[active], spread[active])
            told = errors(tried)
            found = _cost(told, weight, tried, prior, spread)
            if found < cost:
                better = cost - found > 1e-3 * cost
                theta, said, cost, damping = tried, told, found, damping / _GROWS
                break
            damping *= _GROWS
        taken += 1
        if not better:
            break
    left = spread.copy()
    left[active] = np.sqrt(np.diag(np.linalg.inv(hessian)))
    return Learned(theta=theta, spread=left, misfit=float(np.sqrt(np.nanmean(said**2))), rounds=taken)


def _cost(said: Array, weight: float, theta: Array, prior: Array, spread: Array) -> float:
    return float(np.nansum(_robust(said * weight)) + (((theta - prior) / spread) ** 2).sum())


def _robust(scaled: Array) -> Array:
    """Return squares that grow linearly once an error is absurd: one open window must not teach the house."""
    bound = 1.2
    size = np.abs(scaled)
    return np.where(size <= bound, scaled**2, bound * (2.0 * size - bound))


def _normal(
    errors: Callable[[Array], Array], said: Array, theta: Array, active: NDArray[np.bool_], weight: float
) -> tuple[Array, Array]:
    good = np.isfinite(said)
    scaled = np.abs(said[good] * weight)
    worth = np.where(scaled <= 1.2, 1.0, 1.2 / np.maximum(scaled, 1e-9)) * weight**2
    columns = []
    for place in np.flatnonzero(active):
        moved = theta.copy()
        moved[place] += _STEP
        columns.append((errors(moved)[good] - said[good]) / _STEP)
    jacobian = np.array(columns).T
    return jacobian.T @ (worth * said[good]), jacobian.T @ (worth[:, None] * jacobian)
