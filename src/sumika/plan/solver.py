"""Solving a sheet with Clarabel, an interior-point solver: deterministic, and as fast from any start.

Its answers are checked before anyone sees them: finite, within bounds, and of a status that means solved.
"""

from dataclasses import dataclass

import clarabel
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sumika.plan.sheet import Sheet
from sumika.schema import SumikaError

Array = NDArray[np.float64]

_GOOD = frozenset({"Solved", "AlmostSolved"})
_SLACK = 1e-3


class PlanError(SumikaError):
    """A plan that could not be made; the fallback goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """An optimum.

    Attributes:
        values: (variable,).
        prices: (equality row,) what one more unit on its right side would cost.
        objective: Of it.
        rounds: Iterations.
        seconds: That the solver took.
    """

    values: Array
    prices: Array
    objective: float
    rounds: int
    seconds: float


def solve(sheet: Sheet, *, limit_s: float = 10.0) -> Solved:
    """Return the optimum of a sheet.

    Args:
        sheet: Written down.
        limit_s: The solver gives up after so long.

    Raises:
        PlanError: if it has none within the time, or what comes back is no plan.
    """
    cost, square, low, high = sheet.vectors()
    exact, exact_side = sheet.matrix(True)
    loose, loose_side = sheet.matrix(False)
    below, above = np.flatnonzero(np.isfinite(low)), np.flatnonzero(np.isfinite(high))
    identity = sparse.identity(sheet.variables, format="csr")
    rows = sparse.vstack([exact, loose, -identity[below], identity[above]], format="csc")
    side = np.concatenate([exact_side, loose_side, -low[below], high[above]])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.time_limit = limit_s
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-5
    settings.max_threads = 1
    settings.direct_solve_method = "qdldl"  # its choice by itself is at times four times slower
    cones = [clarabel.ZeroConeT(len(exact_side)), clarabel.NonnegativeConeT(len(side) - len(exact_side))]
    squares = sparse.diags(square, format="csc")
    answer = clarabel.DefaultSolver(squares, cost, rows, side, cones, settings).solve()
    values = np.asarray(answer.x)
    if str(answer.status) not in _GOOD or not np.isfinite(values).all():
        raise PlanError(f"the solver ended with {answer.status}", where="plan", remedy="The fallback goes on")
    if (values < low - _SLACK).any() or (values > high + _SLACK).any():
        raise PlanError("the solver's answer leaves its bounds", where="plan", remedy="The fallback goes on")
    return Solved(
        values=np.clip(values, low, high),
        prices=np.asarray(answer.z)[: len(exact_side)],
        objective=float(answer.obj_val),
        rounds=int(answer.iterations),
        seconds=float(answer.solve_time),
    )
