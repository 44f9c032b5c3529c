"""Curves over the columns of a table: each column by its own, straight between knots, flat beyond the outermost.

What a column says is seldom straight: a heart a little above its usual tells of dreams, one far above it of waking, and
what lies farther out than anybody's says no more for it. A curve costs a few numbers for each column; hidden units that
bend as much cost a weight for each column and unit. Sums of such curves are the additive models of T. Hastie and
R. Tibshirani, Statistical Science 1 (1986) 297-318; here a perceptron follows, in which columns act together.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]
END = 0.02
"""So much of the examples lies beyond the knot at either end."""


class CurvesPart(torch.nn.Module):
    """The layer `Curves` in torch; until it is trained a curve is the column itself, between its ends.

    Attributes:
        weight: Slope of each piece (column, piece).
        knots: Where pieces meet and end (column, piece + 1), rising; set by `knots_of`, never trained.
    """

    def __init__(self, columns: int, pieces: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(columns, pieces))
        self.knots = torch.nn.Parameter(usual_knots(pieces).repeat(columns, 1), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return (example, column) of (example, column)."""
        low, high = self.knots[:, :-1], self.knots[:, 1:]
        reached = torch.maximum(torch.minimum(x[:, :, None], high), low)
        still = torch.maximum(torch.minimum(torch.zeros_like(high), high), low)
        found: Tensor = (self.weight * (reached - still)).sum(dim=2)
        return found


def shares_of(pieces: int) -> NDArray[np.float64]:
    """Return the shares of the examples that lie below each knot (pieces + 1,)."""
    return np.linspace(END, 1 - END, pieces + 1)


def usual_knots(pieces: int) -> Tensor:
    """Return the knots (pieces + 1,) of a column that is normally distributed, mean 0 and deviation 1."""
    deviations: Tensor = torch.special.ndtri(torch.from_numpy(shares_of(pieces)))
    return deviations.to(torch.float32)


def knots_of(x: Array, pieces: int) -> Array:
    """Return knots (column, pieces + 1) with as many examples of each column in every piece.

    Args:
        x: (example, column), as the layer will read it.
        pieces: Of each curve.
    """
    return np.ascontiguousarray(np.quantile(x.astype(np.float64), shares_of(pieces), axis=0).T, np.float32)
