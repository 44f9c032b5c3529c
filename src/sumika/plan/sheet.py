"""A sheet on which a linear or quadratic programme is written down, block by block; it knows nothing of houses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Term:
    """Coefficients of one block of variables in a block of rows.

    Attributes:
        rows: (entry,) which row of the block.
        columns: (entry,) which variable of the sheet.
        values: (entry,).
    """

    rows: Places
    columns: Places
    values: Array


class Sheet:
    """Variables with bounds and costs, and rows that bind them."""

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        self.variables = 0
        self._cost: list[Array] = []
        self._square: list[Array] = []
        self._low: list[Array] = []
        self._high: list[Array] = []
        self._terms: dict[bool, list[Term]] = {True: [], False: []}
        self._sides: dict[bool, list[Array]] = {True: [], False: []}
        self._rows = {True: 0, False: 0}

    def block(
        self,
        count: int,
        *,
        low: Array | float = 0.0,
        high: Array | float = np.inf,
        cost: Array | float = 0.0,
        square: Array | float = 0.0,
    ) -> Places:
        """Add variables; return their places.

        Args:
            count: How many.
            low: Least; -inf: none.
            high: Most; inf: none.
            cost: Of a unit.
            square: Of half a unit's square.
        """
        places = np.arange(self.variables, self.variables + count)
        self.variables += count
        for kept, value in (
            (self._low, low),
            (self._high, high),
            (self._cost, cost),
            (self._square, square),
        ):
            kept.append(np.broadcast_to(np.asarray(value, np.float64), (count,)).copy())
        return places

    def equal(self, terms: Sequence[Term], side: Array) -> None:
        """Bind: the sum of terms equals a side, row by row."""
        self._bind(True, terms, side)

    def at_most(self, terms: Sequence[Term], side: Array) -> None:
        """Bind: the sum of terms is at most a side, row by row."""
        self._bind(False, terms, side)

    def _bind(self, exact: bool, terms: Sequence[Term], side: Array) -> None:
        first = self._rows[exact]
        self._terms[exact] += [Term(term.rows + first, term.columns, term.values) for term in terms]
        self._sides[exact].append(np.asarray(side, np.float64))
        self._rows[exact] += len(side)

    def matrix(self, exact: bool) -> tuple[sparse.csc_matrix, Array]:
        """Return the rows of one sort and their sides."""
        terms = self._terms[exact]
        shape = (self._rows[exact], self.variables)
        if not terms:
            return sparse.csc_matrix(shape), np.zeros(0)
        rows = np.concatenate([term.rows for term in terms])
        columns = np.concatenate([term.columns for term in terms])
        values = np.concatenate([term.values for term in terms])
        keep = values != 0.0
        made = sparse.csc_matrix((values[keep], (rows[keep], columns[keep])), shape=shape)
        return made, np.concatenate(self._sides[exact])

    def vectors(self) -> tuple[Array, Array, Array, Array]:
        """Return costs, squares, least and most of all variables."""
        return (
            np.concatenate(self._cost),
            np.concatenate(self._square),
            np.concatenate(self._low),
            np.concatenate(self._high),
        )


def each(columns: Places, values: Array | float = 1.0) -> Term:
    """Return one variable per row."""
    count = len(columns)
    return Term(np.arange(count), columns, np.broadcast_to(np.asarray(values, np.float64), (count,)).copy())


def times(matrices: Array, columns: Places) -> Term:
    """Return a block of rows per matrix.

    Args:
        matrices: (block, row, column).
        columns: (block, column) of variables.
    """
    blocks, height, width = matrices.shape
    rows = np.arange(blocks * height).reshape(blocks, height, 1) + np.zeros((1, 1, width), np.int64)
    places = columns[:, None, :] + np.zeros((1, height, 1), np.int64)
    return Term(rows.ravel(), places.ravel(), matrices.ravel())
